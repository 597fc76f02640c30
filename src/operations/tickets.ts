import { named } from '../input/isOperation.js';
import type { TicketFilters } from '../types/filters.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { list } from './lists/list.js';

/**
 * Read the tickets of the workspace, open and closed, newest change first.
 * @public
 * @function
 * @namespace global
 * @example <caption>The open ones</caption>
 * getTickets();
 *
 * fn(state => ({ ...state, data: state.data.filter(ticket => ticket.status === 'open') }));
 * @example <caption>The last ten</caption>
 * getTickets({}, { limit: 10 });
 * @param {TicketFilters} [filters] - `contact` (uuid), `uuid`, `reverse`. Default: all tickets.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The tickets: `uuid`, `contact`, `status`, `topic`, `assignee`, `opened_on`, `closed_on`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/tickets
 * @returns {Operation}
 */
export function getTickets(
  filters?: Reference<TicketFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return named('getTickets', list({ name: 'tickets', filters, options }));
}
