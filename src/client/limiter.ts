import { fail, RapidProError } from '../errors/errors.js';
import type { Failure } from '../errors/outcome.js';
import { DEFAULT_MAX_WAIT } from '../input/optionTable.js';
import { type Clock, systemClock } from './clock.js';

/** The shortest time for a request, in seconds, however near the deadline. */
const SHORTEST = 0.05;
/** Seconds before its deadline from which a bulk run begins no request, at most. */
const MOST_RESERVE = 10;
/** Milliseconds by which a wait may end too early: servers count whole seconds. */
const NEARLY = 500;
/** Seconds until RapidPro's engine surely knows a new group, field or topic. */
const NEW_FOR = 6;
/** Failures of the server or the way to it, one after the other, after which it is taken for down. */
const MANY_TROUBLES = 5;
/** The same for a server that answers 500, which it also does to single contacts. */
const MANY_SERVER_ERRORS = 25;
/** Requests side by side in a bulk run, unless the job says otherwise. */
const BULK_CONCURRENCY = 4;

/** Thrown in place of a request that is no longer sent. Never leaves the operation. */
export class AbortedError extends Error {}

/** Why there is a wait. */
export type WaitReason = Failure['kind'] | 'new';

interface LimiterOptions {
  /** Seconds of waiting in one operation, all its requests together. Default: 60. */
  maxWait?: number | undefined;
  /** Seconds from now until all must be done. Default: none. */
  deadline?: number | undefined;
  /** Items that {@link Limiter.each} works on side by side. Default: 1; 4 in a bulk run. */
  concurrency?: number | undefined;
  /** When a group, field or topic was last made, in milliseconds, as far as is known. */
  madeOn?: number | undefined;
  /**
   * True for a run over many contacts. It begins nothing more shortly before its deadline, so that
   * what is under way can end; and what single contacts are tried again for does not use up `maxWait`.
   */
  isBulk?: boolean | undefined;
  clock?: Clock | undefined;
  /** Called when a wait begins, and when one becomes longer. */
  onWait?: ((seconds: number, reason: WaitReason) => void) | undefined;
}

/** A wait that all requests of a throttle scope keep. */
interface Hold {
  /** When it ends, in milliseconds. */
  end: number;
  /** Resolves when it has ended. */
  over: Promise<void>;
}

/** What all requests of an operation share: when they wait, and when they stop. */
export class Limiter {
  readonly clock: Clock;
  /** How many items are worked on side by side. */
  readonly concurrency: number;
  /** When this operation last made a group, field or topic, in milliseconds; undefined if it did not. */
  made: number | undefined;
  /** Why no more requests are sent, once that is so. */
  stopped: RapidProError | undefined;
  /** True if it stopped for want of time, so that it can continue later. */
  outOfTime = false;
  /** True if the reason would have met any other contact as well. */
  concernsAll = false;

  readonly #maxWait: number;
  readonly #isBulk: boolean;
  readonly #onWait: NonNullable<LimiterOptions['onWait']>;
  /** Milliseconds since 1970; infinite where there is no deadline. */
  readonly #end: number;
  /** From when on nothing more is begun. */
  readonly #lastStart: number;
  readonly #holds = new Map<string, Hold>();
  /** The last work of each name. */
  readonly #inOrder = new Map<string, Promise<unknown>>();
  /** When one was last made by anybody; 0 where that is unknown, or was waited for. */
  #madeOn: number;
  #untilKnown: Promise<void> | undefined;
  /** Seconds of all waits, those to their end that are under way. What is side by side counts once. */
  #counted = 0;
  /** Waits under way that count, and when the last of them ends. */
  #waiting = 0;
  #waitingUntil = 0;
  /** End the sleeps under way, one each. */
  readonly #wakers = new Set<() => void>();
  #isAbandoned = false;
  #troubles = 0;

  constructor(options: LimiterOptions = {}) {
    const { deadline, isBulk = false, clock = systemClock } = options;
    this.clock = clock;
    this.concurrency = options.concurrency ?? (isBulk ? BULK_CONCURRENCY : 1);
    this.#madeOn = options.madeOn ?? 0;
    this.#maxWait = options.maxWait ?? DEFAULT_MAX_WAIT;
    this.#isBulk = isBulk;
    this.#onWait = options.onWait ?? (() => {});
    this.#end = deadline === undefined ? Number.POSITIVE_INFINITY : clock.now() + deadline * 1000;
    const reserve = Math.min(MOST_RESERVE, (deadline ?? 0) / 10) * 1000;
    this.#lastStart = isBulk ? this.#end - reserve : Number.POSITIVE_INFINITY;
  }

  /** Seconds waited so far. */
  get waited(): number {
    const ahead = this.#waiting > 0 ? this.#waitingUntil - this.clock.now() : 0;
    return this.#counted - Math.max(0, ahead) / 1000;
  }

  /** Seconds for the next request, if it may take so many. */
  timeFor(timeout: number): number {
    return Math.min(timeout, Math.max(this.#secondsLeft(), SHORTEST));
  }

  /** True if the deadline has come, or is so near that nothing more can be done. */
  get isLate(): boolean {
    return this.#secondsLeft() <= SHORTEST;
  }

  /**
   * Whether an error ends a reading that may go on later: the rate limit, or a request that the
   * deadline cut short, which is not a failure of the server.
   */
  isStop(error: unknown): error is RapidProError {
    if (!(error instanceof RapidProError)) return false;
    return error.code === 'RATE_LIMITED' || (error.code === 'TIMEOUT' && this.isLate);
  }

  /**
   * What a request that failed may still wait.
   *
   * @param paused - seconds for which it has paused itself
   */
  allowance(paused: number): { waited: number; maxWait: number } {
    const waited = this.waited + (this.#isBulk ? paused : 0);
    return { waited, maxWait: Math.min(this.#maxWait, waited + this.#secondsLeft()) };
  }

  /**
   * Lets a request through, after a wait that any other one of its scope was asked for.
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

  /** A wait that the server asked for: all requests of the scope keep it, as long as the longest. */
  async hold(scope: string, seconds: number): Promise<void> {
    this.#checkEnd(seconds);
    const end = this.clock.now() + seconds * 1000;
    const current = this.#holds.get(scope);
    const added = current ? end - current.end : seconds * 1000;
    if (!current || added >= 1000) this.#onWait(seconds, 'throttled');
    if (current) {
      if (added > NEARLY) current.end = end;
      return current.over;
    }
    const hold: Hold = { end, over: Promise.resolve() };
    this.#holds.set(scope, hold);
    hold.over = this.#keep(scope, hold, seconds);
    return hold.over;
  }

  /** A wait of one request alone. */
  async pause(seconds: number, reason: WaitReason): Promise<void> {
    this.#checkEnd(seconds);
    if (this.#isBulk) return this.#sleep(seconds);
    if (this.#waiting === 0) this.#onWait(seconds, reason);
    await this.#wait(seconds);
  }

  /** Waits until RapidPro's engine knows a group, field or topic that was just made. */
  async waitForNew(): Promise<void> {
    if (!this.#untilKnown) {
      const seconds = NEW_FOR - (this.clock.now() - this.#madeOn) / 1000;
      if (this.#madeOn === 0 || seconds <= 0 || seconds > NEW_FOR) return;
      this.#checkEnd(seconds);
      this.#onWait(seconds, 'new');
      this.#untilKnown = this.#wait(seconds).finally(() => {
        this.#madeOn = 0;
        this.#untilKnown = undefined;
      });
    }
    await this.#untilKnown;
    this.#checkEnd(0);
  }

  /** A request has made a group, field or topic. */
  noteMade(): void {
    this.made = this.clock.now();
    this.#madeOn = this.made;
  }

  /** Stops all requests that have not begun. The first reason counts. */
  stop(reason: RapidProError, { isLate = false, concernsAll = false } = {}): void {
    if (this.stopped) return;
    this.stopped = reason;
    this.concernsAll = concernsAll;
    this.outOfTime = isLate || reason.code === 'RATE_LIMITED';
  }

  /**
   * Stops for the error that ended a reading. What was not sent has been stopped already.
   *
   * @throws any other error
   */
  stopFor(error: unknown): void {
    if (error instanceof RapidProError) this.stop(error);
    else if (!(error instanceof AbortedError)) throw error;
  }

  /** Stops a bulk run because the deadline has come. A list sees that by itself. */
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

  /**
   * Waits for the end of work that nobody wants any longer. Until then, what waits or begins is
   * aborted.
   */
  async abandon(work: Promise<unknown>): Promise<void> {
    this.#isAbandoned = true;
    for (const wake of this.#wakers) wake();
    try {
      await work;
    } finally {
      this.#isAbandoned = false;
    }
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

  /** Works on the items side by side, in their order, until they are done or it has stopped. */
  async each<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
    const queue = items[Symbol.iterator]();
    let failed = false;
    const run = async () => {
      while (!failed && !this.stopped) {
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

  /** Does what has a name in common with other work after that, and the rest beside it. */
  async inOrder<T>(names: Iterable<string>, work: () => Promise<T>): Promise<T> {
    const own = new Set(names);
    const before = [...own].map(name => this.#inOrder.get(name));
    const done = Promise.allSettled(before).then(work);
    for (const name of own) this.#inOrder.set(name, done);
    try {
      return await done;
    } finally {
      for (const name of own) if (this.#inOrder.get(name) === done) this.#inOrder.delete(name);
    }
  }

  #secondsLeft(): number {
    if (this.#end === Number.POSITIVE_INFINITY) return this.#end;
    return (this.#end - this.clock.now()) / 1000;
  }

  /** Sleeps to the end of a hold, which another request may put off meanwhile. */
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

  /** A wait that counts. Side by side with others, only what it adds to them does. */
  async #wait(seconds: number): Promise<void> {
    const now = this.clock.now();
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
    // What never ends is not asked for the time: a test's clock may move when it is looked at.
    const isLate =
      this.#lastStart !== Number.POSITIVE_INFINITY &&
      this.clock.now() + seconds * 1000 > this.#lastStart;
    if (isLate) this.stopLate();
    if (this.stopped || this.#isAbandoned) throw new AbortedError(this.stopped?.description);
  }
}
