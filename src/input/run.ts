import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isPromise } from 'node:util/types';
import type { Operation, State } from '../types/state.js';
import { awaitIt, Call, codeOf, LATE, type Lost, Run, Watched } from './call.js';
import { countIn } from './check.js';
import { count, log } from './log.js';

/**
 * What a run knows about the operations of its job: which were created and never called, and which were called but
 * not awaited. A call or step, before it ends, waits for RapidPro's answers to everything below it. It names the
 * calls that nobody waits for, and fails if one failed and nobody looked.
 */

const here = new AsyncLocalStorage<Call>();
/** A run with more uncalled operations has had enough warnings. */
const MOST_WATCHED = 1000;
/** How many values of a state are searched for promises. */
const MOST_KEPT = 10_000;

/** Notes that an operation was created, and returns what to do when it is called. Another run may call it. */
function noteMade(operation: Operation): () => void {
  const run = here.getStore()?.run;
  if (run && run.uncalled.size < MOST_WATCHED) run.uncalled.add(operation);
  return () => void run?.uncalled.delete(operation);
}

/** Operations that were passed on are for the receiver to call or not. */
export function handOver(...given: unknown[]): void {
  const run = here.getStore()?.run;
  for (const value of given.flat()) run?.uncalled.delete(value as Operation);
}

/** False before a job runs: while its operations are created. */
export function isRunning(): boolean {
  return here.getStore() !== undefined;
}

/** Warns once in a run, because a loop would repeat it. */
export function warnOnce(line: string): void {
  const told = here.getStore()?.run.told;
  if (told?.has(line)) return;
  told?.add(line);
  log.warn(line);
}

/** Whether an earlier step of this run has noted that it read all changes of this list. */
export function hasReadChanges(list: string): boolean {
  return here.getStore()?.run.changesRead.has(list) ?? false;
}

export function noteChangesRead(list: string): void {
  here.getStore()?.run.changesRead.add(list);
}

/** Runs the part of an operation that waits for RapidPro. The calls above wait for it. */
export async function untilAnswered<Result>(work: () => Promise<Result>): Promise<Result> {
  return here.getStore()?.whileBusy(true, work) ?? work();
}

/** Runs a function of the job within that part. It may wait for the operation itself, so the calls above do not wait. */
export async function inJobsCode<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  return here.getStore()?.whileBusy(false, work) ?? work();
}

/**
 * Calls an operation in the current run. It ends when the operations that its functions called have ended, awaited
 * or not, and fails if one of them failed.
 */
function callOperation<Next>(operation: Operation, does: () => Next): Next {
  const by = here.getStore();
  if (!by) return does();
  const call = new Call(by.run, () => operation.name || 'an operation', by);
  if (call.run.isOver) {
    const name = call.name();
    warnOnce(
      `${name}() was called after the job had ended, so nothing waits for it, and it may be cut off. ${awaitIt(name)}`,
    );
  }
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
  // A synchronous result may go to a synchronous caller, so the call above that one waits.
  atOnce();
  return next;
}

/** Runs a step of the job to its end. Everything that it called has ended. What it did not call is noted. */
export async function runStep(step: () => State | Promise<State>): Promise<State> {
  const call = here.getStore();
  if (!call) return step();
  if (!call.by) call.run.kept.clear();
  const next = await settled(call, step);
  for (const operation of call.run.uncalled) call.run.left.add(operation);
  return next;
}

/**
 * Runs a job or a part of it, and names the operations that were created and never called. Within another run, it is
 * part of that run. If a step throws, it names only those of steps that had ended, because nobody knows what the
 * step would still have called.
 */
export async function watchCalls<Result>(
  job: () => Promise<Result>,
  onForgotten: (names: string[]) => void,
): Promise<Result> {
  if (here.getStore()) return job();
  const run = new Run();
  const root = new Call(run, () => 'execute');
  const namesOf = (operations: Operation[]) => [
    ...new Set(operations.map(({ name }) => name).filter(Boolean)),
  ];
  try {
    // After the last step, nobody can take the promises in its state.
    const result = await here.run(root, () => settled(root, job, false));
    onForgotten(namesOf([...run.uncalled]));
    return result;
  } catch (error) {
    onForgotten(namesOf([...run.uncalled].filter(operation => run.left.has(operation))));
    throw error;
  } finally {
    run.isOver = true;
    if (run.letGo) setTimeout(run.letGo, LATE).unref();
    for (const name of new Set(root.open().map(call => call.name()))) {
      log.warn(
        `${name}() was not finished when the job ended, and nothing waits for it. ${awaitIt(name)}`,
      );
    }
  }
}

/** The result of a call or a step, after everything that it called has ended. */
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
    // The job waited for the call that failed, so it may have meant to wait for the others too.
    const isOwn = !run.failures.has(error as object);
    await waitBelow(call, isOwn ? logStray : () => {});
    logOthers(call.takeLost().filter(lost => lost.error !== error));
    if (error !== null && typeof error === 'object') run.failures.add(error);
    throw error;
  } finally {
    call.hasFailedInAll = false;
    for (const one of call.below) one.leaveIfDone();
  }
}

/** Waits for RapidPro's answers below a call, and names the calls that nobody waits for. */
async function waitBelow(call: Call, onStray: (name: string) => void): Promise<void> {
  const tell = () => {
    for (const stray of call.strays()) onStray(stray.name());
  };
  // The author's own promises may call an operation a little later.
  if (call.below.size > 0 || !call.by) await nextTurn();
  for (let busy = call.busy(); busy.length > 0; busy = call.busy()) {
    tell();
    await Promise.all(busy.map(({ answer }) => answer));
    await nextTurn();
  }
  // By then, Node.js has reported the failures that nobody looks at.
  if (call.run.letGo && !call.by) await nextTurn();
  tell();
}

/** The promises among the values and list items of a state, and the calls that returned them. */
function keptIn(state: unknown): unknown[] {
  let left = MOST_KEPT;
  const look = (value: unknown, depth: number): unknown[] => {
    if (left-- <= 0 || value === null || typeof value !== 'object') return [];
    if (isPromise(value)) return [value, Watched.callOf(value)];
    if (depth === 0) return [];
    const items = Array.isArray(value) ? value.slice(0, left) : Object.values(value);
    return items.flatMap(item => look(item, depth - 1));
  };
  return look(state, 4);
}

const logStray = (name: string) =>
  warnOnce(
    `${name}() was called inside a function that did not wait for it, so the step waits for it at its end. ${awaitIt(name)}`,
  );

/** The job ends with one error. The others are counted in the log. */
function logOthers(others: Lost[]): void {
  const counts = new Map<string, number>();
  for (const { name, error } of others) countIn(counts, `${name}(): ${codeOf(error)}`);
  for (const [what, times] of counts) {
    log.warn(`${count(times, ['more call', 'more calls'])} that nobody waited for failed: ${what}`);
  }
}

/**
 * Distinguishes operations from functions of state, which jobs write instead of values. Every copy of this package
 * uses the same mark, because the platform loads one for each run.
 */
const MARK = Symbol.for('@openfn/language-rapidpro.operation');

/** The text of an operation. Its code must not be sent to anyone. */
export const OPERATION_TEXT = '[object Operation]';

export function isOperation(value: unknown): boolean {
  return typeof value === 'function' && MARK in value;
}

/** An object that an operation was spread into has nothing of its result. */
export function holdsOperation(value: object): boolean {
  return typeof value !== 'function' && Object.hasOwn(value, MARK);
}

/** True while a function of state returns a value. */
let isGiving = false;
/** How often an operation was called meanwhile. */
let calls = 0;

/** Notes the call, and never ends: what comes after it must not run either. */
function refuseCall(): Promise<never> {
  calls++;
  return new Promise(() => {});
}

/** Makes an operation from what it does. If a value is expected instead, it does nothing. */
export function makeOperation(does: Operation): Operation {
  const operation: Operation = state => {
    noteCalled();
    return isGiving ? refuseCall() : callOperation(operation, () => does(state));
  };
  const noteCalled = noteMade(operation);
  // So that it is also visible in an object that it was spread into.
  Object.defineProperty(operation, MARK, { value: true, enumerable: true });
  return Object.defineProperty(operation, 'toString', { value: () => OPERATION_TEXT });
}

/** Gives an operation the name that jobs use. */
export function named<Made extends Operation>(
  name: string,
  operation: Made,
  ...given: unknown[]
): Made {
  handOver(...given);
  return Object.defineProperty(operation, 'name', { value: name });
}

/** Asks a function of state for its value, and says whether it called an operation. */
export function askForValue(
  give: (state: State) => unknown,
  state: State,
): { value: unknown; hasCalled: boolean } {
  const [wasGiving, before] = [isGiving, calls];
  isGiving = true;
  try {
    const value = give(state);
    return { value, hasCalled: calls > before };
  } finally {
    isGiving = wasGiving;
  }
}
