import type { Clock } from './clock.js';

/** Thrown in place of a request that nobody waits for any more. Never leaves the reading. */
export class Closed extends Error {}

/**
 * The waits of requests side by side: when one of them has to wait, all do, and the time counts once.
 */
export class SharedWaits {
  /** Seconds waited so far. */
  waited = 0;
  readonly #clock: Clock;
  readonly #closing: Promise<void>;
  #close: () => void = () => {};
  #closed = false;
  #current: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#closing = new Promise(resolve => {
      this.#close = resolve;
    });
  }

  /** True while all wait. */
  get isWaiting(): boolean {
    return this.#current !== undefined;
  }

  /** A clock whose sleep is a wait of all. A request that meets one under way joins it. */
  get clock(): Clock {
    return {
      now: () => this.#clock.now(),
      random: () => this.#clock.random(),
      sleep: seconds => this.#wait(seconds),
    };
  }

  /** Lets a request begin. */
  async enter(): Promise<void> {
    while (this.#current && !this.#closed) await this.#current;
    if (this.#closed) throw new Closed();
  }

  /** Ends all waits. No request begins any more. */
  close(): void {
    this.#closed = true;
    this.#close();
  }

  async #wait(seconds: number): Promise<void> {
    if (this.#closed) throw new Closed();
    if (!this.#current) {
      this.waited += seconds;
      const over = Promise.race([this.#clock.sleep(seconds), this.#closing]);
      this.#current = over.finally(() => {
        this.#current = undefined;
      });
    }
    await this.#current;
    await this.enter();
  }
}
