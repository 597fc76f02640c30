import { fail } from '../errors/errors.js';
import { PAGE_SIZE } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { Page } from './pages.js';
import type { Place as Seamed } from './seams.js';
import { identityOf, SeenIds } from './seenIds.js';

/**
 * The place of a record in the order of the list: microseconds, growing from the first record to the last. They are
 * negative if the newest comes first.
 */
export type Place = number;

/** In the order of the list, from the first record of a gap; or against it, from the last. */
export type Direction = 1 | -1;

/** Records of one page that were kept, and where the server would continue behind them, if it can. */
interface Piece {
  records: Dictionary[];
  next: Seamed | undefined;
}

/** One walk through a stretch of a list, page by page, from one of its ends. */
export class Side {
  /** Kept, and not yet handed out. */
  readonly pieces: Piece[] = [];
  /** Records in {@link pieces}. */
  waiting = 0;
  /** Pages read. */
  read = 0;
  busy = false;
  /** How far it has come: the place of the last record. */
  at: Place;
  /** Records per microsecond on the last page; infinite inside one instant. */
  density: number | undefined;
  /** Its records at {@link at}. By these, two walks recognize that they met. */
  #here = new SeenIds();

  constructor(
    readonly direction: Direction,
    /** What it requests: the filters of the list within its own stretch. */
    readonly query: Query,
    readonly source: AsyncGenerator<Page, void, undefined>,
    start: Place,
    /** Where a run continues behind what was kept; undefined: behind its last record. */
    public next?: Seamed | undefined,
  ) {
    this.at = start;
  }

  /** True for a record at the place of this walk that it has read. */
  stoodAt(record: Dictionary, place: Place): boolean {
    return place === this.at && this.read > 0 && this.#here.has(identityOf(record));
  }

  /** Records at {@link at} that it has read. */
  get here(): number {
    return this.#here.size;
  }

  /** True if it is past a place: everything there has been read. */
  isPast(place: Place): boolean {
    return this.read > 0 && (this.at - place) * this.direction > 0;
  }

  /** Moves on over a page. */
  advance(records: readonly Dictionary[], places: readonly Place[]): void {
    this.read++;
    const [first] = places;
    const last = places.at(-1);
    if (first === undefined || last === undefined) return;
    const from = this.read === 1 ? first : this.at;
    this.density = records.length / Math.abs(last - from);
    if (last !== this.at) this.#here = new SeenIds();
    this.at = last;
    for (let index = places.length - 1; places[index] === last; index--) {
      this.#here.add(identityOf(records[index] ?? {}));
    }
  }
}

/** Two places and everything between them. */
export interface Stretch {
  from: Place;
  to: Place;
}

export function notSorted(): never {
  throw fail(
    'NOT_RAPIDPRO',
    'The server does not sort or filter this list by time.',
    'Leave the option "concurrency" out.',
  );
}

/**
 * A stretch of a list between two places, both included. It is read from its start, and if the server can reverse the
 * list, also from its end, until the two walks meet.
 */
export class Gap {
  /** True when everything in it has been read. */
  closed = false;
  /** The walk from its start; from its end, once there is one. */
  head: Side | undefined;
  tail: Side | undefined;

  constructor(
    public from: Place,
    public to: Place,
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
  take(side: Side, page: Page, placeOf: (record: Dictionary) => Place): number {
    const places = page.records.map(placeOf);
    this.#checkOrder(side, places);
    const other = side === this.head ? this.tail : this.head;
    const kept: Dictionary[] = [];
    let met = page.next === undefined;
    let known = 0;
    let newAfterKnown = false;
    for (const [index, record] of page.records.entries()) {
      const place = places[index] ?? 0;
      if (this.#isBeyond(side.direction, place) || other?.isPast(place)) {
        met = true;
        break;
      }
      if (other?.stoodAt(record, place)) known++;
      else {
        newAfterKnown ||= known > 0;
        kept.push(record);
      }
    }
    // Records of one instant come in the same order from both ends. If they do not, read on.
    if (known > 0 && !newAfterKnown) met = true;
    side.advance(page.records, places);
    // What is left out, another walk has kept, or will: a run that continues must not begin behind it.
    if (kept.length === page.records.length) side.next = page.next;
    else if (kept.length > 0) side.next = undefined;
    side.pieces.push({ records: kept, next: side.next });
    side.waiting += kept.length;
    this.closed ||= met;
    return kept.length;
  }

  #isBeyond(direction: Direction, place: Place): boolean {
    return direction === 1 ? place > this.to : place < this.from;
  }

  #checkOrder(side: Side, places: readonly Place[]): void {
    let last = side.at;
    for (const place of places) {
      if ((place - last) * side.direction < 0) notSorted();
      last = place;
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
    const known = this.sides.flatMap(({ density }) => (density === undefined ? [] : [density]));
    if (known.length === 0) return fallback;
    return guess === 'most' ? Math.max(...known) : Math.min(...known);
  }
}
