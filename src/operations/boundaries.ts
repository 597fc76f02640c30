import type { BoundaryFilters } from '../types/filters.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { list } from './lists/list.js';

/**
 * Read the states, districts and wards of the workspace's country, for fields of these types.
 * @public
 * @function
 * @namespace global
 * @example <caption>All places</caption>
 * getBoundaries();
 * @example <caption>The first ten, with their borders</caption>
 * getBoundaries({ geometry: true }, { limit: 10 });
 * @param {BoundaryFilters} [filters] - `geometry` (RapidPro 9; true: include borders, which are large). Default: all places.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The places: `osm_id`, `name`, `parent`, `level`, `aliases`, `geometry`. Empty if the workspace has no country.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/boundaries
 * @returns {Operation}
 */
export function getBoundaries(
  filters?: Reference<BoundaryFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getBoundaries', { resource: 'boundaries', filters, options });
}
