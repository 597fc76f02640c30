import { execute as commonExecute } from '@openfn/language-common';
import { makeOperation, named } from './input/isOperation.js';
import { log } from './input/log.js';
import { runStep, watchCalls } from './input/run.js';
import { logSize } from './input/size.js';
import { kindOf } from './operations/base/helper.js';
import type { Operation, State, Step } from './types/state.js';

/** Names the operations that a job made on its way and forgot to call. */
function logForgotten(names: readonly string[]): void {
  for (const name of names) {
    log.warn(
      `${name}() was created inside a function but never called, so it did nothing. Write it as a separate operation or inside each(), or call it in a for…of loop (not forEach()): state = await ${name}(…)(state). If one of your functions skipped it on purpose, ignore this.`,
    );
  }
}

/** What a step returned in place of the state, if it did. */
function lostAs(result: unknown, before: unknown): string | undefined {
  if (result === undefined || result === null) return 'no state';
  if (typeof result !== 'object' || Array.isArray(result)) {
    return `${kindOf(result)} instead of the state`;
  }
  // The platform makes an empty one of none.
  if (Object.keys(result).length === 0) return 'no state';
  return result === (before as State | null | undefined)?.data
    ? 'state.data instead of the state'
    : undefined;
}

/** What a job leaves is what its next run, and the next step, begin with. */
function logLost(result: unknown, before: unknown): void {
  const lost = lostAs(result, before);
  if (!lost) return;
  log.warn(
    `The last step returned ${lost}: what the job had in it is lost, also what its next run needs. Return the state: fn(state => { …; return state; })`,
  );
}

/** A step that says when it has come to its end. */
function ending(step: Step, noteBefore: (state: State) => void): Step {
  // What is no function is refused where it would run.
  if (typeof step !== 'function') return step;
  return state => {
    noteBefore(state);
    return runStep(() => step(state));
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
    let before: State | undefined;
    const noteBefore = (given: State) => {
      before = given;
    };
    const steps = operations.map(step => ending(step, noteBefore));
    const result = await watchCalls(
      () => commonExecute(...steps)({ references: [], data: null, ...state }),
      logForgotten,
    );
    logLost(result, before);
    logSize(result);
    return result;
  });
  return named('execute', job, operations);
}
