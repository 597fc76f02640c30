import { EventEmitter } from 'node:events';

/** The longest that node's timers can count, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Ends a request that takes too long as a whole, however fast it drips. undici takes an emitter of
 * `abort` in place of an AbortSignal, and a list of many pages is read several percent faster with it.
 */
export class Deadline extends EventEmitter {
  /** What undici then throws. */
  reason: Error | undefined;
  /** Who is to blame if time is up now; undefined: the server. */
  blame: ((silence: Error) => Error) | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    super();
    const milliseconds = Math.min(seconds * 1000, LONGEST_TIMER);
    this.#timer = setTimeout(() => this.#expire(), milliseconds);
  }

  /**
   * Settles as the promise does, or fails when time is up. undici itself does not heed an abort while
   * it makes a connection, and waits for that to fail.
   */
  limit<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.once('abort', () => reject(this.reason));
      promise.then(resolve, reject);
    });
  }

  /** To be called when the request has ended. */
  clear(): void {
    clearTimeout(this.#timer);
  }

  #expire(): void {
    const silence = Object.assign(new Error('timeout'), { code: 'TIMEOUT' });
    this.reason = this.blame?.(silence) ?? silence;
    this.emit('abort');
  }
}
