import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds until others get their turn. A blocked worker would miss its heartbeat. */
const LONGEST = 40;

/**
 * Goes through a list that may be long, without blocking the process.
 *
 * @throws what `work` throws
 */
export async function inTurns<T>(
  items: Iterable<T>,
  work: (item: T, index: number) => void,
): Promise<void> {
  let index = 0;
  let since = performance.now();
  for (const item of items) {
    work(item, index++);
    if (index % 16 > 0 || performance.now() - since < LONGEST) continue;
    await nextTurn();
    since = performance.now();
  }
}

/** A list in pieces of at most so many items. */
export function inPieces<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}
