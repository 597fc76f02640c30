import type { UserFilters } from '../types/filters.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { list } from './lists/list.js';

/**
 * Read the users of the workspace, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>Who can answer tickets</caption>
 * getUsers({ role: ['agent', 'editor'] });
 * @example <caption>The first ten</caption>
 * getUsers({}, { limit: 10 });
 * @param {UserFilters} [filters] - `role` (one or several of `administrator`, `editor`, `agent`, and on RapidPro 9 `viewer`, `surveyor`); `uuid`, `email` (TextIt, one or several). Default: all users.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The users: `email`, `first_name`, `last_name`, `role`; `uuid`, `name`, `team` (TextIt).
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/users
 * @returns {Operation}
 */
export function getUsers(
  filters?: Reference<UserFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getUsers', { resource: 'users', filters, options });
}
