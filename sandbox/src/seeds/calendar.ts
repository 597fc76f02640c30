import type { Clock, Micros } from '../state/clock.js';

const SECOND: Micros = 1_000_000;
const MONTH: Micros = 30 * 24 * 3600 * SECOND;

/** Times for rows without one, in sequence over the month before the sandbox was created. */
export class Calendar {
  #at: Micros;
  readonly #step: Micros;

  constructor(clock: Clock, rows: number) {
    this.#at = Math.round(clock.now() * 1000) - MONTH;
    this.#step = Math.max(1, Math.min(SECOND, Math.floor(MONTH / (2 * rows + 100))));
  }

  next(): Micros {
    this.#at += this.#step;
    return this.#at;
  }
}
