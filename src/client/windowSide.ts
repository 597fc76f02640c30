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

/** Records of one page that were kept, and where the server would continue after that page. */
export interface Piece {
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
  ) {
    this.at = start;
  }

  /** True for a record at the place of this walk that it has read. */
  stoodAt(record: Dictionary, place: Place): boolean {
    return place === this.at && this.read > 0 && this.#here.has(identityOf(record));
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
