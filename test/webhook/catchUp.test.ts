import { createSandbox, type SandboxOptions } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { servers } from '../../recordings/read.js';
import {
  eachChange,
  eachMissedPush,
  fn,
  getContacts,
  getFlowRuns,
  getMessages,
  startFlow,
  webhook,
} from '../../src/Adaptor.js';
import { systemClock } from '../../src/client/clock.js';
import type { Operation, State } from '../../src/types/state.js';
import { failure, page, refused, run, stateFor } from '../operations/run.js';
import { captureConsole } from '../support/captureConsole.js';
import { patientTimeouts } from '../support/patientTimeouts.js';
import { serve } from '../support/serve.js';
import { reportFlow } from './flow.js';
import { asJson, recordedEvents } from './pushes.js';

const HOOK = 'new-report';
const FLOW = 'b6a2b0b1-3c1f-4d06-8f0b-6f2c1a7f9e02';
const HOUR = 3_600_000;
const EVENTS = '*/api/v2/resthook_events.json';
const HOOKS = msw.get('*/api/v2/resthooks.json', () => page([{ resthook: HOOK }]));

/** The time for the sandbox and the adaptor alike. */
function sharedClock(start = Date.parse('2026-11-22T12:00:00Z')) {
  const clock = { now: start };
  vi.spyOn(systemClock, 'now').mockImplementation(() => clock.now);
  return clock;
}

async function workspace(options: SandboxOptions = {}) {
  const clock = sharedClock();
  const contacts = Array.from({ length: 40 }, (_, index) => ({
    name: `Contact ${index}`,
    urns: [`tel:+2507881000${String(index).padStart(2, '0')}`],
  }));
  const sandbox = await createSandbox({
    ...options,
    clock: { now: () => clock.now },
    seed: {
      contacts,
      flows: [reportFlow(FLOW, [{ type: 'call_resthook', resthook: HOOK }])],
      resthooks: [{ resthook: HOOK }, { resthook: 'other' }],
    },
  });
  onTestFinished(() => sandbox.close());
  const credential: State = { configuration: { host: sandbox.host, token: sandbox.token } };
  let turn = 0;
  /** Lets contacts answer, one after the other, each some seconds later. */
  const answers = async (...texts: string[]) => {
    for (const text of texts) {
      clock.now += 5000;
      const [urn = ''] = contacts[turn++ % contacts.length]?.urns ?? [];
      await startFlow({ flow: FLOW, urns: [urn] })(credential);
      await sandbox.settled();
      await sandbox.reply(urn, text);
    }
  };
  return { sandbox, credential, clock, answers };
}

/** One run of a job: state goes through JSON from run to run. */
async function catchUp(before: State, credential: State, what: object | string = HOOK) {
  const handed: webhook.Push[] = [];
  const keep = fn(state => {
    handed.push(state.data as webhook.Push);
    return { ...state, count: Number(state.count ?? 0) + 1, references: ['of the job'] };
  });
  const after = await eachMissedPush(what as string, keep)({ ...before, ...credential });
  const { configuration: _, ...kept } = after;
  const values = handed.map(({ results }) => results?.cases?.value);
  return { handed, values, state: asJson(kept) as State };
}

describe.each(['v9', 'textit'] as const)('catching up, %s', dialect => {
  test('everything of the last 48 hours first, oldest first, in the form of a push; then only what is new', async () => {
    const { credential, answers } = await workspace({ dialect });
    await answers('1', '2', '3');
    const first = await catchUp({ data: 'before', references: ['earlier'] }, credential);
    expect(first.values).toEqual(['1', '2', '3']);
    expect(first.handed[0]).toMatchObject({
      kind: 'resthook',
      contact: { name: 'Contact 0', urn: { scheme: 'tel', path: '+250788100000' } },
      flow: { uuid: FLOW },
    });
    expect(first.state).toMatchObject({
      data: { pushes: 3 },
      count: 3,
      references: ['earlier', 'before'],
      response: { path: 'resthook_events', requests: 1 },
    });

    const second = await catchUp(first.state, credential);
    expect(second.values).toEqual([]);
    await answers('4', '5');
    const third = await catchUp(second.state, credential);
    expect(third.values).toEqual(['4', '5']);
    expect((await catchUp(third.state, credential)).values).toEqual([]);
  });

  test('each resthook has a checkpoint of its own', async () => {
    const { credential, answers } = await workspace({ dialect });
    await answers('1');
    const first = await catchUp({}, credential, 'other');
    expect(first.values).toEqual([]);
    expect((await catchUp(first.state, credential)).values).toEqual(['1']);
  });

  test('more events than a page holds, none lost or repeated', async () => {
    const { credential, answers } = await workspace({ dialect, throttle: false });
    const texts = Array.from({ length: 300 }, (_, index) => String(index));
    await answers(...texts.slice(0, 260));
    const first = await catchUp({}, credential, { resthook: HOOK, numbers: true });
    expect(first.values).toEqual(texts.slice(0, 260).map(Number));
    await answers(...texts.slice(260));
    const second = await catchUp(first.state, credential);
    expect(second.values).toEqual(texts.slice(260));
  });
});

test('an address with the secret of the credential, among the results, does not get into the state', async () => {
  const SECRET = 'kR7vw2Tq9xn4';
  const events = recordedEvents('rapidpro-9.0.0').slice(0, 1);
  const address = `POST https://x.org/i/a?secret=${SECRET}`;
  const results = { hook: { value: '200', input: address } };
  const rows = events.map(one => ({ ...one, data: { ...one.data, results } }));
  const target = await serve(msw.get(EVENTS, () => page(rows)));
  const { configuration } = stateFor(target);
  const credential = { configuration: { ...(configuration as object), webhookSecret: SECRET } };
  const { handed, state } = await catchUp({}, credential);
  expect(handed[0]?.results?.hook?.input).toBe('POST https://x.org/i/a?secret=…');
  expect(handed[0]?.key).toBe(webhook.parsePush(rows[0]?.data).key);
  expect(JSON.stringify(state)).not.toContain(SECRET);
});

test('a look that comes too late says so, and from when to read the runs', async () => {
  const said = captureConsole();
  const { credential, answers, clock } = await workspace();
  await answers('1');
  const first = await catchUp({}, credential);
  clock.now += 47 * HOUR;
  const second = await catchUp(first.state, credential);
  clock.now += 47 * HOUR;
  // No event for four days, but somebody looked every two.
  const third = await catchUp(second.state, credential);
  expect(said.join('\n')).not.toContain('48 hours');
  const looked = new Date(clock.now).toISOString();
  clock.now += 49 * HOUR;
  await answers('2');
  const fourth = await catchUp(third.state, credential);
  expect(fourth.values).toEqual(['2']);
  expect(said.join('\n')).toContain('more than 48 hours ago');
  expect(said.join('\n')).toContain(`after: "${looked}" }, …)`);
});

test('a deadline leaves the rest to the next run', async () => {
  const { credential, answers, clock } = await workspace();
  await answers('1', '2', '3', '4');
  const slow = async (before: State, seconds: number) => {
    const values: unknown[] = [];
    const step = fn(state => {
      values.push((state.data as webhook.Push).results?.cases?.value);
      clock.now += seconds * 1000;
      return state;
    });
    const state = await eachMissedPush(
      { resthook: HOOK, deadline: 60 },
      step,
    )({
      ...before,
      ...credential,
    });
    return { values, state };
  };
  const first = await slow({}, 40);
  expect(first.values).toEqual(['1', '2']);
  const second = await slow(asJson({ rapidpro: first.state.rapidpro }) as State, 0);
  expect(second.values).toEqual(['3', '4']);
});

test('a look that stopped on its way counts as far as it came: what is deleted behind it is reported', async () => {
  const said = captureConsole();
  const { credential, answers, clock } = await workspace();
  await answers('1', '2');
  clock.now += 40 * HOUR;
  const step = fn(state => {
    clock.now += 120_000;
    return state;
  });
  const first = await eachMissedPush({ resthook: HOOK, deadline: 60 }, step)(credential);
  expect(first.data).toEqual({ pushes: 1 });
  // Ten hours later the second one is gone, though somebody looked ten hours ago.
  clock.now += 10 * HOUR;
  const second = await catchUp(asJson({ rapidpro: first.rapidpro }) as State, credential);
  expect(second.values).toEqual([]);
  expect(said.join('\n')).toContain('more than 48 hours ago');
});

test('a deadline that the reading alone takes up still lets one through each time', async () => {
  const { credential, answers, clock } = await workspace();
  await answers('1', '2');
  // What is left for a request when its time is over.
  patientTimeouts(50);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const slow = vi.spyOn(systemClock, 'now').mockImplementation(() => {
    clock.now += 30_000;
    return clock.now;
  });
  const values: unknown[] = [];
  let state: State = {};
  for (let round = 0; round < 3; round++) {
    const step = fn(current => {
      values.push((current.data as webhook.Push).results?.cases?.value);
      return current;
    });
    const next = await eachMissedPush(
      { resthook: HOOK, deadline: 1 },
      step,
    )({
      ...state,
      ...credential,
    });
    state = asJson({ rapidpro: next.rapidpro }) as State;
  }
  slow.mockRestore();
  expect(values).toEqual(['1', '2']);
});

test('a step that fails in the middle: the next run begins where this one began', async () => {
  const { credential, answers } = await workspace();
  await answers('1');
  const before = await catchUp({}, credential);
  await answers('2', '3', '4');
  const done: unknown[] = [];
  const breaks = eachMissedPush(HOOK, (state: State) => {
    const { value } = (state.data as webhook.Push).results?.cases ?? {};
    if (value === '3') throw new Error('of the job');
    done.push(value);
    return state;
  });
  await expect(breaks({ ...before.state, ...credential })).rejects.toThrow('of the job');
  expect(done).toEqual(['2']);
  expect((await catchUp(before.state, credential)).values).toEqual(['2', '3', '4']);
});

test('a step that fails moves no checkpoint', async () => {
  const { credential, answers, sandbox } = await workspace();
  await answers('1');
  const broken = eachMissedPush(HOOK, () => Promise.reject(new Error('of the job')));
  await expect(broken(stateFor(sandbox, credential))).rejects.toThrow('of the job');
  expect((await catchUp({}, credential)).values).toEqual(['1']);
});

describe('events as servers list them', () => {
  const event = (at: string, answer: string) => ({
    resthook: HOOK,
    created_on: at,
    data: {
      contact: { uuid: '7a3c1d52-5a0e-4c0b-9a53-0d8a5e3f7c11', language: null },
      run: { uuid: '5d0f6a7e-7f2b-4b6c-9d3c-2f1f6b8f4a90' },
      path: [],
      results: { cases: { value: answer } },
    },
  });
  const time = (seconds: number) =>
    new Date(Date.parse('2026-11-22T10:00:00Z') + seconds * 1000).toISOString();

  /** Pages of two, newest first, by position as RapidPro's cursors are. */
  function listing(events: ReturnType<typeof event>[]) {
    return msw.get(EVENTS, ({ request }) => {
      const before = new URL(request.url).searchParams.get('cursor') ?? '9';
      const rows = events
        .filter(({ created_on }) => created_on < before)
        .sort((a, b) => (a.created_on < b.created_on ? 1 : -1));
      const next = rows.length > 2 ? `?cursor=${rows[1]?.created_on}` : null;
      return page(rows.slice(0, 2), next && `http://inner/api/v2/resthook_events.json${next}`);
    });
  }

  test.each(servers)('of %s are read as recorded', async server => {
    const events = recordedEvents(server);
    const target = await serve(msw.get(EVENTS, () => page(events)));
    const { handed } = await catchUp({}, stateFor(target));
    expect(handed.map(({ key }) => key)).toEqual(
      events.map(({ data }) => webhook.parsePush(data).key).reverse(),
    );
  });

  test('one that comes to light late, behind the newest, is not lost', async () => {
    sharedClock();
    const events = [event(time(0), 'a'), event(time(300), 'c')];
    const target = await serve(listing(events));
    const first = await catchUp({}, stateFor(target));
    expect(first.values).toEqual(['a', 'c']);
    events.push(event(time(150), 'b'));
    const second = await catchUp(first.state, stateFor(target));
    expect(second.values).toEqual(['b']);
    expect((await catchUp(second.state, stateFor(target))).values).toEqual([]);
  });

  test('two that say the same at different times are two', async () => {
    sharedClock();
    const events = [event(time(0), 'a'), event(time(1), 'a')];
    const target = await serve(listing(events));
    const first = await catchUp({}, stateFor(target));
    expect(first.values).toEqual(['a', 'a']);
    expect((await catchUp(first.state, stateFor(target))).values).toEqual([]);
  });

  test('one at the same instant as another that is known is not taken for it', async () => {
    sharedClock();
    const events = [event(time(0), 'a')];
    const target = await serve(listing(events));
    const first = await catchUp({}, stateFor(target));
    events.push(event(time(0), 'b'));
    expect((await catchUp(first.state, stateFor(target))).values).toEqual(['b']);
  });

  test('of one instant on two pages are reported once each, over the edge of 48 hours', async () => {
    const clock = sharedClock(Date.parse(time(0)) + 47 * HOUR);
    const events = ['a', 'b', 'c'].map(answer => event(time(0), answer));
    let kept = events;
    const target = await serve(
      msw.get(EVENTS, ({ request }) => {
        const start = Number(new URL(request.url).searchParams.get('cursor') ?? 0);
        const next = start + 2 < kept.length ? `?cursor=${start + 2}` : null;
        const rows = kept.slice(start, start + 2);
        return page(rows, next && `http://inner/api/v2/resthook_events.json${next}`);
      }),
      HOOKS,
    );
    const first = await catchUp({}, stateFor(target));
    expect([...first.values].sort()).toEqual(['a', 'b', 'c']);
    clock.now += 1.5 * HOUR;
    expect((await catchUp(first.state, stateFor(target))).values).toEqual([]);
    kept = [event(time(48 * 3600), 'd')];
    const third = await catchUp(first.state, stateFor(target));
    expect(third.values).toEqual(['d']);
    kept = [];
    expect((await catchUp(third.state, stateFor(target))).values).toEqual([]);
  });

  test('are read no further back than the checkpoint needs', async () => {
    sharedClock();
    const events = Array.from({ length: 40 }, (_, index) => event(time(index * 120), `${index}`));
    const target = await serve(listing(events));
    const first = await catchUp({}, stateFor(target));
    expect(first.values).toHaveLength(40);
    const before = target.requests.length;
    await catchUp(first.state, stateFor(target));
    // Ten minutes are five events, on three pages.
    expect(target.requests.length - before).toBeLessThanOrEqual(4);
  });

  test('on very many pages, with new ones coming in: all once, in order', async () => {
    sharedClock();
    const events = Array.from({ length: 120 }, (_, index) => event(time(index), `${index}`));
    const target = await serve(
      msw.get(EVENTS, () => {
        // A new one with every request for a while.
        if (target.requests.length % 3 === 0 && events.length < 140) {
          events.push(event(time(events.length), `${events.length}`));
        }
        return undefined;
      }),
      listing(events),
    );
    const first = await catchUp({}, stateFor(target));
    expect(first.values.slice(0, 120)).toEqual(events.slice(0, 120).map((_, i) => `${i}`));
    // 60 pages, of which 20 had to be let go of.
    expect(target.requests.length).toBeGreaterThan(70);
    const second = await catchUp(first.state, stateFor(target));
    expect([...first.values, ...second.values]).toEqual(events.map((_, i) => `${i}`));
  });

  test('on very many pages, until the rate limit ends the reading: the next run has the rest', async () => {
    const said = captureConsole();
    const clock = sharedClock();
    const events = Array.from({ length: 120 }, (_, index) => event(time(index), `${index}`));
    let left = 65;
    const busy = () => HttpResponse.json({}, { status: 429, headers: { 'Retry-After': '900' } });
    const target = await serve(
      msw.get(EVENTS, () => (left-- > 0 ? undefined : busy())),
      listing(events),
    );
    // 60 pages are visited, and five of the 20 that had to be let go of are read again.
    const first = await catchUp({}, stateFor(target));
    expect(first.values).not.toEqual([]);
    expect(first.values.length).toBeLessThan(120);
    expect(first.state.data).toMatchObject({ pushes: first.values.length });
    left = 200;
    const second = await catchUp(first.state, stateFor(target));
    expect([...first.values, ...second.values]).toEqual(events.map((_, i) => `${i}`));
    expect(said.join('\n')).not.toContain('48 hours');
    left = 3;
    expect((await failure(eachMissedPush(HOOK), target)).code).toBe('RATE_LIMITED');
    // It counts as far as it came: two hours before it looked.
    left = 200;
    clock.now += 47 * HOUR;
    await catchUp(first.state, stateFor(target));
    expect(said.join('\n')).toContain('more than 48 hours ago');
  });

  test('one that cannot be read keeps nobody waiting', async () => {
    const said = captureConsole();
    sharedClock();
    const odd = { resthook: HOOK, created_on: time(0), data: { contact: 7 } };
    const target = await serve(msw.get(EVENTS, () => page([event(time(1), 'b'), odd])));
    const { handed, state } = await catchUp({}, stateFor(target));
    expect(handed).toMatchObject([
      { kind: 'resthook', other: { data: { contact: 7 } } },
      { results: { cases: { value: 'b' } } },
    ]);
    expect(said.join('\n')).toContain('warning');
    expect((await catchUp(state, stateFor(target))).handed).toEqual([]);
  });

  test('a list that is empty is asked whether the resthook is there at all', async () => {
    const empty = msw.get(EVENTS, () => page([]));
    const target = await serve(empty, HOOKS);
    const first = await run(eachMissedPush(HOOK), target);
    expect(first.data).toEqual({ pushes: 0 });
    const again = await run(eachMissedPush(HOOK), target, { rapidpro: asJson(first.rapidpro) });
    expect(again.data).toEqual({ pushes: 0 });
    expect(await failure(eachMissedPush('new-reprot'), target)).toMatchObject({
      code: 'UNKNOWN_REFERENCE',
    });
  });
});

test.each([undefined, '', {}, { resthook: '' }, () => undefined])(
  'without a resthook nothing is sent: %j',
  async what => {
    await refused(eachMissedPush(what as string), 'INVALID_FILTER');
  },
);

test('what is not an option is refused, and so is what is not a checkpoint', async () => {
  await refused(eachMissedPush({ resthook: HOOK, numbers: 'cases' as never }), 'INVALID_OPTION');
  const target = await serve(
    msw.get(EVENTS, () => page([])),
    HOOKS,
  );
  const { state } = await catchUp({}, stateFor(target));
  const { marks } = state.rapidpro as { marks: { [name: string]: object } };
  const broken = Object.fromEntries(Object.keys(marks).map(name => [name, { seen: 'x' }]));
  const error = await failure(eachMissedPush(HOOK), target, { rapidpro: { marks: broken } });
  expect(error).toMatchObject({ code: 'INVALID_INPUT' });
});

test('the place on one server is not taken for a place on another', async () => {
  const [here, there] = await Promise.all([
    serve(
      msw.get(EVENTS, () => page([])),
      HOOKS,
    ),
    serve(
      msw.get(EVENTS, () => page([])),
      HOOKS,
    ),
  ]);
  const { state } = await catchUp({}, stateFor(here));
  const marks = (state.rapidpro as { marks: object }).marks;
  const both = await catchUp({ rapidpro: { marks } }, stateFor(there));
  expect(Object.keys((both.state.rapidpro as { marks: object }).marks)).toHaveLength(2);
});

test('after 48 hours the runs have it: eachChange and webhook.fromRun', async () => {
  const { credential, answers, clock } = await workspace();
  await answers('1', '2');
  clock.now += 60 * HOUR;
  expect((await catchUp({}, credential)).values).toEqual([]);
  const state = await eachChange(
    getFlowRuns({ flow: FLOW, responded: true, after: '2026-11-22T00:00:00Z' }),
    fn(state => ({
      ...state,
      pushes: (state.data as object[]).map(one => webhook.fromRun(one, { numbers: true })),
    })),
  )(credential);
  const pushes = state.pushes as webhook.Push[];
  expect(pushes.map(({ results }) => results?.cases?.value)).toEqual([1, 2]);
  expect(new Set(pushes.map(({ key }) => key)).size).toBe(2);
});

test('what is no run is said to be none', () => {
  for (const one of [{}, [], { values: [] }, 'x', null] as object[]) {
    expect(() => webhook.fromRun(one)).toThrow(/getFlowRuns/);
  }
});

describe('a server whose clock was wrong', () => {
  const at = (time: string) => ({
    headers: { Date: new Date(Date.parse(time)).toUTCString() },
  });
  const record = (created_on: string) => ({
    id: 1,
    uuid: FLOW,
    created_on,
    modified_on: created_on,
    direction: 'in',
    resthook: HOOK,
    data: { contact: { uuid: FLOW }, text: created_on },
  });

  test.each<[string, () => Operation]>([
    [
      'messages',
      () =>
        eachChange(
          getMessages({ folder: 'inbox', after: '2026-01-01' }),
          fn(s => s),
        ),
    ],
    [
      'contacts',
      () =>
        eachChange(
          getContacts(),
          fn(s => s),
        ),
    ],
    [
      'pushes',
      () =>
        eachMissedPush(
          HOOK,
          fn(s => s),
        ),
    ],
  ])('and has been set back: the log says what %s are missing', async (what, make) => {
    let now = '2026-11-22T13:00:00Z';
    let records = [record('2026-11-22T12:59:00.000000Z')];
    const answer = (results: unknown[]) =>
      HttpResponse.json({ next: null, previous: null, results }, at(now));
    const server = await serve(
      msw.get('*/api/v2/resthooks.json', () => answer([{ resthook: HOOK }])),
      msw.get('*', ({ request }) => {
        const after = new URL(request.url).searchParams.get('after') ?? '';
        return answer(records.filter(one => one.created_on >= after));
      }),
    );
    const lines = captureConsole();
    const first = asJson(await run(make(), server));
    await run(make(), server, first);
    const isSaid = (line: string) => line.includes('has been set back');
    expect(lines.filter(isSaid)).toEqual([]);
    // The clocks of a server's parts may differ a little.
    now = '2026-11-22T12:50:00Z';
    await run(make(), server, first);
    expect(lines.filter(isSaid)).toEqual([]);
    now = '2026-11-22T12:10:00Z';
    records = [record('2026-11-22T12:05:00.000000Z')];
    await run(make(), server, first);
    expect(lines.filter(isSaid)).toEqual([
      expect.stringContaining(`${what} before that time are missing`),
    ]);
  });
});
