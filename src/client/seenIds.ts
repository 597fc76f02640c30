import { createHash } from 'node:crypto';
import { fail, invalidAnswer } from '../errors/errors.js';
import { PAGE_SIZE } from '../resources.js';
import type { Dictionary } from '../types/json.js';

const idOf = ({ uuid, id, key }: Dictionary): unknown => uuid ?? id ?? key ?? undefined;

export const hasId = (record: Dictionary): boolean => idOf(record) !== undefined;

/** Hashes of records without an id. To make one takes long, and pages are searched more than once. */
const hashes = new WeakMap<Dictionary, string>();

/**
 * What distinguishes a record from all others of its list.
 *
 * @throws RapidProError `INVALID_RESPONSE`
 */
export function identityOf(record: Dictionary): string {
  const id = idOf(record);
  if (typeof id === 'string') return id;
  if (typeof id === 'number') return String(id);
  if (id === undefined) {
    // Each answer signs a link again.
    const hash = hashes.get(record) ?? shortHash(JSON.stringify({ ...record, download_url: 0 }));
    hashes.set(record, hash);
    return hash;
  }
  throw invalidAnswer('a record without a valid id');
}

/** The most ids of read records that are kept: 200 MB. */
const MOST_IDS = 10_000_000;

/** Bytes of a short hash. Among a million, two are equal in one of ten million lists. */
const BYTES = 8;
/** Ids that a checkpoint keeps, at most: half a megabyte. */
const MOST_KEPT = 50_000;
/** How many of them are the first ones: with the newest first, the page that is read again at the end. */
const FIRST_KEPT = PAGE_SIZE;

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, BYTES);
}

/** A short name that reveals nothing about the original. */
export function shortHash(text: string): string {
  return digest(text).toString('base64url');
}

/** The value of a hexadecimal digit by its character code. */
const NO_DIGIT = 16;
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit < 0 ? NO_DIGIT : digit;
});

const UUID_LENGTH = 36;
const DASH = 0x2d;

/** The digits of a uuid, eight at a time. Used for each record, so it creates nothing. */
const words = new Uint32Array(4);
/** All digits of {@link words} put together: NO_DIGIT or more if one is none. */
let digits = 0;

function fourAt(id: string, place: number): number {
  const a = DIGITS[id.charCodeAt(place)] ?? NO_DIGIT;
  const b = DIGITS[id.charCodeAt(place + 1)] ?? NO_DIGIT;
  const c = DIGITS[id.charCodeAt(place + 2)] ?? NO_DIGIT;
  const d = DIGITS[id.charCodeAt(place + 3)] ?? NO_DIGIT;
  digits |= a | b | c | d;
  return (a << 12) | (b << 8) | (c << 4) | d;
}

const hasDash = (id: string, place: number) => id.charCodeAt(place) === DASH;

/** Reads a uuid into {@link words}. False if an id is not a uuid. */
function readUuid(id: string): boolean {
  if (id.length !== UUID_LENGTH) return false;
  digits = 0;
  words[0] = (fourAt(id, 0) << 16) | fourAt(id, 4);
  words[1] = (fourAt(id, 9) << 16) | fourAt(id, 14);
  words[2] = (fourAt(id, 19) << 16) | fourAt(id, 24);
  words[3] = (fourAt(id, 28) << 16) | fourAt(id, 32);
  return (
    digits < NO_DIGIT && hasDash(id, 8) && hasDash(id, 13) && hasDash(id, 18) && hasDash(id, 23)
  );
}

/** Two words of 32 bits: a folded uuid, which is random, or a hash of anything else. */
function wordsOf(id: string): [number, number] {
  if (readUuid(id)) {
    const high = Math.imul(words[0] ?? 0, 0x9e3779b1) ^ (words[2] ?? 0);
    const low = Math.imul(words[1] ?? 0, 0x85ebca6b) ^ (words[3] ?? 0);
    return [high >>> 0, low >>> 0];
  }
  const bytes = digest(id);
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
}

/** Ids that count up, as in test data, would be next to each other, and each search would pass all of them. */
function scatter(high: number, low: number): number {
  let hash = Math.imul(high, 0x9e3779b1) ^ low;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Words of 32 bits that one id takes. */
const WORDS = 2;
/** Ids are kept in pieces of so many: one array that grows would be in memory twice while it is copied. */
const PIECE_BITS = 14;
const PIECE = 1 << PIECE_BITS;
/** How many the first piece has room for in the beginning. */
const FIRST_PIECE = 64;

/**
 * A set of ids that only grows, in their order of arrival. Each takes eight bytes and a slot in a table: a million
 * take 20 MB.
 */
export class SeenIds {
  size = 0;
  readonly #pieces: Uint32Array<ArrayBuffer>[] = [];
  /** From an id to its number, counted from one; 0 is a free slot. */
  #table = new Uint32Array(128);

  /** @returns true if the id is new */
  add(id: string): boolean {
    const [high, low] = wordsOf(id);
    return this.#add(high, low);
  }

  /** @param within - only among this many first ids; default: all */
  has(id: string, within = this.size): boolean {
    const [high, low] = wordsOf(id);
    const number = this.#table[this.#slotOf(high, low)] ?? 0;
    return number > 0 && number <= within;
  }

  /** This many first ids, as text; if there are too many, without some after the first page. */
  pack(within = this.size): string {
    const bytes = Buffer.concat(this.#pieces.map(({ buffer }) => Buffer.from(buffer)));
    const end = within * BYTES;
    if (within <= MOST_KEPT) return bytes.toString('base64url', 0, end);
    const rest = (within - MOST_KEPT + FIRST_KEPT) * BYTES;
    const kept = [bytes.subarray(0, FIRST_KEPT * BYTES), bytes.subarray(rest, end)];
    return Buffer.concat(kept).toString('base64url');
  }

  static unpack(text = ''): SeenIds {
    const ids = new SeenIds();
    const bytes = Buffer.from(text, 'base64url');
    for (let at = 0; at + BYTES <= bytes.length; at += BYTES) {
      ids.#add(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4));
    }
    return ids;
  }

  #add(high: number, low: number): boolean {
    if (this.size === MOST_IDS) {
      throw fail(
        'LIST_TOO_LONG',
        `The list is longer than ${MOST_IDS} records.`,
        'Read less at once, with a filter such as "after" or "group".',
      );
    }
    if ((this.size + 1) * 2 > this.#table.length) this.#growTable();
    const slot = this.#slotOf(high, low);
    if (this.#table[slot] !== 0) return false;
    const at = (this.size % PIECE) * WORDS;
    const piece = this.#pieceFor(at);
    piece[at] = high;
    piece[at + 1] = low;
    this.size++;
    this.#table[slot] = this.size;
    return true;
  }

  /** The last piece, with room for one more id. Only the first one grows: most sets are small. */
  #pieceFor(at: number): Uint32Array {
    const last = this.#pieces.at(-1);
    if (at === 0 || !last) {
      const piece = new Uint32Array((last ? PIECE : FIRST_PIECE) * WORDS);
      this.#pieces.push(piece);
      return piece;
    }
    if (at < last.length) return last;
    const piece = new Uint32Array(last.length * 2);
    piece.set(last);
    this.#pieces[this.#pieces.length - 1] = piece;
    return piece;
  }

  /** The slot of an id, or the free slot for it. */
  #slotOf(high: number, low: number): number {
    const mask = this.#table.length - 1;
    const table = this.#table;
    const pieces = this.#pieces;
    for (let slot = scatter(high, low) & mask; ; slot = (slot + 1) & mask) {
      const number = table[slot] ?? 0;
      if (number === 0) return slot;
      const piece = pieces[(number - 1) >>> PIECE_BITS];
      const at = ((number - 1) & (PIECE - 1)) * WORDS;
      if (piece?.[at] === high && piece[at + 1] === low) return slot;
    }
  }

  #growTable(): void {
    this.#table = new Uint32Array(this.#table.length * 2);
    let number = 0;
    for (const piece of this.#pieces) {
      for (let at = 0; at < piece.length && number < this.size; at += WORDS) {
        this.#table[this.#slotOf(piece[at] ?? 0, piece[at + 1] ?? 0)] = ++number;
      }
    }
  }
}
