import type { Operation, State } from '../types/state.js';
import { callOperation, handOver, noteMade } from './run.js';

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
