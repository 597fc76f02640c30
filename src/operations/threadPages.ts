import type { Dictionary } from '../types/json.js';
import type { State } from '../types/state.js';

type Step = (state: State) => State | Promise<State>;

/**
 * Runs operations once for each page: each sees the page in `state.data` and the state that the one
 * before it left. `references` do not grow with pages, so that a long list costs no more than a short
 * one.
 *
 * @returns the state after the last page, with `data` as it was before the first
 */
export async function threadPages(
  state: State,
  pages: AsyncIterable<Dictionary[]>,
  operations: readonly Step[],
): Promise<{ state: State; pages: number; records: number }> {
  const { data, references } = state;
  let current = state;
  let count = 0;
  let records = 0;
  for await (const page of pages) {
    count++;
    records += page.length;
    current = { ...current, data: page, references };
    for (const operation of operations) current = await operation(current);
  }
  return { state: { ...current, data, references }, pages: count, records };
}
