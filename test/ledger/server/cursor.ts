import { fromText, toPosition } from './time.js';

/**
 * Pages as the CursorPagination of Django REST framework makes them, step by step. A cursor is a moment
 * and how many rows to leave out after it: what changes among rows of one moment moves what comes next.
 */

/** RapidPro cuts larger offsets to this. */
const MOST_OFFSET = 100_000;

export interface Cursor {
  offset: number;
  isReverse: boolean;
  position: number | undefined;
}

export function encodeCursor({ offset, isReverse, position }: Cursor): string {
  const tokens = new URLSearchParams();
  if (offset !== 0) tokens.set('o', String(offset));
  if (isReverse) tokens.set('r', '1');
  if (position !== undefined) tokens.set('p', toPosition(position));
  return Buffer.from(tokens.toString()).toString('base64');
}

/** Undefined for what is not a cursor. */
export function decodeCursor(text: string): Cursor | undefined {
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  const isAscii = /^[\x20-\x7e]*$/.test(decoded);
  if (!isAscii || Buffer.from(decoded).toString('base64') !== text) return undefined;
  const tokens = new URLSearchParams(decoded);
  const offset = Number(tokens.get('o') ?? 0);
  if (!Number.isInteger(offset) || offset < 0) return undefined;
  const position = tokens.get('p');
  const micros = position === null ? undefined : fromText(position);
  if (position !== null && micros === undefined) return undefined;
  return {
    offset: Math.min(offset, MOST_OFFSET),
    isReverse: tokens.get('r') === '1',
    position: micros,
  };
}

export interface Row {
  /** What the list is sorted by. */
  moment: number;
  id: number;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
  previous: string | null;
}

/** Sorts by moment, then by id: newest first, or the other way round. */
function inOrder<Item extends Row>(rows: readonly Item[], isOldestFirst: boolean): Item[] {
  const sign = isOldestFirst ? 1 : -1;
  return [...rows].sort((a, b) => sign * (a.moment - b.moment || a.id - b.id));
}

/** What the framework knows after it has read a page, from which it makes the links. */
interface Reading<Item extends Row> {
  cursor: Cursor | undefined;
  page: Item[];
  pageSize: number;
  hasNext: boolean;
  hasPrevious: boolean;
  nextPosition: number | undefined;
  previousPosition: number | undefined;
}

/** The position of the last row whose neighbor has another one, and how many rows lie between. */
function marker(rows: readonly Row[], neighbor: number | undefined) {
  let compare = neighbor;
  let offset = 0;
  for (const { moment } of rows) {
    if (moment !== compare) return { position: moment, offset, isUnique: true };
    compare = moment;
    offset++;
  }
  return { position: compare, offset, isUnique: false };
}

function nextLink<Item extends Row>(reading: Reading<Item>): Cursor | undefined {
  const { cursor, page, pageSize, hasNext, hasPrevious, nextPosition, previousPosition } = reading;
  if (!hasNext) return undefined;
  const isTurned = page.length > 0 && cursor?.isReverse === true && cursor.offset !== 0;
  const found = marker([...page].reverse(), isTurned ? page.at(-1)?.moment : nextPosition);
  const to = (offset: number, position: number | undefined) => ({
    offset,
    isReverse: false,
    position,
  });
  if (page.length === 0) return to(0, nextPosition);
  if (found.isUnique) return to(found.offset, found.position);
  if (!hasPrevious) return to(pageSize, undefined);
  if (cursor?.isReverse) return to(0, previousPosition);
  return to((cursor?.offset ?? 0) + pageSize, previousPosition);
}

function previousLink<Item extends Row>(reading: Reading<Item>): Cursor | undefined {
  const { cursor, page, pageSize, hasNext, hasPrevious, nextPosition, previousPosition } = reading;
  if (!hasPrevious) return undefined;
  const isTurned = page.length > 0 && cursor?.isReverse === false && cursor.offset !== 0;
  const found = marker(page, isTurned ? page[0]?.moment : previousPosition);
  const to = (offset: number, position: number | undefined) => ({
    offset,
    isReverse: true,
    position,
  });
  if (page.length === 0) return to(0, previousPosition);
  if (found.isUnique) return to(found.offset, found.position);
  if (!hasNext) return to(pageSize, undefined);
  if (cursor?.isReverse) return to(cursor.offset + pageSize, nextPosition);
  return to(0, nextPosition);
}

function encoded(cursor: Cursor | undefined): string | null {
  return cursor ? encodeCursor(cursor) : null;
}

/** The page of a list at a cursor, or its first one. */
export function paginate<Item extends Row>(
  rows: readonly Item[],
  isOldestFirst: boolean,
  cursor: Cursor | undefined,
  pageSize: number,
): Page<Item> {
  const { offset, isReverse, position } = cursor ?? {
    offset: 0,
    isReverse: false,
    position: undefined,
  };
  const isAscending = isOldestFirst !== isReverse;
  const isAfter = ({ moment }: Row) =>
    position === undefined || (isAscending ? moment > position : moment < position);
  const left = inOrder(rows.filter(isAfter), isAscending);
  const page = left.slice(offset, offset + pageSize);
  const following = left[offset + pageSize]?.moment;
  const hasFollowing = following !== undefined;
  const hasPreceding = position !== undefined || offset > 0;
  const reading: Reading<Item> = isReverse
    ? {
        cursor,
        page: page.reverse(),
        pageSize,
        hasNext: hasPreceding,
        hasPrevious: hasFollowing,
        nextPosition: position,
        previousPosition: following,
      }
    : {
        cursor,
        page,
        pageSize,
        hasNext: hasFollowing,
        hasPrevious: hasPreceding,
        nextPosition: following,
        previousPosition: position,
      };
  return {
    items: reading.page,
    next: encoded(nextLink(reading)),
    previous: encoded(previousLink(reading)),
  };
}
