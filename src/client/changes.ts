import { fail } from '../errors/errors.js';
import { fromMicros, type Micros, microsIn, timeIn, toMicros } from '../input/times.js';
import { inPieces } from '../input/turns.js';
import { PAGE_SIZE } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import { LATEST } from './limiter.js';
import type { OrderedList } from './orderedList.js';
import { type Page, pages } from './pages.js';
import type { Place } from './seams.js';

/** The same in microseconds. */
const LATE = LATEST * 1_000_000;

/** The most recent records that are read again, at most. With the new changes, they fit on one page. */
const MOST_AGAIN = 200;

/** How often the newest records are read again, if each time more than a page has changed. */
const MOST_LOOKS = 100;

/**
 * Whether a record that changes leaves the list, because the list ends in the past. Call it after the first page.
 */
export function isOver({ query, order, client }: OrderedList): boolean {
  const before = order.isFiltered ? toMicros(query.before) : undefined;
  // Without the server's time, it is not known what is past.
  return before !== undefined && before < (client.serverTime ?? 0) * 1000 - LATE;
}

/**
 * The time after which changes may have been missed, once the newest records have arrived. It is before them if
 * changes in progress may still become visible behind them.
 */
export function sinceOf({ client, order }: OrderedList, [first, ...others]: Dictionary[]): Micros {
  const newest = microsIn(first ?? {}, order.key);
  const last = others[Math.min(MOST_AGAIN, others.length) - 1];
  const now = Math.max(newest, (client.serverTime ?? 0) * 1000);
  return Math.min(newest, Math.max(now - LATE, toMicros(last?.[order.key]) ?? newest));
}

/**
 * Yields what has changed since a time, oldest first if the server can do that. Then new changes move to the end and
 * are still read. Records that were read before come again.
 *
 * @param start - where to continue, for lists with the oldest first
 */
export async function* changes(
  list: OrderedList,
  since: Micros,
  start?: Place,
): AsyncGenerator<Page, void, undefined> {
  const { client, name, order } = list;
  const { reverse: _, ...query } = list.query;
  if (order.canReverse && order.isFiltered) {
    yield* pages(client, name, { ...query, after: fromMicros(since + 1), reverse: true }, start);
    return;
  }
  const found = byTime(await newestFirst(list, since), order.key);
  for (const records of inPieces(found, PAGE_SIZE)) yield { records, next: undefined };
}

/** The oldest first. */
export function byTime(records: readonly Dictionary[], key: string): Dictionary[] {
  return records
    .map(record => ({ record, time: microsIn(record, key) }))
    .sort((a, b) => a.time - b.time)
    .map(({ record }) => record);
}

/** Reads the beginning of a list again until one read shows everything that came since the last. */
async function newestFirst(list: OrderedList, since: Micros): Promise<Dictionary[]> {
  const { client, name, query, order } = list;
  const found: Dictionary[][] = [];
  let begin = since;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const end = begin;
    const asked = order.isFiltered ? { ...query, after: fromMicros(end + 1) } : query;
    let count = 0;
    for await (const { records } of pages(client, name, asked)) {
      const past = records.findIndex(record => microsIn(record, order.key) <= end);
      if (count === 0 && records.length > 0) begin = Math.max(end, sinceOf(list, records));
      found.push(past < 0 ? records : records.slice(0, past));
      count++;
      if (past >= 0) break;
    }
    // A single page is one moment: nothing can have moved behind it.
    if (count < 2) return found.flat();
  }
  throw fail(
    'LIST_TOO_LONG',
    'The list changes faster than it can be read.',
    'Read it again when less is going on, or read less, with a filter.',
  );
}

/** Seconds by which records may be later than the server's clock. Its database has a clock of its own. */
const BEHIND = 60;

/**
 * The time when a read began, by the server's clock, in milliseconds. Later changes are left to the next read. If the
 * server sends no time, or one that its records show to be wrong, this takes a request for the newest record, because
 * the clock of this computer may be behind, too.
 *
 * @returns a function to call with each page
 */
export function beginningOf(
  list: OrderedList,
): (records: readonly Dictionary[]) => Promise<number> {
  const { client, order } = list;
  let beginning: number | undefined;
  let isCertain = false;
  return async records => {
    const { serverTime } = client;
    const isLater = (record: Dictionary) =>
      Date.parse(timeIn(record, order.key)) > (serverTime ?? 0) + BEHIND * 1000;
    if (!isCertain && (serverTime === undefined || records.some(isLater))) {
      isCertain = true;
      beginning = await newestOf(list);
    }
    // Whole seconds, rounded down.
    beginning ??= (serverTime ?? 0) + 1000;
    return beginning;
  };
}

async function newestOf({ client, name, query, order }: OrderedList): Promise<number> {
  const { reverse: _, ...newestFirst } = query;
  for await (const { records } of pages(client, name, newestFirst)) {
    const [newest] = records;
    if (newest) return Date.parse(timeIn(newest, order.key));
  }
  return client.clock.now();
}
