import type { Operation, State } from '../types/state.js';

/**
 * Distinguishes operations from the functions of state that jobs write in place of values. The mark is the
 * same for every copy of this package: the platform loads one for each run.
 */
const MARK = Symbol.for('@openfn/language-rapidpro.operation');

export function markOperation<T extends object>(operation: T): T {
  return Object.defineProperty(operation, MARK, { value: true });
}

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

/** Makes an operation of what it does. Where a value is wanted it is not done. */
export function makeOperation(run: Operation): Operation {
  return markOperation((state: State) => (isGiving ? refuseCall() : run(state)));
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
