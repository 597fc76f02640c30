import type { Query } from '../types/request.js';

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
export const MOST_OFFSET = 100_000;

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
export function writeCursor({ position, offset, isPlain }: Cursor): Query | undefined {
  if (isPlain && offset > 0) return { offset: String(offset) };
  const tokens = new URLSearchParams();
  if (offset > 0) tokens.set('o', String(offset));
  if (position !== '') tokens.set('p', position);
  const text = tokens.toString();
  return text === '' ? undefined : { cursor: Buffer.from(text).toString('base64') };
}
