import { parseTime } from '../state/clock.js';

/**
 * The API lists newest first; rows are created oldest first. A row without a time stays after the one that preceded it.
 */
export function inOrder<T extends { created_on?: string }>(
  rows: readonly T[] | undefined,
): readonly T[] {
  if (!rows?.some(row => row.created_on)) return rows ?? [];
  let at = Number.NEGATIVE_INFINITY;
  return rows
    .map(row => {
      at = (row.created_on ? parseTime(row.created_on) : undefined) ?? at;
      return { row, at };
    })
    .sort((a, b) => a.at - b.at || 0)
    .map(({ row }) => row);
}

/** Groups, fields and labels, of which the API does not show when they were made: it lists the newest first. */
export function newestFirst<T extends { created_on?: string }>(
  rows: readonly T[] | undefined,
): readonly T[] {
  return rows?.some(row => row.created_on) ? inOrder(rows) : (rows?.toReversed() ?? []);
}
