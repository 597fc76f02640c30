import type { Query } from '../types/request.js';

/**
 * A cursor of Django REST framework, as RapidPro uses it: a moment, and how many records to leave out
 * after it. The offset is not 0 where the next page begins among records that share one moment.
 */
export interface Cursor {
  /** The moment as the server wrote it; empty for the beginning of the list. */
  position: string;
  offset: number;
  /** True where the server counts from the beginning of the list, in the open. */
  isPlain?: boolean;
}

/** Offsets up to which RapidPro reads. */
export const MOST_OFFSET = 100_000;

/** Where a list goes on as far as a cursor says it; undefined for a cursor of another make. */
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

/** What to ask for to go on there; undefined for the beginning of the list. */
export function writeCursor({ position, offset, isPlain }: Cursor): Query | undefined {
  if (isPlain && offset > 0) return { offset: String(offset) };
  const tokens = new URLSearchParams();
  if (offset > 0) tokens.set('o', String(offset));
  if (position !== '') tokens.set('p', position);
  const text = tokens.toString();
  return text === '' ? undefined : { cursor: Buffer.from(text).toString('base64') };
}
