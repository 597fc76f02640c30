import { createSandbox } from '@openfn/rapidpro-sandbox';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  eachMissedPush,
  fnIf,
  getResthookSubscribers,
  startFlow,
  subscribe,
  updateContact,
  webhook,
} from '../../src/Adaptor.js';
import { execute } from '../../src/execute.js';
import type { State } from '../../src/types/state.js';
import { reportFlow } from './flow.js';
import { asJson } from './pushes.js';
import { lightningState, type Received, receiver } from './receiver.js';

const FLOW = 'b6a2b0b1-3c1f-4d06-8f0b-6f2c1a7f9e02';
const HOOK = 'new-report';

/** What becomes of one push after the other. */
const FATES = ['received', 'slow', '500', 'redirect', 'reset', 'received', '410', 'unsubscribed'];

/** The 15 seconds of the engine, over in an instant. Gives the waits that were asked for. */
function shortWaits(): number[] {
  const waits: number[] = [];
  const original = AbortSignal.timeout.bind(AbortSignal);
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(milliseconds => {
    waits.push(milliseconds);
    return original(milliseconds === 15_000 ? 150 : milliseconds);
  });
  return waits;
}

test.each(['v9', 'textit'] as const)(
  'whatever becomes of a push, its contact is written once: %s',
  async dialect => {
    const waits = shortWaits();
    const contacts = FATES.map((_, index) => ({
      name: `Contact ${index}`,
      urns: [`tel:+25078810000${index}`],
    }));
    const sandbox = await createSandbox({
      dialect,
      seed: {
        fields: [{ key: 'cases', name: 'Cases', type: 'number' }],
        contacts,
        flows: [reportFlow(FLOW, [{ type: 'call_resthook', resthook: HOOK, result_name: 'Hook' }])],
        resthooks: [{ resthook: HOOK }],
      },
    });
    onTestFinished(() => sandbox.close());
    const credential: State = { configuration: { host: sandbox.host, token: sandbox.token } };

    const written: string[] = [];
    const write = (state: State): Promise<State> => {
      const { key, contact, results } = state.data as webhook.Push;
      written.push(key);
      const fields = { cases: Number(results?.cases?.value) };
      return updateContact(contact?.uuid ?? '', { fields })(state);
    };
    const jobs: Promise<State>[] = [];
    const arrived: string[] = [];
    const answer = (fate: string | undefined, received: Received) => {
      arrived.push(fate ?? '');
      if (fate !== 'received') return;
      const state = { ...asJson(lightningState(received)), ...credential };
      jobs.push(execute(webhook.parse(), write)(state));
    };
    const listener = await receiver((response, received) => {
      if (received.method === 'GET') return void response.writeHead(404).end();
      const fate = FATES[arrived.length];
      answer(fate, received);
      if (fate === 'slow') return;
      if (fate === 'reset') return void response.socket?.resetAndDestroy();
      if (fate === 'redirect') return void response.writeHead(302, { location: '/there' }).end();
      response.writeHead(fate === 'received' ? 200 : Number(fate)).end('{}');
    });
    await subscribe(HOOK, listener.origin)(credential);

    for (const [index, { urns }] of contacts.entries()) {
      await startFlow({ flow: FLOW, urns })(credential);
      await sandbox.settled();
      await sandbox.reply(urns[0] ?? '', String(index + 1));
    }
    await Promise.all(jobs);
    expect(arrived).toEqual(FATES.slice(0, -1));
    expect(new Set(waits)).toContain(15_000);
    expect((await getResthookSubscribers()(credential)).data).toEqual([]);
    expect(written).toHaveLength(2);

    // The keys of what arrived are those of the events, and of the runs.
    const missed: string[][] = [];
    for (const where of [{ resthook: HOOK }, { flow: FLOW, result: 'hook' }]) {
      const before = written.length;
      const isNew = (state: State) => !written.includes((state.data as webhook.Push).key);
      const caughtUp = await eachMissedPush(where, fnIf(isNew, write))(credential);
      // Where nobody is subscribed, the newer line saves no result.
      const called = dialect === 'textit' && 'flow' in where ? FATES.length - 1 : FATES.length;
      expect(caughtUp.data).toEqual({ pushes: called });
      missed.push(written.slice(before));
    }
    expect(missed.map(({ length }) => length)).toEqual([FATES.length - 2, 0]);
    expect(new Set(written).size).toBe(FATES.length);
    expect(sandbox.contacts().map(({ fields }) => Number(fields.cases))).toEqual(
      expect.arrayContaining(FATES.map((_, index) => index + 1)),
    );

    // Whoever was unsubscribed by mistake is put back, and pushes arrive again.
    await subscribe(HOOK, listener.origin)(credential);
    expect((await getResthookSubscribers()(credential)).data).toHaveLength(1);
  },
);
