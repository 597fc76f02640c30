import type { Client } from '../client/client.js';
import { identityOf, SeenIds } from '../client/seenIds.js';
import { checkPeriod, type Period } from '../input/filters.js';
import { count, log } from '../input/log.js';
import { PAGE_SIZE, resources } from '../resources.js';
import type { ArchivedFilters, ArchiveFilters } from '../types/filters.js';
import type { Dictionary } from '../types/json.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference, Step } from '../types/state.js';
import { operation } from './base/operation.js';
import { threadPages } from './eachPage.js';
import { ARCHIVED, type ArchivedList } from './lists/archivedRecords.js';
import { archiveReader, findArchives } from './lists/archiveFiles.js';
import { list } from './lists/list.js';

/**
 * Read the list of archives. RapidPro moves messages and runs there when they are about 90 days old. To read their contents, use `eachArchivedMessages` and `eachArchivedRuns`.
 * @public
 * @function
 * @namespace global
 * @example <caption>This year's archives of messages</caption>
 * getArchives({ archive_type: 'message', after: '2026-01-01' });
 * @example <caption>The first ten monthly archives of runs</caption>
 * getArchives({ archive_type: 'run', period: 'monthly' }, { limit: 10 });
 * @param {ArchiveFilters} [filters] - `archive_type` (`message` or `run`), `period` (`daily` or `monthly`), `after` and `before` (days, on `start_date`). Default: all archives.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The archives: `archive_type`, `start_date`, `period`, `record_count`, `download_url` (valid for a day).
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/archives
 * @returns {Operation}
 */
export function getArchives(
  filters?: Reference<ArchiveFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getArchives', arguments, { resource: 'archives', filters, options });
}

async function* inPages(batches: AsyncIterable<Dictionary[]>): AsyncGenerator<Dictionary[]> {
  let waiting: Dictionary[] = [];
  for await (const batch of batches) {
    waiting = waiting.concat(batch);
    while (waiting.length >= PAGE_SIZE) yield waiting.splice(0, PAGE_SIZE);
  }
  if (waiting.length > 0) yield waiting;
}

const monthOf = ({ start_date }: Dictionary) => String(start_date).slice(0, 7);

/** Sorts by month, and the file of a month before those of its days. */
const placeOf = (archive: Dictionary) =>
  [monthOf(archive), archive.period === 'monthly' ? '' : archive.start_date].join();

/**
 * The records of a period, some at a time, oldest archive first. A record can be in the file of its month, in that of its
 * day, and twice in each, but comes once. The ids are known until the month ends.
 */
async function* archivedRecords(
  client: Client,
  source: ArchivedList,
  period: Period,
): AsyncGenerator<Dictionary[]> {
  const { time, toLive } = ARCHIVED[source];
  const read = archiveReader(client, source);
  const archives = await findArchives(client, source, period);
  let month: string | undefined;
  let seen = new SeenIds();
  for (const archive of archives.toSorted((a, b) => placeOf(a).localeCompare(placeOf(b)))) {
    if (monthOf(archive) !== month) seen = new SeenIds();
    month = monthOf(archive);
    for await (const archived of read(archive)) {
      const within = archived.filter(record => period.includes(record[time]));
      yield within.filter(record => seen.add(identityOf(record))).map(toLive);
    }
  }
}

function eachArchived(
  name: string,
  source: ArchivedList,
  filters: unknown,
  operations: readonly Step[],
): Operation {
  return operation(name, [], {
    args: { filters },
    operations,
    async run(call) {
      const period = checkPeriod(call.args.filters);
      const pages = inPages(archivedRecords(call.client, source, period));
      const read = await threadPages(name, call, pages, operations);
      log.info(
        `Read ${count(read.records, resources[source].nouns)} from archives in ${count(read.pages, 'page')}`,
      );
      return read;
    },
  });
}

/**
 * Read the archived messages of a period, oldest first, in pages of up to 250. They look like those of `getMessages`. Each record comes once, even if it is in the file of a day and in that of its month. Only one page is in memory at a time, and 20 bytes for each record of a month.
 * @public
 * @function
 * @namespace global
 * @example <caption>Count the messages of January</caption>
 * eachArchivedMessages(
 *   { after: '2026-01-01', before: '2026-01-31' },
 *   fn(state => ({ ...state, total: (state.total ?? 0) + state.data.length })),
 * );
 * @example <caption>Count only outgoing messages</caption>
 * eachArchivedMessages(
 *   { after: '2026-01-01', before: '2026-01-31' },
 *   fn(state => ({
 *     ...state,
 *     sent: (state.sent ?? 0) + state.data.filter(message => message.direction === 'out').length,
 *   })),
 * );
 * @param {ArchivedFilters} filters - `after` and `before`: days, or times with their zone, on `created_on`. Both ends are included; a day in `before` includes the whole day.
 * @param {Operation} operations - They run for each page, which is in `state.data`.
 * @state {object} data - `pages`, `records`. Other keys that the operations add to the state stay.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`, `LINK_FAILED`, `INVALID_RESPONSE`; the errors of the operations; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/archives
 * @returns {Operation}
 */
export function eachArchivedMessages(
  filters: Reference<ArchivedFilters>,
  ...operations: Step[]
): Operation {
  return eachArchived('eachArchivedMessages', 'messages', filters, operations);
}

/**
 * Read the archived runs of a period, oldest first, in pages of up to 250. They look like those of `getFlowRuns`. Each record comes once, even if it is in the file of a day and in that of its month. Only one page is in memory at a time, and 20 bytes for each record of a month.
 * @public
 * @function
 * @namespace global
 * @example <caption>Count the runs with answers in January</caption>
 * eachArchivedRuns(
 *   { after: '2026-01-01', before: '2026-01-31' },
 *   fn(state => ({ ...state, answered: (state.answered ?? 0) + state.data.filter(run => run.responded).length })),
 * );
 * @example <caption>Count the runs of one flow</caption>
 * eachArchivedRuns(
 *   { after: '2026-01-01', before: '2026-01-31' },
 *   fn(state => {
 *     const ofFlow = state.data.filter(run => run.flow.uuid === '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c');
 *     return { ...state, runs: (state.runs ?? 0) + ofFlow.length };
 *   }),
 * );
 * @param {ArchivedFilters} filters - `after` and `before`: days, or times with their zone, on `modified_on`. Both ends are included; a day in `before` includes the whole day.
 * @param {Operation} operations - They run for each page, which is in `state.data`.
 * @state {object} data - `pages`, `records`. Other keys that the operations add to the state stay.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`, `LINK_FAILED`, `INVALID_RESPONSE`; the errors of the operations; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/archives
 * @returns {Operation}
 */
export function eachArchivedRuns(
  filters: Reference<ArchivedFilters>,
  ...operations: Step[]
): Operation {
  return eachArchived('eachArchivedRuns', 'runs', filters, operations);
}
