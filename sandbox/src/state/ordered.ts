/** A key that rows are sorted by: an instant, or a text. */
export type Key = number | string;

interface Entry<T> {
  readonly key: Key;
  readonly row: T;
  live: boolean;
}

/**
 * Rows in the order of a key, then of their id.
 *
 * A row that moves (its key nearly always becomes the newest) is appended and its old entry only marked as gone, so
 * that keeping 100,000 contacts in the order of their last change costs next to nothing; the dead entries are swept
 * out once they are as many as the living.
 */
export class Ordered<T extends { id: number }> {
  #entries: Entry<T>[] = [];
  #of = new Map<T, Entry<T>>();
  #sorted = true;

  constructor(readonly keyOf: (row: T) => Key | null) {}

  /** Puts a row at its place, or moves it there when its key has changed. A null key takes it out. */
  place(row: T): void {
    const key = this.keyOf(row);
    const before = this.#of.get(row);
    if (before && before.key === key) return;
    if (before) this.remove(row);
    if (key === null) return;
    const entry = { key, row, live: true };
    const last = this.#entries.at(-1);
    if (last && isBefore(entry, last)) this.#sorted = false;
    this.#entries.push(entry);
    this.#of.set(row, entry);
  }

  remove(row: T): void {
    const entry = this.#of.get(row);
    if (!entry) return;
    entry.live = false;
    this.#of.delete(row);
    if (this.#entries.length > 64 && this.#entries.length > this.#of.size * 2) this.#sweep();
  }

  /** Rows with a key above `after` and below `before`, both ends exclusive, in the asked direction. */
  *walk(descending: boolean, bounds: { above?: Key; below?: Key } = {}): Generator<T> {
    this.#sort();
    const entries = this.#entries;
    const { above, below } = bounds;
    const from = above === undefined ? 0 : firstWhere(entries, entry => entry.key > above);
    const to =
      below === undefined ? entries.length : firstWhere(entries, entry => entry.key >= below);
    for (let step = 0; step < to - from; step++) {
      const entry = entries[descending ? to - 1 - step : from + step];
      if (entry?.live) yield entry.row;
    }
  }

  /** Rows that came out of order, as from a seed, are sorted when they are first asked for. */
  #sort(): void {
    if (this.#sorted) return;
    this.#sweep();
    this.#entries.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#sorted = true;
  }

  #sweep(): void {
    this.#entries = this.#entries.filter(entry => entry.live);
  }
}

function isBefore<T extends { id: number }>(a: Entry<T>, b: Entry<T>): boolean {
  return a.key < b.key || (a.key === b.key && a.row.id < b.row.id);
}

/** Index of the first item that passes; all after it must pass too. */
function firstWhere<T>(items: readonly T[], passes: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && passes(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
