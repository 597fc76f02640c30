import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isPromise } from 'node:util/types';
import type { Operation, State } from '../types/state.js';
import { count, log } from './log.js';
import { takeUnhandled } from './unhandled.js';

/**
 * What a run knows of the operations of its job: which were made and never called, and which were called
 * and are not waited for.
 *
 * Calls form a tree: below each stand those that its functions made, and the run itself is its root. Where a
 * call or a step of the job ends, it waits for what RapidPro is still to answer below it, names what nobody
 * waits for, and fails where something failed and nobody looked.
 */

interface Run {
  uncalled: Set<Operation>;
  /** Those of steps that have come to their end: nobody is about to call them. */
  left: Set<Operation>;
  /** Warnings that it was given. */
  told: Set<string>;
  /** Promises that the job keeps in its state, and the calls that gave them: a later step may take them. */
  kept: Set<unknown>;
  /** What calls failed with. Any other error is the job's own. */
  failures: WeakSet<object>;
  /** Has been called as soon as an operation failed. */
  letGo: (() => void) | undefined;
  isOver: boolean;
}

const here = new AsyncLocalStorage<Call>();
/** Milliseconds in which a failure after the end of the job can still be thrown on. */
const LATE = 60_000;
/** A run that makes more and calls none of them has been told enough. */
const MOST_WATCHED = 1000;
/** Values of a state that are looked at for promises. */
const MOST_KEPT = 10_000;

/** Notes that an operation was made, and gives what to do when it is called. Another run may call it. */
export function noteMade(operation: Operation): () => void {
  const run = here.getStore()?.run;
  if (run && run.uncalled.size < MOST_WATCHED) run.uncalled.add(operation);
  return () => void run?.uncalled.delete(operation);
}

/** Operations that somebody was given are theirs to call, or to leave. */
export function handOver(...given: unknown[]): void {
  const run = here.getStore()?.run;
  for (const value of run ? given.flat() : []) run?.uncalled.delete(value as Operation);
}

/** False where this run was told so already: a loop would say it over and over. */
export function isToldFirst(line: string): boolean {
  const told = here.getStore()?.run.told;
  if (told?.has(line)) return false;
  told?.add(line);
  return true;
}

/** A call of an operation, or the run itself. */
class Call {
  /** Those that its functions made, and that have not ended or about which there is something to say. */
  readonly below = new Set<Call>();
  /** What it failed with and nobody looked at, by the promise that failed. */
  readonly lost = new Map<object, unknown>();
  isOpen = true;
  /** Whether somebody took what it gives, also by `await`. */
  isTaken = false;
  /** Whether it may go on when the function that called it has ended: it was caught, or raced another. */
  mayGoOn = false;
  /** Whether it was given to `Promise.all`, and whether one that it called was, and failed. */
  isInAll = false;
  hasFailedInAll = false;
  /** Comes when RapidPro has answered. */
  answer: Promise<void> | undefined;
  #onAnswer: () => void = () => {};

  constructor(
    readonly run: Run,
    readonly name: () => string,
    readonly by?: Call,
  ) {
    this.show();
  }

  /** Makes sure that those above know it. */
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

  /** RapidPro answers each in the end, by its deadline: whatever the job does, this ends. */
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
}

/** Runs the part of an operation that RapidPro is to answer: whoever calls it waits for that. */
export async function untilAnswered<Result>(work: () => Promise<Result>): Promise<Result> {
  return here.getStore()?.whileBusy(true, work) ?? work();
}

/** Runs a function of the job within that. It may wait for the operation itself, so nobody waits for it. */
export async function inJobsCode<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  return here.getStore()?.whileBusy(false, work) ?? work();
}

/**
 * Calls an operation in the run that it is called in. It ends when the operations that its functions called
 * have ended, also where they do not wait for them, and fails where one of those did.
 */
export function callOperation<Next>(operation: Operation, does: () => Next): Next {
  const by = here.getStore();
  if (!by) return does();
  const call = new Call(by.run, () => operation.name || 'an operation', by);
  if (call.run.isOver) logLate(call.name());
  const atOnce = () => {
    call.isTaken = true;
    call.end();
  };
  let next: Next;
  try {
    next = here.run(call, does);
  } catch (error) {
    atOnce();
    throw error;
  }
  if (isPromise(next) || (call.below.size > 0 && !by.by)) {
    const ended = settled<unknown>(call, () => next).finally(() => call.end());
    return Watched.of(call, ended) as Next;
  }
  // What gives the state at once may be called by what takes it at once: whoever called that waits.
  atOnce();
  return next;
}

/** Runs a step of the job to its end: what it made and did not call is left, what it called has ended. */
export async function runStep(step: () => State | Promise<State>): Promise<State> {
  const call = here.getStore();
  if (!call) return step();
  if (!call.by) call.run.kept.clear();
  const next = await settled(call, step);
  for (const operation of call.run.uncalled) call.run.left.add(operation);
  return next;
}

/**
 * Runs a job or a part of it, and says by name which operations were made on the way and never called.
 * Within such a run it is part of that one. If it throws, it says so of the steps that had come to their end:
 * what the one that threw was still to call nobody knows.
 */
export async function watchCalls<Result>(
  job: () => Promise<Result>,
  onForgotten: (names: string[]) => void,
): Promise<Result> {
  if (here.getStore()) return job();
  const run: Run = {
    uncalled: new Set(),
    left: new Set(),
    told: new Set(),
    kept: new Set(),
    failures: new WeakSet(),
    letGo: undefined,
    isOver: false,
  };
  const root = new Call(run, () => 'execute');
  const namesOf = (operations: Operation[]) => [
    ...new Set(operations.map(({ name }) => name).filter(Boolean)),
  ];
  try {
    // Nobody is left to take what the last step kept.
    const result = await here.run(root, () => settled(root, job, false));
    onForgotten(namesOf([...run.uncalled]));
    return result;
  } catch (error) {
    onForgotten(namesOf([...run.uncalled].filter(operation => run.left.has(operation))));
    throw error;
  } finally {
    run.isOver = true;
    if (run.letGo) setTimeout(run.letGo, LATE).unref();
    for (const name of new Set(openBelow(root).map(call => call.name()))) logOpen(name);
  }
}

/** What a call or a step gives, when what it called has ended too. */
async function settled<Next>(
  call: Call,
  does: () => Next | Promise<Next>,
  mayKeep = true,
): Promise<Next> {
  const { run } = call;
  try {
    const result = await does();
    if (!mayKeep) run.kept.clear();
    else if (call.below.size > 0) for (const kept of keptIn(result)) run.kept.add(kept);
    await waitBelow(call, logStray);
    const [first, ...others] = takeLost(call);
    if (!first) return result;
    logStray(first.name);
    logOthers(others);
    throw first.error;
  } catch (error) {
    // The job waited for what failed: it may have had the same in mind for the others.
    const isOwn = !run.failures.has(error as object);
    await waitBelow(call, isOwn ? logStray : () => {});
    logOthers(takeLost(call).filter(lost => lost.error !== error));
    noteFailure(call, error);
    throw error;
  } finally {
    for (const one of call.below) one.leaveIfDone();
  }
}

/** Waits for what RapidPro is to answer below a call, and says what nobody waits for. */
async function waitBelow(call: Call, onStray: (name: string) => void): Promise<void> {
  const tell = () => {
    for (const stray of straysBelow(call)) onStray(stray.name());
  };
  // What a step has begun may call an operation after a few promises of the author's own.
  if (call.below.size > 0 || !call.by) await nextTurn();
  for (let busy = busyBelow(call); busy.length > 0; busy = busyBelow(call)) {
    tell();
    await Promise.all(busy.map(({ answer }) => answer));
    await nextTurn();
  }
  // By then node has said which failures nobody looks at.
  if (call.run.letGo && !call.by) await nextTurn();
  tell();
}

function busyBelow(call: Call): Call[] {
  return [...call.below].flatMap(one => (one.answer ? [one, ...busyBelow(one)] : busyBelow(one)));
}

/** Of calls that have not come to their end, the outermost. */
function openBelow(call: Call): Call[] {
  return [...call.below].flatMap(one => (one.isOpen ? [one] : openBelow(one)));
}

/** Calls that nobody waits for, the outermost of each. */
function straysBelow(call: Call): Call[] {
  return [...call.below].flatMap(one => {
    if (call.run.kept.has(one)) return [];
    if (!one.isTaken) return [one];
    if (!one.isOpen) return straysBelow(one);
    const isBusy = one.answer !== undefined || busyBelow(one).length > 0;
    return isBusy && !isProvidedFor(one) ? [one] : [];
  });
}

/** Whether it may still be on its way though the job does wait, or has said what to do then. */
function isProvidedFor(call: Call): boolean {
  return call.mayGoOn || call.by?.hasFailedInAll === true || call.run.kept.size > 0;
}

interface Lost {
  name: string;
  error: unknown;
}

/** What failed below a call, and nobody looked at, once. */
function takeLost(call: Call): Lost[] {
  const found = new Map<unknown, Lost>();
  for (const one of call.below) {
    for (const [promise, error] of one.lost) {
      if (call.run.kept.has(promise)) continue;
      one.lost.delete(promise);
      found.set(error, { name: one.name(), error });
    }
    for (const lost of takeLost(one)) found.set(lost.error, lost);
  }
  return [...found.values()];
}

/** The promises in a state, among its values and the items of its lists, and the calls that gave them. */
function keptIn(state: unknown): unknown[] {
  let left = MOST_KEPT;
  const look = (value: unknown, depth: number): unknown[] => {
    if (left-- <= 0 || value === null || typeof value !== 'object') return [];
    if (isPromise(value)) return [value, Watched.callOf(value)];
    if (depth === 0) return [];
    const items = Array.isArray(value) ? value.slice(0, left) : Object.values(value);
    return items.flatMap(item => look(item, depth - 1));
  };
  return isPromise(state) ? [] : look(state, 2);
}

function noteFailure({ run }: Call, error: unknown): void {
  if (error !== null && typeof error === 'object') run.failures.add(error);
}

/** What a call gives. Knows whether somebody takes it, also by `await`, and so do those that follow it. */
class Watched<Value> extends Promise<Value> {
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

  // biome-ignore lint/suspicious/noThenProperty: await asks it
  override then<Done = Value, Failed = never>(
    onDone?: ((value: Value) => Done | PromiseLike<Done>) | null,
    onError?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Done | Failed> {
    handOver(onDone, onError);
    const call = this.#call;
    this.#isTaken = true;
    if (call) {
      call.isTaken = true;
      call.lost.delete(this);
      if (isCatch(onDone, onError)) call.mayGoOn = true;
    }
    return (super.then(onDone, onError) as Watched<Done | Failed>).#watch(call);
  }

  override finally(onFinally?: (() => void) | null): Promise<Value> {
    handOver(onFinally);
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

const CURE = (name: string) =>
  `Write await before it, in a for…of loop (not forEach()): for (const item of state.data) state = await ${name}(…)(state)`;

function logStray(name: string): void {
  const line = `${name}() was called inside a function that did not wait for it, so the step waits for it at its end. ${CURE(name)}`;
  if (isToldFirst(line)) log.warn(line);
}

function logOpen(name: string): void {
  log.warn(
    `${name}() was not finished when the job ended, and nothing waits for it. ${CURE(name)}`,
  );
}

function logLate(name: string): void {
  const line = `${name}() was called after the job had ended, so nothing waits for it, and it may be cut off. ${CURE(name)}`;
  if (isToldFirst(line)) log.warn(line);
}

/** Nobody is left to fail, and another run may be on its way in this process. */
function logLateFailure(call: Call, error: unknown): void {
  log.warn(
    `${call.name()}() failed after the job had ended: ${codeOf(error)}. ${CURE(call.name())}`,
  );
}

/** The job ends with one error. Of the others it says how many there are. */
function logOthers(others: Lost[]): void {
  const counts = new Map<string, number>();
  for (const { name, error } of others) {
    const what = `${name}(): ${codeOf(error)}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  for (const [what, times] of counts) {
    log.warn(`${count(times, ['more call', 'more calls'])} that nobody waited for failed: ${what}`);
  }
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'an error';
}

/** Another copy of this package has a class of its own. */
const isRapidProError = (error: unknown) =>
  (error as { name?: unknown } | null | undefined)?.name === 'RapidProError';
