import type { FieldFilters } from '../types/filters.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { list } from './list.js';

/**
 * Read the contact fields of the workspace: their keys, names and types.
 * @public
 * @function
 * @example <caption>All fields</caption>
 * getFields();
 * @param {FieldFilters} [filters] - `key`. All fields unless told.
 * @param {ListOptions} [options] - `limit` (records; all unless told), `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {array} data - The fields: `key`, `name`, `type` (`text`, `number`, `datetime`, `state`, `district`, `ward`) and more.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see API reference, section 4.12
 * @returns {Operation}
 */
export function getFields(
  filters?: Reference<FieldFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list({ name: 'fields', filters, options });
}
