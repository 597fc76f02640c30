import { execute as commonExecute } from '@openfn/language-common';
import { makeOperation, named, watchCalls } from './input/isOperation.js';
import { log } from './input/log.js';
import { logSize } from './input/size.js';
import type { Operation, Step } from './types/state.js';

/** Names the operations that a job made on its way and forgot to call. */
function logForgotten(names: readonly string[]): void {
  for (const name of names) {
    log.warn(
      `${name}() was created inside a function but never called, so it did nothing. Write it as a separate operation or inside each(), or call it in a for…of loop (not forEach()): state = await ${name}(…)(state)`,
    );
  }
}

/**
 * Run operations one after another, from a state that has `references` and `data`. The platform calls
 * this; a job does not.
 * @private
 * @example
 * execute(getContacts(), fn(state => state))(state);
 * @param {Operation} operations - The steps of the job.
 * @returns {Operation}
 */
export function execute(...operations: Step[]): Operation {
  const job = makeOperation(async state => {
    const { result, forgotten } = await watchCalls(() =>
      commonExecute(...operations)({ references: [], data: null, ...state }),
    );
    logForgotten(forgotten);
    logSize(result);
    return result;
  });
  return named('execute', job, operations);
}
