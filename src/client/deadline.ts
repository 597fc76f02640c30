import { EventEmitter } from 'node:events';

/** The longest time of Node.js timers, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Ends a request that takes too long in total, even if bytes keep coming. undici accepts an emitter of `abort`
 * instead of an AbortSignal, which makes long lists several percent faster.
 */
export class Deadline extends EventEmitter {
  /** What undici then throws. */
  reason: Error | undefined;
  /** Who caused the delay, if time is up now; undefined: the server. */
  blame: ((silence: Error) => Error) | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    super();
    const milliseconds = Math.min(seconds * 1000, LONGEST_TIMER);
    this.#timer = setTimeout(() => this.#expire(), milliseconds);
  }

  /**
   * Settles like the promise, or fails when time is up. While undici makes a connection, it ignores an abort and waits
   * for that to fail.
   */
  limit<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.once('abort', () => reject(this.reason));
      promise.then(resolve, reject);
    });
  }

  /** Call it when the request has ended. */
  clear(): void {
    clearTimeout(this.#timer);
  }

  #expire(): void {
    const silence = Object.assign(new Error('timeout'), { code: 'TIMEOUT' });
    this.reason = this.blame?.(silence) ?? silence;
    this.emit('abort');
  }
}
