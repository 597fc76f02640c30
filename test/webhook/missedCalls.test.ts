import { createSandbox, type SandboxOptions } from '@openfn/rapidpro-sandbox';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recording, servers } from '../../recordings/read.js';
import { eachMissedPush, fn, startFlow, subscribe, type webhook } from '../../src/Adaptor.js';
import type { State } from '../../src/types/state.js';
import { callOfRun } from '../../src/webhook/parsePush.js';
import { parsePush } from '../../src/webhook.js';
import { EDITOR_HEADERS, GUIDE_BODY, reportFlow } from './flow.js';
import { catchUp, FLOW, NODE, sharedClock } from './missed.js';
import { asJson, recordedEvents } from './pushes.js';
import { receiver } from './receiver.js';

const HOUR = 3_600_000;

describe.each(servers)('the recordings of %s', server => {
  test('a run says of its push what the event of the resthook says, with the same key', () => {
    const { response } = recording(server, 'runs', 'get_responded');
    const runs = (response.body as { results: { uuid: string }[] }).results;
    const compared = recordedEvents(server).flatMap(({ data }) => {
      const pushed = parsePush(data);
      const run = runs.find(({ uuid }) => uuid === pushed.run?.uuid);
      return run ? [{ pushed, run }] : [];
    });
    expect(compared.length).toBeGreaterThan(0);
    for (const { pushed, run } of compared) {
      const node = pushed.path?.at(-1)?.node_uuid;
      for (const caller of [{ node }, { result: 'resthook' }]) {
        const call = callOfRun(run, caller, undefined);
        const { key, contact, flow, results, path } = call?.push ?? {};
        expect(key).toBe(pushed.key);
        expect(contact).toMatchObject({ uuid: pushed.contact?.uuid, urn: pushed.contact?.urn });
        expect(flow?.uuid).toBe(pushed.flow?.uuid);
        expect(Object.keys(results ?? {}).sort()).toEqual(Object.keys(pushed.results ?? {}).sort());
        for (const [name, { value, category, node_uuid, created_on }] of Object.entries(
          pushed.results ?? {},
        )) {
          expect(results?.[name]).toMatchObject({ value, category, node_uuid, created_on });
        }
        expect(path?.map(step => step.node_uuid)).toEqual(pushed.path?.map(step => step.node_uuid));
      }
    }
  });
});

test('of a node that a run passes several times, it is the last time, with a key of its own', () => {
  const step = (seconds: number, node = NODE) => ({
    node,
    time: `2026-03-02T10:00:${seconds}.000000Z`,
  });
  const value = (seconds: number) => ({
    value: String(seconds),
    ...step(seconds, FLOW),
  });
  const run = (path: object[], values: object) =>
    callOfRun({ uuid: FLOW, values, path }, { node: NODE }, undefined);
  const once = [step(10, FLOW), step(12)];
  const twice = [...once, step(14, FLOW), step(16), step(18, FLOW)];
  const first = run(once, { cases: value(11) });
  const second = run(twice, { cases: value(15), later: value(17) });
  expect(second?.time).toBe(step(16).time);
  expect(second?.push.path).toHaveLength(4);
  expect(second?.push.results).toMatchObject({ cases: { value: '15' } });
  expect(Object.keys(second?.push.results ?? {})).toEqual(['cases']);
  expect(second?.push.key).not.toBe(first?.push.key);
  expect(run([step(10, FLOW)], {})).toBeUndefined();
});

describe.each(['v9', 'textit'] as const)('from a flow, %s', dialect => {
  async function workspace(options: SandboxOptions = {}) {
    const clock = sharedClock();
    const listener = await receiver();
    const contacts = Array.from({ length: 30 }, (_, index) => ({
      name: `Contact ${index}`,
      urns: [`tel:+2507881000${String(index).padStart(2, '0')}`],
    }));
    const call = {
      type: 'call_webhook' as const,
      method: 'POST',
      url: `${listener.origin}/node`,
      headers: EDITOR_HEADERS,
      body: GUIDE_BODY,
      result_name: 'Webhook',
    };
    const sandbox = await createSandbox({
      dialect,
      throttle: false,
      ...options,
      clock: { now: () => clock.now },
      seed: {
        contacts,
        flows: [reportFlow(FLOW, [call, { type: 'call_resthook', resthook: 'new-report' }])],
        resthooks: [{ resthook: 'new-report' }],
      },
    });
    onTestFinished(() => sandbox.close());
    const credential: State = { configuration: { host: sandbox.host, token: sandbox.token } };
    const uuids = sandbox.contacts().map(({ uuid }) => uuid);
    let turn = 0;
    const start = async (urn: string) => {
      const uuid = uuids[contacts.findIndex(({ urns }) => urns[0] === urn)] ?? '';
      await startFlow({ flow: FLOW, contacts: [uuid] })(credential);
      await sandbox.settled();
    };
    const answers = async (...texts: string[]) => {
      for (const text of texts) {
        clock.now += 5000;
        const [urn = ''] = contacts[turn++ % contacts.length]?.urns ?? [];
        await start(urn);
        await sandbox.reply(urn, text);
      }
    };
    return { sandbox, credential, clock, answers, start, listener };
  }

  test.each([false, true])(
    'what arrived is recognized by its key; anonymous: %j',
    async anonymous => {
      const { credential, answers, listener } = await workspace({ anonymous });
      await answers('1', '2', 'no number', '3');
      const arrived = listener.received.map(({ body }) => parsePush(body));
      expect(arrived.map(({ kind }) => kind)).toEqual(['webhook', 'webhook', 'webhook']);
      const first = await catchUp({}, credential, { flow: FLOW, result: 'webhook', numbers: true });
      expect(first.keys).toEqual(arrived.map(({ key }) => key));
      expect(new Set(first.keys).size).toBe(3);
      // By its name it is the same flow, and the same place.
      const named = { flow: 'Case Report', result: 'webhook' };
      expect((await catchUp({}, credential, named)).keys).toEqual(first.keys);
      expect((await catchUp(first.state, credential, named)).keys).toEqual([]);
      expect(first.values).toEqual([1, 2, 3]);
      for (const [index, push] of first.handed.entries()) {
        expect(push.contact).toMatchObject({ ...arrived[index]?.contact });
        expect(Object.keys(push.results ?? {})).toEqual(['cases']);
        expect(push.path?.map(step => step.node_uuid)).toEqual(
          arrived[index]?.path?.map(step => step.node_uuid),
        );
      }
      expect(
        (await catchUp(first.state, credential, { flow: FLOW, result: 'webhook' })).keys,
      ).toEqual([]);
    },
  );

  test('the event of the resthook, its push and the run have one key', async () => {
    const { credential, answers, listener } = await workspace();
    await subscribe('new-report', `${listener.origin}/hook`)(credential);
    await answers('1', '2');
    const pushes = listener.received.filter(({ path }) => path === '/hook');
    const keys = pushes.map(({ body }) => parsePush(body).key);
    const events = await catchUp({}, credential, { resthook: 'new-report' });
    const node = events.handed[0]?.path?.at(-1)?.node_uuid;
    const calls = await catchUp({}, credential, { flow: FLOW, node });
    expect(events.keys).toEqual(keys);
    expect(calls.keys).toEqual(keys);
  });

  test('a run that changes after its call is not reported a second time; later calls are', async () => {
    const { credential, answers, clock, start } = await workspace();
    await answers('1', '2');
    const first = await catchUp({}, credential, { flow: FLOW, result: 'webhook' });
    clock.now += 30 * 60_000;
    await answers('3');
    await start('tel:+250788100000');
    const second = await catchUp(first.state, credential, { flow: FLOW, result: 'webhook' });
    expect(second.values).toEqual(['3']);
    const third = await catchUp(second.state, credential, { flow: FLOW, result: 'webhook' });
    expect(third.values).toEqual([]);
  });

  test('48 hours back by default; further with after', async () => {
    const { credential, answers, clock } = await workspace();
    await answers('1');
    clock.now += 60 * HOUR;
    await answers('2');
    const flow = { flow: FLOW, result: 'webhook' };
    expect((await catchUp({}, credential, flow)).values).toEqual(['2']);
    const all = await catchUp({}, credential, { ...flow, after: '2026-03-02' });
    expect(all.values).toEqual(['1', '2']);
    // The checkpoint counts, not "after", once there is one.
    expect((await catchUp(all.state, credential, { ...flow, after: '2026-03-02' })).values).toEqual(
      [],
    );
  });

  test('those from before the first run are not handed on by the second', async () => {
    const { credential, answers, clock } = await workspace();
    await answers('1');
    const flow = { flow: FLOW, result: 'webhook', after: new Date(clock.now + 1000).toISOString() };
    await answers('2');
    const first = await catchUp({}, credential, flow);
    expect(first.values).toEqual(['2']);
    expect((await catchUp(first.state, credential, flow)).values).toEqual([]);
  });

  test('more than a page, a deadline at each third, none lost or reported twice', async () => {
    const { credential, answers, clock } = await workspace();
    const texts = Array.from({ length: 260 }, (_, index) => String(index));
    await answers(...texts);
    let state: State = {};
    const reported: unknown[] = [];
    const step = fn(current => {
      reported.push((current.data as webhook.Push).results?.cases?.value);
      clock.now += 1000;
      return current;
    });
    const what = { flow: FLOW, result: 'webhook', after: '2026-03-02', deadline: 90 };
    const rounds: number[] = [];
    while (rounds.length < 10) {
      const next = await eachMissedPush(what, step)({ ...state, ...credential });
      rounds.push((next.data as { pushes: number }).pushes);
      state = asJson({ rapidpro: next.rapidpro }) as State;
      if (rounds.at(-1) === 0) break;
    }
    expect(reported).toEqual(texts);
    expect(rounds).toEqual([90, 90, 80, 0]);
  });
});
