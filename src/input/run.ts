import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isPromise } from 'node:util/types';
import type { Operation, State } from '../types/state.js';
import { count, log } from './log.js';
import { takeUnhandled } from './unhandled.js';

/**
 * What a run knows of the operations of its job: which were made and never called, and which were called
 * and are not waited for.
 */

interface Run {
  uncalled: Set<Operation>;
  /** Those of steps that have come to their end: nobody is about to call them. */
  left: Set<Operation>;
  /** Warnings that it was given. */
  told: Set<string>;
  /** Calls that have not come to their end. */
  open: Set<Call>;
  /** Those that RapidPro is to answer. Each ends by its own deadline, whatever the job does. */
  busy: Set<Call>;
  /** What calls failed with, and nobody looked at. */
  lost: Map<object, { call: Call; error: unknown }>;
  /** Has been called as soon as an operation failed. */
  letGo: (() => void) | undefined;
  isOver: boolean;
}

/** A call of an operation, or the run itself. */
interface Call {
  readonly run: Run;
  readonly name: () => string;
  /** The call whose functions made this one. */
  readonly by: Call | undefined;
  /** How many of those made within it are open, and how many are busy. */
  openWithin: number;
  busyWithin: number;
  onQuiet: (() => void) | undefined;
}

const here = new AsyncLocalStorage<Call>();
/** Milliseconds in which a failure after the end of the job can still be thrown on. */
const LATE = 60_000;
/** A run that makes more and calls none of them has been told enough. */
const MOST_WATCHED = 1000;

function newCall(run: Run, name: () => string, by?: Call): Call {
  return { run, name, by, openWithin: 0, busyWithin: 0, onQuiet: undefined };
}

const isWithin = (call: Call | undefined, outer: Call): boolean =>
  call !== undefined && (call === outer || isWithin(call.by, outer));

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

function mark(call: Call, what: 'open' | 'busy', holds: boolean): void {
  const calls = call.run[what];
  if (calls.has(call) === holds) return;
  if (holds) calls.add(call);
  else calls.delete(call);
  for (let outer = call.by; outer; outer = outer.by) {
    outer[`${what}Within`] += holds ? 1 : -1;
    if (outer.busyWithin === 0) outer.onQuiet?.();
  }
}

async function whileBusy<Result>(isBusy: boolean, work: () => Result | Promise<Result>) {
  const call = here.getStore();
  if (!call) return work();
  const wasBusy = call.run.busy.has(call);
  mark(call, 'busy', isBusy);
  try {
    return await work();
  } finally {
    mark(call, 'busy', wasBusy);
  }
}

/** Runs the part of an operation that RapidPro is to answer: whoever calls it waits for that. */
export function untilAnswered<Result>(work: () => Promise<Result>): Promise<Result> {
  return whileBusy(true, work);
}

/** Runs a function of the job within that. It may wait for the operation itself, so nobody waits for it. */
export function inJobsCode<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  return whileBusy(false, work);
}

/** What a call gives. Knows whether somebody takes it, also by `await`, and so do those that follow it. */
class Watched<Value> extends Promise<Value> {
  #call: Call | undefined;
  #isTaken = false;

  static of<Value>(call: Call, promise: Promise<Value>): Watched<Value> {
    return new Watched<Value>(resolve => resolve(promise)).#watch(call);
  }

  #watch(call: Call | undefined): this {
    this.#call = call;
    if (call) super.then(undefined, error => this.#noteFailure(call, error));
    return this;
  }

  #noteFailure(call: Call, error: unknown): void {
    const { run } = call;
    const lose = (key: object) => run.lost.set(key, { call, error });
    if (run.isOver) {
      if (!this.#isTaken) logLateFailure(call, error);
      else if (error !== null && typeof error === 'object') surviveLate(call, error);
    } else if (!this.#isTaken) lose(this);
    else if (error !== null && typeof error === 'object') {
      // Whoever took it may not be waited for either.
      run.letGo ??= takeUnhandled.begin();
      takeUnhandled.of(error, () => lose(error));
    }
  }

  // biome-ignore lint/suspicious/noThenProperty: await asks it
  override then<Done = Value, Failed = never>(
    onDone?: ((value: Value) => Done | PromiseLike<Done>) | null,
    onError?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Done | Failed> {
    handOver(onDone, onError);
    this.#isTaken = true;
    this.#call?.run.lost.delete(this);
    return (super.then(onDone, onError) as Watched<Done | Failed>).#watch(this.#call);
  }

  override finally(onFinally?: (() => void) | null): Promise<Value> {
    handOver(onFinally);
    return super.finally(onFinally);
  }
}

/**
 * Calls an operation in the run that it is called in. It ends when the operations that its functions called
 * have ended, also where they do not wait for them, and fails where one of those did.
 */
export function callOperation<Next>(operation: Operation, does: () => Next): Next {
  const by = here.getStore();
  if (!by) return does();
  const call = newCall(by.run, () => operation.name || 'an operation', by);
  if (call.run.isOver) logLate(call);
  mark(call, 'open', true);
  let next: Next;
  try {
    next = here.run(call, does);
  } catch (error) {
    mark(call, 'open', false);
    throw error;
  }
  // What gives the state at once may be called by what takes it at once: whoever called that waits.
  if (!isPromise(next) && (call.openWithin === 0 || by.by)) {
    mark(call, 'open', false);
    return next;
  }
  return Watched.of(
    call,
    settled<unknown>(call, () => next),
  ) as Next;
}

const CURE = (name: string) =>
  `Write await before it, in a for…of loop (not forEach()): for (const item of state.data) state = await ${name}(…)(state)`;

/** Of a call that nobody waits for, the outermost that goes on. */
function strayOf(call: Call, outer: Call): string {
  let stray = call;
  while (stray.by && stray.by !== outer && outer.run.open.has(stray.by)) stray = stray.by;
  return stray.name();
}

function logStray(name: string): void {
  const line = `${name}() was called inside a function that did not wait for it, so the step waits for it at its end. ${CURE(name)}`;
  if (isToldFirst(line)) log.warn(line);
}

function logOpen(root: Call): void {
  for (const name of new Set([...root.run.open].map(call => strayOf(call, root)))) {
    log.warn(
      `${name}() was not finished when the job ended, and nothing waits for it. ${CURE(name)}`,
    );
  }
}

/** Nobody is left to fail, and another run may be on its way in this process. */
function logLateFailure(call: Call, error: unknown): void {
  log.warn(
    `${call.name()}() failed after the job had ended: ${codeOf(error)}. ${CURE(call.name())}`,
  );
}

/** Whoever took it may throw it on, now or later. Another run in this process must not end by it. */
function surviveLate(call: Call, error: object): void {
  const letGo = takeUnhandled.begin();
  takeUnhandled.of(error, () => logLateFailure(call, error));
  setTimeout(letGo, LATE).unref();
}

function logLate(call: Call): void {
  const name = call.name();
  const line = `${name}() was called after the job had ended, so nothing waits for it, and it may be cut off. ${CURE(name)}`;
  if (isToldFirst(line)) log.warn(line);
}

/** Waits for the busy calls within one, and for what follows them at once. */
async function quiet(outer: Call, onStray: (name: string) => void): Promise<void> {
  // What a step has begun may call an operation after a few promises of the author's own.
  if (outer.openWithin > 0 || !outer.by) await nextTurn();
  while (outer.busyWithin > 0) {
    for (const call of outer.run.busy) {
      if (call !== outer && isWithin(call, outer)) onStray(strayOf(call, outer));
    }
    await new Promise<void>(resolve => {
      outer.onQuiet = resolve;
    });
    await nextTurn();
  }
  // By then node has said which failures nobody looks at.
  if (outer.run.letGo && !outer.by) await nextTurn();
}

/** What failed within a call, and nobody looked at, once. */
function takeLost(outer: Call): { name: string; error: unknown }[] {
  const found = [...outer.run.lost].filter(([, { call }]) => isWithin(call, outer));
  for (const [key] of found) outer.run.lost.delete(key);
  const byError = new Map(
    found.map(([, { call, error }]) => [error, { name: strayOf(call, outer), error }]),
  );
  return [...byError.values()];
}

const hasCode = (error: unknown) => typeof (error as { code?: unknown } | null)?.code === 'string';

function codeOf(error: unknown): string {
  return hasCode(error) ? (error as { code: string }).code : 'an error';
}

/** The job ends with one error. Of the others it says how many there are. */
function logOthers(others: { name: string; error: unknown }[]): void {
  const counts = new Map<string, number>();
  for (const { name, error } of others) {
    const what = `${name}(): ${codeOf(error)}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  for (const [what, times] of counts) {
    log.warn(`${count(times, ['more call', 'more calls'])} that nobody waited for failed: ${what}`);
  }
}

/** What a call or a step gives, when what it called has ended too. */
async function settled<Next>(call: Call, does: () => Next | Promise<Next>): Promise<Next> {
  try {
    const result = await does();
    await quiet(call, logStray);
    const [first, ...others] = takeLost(call);
    if (!first) return result;
    logStray(first.name);
    logOthers(others);
    throw first.error;
  } catch (error) {
    // An error of the job's own comes of a call that was not waited for: its state is not there yet.
    await quiet(call, hasCode(error) ? () => {} : logStray);
    logOthers(takeLost(call).filter(lost => lost.error !== error));
    throw error;
  } finally {
    mark(call, 'open', false);
  }
}

/** Runs a step of the job to its end: what it made and did not call is left, what it called has ended. */
export async function runStep(step: () => State | Promise<State>): Promise<State> {
  const call = here.getStore();
  if (!call) return step();
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
    open: new Set(),
    busy: new Set(),
    lost: new Map(),
    letGo: undefined,
    isOver: false,
  };
  const root = newCall(run, () => 'execute');
  const namesOf = (operations: Operation[]) => [
    ...new Set(operations.map(({ name }) => name).filter(Boolean)),
  ];
  try {
    const result = await here.run(root, job);
    onForgotten(namesOf([...run.uncalled]));
    return result;
  } catch (error) {
    onForgotten(namesOf([...run.uncalled].filter(operation => run.left.has(operation))));
    throw error;
  } finally {
    run.isOver = true;
    run.letGo?.();
    logOpen(root);
  }
}
