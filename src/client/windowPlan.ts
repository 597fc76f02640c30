import { fail } from '../errors/errors.js';
import { DAY } from '../input/times.js';
import { PAGE_SIZE } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import { MAX_PAGES, type Page } from './pages.js';
import type { Place } from './seams.js';
import { identityOf, SeenIds } from './seenIds.js';

/**
 * The time of a record in the order of the list: microseconds, growing from the first record to the last. They are
 * negative if the newest comes first.
 */
export type Moment = number;

/** In the order of the list, from the first record of a gap; or against it, from the last. */
export type Direction = 1 | -1;

/** One walk through a stretch of a list, page by page, from one of its ends. */
export class Side {
  /** What was kept of each page, and not yet handed out. `next` is undefined if the server cannot continue behind it. */
  readonly pieces: Page[] = [];
  /** Records in {@link pieces}. */
  waiting = 0;
  /** Pages read. */
  read = 0;
  busy = false;
  /** How far it has come: the moment of the last record. */
  at: Moment;
  /** Records per microsecond on the last page; infinite inside one instant. */
  density: number | undefined;
  /** Its records at {@link at}. By these, two walks recognize that they met. */
  #here = new SeenIds();

  constructor(
    readonly direction: Direction,
    /** What it requests: the filters of the list within its own stretch. */
    readonly query: Query,
    readonly source: AsyncGenerator<Page, void, undefined>,
    start: Moment,
    /** Where a run continues behind what was kept; undefined: behind its last record. */
    public next?: Place | undefined,
  ) {
    this.at = start;
  }

  /** True for a record at the moment of this walk that it has read. */
  stoodAt(record: Dictionary, moment: Moment): boolean {
    return moment === this.at && this.read > 0 && this.#here.has(identityOf(record));
  }

  /** Records at {@link at} that it has read. */
  get here(): number {
    return this.#here.size;
  }

  /** True if it is past a moment: everything there has been read. */
  isPast(moment: Moment): boolean {
    return this.read > 0 && (this.at - moment) * this.direction > 0;
  }

  /** Moves on over a page. */
  advance(records: readonly Dictionary[], moments: readonly Moment[]): void {
    this.read++;
    const [first] = moments;
    const last = moments.at(-1);
    if (first === undefined || last === undefined) return;
    const from = this.read === 1 ? first : this.at;
    this.density = records.length / Math.abs(last - from);
    if (last !== this.at) this.#here = new SeenIds();
    this.at = last;
    for (let index = moments.length - 1; moments[index] === last; index--) {
      this.#here.add(identityOf(records[index] ?? {}));
    }
  }
}

/** Two moments and everything between them. */
export interface Stretch {
  from: Moment;
  to: Moment;
}

export function notSorted(): never {
  throw fail(
    'NOT_RAPIDPRO',
    'The server does not sort or filter this list by time.',
    'Leave the option "concurrency" out.',
  );
}

/**
 * A stretch of a list between two moments, both included. It is read from its start, and if the server can reverse the
 * list, also from its end, until the two walks meet.
 */
export class Gap {
  /** True when everything in it has been read. */
  closed = false;
  /** The walk from its start; from its end, once there is one. */
  head: Side | undefined;
  tail: Side | undefined;

  constructor(
    public from: Moment,
    public to: Moment,
  ) {}

  /** Records that were kept and are not yet handed out. */
  get records(): number {
    return this.sides.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  get sides(): Side[] {
    return [this.head, this.tail].filter(side => side !== undefined);
  }

  /** The unread part; `ends` are those of the list, as far as they are known or guessed. */
  unread(ends: Stretch): Stretch {
    const from = this.head?.read ? this.head.at : Math.max(this.from, ends.from);
    const to = this.tail?.read ? this.tail.at : Math.min(this.to, ends.to);
    return { from, to: Math.max(from, to) };
  }

  /** Adds a page that one of its sides has read. Returns how many records were kept. */
  take(side: Side, page: Page, momentOf: (record: Dictionary) => Moment): number {
    const moments = page.records.map(momentOf);
    this.#checkOrder(side, moments);
    const other = side === this.head ? this.tail : this.head;
    const kept: Dictionary[] = [];
    let met = page.next === undefined;
    let known = 0;
    let newAfterKnown = false;
    for (const [index, record] of page.records.entries()) {
      const moment = moments[index] ?? 0;
      if (this.#isBeyond(side.direction, moment) || other?.isPast(moment)) {
        met = true;
        break;
      }
      if (other?.stoodAt(record, moment)) known++;
      else {
        newAfterKnown ||= known > 0;
        kept.push(record);
      }
    }
    // Records of one instant come in the same order from both ends. If they do not, read on.
    if (known > 0 && !newAfterKnown) met = true;
    side.advance(page.records, moments);
    // What is left out, another walk has kept, or will: a run that continues must not begin behind it.
    if (kept.length === page.records.length) side.next = page.next;
    else if (kept.length > 0) side.next = undefined;
    side.pieces.push({ records: kept, next: side.next });
    side.waiting += kept.length;
    this.closed ||= met;
    return kept.length;
  }

  #isBeyond(direction: Direction, moment: Moment): boolean {
    return direction === 1 ? moment > this.to : moment < this.from;
  }

  #checkOrder(side: Side, moments: readonly Moment[]): void {
    let last = side.at;
    for (const moment of moments) {
      if ((moment - last) * side.direction < 0) notSorted();
      last = moment;
    }
  }

  /**
   * The number of unread pages, estimated from the density of the pages so far: `most` uses the densest of them, `least`
   * the sparsest.
   */
  estimate(ends: Stretch, fallback: number, guess: 'most' | 'least'): number {
    const { from, to } = this.unread(ends);
    if (from === to) {
      // Inside one instant, it is not known how much is left: perhaps as much as was read.
      const read = Math.max(0, ...this.sides.map(({ here }) => here));
      return read === 0 ? Number.POSITIVE_INFINITY : read / PAGE_SIZE;
    }
    return ((to - from) * this.density(fallback, guess)) / PAGE_SIZE;
  }

  /** Records per microsecond, on its last pages. */
  density(fallback: number, guess: 'most' | 'least'): number {
    const all = this.sides.flatMap(({ density }) => (density === undefined ? [] : [density]));
    // A page of one instant says nothing about what comes behind it.
    const known = guess === 'most' ? all : all.filter(Number.isFinite);
    if (known.length === 0) return fallback;
    return guess === 'most' ? Math.max(...known) : Math.min(...known);
  }
}

/** What the plan knows about the read. */
export interface WindowProgress {
  /** The stretches that are not yet handed out, in order. */
  gaps: Gap[];
  /** The ends of the list, as far as they are known or guessed. */
  ends: Stretch;
  /** Pages read, and how many of their records were kept. */
  pages: number;
  kept: number;
  /** Records that were handed out, and records that wait for that. */
  handed: number;
  waiting: number;
  /** Requests under way. */
  running: number;
  /** Microseconds that the pages so far cover. */
  covered: number;
}

interface PlanOptions {
  concurrency: number;
  /** Pages that may wait to be handed out. */
  ahead: number;
  limit: number;
  canReverse: boolean;
  /** True if one more request will follow at the end. */
  looksBack: boolean;
}

/** What to do next: continue a walk, start one from the end of a gap, or cut a gap in two. */
type Step = { walk: Side } | { join: Gap } | { split: Gap; at: Moment };

/** The least number of pages for a separate walk. */
const WORTH_JOINING = 3;
const WORTH_SPLITTING = 8;
/** After so many records with the same time, there may be thousands more. */
const LONG_INSTANT = 4 * PAGE_SIZE;
/** The share of all requests that may be wasted on pages that two walks read, and a little at the start. */
const MOST_WASTE = 0.045;
/** The most pages that an estimate may promise before much has been read. */
const TRUST = 40;
/** More that may be wasted, in pages, while all that was read of a list is alike: an estimate is worth more then. */
const FOR_EVEN = 0.5;
/** The average cost of the place where two walks meet, in pages. */
const MEETING = 0.5;

/** Decides which page to read next. Pure: it sends nothing. */
export class WindowPlan {
  readonly #options: PlanOptions;
  readonly #progress: WindowProgress;
  /** Pages between two cuts. */
  readonly #stride: number;
  #hasBursts = false;

  constructor(options: PlanOptions, progress: WindowProgress) {
    this.#options = options;
    this.#progress = progress;
    this.#stride = Math.max(WORTH_SPLITTING, Math.floor(options.ahead / options.concurrency / 2));
  }

  next(): Step | undefined {
    // At most two walks can share an instant: the second must not wait until another one ends.
    const mayBegin = this.#mayBegin();
    return (
      (mayBegin ? this.#cutInstant() : undefined) ??
      this.#goOn() ??
      (mayBegin ? this.#begin() : undefined)
    );
  }

  /** An idle walk; first those that are handed out first. */
  #goOn(): Step | undefined {
    let before = this.#progress.handed;
    for (const [index, gap] of this.#progress.gaps.entries()) {
      const { head, tail } = gap;
      const ofHead = head?.waiting ?? 0;
      if (before + ofHead >= this.#options.limit) return undefined;
      before += gap.records;
      if (gap.closed) continue;
      // If two walks would read the same pages, one of them reads them alone.
      const tiny = this.#pagesIn(gap, 'most') < 1;
      // The next page to be handed out is read in any case.
      const mayWait = !this.#hasRoom() && (index > 0 || ofHead > 0);
      if (head && !head.busy && !mayWait && !(tiny && tail?.busy)) return { walk: head };
      if (!tail || tail.busy || !this.#hasRoom() || (tiny && head?.busy)) continue;
      // Looking at the far end cost nothing, but a walk from there may.
      const isLook = tail.read === 1 && gap === this.#progress.gaps.at(-1);
      if (isLook && !this.#canAfford()) continue;
      if (!this.#isFar(gap)) return { walk: tail };
    }
    return undefined;
  }

  /** Whether one more walk is worth the requests that it may waste. */
  #mayBegin(): boolean {
    return this.#options.concurrency > 1 && this.#canAfford() && this.#hasRoom();
  }

  #begin(): Step | undefined {
    return this.#cutAhead() ?? this.#join() ?? this.#cutLargest();
  }

  /** Records per microsecond, over everything that has been read. */
  get #density(): number {
    const { kept, covered } = this.#progress;
    return covered === 0 ? Number.POSITIVE_INFINITY : kept / covered;
  }

  /** The number of unread pages in a gap, as {@link Gap.estimate} guesses it. */
  #pagesIn(gap: Gap, guess: 'most' | 'least'): number {
    return gap.estimate(this.#progress.ends, this.#density, guess);
  }

  #hasRoom(): boolean {
    const { waiting, running } = this.#progress;
    return waiting / PAGE_SIZE + running < this.#options.ahead;
  }

  /** The end of the last gap will not be handed out soon, as long as more cuts come before it. */
  #isFar(gap: Gap): boolean {
    if (gap !== this.#progress.gaps.at(-1)) return false;
    const { from, to } = gap.unread(this.#progress.ends);
    // A cut never splits an instant.
    if (to - from < 2) return false;
    return this.#pagesIn(gap, 'least') > this.#stride * 1.5;
  }

  #canAfford(): boolean {
    const { gaps, pages, kept, running } = this.#progress;
    const open = gaps.filter(({ closed }) => !closed);
    const left = open.reduce((sum, gap) => sum + this.#pagesIn(gap, 'least'), 0);
    // Without a look at the far end of the list, an estimate is worthless.
    const { canReverse } = this.#options;
    const isKnown = canReverse && Number.isFinite(left);
    const total = isKnown ? Math.min(pages + left, TRUST + 3 * pages) : pages;
    const wasted = Math.max(0, pages - kept / PAGE_SIZE);
    const joints = open.filter(gap => gap.tail || gap !== gaps.at(-1)).length + 1;
    // A walk that has not started may find that another one was there.
    const unproven = open.reduce((sum, { sides }) => sum + sides.filter(isNew).length, 1);
    const looksBack = this.#options.looksBack ? 1 : 0;
    const risk = (joints + unproven) * MEETING + looksBack;
    const budget = total * MOST_WASTE + (canReverse ? 1 : 0.5);
    const most = open.reduce((sum, gap) => sum + this.#pagesIn(gap, 'most'), 0);
    // No list is as long. Such an estimate was made in a burst, and between bursts there may be nothing.
    this.#hasBursts ||= left > MAX_PAGES;
    const isEven = !this.#hasBursts && most <= 2 * left;
    return running > 0 && wasted + risk <= budget + (isEven ? FOR_EVEN : 0);
  }

  /** A walk through many records with the same time gets another one toward it, from the other end of that time. */
  #cutInstant(): Step | undefined {
    for (const gap of this.#progress.gaps) {
      if (gap.closed || !this.#isWithinLimit(gap)) continue;
      const { from, to } = gap.unread(this.#progress.ends);
      if (from === to) {
        if (this.#options.canReverse && !gap.tail && isLong(gap.head)) return { join: gap };
        continue;
      }
      if (isLong(gap.tail)) return { split: gap, at: to - 1 };
      if (isLong(gap.head)) return { split: gap, at: from };
    }
    return undefined;
  }

  /** Cuts the last gap a few pages ahead, as far as its density is known. */
  #cutAhead(): Step | undefined {
    const { gaps, ends, waiting, running } = this.#progress;
    const gap = gaps.at(-1);
    if (!gap || gap.closed || !this.#isFar(gap)) return undefined;
    if (gaps.length === 1 && !gap.head?.read) return undefined;
    if (waiting / PAGE_SIZE + running + this.#stride > this.#options.ahead) return undefined;
    if (this.#before(gap) + this.#stride * PAGE_SIZE >= this.#options.limit) return undefined;
    const { from, to } = gap.unread(ends);
    if (!Number.isFinite(from)) return undefined;
    // As dense as where the last walk was: the far end says nothing about this part.
    const density = [...gaps.map(({ head }) => head?.density).reverse(), this.#density].find(
      one => one !== undefined && Number.isFinite(one),
    );
    const step = density ? (this.#stride * PAGE_SIZE) / density : (to - from) / 2;
    // If the pages say nothing: a page per day.
    return cut(gap, from, to, from + (Number.isFinite(step) ? step : DAY * this.#stride));
  }

  /** Records before the unread part of a gap, as far as is known. */
  #before(gap: Gap): number {
    let before = this.#progress.handed;
    for (const one of this.#progress.gaps) {
      before += one.records;
      if (one === gap) return before;
      const left = one.closed ? 0 : this.#pagesIn(one, 'least');
      before += left * PAGE_SIZE;
    }
    return before;
  }

  /** Starts a walk toward a single one, in the largest gap that has one. */
  #join(): Step | undefined {
    if (!this.#options.canReverse) return undefined;
    const gap = this.#largest(
      'most',
      one => !one.tail && !this.#isFar(one) && this.#isWithinLimit(one),
    );
    return gap && gap.size >= WORTH_JOINING ? { join: gap.gap } : undefined;
  }

  #cutLargest(): Step | undefined {
    const found = this.#largest('least', one => !this.#isFar(one) && this.#isWithinLimit(one));
    if (!found || found.size < WORTH_SPLITTING) return undefined;
    const { from, to } = found.gap.unread(this.#progress.ends);
    return Number.isFinite(to - from)
      ? cut(found.gap, from, to, from + (to - from) / 2)
      : undefined;
  }

  #isWithinLimit(gap: Gap): boolean {
    const { limit } = this.#options;
    if (limit === Number.POSITIVE_INFINITY) return true;
    const left = this.#pagesIn(gap, 'least');
    return this.#before(gap) + left * PAGE_SIZE < limit;
  }

  #largest(
    guess: 'most' | 'least',
    suits: (gap: Gap) => boolean,
  ): { gap: Gap; size: number } | undefined {
    let largest: { gap: Gap; size: number } | undefined;
    for (const gap of this.#progress.gaps) {
      if (gap.closed || !suits(gap)) continue;
      const size = this.#pagesIn(gap, guess);
      if (!largest || size > largest.size) largest = { gap, size };
    }
    return largest;
  }
}

const isLong = (side: Side | undefined) => (side?.here ?? 0) >= LONG_INSTANT;
const isNew = ({ read }: Side) => read === 0;

/** A cut strictly inside a stretch, or none if it is too narrow. */
function cut(gap: Gap, from: Moment, to: Moment, at: Moment): Step | undefined {
  const moment = Math.floor(at);
  return moment > from && moment + 1 < to ? { split: gap, at: moment } : undefined;
}
