import type { Operation, State } from '../types/state.js';
import { callOperation, handOver, noteMade } from './run.js';

/**
 * Distinguishes operations from the functions of state that jobs write in place of values. The mark is the
 * same for every copy of this package: the platform loads one for each run.
 */
const MARK = Symbol.for('@openfn/language-rapidpro.operation');

/** What becomes of an operation in a text: nobody may be sent its code. */
export const OPERATION_TEXT = '[object Operation]';

export function isOperation(value: unknown): boolean {
  return typeof value === 'function' && MARK in value;
}

/** An object that an operation was spread into holds nothing of what it would have given. */
export function holdsOperation(value: object): boolean {
  return typeof value !== 'function' && Object.hasOwn(value, MARK);
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
export function makeOperation(does: Operation): Operation {
  const operation: Operation = state => {
    noteCalled();
    return isGiving ? refuseCall() : callOperation(operation, () => does(state));
  };
  const noteCalled = noteMade(operation);
  // To be seen also in an object that it was spread into.
  Object.defineProperty(operation, MARK, { value: true, enumerable: true });
  return Object.defineProperty(operation, 'toString', { value: () => OPERATION_TEXT });
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
