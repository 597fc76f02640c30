import { execute as commonExecute } from '@openfn/language-common';
import { endStep, makeOperation, named, watchCalls } from './input/isOperation.js';
import { log } from './input/log.js';
import { logSize } from './input/size.js';
import type { Operation, Step } from './types/state.js';

/** Names the operations that a job made on its way and forgot to call. */
function logForgotten(names: readonly string[]): void {
  for (const name of names) {
    log.warn(
      `${name}() was created inside a function but never called, so it did nothing. Write it as a separate operation or inside each(), or call it in a for…of loop (not forEach()): state = await ${name}(…)(state). If one of your functions skipped it on purpose, ignore this.`,
    );
  }
}

/** What a job leaves is what its next run, and the next step, begin with. */
function logLost(result: unknown): void {
  // The platform makes an empty one of none.
  if (result !== undefined && result !== null && Object.keys(result).length > 0) return;
  log.warn(
    'The last step returned no state: what the job had in it is lost, also what its next run needs. Return the state: fn(state => { …; return state; })',
  );
}

/** A step that says when it has come to its end. */
function ending(step: Step): Step {
  // What is no function is refused where it would run.
  if (typeof step !== 'function') return step;
  return async state => {
    const next = await step(state);
    endStep();
    return next;
  };
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
    const steps = operations.map(ending);
    const result = await watchCalls(
      () => commonExecute(...steps)({ references: [], data: null, ...state }),
      logForgotten,
    );
    logLost(result);
    logSize(result);
    return result;
  });
  return named('execute', job, operations);
}
