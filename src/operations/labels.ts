import { namedBody } from '../input/body.js';
import type { NamedBody } from '../types/bodies.js';
import type { LabelFilters } from '../types/filters.js';
import type { ListOptions, Options, WriteOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { add, ensureNamed, remove, update } from './base/objects.js';
import { list } from './lists/list.js';

const LABEL = { resource: 'labels', check: namedBody('label', 'labels') } as const;

/**
 * Read the labels for messages, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>All labels</caption>
 * getLabels();
 * @example <caption>The first ten</caption>
 * getLabels({}, { limit: 10 });
 * @param {LabelFilters} [filters] - `uuid` or `name` (in any capitals). Default: all labels.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The labels: `uuid`, `name`, `count`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/labels
 * @returns {Operation}
 */
export function getLabels(
  filters?: Reference<LabelFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getLabels', arguments, { resource: 'labels', filters, options });
}

/**
 * Add a label. `ensureLabel` adds it only if it is missing.
 * @public
 * @function
 * @namespace global
 * @example <caption>A label</caption>
 * addLabel({ name: 'To call back' });
 * @example <caption>Keep it in state.complaint, for later operations</caption>
 * as('complaint', addLabel({ name: 'Complaint' }));
 * @param {NamedBody} label - `name`, at most 64 characters.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The label.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NAME_TAKEN`, `LIMIT_REACHED`, `VALIDATION_FAILED`; `OUTCOME_UNKNOWN`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/labels
 * @returns {Operation}
 */
export function addLabel(
  label: Reference<NamedBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return add('addLabel', arguments, LABEL, label, options);
}

/**
 * Rename a label.
 * @public
 * @function
 * @namespace global
 * @example <caption>Rename</caption>
 * updateLabel('aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11', { name: 'Very urgent' });
 * @example <caption>By its current name</caption>
 * getLabels();
 * updateLabel(state => state.data.find(({ name }) => name === 'Old name').uuid, {
 *   name: 'Not urgent',
 * });
 * @param {string} label - The uuid of the label.
 * @param {NamedBody} changes - `name`.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The label.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `NAME_TAKEN`, `VALIDATION_FAILED`, `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/labels
 * @returns {Operation}
 */
export function updateLabel(
  label: Reference<string>,
  changes: Reference<NamedBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return update('updateLabel', arguments, LABEL, label, changes, options);
}

/**
 * Delete a label. Its messages are not deleted.
 * @public
 * @function
 * @namespace global
 * @example <caption>Delete</caption>
 * deleteLabel('aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11');
 * @example <caption>All labels without messages</caption>
 * getLabels();
 * each(state => state.data.filter(({ count }) => count === 0), deleteLabel($.data.uuid));
 * @param {string} label - The uuid of the label.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `deleted: true`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/labels
 * @returns {Operation}
 */
export function deleteLabel(label: Reference<string>, options?: Reference<Options>): Operation {
  return remove('deleteLabel', arguments, 'labels', label, options);
}

/**
 * Make sure that a label with this name exists. It is added if it is missing, and otherwise left unchanged. Safe to repeat.
 * @public
 * @function
 * @namespace global
 * @example <caption>Before it is used</caption>
 * ensureLabel('Urgent');
 * @example <caption>Label the last messages in the inbox</caption>
 * ensureLabel('Complaint');
 * getMessages({ folder: 'inbox' }, { limit: 3 });
 * labelMessages(state => state.data.map(message => message.id), 'Complaint');
 * @param {string} name - The name, in any capitals; at most 64 characters.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The label.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `LIMIT_REACHED`, `VALIDATION_FAILED`, `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/labels
 * @returns {Operation}
 */
export function ensureLabel(name: Reference<string>, options?: Reference<WriteOptions>): Operation {
  return ensureNamed('ensureLabel', arguments, 'labels', name, options);
}
