import { fail } from '../errors/errors.js';
import { fromMicros, type Micros, microsIn, timeIn, toMicros } from '../input/times.js';
import { PAGE_SIZE, type ResourceName } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { Client } from './client.js';
import type { ListOrder } from './listOrder.js';
import { type Page, pages } from './pages.js';
import type { Place } from './seams.js';

/** A list, and how it is sorted. */
export interface OrderedList {
  client: Client;
  name: ResourceName;
  /** The filters, as the job gave them. */
  query: Query;
  order: ListOrder;
}

/**
 * Seconds after which a record has come to light: it carries the moment at which a change began, and shows
 * it when the transaction ends, or when a copy of the database has caught up.
 */
export const LATEST = 30;
const LATE = LATEST * 1_000_000;

/** Of the newest records so many at most are read again: with what has changed meanwhile they are one page. */
const MOST_AGAIN = 200;

/** Looks at the newest records, one after the other, of which each shows more than a page of changes. */
const MOST_LOOKS = 100;

/**
 * Whether a record that changes leaves the list: it ends in the past, as the job wants it. To be asked when
 * the first page has come.
 */
export function isOver({ query, order, client }: OrderedList): boolean {
  const before = order.isFiltered ? toMicros(query.before) : undefined;
  // Without the server's own time nobody knows its past.
  return before !== undefined && before < (client.serverTime ?? 0) * 1000 - LATE;
}

/**
 * The time behind which changes can have been missed, once the newest records of the list have come. It
 * lies before them where something that was under way then can still come to light behind them.
 */
export function sinceOf({ client, order }: OrderedList, [first, ...others]: Dictionary[]): Micros {
  const newest = microsIn(first ?? {}, order.key);
  const last = others[Math.min(MOST_AGAIN, others.length) - 1];
  const now = Math.max(newest, (client.serverTime ?? 0) * 1000);
  return Math.min(newest, Math.max(now - LATE, toMicros(last?.[order.key]) ?? newest));
}

/**
 * Yields what has changed since a time, oldest first where the server can: what changes meanwhile moves to
 * the end and still comes. Records that were read before come too.
 *
 * @param start - where to go on, for lists that come oldest first
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
  const records = await newestFirst(list, since);
  records.sort((a, b) => microsIn(a, order.key) - microsIn(b, order.key));
  for (let begin = 0; begin < records.length; begin += PAGE_SIZE) {
    yield { records: records.slice(begin, begin + PAGE_SIZE), next: undefined };
  }
}

/** Looks at the beginning of a list again and again, until a look has shown all that came since the last. */
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
    // One page is one moment: nothing can have moved behind it.
    if (count < 2) return found.flat();
  }
  throw fail(
    'LIST_TOO_LONG',
    'The list changes faster than it can be read.',
    'Read it again when less is going on, or read less, with a filter.',
  );
}

/**
 * The moment at which a reading began, by the server's clock, in milliseconds: what changes later is left
 * to the next one. To be asked for when the first answer is there. Costs a request where the server tells
 * no time: then its newest record shows it, since the clock of this computer may be behind.
 */
export async function beginningOf({ client, name, query, order }: OrderedList): Promise<number> {
  const { serverTime } = client;
  // Whole seconds, cut.
  if (serverTime !== undefined) return serverTime + 1000;
  const { reverse: _, ...newestFirst } = query;
  for await (const { records } of pages(client, name, newestFirst)) {
    const [newest] = records;
    if (newest) return Date.parse(timeIn(newest, order.key));
  }
  return client.clock.now();
}
