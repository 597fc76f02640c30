import { createSandbox, type SandboxOptions } from '@openfn/rapidpro-sandbox';
import { http as msw } from 'msw';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { recording, servers } from '../../recordings/read.js';
import { eachMissedPush, fn, startFlow, subscribe, type webhook } from '../../src/Adaptor.js';
import { systemClock } from '../../src/client/clock.js';
import type { State } from '../../src/types/state.js';
import { callOfRun } from '../../src/webhook/parsePush.js';
import { parsePush } from '../../src/webhook.js';
import { answering, denied, failure, page, refused, stateFor } from '../operations/run.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { EDITOR_HEADERS, GUIDE_BODY, reportFlow } from './flow.js';
import { asJson, recordedEvents } from './pushes.js';
import { receiver } from './receiver.js';

const FLOW = 'b6a2b0b1-3c1f-4d06-8f0b-6f2c1a7f9e02';
const NODE = 'c5cdca79-74e2-48d9-9033-595ace464daa';
const RUNS = '*/api/v2/runs.json';
const HOUR = 3_600_000;

function sharedClock(start = Date.parse('2026-03-02T12:00:00Z')) {
  const clock = { now: start };
  vi.spyOn(systemClock, 'now').mockImplementation(() => clock.now);
  return clock;
}

async function catchUp(before: State, credential: State, what: object) {
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

describe('runs as servers list them', () => {
  interface Listed {
    uuid: string;
    modified: number;
    /** Seconds at which it came to the node; undefined where it did not. */
    called?: number;
  }
  const time = (seconds: number) =>
    new Date(Date.parse('2026-03-02T10:00:00Z') + seconds * 1000).toISOString();
  /** A token that may read the runs, and no more than the handlers say. */
  const serving: typeof serve = (...handlers) =>
    serve(...handlers, ...['definitions', 'flows'].map(name => answering('get', name, denied)));
  const uuidOf = (n: number) => `5d0f6a7e-7f2b-4b6c-9d3c-${String(n).padStart(12, '0')}`;
  const record = ({ uuid, modified, called }: Listed) => ({
    uuid,
    flow: { uuid: FLOW, name: 'Case Report' },
    contact: { uuid: '7a3c1d52-5a0e-4c0b-9a53-0d8a5e3f7c11', name: 'Amina' },
    values: {},
    path: called === undefined ? [] : [{ node: NODE, time: time(called) }],
    modified_on: time(modified),
  });

  /** Pages of two, oldest change first. */
  function listing(runs: Listed[]) {
    return msw.get(RUNS, ({ request }) => {
      const query = new URL(request.url).searchParams;
      const from = query.get('cursor') ?? '';
      const after = Date.parse(query.get('after') ?? '');
      const rows = runs
        .map(record)
        .filter(row => row.modified_on > from && Date.parse(row.modified_on) >= after)
        .sort((a, b) => (a.modified_on < b.modified_on ? -1 : 1));
      const next = rows.length > 2 ? `?cursor=${rows[1]?.modified_on}` : null;
      return page(rows.slice(0, 2), next && `http://inner/api/v2/runs.json${next}`);
    });
  }

  const WHAT = { flow: FLOW, node: NODE, after: '2026-03-02T09:00:00Z' };
  const runsOf = ({ handed }: { handed: webhook.Push[] }) => handed.map(({ run }) => run?.uuid);

  test('a deadline between a late call and an early one of a run that changed later loses neither', async () => {
    const clock = sharedClock();
    const runs = [
      { uuid: uuidOf(1), modified: 3600, called: 3600 },
      { uuid: uuidOf(2), modified: 3700, called: 60 },
      { uuid: uuidOf(3), modified: 3800, called: 3800 },
    ];
    const target = await serving(listing(runs));
    const reported: unknown[] = [];
    const step = fn(state => {
      reported.push((state.data as webhook.Push).run?.uuid);
      clock.now += 60_000;
      return state;
    });
    let state: State = {};
    for (let round = 0; round < 4; round++) {
      const next = await eachMissedPush(
        { ...WHAT, deadline: 60 },
        step,
      )({
        ...state,
        ...stateFor(target),
      });
      state = asJson({ rapidpro: next.rapidpro }) as State;
    }
    expect(reported).toEqual(runs.map(({ uuid }) => uuid));
  });

  test('a run that changes while the list is read moves to its end and is reported once', async () => {
    sharedClock(Date.parse(time(7200)));
    const runs: Listed[] = [1, 2, 3, 4, 5].map(n => ({
      uuid: uuidOf(n),
      modified: n * 100,
      called: n * 100,
    }));
    const target = await serving(listing(runs));
    const reported: unknown[] = [];
    const step = fn(state => {
      const { run } = state.data as webhook.Push;
      reported.push(run?.uuid);
      // The job lets runs change that it has read, and ones that it has not.
      for (const one of runs) {
        if (one.uuid === run?.uuid || one.uuid === uuidOf(4)) one.modified += 9000;
      }
      return state;
    });
    const first = await eachMissedPush(WHAT, step)(stateFor(target));
    expect([...reported].sort()).toEqual(runs.map(({ uuid }) => uuid));
    const state = asJson({ rapidpro: first.rapidpro }) as State;
    expect(runsOf(await catchUp(state, stateFor(target), WHAT))).toEqual([]);
  });

  test('a call that comes to light late, behind the newest, is not lost', async () => {
    sharedClock();
    const runs: Listed[] = [{ uuid: uuidOf(1), modified: 900, called: 900 }];
    const target = await serving(listing(runs));
    const first = await catchUp({}, stateFor(target), WHAT);
    runs.push({ uuid: uuidOf(2), modified: 400, called: 400 });
    const second = await catchUp(first.state, stateFor(target), WHAT);
    expect(runsOf(second)).toEqual([uuidOf(2)]);
    expect(runsOf(await catchUp(second.state, stateFor(target), WHAT))).toEqual([]);
  });

  test('calls at the same instant are reported once each', async () => {
    sharedClock();
    const runs: Listed[] = [1, 2, 3].map(n => ({
      uuid: uuidOf(n),
      modified: 100 + n,
      called: 100,
    }));
    const target = await serving(listing(runs));
    const first = await catchUp({}, stateFor(target), WHAT);
    expect(runsOf(first)).toEqual(runs.map(({ uuid }) => uuid));
    runs.push({ uuid: uuidOf(4), modified: 104, called: 100 });
    expect(runsOf(await catchUp(first.state, stateFor(target), WHAT))).toEqual([uuidOf(4)]);
  });

  /** The definition of the flow, in which the node does these. */
  const defined = (...types: string[]) =>
    msw.get('*/api/v2/definitions.json', () =>
      Response.json({
        version: '13',
        flows: [{ uuid: FLOW, nodes: [{ uuid: NODE, actions: types.map(type => ({ type })) }] }],
      }),
    );

  test.each([NODE.toUpperCase(), NODE.replaceAll('-', ''), ` ${NODE} `])(
    'the uuid of a node is found however it is written: %s',
    async node => {
      captureConsole();
      const runs = [{ uuid: uuidOf(1), modified: 1, called: 1 }];
      const target = await serving(listing(runs), defined('call_webhook'));
      expect((await catchUp({}, stateFor(target), { ...WHAT, node })).handed).toHaveLength(1);
      const none = await serving(
        listing([{ uuid: uuidOf(1), modified: 1 }]),
        defined('call_webhook'),
      );
      expect((await catchUp({}, stateFor(none), { ...WHAT, node })).handed).toEqual([]);
    },
  );

  test.each([[['send_msg']], [['set_run_result', 'send_msg']], [[]]])(
    'a node that does %j pushes nothing, and is told as an unknown one',
    async types => {
      for (const called of [1, undefined]) {
        const runs = [{ uuid: uuidOf(1), modified: 1, ...(called ? { called } : {}) }];
        const flow = msw.get('*/api/v2/flows.json', () => page([{ uuid: FLOW, results: [] }]));
        const target = await serving(listing(runs), defined(...types), flow);
        expect(await failure(eachMissedPush(WHAT), target)).toMatchObject({
          code: 'UNKNOWN_REFERENCE',
          description: 'The node with the uuid in "node" calls no webhook and no resthook.',
        });
      }
    },
  );

  test('calls are handed on of a node that pushes, that is gone, or that nobody may read', async () => {
    const runs = [{ uuid: uuidOf(1), modified: 1, called: 1 }];
    const gone = msw.get('*/api/v2/definitions.json', () =>
      Response.json({ version: '13', flows: [{ uuid: FLOW, nodes: [] }] }),
    );
    for (const more of [
      [defined('call_resthook')],
      [defined('send_msg', 'call_webhook')],
      [gone],
      [],
    ]) {
      captureConsole();
      const target = await serving(listing(runs), ...more);
      expect((await catchUp({}, stateFor(target), WHAT)).handed).toHaveLength(1);
    }
  });

  const definitions = (flows: unknown) =>
    msw.get('*/api/v2/definitions.json', () => Response.json({ version: '13', flows }));

  test.each([
    ['does not show what it does', [{ uuid: FLOW, nodes: [{ uuid: NODE }] }]],
    [
      'is shown of another flow only, to which it does not belong',
      [{ uuid: uuidOf(9), nodes: [] }],
    ],
    ['is in a flow whose nodes are not shown', [{ uuid: FLOW }]],
    ['is in an answer without flows', undefined],
    ['is among what is no node', [{ uuid: FLOW, nodes: [null, 'x', { uuid: NODE }] }]],
  ])('calls are handed on of a node that %s', async (_, flows) => {
    const runs = [{ uuid: uuidOf(1), modified: 1, called: 1 }];
    const target = await serving(listing(runs), definitions(flows));
    expect((await catchUp({}, stateFor(target), WHAT)).handed).toHaveLength(1);
  });

  test('a node is looked for in its own flow, and once', async () => {
    const runs = [1, 2, 3].map(n => ({ uuid: uuidOf(n), modified: n, called: n }));
    const other = { uuid: uuidOf(9), nodes: [{ uuid: NODE, actions: [{ type: 'send_msg' }] }] };
    const own = { uuid: FLOW, nodes: [{ uuid: NODE, actions: [{ type: 'call_webhook' }] }] };
    const target = await serving(listing(runs), definitions([other, own]));
    const first = await catchUp({}, stateFor(target), WHAT);
    expect(first.handed).toHaveLength(3);
    const asked = () => target.requests.filter(({ path }) => path.includes('definitions'));
    expect(asked()).toHaveLength(1);
    // The next run has seen pushes of it already.
    await catchUp(first.state, stateFor(target), WHAT);
    expect(asked()).toHaveLength(1);
  });

  test.each<[string, unknown, boolean]>([
    ['its key', [{ key: 'call_webhook', name: 'Call Webhook' }], true],
    ['the key of its name', [{ key: 'other' }, { key: 'call_webhook' }], true],
    ['no results at all', [], false],
    ['another result', [{ key: 'other' }, null], false],
    ['nothing of results, as older servers', undefined, true],
  ])('of a flow whose list shows %s, a result is known: %j', async (_, results, isKnown) => {
    captureConsole();
    const flows = msw.get('*/api/v2/flows.json', () => page([{ uuid: FLOW, results }]));
    for (const result of ['call_webhook', 'Call Webhook']) {
      const target = await serve(listing([]), flows);
      const look = eachMissedPush({ flow: FLOW, result });
      if (isKnown) expect((await look(stateFor(target))).data).toEqual({ pushes: 0 });
      else {
        const error = await failure(look, target);
        expect(error.code).toBe('UNKNOWN_REFERENCE');
        expect(error.fix).toContain('getFlows()');
      }
    }
  });

  test('a call after the look began is left to the next look', async () => {
    const runs: Listed[] = [
      { uuid: uuidOf(1), modified: 900, called: 900 },
      { uuid: uuidOf(2), modified: 990, called: 1200 },
    ];
    let now = 1000;
    const target = await serving(
      msw.get(RUNS, () => {
        const answer = page(runs.map(record));
        answer.headers.set('Date', new Date(time(now)).toUTCString());
        return answer;
      }),
    );
    const first = await catchUp({}, stateFor(target), WHAT);
    expect(runsOf(first)).toEqual([uuidOf(1)]);
    now = 1300;
    const second = await catchUp(first.state, stateFor(target), WHAT);
    expect(runsOf(second)).toEqual([uuidOf(2)]);
  });

  test('runs of which none came to the node are a warning; a flow that is not there an error', async () => {
    const said = captureConsole();
    sharedClock();
    const target = await serving(listing([{ uuid: uuidOf(1), modified: 1 }]));
    expect((await catchUp({}, stateFor(target), WHAT)).handed).toEqual([]);
    expect(said.join('\n')).toContain('No run reached this node');
    const empty = await serving(
      listing([]),
      msw.get('*/api/v2/flows.json', () => page([])),
    );
    expect(await failure(eachMissedPush(WHAT), empty)).toMatchObject({ code: 'UNKNOWN_REFERENCE' });
  });
});

test.each([
  [{ flow: FLOW }, 'INVALID_OPTION'],
  [{ flow: FLOW, node: NODE, result: 'webhook' }, 'INVALID_OPTION'],
  [{ flow: FLOW, node: 'Call Webhook' }, 'INVALID_OPTION'],
  [{ flow: FLOW, result: '' }, 'INVALID_OPTION'],
  [{ flow: '', result: 'webhook' }, 'INVALID_FILTER'],
  [{ flow: undefined, result: 'webhook' }, 'INVALID_FILTER'],
  [{ flow: FLOW, result: 'webhook', after: undefined }, 'INVALID_FILTER'],
  [{ flow: FLOW, result: 'webhook', after: 'yesterday' }, 'INVALID_FILTER'],
  [{ flow: FLOW, result: 'webhook', resthook: 'new-report' }, 'INVALID_FILTER'],
])('is refused before anything is sent: %j', async (what, code) => {
  await refused(eachMissedPush(what as object), code as 'INVALID_FILTER');
});
