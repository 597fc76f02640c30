import { type Clock, systemClock } from '../client/clock.js';
import { fail, type RapidProError } from '../errors/errors.js';
import { count, log } from '../input/log.js';

/** Thrown in place of a request that is no longer sent. Never leaves the operation. */
export class AbortedError extends Error {}

/** Seconds before the deadline from which no request is begun, at most. */
const MOST_RESERVE = 10;
/** Failures of the server or the way to it, one after the other, after which it is taken for down. */
const MANY_TROUBLES = 5;
/** The same for a server that answers 500, which it also does to single contacts. */
const MANY_SERVER_ERRORS = 25;

export interface LimiterOptions {
  maxWait: number;
  deadline: number | undefined;
  clock?: Clock;
}

/** What all requests of an operation share: when they wait, and when they stop. */
export class Limiter {
  readonly maxWait: number;
  /** Seconds that the operation has waited for the rate limit. */
  waited = 0;
  /** Why no more requests are sent, once that is so. */
  stopped: RapidProError | undefined;
  /** True if it stopped for want of time, so that it can continue later. */
  outOfTime = false;
  /** True if the reason would have met any other contact as well. */
  concernsAll = false;
  /** Requests that were not reads. */
  writes = 0;
  readonly #clock: Clock;
  readonly #end: number;
  readonly #held = new Map<string, { until: number; wait: Promise<void> }>();
  #troubles = 0;

  constructor({ maxWait, deadline, clock = systemClock }: LimiterOptions) {
    this.maxWait = maxWait;
    this.#clock = clock;
    const reserve = deadline === undefined ? 0 : Math.min(MOST_RESERVE, deadline / 10);
    this.#end =
      deadline === undefined ? Number.POSITIVE_INFINITY : this.now() + (deadline - reserve) * 1000;
  }

  now(): number {
    return this.#clock.now();
  }

  random(): number {
    return this.#clock.random();
  }

  /** Stops all requests that have not begun. The first reason counts. */
  stop(reason: RapidProError, { isLate = false, concernsAll = false } = {}): void {
    if (this.stopped) return;
    this.stopped = reason;
    this.concernsAll = concernsAll;
    this.outOfTime = isLate || reason.code === 'RATE_LIMITED';
  }

  /** Stops because the deadline has come. */
  stopLate(): void {
    this.stop(
      fail(
        'TIMEOUT',
        'The time that options.deadline allows is used up.',
        'Run the same step again with { resume: true }: it continues where this one stopped.',
      ),
      { isLate: true },
    );
  }

  /** Lets a request through, after a wait that any other one of its scope was asked for. */
  async enter(scope: string): Promise<void> {
    let seen: unknown;
    for (let held = this.#held.get(scope); held && held !== seen; held = this.#held.get(scope)) {
      seen = held;
      await held.wait;
    }
    this.#checkEnd(0);
  }

  /** A wait of one request alone. */
  async pause(seconds: number): Promise<void> {
    this.#checkEnd(seconds);
    await this.#clock.sleep(seconds);
  }

  /** A wait that the server asked for: all requests of the scope keep it. */
  async hold(scope: string, seconds: number): Promise<void> {
    this.#checkEnd(seconds);
    const now = this.now();
    const held = this.#held.get(scope);
    const until = Math.max(now + seconds * 1000, held?.until ?? 0);
    const added = (until - Math.max(now, held?.until ?? 0)) / 1000;
    this.waited += added;
    if (added >= 1) {
      log.info(
        `waiting ${count(Math.ceil(seconds), ['second', 'seconds'])} because of its rate limit`,
      );
    }
    const wait = Promise.all([held?.wait, this.#clock.sleep(seconds)]).then(() => {});
    this.#held.set(scope, { until, wait });
    await wait;
  }

  /** The server did what it was asked, or refused it for good reason. */
  wentWell(): void {
    this.#troubles = 0;
  }

  /** The server, or the way to it, failed. When that goes on, nothing more is sent. */
  wentWrong(error: RapidProError): void {
    this.#troubles++;
    const many = error.statusCode === 500 ? MANY_SERVER_ERRORS : MANY_TROUBLES;
    if (this.#troubles >= many) this.stop(error);
  }

  #checkEnd(seconds: number): void {
    if (this.now() + seconds * 1000 > this.#end) this.stopLate();
    if (this.stopped) throw new AbortedError(this.stopped.description);
  }
}
