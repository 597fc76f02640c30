import { execute as commonExecute } from '@openfn/language-common';
import { makeOperation } from './input/isOperation.js';
import type { Operation, Step } from './types/state.js';

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
  return makeOperation(state =>
    commonExecute(...operations)({ references: [], data: null, ...state }),
  );
}
