import { http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { eachMissedPush, fn, type webhook } from '../../src/Adaptor.js';
import type { State } from '../../src/types/state.js';
import { answering, denied, failure, page, refused, stateFor } from '../operations/run.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { catchUp, FLOW, NODE, sharedClock } from './missed.js';
import { asJson } from './pushes.js';

const RUNS = '*/api/v2/runs.json';

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
    ['is in a flow among what is no flow', [null, { uuid: FLOW, nodes: [{ uuid: NODE }] }]],
    ['is among what is no node', [{ uuid: FLOW, nodes: [null, 'x', { uuid: NODE }] }]],
  ])('calls are handed on of a node that %s', async (_, flows) => {
    const runs = [{ uuid: uuidOf(1), modified: 1, called: 1 }];
    const target = await serving(listing(runs), definitions(flows));
    expect((await catchUp({}, stateFor(target), WHAT)).handed).toHaveLength(1);
  });

  test('a node is looked for in its own flow, and once', async () => {
    const runs = [1, 2, 3].map(n => ({ uuid: uuidOf(n), modified: n, called: n }));
    const other = { uuid: uuidOf(9), nodes: [{ uuid: NODE, actions: [{ type: 'send_msg' }] }] };
    const before = { uuid: uuidOf(8), actions: [{ type: 'send_msg' }] };
    const nodes = [before, { uuid: NODE, actions: [null, { type: 'call_webhook' }] }];
    const own = { uuid: FLOW, nodes };
    const target = await serving(listing(runs), definitions([other, own]));
    const first = await catchUp({}, stateFor(target), WHAT);
    expect(first.handed).toHaveLength(3);
    const asked = () => target.requests.filter(({ path }) => path.includes('definitions'));
    expect(asked()).toHaveLength(1);
    // What the flow uses may be the whole workspace.
    expect(asked()[0]?.query.get('dependencies')).toBe('none');
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

  const asked = (target: Awaited<ReturnType<typeof serve>>, name: string) =>
    target.requests.filter(({ path }) => path.includes(`/${name}.json`));

  test.each([
    ['ten minutes before the change that it had reached', 0, 3700 - 600],
    ['no earlier than the first look began', -6900, -3600],
  ])('a look that stopped goes on %s', async (_, moved, from) => {
    const clock = sharedClock();
    const runs = [3600, 3700, 3800, 3900].map((at, n) => ({
      uuid: uuidOf(n),
      modified: at + moved,
      called: at + moved,
    }));
    const target = await serving(listing(runs));
    const reported: unknown[] = [];
    const step = fn(state => {
      // The first page is done, and time is up on the second.
      if (reported.push((state.data as webhook.Push).run?.uuid) === 3) clock.now += 120_000;
      return state;
    });
    const look = eachMissedPush({ ...WHAT, deadline: 60 }, step);
    const first = await look(stateFor(target));
    expect(first.data).toEqual({ pushes: 3 });
    const before = asked(target, 'runs').length;
    const state = asJson({ rapidpro: first.rapidpro }) as State;
    await look({ ...state, ...stateFor(target) });
    const after = asked(target, 'runs')[before]?.query.get('after');
    expect(Date.parse(String(after))).toBe(Date.parse(time(from)));
    expect(reported).toEqual(runs.map(({ uuid }) => uuid));
  });

  test('without "after", the first look begins 48 hours ago', async () => {
    captureConsole();
    sharedClock(Date.parse('2026-03-04T10:00:00Z'));
    const target = await serving(listing([{ uuid: uuidOf(1), modified: 1, called: 1 }]));
    const { after: _, ...what } = WHAT;
    expect((await catchUp({}, stateFor(target), what)).handed).toHaveLength(1);
    const [first] = asked(target, 'runs');
    expect(first?.query.get('after')).toBe('2026-03-02T10:00:00.000Z');
    expect(first?.query.get('reverse')).toBe('true');
  });

  test('the flow is looked for only where no push came, and a node only in the first look', async () => {
    const said = captureConsole();
    const runs: Listed[] = [{ uuid: uuidOf(1), modified: 1, called: 1 }];
    let flows = [{ uuid: FLOW, results: [] }];
    const target = await serve(
      listing(runs),
      defined('call_webhook'),
      msw.get('*/api/v2/flows.json', () => page(flows)),
    );
    const first = await catchUp({}, stateFor(target), WHAT);
    expect(first.handed).toHaveLength(1);
    expect(asked(target, 'flows')).toEqual([]);
    // Later, runs may pass the node by.
    runs.splice(0, 1, { uuid: uuidOf(2), modified: 2 });
    await catchUp(first.state, stateFor(target), WHAT);
    expect(asked(target, 'flows')).toEqual([]);
    expect(asked(target, 'definitions')).toHaveLength(1);
    expect(said.join('\n')).not.toContain('No run reached');
    runs.length = 0;
    await catchUp(first.state, stateFor(target), WHAT);
    expect(asked(target, 'definitions')).toHaveLength(1);
    flows = [];
    const gone = await failure(eachMissedPush(WHAT), target, first.state);
    expect(gone.code).toBe('UNKNOWN_REFERENCE');
  });

  test('a flow without runs is no reason to doubt the node', async () => {
    const said = captureConsole();
    const flows = msw.get('*/api/v2/flows.json', () => page([{ uuid: FLOW, results: [] }]));
    const target = await serve(listing([]), defined('call_webhook'), flows);
    expect((await catchUp({}, stateFor(target), WHAT)).handed).toEqual([]);
    expect(said.join('\n')).not.toContain('No run reached');
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
  [{ resthook: 'new-report', node: NODE }, 'INVALID_FILTER'],
  [{ resthook: 'new-report', result: 'webhook' }, 'INVALID_FILTER'],
  [{ resthook: 'new-report', after: '2026-01-01' }, 'INVALID_FILTER'],
])('is refused before anything is sent: %j', async (what, code) => {
  await refused(eachMissedPush(what as object), code as 'INVALID_FILTER');
});
