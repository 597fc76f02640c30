import { setTimeout as pause } from 'node:timers/promises';
import type { Sandbox } from '@openfn/rapidpro-sandbox';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/client/clock.js';
import { syncContacts, upsertContacts } from '../../../src/index.js';
import type { SyncOptions } from '../../../src/types/bulk.js';
import type { State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { onlyCheckpoint } from '../../support/checkpoint.js';
import { noSleep } from '../../support/noSleep.js';
import { failure } from '../run.js';
import { bulk, counts, places, upTo, withoutCountry, workspace, writes } from './workspace.js';

const dialects = ['v9', 'textit'] as const;

const urn = (n: number) => `tel:+2507880${10_000 + n}`;

function seeded(count: number) {
  return upTo(count).map(n => ({
    urns: [urn(n)],
    name: `Person ${n}`,
    fields: { tei_id: `t${n}`, age: '20' },
  }));
}

/** The same people, every third changed in one way or another, and some more. */
function changed(count: number, more = 0) {
  const old = seeded(count).map((contact, n) => ({
    ...contact,
    ...(n % 3 === 0 ? { name: `Changed ${n}` } : {}),
    ...(n % 5 === 0 ? { groups: ['Mothers'] } : {}),
  }));
  const fresh = upTo(more).map(n => ({
    urns: [urn(count + n)],
    name: `New ${n}`,
    fields: { tei_id: `n${n}` },
  }));
  return [...old, ...fresh];
}

/** What must hold when a list of {@link changed} contacts has been synchronized, whatever went wrong. */
function expectInStep(sandbox: Sandbox, list: ReturnType<typeof changed>) {
  const contacts = sandbox.contacts();
  expect(contacts).toHaveLength(list.length);
  for (const wanted of list) {
    const holders = contacts.filter(({ urns }) => urns.includes(wanted.urns[0] ?? ''));
    expect(holders).toHaveLength(1);
    expect(holders[0]).toMatchObject({
      name: wanted.name,
      fields: { tei_id: wanted.fields.tei_id },
    });
    const groups = 'groups' in wanted ? ['Mothers'] : [];
    expect(holders[0]?.groups.map(({ name }) => name)).toEqual(groups);
  }
}

/** The bodies that were sent to each contact: none of them twice where nothing went wrong. */
function repeated(sandbox: Sandbox): string[] {
  const sent = sandbox
    .requests()
    .filter(({ method, status }) => method === 'POST' && status < 300)
    .map(({ path, query, body }) => `${path}?${query} ${JSON.stringify(body)}`);
  return sent.filter((text, place) => sent.indexOf(text) !== place);
}

describe.each(dialects)('faults on %s', dialect => {
  test('a broken connection, a proxy, a garbled answer and a 429 here and there', async () => {
    noSleep();
    const sandbox = await workspace({ dialect, contacts: seeded(700) });
    const list = changed(700, 30);
    const post = { method: 'POST', path: 'contacts' };
    sandbox.fault({ kind: 'reset', when: { method: 'GET', path: 'contacts', nth: 2 } });
    sandbox.fault({ kind: 'garbled', when: { method: 'GET', path: 'contacts', nth: 3 } });
    sandbox.fault({ kind: 'bad-gateway', when: { ...post, nth: 3 } });
    sandbox.fault({ kind: 'reset', when: { ...post, nth: 20 }, strikes: 'after' });
    sandbox.fault({ kind: 'throttle', when: { ...post, nth: 40 }, retryAfter: 5, times: 4 });
    sandbox.fault({ kind: 'bad-gateway', when: { ...post, nth: 250 }, strikes: 'after', times: 3 });
    sandbox.fault({ kind: 'reset', when: { path: 'contact_actions' }, strikes: 'after' });
    const { result } = await bulk(syncContacts(list), sandbox);
    expect(counts(result)).toEqual([30, 327, 373, 0, 0]);
    expect(places(result)).toEqual(upTo(730));
    expectInStep(sandbox, list);
    const again = await bulk(syncContacts(list), sandbox);
    expect(counts(again.result)).toEqual([0, 0, 730, 0, 0]);
  });

  test('nothing is written twice where nothing goes wrong', async () => {
    const sandbox = await workspace({ dialect, contacts: seeded(300) });
    await bulk(syncContacts(changed(300, 20)), sandbox);
    expect(repeated(sandbox)).toEqual([]);
  });

  test('a lost creation of a contact without URN is reported, not repeated', async () => {
    noSleep();
    const sandbox = await workspace({ dialect });
    sandbox.fault({ kind: 'reset', when: { method: 'POST', nth: 2 }, strikes: 'after' });
    const list = upTo(5).map(n => ({ name: `P ${n}`, fields: { tei_id: `x${n}` } }));
    const options = { key: 'fields.tei_id', concurrency: 1 } as const;
    const { result } = await bulk(syncContacts(list, options), sandbox);
    expect(counts(result)).toEqual([4, 0, 0, 1, 0]);
    expect(result.failed).toMatchObject([{ index: 1, code: 'OUTCOME_UNKNOWN' }]);
    expect(sandbox.contacts()).toHaveLength(5);
    // The next run finds the one that was made.
    const again = await bulk(syncContacts(list, options), sandbox);
    expect(counts(again.result)).toEqual([0, 0, 5, 0, 0]);
  });

  test('a server that goes down stops it, and it goes on later', async () => {
    noSleep();
    const sandbox = await workspace({ dialect, contacts: seeded(100) });
    const list = changed(100, 10);
    sandbox.fault({ kind: 'bad-gateway', when: { method: 'POST', nth: 12 }, times: 1000 });
    const { result, state } = await bulk(syncContacts(list), sandbox);
    expect(places(result)).toEqual(upTo(110));
    expect(result.updated.length).toBeGreaterThan(5);
    expect(result.notAttempted.length).toBeGreaterThan(20);
    expect(result.stopped).toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    sandbox.clearFaults();
    const rest = await bulk(syncContacts(list, { resume: true }), sandbox, {
      rapidpro: state.rapidpro,
    });
    expect(rest.result.created.concat(rest.result.updated)).toContainEqual(
      expect.objectContaining({ earlier: true }),
    );
    expectInStep(sandbox, list);
  });
});

test('a server that takes no more contacts stops it, also if others of the list only wait for their groups', async () => {
  noSleep();
  const sandbox = await workspace({ contacts: seeded(60) });
  sandbox.fault({ kind: 'bad-gateway', when: { method: 'POST', path: 'contacts' }, times: 1000 });
  const list = seeded(60).map((one, n) => ({
    ...one,
    ...(n % 2 === 0 ? { name: 'New' } : { groups: ['Mothers'] }),
  }));
  const { result } = await bulk(syncContacts(list, { concurrency: 1 }), sandbox);
  expect(result.stopped?.code).toBe('SERVER_UNAVAILABLE');
  expect(result.failed.length).toBeLessThan(10);
  expect(places(result)).toEqual(upTo(60));
});

test('a server that takes no more writes stops it, also if it still answers the look before each', async () => {
  noSleep();
  const sandbox = await workspace({ contacts: seeded(60) });
  sandbox.fault({ kind: 'bad-gateway', when: { method: 'POST', path: 'contacts' }, times: 1000 });
  // None of them is in the group, so each is looked up.
  const list = seeded(60).map(one => ({ ...one, name: 'New' }));
  const { result } = await bulk(syncContacts(list, { group: 'Mothers' }), sandbox);
  expect(result.stopped?.code).toBe('SERVER_UNAVAILABLE');
  expect(result.failed.length).toBeLessThan(10);
  expect(places(result)).toEqual(upTo(60));
});

describe('waits', () => {
  test('one 429 makes all requests wait, and is waited for once', async () => {
    const sandbox = await workspace({ contacts: seeded(60) });
    const log = captureConsole();
    let open: () => void = () => {};
    const sleeps: number[] = [];
    vi.spyOn(systemClock, 'sleep').mockImplementation(seconds => {
      sleeps.push(seconds);
      return new Promise(resolve => {
        open = resolve;
      });
    });
    sandbox.fault({
      kind: 'throttle',
      when: { method: 'POST', path: 'contacts', nth: 8 },
      retryAfter: 30,
    });
    const list = seeded(60).map(contact => ({ ...contact, name: 'Changed' }));
    const running = bulk(syncContacts(list), sandbox);
    await vi.waitFor(() => expect(sleeps).toEqual([30]));
    // Requests that were under way come in; then all is quiet.
    await pause(100);
    const before = sandbox.requests().length;
    await pause(100);
    expect(sandbox.requests()).toHaveLength(before);
    open();
    const { result } = await running;
    expect(counts(result)).toEqual([0, 60, 0, 0, 0]);
    expect(sleeps).toEqual([30]);
    expect(log.filter(line => line.includes('waiting 30 s'))).toHaveLength(1);
  });

  test.each(dialects)('a wait that is too long stops with what is done, on %s', async dialect => {
    const sandbox = await workspace({
      dialect,
      contacts: seeded(400),
      throttle: { 'v2.contacts': 50 },
    });
    const list = changed(400, 10);
    const { result, state } = await bulk(syncContacts(list), sandbox);
    expect(places(result)).toEqual(upTo(410));
    expect(result.updated.length + result.created.length).toBeGreaterThan(30);
    expect(result.stopped).toMatchObject({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) });
    expect(result.notAttempted.length).toBeGreaterThan(50);
    expect(JSON.stringify(state.rapidpro)).not.toMatch(/Person|Changed|250788|Mothers/);
    const { name, position } = onlyCheckpoint(state);
    expect(name).toMatch(/^syncContacts-[0-9a-f]{16}$/);
    expect(position).toMatchObject({ items: 410 });
  });

  test('a limit before the first page leaves all for later', async () => {
    const sandbox = await workspace({ contacts: seeded(10) });
    sandbox.fault({ kind: 'throttle', when: { path: 'fields' }, retryAfter: 3000 });
    const { result, state } = await bulk(syncContacts(changed(10)), sandbox);
    expect(counts(result)).toEqual([0, 0, 0, 0, 10]);
    expect(onlyCheckpoint(state).name).toMatch(/^syncContacts-/);
  });
});

const ways: [string, SyncOptions][] = [
  ['by URN', {}],
  ['by a field', { key: 'fields.tei_id' }],
  ['by URN, among a group', { group: 'Partners' }],
];

describe.each(dialects)('going on after a stop, on %s', dialect => {
  test.each(ways)('%s, until all is done, and nothing twice', async (_, options) => {
    const people = seeded(600).map((one, n) => (n % 2 ? { ...one, groups: ['Partners'] } : one));
    const sandbox = await workspace({ dialect, contacts: people });
    const list = changed(600, 40).map(({ urns, name, fields }) => ({ urns, name, fields }));
    let rapidpro: unknown;
    let runs = 0;
    for (let isOver = false; !isOver; runs++) {
      expect(runs).toBeLessThan(60);
      sandbox.configure({ throttle: { 'v2.contacts': `${(runs + 1) * 57}/hour` } });
      const { result, state } = await bulk(
        syncContacts(list, { ...options, resume: true }),
        sandbox,
        { rapidpro },
      );
      expect(places(result)).toEqual(upTo(640));
      expect(result.failed).toEqual([]);
      rapidpro = state.rapidpro;
      isOver = result.notAttempted.length === 0;
      if (isOver) expect(counts(result)).toEqual([40, 200, 400, 0, 0]);
    }
    expect(runs).toBeGreaterThan(3);
    expect(rapidpro).toEqual({});
    expect(sandbox.contacts()).toHaveLength(640);
    expect(repeated(sandbox)).toEqual([]);
    expect(writes(sandbox)).toHaveLength(240);
    sandbox.configure({ throttle: false });
    const last = await bulk(syncContacts(list, options), sandbox);
    expect(counts(last.result)).toEqual([0, 0, 640, 0, 0]);
  });

  test('who is on the last pages is read there and not looked up one by one, as without a stop', async () => {
    const people = seeded(2500).map(one => ({ ...one, groups: ['Partners'] }));
    const sandbox = await workspace({ dialect, contacts: people });
    // Two on each of the five pages that are read first, four on each of the others.
    const list = people.filter((_, n) => n % (n < 1250 ? 62 : 125) === 0 && n !== 1240);
    const asked = () => sandbox.requests().filter(({ path }) => path.endsWith('contacts.json'));
    await bulk(syncContacts(list), sandbox);
    const queries = asked().map(({ query }) => query.replace(/cursor=[^&]*/, ''));
    expect(queries.filter(query => query.includes('urn='))).toEqual([]);
    const before = asked().length;
    sandbox.configure({ throttle: { 'v2.contacts': `${before + 5}/hour` } });
    const { result, state } = await bulk(syncContacts(list), sandbox);
    expect(result.notAttempted.length).toBeGreaterThan(0);
    sandbox.configure({ throttle: false });
    const { rapidpro } = state;
    const rest = await bulk(syncContacts(list, { resume: true }), sandbox, { rapidpro });
    expect(counts(rest.result)).toEqual([0, 0, list.length, 0, 0]);
    const answered = asked()
      .slice(before)
      .filter(({ status }) => status === 200);
    expect(answered.filter(({ query }) => query.includes('urn='))).toEqual([]);
    expect(answered).toHaveLength(before);
  });

  test('a page that was being written is read again, and its people are not looked up one by one', async () => {
    const sandbox = await workspace({ dialect, contacts: seeded(600) });
    const list = seeded(600).map(one => ({ ...one, name: `New ${one.name}` }));
    const asked = () => sandbox.requests().filter(({ path }) => path.endsWith('contacts.json'));
    let rapidpro: unknown;
    for (const most of [100, 500, 1000]) {
      sandbox.configure({ throttle: { 'v2.contacts': `${most}/hour` } });
      const { result, state } = await bulk(syncContacts(list, { resume: true }), sandbox, {
        rapidpro,
      });
      expect(result.failed).toEqual([]);
      rapidpro = state.rapidpro;
    }
    expect(rapidpro).toEqual({});
    expect(repeated(sandbox)).toEqual([]);
    expectInStep(sandbox, list);
    const answered = asked().filter(({ status }) => status === 200);
    const lookUps = answered.filter(({ query }) => query.includes('uuid='));
    expect(lookUps.filter(({ method }) => method === 'GET')).toEqual([]);
    // Three pages, one of them twice for each of the two stops, and who is on it may have moved over two.
    expect(answered.length).toBeLessThanOrEqual(600 + 3 + 2 * 2);
  });

  test('people whose groups were waiting are read on the first page, and not looked up one by one', async () => {
    const sandbox = await workspace({ dialect, contacts: seeded(1500) });
    const list = seeded(1500)
      .filter((_, n) => n % 15 === 0)
      .map(({ urns }, n) => ({ urns, name: `New ${n}`, groups: ['Mothers'] }));
    const asked = () => sandbox.requests().filter(({ path }) => path.endsWith('contacts.json'));
    sandbox.configure({ throttle: { 'v2.contacts': '70/hour' } });
    const { result, state } = await bulk(syncContacts(list, { resume: true }), sandbox);
    expect(result.notAttempted).toHaveLength(100);
    sandbox.configure({ throttle: false });
    const before = asked().length;
    const rest = await bulk(syncContacts(list, { resume: true }), sandbox, {
      rapidpro: state.rapidpro,
    });
    expect(rest.result.updated).toHaveLength(100);
    const lookUps = asked()
      .slice(before)
      .filter(({ method, query }) => method === 'GET' && query.includes('uuid='));
    expect(lookUps.length).toBeLessThanOrEqual(2);
    expect(asked().length - before).toBeLessThanOrEqual(40 + 8);
    const members = sandbox.contacts().filter(({ groups }) => groups.length > 0);
    expect(members).toHaveLength(100);
    expect(repeated(sandbox)).toEqual([]);
  });

  test('five requests a run are enough to enter a group', async () => {
    const sandbox = await workspace({ dialect, contacts: seeded(1500) });
    const list = seeded(1500)
      .filter((_, n) => n % 37 === 0 && n < 1480)
      .map(({ urns }) => ({ urns, groups: ['Mothers'] }));
    let rapidpro: unknown;
    let runs = 0;
    for (let isOver = false; !isOver; runs++) {
      // Each run gets somewhere.
      expect(runs).toBeLessThan(40);
      sandbox.clearFaults();
      sandbox.fault({ kind: 'throttle', retryAfter: 4000, times: 99, when: { nth: 6 } });
      const { result, state } = await bulk(syncContacts(list, { resume: true }), sandbox, {
        rapidpro,
      });
      expect(places(result)).toEqual(upTo(40));
      rapidpro = state.rapidpro;
      isOver = result.notAttempted.length === 0;
    }
    expect(rapidpro).toEqual({});
    const members = sandbox
      .contacts()
      .filter(({ groups }) => groups.some(({ name }) => name === 'Mothers'));
    expect(members).toHaveLength(40);
  });

  test('a removal that was stopped goes on without the list being read again', async () => {
    const people = seeded(600).map(one => ({ ...one, groups: ['Partners'] }));
    const sandbox = await workspace({ dialect, contacts: people });
    const list = people.filter((_, n) => n % 2 === 0);
    const removal = { removeMissing: { groups: ['Partners'], atMost: 300 }, resume: true };
    const asked = () =>
      sandbox
        .requests()
        .filter(({ path, status }) => path.endsWith('contacts.json') && status === 200);
    await bulk(syncContacts(list, { ...removal, dryRun: true }), sandbox);
    const reading = asked().length;
    sandbox.configure({ throttle: { 'v2.contacts': `${reading + reading - 1}/hour` } });
    const first = await bulk(syncContacts(list, removal), sandbox);
    expect(first.result.notAttempted).toEqual([]);
    expect(first.result).toMatchObject({ left: [], notRemoved: {} });
    const { rapidpro } = first.state;
    expect(rapidpro).toHaveProperty('resume');
    sandbox.configure({ throttle: false });
    const before = asked().length;
    const rest = await bulk(syncContacts(list, removal), sandbox, { rapidpro });
    expect(rest.result.left).toHaveLength(300);
    expect(rest.result.unchanged).toHaveLength(300);
    expect(rest.state.rapidpro).toEqual({});
    // The members alone, and one page that shows that nobody has moved.
    const members = asked().slice(before);
    expect(members.every(({ query }) => query.includes('group='))).toBe(true);
  });

  test('a list that has changed, or with other options, begins anew, and says so', async () => {
    const sandbox = await workspace({
      dialect,
      contacts: seeded(60),
      throttle: { 'v2.contacts': 20 },
    });
    const { state } = await bulk(syncContacts(changed(60)), sandbox);
    const { rapidpro } = state;
    sandbox.configure({ throttle: false });
    const log = captureConsole();
    const longer = changed(61);
    const next = await bulk(syncContacts(longer, { resume: true }), sandbox, { rapidpro });
    expect(next.result.notAttempted).toEqual([]);
    expect(Object.values(next.result).flat()).not.toContainEqual(
      expect.objectContaining({ earlier: true }),
    );
    expect(log.join('\n')).toContain(
      'belongs to another list, other options or another credential',
    );
    expectInStep(sandbox, longer);
    expect(repeated(sandbox)).toEqual([]);
    // The place that another step of the same run left stays its own.
    expect(next.state.rapidpro).toEqual(rapidpro);
    const exact = { resume: true, urns: 'exact' } as const;
    const other = await bulk(syncContacts(changed(60), exact), sandbox, { rapidpro });
    expect(other.result.unchanged).not.toContainEqual(expect.objectContaining({ earlier: true }));
  });

  test('a place that somebody changed is refused, and nothing is sent', async () => {
    const sandbox = await workspace({ dialect, contacts: seeded(60) });
    sandbox.configure({ throttle: { 'v2.contacts': 20 } });
    const { state } = await bulk(syncContacts(changed(60)), sandbox);
    const { name, position } = onlyCheckpoint(state);
    const before = sandbox.requests().length;
    const wrong = [
      { ...position, updated: [[0, 1e12]] },
      { ...position, found: [[70, 'x']] },
      { ...position, clashes: 5 },
      'x',
    ];
    for (const one of wrong) {
      const rapidpro = { resume: { [name]: one } };
      const step = syncContacts(changed(60), { resume: true });
      expect((await failure(step, sandbox, { rapidpro })).code).toBe('INVALID_INPUT');
    }
    expect(sandbox.requests()).toHaveLength(before);
  });

  test('the error of failOnError has the checkpoint, to be put back', async () => {
    const sandbox = await workspace({ dialect, contacts: seeded(60) });
    sandbox.configure({ throttle: { 'v2.contacts': 20 } });
    const list = [{ urns: ['0799'] }, ...changed(60)];
    const error = await failure(syncContacts(list as never, { failOnError: true }), sandbox);
    const { resume } = error.details as { resume: object };
    sandbox.configure({ throttle: false });
    const { result } = await bulk(syncContacts(list as never, { resume: true }), sandbox, {
      rapidpro: { resume },
    });
    expect(result.updated.filter(({ earlier }) => earlier).length).toBeGreaterThan(0);
    expect(places(result)).toEqual(upTo(61));
  });

  test('contacts that failed are tried again, and reported as before', async () => {
    const sandbox = await workspace({
      dialect,
      contacts: seeded(60),
      throttle: { 'v2.contacts': 20 },
    });
    const list = [{ urns: ['0799'] }, ...changed(60)];
    const first = await bulk(syncContacts(list as never), sandbox);
    sandbox.configure({ throttle: false });
    const { result } = await bulk(syncContacts(list as never, { resume: true }), sandbox, {
      rapidpro: first.state.rapidpro,
    });
    expect(result.failed).toMatchObject([{ index: 0, code: 'INVALID_URN' }]);
    expect(result.updated.filter(({ earlier }) => earlier).length).toBe(
      first.result.updated.length,
    );
    expect(places(result)).toEqual(upTo(61));
  });
});

describe('the deadline', () => {
  test('stops it in time, and it goes on', async () => {
    const sandbox = await workspace({ contacts: seeded(60) });
    // Time passes by looking at the clock.
    let now = Date.now();
    vi.spyOn(systemClock, 'now').mockImplementation(() => {
      now += 250;
      return now;
    });
    const list = changed(60, 5);
    const { result, state } = await bulk(syncContacts(list, { deadline: 20 }), sandbox);
    expect(result.stopped).toMatchObject({
      code: 'TIMEOUT',
      fix: expect.stringContaining('resume'),
    });
    expect(result.updated.length).toBeGreaterThan(0);
    expect(result.notAttempted.length).toBeGreaterThan(0);
    expect(places(result)).toEqual(upTo(65));
    const rest = await bulk(syncContacts(list, { resume: true }), sandbox, {
      rapidpro: state.rapidpro,
    });
    expect(rest.result.notAttempted).toEqual([]);
    expectInStep(sandbox, list);
  });

  test('no wait goes beyond it', async () => {
    const sleeps = noSleep();
    const sandbox = await workspace({ contacts: seeded(60) });
    sandbox.fault({ kind: 'throttle', when: { method: 'POST' }, retryAfter: 50 });
    const { result } = await bulk(syncContacts(changed(60), { deadline: 30 }), sandbox);
    expect(result.notAttempted.length).toBeGreaterThan(0);
    expect(sleeps).toEqual([]);
  });
});

/** The state of the next run has been stored in between. */
const later = ({ rapidpro }: State): State => ({ rapidpro: structuredClone(rapidpro) });

describe.each([syncContacts, upsertContacts])('two lists that stop: %o', operation => {
  const named = (from: number, count: number, name: string) =>
    upTo(count).map(n => ({ urns: [urn(from + n)], name: `${name} ${n}` }));
  const A = named(0, 40, 'A');
  const options = { resume: true, concurrency: 1 };

  /** After a run that stopped in list A. */
  async function stopped() {
    const sandbox = await workspace({ contacts: seeded(80), throttle: { 'v2.contacts': 20 } });
    const { state, result } = await bulk(operation(A, options), sandbox);
    expect(result.updated.length).toBeGreaterThan(0);
    expect(result.notAttempted.length).toBeGreaterThan(0);
    sandbox.configure({ throttle: false });
    return { sandbox, state };
  }
  const isAs = (sandbox: Sandbox, list: typeof A) =>
    list.every(({ urns, name }) =>
      sandbox.contacts().some(one => one.urns.includes(urns[0] ?? '') && one.name === name),
    );

  test('another version of the list in a later run replaces what the first did', async () => {
    const { sandbox, state } = await stopped();
    const lines = captureConsole();
    const B = [...named(0, 39, 'B'), ...named(50, 5, 'B')];
    const second = await bulk(operation(B, options), sandbox, later(state));
    expect(second.state.rapidpro).toEqual({});
    expect(lines.join('\n')).toContain('Its checkpoint was dropped');
    const third = await bulk(operation(A, options), sandbox, later(second.state));
    expect(third.result.updated.length + third.result.unchanged.length).toBe(40);
    expect(third.result.updated.some(({ earlier }) => earlier)).toBe(false);
    expect(isAs(sandbox, A)).toBe(true);
  });

  test.each([
    ['of other people', named(40, 40, 'B'), options],
    ['with other options', named(0, 40, 'B'), { ...options, duplicates: 'first' as const }],
    ['in a dry run', named(0, 40, 'B'), { ...options, dryRun: true }],
  ])('a list %s leaves it in its place', async (_, B, other) => {
    const { sandbox, state } = await stopped();
    const second = await bulk(operation(B, other), sandbox, later(state));
    expect(second.state.rapidpro).toEqual(state.rapidpro);
    const third = await bulk(operation(A, options), sandbox, later(second.state));
    expect(third.result.updated.some(({ earlier }) => earlier)).toBe(true);
    expect(third.state.rapidpro).toEqual({});
  });

  test('in one run, each goes on in the next, and both come to an end', async () => {
    const { sandbox, state } = await stopped();
    const B = named(0, 40, 'B');
    // Another step of the run in which A stopped.
    const second = await bulk(operation(B, options), sandbox, { rapidpro: state.rapidpro });
    expect(second.state.rapidpro).toEqual(state.rapidpro);
    const third = await bulk(operation(A, options), sandbox, later(second.state));
    expect(third.result.notAttempted).toEqual([]);
    const last = await bulk(operation(B, options), sandbox, { rapidpro: third.state.rapidpro });
    expect(last.state.rapidpro).toEqual({});
    expect(isAs(sandbox, B)).toBe(true);
  });
});

describe('a newer version of a list is known', () => {
  const people = seeded(600);

  /** Of a run that stopped in the first list: what a later one in the second leaves. */
  async function leftOf(
    make: (uuids: string[]) => { first: object[]; second: object[]; options?: object },
  ) {
    const sandbox = await workspace({ contacts: people, throttle: { 'v2.contacts': 20 } });
    const { first, second, options } = make(sandbox.contacts().map(({ uuid }) => uuid));
    const all = { resume: true, concurrency: 1, ...options };
    const { state } = await bulk(syncContacts(first as never, all), sandbox);
    const { sample } = structuredClone(onlyCheckpoint<{ sample: string[] }>(state).position);
    sandbox.configure({ throttle: false });
    const next = await bulk(syncContacts(second as never, all), sandbox, later(state));
    return { sample, left: next.state.rapidpro };
  }

  test('by URN, in another order', async () => {
    const list = (name: string) => upTo(600).map(n => ({ urns: [urn(n)], name: `${name} ${n}` }));
    const { sample, left } = await leftOf(() => ({
      first: list('A'),
      second: list('B').reverse().slice(0, 590),
    }));
    expect(sample).toHaveLength(64);
    expect(left).toEqual({});
  });

  test('by uuid', async () => {
    const { left } = await leftOf(uuids => ({
      first: uuids.map(uuid => ({ uuid, name: 'A' })),
      second: uuids.slice(5).map(uuid => ({ uuid, name: 'B' })),
    }));
    expect(left).toEqual({});
  });

  test('by key, whatever the URNs are', async () => {
    const list = (from: number, name: string) =>
      upTo(50).map(n => ({ fields: { tei_id: `t${from + n}` }, urns: [urn(n)], name }));
    const options = { key: 'fields.tei_id' };
    const same = await leftOf(() => ({
      first: list(0, 'A'),
      second: list(1, 'B').map(({ urns: _, ...one }) => one),
      options,
    }));
    expect(same.left).toEqual({});
    const { left } = await leftOf(() => ({ first: list(0, 'A'), second: list(300, 'B'), options }));
    expect(left).not.toEqual({});
  });
});

describe('upsertContacts', () => {
  test('goes on after a stop as well', async () => {
    const sandbox = await workspace({ contacts: seeded(20), throttle: { 'v2.contacts': 30 } });
    const list = seeded(50).map(({ urns, name }) => ({ urns, name }));
    const first = await bulk(upsertContacts(list), sandbox);
    expect(counts(first.result)).toEqual([10, 20, 0, 0, 20]);
    sandbox.configure({ throttle: false });
    const { rapidpro } = first.state;
    const rest = await bulk(upsertContacts(list, { resume: true }), sandbox, { rapidpro });
    expect(counts(rest.result)).toEqual([30, 20, 0, 0, 0]);
    expect(repeated(sandbox)).toEqual([]);
    expect(rest.state.rapidpro).toEqual({});
  });

  test('knows after a stop whom it has written: two entries of one contact are told', async () => {
    const [abroad, home] = ['tel:+250788123101', 'tel:0788123101'];
    const sandbox = await workspace({ country: 'RW', throttle: { 'v2.contacts': 1 } });
    const front = await withoutCountry(sandbox);
    const list = [
      { name: 'E0', urns: [abroad] },
      { name: 'E1', urns: [home] },
    ];
    const first = await bulk(upsertContacts(list, { concurrency: 1 }), front);
    expect(counts(first.result)).toEqual([1, 0, 0, 0, 1]);
    sandbox.configure({ throttle: false });
    const { rapidpro } = first.state;
    expect(JSON.stringify(rapidpro)).not.toContain(sandbox.contacts()[0]?.uuid);
    const { result } = await bulk(upsertContacts(list, { resume: true }), front, { rapidpro });
    expect(result.failed).toMatchObject([
      { index: 0, code: 'CONTACT_CLASH' },
      { index: 1, code: 'CONTACT_CLASH' },
    ]);
    expect(result.failed[1]?.description).toContain('were saved, one over the other');
  });
});

describe.each(dialects)('syncContacts on %s', dialect => {
  /** One person, dialed at home in two ways: no list of RapidPro shows either. */
  const list = ['tel:0788010000', 'tel:788010000'].map((home, n) => ({
    urns: [home],
    name: `E${n}`,
  }));

  test.each([
    ['of a contact that was there', [{ urns: ['tel:+250788010000'] }]],
    ['of a contact that was made', []],
  ])('knows after stops whom it has written: two entries %s are told', async (_, contacts) => {
    noSleep();
    const sandbox = await workspace({ dialect, country: 'RW', contacts });
    const front = await withoutCountry(sandbox);
    const limit = { kind: 'throttle', retryAfter: 3000, times: 99 } as const;
    const goOn = (state: State) =>
      bulk(syncContacts(list, { resume: true, concurrency: 1 }), front, {
        rapidpro: state.rapidpro,
      });
    // A run that goes on looks up and writes the first before it looks up the second.
    sandbox.fault({ ...limit, when: { method: 'GET', path: 'contacts' } });
    const first = await goOn({});
    sandbox.clearFaults();
    sandbox.fault({ ...limit, when: { method: 'GET', path: 'contacts', nth: 2 } });
    const second = await goOn(first.state);
    expect([...second.result.created, ...second.result.updated]).toMatchObject([{ index: 0 }]);
    const third = await goOn(second.state);
    expect(third.result.notAttempted).toHaveLength(1);
    sandbox.clearFaults();
    const { result } = await goOn(third.state);
    expect(result.failed).toMatchObject([
      { index: 0, code: 'CONTACT_CLASH' },
      { index: 1, code: 'CONTACT_CLASH' },
    ]);
    expect(sandbox.contacts()[0]?.name).toBe('E0');
  });
});

test.each([
  ['syncContacts', syncContacts],
  ['upsertContacts', upsertContacts],
])(
  '%s that goes on ends with the error that lets it do nothing, like one from the start',
  async (_, work) => {
    noSleep();
    // Without fields and groups, nothing is read before the contacts.
    const list = changed(0, 20).map(({ urns, name }) => ({ urns, name }));
    const sandbox = await workspace();
    const post = { method: 'POST', path: 'contacts', nth: 6 };
    sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: post, times: 9 });
    const { result, state } = await bulk(work(list, { concurrency: 1 }), sandbox);
    expect(counts(result)).toEqual([5, 0, 0, 0, 15]);
    sandbox.clearFaults();
    sandbox.revoke('administrator');
    const { rapidpro } = state;
    const error = await failure(work(list, { resume: true }), sandbox, { rapidpro });
    expect(error.code).toBe('INVALID_TOKEN');
  },
);

test.each([
  ['syncContacts', syncContacts],
  ['upsertContacts', upsertContacts],
])('%s on another server does not continue the position of the first one', async (_, work) => {
  noSleep();
  const list = changed(0, 20);
  const first = await workspace();
  first.fault({
    kind: 'throttle',
    retryAfter: 3000,
    when: { method: 'POST', path: 'contacts', nth: 6 },
    times: 9,
  });
  const { result, state } = await bulk(work(list, { concurrency: 1 }), first);
  expect(counts(result)).toEqual([5, 0, 0, 0, 15]);
  const log = captureConsole();
  const second = await workspace();
  const next = await bulk(work(list, { resume: true }), second, { rapidpro: state.rapidpro });
  expect(counts(next.result)).toEqual([20, 0, 0, 0, 0]);
  expect(next.result.created.filter(({ earlier }) => earlier)).toEqual([]);
  expect(second.contacts()).toHaveLength(20);
  expect(log.join('\n')).toContain('or another credential');
  // The first server's position waits for its own run.
  expect(next.state.rapidpro).toEqual(state.rapidpro);
});
