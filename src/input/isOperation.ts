import { AsyncLocalStorage } from 'node:async_hooks';
import type { Operation, State } from '../types/state.js';

/**
 * Distinguishes operations from the functions of state that jobs write in place of values. The mark is the
 * same for every copy of this package: the platform loads one for each run.
 */
const MARK = Symbol.for('@openfn/language-rapidpro.operation');

export function isOperation(value: unknown): boolean {
  return typeof value === 'function' && MARK in value;
}

/** True while a function of state gives a value. */
let isGiving = false;
/** How often an operation was called meanwhile. */
let calls = 0;

/** Notes the call. What would come after it must not run either, so that it never comes to an end. */
function refuseCall(): Promise<never> {
  calls++;
  return new Promise(() => {});
}

/** What a run has made on its way and not called, each run its own. */
interface Made {
  uncalled: Set<Operation>;
  /** Those of steps that have come to their end: nobody is about to call them. */
  left: Set<Operation>;
  /** Warnings that it was given. */
  told: Set<string>;
}

const run = new AsyncLocalStorage<Made>();
/** A run that makes more and calls none of them has been told enough. */
const MOST_WATCHED = 1000;

/** Operations that are given to what this promise becomes are for it to call, or to leave. */
function watchChain<Result>(promise: Promise<Result>): Promise<Result> {
  if (Object.hasOwn(promise, 'then')) return promise;
  for (const name of ['then', 'catch', 'finally'] as const) {
    const follow = promise[name] as (...given: unknown[]) => Promise<Result>;
    const value = (...given: unknown[]) => {
      handOver(...given);
      return watchChain(follow.apply(promise, given));
    };
    Object.defineProperty(promise, name, { value });
  }
  return promise;
}

/** Makes an operation of what it does. Where a value is wanted it is not done. */
export function makeOperation(does: Operation): Operation {
  // Another run may call it.
  const made = run.getStore();
  const operation: Operation = state => {
    made?.uncalled.delete(operation);
    if (isGiving) return refuseCall();
    const next = does(state);
    return run.getStore() && next instanceof Promise ? watchChain(next) : next;
  };
  Object.defineProperty(operation, MARK, { value: true });
  if (made && made.uncalled.size < MOST_WATCHED) made.uncalled.add(operation);
  return operation;
}

/** Operations that somebody was given are theirs to call, or to leave. */
export function handOver(...given: unknown[]): void {
  const made = run.getStore();
  for (const value of made ? given.flat() : []) made?.uncalled.delete(value as Operation);
}

/**
 * Gives an operation the name that jobs call it by.
 *
 * @param given - the operations that it was given
 */
export function named<Made extends Operation>(
  name: string,
  operation: Made,
  ...given: unknown[]
): Made {
  handOver(...given);
  return Object.defineProperty(operation, 'name', { value: name });
}

/** False where this run was told so already: a loop would say it over and over. */
export function isToldFirst(line: string): boolean {
  const told = run.getStore()?.told;
  if (told?.has(line)) return false;
  told?.add(line);
  return true;
}

/** A step of the job has come to its end: what it made and did not call is left. */
export function endStep(): void {
  const made = run.getStore();
  for (const operation of made?.uncalled ?? []) made?.left.add(operation);
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
  if (run.getStore()) return job();
  const made: Made = { uncalled: new Set(), left: new Set(), told: new Set() };
  const namesOf = (operations: Operation[]) => [
    ...new Set(operations.map(({ name }) => name).filter(Boolean)),
  ];
  try {
    const result = await run.run(made, job);
    onForgotten(namesOf([...made.uncalled]));
    return result;
  } catch (error) {
    onForgotten(namesOf([...made.uncalled].filter(operation => made.left.has(operation))));
    throw error;
  }
}

/** Asks a function of state for its value, and says whether it called an operation for it. */
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
