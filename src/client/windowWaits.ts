import type { Clock } from './clock.js';

/** Thrown in place of a request that nobody waits for any longer. Never leaves the reading. */
export class ReadAbortedError extends Error {}

/** Milliseconds by which a wait may end too early: servers count whole seconds. */
const NEARLY = 500;

/**
 * The waits of requests side by side: when one of them has to wait, all do, as long as the longest of
 * them asks, and the time counts once.
 */
export class SharedWaits {
  /** Seconds waited so far. */
  waited = 0;
  readonly #clock: Clock;
  readonly #closing: Promise<void>;
  #close: () => void = () => {};
  #closed = false;
  #current: Promise<void> | undefined;
  /** When the wait under way ends, in milliseconds. */
  #end = 0;

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
    if (this.#closed) throw new ReadAbortedError();
  }

  /** Ends all waits. No request begins any more. */
  close(): void {
    this.#closed = true;
    this.#close();
  }

  async #wait(seconds: number): Promise<void> {
    if (this.#closed) throw new ReadAbortedError();
    const end = this.#clock.now() + seconds * 1000;
    if (!this.#current) {
      this.#end = end;
      this.#current = this.#untilEnd(seconds).finally(() => {
        this.#current = undefined;
      });
    } else if (end - this.#end > NEARLY) {
      this.#end = end;
    }
    await this.#current;
    await this.enter();
  }

  /** Sleeps, and goes on sleeping where another request asked for more meanwhile. */
  async #untilEnd(seconds: number): Promise<void> {
    for (let left = seconds; left > 0 && !this.#closed; ) {
      this.waited += left;
      const planned = this.#end;
      await Promise.race([this.#clock.sleep(left), this.#closing]);
      left = (this.#end - planned) / 1000;
    }
  }
}
