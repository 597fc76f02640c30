import { describe, expect, test, vi } from 'vitest';
import {
  eachChange,
  eachMissedPush,
  eachPage,
  fn,
  getBroadcasts,
  getContacts,
  getFlowRuns,
  getMessages,
} from '../../../src/Adaptor.js';
import { systemClock } from '../../../src/client/clock.js';
import type { Operation, State, Step } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { onlyCheckpoint } from '../../support/checkpoint.js';
import { credential } from '../../support/credential.js';
import { inTurn, json, stall } from '../../support/faults.js';
import { noSleep } from '../../support/noSleep.js';
import { rawServer } from '../../support/rawServer.js';

const first = json({ results: [{ uuid: 'a' }], next: 'http://x/?cursor=2' });

test('a page that hangs does not outlast the deadline, and what was read stays', async () => {
  const server = await rawServer(inTurn(first, stall));
  const started = performance.now();
  const state = await getContacts(
    {},
    { deadline: 1, timeout: 30 },
  )({
    configuration: credential(server),
  });
  expect(performance.now() - started).toBeLessThan(5000);
  expect(state.data).toEqual([{ uuid: 'a' }]);
  expect(onlyCheckpoint(state).position).toEqual({
    position: { cursor: { cursor: '2' }, seen: expect.any(String) },
    done: 1,
  });
});

test('no wait begins that would outlast the deadline', async () => {
  const sleeps = noSleep();
  const busy = json({ detail: 'x' }, 429, { 'Retry-After': 20 });
  const server = await rawServer(inTurn(first, busy));
  const state = await getContacts({}, { deadline: 10 })({ configuration: credential(server) });
  expect(state.data).toHaveLength(1);
  expect(sleeps).toEqual([]);
});

test.each([1, 4])(
  'a later run for which nothing comes in time stops where it began (%i side by side)',
  async concurrency => {
    const server = await rawServer(inTurn(first, stall));
    const configuration = credential(server);
    const options = { deadline: 1, timeout: 30, concurrency };
    const { rapidpro } = await getContacts({}, { ...options, concurrency: 1 })({ configuration });
    const later = await getContacts({}, { ...options, resume: true })({ configuration, rapidpro });
    expect(later.data).toEqual([]);
    expect(later.rapidpro).toEqual(rapidpro);
  },
);

test.each([1, 4])(
  'a first run that can go on stops where it began, too (%i side by side)',
  async concurrency => {
    const all = json({ results: [{ uuid: 'a', modified_on: '2026-01-01T00:00:00Z' }], next: null });
    const server = await rawServer(inTurn(stall, all));
    const configuration = credential(server);
    const options = { deadline: 1, timeout: 30, concurrency };
    const list = (resume: boolean) => getContacts({ group: 'Mothers' }, { ...options, resume });
    const early = await list(true)({ configuration });
    expect(early.data).toEqual([]);
    expect(onlyCheckpoint(early).position).toEqual({ position: {}, done: 0 });
    const { rapidpro } = JSON.parse(JSON.stringify({ ...early, configuration: {} }));
    const later = await list(true)({ configuration, rapidpro });
    expect(later.data).toHaveLength(1);
    expect(later.rapidpro).toEqual({});
  },
);

test('where the run cannot go on, a first page that does not come in time is an error', async () => {
  const server = await rawServer(inTurn(stall));
  const list = getContacts({}, { deadline: 1, timeout: 30 });
  await expect(list({ configuration: credential(server) })).rejects.toMatchObject({
    code: 'TIMEOUT',
  });
});

test.each<[string, (work: Step) => Operation]>([
  ['eachPage', work => eachPage(getContacts({}, { deadline: 100 }), work)],
  ['eachChange', work => eachChange(getContacts({}, { deadline: 100 }), work)],
  ['eachMissedPush', work => eachMissedPush({ resthook: 'new-report', deadline: 100 }, work)],
])('%s ends in time if somebody sets the clock back', async (_, each) => {
  let now = Date.parse('2026-01-31T12:00:00Z');
  vi.spyOn(systemClock, 'now').mockImplementation(() => now);
  const server = await rawServer(request => {
    const page = request.index + 1;
    const created_on = `2026-01-${page + 10}T00:00:00Z`;
    const record = { uuid: `a${page}`, created_on, modified_on: created_on, data: { page } };
    const next = page < 9 ? `http://x/?cursor=${page}` : null;
    json({ results: [record], next }, 200, { Date: new Date(now).toUTCString() })(request);
  });
  let turns = 0;
  const work = fn(state => {
    turns++;
    now += turns === 1 ? -3_600_000 : 40_000;
    return state;
  });
  await each(work)({ configuration: credential(server) });
  expect(turns).toBeLessThan(6);
});

describe('late before anything is handed over', () => {
  const FLOW = '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c';
  const NODE = '7d0f6a7e-7f2b-4b6c-9d3c-000000000001';
  const OTHER = '957c02cb-bf04-413b-80f0-8176d927af44';
  const HOUR = 3_600_000;
  const at = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
  const run = (hours: number) => ({
    id: hours,
    uuid: `5d0f6a7e-7f2b-4b6c-9d3c-${String(hours).padStart(12, '0')}`,
    flow: { uuid: FLOW, name: 'Births' },
    contact: { uuid: FLOW, name: 'Ann', urn: 'tel:+250788123123' },
    responded: true,
    path: [{ node: NODE, time: at(hours) }],
    values: {},
    created_on: at(hours),
    modified_on: at(hours),
    exited_on: null,
    exit_type: null,
  });
  const event = (hours: number) => ({
    resthook: 'new-report',
    created_on: at(hours),
    data: { contact: { uuid: FLOW, name: 'Ann', urn: 'tel:+250788123123' }, run: run(hours) },
  });
  const LISTS: { [path: string]: () => object[] } = {
    flows: () => [{ uuid: FLOW, name: 'Births', results: [] }],
    labels: () => [{ uuid: FLOW, name: 'Urgent' }],
    runs: () => [1, 2, 3].map(run),
    broadcasts: () => [1, 2, 3].map(hours => ({ id: hours, created_on: at(hours) })),
    resthook_events: () => [1, 2, 3].map(event),
    resthooks: () => [{ resthook: 'new-report' }],
  };
  const BODIES: { [path: string]: object } = {
    workspace: { uuid: FLOW, name: 'W', timezone: 'Africa/Kigali', country: 'RW' },
    definitions: { version: '13', flows: [{ uuid: FLOW, nodes: [{ uuid: NODE }] }] },
  };

  /** A server that leaves requests unanswered, from one of them on, until it is told to be quick. */
  async function slowFrom(first: number, lists: Partial<typeof LISTS> = LISTS) {
    const seen = { slow: true, requests: 0 };
    const server = await rawServer(request => {
      if (seen.slow && seen.requests++ >= first) return;
      const path = /\/api\/v2\/(\w+)\.json/.exec(request.text)?.[1] ?? '';
      const results = lists[path]?.() ?? [];
      if (request.text.includes('reverse=true')) results.reverse();
      json(BODIES[path] ?? { next: null, results })(request);
    });
    return { seen, configuration: credential(server) };
  }

  /** Each way to be late: the first request, the second, … Those that were in time are left out. */
  async function inEachWay(
    operation: Operation,
    judge: (next: State, again: () => Promise<State>) => Promise<void> | void,
    lists: Partial<typeof LISTS> = LISTS,
  ): Promise<string> {
    const said = captureConsole();
    const late = await Promise.all(
      [0, 1, 2, 3, 4, 5].map(async first => {
        const { seen, configuration } = await slowFrom(first, lists);
        const early = await operation({ configuration }).catch((error: unknown) => {
          if (seen.requests > first) throw error;
          return {};
        });
        if (seen.requests <= first) return false;
        seen.slow = false;
        await judge(asJson(early), () => operation({ ...asJson(early), configuration }));
        return true;
      }),
    );
    expect(late.slice(0, 2)).toEqual([true, expect.any(Boolean)]);
    expect(late.at(-1)).toBe(false);
    return said.join('\n');
  }
  const asJson = ({ configuration: _, ...state }: State): State =>
    JSON.parse(JSON.stringify(state));

  const resumable = { deadline: 1, timeout: 30, resume: true };
  const LOOK = { deadline: 1, timeout: 30 };
  const count = fn(state => ({ ...state, handed: [...((state.handed as []) ?? []), state.data] }));

  test.each<[string, Operation, unknown]>([
    ['a list by uuid', getFlowRuns({ flow: FLOW }, resumable), []],
    ['a list by name', getFlowRuns({ flow: 'Births' }, resumable), []],
    [
      'its pages',
      eachPage(getFlowRuns({ flow: 'Births' }, resumable), count),
      { pages: 0, records: 0 },
    ],
    ['a list by phone number', getContacts({ urn: 'tel:250788123123' }, resumable), []],
    ['a list that may be misspelled', getMessages({ label: 'Urgent' }, resumable), []],
  ])('%s ends with nothing, says so, and is read by the next run', async (_, list, nothing) => {
    const said = await inEachWay(list, async (early, again) => {
      expect(early.data).toEqual(nothing);
      expect(onlyCheckpoint(early).position).toEqual({ position: {}, done: 0 });
      const later = await again();
      expect(later.rapidpro).toEqual({});
      expect(later.data).not.toEqual(list.name === 'getFlowRuns' ? [] : undefined);
    });
    expect(said).toContain('the deadline was reached');
  });

  const readers: [string, Operation][] = [
    ['pushes of a flow', eachMissedPush({ ...LOOK, flow: FLOW, node: NODE }, count)],
    ['pushes of a flow by name', eachMissedPush({ ...LOOK, flow: 'Births', node: NODE }, count)],
    ['pushes of a resthook', eachMissedPush({ ...LOOK, resthook: 'new-report' }, count)],
    ['changes by name', eachChange(getFlowRuns({ flow: 'Births' }, LOOK), count)],
    ['a list without reverse', eachChange(getBroadcasts({ after: at(9) }, LOOK), count)],
  ];
  const handedIn = (state: State) => (state.handed as unknown[] | undefined)?.flat() ?? [];

  test.each(readers)('%s: the next run reads all of it', async (_, reader) => {
    const said = await inEachWay(reader, async (early, again) => {
      expect(handedIn(early)).toEqual([]);
      expect(early.rapidpro).toBeUndefined();
      expect(handedIn(await again())).toHaveLength(3);
    });
    expect(said).toContain('next run continues from here');
  });

  test.each(readers)('%s: a late run keeps how far the run before came', async (_, reader) => {
    const { seen, configuration } = await slowFrom(0);
    seen.slow = false;
    const { rapidpro } = await reader({ configuration });
    seen.slow = true;
    const late = await reader({ configuration, rapidpro });
    expect(handedIn(late)).toEqual([]);
    expect(late.rapidpro).toEqual(rapidpro);
  });

  test('a list that must be read as a whole, and takes longer than that, is an error', async () => {
    const [newest, ...older] = LISTS.broadcasts?.() ?? [];
    const next = 'http://x/?cursor=2';
    const server = await rawServer(
      inTurn(json({ next, results: [newest] }), stall, json({ next: null, results: older })),
    );
    const changes = eachChange(getBroadcasts({ after: at(9) }, LOOK), count);
    await expect(changes({ configuration: credential(server) })).rejects.toMatchObject({
      code: 'TIMEOUT',
      description: expect.stringContaining('options.deadline'),
    });
  });

  test.each<[string, object, Partial<typeof LISTS>]>([
    ['a flow', { flow: OTHER, node: NODE }, { runs: () => [], flows: () => [] }],
    ['a node', { flow: FLOW, node: OTHER }, {}],
    ['a resthook', { resthook: 'new-reprot' }, { resthook_events: () => [] }],
  ])('%s that is not there is still told by the next run', async (_, where, lists) => {
    const look = eachMissedPush({ ...LOOK, ...where }, count);
    const judge = async (early: State, again: () => Promise<State>) => {
      expect(early.data).toEqual({ pushes: 0 });
      await expect(again()).rejects.toMatchObject({ code: 'UNKNOWN_REFERENCE' });
    };
    await inEachWay(look, judge, { ...LISTS, ...lists });
  });
});
