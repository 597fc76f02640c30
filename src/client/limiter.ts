import { fail, hasErrorCode, RapidProError } from '../errors/errors.js';
import type { Failure } from '../errors/outcome.js';
import { DEFAULT_MAX_WAIT } from '../input/options.js';
import { Turn } from '../input/turns.js';
import { type Clock, systemClock } from './clock.js';

/** The shortest time for a request, in seconds, even close to the deadline. */
const SHORTEST = 0.05;
/** At most this many seconds before its deadline, a bulk run stops starting requests. */
const MOST_RESERVE = 10;
/** Milliseconds by which a wait may end too early, because servers count whole seconds. */
const NEARLY = 500;
/** Seconds until RapidPro's engine certainly knows a new group, field or topic. */
const NEW_FOR = 6;
/**
 * Seconds until a list certainly shows what was created or changed. It has the time when the change began, but becomes
 * visible when the transaction ends, or when the copy of the database that lists are read from has caught up.
 */
export const LATEST = 30;
/** Seconds between looks for what is not shown yet. */
const LOOKS = [1, 2, 4];
/** After this many failures in a row, of the server or the connection, the server counts as down. */
const MANY_TROUBLES = 5;
/** The same for status 500, which a server also answers for single contacts. */
const MANY_SERVER_ERRORS = 25;
/** Parallel requests in a bulk run, unless the job says otherwise. */
const BULK_CONCURRENCY = 4;

/** Thrown instead of sending a request. Never leaves the operation. */
export class AbortedError extends Error {}

export type WaitReason = Failure['kind'] | 'new';

interface LimiterOptions {
  /** Total seconds of waiting in one operation. Default: 60. */
  maxWait?: number | undefined;
  /** Seconds from now until everything must be done. Default: none. */
  deadline?: number | undefined;
  /** Items that {@link Limiter.each} processes in parallel. Default: 1; 4 in a bulk run. */
  concurrency?: number | undefined;
  /** When a group, field or topic was last created, in milliseconds, if known. */
  madeOn?: number | undefined;
  /**
   * True for a run over many contacts. Shortly before its deadline it starts nothing new, so that requests in progress
   * can end. Retries for single contacts do not use up `maxWait`.
   */
  isBulk?: boolean | undefined;
  clock?: Clock | undefined;
  /** Called when a wait begins, and when one becomes longer. */
  onWait?: ((seconds: number, reason: WaitReason) => void) | undefined;
}

/** A wait for all requests of a throttle scope. */
interface Hold {
  /** When it ends, in milliseconds. */
  end: number;
  over: Promise<void>;
}

/** What all requests of an operation share: when they wait, and when they stop. */
export class Limiter {
  readonly clock: Clock;
  readonly concurrency: number;
  /** When this operation last created a group, field or topic, in milliseconds; undefined if it did not. */
  made: number | undefined;
  /** Why no more requests are sent; undefined as long as they are. */
  stopped: RapidProError | undefined;
  /** True if it stopped for lack of time, so that it can continue later. */
  outOfTime = false;
  concernsAll = false;

  readonly #maxWait: number;
  readonly #isBulk: boolean;
  readonly #onWait: NonNullable<LimiterOptions['onWait']>;
  /** Milliseconds since 1970; infinite without a deadline. */
  readonly #end: number;
  /** The time after which nothing new is started. */
  readonly #lastStart: number;
  readonly #holds = new Map<string, Hold>();
  /** The last work for each name. */
  readonly #locks = new Map<string, Promise<unknown>>();
  /** When earlier operations last created one; infinitely long ago if that is unknown. */
  readonly #madeBefore: number;
  #untilKnown: Promise<void> | undefined;
  /** Seconds of all waits, including the rest of current ones. Parallel waits count once. */
  #counted = 0;
  /** Current waits that count, and when the last one ends. */
  #waiting = 0;
  #waitingUntil = 0;
  readonly #wakers = new Set<() => void>();
  #isAbandoned = false;
  #troubles = 0;
  /** The latest time that was read, and by how much the clock has been set back since the beginning. */
  #latest = Number.NEGATIVE_INFINITY;
  #setBack = 0;

  constructor(options: LimiterOptions = {}) {
    const { deadline, isBulk = false, clock = systemClock } = options;
    this.clock = clock;
    this.concurrency = options.concurrency ?? (isBulk ? BULK_CONCURRENCY : 1);
    this.#madeBefore = options.madeOn ?? Number.NEGATIVE_INFINITY;
    this.#maxWait = options.maxWait ?? DEFAULT_MAX_WAIT;
    this.#isBulk = isBulk;
    this.#onWait = options.onWait ?? (() => {});
    this.#end = deadline === undefined ? Number.POSITIVE_INFINITY : this.now + deadline * 1000;
    const reserve = Math.min(MOST_RESERVE, (deadline ?? 0) / 10) * 1000;
    this.#lastStart = isBulk ? this.#end - reserve : Number.POSITIVE_INFINITY;
  }

  /** The time in milliseconds, which never goes back: somebody may set the clock while a job runs. */
  get now(): number {
    const time = this.clock.now() + this.#setBack;
    this.#setBack += Math.max(0, this.#latest - time);
    this.#latest = Math.max(this.#latest, time);
    return this.#latest;
  }

  get waited(): number {
    const ahead = this.#waiting > 0 ? this.#waitingUntil - this.now : 0;
    return this.#counted - Math.max(0, ahead) / 1000;
  }

  /** Seconds for the next request, at most as many as requested. */
  timeFor(timeout: number): number {
    return Math.min(timeout, Math.max(this.#secondsLeft(), SHORTEST));
  }

  /** True if the deadline has passed, or is too close to do more. */
  get isLate(): boolean {
    return this.#secondsLeft() <= SHORTEST;
  }

  /**
   * Whether an error ends a read that may continue later: a request that the deadline cut off, which is not a failure of
   * the server, or the rate limit, unless nothing has been handed out.
   */
  isStop(error: unknown, hasRead: boolean): error is RapidProError {
    return this.isCutOff(error) || (hasRead && hasErrorCode(error, 'RATE_LIMITED'));
  }

  /** Whether the deadline cut a request off. */
  isCutOff(error: unknown): error is RapidProError {
    return hasErrorCode(error, 'TIMEOUT') && this.isLate;
  }

  /**
   * The result of requests before or after the pages of a list; undefined if one of them ends the read: see `isStop()`.
   */
  async unlessCutOff<Value>(
    ask: () => Promise<Value>,
    hasRead = false,
  ): Promise<{ value: Value } | undefined> {
    try {
      return { value: await ask() };
    } catch (error) {
      if (this.isStop(error, hasRead)) return undefined;
      throw error;
    }
  }

  /** How long a failed request may still wait, after so many seconds for which it has paused itself. */
  allowance(paused: number): { waited: number; maxWait: number } {
    const waited = this.waited + (this.#isBulk ? paused : 0);
    return { waited, maxWait: Math.min(this.#maxWait, waited + this.#secondsLeft()) };
  }

  /**
   * Lets a request through, after any wait for its scope.
   *
   * @throws AbortedError if it is not sent any more
   */
  async enter(scope: string): Promise<void> {
    this.#checkEnd(0);
    for (let hold = this.#holds.get(scope); hold; hold = this.#holds.get(scope)) {
      await hold.over;
      this.#checkEnd(0);
    }
  }

  /** A wait that the server asked for. All requests of the scope wait until the longest one ends. */
  async hold(scope: string, seconds: number): Promise<void> {
    this.#checkEnd(seconds);
    const end = this.now + seconds * 1000;
    const current = this.#holds.get(scope);
    // Longer by no more than itself, even if the clock was set forward.
    const added = Math.min(current ? end - current.end : Number.POSITIVE_INFINITY, seconds * 1000);
    if (!current || added >= 1000) this.#onWait(seconds, 'throttled');
    if (current) {
      if (added > NEARLY) current.end += added;
      return current.over;
    }
    const hold: Hold = { end, over: Promise.resolve() };
    this.#holds.set(scope, hold);
    hold.over = this.#keep(scope, hold, seconds);
    return hold.over;
  }

  /** A wait of a single request. */
  async pause(seconds: number, reason: WaitReason): Promise<void> {
    this.#checkEnd(seconds);
    if (this.#isBulk) return this.#sleep(seconds);
    if (this.#waiting === 0) this.#onWait(seconds, reason);
    await this.#wait(seconds);
  }

  async waitForNew(): Promise<void> {
    if (!this.#untilKnown) {
      const seconds = NEW_FOR - this.#age / 1000;
      if (seconds <= 0 || seconds > NEW_FOR) return;
      this.#checkEnd(seconds);
      this.#onWait(seconds, 'new');
      this.#untilKnown = this.#wait(seconds).finally(() => {
        this.#untilKnown = undefined;
      });
    }
    await this.#untilKnown;
    this.#checkEnd(0);
  }

  noteMade(): void {
    this.made = this.clock.now();
  }

  /**
   * Reads a list again, a few times, if what is missing in it may be what was created seconds ago.
   *
   * @param first - as it was read
   * @param atLeast - looks for what this job did not create: by default none, because it is hardly just being made
   */
  async untilShown<Value>(
    first: Value,
    read: () => Promise<Value>,
    isShown: (value: Value) => boolean,
    { atLeast = 0 }: { atLeast?: number } = {},
  ): Promise<Value> {
    let value = first;
    let paused = 0;
    for (const [looks, seconds] of LOOKS.entries()) {
      const age = this.#age;
      const isNew = age >= 0 && age <= LATEST * 1000;
      if (isShown(value) || (looks >= atLeast && !isNew)) break;
      const { waited, maxWait } = this.allowance(paused);
      if (waited + seconds > maxWait) break;
      await this.pause(seconds, 'new');
      paused += seconds;
      value = await read();
    }
    return value;
  }

  /** Stops all requests that have not started. The first reason counts. */
  stop(reason: RapidProError, { isLate = false, concernsAll = false } = {}): void {
    if (this.stopped) return;
    this.stopped = reason;
    this.concernsAll = concernsAll;
    this.outOfTime = isLate || reason.code === 'RATE_LIMITED';
  }

  /**
   * Stops because of the error that ended a read. Requests that were not sent are already stopped.
   *
   * @throws any other error
   */
  stopFor(error: unknown): void {
    if (error instanceof RapidProError) this.stop(error);
    else if (!(error instanceof AbortedError)) throw error;
  }

  /** Stops a bulk run because of its deadline. Lists check that themselves. */
  stopLate(): void {
    if (!this.#isBulk) return;
    this.stop(
      fail(
        'TIMEOUT',
        'The time in options.deadline is used up.',
        'Run the same step again with { resume: true } to continue.',
      ),
      { isLate: true },
    );
  }

  /** Waits for the end of work that is no longer needed. Until then, everything that waits or starts is aborted. */
  async abandon(work: Promise<unknown>): Promise<void> {
    this.#isAbandoned = true;
    for (const wake of this.#wakers) wake();
    try {
      await work;
    } finally {
      this.#isAbandoned = false;
    }
  }

  /** Notes that the server did what it was asked, or refused it for a good reason. */
  wentWell(): void {
    this.#troubles = 0;
  }

  /** Notes that the server or the connection failed. If that continues, nothing more is sent. */
  wentWrong(error: RapidProError): void {
    this.#troubles++;
    const many = error.statusCode === 500 ? MANY_SERVER_ERRORS : MANY_TROUBLES;
    if (this.#troubles >= many) this.stop(error);
  }

  /** Processes items in parallel, in their order, until all are done or it has stopped. */
  async each<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
    const queue = items[Symbol.iterator]();
    // In a dry run, nothing may be waited for.
    const turn = new Turn();
    let failed = false;
    const run = async () => {
      while (!failed && !this.stopped) {
        if (turn.isOver) await turn.give();
        const { value, done } = queue.next();
        if (done) return;
        try {
          await work(value);
        } catch (error) {
          if (error instanceof AbortedError) return;
          failed = true;
          throw error;
        }
      }
    };
    // Waits for all of them: no request may outlive the operation.
    const ends = await Promise.allSettled(Array.from({ length: this.concurrency }, run));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Runs work after other work with a common name, and everything else in parallel. */
  async withLock<T>(names: Iterable<string>, work: () => Promise<T>): Promise<T> {
    const own = new Set(names);
    const before = [...own].map(name => this.#locks.get(name));
    const done = Promise.allSettled(before).then(work);
    for (const name of own) this.#locks.set(name, done);
    try {
      return await done;
    } finally {
      for (const name of own) if (this.#locks.get(name) === done) this.#locks.delete(name);
    }
  }

  /** Milliseconds since one was last created by anyone. Below zero, somebody has set the clock. */
  get #age(): number {
    return this.clock.now() - (this.made ?? this.#madeBefore);
  }

  #secondsLeft(): number {
    if (this.#end === Number.POSITIVE_INFINITY) return this.#end;
    return (this.#end - this.now) / 1000;
  }

  /** Sleeps until the end of a hold, which another request may extend. */
  async #keep(scope: string, hold: Hold, seconds: number): Promise<void> {
    try {
      for (let left = seconds; left > 0 && !this.#isAbandoned; ) {
        const planned = hold.end;
        await this.#wait(left);
        left = (hold.end - planned) / 1000;
      }
    } finally {
      this.#holds.delete(scope);
    }
  }

  /** A wait that counts. Parallel to others, only the time that it adds counts. */
  async #wait(seconds: number): Promise<void> {
    const { now } = this;
    const end = now + seconds * 1000;
    const counted = this.#waiting > 0 ? Math.max(now, this.#waitingUntil) : now;
    this.#counted += Math.max(0, end - counted) / 1000;
    this.#waitingUntil = Math.max(counted, end);
    this.#waiting++;
    try {
      await this.#sleep(seconds);
    } finally {
      this.#waiting--;
    }
  }

  async #sleep(seconds: number): Promise<void> {
    let wake = () => {};
    const woken = new Promise<void>(resolve => {
      wake = resolve;
    });
    this.#wakers.add(wake);
    try {
      await Promise.race([this.clock.sleep(seconds), woken]);
    } finally {
      this.#wakers.delete(wake);
    }
  }

  #checkEnd(seconds: number): void {
    // Without a deadline, the clock is not read: a test's clock may move when it is read.
    const isLate =
      this.#lastStart !== Number.POSITIVE_INFINITY && this.now + seconds * 1000 > this.#lastStart;
    if (isLate) this.stopLate();
    if (this.stopped || this.#isAbandoned) throw new AbortedError(this.stopped?.description);
  }
}
