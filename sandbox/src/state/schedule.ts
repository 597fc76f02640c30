import type { Micros } from './clock.js';

/** Something that is done when the clock reaches a time. */
export interface Planned {
  readonly at: Micros;
  /** May return a promise of work that goes on. Undefined once it is canceled. */
  act: (() => unknown) | undefined;
}

/** What is done later, by the sandbox's clock: a heap with the earliest first, in the order of planning among equals. */
export class Schedule {
  readonly #heap: (Planned & { order: number })[] = [];
  #planned = 0;

  plan(at: Micros, act: () => unknown): Planned {
    const entry = { at, act, order: this.#planned++ };
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    return entry;
  }

  /** Takes out the first thing that is due. */
  take(now: Micros): Planned | undefined {
    const [first] = this.#heap;
    if (!first || first.at > now) return undefined;
    const last = this.#heap.pop();
    if (last && last !== first) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (!one || !other) return one !== undefined;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one && other) [this.#heap[a], this.#heap[b]] = [other, one];
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(least, at)) return;
      this.#swap(at, least);
      at = least;
    }
  }
}
