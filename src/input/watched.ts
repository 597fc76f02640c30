import type { Operation } from '../types/state.js';
import { awaitIt, type Call } from './call.js';
import { log } from './log.js';

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
        const isObject = typeof reason === 'object' && reason !== null;
        const owner = isObject ? all.owners.get(reason) : undefined;
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

const takeUnhandled = {
  /** Starts listening, and returns what ends it. Only runs with a failed operation listen. */
  begin(): () => void {
    const all = shared();
    if (all.runs++ === 0) listen(all, true);
    return () => {
      if (--all.runs === 0) listen(all, false);
    };
  },
  of(error: object, owner: Owner): void {
    shared().owners.set(error, owner);
  },
};

/** The promises that operations return, and what happens to failures that nobody looks at. */

/** Milliseconds after the end of the job in which a failure can still be passed on. */
export const LATE = 60_000;

/** The promise of a call. It knows whether somebody takes it, also by `await`. So do promises derived from it. */
export class Watched<Value> extends Promise<Value> {
  #call: Call | undefined;
  #isTaken = false;

  static {
    // Everyone who takes a promise asks for this first. Only here is `Promise.race` different from `await`.
    Object.defineProperty(Watched.prototype, 'constructor', {
      get(this: Watched<unknown>) {
        if (#call in this) this.#noteAsked(new Error().stack);
        return Watched;
      },
    });
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
  if (run.isOver) setTimeout(takeUnhandled.begin(), LATE).unref();
  else run.letGo ??= takeUnhandled.begin();
  takeUnhandled.of(error, {
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
