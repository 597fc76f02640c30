import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { HttpResponse, http as msw } from 'msw';
import { expect, test } from 'vitest';
import { each, execute, fn, upsertContact } from '../../src/index.js';
import type { Operation, State } from '../../src/types/state.js';
import { UUID } from '../operations/run.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential } from '../support/credential.js';
import { serve } from '../support/serve.js';

/** Whatever a function of a job does with its calls, the run ends when they have ended, and as they did. */

interface Way {
  /** What it does with a call. */
  take(call: () => Promise<State>, state: State): unknown;
  /** Whether somebody looks at its failure; `next` is the next step. */
  looks: 'waits' | 'caught' | 'nobody';
}

const none = () => {};
const WAYS: { [name: string]: Way } = {
  awaited: { take: call => call(), looks: 'waits' },
  chained: { take: call => call().then(next => next), looks: 'waits' },
  'in each': {
    take: (call, state) => each([1], call as unknown as Operation)(state),
    looks: 'waits',
  },
  'in a function': { take: (call, state) => fn(call as never)(state), looks: 'waits' },
  tried: { take: call => call().then(none, none), looks: 'caught' },
  caught: { take: call => void call().catch(none), looks: 'caught' },
  raced: { take: call => Promise.race([sleep(1), call()]).catch(none), looks: 'caught' },
  'all, caught': { take: call => Promise.all([sleep(1), call()]).catch(none), looks: 'caught' },
  left: { take: call => void call(), looks: 'nobody' },
  'left early': {
    take: async call => {
      call();
      await sleep(15);
    },
    looks: 'nobody',
  },
  kept: {
    take: (call, state) => {
      state.kept = [...((state.kept as unknown[]) ?? []), call()];
    },
    looks: 'caught',
  },
};

const taking = fc.record({
  way: fc.constantFrom(...Object.keys(WAYS)),
  isBad: fc.boolean(),
  isNamed: fc.boolean(),
});

test('a run ends when its calls have ended, fails where nobody looked, and names those that nobody took', async () => {
  const lines = captureConsole();
  const server = await serve(
    msw.post('*', async ({ request }) => {
      await sleep(2);
      return new URL(request.url).searchParams.get('urn')?.endsWith('9')
        ? HttpResponse.json({ language: ['Not a valid language.'] }, { status: 400 })
        : HttpResponse.json({ uuid: UUID });
    }),
  );
  const configuration = credential(server);
  await fc.assert(
    fc.asyncProperty(fc.array(taking, { minLength: 1, maxLength: 4 }), async takings => {
      lines.length = 0;
      server.requests.length = 0;
      // A failure that is waited for ends the function.
      const last = takings.findIndex(({ way, isBad }) => isBad && WAYS[way]?.looks === 'waits');
      const done = last < 0 ? takings : takings.slice(0, last + 1);
      const body = async (state: State) => {
        for (const { way, isBad } of done) {
          const urns = [`tel:+25078812312${isBad ? 9 : 1}`];
          await WAYS[way]?.take(() => upsertContact({ urns })(state), state);
        }
        return state;
      };
      const takeKept = fn(async ({ kept, ...state }) => {
        await Promise.allSettled((kept as unknown[]) ?? []);
        return state;
      });
      const first = takings[0]?.isNamed ? fn(body as never) : (body as Operation);
      const error = await execute(
        first,
        takeKept,
      )({ configuration }).then(none, (thrown: unknown) => thrown);
      const mustFail = done.some(({ way, isBad }) => isBad && WAYS[way]?.looks !== 'caught');
      if (mustFail) expect(error).toMatchObject({ code: 'VALIDATION_FAILED' });
      else expect(error).toBeUndefined();
      expect(server.requests).toHaveLength(done.length);
      const isLeft = done.some(({ way }) => WAYS[way]?.looks === 'nobody');
      const isTold = lines.some(line => line.includes('did not wait for it'));
      // Where another failure ends the function, nobody knows what it was to take.
      if (last < 0) expect(isTold).toBe(isLeft);
    }),
    { numRuns: 40 },
  );
});
