import type { Newest } from './types.js';

/**
 * The first matching rows, as the page shows them, and the number of all matches. If the total is known, no further
 * rows are read: there may be 100,000 of them.
 */
export function newest<T, Line>(
  rows: Iterable<T>,
  {
    most,
    show,
    holds = () => true,
    total,
  }: {
    most: number;
    show: (row: T) => Line;
    holds?: (row: T) => boolean;
    total?: number | undefined;
  },
): Newest<Line> {
  const items: Line[] = [];
  let found = 0;
  for (const row of rows) {
    if (!holds(row)) continue;
    found++;
    if (items.length < most) items.push(show(row));
    if (total !== undefined && items.length >= most) break;
  }
  return { total: total ?? found, items };
}
