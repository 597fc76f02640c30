import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Client } from '../../client/client.js';
import type { ListOrder, ListPage, OrderedList } from '../../client/orderedList.js';
import { pages } from '../../client/pages.js';
import { identityOf, SeenIds } from '../../client/seenIds.js';
import { fail } from '../../errors/errors.js';
import { periodBetween } from '../../input/filters.js';
import type { Settings } from '../../input/options.js';
import { DAY, type Micros, toMicros } from '../../input/times.js';
import { PAGE_SIZE, type ResourceName } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import { ARCHIVED, type ArchivedList, matcherOf } from './archivedRecords.js';
import { archiveReader, findArchives, type ReadArchive } from './archiveFiles.js';

/** Bytes of compressed records of one file that are kept at a time. A page is compressed to a tenth. */
const MOST_KEPT = 24 * 1024 * 1024;

const pack = (records: readonly Dictionary[]) =>
  deflateRawSync(JSON.stringify(records), { level: 1 });
const unpack = (block: Buffer) => JSON.parse(inflateRawSync(block).toString()) as Dictionary[];

/**
 * The records of a file that can only be read forward, last one first. The end of the file is kept, compressed. What does
 * not fit is read again, as often as necessary.
 *
 * @param read - reads the file from its beginning; the same records each time
 * @param most - bytes of compressed records to keep
 * @throws RapidProError what `read` throws, before anything was handed on; `INVALID_RESPONSE` if the file changed
 */
export async function* backwards(
  read: (isAgain: boolean) => AsyncIterable<Dictionary[]>,
  most = MOST_KEPT,
): AsyncGenerator<Dictionary[]> {
  /** Records at the beginning that are not handed on yet. */
  let left = Number.POSITIVE_INFINITY;
  while (left > 0) {
    const { blocks, first, end } = await lastBlocks(
      read(left < Number.POSITIVE_INFINITY),
      left,
      most,
    );
    if (left < Number.POSITIVE_INFINITY && end < left) {
      throw fail(
        'INVALID_RESPONSE',
        'An archive became shorter while it was read.',
        'Run the job again.',
      );
    }
    for (let block = blocks.pop(); block; block = blocks.pop()) yield unpack(block).reverse();
    left = first;
  }
}

/** The last of a number of first records, as far as they can be kept; `first` is the number of those before. */
async function lastBlocks(batches: AsyncIterable<Dictionary[]>, left: number, most: number) {
  const blocks: Buffer[] = [];
  let [first, end, size] = [0, 0, 0];
  let waiting: Dictionary[] = [];
  const keep = (records: Dictionary[]) => {
    const block = pack(records);
    blocks.push(block);
    size += block.length;
    // One block always stays, whatever its size. Otherwise, this would never end.
    while (size > most && blocks.length > 1) {
      size -= blocks.shift()?.length ?? 0;
      first += PAGE_SIZE;
    }
  };
  for await (const batch of batches) {
    const taken = batch.slice(0, left - end);
    end += taken.length;
    waiting = waiting.concat(taken);
    while (waiting.length >= PAGE_SIZE) keep(waiting.splice(0, PAGE_SIZE));
    if (end >= left) break;
  }
  if (waiting.length > 0) keep(waiting);
  return { blocks, first, end };
}

/** Whether a list takes the option `archived`. */
export const hasArchives = (name: ResourceName): name is ArchivedList => name in ARCHIVED;

/** Folders that cannot be recognized in archives, and why. */
const FOLDERS: { [folder: string]: string } = {
  sent: 'is sorted by a different time than the archives',
  incoming: 'contains deleted messages, which archives do not have',
};

/** Refuses what cannot be read with the option `archived`. Call it before anything is sent. */
export function checkArchived(name: ResourceName, filters: unknown, options: Settings): void {
  if (!options.archived) return;
  for (const key of ['deadline', 'resume'] as const) {
    if (options[key] === undefined || options[key] === false) continue;
    throw fail(
      'INVALID_OPTION',
      `options.${key} cannot be combined with options.archived: archives are read to the end in one run.`,
      'Nothing was read. Read one month per run, with the filters "after" and "before".',
    );
  }
  const { folder } = (filters ?? {}) as { folder?: unknown };
  const why = name === 'messages' ? FOLDERS[String(folder).toLowerCase()] : undefined;
  if (why === undefined) return;
  throw fail(
    'INVALID_FILTER',
    `The folder "${String(folder).toLowerCase()}" ${why}: it cannot be read with options.archived.`,
    'Nothing was read. Leave the folder out, and filter each page with fn(), by message.direction and message.status.',
  );
}

/** The period of an archive: its first moment, and the moment after its last one. */
function spanOf({ start_date, period }: Dictionary): { from: Micros; to: Micros } {
  const from = toMicros(start_date) ?? Number.NaN;
  const day = new Date(from / 1000);
  const next = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1) * 1000;
  return { from, to: period === 'monthly' ? next : from + DAY };
}

/** What distinguishes an archive from another one, or from itself after it was created again. */
const nameOf = ({ start_date, period, hash, record_count }: Dictionary) =>
  JSON.stringify([start_date, period, hash ?? record_count]);

/** Single records from pages that are read when needed. */
class Head {
  #page: Dictionary[] = [];
  #at = 0;
  readonly #pages: AsyncIterator<ListPage>;

  constructor(pages: AsyncIterable<ListPage>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** The next record, which stays; undefined after the last one. */
  async peek(): Promise<Dictionary | undefined> {
    while (this.#at >= this.#page.length) {
      const { done, value } = await this.#pages.next();
      if (done) return undefined;
      this.#page = value.records;
      this.#at = 0;
    }
    return this.#page[this.#at];
  }

  /** Takes the records before the first that is not wanted. */
  async *take(isWanted: (record: Dictionary) => boolean = () => true): AsyncGenerator<Dictionary> {
    for (let one = await this.peek(); one && isWanted(one); one = await this.peek()) {
      this.#at++;
      yield one;
    }
  }

  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}

/** Reads the archives of one list, each in the order of the list. */
class Archives {
  readonly #list: OrderedList;
  readonly #name: ArchivedList;
  readonly #read: ReadArchive;
  readonly #known = new Set<string>();

  constructor(list: OrderedList) {
    this.#list = list;
    this.#name = list.name as ArchivedList;
    this.#read = archiveReader(list.client, this.#name);
  }

  /** Those that were not listed before, in the order of the list. */
  async list(): Promise<Dictionary[]> {
    const { client, query, order } = this.#list;
    const period = periodBetween(toMicros(query.after), toMicros(query.before));
    const listed = await findArchives(client, this.#name, period);
    const fresh = listed.filter(archive => !this.#known.has(nameOf(archive)));
    for (const archive of fresh) this.#known.add(nameOf(archive));
    const placeOf = (archive: Dictionary) => {
      const { from, to } = spanOf(archive);
      return order.isAscending ? from : -to;
    };
    return fresh.sort((a, b) => placeOf(a) - placeOf(b));
  }

  read(archive: Dictionary, isReadBefore = false): AsyncIterable<Dictionary[]> {
    const { query, order } = this.#list;
    const matches = matcherOf(this.#name, query);
    const read = this.#read;
    const matching = async function* (isAgain: boolean) {
      for await (const records of read(archive, isAgain)) {
        yield records.map(matches).filter(record => record !== undefined);
      }
    };
    return order.isAscending ? matching(isReadBefore) : backwards(matching);
  }
}

/**
 * With the oldest first, the archived version of a record that changed since comes before the list's. So the ids of the
 * list are read first, and archived versions of these are left out.
 */
class LeftOut {
  readonly #listed = new SeenIds();
  readonly #ids = new SeenIds();
  readonly #archives = new Set<Dictionary>();
  #missing = 0;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async readIds(pages: AsyncIterable<ListPage>): Promise<void> {
    for await (const { records } of pages) {
      for (const record of records) this.#listed.add(this.#page.idOf(record));
    }
  }

  /** Whether to leave out an archived record, because the list has it, too. */
  add(record: Dictionary, archive: Dictionary): boolean {
    const id = this.#page.idOf(record);
    if (!this.#listed.has(id)) return false;
    if (this.#page.has(id)) return true;
    this.#archives.add(archive);
    if (this.#ids.add(id)) this.#missing++;
    return true;
  }

  /** To be called for each other record, before it is added to the page. */
  note(record: Dictionary): void {
    const id = this.#page.idOf(record);
    if (this.#ids.has(id) && !this.#page.has(id)) this.#missing--;
  }

  /** Where to find those that were removed from the list before they were read there; the newest first. */
  get archives(): Dictionary[] {
    return this.#missing > 0 ? [...this.#archives].reverse() : [];
  }
}

/**
 * The records of a list and its archives, in the order of the list. Those that are in both come twice, first as the list
 * has them.
 */
async function* inOrder(
  list: Head,
  archives: Archives,
  listed: readonly Dictionary[],
  { key, isAscending }: ListOrder,
  leftOut: LeftOut,
): AsyncGenerator<Dictionary> {
  const timeOf = (record: Dictionary) => toMicros(record[key]) ?? Number.NaN;
  const isAfter = (a: Micros, b: Micros) => (isAscending ? a > b : a < b);
  for (const archive of listed) {
    const { from, to } = spanOf(archive);
    // The file is opened when it is its turn, because a limit may come first.
    yield* list.take(one => isAfter(isAscending ? from : to - 1, timeOf(one)));
    for await (const records of archives.read(archive)) {
      for (const old of records) {
        yield* list.take(one => !isAfter(timeOf(one), timeOf(old)));
        if (!leftOut.add(old, archive)) yield old;
      }
    }
  }
  yield* list.take();
  for (const archive of await archives.list()) {
    for await (const records of archives.read(archive)) yield* records;
  }
  for (const archive of leftOut.archives) {
    for await (const records of archives.read(archive, true)) yield* records;
  }
}

/**
 * The pages of a list together with its archives, each record once, in the order of the list. Of a record that is in
 * both, the list's version comes.
 *
 * RapidPro moves records from the list to archives at any time, also during the read. So after the list, the
 * archives are read again: records that were moved meanwhile come last.
 *
 * @param read - reads the pages of the list itself, to its very end
 * @param limit - records after which the read ends
 * @throws RapidProError what reading throws
 */
export async function* withArchives(
  list: OrderedList,
  read: (list: OrderedList) => AsyncIterable<ListPage>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<ListPage, void, undefined> {
  const same = { ...list, query: await byUuid(list.client, list.query) };
  const { order } = list;
  const archives = new Archives(same);
  const listed = await archives.list();
  const page = new Page(limit);
  const leftOut = new LeftOut(page);
  const isOldFirst = order.moves && order.isAscending;
  if (isOldFirst && listed.length > 0) await leftOut.readIds(read(same));
  const head = new Head(read(same));
  page.expect(await head.peek());
  try {
    for await (const record of inOrder(head, archives, listed, order, leftOut)) {
      leftOut.note(record);
      if (page.add(record)) yield { records: page.turn(), next: undefined };
    }
    // Also if nothing is left: an empty list is one empty page, and others are left out.
    yield { records: page.turn(), next: undefined };
  } finally {
    await head.close();
  }
}

/** Archives have the old names of labels, but their uuids stay the same. */
async function byUuid(client: Client, query: Query): Promise<Query> {
  if (query.label === undefined) return query;
  for await (const { records } of pages(client, 'labels')) {
    const label = records.find(({ name }) => name === query.label);
    if (label) return { ...query, label: String(label.uuid) };
  }
  return query;
}

/** Collects records, each once. */
class Page {
  #records: Dictionary[] = [];
  readonly #limit: number;
  readonly #seen = new SeenIds();
  /** What identifies records of the list. Archives have it too, and often more. */
  #id: 'uuid' | 'id' = 'uuid';

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the first record of the list as an example. */
  expect(first: Dictionary | undefined): void {
    if (first && !('uuid' in first)) this.#id = 'id';
  }

  idOf(record: Dictionary): string {
    const uuid = record[this.#id];
    // Old archives may lack both.
    return identityOf(uuid === undefined || uuid === null ? record : { uuid });
  }

  has(id: string): boolean {
    return this.#seen.has(id);
  }

  /** @returns true if the page is full, or the read ends */
  add(record: Dictionary): boolean {
    if (this.#seen.add(this.idOf(record))) this.#records.push(record);
    return this.#records.length >= PAGE_SIZE || this.#seen.size >= this.#limit;
  }

  turn(): Dictionary[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }
}
