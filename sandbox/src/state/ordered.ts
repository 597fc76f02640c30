/** A key that rows are sorted by: a timestamp or a text. */
export type Key = number | string;

interface Entry<T> {
  readonly key: Key;
  readonly row: T;
  live: boolean;
}

/**
 * Rows sorted by a key, then by id.
 *
 * A row whose key changes (nearly always to the newest) is appended, and its old entry is only marked as stale, so that
 * 100,000 contacts stay sorted by their last change at little cost. Stale entries are removed once they outnumber the
 * live ones.
 */
export class Ordered<T extends { id: number }> {
  #entries: Entry<T>[] = [];
  #of = new Map<T, Entry<T>>();
  #sorted = true;

  constructor(readonly keyOf: (row: T) => Key | null) {}

  /** Inserts a row, or moves it if its key has changed. A null key removes it. */
  put(row: T): void {
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

  /** Rows with a key above `after` and below `before`, both exclusive, in the given direction. */
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

  /** Rows that were added out of order, as from a seed, are sorted on first use. */
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

/** The index of the first item that passes. All later items must pass too. */
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
