import { parseTime } from '../state/clock.js';

/**
 * Lists come newest first from the API; rows are made oldest first. A row without a time stays behind the one that
 * stood before it.
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
