import { RapidProError } from '../../client/errors.js';
import type { Operation, State } from '../../types/state.js';

/**
 * Tells operations from the functions of state that jobs write in the place of values. The mark is the
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

/** Nobody may wait for what it gives: a failure of it must not end the process. */
function refuseCall(): Promise<never> {
  calls++;
  const refused = Promise.reject<never>(
    new RapidProError({
      code: 'INVALID_INPUT',
      description: 'An operation was called in the place of a value. Nothing was sent.',
      fix: 'Operations stand one after the other. Write this one first, and use what it leaves: $.data',
    }),
  );
  refused.catch(() => {});
  return refused;
}

/** Makes an operation of what it does. Where a value is wanted it is not done. */
export function makeOperation(run: Operation): Operation {
  return markOperation((state: State) => (isGiving ? refuseCall() : run(state)));
}

/** Asks a function of state for its value, and tells whether it called an operation for it. */
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
