import { namedBody } from '../input/body.js';
import type { NamedBody } from '../types/bodies.js';
import type { GroupFilters } from '../types/filters.js';
import type { ListOptions, Options, WriteOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { add, ensureNamed, remove, update } from './base/objects.js';
import { list } from './lists/list.js';

const GROUP = { resource: 'groups', check: namedBody('group', 'groups') } as const;

/**
 * Read the groups of the workspace, manual and smart ones, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>All groups</caption>
 * getGroups();
 * @example <caption>One group by name, in any capitals</caption>
 * getGroups({ name: 'mothers' });
 * @param {GroupFilters} [filters] - `uuid` or `name`; `manual_only` (TextIt). Default: all groups.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The groups: `uuid`, `name`, `query` (of a smart group), `count`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/groups
 * @returns {Operation}
 */
export function getGroups(
  filters?: Reference<GroupFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getGroups', arguments, { resource: 'groups', filters, options });
}

/**
 * Add a manual group. `ensureGroup` adds it only if it is missing.
 * @public
 * @function
 * @namespace global
 * @example <caption>A group</caption>
 * addGroup({ name: 'New mothers' });
 * @example <caption>Keep it in state.fathers, for later operations</caption>
 * as('fathers', addGroup({ name: 'Fathers' }));
 * @param {NamedBody} group - `name`, at most 64 characters. Smart groups can only be created in RapidPro.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The group. RapidPro cannot add contacts to it for about five seconds; later operations wait for that.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NAME_TAKEN`, `LIMIT_REACHED`, `VALIDATION_FAILED`; `OUTCOME_UNKNOWN`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/groups
 * @returns {Operation}
 */
export function addGroup(
  group: Reference<NamedBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return add('addGroup', arguments, GROUP, group, options);
}

/**
 * Rename a group.
 * @public
 * @function
 * @namespace global
 * @example <caption>Rename</caption>
 * updateGroup('aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11', { name: 'New mothers' });
 * @example <caption>By its current name</caption>
 * getGroups({ name: 'Old name' });
 * updateGroup(state => state.data[0].uuid, { name: 'Mothers of 2026' });
 * @param {string} group - The uuid of the group.
 * @param {NamedBody} changes - `name`.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The group.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `SYSTEM_OBJECT`, `NAME_TAKEN`, `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/groups
 * @returns {Operation}
 */
export function updateGroup(
  group: Reference<string>,
  changes: Reference<NamedBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return update('updateGroup', arguments, GROUP, group, changes, options);
}

/**
 * Delete a group. Its contacts are not deleted.
 * @public
 * @function
 * @namespace global
 * @example <caption>Delete</caption>
 * deleteGroup('aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11');
 * @example <caption>All empty groups whose name starts with "Old"</caption>
 * getGroups();
 * each(
 *   state => state.data.filter(({ name, count }) => name.startsWith('Old') && count === 0),
 *   deleteGroup($.data.uuid),
 * );
 * @param {string} group - The uuid of the group.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `deleted: true`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`; `VALIDATION_FAILED` if a campaign or trigger uses it; `SYSTEM_OBJECT`, `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/groups
 * @returns {Operation}
 */
export function deleteGroup(group: Reference<string>, options?: Reference<Options>): Operation {
  return remove('deleteGroup', arguments, 'groups', group, options);
}

/**
 * Make sure that a group with this name exists. It is added if it is missing, and otherwise left unchanged. Safe to repeat.
 * @public
 * @function
 * @namespace global
 * @example <caption>Before it is used</caption>
 * ensureGroup('Mothers');
 * @example <caption>With a name from the data</caption>
 * ensureGroup(state => `Village ${state.village ?? 'Gisozi'}`);
 * @param {string} name - The name, in any capitals; at most 64 characters.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The group. A smart group with that name is left unchanged, too. Contacts can be added by the next operation: it waits until RapidPro is ready.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NAME_TAKEN` on RapidPro 9 for `Active`, `Archived`, `Blocked` and `Stopped`; `LIMIT_REACHED`, `VALIDATION_FAILED`, `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/groups
 * @returns {Operation}
 */
export function ensureGroup(name: Reference<string>, options?: Reference<WriteOptions>): Operation {
  return ensureNamed('ensureGroup', arguments, 'groups', name, options);
}
