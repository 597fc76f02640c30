import { fail } from '../errors/errors.js';
import { type Micros, toMicros } from '../input/times.js';
import { PAGE_SIZE } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { ListOrder, PlainPlace } from './orderedList.js';
import { identityOf, SeenIds } from './seenIds.js';

/**
 * Where one page ends and the next begins. Many records can have the same time: a bulk action gives it to 100 of
 * them. Within that instant the server counts, so if a counted record leaves the list, the next page begins too
 * late. So each page is requested from the last record of the page before. If that record does not come first, the
 * page is requested again from further back, up to the first record of the instant.
 */

/**
 * A cursor of Django REST framework, as RapidPro uses it: a time, and how many records to skip after it. The offset
 * is not 0 if the next page begins among records with the same time.
 */
export interface Cursor {
  /** The time as the server wrote it; empty at the beginning of the list. */
  position: string;
  offset: number;
  /** True if the server visibly counts from the beginning of the list. */
  isPlain?: boolean;
}

/** Offsets up to which RapidPro reads. */
const MOST_OFFSET = 100_000;

/** Where a list continues, according to a cursor; undefined for another kind of cursor. */
export function readCursor({ cursor, offset: plain }: Query = {}): Cursor | undefined {
  if (typeof plain === 'string' && /^\d{1,9}$/.test(plain)) {
    return { position: '', offset: Number(plain), isPlain: true };
  }
  if (typeof cursor !== 'string') return undefined;
  const text = Buffer.from(cursor, 'base64').toString('latin1');
  if (Buffer.from(text, 'latin1').toString('base64') !== cursor) return undefined;
  const tokens = new URLSearchParams(text);
  const offset = tokens.get('o') ?? '0';
  const isKnown = [...tokens.keys()].every(key => key === 'o' || key === 'p');
  if (!isKnown || tokens.size === 0 || !/^\d{1,9}$/.test(offset)) return undefined;
  return { position: tokens.get('p') ?? '', offset: Number(offset) };
}

/** What to request to continue there; undefined at the beginning of the list. */
function writeCursor({ position, offset, isPlain }: Cursor): Query | undefined {
  if (isPlain && offset > 0) return { offset: String(offset) };
  const tokens = new URLSearchParams();
  if (offset > 0) tokens.set('o', String(offset));
  if (position !== '') tokens.set('p', position);
  const text = tokens.toString();
  return text === '' ? undefined : { cursor: Buffer.from(text).toString('base64') };
}

/** One page of a list, as the server sent it. */
export interface RawPage {
  records: Dictionary[];
  /** What to request for the next page; undefined after the last one. */
  next: Query | undefined;
}

export interface Place {
  /** What to request, in the server's words. */
  query: Query;
  /** What was read of the instant that it is in. */
  seam?: Seam | undefined;
  /** How many records to go back if the page begins too late. */
  back?: number | undefined;
}

/** What was read of an instant that continues on the next page. */
interface Seam {
  /** Versions of records, because a changed record is elsewhere. Only the first ones count. */
  ids: SeenIds;
  size: number;
  time?: Micros | undefined;
}

interface SeamPage {
  records: Dictionary[];
  next: Place | undefined;
  /** Records that the server sent. */
  sent: number;
  at: Cursor;
  /** True if it begins too late: it does not count, and `next` is further back. */
  isTooLate: boolean;
}

const BEGINNING: Cursor = { position: '', offset: 0 };

export class Seams {
  readonly #ask: (place: Query | undefined) => Promise<RawPage>;
  readonly #order: ListOrder;

  constructor(ask: (place: Query | undefined) => Promise<RawPage>, order: ListOrder) {
    this.#ask = ask;
    this.#order = order;
  }

  /** The page at a place, without records of its instant that were read before. One request. */
  async read(place: Place | undefined): Promise<SeamPage> {
    const { seam } = place ?? {};
    const cursor = place && readCursor(place.query);
    if (!cursor || cursor.offset === 0) {
      return this.#take(await this.#ask(place?.query), cursor ?? BEGINNING, seam);
    }
    // If it is not known what was read of the instant, it is read from its beginning.
    const at = { ...cursor, offset: seam ? cursor.offset - 1 : 0 };
    if (at.offset > MOST_OFFSET) {
      throw fail(
        'LIST_TOO_LONG',
        `More than ${MOST_OFFSET} records of the list have exactly the same time. RapidPro cannot page through that many.`,
        'Read less at once, with a filter.',
      );
    }
    const page = await this.#ask(writeCursor(at) ?? {});
    const [first] = page.records;
    // Everything in the instant before such a record has been read.
    if (!seam || at.offset === 0 || (first && this.#isAnchor(first, seam))) {
      return this.#take(page, at, seam);
    }
    const back = place.back ?? PAGE_SIZE;
    const offset = at.offset > back ? at.offset - back + 1 : 0;
    const query = writeCursor({ ...at, offset }) ?? {};
    const next = { query, seam, back: back * 2 };
    return { records: [], next, sent: page.records.length, at, isTooLate: true };
  }

  #take(page: RawPage, at: Cursor, seam: Seam | undefined): SeamPage {
    const records = seam ? this.#unread(page.records, seam) : page.records;
    const next = this.#placeBehind(page, at, seam);
    return { records, next, sent: page.records.length, at, isTooLate: false };
  }

  /** By id and time: a record that was read elsewhere, and then changed, says nothing about this instant. */
  #versionOf(record: Dictionary): string {
    return `${identityOf(record)} ${String(record[this.#order.key])}`;
  }

  #isRead(record: Dictionary, { ids, size }: Seam): boolean {
    return ids.has(this.#versionOf(record), size);
  }

  #isAnchor(record: Dictionary, seam: Seam): boolean {
    return this.#isRead(record, seam) || this.#isBefore(record, seam.time);
  }

  #unread(records: readonly Dictionary[], seam: Seam): Dictionary[] {
    // Records that were added before the instant were not there when the read began.
    return records.filter(
      record => !this.#isBefore(record, seam.time) && !this.#isRead(record, seam),
    );
  }

  #isBefore(record: Dictionary, time: Micros | undefined): boolean {
    const own = toMicros(record[this.#order.key]);
    if (own === undefined || time === undefined) return false;
    return this.#order.isAscending ? own < time : own > time;
  }

  #placeBehind({ next, records }: RawPage, at: Cursor, seam: Seam | undefined): Place | undefined {
    const cursor = readCursor(next);
    const last = records.at(-1);
    // Records that were added before the instant can be more than a page.
    const isOnTheWay = seam && last && this.#isBefore(last, seam.time);
    if (!next || !cursor || (cursor.offset === 0 && !isOnTheWay)) return next && { query: next };
    // If the server counts from the beginning of the list, everything that was read is like one instant.
    const end = cursor.isPlain ? undefined : toMicros(last?.[this.#order.key]);
    const time = isOnTheWay ? seam.time : end;
    const goesOn = cursor.position === at.position;
    const isSame = isOnTheWay || goesOn || (time !== undefined && time === seam?.time);
    const ids = (isSame && seam?.ids) || new SeenIds();
    const cut = goesOn ? records : records.slice(Math.max(0, records.length - cursor.offset));
    for (const record of cut) ids.add(this.#versionOf(record));
    return { query: next, seam: { ids, size: ids.size, time } };
  }
}

export function toPlain({ query, seam }: Place): PlainPlace {
  const time = seam?.time === undefined ? {} : { time: seam.time };
  return seam ? { ...query, seam: seam.ids.pack(seam.size), ...time } : query;
}

export function fromPlain({ seam, time, ...query }: Query): Place {
  if (typeof seam !== 'string') return { query };
  const ids = SeenIds.unpack(seam);
  return { query, seam: { ids, size: ids.size, time: time === undefined ? time : Number(time) } };
}
