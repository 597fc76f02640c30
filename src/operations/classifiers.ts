import type { ClassifierFilters } from '../types/filters.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { list } from './lists/list.js';

/**
 * Read the classifiers that understand free text. Only on RapidPro 9.
 * @public
 * @function
 * @namespace global
 * @example <caption>All classifiers</caption>
 * getClassifiers();
 * @example <caption>The first ten</caption>
 * getClassifiers({}, { limit: 10 });
 * @param {ClassifierFilters} [filters] - `uuid`, `after` and `before` (ISO dates, on `created_on`). Default: all.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The classifiers: `uuid`, `name`, `type`, `intents`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_OFFERED` on TextIt. `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/classifiers
 * @returns {Operation}
 */
export function getClassifiers(
  filters?: Reference<ClassifierFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getClassifiers', { resource: 'classifiers', filters, options });
}
