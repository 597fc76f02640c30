import type { Client } from '../client/client.js';
import { download } from '../client/links/download.js';
import { readJsonLines } from '../client/links/jsonLines.js';
import { isNearby } from '../client/links/link.js';
import { fail, type RapidProError } from '../errors/errors.js';
import { named } from '../input/isOperation.js';
import { count, log } from '../input/log.js';
import { checkPeriod, type Period } from '../input/period.js';
import { PAGE_SIZE, resources } from '../resources.js';
import type { ArchivedFilters, ArchiveFilters } from '../types/filters.js';
import type { Dictionary } from '../types/json.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, Reference, State } from '../types/state.js';
import { operation } from './base/operation.js';
import { liveMessage, liveRun } from './lists/archivedRecords.js';
import { collect, list } from './lists/list.js';
import { threadPages } from './lists/threadPages.js';

/**
 * Read which archives the workspace has. RapidPro moves messages and runs there when they are about 90 days old. To read their contents, use `eachArchivedMessages` and `eachArchivedRuns`.
 * @public
 * @function
 * @namespace global
 * @example <caption>The archives of messages of this year</caption>
 * getArchives({ archive_type: 'message', after: '2026-01-01' });
 * @example <caption>The monthly ones of runs, the first ten</caption>
 * getArchives({ archive_type: 'run', period: 'monthly' }, { limit: 10 });
 * @param {ArchiveFilters} [filters] - `archive_type` (`message` or `run`), `period` (`daily` or `monthly`), `after` and `before` (days, on `start_date`). Default: all archives.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The archives: `archive_type`, `start_date`, `period`, `record_count`, `download_url` (good for a day).
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/archives
 * @returns {Operation}
 */
export function getArchives(
  filters?: Reference<ArchiveFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return named('getArchives', list({ name: 'archives', filters, options }));
}

/** Records that archives may hold before they are taken for endless. */
const MOST_ARCHIVED = 10_000_000;

type Kind = 'message' | 'run';

/** The time by which a record belongs to an archive, and how it becomes a live one. */
const KINDS = {
  message: { time: 'created_on', toLive: liveMessage, nouns: ['message', 'messages'] },
  run: { time: 'modified_on', toLive: liveRun, nouns: ['run', 'runs'] },
} as const;

/** The archives that may hold records of a period, oldest first. */
async function findArchives(client: Client, kind: Kind, period: Period): Promise<Dictionary[]> {
  const archives = await collect(client, 'archives', { archive_type: kind, ...period.archives });
  const full = archives.filter(({ record_count }) => record_count !== 0);
  const missing = full.filter(({ download_url }) => !download_url).length;
  if (missing > 0) {
    log.warn(
      `${count(missing, resources.archives.nouns)} cannot be downloaded, so their records are missing`,
    );
  }
  return full
    .filter(({ download_url }) => download_url)
    .sort((a, b) => String(a.start_date).localeCompare(String(b.start_date)));
}

function tooMany(): RapidProError {
  return fail(
    'LIST_TOO_LONG',
    `The archives have more than ${MOST_ARCHIVED} records.`,
    'Read a shorter period. If it is short already, ask the people who run the server.',
  );
}

/** The records of a period, some at a time, oldest archive first. */
async function* archivedRecords(
  client: Client,
  kind: Kind,
  period: Period,
): AsyncGenerator<Dictionary[]> {
  const { time, toLive } = KINDS[kind];
  // Archives of a server on our own network may well stand there too; those of one on the web do not.
  const allowPrivate = await isNearby(client.origin);
  const { secrets } = client;
  let read = 0;
  for (const { download_url, hash } of await findArchives(client, kind, period)) {
    const bytes = download(String(download_url), { secrets, allowPrivate }, client.clock);
    for await (const archived of readJsonLines(
      bytes,
      typeof hash === 'string' ? hash : undefined,
    )) {
      read += archived.length;
      if (read > MOST_ARCHIVED) throw tooMany();
      yield archived.filter(record => period.includes(record[time])).map(toLive);
    }
  }
}

/** Records in pages of at most 250. */
async function* inPages(batches: AsyncIterable<Dictionary[]>): AsyncGenerator<Dictionary[]> {
  let waiting: Dictionary[] = [];
  for await (const batch of batches) {
    waiting = waiting.concat(batch);
    while (waiting.length >= PAGE_SIZE) yield waiting.splice(0, PAGE_SIZE);
  }
  if (waiting.length > 0) yield waiting;
}

function eachArchived(
  kind: Kind,
  filters: unknown,
  operations: ((state: State) => State | Promise<State>)[],
): Operation {
  return operation({
    args: { filters },
    async run(call) {
      const period = checkPeriod(call.args.filters);
      const pages = inPages(archivedRecords(call.client, kind, period));
      const threaded = await threadPages(call.state, pages, operations);
      call.state = threaded.state;
      log.info(
        `Read ${count(threaded.records, KINDS[kind].nouns)} from archives in ${count(threaded.pages, ['page', 'pages'])}`,
      );
      return { pages: threaded.pages, records: threaded.records };
    },
  });
}

/**
 * Hand on archived messages of a period, oldest first, a page of up to 250 at a time, in the shape of `getMessages`. However many there are, no more than a page is in memory.
 * @public
 * @function
 * @namespace global
 * @example <caption>Count the messages of January</caption>
 * eachArchivedMessages(
 *   { after: '2026-01-01', before: '2026-01-31' },
 *   fn(state => ({ ...state, total: (state.total ?? 0) + state.data.length })),
 * );
 * @example <caption>Only what went out</caption>
 * eachArchivedMessages(
 *   { after: '2026-01-01', before: '2026-01-31' },
 *   fn(state => ({
 *     ...state,
 *     sent: (state.sent ?? 0) + state.data.filter(message => message.direction === 'out').length,
 *   })),
 * );
 * @param {ArchivedFilters} filters - `after` and `before`: days, or times with their zone, on `created_on`. Both ends are included; a day in `before` is included to its end.
 * @param {Operation} operations - Run for each page: `state.data` is the page.
 * @state {object} data - `pages`, `records`. What the operations put elsewhere on state stays.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`, `LINK_FAILED`, `INVALID_RESPONSE`; what the operations throw; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/archives
 * @returns {Operation}
 */
export function eachArchivedMessages(
  filters: Reference<ArchivedFilters>,
  ...operations: ((state: State) => State | Promise<State>)[]
): Operation {
  return named('eachArchivedMessages', eachArchived('message', filters, operations), operations);
}

/**
 * Hand on archived runs of a period, oldest first, a page of up to 250 at a time, in the shape of `getFlowRuns`. However many there are, no more than a page is in memory.
 * @public
 * @function
 * @namespace global
 * @example <caption>Keep the answers of January</caption>
 * eachArchivedRuns(
 *   { after: '2026-01-01', before: '2026-01-31' },
 *   fn(state => ({ ...state, answered: (state.answered ?? 0) + state.data.filter(run => run.responded).length })),
 * );
 * @example <caption>Of one flow</caption>
 * eachArchivedRuns(
 *   { after: '2026-01-01', before: '2026-01-31' },
 *   fn(state => {
 *     const ofFlow = state.data.filter(run => run.flow.uuid === '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c');
 *     return { ...state, runs: (state.runs ?? 0) + ofFlow.length };
 *   }),
 * );
 * @param {ArchivedFilters} filters - `after` and `before`: days, or times with their zone, on `modified_on`. Both ends are included; a day in `before` is included to its end.
 * @param {Operation} operations - Run for each page: `state.data` is the page.
 * @state {object} data - `pages`, `records`. What the operations put elsewhere on state stays.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`, `LINK_FAILED`, `INVALID_RESPONSE`; what the operations throw; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/archives
 * @returns {Operation}
 */
export function eachArchivedRuns(
  filters: Reference<ArchivedFilters>,
  ...operations: ((state: State) => State | Promise<State>)[]
): Operation {
  return named('eachArchivedRuns', eachArchived('run', filters, operations), operations);
}
