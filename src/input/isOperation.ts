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

/** The operations that a run has made on its way and not called, each run its own. */
const uncalled = new AsyncLocalStorage<Set<Operation>>();
/** A run that makes more and calls none of them has been told enough. */
const MOST_WATCHED = 1000;

/** Makes an operation of what it does. Where a value is wanted it is not done. */
export function makeOperation(run: Operation): Operation {
  const operation: Operation = state => {
    uncalled.getStore()?.delete(operation);
    return isGiving ? refuseCall() : run(state);
  };
  Object.defineProperty(operation, MARK, { value: true });
  const made = uncalled.getStore();
  if (made && made.size < MOST_WATCHED) made.add(operation);
  return operation;
}

/** Operations that somebody was given are theirs to call, or to leave. */
export function handOver(...given: unknown[]): void {
  const made = uncalled.getStore();
  for (const value of made ? given.flat() : []) made?.delete(value as Operation);
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

/**
 * Runs a job or a part of it, and says by name which operations were made on the way and never called.
 * Within such a run it is part of that one.
 */
export async function watchCalls<Result>(
  run: () => Promise<Result>,
): Promise<{ result: Result; forgotten: string[] }> {
  if (uncalled.getStore()) return { result: await run(), forgotten: [] };
  const made = new Set<Operation>();
  const result = await uncalled.run(made, run);
  return { result, forgotten: [...new Set([...made].map(({ name }) => name).filter(Boolean))] };
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
