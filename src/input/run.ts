import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isPromise } from 'node:util/types';
import type { Operation, State } from '../types/state.js';
import { awaitIt, Call, type Lost, type Run } from './call.js';
import { count, log } from './log.js';
import { codeOf, LATE, Watched } from './watched.js';

/**
 * What a run knows of the operations of its job: which were made and never called, and which were called
 * and are not waited for. Where a call or a step of the job ends, it waits for what RapidPro is still to answer
 * below it, names what nobody waits for, and fails where something failed and nobody looked.
 */

const here = new AsyncLocalStorage<Call>();
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
    for (const name of new Set(root.open().map(call => call.name()))) logOpen(name);
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
    const [first, ...others] = call.takeLost();
    if (!first) return result;
    logStray(first.name);
    logOthers(others);
    throw first.error;
  } catch (error) {
    // The job waited for what failed: it may have had the same in mind for the others.
    const isOwn = !run.failures.has(error as object);
    await waitBelow(call, isOwn ? logStray : () => {});
    logOthers(call.takeLost().filter(lost => lost.error !== error));
    noteFailure(call, error);
    throw error;
  } finally {
    call.hasFailedInAll = false;
    for (const one of call.below) one.leaveIfDone();
  }
}

/** Waits for what RapidPro is to answer below a call, and says what nobody waits for. */
async function waitBelow(call: Call, onStray: (name: string) => void): Promise<void> {
  const tell = () => {
    for (const stray of call.strays()) onStray(stray.name());
  };
  // What a step has begun may call an operation after a few promises of the author's own.
  if (call.below.size > 0 || !call.by) await nextTurn();
  for (let busy = call.busy(); busy.length > 0; busy = call.busy()) {
    tell();
    await Promise.all(busy.map(({ answer }) => answer));
    await nextTurn();
  }
  // By then node has said which failures nobody looks at.
  if (call.run.letGo && !call.by) await nextTurn();
  tell();
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
  return isPromise(state) ? [] : look(state, 4);
}

function noteFailure({ run }: Call, error: unknown): void {
  if (error !== null && typeof error === 'object') run.failures.add(error);
}

function logStray(name: string): void {
  const line = `${name}() was called inside a function that did not wait for it, so the step waits for it at its end. ${awaitIt(name)}`;
  if (isToldFirst(line)) log.warn(line);
}

function logOpen(name: string): void {
  log.warn(
    `${name}() was not finished when the job ended, and nothing waits for it. ${awaitIt(name)}`,
  );
}

function logLate(name: string): void {
  const line = `${name}() was called after the job had ended, so nothing waits for it, and it may be cut off. ${awaitIt(name)}`;
  if (isToldFirst(line)) log.warn(line);
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
