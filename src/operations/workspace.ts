import { readPage } from '../client/pages.js';
import { checkFilters } from '../input/filters.js';
import { shownId } from '../input/identifiers.js';
import { count, log } from '../input/log.js';
import { resources } from '../resources.js';
import type { StatisticsFilters } from '../types/filters.js';
import type { Options } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { asObject } from './base/asObject.js';
import { operation } from './base/operation.js';

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
  return operation('getWorkspace', {
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
  return operation('getStatistics', {
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
