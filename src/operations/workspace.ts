import { readPage } from '../client/pages.js';
import { namedBody } from '../input/body.js';
import { checkFilters } from '../input/filters.js';
import { shownId } from '../input/identifiers.js';
import { count, log } from '../input/log.js';
import { resources } from '../resources.js';
import type { NamedBody } from '../types/bodies.js';
import type {
  BoundaryFilters,
  ChannelEventFilters,
  ChannelFilters,
  ClassifierFilters,
  StatisticsFilters,
  TemplateFilters,
  UserFilters,
} from '../types/filters.js';
import type { ListOptions, Options, WriteOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { asObject } from './base/asObject.js';
import { add } from './base/objects.js';
import { operation } from './base/operation.js';
import { list } from './lists/list.js';
import { referenceCheck } from './lists/unknownReference.js';

/**
 * Read the workspace that the token belongs to. This is the quickest way to check a credential.
 * @public
 * @function
 * @namespace global
 * @example <caption>Is my token right?</caption>
 * getWorkspace();
 * @example <caption>Its country and languages, for later operations</caption>
 * getWorkspace();
 * fn(({ data, ...state }) => ({ ...state, data, country: data.country, languages: data.languages }));
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The workspace: `uuid`, `name`, `country`, `languages`, `timezone`, `date_style`, `anon`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_TOKEN`, `PERMISSION_DENIED`, `NOT_RAPIDPRO` and the other errors of every request.
 * @see https://app.rapidpro.io/api/v2/workspace
 * @returns {Operation}
 */
export function getWorkspace(options?: Reference<Options>): Operation {
  return operation('getWorkspace', arguments, {
    args: {},
    options,
    async run({ client }) {
      const { body } = await client.request({ method: 'GET', path: 'workspace' });
      const workspace = asObject(body);
      log.info(`The token is valid for workspace ${shownId(workspace)}`);
      return workspace;
    },
  });
}

/**
 * Read how many messages each channel sent and received, day by day. Only on TextIt.
 * @public
 * @function
 * @namespace global
 * @example <caption>January</caption>
 * getStatistics({ since: '2026-01-01', until: '2026-02-01' });
 * @example <caption>From the first of January until now</caption>
 * getStatistics({ since: '2026-01-01' });
 * @param {StatisticsFilters} [filters] - `since` (the first day; default: 90 days ago) and `until` (the day after the last; default: tomorrow). At most 366 days.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The days: `date`, `channels` (counts by channel uuid).
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_OFFERED` on RapidPro 9; `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/statistics
 * @returns {Operation}
 */
export function getStatistics(
  filters?: Reference<StatisticsFilters>,
  options?: Reference<Options>,
): Operation {
  return operation('getStatistics', arguments, {
    args: { filters },
    options,
    async run({ client, args }) {
      const query = checkFilters('statistics', args.filters);
      const { body } = await client.request({ method: 'GET', path: 'statistics', query });
      const { records } = readPage(body);
      log.info(`Fetched ${count(records.length, resources.statistics.nouns)}`);
      return records;
    },
  });
}

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
  return list('getUsers', arguments, { resource: 'users', filters, options });
}

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
  return list('getBoundaries', arguments, { resource: 'boundaries', filters, options });
}

/**
 * Read the message templates of WhatsApp channels. Only on RapidPro 9.
 * @public
 * @function
 * @namespace global
 * @example <caption>All templates</caption>
 * getTemplates();
 * @example <caption>The first ten</caption>
 * getTemplates({}, { limit: 10 });
 * @param {TemplateFilters} [filters] - `after` and `before` (ISO dates, on `modified_on`), `reverse`. Default: all.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The templates: `uuid`, `name`, `translations`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_OFFERED` on TextIt. `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/templates
 * @returns {Operation}
 */
export function getTemplates(
  filters?: Reference<TemplateFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getTemplates', arguments, { resource: 'templates', filters, options });
}

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
  return list('getClassifiers', arguments, { resource: 'classifiers', filters, options });
}

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
  return list('getChannels', arguments, { resource: 'channels', filters, options });
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
 * @throws {RapidProError} `UNKNOWN_REFERENCE` if the list is empty because the contact does not exist; `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/channel_events
 * @returns {Operation}
 */
export function getChannelEvents(
  filters?: Reference<ChannelEventFilters>,
  options?: Reference<ListOptions>,
): Operation {
  const ifEmpty = referenceCheck('contact');
  return list('getChannelEvents', arguments, {
    resource: 'channel_events',
    filters,
    options,
    ifEmpty,
  });
}

const OPT_IN = { resource: 'optins', check: namedBody('optIn', 'optins') } as const;

/**
 * Read the opt-ins of the workspace. Only on RapidPro 9.
 * @public
 * @function
 * @namespace global
 * @example <caption>All opt-ins</caption>
 * getOptIns();
 * @example <caption>The first ten</caption>
 * getOptIns({ limit: 10 });
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The opt-ins: `uuid`, `name`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_OFFERED` on TextIt. The errors of every request.
 * @see https://app.rapidpro.io/api/v2/optins
 * @returns {Operation}
 */
export function getOptIns(options?: Reference<ListOptions>): Operation {
  return list('getOptIns', arguments, { resource: 'optins', filters: undefined, options });
}

/**
 * Add an opt-in. Only on RapidPro 9.
 * @public
 * @function
 * @namespace global
 * @example <caption>An opt-in</caption>
 * addOptIn({ name: 'Health tips' });
 * @example <caption>Keep it in state.news, for later operations</caption>
 * as('news', addOptIn({ name: 'Clinic news' }));
 * @param {NamedBody} optIn - `name`, at most 64 characters.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The opt-in.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_OFFERED` on TextIt; `NAME_TAKEN`, `VALIDATION_FAILED`; `OUTCOME_UNKNOWN`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/optins
 * @returns {Operation}
 */
export function addOptIn(
  optIn: Reference<NamedBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return add('addOptIn', arguments, OPT_IN, optIn, options);
}
