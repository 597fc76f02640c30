import { PAGE_SIZE } from '../../../src/resources.js';
import { readInteger } from '../values/python.js';
import { readQuery } from './incoming.js';
import { notFound } from './reply.js';

/** Where a page begins: after a position, at an offset, forward or backward. */
export interface Cursor {
  offset: number;
  back: boolean;
  position: string | null;
}

const START: Cursor = { offset: 0, back: false, position: null };

/** Ties beyond this many cannot be paged through: the server caps the offset. */
const OFFSET_LIMIT = 100_000;

export function encodeCursor({ offset, back, position }: Cursor): string {
  const tokens = new URLSearchParams();
  if (offset !== 0) tokens.set('o', String(offset));
  if (back) tokens.set('r', '1');
  if (position !== null) tokens.set('p', position);
  return Buffer.from(tokens.toString()).toString('base64');
}

function wholeNumber(text: string): number {
  const number = readInteger(text);
  if (number === undefined) throw notFound('Invalid cursor');
  return number;
}

const ASCII = /^[\0-\x7f]*$/;

/**
 * Decodes base64 as Python does: unknown characters are skipped, so is padding that stands too early, and what comes after
 * the padding that ends it. A wrong length is an error.
 */
function decodeBase64(text: string): string {
  const data = dataOf(text);
  const decoded = data === undefined ? undefined : Buffer.from(data, 'base64').toString('latin1');
  if (decoded === undefined || !ASCII.test(text) || !ASCII.test(decoded)) {
    throw notFound('Invalid cursor');
  }
  return decoded;
}

/** The letters of base64 up to its end; undefined if they do not come out even. */
function dataOf(text: string): string | undefined {
  let data = '';
  let padding = 0;
  for (const letter of text.replace(/[^A-Za-z0-9+/=]/g, '')) {
    const over = data.length % 4;
    if (letter !== '=') {
      data += letter;
      padding = 0;
    } else if (over >= 2 && over + ++padding >= 4) return data;
  }
  return data.length % 4 === 0 ? data : undefined;
}

export function decodeCursor(text: string | null, offsetLimit = OFFSET_LIMIT): Cursor {
  if (text === null) return START;
  const tokens = readQuery(decodeBase64(text));
  const offset = wholeNumber(tokens.get('o') ?? '0');
  if (offset < 0) throw notFound('Invalid cursor');
  return {
    offset: Math.min(offset, offsetLimit),
    back: wholeNumber(tokens.get('r') ?? '0') !== 0,
    position: tokens.get('p'),
  };
}

interface CursorPage<T> {
  items: T[];
  next: Cursor | null;
  previous: Cursor | null;
}

/** The number of items at the near end of a page that share the position of the next item. */
function seam<T>(
  items: readonly T[],
  beyond: string | null,
  positionOf: (item: T) => string,
): { offset: number; position: string | null; unique: boolean } {
  const compare = beyond;
  let offset = 0;
  for (const item of items) {
    const position = positionOf(item);
    if (position !== compare) return { offset, position, unique: true };
    offset++;
  }
  return { offset, position: compare, unique: false };
}

/**
 * One page of the rows after a cursor. `rows` returns them in the cursor's direction, starting at its position.
 *
 * A cursor holds the last position of the previous page. It cannot distinguish items that share that position, so it
 * counts them.
 */
export function cutPage<T>(
  cursor: Cursor,
  rows: Iterable<T>,
  positionOf: (row: T) => string,
): CursorPage<T> {
  const found: T[] = [];
  let skipped = 0;
  for (const row of rows) {
    if (skipped < cursor.offset) {
      skipped++;
      continue;
    }
    found.push(row);
    if (found.length > PAGE_SIZE) break;
  }
  const extra = found.length > PAGE_SIZE ? found.pop() : undefined;
  const ahead = extra === undefined ? null : positionOf(extra);
  const behind = cursor.position !== null || cursor.offset > 0;
  const items = cursor.back ? found.reverse() : found;
  const page: Cut<T> = {
    cursor,
    items,
    nextPosition: cursor.back ? cursor.position : ahead,
    previousPosition: cursor.back ? ahead : cursor.position,
    hasNext: cursor.back ? behind : ahead !== null,
    hasPrevious: cursor.back ? ahead !== null : behind,
  };
  return {
    items,
    next: page.hasNext ? link(page, false, positionOf) : null,
    previous: page.hasPrevious ? link(page, true, positionOf) : null,
  };
}

interface Cut<T> {
  cursor: Cursor;
  items: T[];
  nextPosition: string | null;
  previousPosition: string | null;
  hasNext: boolean;
  hasPrevious: boolean;
}

/** The cursor of the next page in a direction. */
function link<T>(page: Cut<T>, back: boolean, positionOf: (item: T) => string): Cursor {
  const { cursor } = page;
  const beyond = back ? page.previousPosition : page.nextPosition;
  const near = back ? page.items : page.items.toReversed();
  const nearest = near[0];
  if (nearest === undefined) return { offset: 0, back, position: beyond };
  // When the direction is reversed at a cursor with an offset, its position lies inside the ties and marks no boundary.
  const turning = cursor.back !== back && cursor.offset !== 0;
  const { offset, position, unique } = seam(
    near,
    turning ? positionOf(nearest) : beyond,
    positionOf,
  );
  if (unique) return { offset, back, position };
  const isLast = back ? !page.hasNext : !page.hasPrevious;
  const far = back ? page.nextPosition : page.previousPosition;
  if (isLast) return { offset: PAGE_SIZE, back, position: null };
  if (cursor.back !== back) return { offset: 0, back, position: far };
  return { offset: cursor.offset + PAGE_SIZE, back, position: far };
}
