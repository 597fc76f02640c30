import { fail } from '../../errors/errors.js';
import { inJobsCode } from '../../input/run.js';
import type { Dictionary } from '../../types/json.js';
import type { State, Step } from '../../types/state.js';
import { refuseUncalled } from '../base/helper.js';
import { lostAs } from '../base/operation.js';

/**
 * Call it before anything is sent.
 *
 * @throws RapidProError `INVALID_INPUT`
 */
export function checkSteps(operations: readonly unknown[]): void {
  if (operations.every(operation => typeof operation === 'function')) return;
  throw fail(
    'INVALID_INPUT',
    'The second argument is not an operation to run for each page.',
    'Nothing was sent. Write operations one after the other, not in a list: fn(state => …), each($.data, …)',
  );
}

/** An operation that does not return its state would lose everything that the others left there. */
function checkState(name: string, state: unknown): State {
  refuseUncalled(name, state);
  const lost = lostAs(state);
  if (!lost) return state as State;
  throw fail(
    'INVALID_INPUT',
    `An operation returned ${lost} for a page.`,
    'Return the state from fn(): fn(state => { …; return state; })',
  );
}

/**
 * Runs operations once for each page: each sees the page in `state.data`, and the state from the page before.
 * `references` do not grow with pages, so a long list takes no more memory than a short one.
 *
 * @param call - gets the state after the last page, with `data` as it was before the first
 */
export async function threadPages(
  name: string,
  call: { state: State },
  pages: AsyncIterable<Dictionary[]>,
  operations: readonly Step[],
): Promise<{ pages: number; records: number }> {
  checkSteps(operations);
  const { data, references } = call.state;
  let current = call.state;
  let count = 0;
  let records = 0;
  for await (const page of pages) {
    count++;
    records += page.length;
    current = { ...current, data: page, references };
    for (const operation of operations) {
      const given = current;
      current = checkState(name, await inJobsCode(() => operation(given)));
    }
  }
  call.state = { ...current, data, references };
  return { pages: count, records };
}
