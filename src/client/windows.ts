import { fail } from '../errors/errors.js';
import { fromMicros, type Micros, microsIn, toMicros } from '../input/times.js';
import { type Resource, type ResourceName, resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import { isOver, sinceOf } from './changes.js';
import type { Fresh, ListPage, OrderedList, Part, Position } from './orderedList.js';
import { type Page, pages } from './pages.js';
import { fromPlain, type Place, toPlain } from './seams.js';
import {
  type Direction,
  Gap,
  type Moment,
  notSorted,
  Side,
  type Stretch,
  WindowPlan,
  type WindowProgress,
} from './windowPlan.js';

export interface WindowOptions {
  concurrency: number;
  /** Pages that may wait to be handed out. */
  ahead: number;
  limit?: number | undefined;
  /** True if the read may stop early. Then the first pages are read first. */
  mayStop?: boolean | undefined;
}

/** Up to this many pages, a single walk reads the list, oldest records first, so that none is lost. */
const SHORT = 20;
/** After this many pages, a single walk has taken long enough, whatever the estimate. */
const LONG = 8;

/**
 * Reads the stretches of a list in parallel. It does not know who takes the pages, but never keeps more than it may.
 */
export class WindowReader {
  readonly gaps: Gap[];
  /** The time after which changes may have been missed. */
  since: Micros | undefined;
  /** True if pages were read after the newest ones: changes in between were not seen. */
  missesChanges: boolean;
  /** True if a record that changes moves to a place that the windows no longer read. */
  looksBack: boolean;
  /** Why it ended early. */
  failure: unknown;
  readonly progress: WindowProgress;
  readonly #list: OrderedList;
  readonly #options: WindowOptions;
  readonly #plan: WindowPlan;
  readonly #running = new Set<Promise<void>>();
  /** 1 if the oldest record comes first, -1 if the newest does. */
  readonly #sign: Direction;
  /** True while one walk is enough. */
  #alone: boolean;
  readonly #isResumed: boolean;
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(list: OrderedList, options: WindowOptions, start?: Position) {
    const { canReverse } = list.order;
    this.#list = list;
    this.#options = options;
    this.looksBack = list.order.moves;
    this.#sign = list.order.isAscending ? 1 : -1;
    // With a limit and the newest first, the oldest records may not be needed.
    const wantsOldest = this.#sign === 1 || (options.limit === undefined && !options.mayStop);
    this.#alone = canReverse && wantsOldest && start === undefined && options.concurrency > 1;
    this.since = toMicros(start?.since);
    this.#isResumed = start !== undefined;
    this.missesChanges = start !== undefined;
    this.gaps = this.#firstGaps(start);
    this.progress = {
      gaps: this.gaps,
      ends: { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
      pages: 0,
      kept: 0,
      handed: 0,
      waiting: 0,
      running: 0,
      covered: 0,
    };
    const { limit = Number.POSITIVE_INFINITY } = options;
    const { looksBack } = this;
    this.#plan = new WindowPlan({ ...options, limit, canReverse, looksBack }, this.progress);
  }

  /** Sends as many requests as are allowed now. */
  fill(): void {
    const { concurrency } = this.#options;
    while (!this.#isClosed && this.failure === undefined && this.#running.size < concurrency) {
      const next = this.#alone ? this.#nextAlone() : this.#next();
      if (!next) return;
      this.#fetch(next);
    }
  }

  /** Waits until something has arrived or failed. */
  async progressed(): Promise<void> {
    await new Promise<void>(resolve => {
      this.#wake = resolve;
    });
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Ends the read. Waits for current requests: no request outlives the operation. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#list.client.limiter.abandon(Promise.all(this.#running));
  }

  /** After a page of a walk; at the beginning of a gap if it has none. */
  positionIn(gap: Gap, place?: Place): Position {
    const { before, after } = gap.head?.query ?? this.#within(gap);
    return {
      isWindowed: true,
      ...(before === undefined ? {} : { before: String(before) }),
      ...(after === undefined ? {} : { after: String(after) }),
      ...this.#newest,
      ...(place ? { cursor: toPlain(place) } : {}),
    };
  }

  /** After a record: records with the same time are read again. */
  positionBehind(record: Dictionary): Position {
    return this.positionIn(new Gap(this.#momentOf(record), Number.POSITIVE_INFINITY));
  }

  /** After all windows. */
  positionOfChanges(): Position {
    return { last: true, ...this.#newest };
  }

  get #newest() {
    return this.since === undefined ? {} : { since: fromMicros(this.since) };
  }

  #firstGaps(start: Position | undefined): Gap[] {
    const { query } = this.#list;
    const bound = (name: 'before' | 'after') =>
      start?.[name] === undefined || start[name] === query[name]
        ? undefined
        : toMicros(start[name]);
    const [newest, oldest] = [bound('before'), bound('after')];
    const [from, to] = this.#sign === 1 ? [oldest, newest] : [newest, oldest];
    const bounded = (time: Micros | undefined, open: Moment) =>
      time === undefined ? open : time * this.#sign;
    const gap = new Gap(
      bounded(from, Number.NEGATIVE_INFINITY),
      bounded(to, Number.POSITIVE_INFINITY),
    );
    if (start) {
      // Exactly the same window as before, because the cursor counts within it.
      const { before = query.before, after = query.after } = start;
      gap.head = this.#side(
        gap,
        1,
        { ...query, before, after },
        start.cursor && fromPlain(start.cursor),
      );
    }
    if (to === undefined) return [gap];
    return [gap, new Gap(gap.to + 1, Number.POSITIVE_INFINITY)];
  }

  /** The list's filters within a gap. */
  #within({ from, to }: Gap): Query {
    const [oldest, newest] = this.#sign === 1 ? [from, to] : [to, from];
    return {
      ...this.#list.query,
      ...(Number.isFinite(newest) ? { before: fromMicros(newest * this.#sign) } : {}),
      ...(Number.isFinite(oldest) ? { after: fromMicros(oldest * this.#sign) } : {}),
    };
  }

  #side(gap: Gap, direction: Direction, window: Query, begin?: Place): Side {
    const { reverse: _, ...query } = window;
    const ascending = this.#sign * direction === 1;
    const asked = ascending ? { ...query, reverse: true } : query;
    const source = pages(this.#list.client, this.#list.name, asked, begin);
    return new Side(direction, asked, source, direction === 1 ? gap.from : gap.to, begin);
  }

  #head(gap: Gap): Side {
    gap.head ??= this.#side(gap, 1, this.#within(gap));
    return gap.head;
  }

  #tail(gap: Gap): Side {
    gap.tail ??= this.#side(gap, -1, this.#within(gap));
    return gap.tail;
  }

  /** One walk, from the oldest record on. Records that change meanwhile move to a place that is still read. */
  #nextAlone(): Side | undefined {
    const [gap] = this.gaps;
    if (!gap || gap.closed || this.#running.size > 0) return undefined;
    const side = this.#sign === 1 ? this.#head(gap) : this.#tail(gap);
    if (side.read === 0) return side;
    const left = gap.estimate(this.#ends(), Number.POSITIVE_INFINITY, 'least');
    if (side.read < LONG && side.read + left < SHORT) return side;
    this.#alone = false;
    return this.#sign === 1 ? this.#tail(gap) : this.#head(gap);
  }

  #next(): Side | undefined {
    const last = this.gaps.at(-1);
    if (last && this.#seeksNewest) {
      // Only one request searches for it.
      if (this.#running.size > 0) return undefined;
      if (this.#isResumed) return this.#tail(last);
    }
    for (const gap of this.gaps) if (!gap.closed) this.#head(gap);
    const { progress } = this;
    progress.ends = this.#ends();
    progress.waiting = this.gaps.reduce((sum, { records }) => sum + records, 0);
    progress.running = this.#running.size;
    const step = this.#plan.next();
    if (!step) return undefined;
    if ('walk' in step) return step.walk;
    if ('join' in step) return this.#tail(step.join);
    return this.#split(step.split, step.at);
  }

  /**
   * Whether the newest record has to be found before the list is read at several places. A run may have stopped before it
   * was. With the newest first, a run that goes on has left it behind: it is in its position, if it is needed.
   */
  get #seeksNewest(): boolean {
    if (this.since !== undefined) return false;
    return !this.#isResumed || (this.#sign === 1 && this.looksBack && !this.gaps.at(-1)?.closed);
  }

  /** Cuts a gap in two after a moment. A walk toward the cut ends there by itself. */
  #split(gap: Gap, at: Moment): Side {
    const rest = new Gap(at + 1, gap.to);
    rest.tail = gap.tail;
    gap.tail = undefined;
    gap.to = at;
    this.gaps.splice(this.gaps.indexOf(gap) + 1, 0, rest);
    return this.#head(rest);
  }

  /** The list's ends, from the job's filters and the server's clock. */
  #ends(): Stretch {
    const { before, after } = this.#list.query;
    const { serverTime, clock } = this.#list.client;
    const now = (serverTime ?? clock.now()) * 1000;
    const newest = Math.min(now, toMicros(before) ?? now);
    const oldest = toMicros(after);
    if (this.#sign === 1) return { from: oldest ?? Number.NEGATIVE_INFINITY, to: newest };
    return { from: -newest, to: oldest === undefined ? Number.POSITIVE_INFINITY : -oldest };
  }

  #fetch(side: Side): void {
    side.busy = true;
    this.missesChanges ||= this.since !== undefined;
    const running = side.source
      .next()
      .then(({ value }) => this.#take(side, value ?? undefined))
      // Also if it was only not sent: what is missing then must not look like the end of the list.
      .catch(error => {
        this.failure ??= error;
      })
      .finally(() => {
        side.busy = false;
        this.#running.delete(running);
        this.fill();
        this.#wake();
      });
    this.#running.add(running);
  }

  #take(side: Side, page: Page | undefined): void {
    this.progress.pages++;
    // A cut may have moved the walk into another gap before its page arrived.
    const gap = this.gaps.find(({ sides }) => sides.includes(side));
    if (!gap || gap.closed) return;
    // A gap is closed by its last page. A walk behind that, or behind a failure, has read nothing.
    if (!page) throw new Error('a walk has gone on behind its end');
    const seeksNewest = this.#seeksNewest;
    const start = side.read === 0 ? undefined : side.at;
    const first = page.records[0];
    this.progress.kept += gap.take(side, page, record => this.#momentOf(record));
    if (first) this.progress.covered += Math.abs(side.at - (start ?? this.#momentOf(first)));
    if (!seeksNewest) return;
    if (first) this.#fixStart(gap, side, page.records);
    // Nothing is newer than what comes before this gap.
    else if (Number.isFinite(gap.from)) this.since = gap.from - 1;
  }

  /** The newest record determines how far the windows reach. Later changes come last. */
  #fixStart(gap: Gap, side: Side, newest: Dictionary[]): void {
    if (side.direction !== -this.#sign || side.read !== 1) return;
    const moment = this.#momentOf(newest[0] ?? {});
    this.looksBack &&= !isOver(this.#list);
    this.since = sinceOf(this.#list, newest);
    if (this.#sign === 1) gap.to = Math.min(gap.to, moment);
    else gap.from = Math.max(gap.from, moment);
  }

  #momentOf(record: Dictionary): Moment {
    const { key } = this.#list.order;
    return key in record ? microsIn(record, key) * this.#sign : notSorted();
  }
}

/**
 * Yields a list that is read in time windows, with several parallel requests, in the order of {@link pages}. If walks
 * from both ends of a window pass each other, a record comes twice.
 *
 * @throws RapidProError what a request throws, after all that lies before it was yielded
 */
export async function* windows(
  list: OrderedList,
  options: WindowOptions,
  fresh: Fresh,
  start?: Position,
): AsyncGenerator<Part, void, undefined> {
  const reader = new WindowReader(list, options, start);
  try {
    for await (const { next, ...piece } of inOrder(reader)) {
      const records = fresh(piece.records);
      reader.progress.handed += records.length;
      const { since, missesChanges } = reader;
      yield { records, next, since, missesChanges: reader.looksBack && missesChanges };
    }
  } finally {
    await reader.close();
  }
}

/** The pages of all gaps, one gap after the other. */
async function* inOrder(reader: WindowReader): AsyncGenerator<ListPage, void, undefined> {
  reader.fill();
  for (let [gap] = reader.gaps; gap; [gap] = reader.gaps) {
    const { head } = gap;
    const piece = head?.pieces.shift();
    if (head && piece) {
      head.waiting -= piece.records.length;
      yield { records: piece.records, next: behindHead(reader, gap, piece) };
      reader.fill();
      continue;
    }
    if (gap.closed) {
      yield* endOf(reader, gap);
      reader.fill();
      continue;
    }
    if (reader.failure !== undefined) throw reader.failure;
    reader.fill();
    if (reader.isIdle && reader.failure === undefined) throw new Error('the windows stand still');
    await reader.progressed();
  }
}

/** What was read from the end of a closed gap, reversed. Then the gap is done. */
async function* endOf(reader: WindowReader, gap: Gap): AsyncGenerator<ListPage> {
  const { tail } = gap;
  for (let piece = tail?.pieces.pop(); tail && piece; piece = tail.pieces.pop()) {
    tail.waiting -= piece.records.length;
    const records = piece.records.toReversed();
    const isLast = tail.pieces.length === 0;
    // Where two walks met, nothing of a page may be new. A run goes on behind what came before.
    if (records.length === 0 && !isLast) continue;
    yield { records, next: isLast ? behindFirst(reader) : behindLast(reader, gap, records) };
  }
  reader.gaps.shift();
}

/** Where to continue after a page that was read from the beginning of a gap. */
function behindHead(reader: WindowReader, gap: Gap, { records, next }: Page): ListPage['next'] {
  const { head, tail } = gap;
  if (gap.closed && !head?.pieces.length && !tail?.pieces.length) return behindFirst(reader);
  return next ? () => reader.positionIn(gap, next) : behindLast(reader, gap, records);
}

function behindLast(
  reader: WindowReader,
  gap: Gap,
  records: readonly Dictionary[],
): ListPage['next'] {
  const last = records.at(-1);
  // Now, because the job that gets the record can change it.
  const position = last ? reader.positionBehind(last) : reader.positionIn(gap);
  return () => position;
}

/** After the first gap. */
function behindFirst(reader: WindowReader): ListPage['next'] {
  const [, following] = reader.gaps;
  if (following) return () => reader.positionIn(following);
  if (!reader.looksBack || reader.since === undefined) return undefined;
  return () => reader.positionOfChanges();
}

/** Lists for which it is worth it, and whose sort time is also a filter. */
const WINDOWED: readonly ResourceName[] = [
  'contacts',
  'runs',
  'flow_starts',
  'messages',
  'broadcasts',
];

function refuse(description: string): never {
  throw fail(
    'INVALID_OPTION',
    description,
    'Leave "concurrency" out to read the list page by page.',
  );
}

/**
 * Call it before anything is sent.
 *
 * @throws RapidProError `INVALID_OPTION` if a list cannot be read in windows of time
 */
export function requireWindows(name: ResourceName, query: Query): void {
  const { nouns }: Resource = resources[name];
  if (!WINDOWED.includes(name)) {
    refuse(
      `Parallel requests can read contacts, runs, flow starts, messages and broadcasts, but not ${nouns[1]}.`,
    );
  }
  // Folders with their own order.
  if (name === 'messages' && query.folder === 'sent') {
    refuse(
      'Parallel requests cannot read the folder "sent", which is sorted by one time and filtered by another.',
    );
  }
}
