import type { Client } from '../../client/client.js';
import { download } from '../../client/links/download.js';
import { readJsonLines } from '../../client/links/jsonLines.js';
import { isNearby } from '../../client/links/link.js';
import { pages } from '../../client/pages.js';
import { fail } from '../../errors/errors.js';
import type { Period } from '../../input/filters.js';
import { count, log, plural } from '../../input/log.js';
import { DAY, timeIn, toMicros } from '../../input/times.js';
import { resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import { ARCHIVED, type ArchivedList } from './archivedRecords.js';

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
