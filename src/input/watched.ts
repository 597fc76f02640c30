import type { Operation } from '../types/state.js';
import { awaitIt, type Call } from './call.js';
import { log } from './log.js';
import { takeUnhandled } from './unhandled.js';

/** The promises that calls of operations give, and what becomes of failures that nobody looks at. */

/** Milliseconds in which a failure after the end of the job can still be thrown on. */
export const LATE = 60_000;

/** What a call gives. Knows whether somebody takes it, also by `await`, and so do those that follow it. */
export class Watched<Value> extends Promise<Value> {
  #call: Call | undefined;
  #isTaken = false;

  static {
    // Whoever takes a promise asks for this first, `Promise.race` itself: later nothing tells it from `await`.
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
      // The job's own: node does with it what it does without this class.
      if (!this.#isTaken) Promise.reject(error);
    } else if (!this.#isTaken) {
      if (run.isOver) logLateFailure(call, error);
      else call.lose(this, error);
    }
    if (call.isInAll && call.by) call.by.hasFailedInAll = true;
    // Whoever took it, now or later, may not be waited for either.
    if (error !== null && typeof error === 'object') watchUnhandled(call, error);
  }

  /** @param stack - who asks is in its third line */
  #noteAsked(stack: unknown): void {
    const call = this.#call;
    if (!call) return;
    const asked = String(stack).split('\n', 3)[2] ?? '';
    const by = /^\s*at (?:Promise|Function)\.(all|any|race) /.exec(asked)?.[1];
    if (by === 'all') call.isInAll = true;
    else if (by) call.mayGoOn = true;
  }

  /** Operations that it was given are its own to call. */
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

/** Whether a failure is the job's to deal with: `await` gives two functions, both of them JavaScript's own. */
function isCatch(onDone: unknown, onError: unknown): boolean {
  if (typeof onError !== 'function') return false;
  return (
    typeof onDone !== 'function' ||
    !/\[native code\]\s*\}$/.test(Function.prototype.toString.call(onError))
  );
}

/** Takes what an async function passes on that nobody waits for: another run must not end by it either. */
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

/** Nobody is left to fail, and another run may be on its way in this process. */
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
