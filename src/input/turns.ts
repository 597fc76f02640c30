import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds until others get their turn. A blocked worker would miss its heartbeat. */
const LONGEST = 40;

/** Of so many items, a step that goes through all of them takes some milliseconds. */
const MANY = 5_000;

/** Gives others their turn between two such steps. */
export async function giveWay({ length }: { length: number }): Promise<void> {
  if (length > MANY) await nextTurn();
}

/** The time until others get their turn. For loops that wait for something that is nearly always there already. */
export class Turn {
  #since = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#since >= LONGEST;
  }

  async give(): Promise<void> {
    await nextTurn();
    this.#since = performance.now();
  }
}

/** Goes through a list that may be long, without blocking the process. */
export async function inTurns<T>(
  items: Iterable<T>,
  work: (item: T, index: number) => void,
): Promise<void> {
  let index = 0;
  const turn = new Turn();
  for (const item of items) {
    work(item, index++);
    if (index % 16 === 0 && turn.isOver) await turn.give();
  }
}

/** Leaves out what comes again in a list that may be long. The first of those that are the same stays. */
export async function distinctInTurns<Item>(
  items: readonly Item[],
  identityOf: (item: Item) => string,
): Promise<Item[]> {
  const seen = new Set<string>();
  const distinct: Item[] = [];
  await inTurns(items, item => {
    if (seen.size < seen.add(identityOf(item)).size) distinct.push(item);
  });
  return distinct;
}

/** A list in pieces of at most so many items. */
export function inPieces<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}
