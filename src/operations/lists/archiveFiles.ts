import type { Client } from '../../client/client.js';
import { download } from '../../client/links/download.js';
import { readJsonLines } from '../../client/links/jsonLines.js';
import { isNearby } from '../../client/links/link.js';
import { pages } from '../../client/pages.js';
import { fail } from '../../errors/errors.js';
import { count, log } from '../../input/log.js';
import type { Period } from '../../input/period.js';
import { timeIn } from '../../input/times.js';
import { PAGE_SIZE, resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import { KINDS, type Kind } from './archivedRecords.js';

/** The number of records after which archives count as endless. */
const MOST_ARCHIVED = 10_000_000;

/** The archives that may hold records of a period. */
export async function findArchives(
  client: Client,
  kind: Kind,
  period: Period,
): Promise<Dictionary[]> {
  const archives: Dictionary[] = [];
  const query = { archive_type: kind, ...period.archives };
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

/** Sorts archives, the oldest first. */
export function byStart(a: Dictionary, b: Dictionary): number {
  return String(a.start_date).localeCompare(String(b.start_date));
}

/** Reads the files of archives, one after the other, with one limit for all of them. */
export class ArchiveReader {
  readonly #client: Client;
  readonly #kind: Kind;
  /** Whether the server is on our own network. Then its archives may be there too; those of a server on the web must not. */
  #isNearby: Promise<boolean> | undefined;
  #read = 0;

  constructor(client: Client, kind: Kind) {
    this.#client = client;
    this.#kind = kind;
  }

  /**
   * The raw records of an archive, some at a time, oldest first. Records that nobody needs are not converted.
   *
   * @param isAgain - true if they were counted before
   * @throws RapidProError `LINK_FAILED`, `INVALID_LINK`, `INVALID_RESPONSE`, `LIST_TOO_LONG`
   */
  async *read(archive: Dictionary, isAgain = false): AsyncGenerator<Dictionary[]> {
    const { download_url, hash } = archive;
    const { time } = KINDS[this.#kind];
    const { clock, origin, secrets, ca } = this.#client;
    this.#isNearby ??= isNearby(origin);
    const allowPrivate = await this.#isNearby;
    const bytes = download(
      String(download_url),
      { secrets, ca, allowPrivate, allowUnknownNames: true },
      clock,
    );
    // An empty one counts as none.
    const md5 = (typeof hash === 'string' && hash) || undefined;
    let amount = 0;
    for await (const archived of readJsonLines(bytes, md5)) {
      // A record without a time is in no period, so it would always be left out.
      for (const record of archived) timeIn(record, time);
      amount += archived.length;
      if (!isAgain) this.#read += archived.length;
      if (this.#read > MOST_ARCHIVED) {
        throw fail(
          'LIST_TOO_LONG',
          `The archives have more than ${MOST_ARCHIVED} records.`,
          'Read a shorter period. If it is short already, ask the people who run the server.',
        );
      }
      yield archived;
    }
    if (!isAgain) this.#checkAmount(amount, archive, md5 !== undefined);
  }

  /**
   * A file with the right hash is complete: RapidPro may later remove records from an archive without changing its count.
   */
  #checkAmount(amount: number, { record_count, start_date }: Dictionary, isProven: boolean): void {
    if (typeof record_count !== 'number' || amount === record_count) return;
    const { nouns } = KINDS[this.#kind];
    if (isProven) {
      log.warn(
        `The archive of ${String(start_date)} has ${count(amount, nouns)}, but RapidPro put ${record_count} into it. Its file is complete: RapidPro may have removed some since.`,
      );
      return;
    }
    throw fail(
      'INVALID_RESPONSE',
      `An archive has ${count(amount, nouns)}, but the server lists ${record_count}.`,
      'Its file is broken, incomplete or a different one. Run the job again. If it keeps failing, ask the people who run the server.',
    );
  }
}

/** Records in pages of at most 250. */
export async function* inPages(batches: AsyncIterable<Dictionary[]>): AsyncGenerator<Dictionary[]> {
  let waiting: Dictionary[] = [];
  for await (const batch of batches) {
    waiting = waiting.concat(batch);
    while (waiting.length >= PAGE_SIZE) yield waiting.splice(0, PAGE_SIZE);
  }
  if (waiting.length > 0) yield waiting;
}
