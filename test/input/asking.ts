import { fail } from '../../src/errors/errors.js';
import {
  inJobsCode,
  makeOperation,
  named,
  runStep,
  untilAnswered,
  watchCalls,
} from '../../src/input/run.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';

/** Jobs without a server: operations that wait for an answer as long as some turns, and runs of them. */

export const turn = () => new Promise(done => setImmediate(done));
export const turns = async (count: number) => {
  for (let at = 0; at < count; at++) await turn();
};

interface Answer {
  error?: unknown;
  /** Turns until the answer. */
  took?: number;
}

/** An operation that waits for an answer. */
export function asking(name: string, { error, took = 3 }: Answer = {}) {
  const ended: string[] = [];
  const operation = named(
    name,
    makeOperation(state =>
      untilAnswered(async () => {
        await turns(took);
        ended.push(name);
        if (error !== undefined) throw error;
        return { ...state, data: name };
      }),
    ),
  );
  return { operation, ended };
}

/** An operation that runs a function of the job, as `each` does. */
export const running = (name: string, body: (state: State) => unknown): Operation =>
  named(
    name,
    makeOperation(state => inJobsCode(async () => (await body(state)) as State)),
  );

export const lost = () => fail('VALIDATION_FAILED', 'It is wrong.', 'Fix it.');

export type Step = (state: State) => unknown;

/** Runs the steps of a job. */
export async function run(...steps: Step[]) {
  const lines = captureConsole();
  const forgotten: string[][] = [];
  let result: State | undefined;
  let error: unknown;
  try {
    result = await watchCalls(
      async () => {
        let state: State = { data: 'before' };
        for (const step of steps) state = await runStep(() => step(state) as State);
        return state;
      },
      names => forgotten.push(names),
    );
  } catch (thrown) {
    error = thrown;
  }
  return { result, error, lines, forgotten: forgotten.flat() };
}

export const AWAIT = (name: string) =>
  `Write await before it, in a for…of loop (not forEach()): for (const item of state.data) state = await ${name}(…)(state)`;
export const STRAY = (name: string) =>
  `RapidPro: warning: ${name}() was called inside a function that did not wait for it, so the step waits for it at its end. ${AWAIT(name)}`;
export const FAILED_LATE = (name: string, code: string) =>
  `RapidPro: warning: ${name}() failed after the job had ended: ${code}. ${AWAIT(name)}`;
