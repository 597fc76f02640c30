import type { Operation } from '../types/state.js';
import { log } from './log.js';

/**
 * Calls of operations. They form a tree: below each call are the calls that its functions made. The run is the
 * root.
 */

/** What a run knows about the operations of its job. */
export class Run {
  readonly uncalled = new Set<Operation>();
  /** Uncalled operations of steps that have ended: nobody will call them. */
  readonly left = new Set<Operation>();
  readonly told = new Set<string>();
  /** Names of the lists that `eachChange` has read to their end, and that had something. */
  readonly changesRead = new Set<string>();
  /** Promises that the job keeps in its state, and the calls that gave them: a later step may take them. */
  readonly kept = new Set<unknown>();
  /** What calls failed with. Any other error is the job's own. */
  readonly failures = new WeakSet<object>();
  /** Has been called as soon as an operation failed. */
  letGo: (() => void) | undefined;
  isOver = false;
}

/** What to write instead of a call that nobody waits for. */
export const awaitIt = (name: string) =>
  `Write await before it, in a for…of loop (not forEach()): for (const item of state.data) state = await ${name}(…)(state)`;

export interface Lost {
  name: string;
  error: unknown;
}

/** A call of an operation, or the run itself. */
export class Call {
  /** Calls that its functions made, and that have not ended or still need a warning. */
  readonly below = new Set<Call>();
  /** Failures that nobody looked at, by the promise that failed. */
  readonly lost = new Map<object, unknown>();
  isOpen = true;
  /** Whether somebody took its promise, also by `await`. */
  isTaken = false;
  /** Whether it may continue after the function that called it: it has a `.catch`, or was in a race. */
  mayGoOn = false;
  /** Whether it was in a `Promise.all`, and whether one of its own calls was, and failed. */
  isInAll = false;
  hasFailedInAll = false;
  /** Resolves when RapidPro has answered. */
  answer: Promise<void> | undefined;
  #onAnswer: () => void = () => {};

  constructor(
    readonly run: Run,
    readonly name: () => string,
    readonly by?: Call,
  ) {
    this.show();
  }

  /** Makes sure that the calls above know it. */
  show(): void {
    if (this.by?.below.has(this) === false) this.by.below.add(this);
    this.by?.show();
  }

  end(): void {
    this.isOpen = false;
    if (this.isTaken) this.leaveIfDone();
  }

  leaveIfDone(): void {
    const isDone = !this.isOpen && this.below.size === 0 && this.lost.size === 0;
    if (isDone && !this.run.kept.has(this)) this.by?.below.delete(this);
  }

  lose(promise: object, error: unknown): void {
    this.lost.set(promise, error);
    this.show();
  }

  /** Whatever the job does, this ends, because each request has a deadline. */
  async whileBusy<Result>(isBusy: boolean, work: () => Result | Promise<Result>): Promise<Result> {
    const wasBusy = this.answer !== undefined;
    this.#setBusy(isBusy);
    try {
      return await work();
    } finally {
      this.#setBusy(wasBusy);
    }
  }

  #setBusy(isBusy: boolean): void {
    if (isBusy === (this.answer !== undefined)) return;
    this.#onAnswer();
    this.answer = isBusy
      ? new Promise(resolve => {
          this.#onAnswer = resolve;
        })
      : undefined;
    this.show();
  }

  /** The calls below that wait for RapidPro. */
  busy(): Call[] {
    return [...this.below].flatMap(one => (one.answer ? [one, ...one.busy()] : one.busy()));
  }

  /** The calls below that have not ended; of each branch, the outermost. */
  open(): Call[] {
    return [...this.below].flatMap(one => (one.isOpen ? [one] : one.open()));
  }

  /** The calls below that nobody waits for; of each branch, the outermost. */
  strays(): Call[] {
    return [...this.below].flatMap(one => {
      if (this.run.kept.has(one)) return [];
      if (!one.isTaken) return [one];
      if (!one.isOpen) return one.strays();
      const isBusy = one.answer !== undefined || one.busy().length > 0;
      return isBusy && !one.#isProvidedFor() ? [one] : [];
    });
  }

  /** Whether it may still be running although the job waits for it or handles it. */
  #isProvidedFor(): boolean {
    return this.mayGoOn || this.by?.hasFailedInAll === true || this.run.kept.size > 0;
  }

  /** Failures below that nobody looked at, each once. */
  takeLost(): Lost[] {
    const found = new Map<unknown, Lost>();
    for (const one of this.below) {
      for (const [promise, error] of one.lost) {
        if (this.run.kept.has(promise)) continue;
        one.lost.delete(promise);
        found.set(error, { name: one.name(), error });
      }
      for (const lost of one.takeLost()) found.set(lost.error, lost);
    }
    return [...found.values()];
  }
}

/** Failures of operations that nobody looks at. Only Node.js knows which these are. */

interface Owner {
  /** Node.js found that nobody looks at this promise. */
  lost(promise: object): void;
  /** Somebody looked at it later. */
  found(promise: object): void;
}

interface Shared {
  owners: WeakMap<object, Owner>;
  /** Promises that were reported as lost. */
  lost: WeakMap<object, Owner>;
  /** The number of runs with a failure. */
  runs: number;
  listeners: {
    unhandledRejection: (reason: unknown, promise: object) => void;
    rejectionHandled: (promise: object) => void;
  };
}

const KEY = Symbol.for('@openfn/language-rapidpro.unhandled');

function makeShared(): Shared {
  const all: Shared = {
    owners: new WeakMap(),
    lost: new WeakMap(),
    runs: 0,
    listeners: {
      unhandledRejection(reason, promise) {
        const owner = all.owners.get(reason as object);
        if (owner) {
          all.lost.set(promise, owner);
          owner.lost(promise);
        } else if (process.listenerCount('unhandledRejection') === 1) {
          leaveToNode(all, reason);
        }
      },
      rejectionHandled(promise) {
        all.lost.get(promise)?.found(promise);
      },
    },
  };
  return all;
}

/** Leaves failures of others to Node.js, which does what it would do without a listener. */
function leaveToNode(all: Shared, reason: unknown): void {
  listen(all, false);
  Promise.reject(reason);
  setImmediate(() => listen(all, all.runs > 0));
}

function listen({ listeners }: Shared, isOn: boolean): void {
  for (const [event, listener] of Object.entries(listeners)) {
    process.off(event, listener);
    if (isOn) process.on(event, listener);
  }
}

/** One for the process. Every copy of this package shares it, because the platform loads one for each run. */
function shared(): Shared {
  const place = globalThis as typeof globalThis & { [KEY]?: Shared };
  place[KEY] ??= makeShared();
  return place[KEY];
}

/** Starts listening, and returns what ends it. Only runs with a failed operation listen. */
function beginToListen(): () => void {
  const all = shared();
  if (all.runs++ === 0) listen(all, true);
  return () => {
    if (--all.runs === 0) listen(all, false);
  };
}

/** The promises that operations return, and what happens to failures that nobody looks at. */

/** Milliseconds after the end of the job in which a failure can still be passed on. */
export const LATE = 60_000;

/** The promise of a call. It knows whether somebody takes it, also by `await`. So do promises derived from it. */
export class Watched<Value> extends Promise<Value> {
  #call: Call | undefined;
  #isTaken = false;

  // Everyone who takes a promise asks for this first. Only here is `Promise.race` different from `await`.
  override get ['constructor']() {
    if (#call in this) this.#noteAsked(new Error().stack);
    return Watched;
  }

  static of<Value>(call: Call, promise: Promise<Value>): Watched<Value> {
    return new Watched<Value>(resolve => resolve(promise)).#watch(call);
  }

  static callOf(promise: object): Call | undefined {
    return #call in promise ? promise.#call : undefined;
  }

  #watch(call: Call | undefined): this {
    if (call) super.then(undefined, error => this.#noteFailure(call, error));
    this.#call = call;
    return this;
  }

  #noteFailure(call: Call, error: unknown): void {
    const { run } = call;
    if (run.isOver && !isRapidProError(error)) {
      // The job's own error: Node.js does what it would do without this class.
      if (!this.#isTaken) Promise.reject(error);
    } else if (!this.#isTaken) {
      if (run.isOver) logLateFailure(call, error);
      else call.lose(this, error);
    }
    if (call.isInAll && call.by) call.by.hasFailedInAll = true;
    // Nobody may wait for the one who took it, either.
    if (error !== null && typeof error === 'object') watchUnhandled(call, error);
  }

  /** @param stack - its third line says who asks */
  #noteAsked(stack: unknown): void {
    const call = this.#call;
    if (!call) return;
    const asked = String(stack).split('\n', 3)[2] ?? '';
    const by = /^\s*at (?:Promise|Function)\.(all|any|race) /.exec(asked)?.[1];
    if (by === 'all') call.isInAll = true;
    else if (by) call.mayGoOn = true;
  }

  /** Operations that were passed to it are for it to call. */
  #handOver(...given: unknown[]): void {
    for (const value of given) this.#call?.run.uncalled.delete(value as Operation);
  }

  // biome-ignore lint/suspicious/noThenProperty: await asks it
  override then<Done = Value, Failed = never>(
    onDone?: ((value: Value) => Done | PromiseLike<Done>) | null,
    onError?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Done | Failed> {
    const call = this.#call;
    this.#isTaken = true;
    this.#handOver(onDone, onError);
    if (call) {
      call.isTaken = true;
      call.lost.delete(this);
      if (isCatch(onDone, onError)) call.mayGoOn = true;
    }
    return (super.then(onDone, onError) as Watched<Done | Failed>).#watch(call);
  }

  override finally(onFinally?: (() => void) | null): Promise<Value> {
    this.#handOver(onFinally);
    return super.finally(onFinally);
  }
}

/** Whether the job handles a failure. `await` passes two functions, both of them JavaScript's own. */
function isCatch(onDone: unknown, onError: unknown): boolean {
  if (typeof onError !== 'function') return false;
  return (
    typeof onDone !== 'function' ||
    !/\[native code\]\s*\}$/.test(Function.prototype.toString.call(onError))
  );
}

/** Catches failures in async functions that nobody waits for, so that they do not end another run. */
function watchUnhandled(call: Call, error: object): void {
  const { run } = call;
  if (run.isOver && !isRapidProError(error)) return;
  if (run.isOver) setTimeout(beginToListen(), LATE).unref();
  else run.letGo ??= beginToListen();
  shared().owners.set(error, {
    lost(promise) {
      if (run.isOver) logLateFailure(call, error);
      else call.lose(promise, error);
    },
    found: promise => void call.lost.delete(promise),
  });
}

/** Nothing is left that could fail, and another run may be active in this process. */
function logLateFailure(call: Call, error: unknown): void {
  log.warn(
    `${call.name()}() failed after the job had ended: ${codeOf(error)}. ${awaitIt(call.name())}`,
  );
}

/** What a failure is, for the log. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'an error';
}

/** Another copy of this package has a class of its own. */
const isRapidProError = (error: unknown) =>
  (error as { name?: unknown } | null | undefined)?.name === 'RapidProError';
