import type { Client } from '../../client/client.js';
import { download } from '../../client/links/download.js';
import { readJsonLines } from '../../client/links/jsonLines.js';
import { isNearby } from '../../client/links/link.js';
import { pages } from '../../client/pages.js';
import { fail } from '../../errors/errors.js';
import { isObject } from '../../input/check.js';
import { type Period, periodBetween } from '../../input/filters.js';
import { count, log, plural } from '../../input/log.js';
import { DAY, fromMicros, timeIn, toMicros } from '../../input/times.js';
import { resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';

/** Converts records of archives into the shape of the live lists. */

/** `2017-08-12T21:11:59.89+00:00` as the live lists write it: `2017-08-12T21:11:59.890000Z`. */
function liveTime(time: unknown): unknown {
  const live = liveRunTime(time);
  return typeof live !== 'string' || String(time).includes('.')
    ? live
    : live.replace('.000000Z', 'Z');
}

/** Within runs, the live lists always write six decimals. */
function liveRunTime(time: unknown): unknown {
  const at = toMicros(time);
  return at === undefined ? time : fromMicros(at);
}

function withLiveTimes(record: Dictionary, keys: readonly string[]): Dictionary {
  const times = keys.filter(key => key in record).map(key => [key, liveTime(record[key])]);
  return { ...record, ...Object.fromEntries(times) };
}

/** What an old archive may lack. */
const MESSAGE = { broadcast: null, urn: null, channel: null, flow: null, sent_on: null };

function liveMessage(archived: Dictionary): Dictionary {
  const record = withLiveTimes(archived, ['created_on', 'sent_on', 'modified_on']);
  const attachments = Array.isArray(record.attachments) ? record.attachments : [];
  const [first] = attachments.filter(isObject);
  return {
    ...MESSAGE,
    ...record,
    labels: record.labels ?? [],
    attachments,
    archived: record.visibility === 'archived',
    media: first ? `${first.content_type}:${first.url}` : null,
  };
}

function withTime(item: unknown): unknown {
  return isObject(item) && 'time' in item ? { ...item, time: liveRunTime(item.time) } : item;
}

/** Older archives have the results of a run as a list of objects. */
function liveValues(values: unknown): Dictionary {
  const entries = [values]
    .flat()
    .filter(isObject)
    .flatMap(Object.entries<unknown>);
  return Object.fromEntries(entries.map(([key, item]) => [key, withTime(item)]));
}

function liveRun(archived: Dictionary): Dictionary {
  const record = withLiveTimes(archived, ['created_on', 'modified_on', 'exited_on']);
  return {
    start: null,
    exited_on: null,
    exit_type: null,
    ...record,
    path: Array.isArray(record.path) ? record.path.map(withTime) : null,
    values: liveValues(record.values),
  };
}

/**
 * The lists whose older records are in archives: what archives of them are called, the time by which a record belongs to
 * one, how it becomes a live one, and what reads them alone.
 */
export const ARCHIVED = {
  messages: {
    type: 'message',
    time: 'created_on',
    toLive: liveMessage,
    reader: 'eachArchivedMessages()',
  },
  runs: { type: 'run', time: 'modified_on', toLive: liveRun, reader: 'eachArchivedRuns()' },
} as const;

export type ArchivedList = keyof typeof ARCHIVED;

type Matches = (record: Dictionary, wanted: string) => boolean;

const refersTo = (value: unknown, wanted: string) =>
  String((value as Dictionary | null | undefined)?.uuid).toLowerCase() === wanted.toLowerCase();

const isIncoming = ({ direction }: Dictionary) => direction === 'in';
/** In old archives, the type says it. */
const isOfFlow = ({ flow, type }: Dictionary) => Boolean(flow) || type === 'flow';

const FOLDER: { [folder: string]: (message: Dictionary) => boolean } = {
  inbox: message => isIncoming(message) && !message.archived && !isOfFlow(message),
  flows: message => isIncoming(message) && !message.archived && isOfFlow(message),
  archived: message => isIncoming(message) && message.archived === true,
  outbox: message =>
    !isIncoming(message) &&
    /^(?:queued|errored|initializing|pending)$/.test(String(message.status)),
  failed: message => !isIncoming(message) && message.status === 'failed',
};

type FilterOf<List extends ArchivedList> = keyof (typeof resources)[List]['filters'];
/** The filters that select records: not the period, and not what only changes how records come or look. */
type Selecting = Exclude<
  FilterOf<'messages'> | FilterOf<'runs'>,
  'before' | 'after' | 'reverse' | 'paths'
>;

/** The filters of both lists. */
const FILTERS: { readonly [filter in Selecting]: Matches } = {
  id: ({ id }, wanted) => String(id) === wanted,
  uuid: ({ uuid }, wanted) => String(uuid).toLowerCase() === wanted.toLowerCase(),
  flow: ({ flow }, wanted) => refersTo(flow, wanted),
  contact: ({ contact }, wanted) => refersTo(contact, wanted),
  broadcast: ({ broadcast }, wanted) => String(broadcast) === wanted,
  responded: ({ responded }) => responded === true,
  folder: (message, wanted) => FOLDER[wanted]?.(message) === true,
  label: ({ labels }, wanted) =>
    Array.isArray(labels) &&
    labels.some(label => refersTo(label, wanted) || (label as Dictionary | null)?.name === wanted),
};

/**
 * Selects the records of archives that match a query.
 *
 * @returns the record as the list would have it, or undefined
 */
export function matcherOf(
  list: ArchivedList,
  query: Query,
): (record: Dictionary) => Dictionary | undefined {
  const period = periodBetween(toMicros(query.after), toMicros(query.before));
  const { time, toLive } = ARCHIVED[list];
  const filters = Object.entries(query).flatMap(([name, value]) => {
    const matches = Object.hasOwn(FILTERS, name) ? FILTERS[name as Selecting] : undefined;
    return matches ? [{ matches, wanted: String(value) }] : [];
  });
  return archived => {
    if (!period.includes(archived[time])) return undefined;
    const record = toLive(archived);
    if (!filters.every(({ matches, wanted }) => matches(record, wanted))) return undefined;
    return query.paths === false ? { ...record, path: null } : record;
  };
}

/** Days after which RapidPro moves records to archives, unless it is set up otherwise. */
const ARCHIVED_AFTER = 90;

/**
 * Warns that a list lacks what RapidPro has moved to archives.
 *
 * @param after - the time from which on it was to be read
 * @param rest - what became of the records in archives, and how to read them; default: read them alone
 */
export function warnOfArchives(
  { clock }: Client,
  list: ArchivedList,
  after: unknown,
  rest = `were not read. ${ARCHIVED[list].reader} reads them.`,
): void {
  const first = toMicros(after);
  if (first === undefined || first >= clock.now() * 1000 - ARCHIVED_AFTER * DAY) return;
  const nouns = plural(resources[list].nouns);
  log.warn(
    `${nouns[0]?.toUpperCase()}${nouns.slice(1)} older than about ${ARCHIVED_AFTER} days are in the archives and ${rest}`,
  );
}

/** The number of records after which archives count as endless. */
const MOST_ARCHIVED = 10_000_000;

/** The archives that may hold records of a period. */
export async function findArchives(
  client: Client,
  list: ArchivedList,
  period: Period,
): Promise<Dictionary[]> {
  const archives: Dictionary[] = [];
  const query = { archive_type: ARCHIVED[list].type, ...period.archives };
  for await (const { records } of pages(client, 'archives', query)) archives.push(...records);
  const full = archives.filter(({ record_count }) => record_count !== 0);
  const missing = full.filter(({ download_url }) => !download_url).length;
  if (missing > 0) {
    log.warn(
      `${count(missing, resources.archives.nouns)} cannot be downloaded: their records are left out`,
    );
  }
  return full.filter(({ download_url }) => download_url);
}

/** Reads a file: its raw records, some at a time, oldest first. */
export type ReadArchive = (archive: Dictionary, isAgain?: boolean) => AsyncGenerator<Dictionary[]>;

/**
 * Reads the files of archives, one after the other, with one limit for all of them. Records that nobody needs are not
 * converted. With `isAgain`, they were counted before.
 *
 * What is read throws `LINK_FAILED`, `INVALID_LINK`, `INVALID_RESPONSE` or `LIST_TOO_LONG`.
 */
export function archiveReader(client: Client, list: ArchivedList): ReadArchive {
  const { clock, origin, secrets, ca } = client;
  // If the server is on our own network, its archives may be there too; those of a server on the web must not.
  let nearby: Promise<boolean> | undefined;
  let total = 0;
  return async function* (archive, isAgain = false) {
    const { download_url, hash } = archive;
    nearby ??= isNearby(origin);
    const stop = new AbortController();
    const options = {
      secrets,
      ca,
      allowPrivate: await nearby,
      allowUnknownNames: true,
      signal: stop.signal,
    };
    const bytes = download(String(download_url), options, clock);
    // An empty one counts as none.
    const md5 = (typeof hash === 'string' && hash) || undefined;
    let amount = 0;
    try {
      for await (const archived of readJsonLines(bytes, md5)) {
        // A record without a time is in no period, so it would always be left out.
        for (const record of archived) timeIn(record, ARCHIVED[list].time);
        amount += archived.length;
        if (!isAgain) total += archived.length;
        if (total > MOST_ARCHIVED) {
          throw fail(
            'LIST_TOO_LONG',
            `The archives have more than ${MOST_ARCHIVED} records.`,
            'Read a shorter period. If it is short already, ask the people who run the server.',
          );
        }
        yield archived;
      }
    } finally {
      // Whoever stops in the middle does not wait for the next bytes, and the server may send none.
      stop.abort();
    }
    if (!isAgain) checkAmount(list, amount, archive, md5 !== undefined);
  };
}

/**
 * A file with the right hash is complete: RapidPro may later remove records from an archive without changing its count.
 */
function checkAmount(
  list: ArchivedList,
  amount: number,
  { record_count, start_date }: Dictionary,
  isProven: boolean,
): void {
  if (typeof record_count !== 'number' || amount === record_count) return;
  const found = count(amount, resources[list].nouns);
  if (isProven) {
    log.warn(
      `The archive of ${String(start_date)} has ${found}, but RapidPro put ${record_count} into it. Its file is complete: RapidPro may have removed some since.`,
    );
    return;
  }
  throw fail(
    'INVALID_RESPONSE',
    `An archive has ${found}, but the server lists ${record_count}.`,
    'Its file is broken, incomplete or a different one. Run the job again. If it keeps failing, ask the people who run the server.',
  );
}
