import type { ChannelEventFilters, ChannelFilters } from '../types/filters.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { list } from './lists/list.js';

/**
 * Read the channels that the workspace sends and receives through, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>All channels</caption>
 * getChannels();
 * @example <caption>One, by its address</caption>
 * getChannels({ address: '+250788000000' }, { limit: 1 });
 * @param {ChannelFilters} [filters] - `uuid`, `address` (the number or account). Default: all channels.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The channels: `uuid`, `name`, `address`, `country`, `device`, `last_seen`; `type` (TextIt).
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/channels
 * @returns {Operation}
 */
export function getChannels(
  filters?: Reference<ChannelFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getChannels', { resource: 'channels', filters, options });
}

/**
 * Read events of channels other than messages, newest first: calls, new conversations, opt-ins.
 * @public
 * @function
 * @namespace global
 * @example <caption>Missed calls of this month</caption>
 * getChannelEvents({ after: '2026-11-01' });
 *
 * fn(state => ({ ...state, data: state.data.filter(event => event.type === 'call-in-missed') }));
 * @example <caption>The last hundred</caption>
 * getChannelEvents({}, { limit: 100 });
 * @param {ChannelEventFilters} [filters] - `contact` (uuid), `id`, `after` and `before` (ISO dates, on `created_on`). Default: all events.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The events: `id`, `type`, `contact`, `channel`, `occurred_on`, `created_on`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/channel_events
 * @returns {Operation}
 */
export function getChannelEvents(
  filters?: Reference<ChannelEventFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getChannelEvents', { resource: 'channel_events', filters, options });
}
