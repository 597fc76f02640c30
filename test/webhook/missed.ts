import { vi } from 'vitest';
import { eachMissedPush, fn, type webhook } from '../../src/Adaptor.js';
import { systemClock } from '../../src/client/clock.js';
import type { State } from '../../src/types/state.js';
import { asJson } from './pushes.js';

export const FLOW = 'b6a2b0b1-3c1f-4d06-8f0b-6f2c1a7f9e02';
export const NODE = 'c5cdca79-74e2-48d9-9033-595ace464daa';

/** The time for the sandbox and the adaptor alike. */
export function sharedClock(start = Date.parse('2026-03-02T12:00:00Z')) {
  const clock = { now: start };
  vi.spyOn(systemClock, 'now').mockImplementation(() => clock.now);
  return clock;
}

/** One run of a job that catches up on the calls of a flow: state goes through JSON from run to run. */
export async function catchUp(before: State, credential: State, what: object) {
  const handed: webhook.Push[] = [];
  const keep = fn(state => {
    handed.push(state.data as webhook.Push);
    return state;
  });
  const after = await eachMissedPush(what, keep)({ ...before, ...credential });
  const { configuration: _, ...kept } = after;
  return {
    handed,
    keys: handed.map(({ key }) => key),
    values: handed.map(({ results }) => results?.cases?.value),
    state: asJson(kept) as State,
  };
}
