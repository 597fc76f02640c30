import { execute as commonExecute } from '@openfn/language-common';
import { log } from './input/log.js';
import { isOperation, makeOperation, named, runStep, watchCalls } from './input/run.js';
import { logLeft } from './input/size.js';
import { lostAs, requireStateAtAll } from './operations/base/operation.js';
import type { Operation, State, Step } from './types/state.js';

function logForgotten(names: readonly string[]): void {
  for (const name of names) {
    log.warn(
      `${name}() was created inside a function but never called, so it did nothing. Write it as a separate operation or inside each(), or call it in a for…of loop (not forEach()): state = await ${name}(…)(state). If one of your functions skipped it on purpose, ignore this.`,
    );
  }
}

/**
 * The next step, and the next run, start with what a job leaves. The platform cannot serialize an operation, and
 * would end the whole run without saying why.
 */
function checkResult(result: unknown, before: State | undefined): void {
  if (isOperation(result)) requireStateAtAll(result);
  const isData = typeof result === 'object' && result !== null && result === before?.data;
  const lost = lostAs(result) ?? (isData ? 'state.data instead of the state' : undefined);
  if (!lost) return;
  log.warn(
    `The last step returned ${lost}: everything in it is lost, including what the next run needs. Return the state: fn(state => { …; return state; })`,
  );
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
    const steps = operations.map((step): Step => {
      // Anything else is refused when it would run.
      if (typeof step !== 'function') return step;
      return given => {
        before = given;
        return runStep(() => step(given));
      };
    });
    const result = await watchCalls(
      () => commonExecute(...steps)({ references: [], data: null, ...state }),
      logForgotten,
    );
    checkResult(result, before);
    logLeft(result);
    return result;
  });
  return named('execute', job, operations);
}
