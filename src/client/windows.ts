import { PAGE_SIZE } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { Client } from './client.js';
import type { Page } from './pages.js';
import type { Position } from './position.js';
import { IdSet } from './windowIds.js';
import { type WindowedList, type WindowOptions, WindowReader } from './windowReader.js';
import { idOf, toMicros } from './windowTimes.js';

/** A page out of a window. */
export interface WindowPage {
  records: Dictionary[];
  /** Where to go on; undefined behind a page of which nobody could go on. */
  next: Position | undefined;
}

/**
 * Yields a list that is read in windows of time, several requests side by side, in the order in which
 * {@link pages} yields it and each record once. Records that change meanwhile come last.
 *
 * @param client - counts the requests
 * @param list - what is read
 * @param options - how
 * @param start - where to begin, as a page's `next` said it; default: the beginning
 * @throws RapidProError what a request throws, after all that lies before it was yielded
 */
export async function* windows(
  client: Client,
  list: WindowedList,
  options: WindowOptions,
  start?: Position,
): AsyncGenerator<WindowPage, void, undefined> {
  const reader = new WindowReader(client, list, options, start);
  const handed = new IdSet();
  const fresh = (records: readonly Dictionary[]) =>
    records.filter(record => {
      const id = idOf(record);
      return id === undefined || handed.add(id);
    });
  try {
    if (!start?.last) {
      for await (const page of inOrder(reader)) {
        const records = fresh(page.records);
        reader.progress.handed += records.length;
        if (records.length > 0 || page.isOnly) yield { records, next: page.next };
      }
    }
    // A list that one page held whole, or that was read from its oldest record on, has no changes.
    if (!needsChanges(reader, list, client)) return;
    for await (const page of inTime(reader, list, start?.last ? start.cursor : undefined)) {
      const records = fresh(page.records);
      const next =
        page.next && list.canReverse ? reader.positionIn(undefined, page.next) : undefined;
      if (records.length > 0) yield { records, next };
    }
  } finally {
    await reader.close();
  }
}

interface Ordered extends WindowPage {
  isOnly: boolean;
}

/** The pages of all gaps, one gap after the other. */
async function* inOrder(reader: WindowReader): AsyncGenerator<Ordered, void, undefined> {
  reader.fill();
  let isFirst = true;
  for (let [gap] = reader.gaps; gap; [gap] = reader.gaps) {
    const piece = gap.head?.pieces.shift();
    if (gap.head && piece) {
      gap.head.waiting -= piece.records.length;
      const isLast = gap.closed && !gap.head.pieces.length && !gap.tail?.pieces.length;
      // Without a cursor the window's last page is read, but what its other end brought is not handed out.
      const within = piece.cursor && reader.positionIn(gap, piece.cursor);
      const next = isLast ? behind(reader) : within;
      yield { records: piece.records, next, isOnly: isFirst };
      isFirst = false;
      reader.fill();
      continue;
    }
    if (gap.closed) {
      yield* endOf(reader, isFirst);
      isFirst = false;
      reader.fill();
      continue;
    }
    if (reader.failure !== undefined) throw reader.failure;
    reader.fill();
    if (reader.isIdle && reader.failure === undefined) throw new Error('the windows stand still');
    await reader.progressed();
  }
}

/** What was read from the end of a closed gap, turned round. Then the gap is done with. */
async function* endOf(reader: WindowReader, isFirst: boolean): AsyncGenerator<Ordered> {
  const [gap] = reader.gaps;
  const { tail } = gap ?? {};
  let isOnly = isFirst;
  for (let piece = tail?.pieces.pop(); tail && piece; piece = tail.pieces.pop()) {
    tail.waiting -= piece.records.length;
    const isLast = tail.pieces.length === 0;
    const next = isLast ? behind(reader) : undefined;
    yield { records: piece.records.toReversed(), next, isOnly };
    isOnly = false;
  }
  reader.gaps.shift();
}

/** Behind the first gap. */
function behind(reader: WindowReader): Position | undefined {
  const [, following] = reader.gaps;
  if (following) return reader.positionIn(following);
  return reader.looksBack && reader.since !== undefined ? reader.positionIn(undefined) : undefined;
}

function needsChanges(reader: WindowReader, { query }: WindowedList, client: Client): boolean {
  if (!reader.looksBack || reader.since === undefined || !reader.missesChanges) return false;
  const before = toMicros(query.before);
  // What changes now lies behind an end that the job set in the past.
  return before === undefined || before >= (client.serverTime ?? client.clock.now()) * 1000;
}

/** The changes, oldest first. */
async function* inTime(
  reader: WindowReader,
  { canReverse, key }: WindowedList,
  cursor: Query | undefined,
): AsyncGenerator<Page> {
  if (canReverse) {
    yield* reader.changes(cursor);
    return;
  }
  const records: Dictionary[] = [];
  for await (const page of reader.changes()) records.push(...page.records);
  records.sort((a, b) => (toMicros(a[key]) ?? 0) - (toMicros(b[key]) ?? 0));
  for (let start = 0; start < records.length; start += PAGE_SIZE) {
    yield { records: records.slice(start, start + PAGE_SIZE), next: undefined };
  }
}
