import { fromMicros, toMicros } from '../input/times.js';
import { changes, isOver, sinceOf } from './changes.js';
import type { Fresh, ListPage, OrderedList, Part, Position } from './orderedList.js';
import { badPage, pages } from './pages.js';
import { fromPlain, toPlain } from './seams.js';
import { identityOf, SeenIds } from './seenIds.js';
import { type WindowOptions, windows } from './windows.js';

/** This many known records in a row are more than any bulk action can have changed. */
const MOST_AGAIN = 1_000_000;

/**
 * Yields a list page by page, each record once and none missed, whatever others do meanwhile. With the newest first,
 * a record that changes jumps to the front, behind the reader. So changes are read at the end, which takes one more
 * request for a list of several pages. With the oldest first, it jumps to the end and would come twice.
 *
 * @param side - how many time windows to read in parallel; default: one page after the other
 * @param start - where to start, from the `next` of a page; default: the beginning
 * @param mayReadAhead - as for `pages()`. Time windows have their own
 * @throws RapidProError what a request throws, after all that lies before it was yielded
 */
export async function* readThrough(
  list: OrderedList,
  side?: WindowOptions,
  start?: Position,
  mayReadAhead?: () => boolean,
): AsyncGenerator<ListPage, void, undefined> {
  // In a list that keeps its order, only windows meet a record twice.
  const seen = side || list.order.moves ? SeenIds.unpack(start?.seen) : undefined;
  let again = 0;
  const fresh: Fresh = records => {
    if (!seen) return records;
    const kept = records.filter(record => seen.add(identityOf(record)));
    again = kept.length > 0 ? 0 : again + records.length;
    if (again < MOST_AGAIN) return kept;
    return badPage('LIST_TOO_LONG', 'The server keeps sending the same records.');
  };
  const withSeen = (next: (() => Position) | undefined) => {
    const size = seen?.size;
    return next && (() => ({ ...next(), ...(seen && { seen: seen.pack(size) }) }));
  };
  let since = toMicros(start?.since);
  let missesChanges = true;
  if (!start?.last) {
    const parts = side
      ? windows(list, side, fresh, start)
      : onePageAfterTheOther(list, fresh, start, mayReadAhead);
    for await (const part of parts) {
      ({ since, missesChanges } = part);
      yield { records: part.records, next: withSeen(part.next) };
    }
  }
  if (since === undefined || !missesChanges) return;
  const last = { last: true, since: fromMicros(since) };
  const place = start?.last && start.cursor && fromPlain(start.cursor);
  for await (const { records, next } of changes(list, since, place || undefined)) {
    const behind = next && (() => ({ ...last, cursor: toPlain(next) }));
    yield { records: fresh(records), next: withSeen(behind) };
  }
}

async function* onePageAfterTheOther(
  list: OrderedList,
  fresh: Fresh,
  start: Position | undefined,
  mayReadAhead: (() => boolean) | undefined,
): AsyncGenerator<Part, void, undefined> {
  const { client, name, query, order } = list;
  let looksBack = order.moves && !order.isAscending;
  let since = toMicros(start?.since);
  const place = start?.cursor && fromPlain(start.cursor);
  for await (const { records, next } of pages(client, name, query, place, mayReadAhead)) {
    const [first] = records;
    // A single page is one moment: nothing can have moved behind it.
    const isBegun = !start && since === undefined && next;
    if (isBegun && looksBack && first && order.key in first) {
      looksBack = !isOver(list);
      since = looksBack ? sinceOf(list, records) : undefined;
    }
    const from = since;
    const newest = () => (from === undefined ? {} : { since: fromMicros(from) });
    const behind = from === undefined ? undefined : () => ({ last: true, ...newest() });
    const within = next && (() => ({ cursor: toPlain(next), ...newest() }));
    yield { records: fresh(records), next: within ?? behind, since, missesChanges: looksBack };
  }
}
