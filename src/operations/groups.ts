import type { GroupFilters } from '../types/filters.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { list } from './list.js';

/**
 * Read the groups of the workspace, manual and smart ones, newest first.
 * @public
 * @function
 * @example <caption>All groups</caption>
 * getGroups();
 * @example <caption>One group by name, in any letter case</caption>
 * getGroups({ name: 'mothers' });
 * @param {GroupFilters} [filters] - `uuid` or `name`; `manual_only` (TextIt). All groups unless told.
 * @param {ListOptions} [options] - `limit` (records; all unless told), `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {array} data - The groups: `uuid`, `name`, `query` (of a smart group), `count`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see API reference, section 4.16
 * @returns {Operation}
 */
export function getGroups(
  filters?: Reference<GroupFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list({ name: 'groups', filters, options });
}
