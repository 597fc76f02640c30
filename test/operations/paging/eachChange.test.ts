import { createSandbox, type Sandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  addContact,
  addGroup,
  addToGroup,
  deleteContact,
  eachChange,
  fn,
  getContacts,
  getFlowStarts,
  getGroups,
  getMessages,
  sendMessage,
  updateContact,
} from '../../../src/Adaptor.js';
import { systemClock } from '../../../src/client/clock.js';
import { execute } from '../../../src/index.js';
import type { State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { serve } from '../../support/serve.js';
import { stateFor } from '../run.js';

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.close());

async function workspace(contacts = 600, options: { dialect?: 'textit' } = {}) {
  sandbox = await createSandbox({ contacts, ...options });
  return { configuration: { host: sandbox.host, token: sandbox.token } };
}

type Record = { uuid: string; modified_on: string };

/** Runs a job as the platform would: state goes through JSON from run to run. */
async function runJob(
  credential: object,
  before: State,
  list: () => ReturnType<typeof getContacts>,
) {
  const handed: Record[] = [];
  const keep = fn(state => {
    handed.push(...(state.data as Record[]));
    return state;
  });
  const after = await eachChange(list(), keep)({ ...before, ...credential });
  const { configuration: _, ...kept } = after;
  return { handed, state: JSON.parse(JSON.stringify(kept)) as State };
}

describe('one list twice in a job', () => {
  const twice = (list = getContacts) => {
    const handed: unknown[][] = [[], []];
    const step = (index: number) =>
      eachChange(
        list(),
        fn(state => {
          handed[index]?.push(...(state.data as unknown[]));
          return state;
        }),
      );
    const lines = captureConsole();
    const told = () => lines.filter(line => line.includes('has read the same list')).length;
    return { handed, job: execute(step(0), step(1)), told };
  };

  test('the log says that the second step gets nothing', async () => {
    const credential = await workspace(3);
    const { handed, job, told } = twice();
    const first = await job(credential);
    expect(handed.map(list => list.length)).toEqual([3, 0]);
    expect(told()).toBe(1);
    await job({ ...first, ...credential });
    // Nothing was new, so nothing is missing.
    expect(told()).toBe(1);
  });

  test('but not if the first step left some to the second', async () => {
    const credential = await workspace(3);
    const list = () => getContacts({}, { limit: 2 });
    const { handed, job, told } = twice(list);
    await job(credential);
    expect(handed.map(list => list.length)).toEqual([2, 1]);
    expect(told()).toBe(0);
  });
});

describe('changes of contacts', () => {
  test('the first run reads all, oldest first; then only what has changed', async () => {
    const credential = await workspace();
    const first = await runJob(credential, {}, () => getContacts());
    expect(first.handed).toHaveLength(600);
    const times = first.handed.map(({ modified_on }) => modified_on);
    expect(times).toEqual([...times].sort());
    expect(first.state.data).toEqual({ pages: 3, records: 600 });

    const second = await runJob(credential, first.state, () => getContacts());
    expect(second.handed).toEqual([]);

    const [a, b] = [first.handed[17], first.handed[400]] as [Record, Record];
    await updateContact(b.uuid, { name: 'Changed' })(credential);
    await updateContact(a.uuid, { name: 'Changed too' })(credential);
    const third = await runJob(credential, second.state, () => getContacts());
    expect(third.handed.map(({ uuid }) => uuid)).toEqual([b.uuid, a.uuid]);
    const fourth = await runJob(credential, third.state, () => getContacts());
    expect(fourth.handed).toEqual([]);
  });

  test('come although the clock that answers are dated by is far behind', async () => {
    const changed = {
      uuid: '7712aaf6-5df5-4df1-89db-36bbf2134d35',
      modified_on: '2026-01-31T12:00:00.5Z',
    };
    const asked: string[] = [];
    const { configuration } = stateFor(
      await serve(
        msw.get('*/contacts.json', ({ request }) => {
          asked.push(new URL(request.url).search);
          const body = { next: null, previous: null, results: [changed] };
          return HttpResponse.json(body, { headers: { date: 'Sat, 31 Jan 2026 11:50:00 GMT' } });
        }),
      ),
    );
    const { handed } = await runJob({ configuration }, {}, () => getContacts());
    expect(handed).toEqual([changed]);
    expect(asked).toEqual(['?reverse=true', '']);
  });

  test('records that share one time to the microsecond are neither lost nor repeated', async () => {
    const credential = await workspace(300);
    const first = await runJob(credential, {}, () => getContacts());
    const uuids = first.handed.slice(0, 150).map(({ uuid }) => uuid);
    await addGroup({ name: 'Visited' })(credential);
    await addToGroup(uuids, 'Visited')(credential);
    const changed = await runJob(credential, first.state, () => getContacts());
    const again = await runJob(credential, changed.state, () => getContacts());
    expect(again.handed).toEqual([]);
    expect(new Set(changed.handed.map(({ modified_on }) => modified_on)).size).toBe(2);
    expect(changed.handed.map(({ uuid }) => uuid).sort()).toEqual([...uuids].sort());
  });

  test('deleted contacts are a list of their own', async () => {
    const credential = await workspace(20);
    const deleted = () => getContacts({ deleted: true });
    const none = await runJob(credential, {}, deleted);
    expect(none.handed).toEqual([]);
    const added = (await addContact({ urns: ['tel:+250788999001'] })(credential)).data as Record;
    await deleteContact(added.uuid)(credential);
    const one = await runJob(credential, none.state, deleted);
    expect(one.handed.map(({ uuid }) => uuid)).toEqual([added.uuid]);
    const after = await runJob(credential, one.state, deleted);
    expect(after.handed).toEqual([]);
  });

  test('each list with its filters has a checkpoint of its own', async () => {
    const credential = await workspace(30);
    const all = await runJob(credential, {}, () => getContacts());
    const other = await runJob(credential, all.state, () => getContacts({ after: '2020-01-01' }));
    // The filter "after" is only where the first run begins: it is the same list.
    expect(other.handed).toEqual([]);
    const marks = (other.state.rapidpro as { marks: object }).marks;
    expect(Object.keys(marks)).toHaveLength(1);
    expect(JSON.stringify(marks)).not.toContain('tel:');
  });

  test('a checkpoint belongs to its server: a new token goes on, another server begins anew', async () => {
    const first = await createSandbox({ contacts: 40 });
    const second = await createSandbox({ contacts: 30, token: 'd'.repeat(40) });
    const at = ({ host }: Sandbox, token: string) => ({ configuration: { host, token } });
    const all = await runJob(at(first, first.token), {}, () => getContacts());
    const other = await runJob(at(second, second.token), all.state, () => getContacts());
    expect(other.handed).toHaveLength(30);
    const rotated = at(first, first.tokens.editor);
    const again = await runJob(rotated, other.state, () => getContacts());
    expect(again.handed).toEqual([]);
    expect(Object.keys((again.state.rapidpro as { marks: object }).marks)).toHaveLength(2);
    await Promise.all([first.close(), second.close()]);
  });

  test('the checkpoint does not move when an operation fails', async () => {
    const credential = await workspace(300);
    const failing = fn(() => {
      throw new Error('no');
    });
    await expect(eachChange(getContacts(), failing)({ ...credential })).rejects.toThrow('no');
    const next = await runJob(credential, {}, () => getContacts());
    expect(next.handed).toHaveLength(300);
  });

  test('a deadline leaves the rest to the next run', async () => {
    const credential = await workspace(1000);
    let now = Date.now();
    vi.spyOn(systemClock, 'now').mockImplementation(() => {
      now += 1000;
      return now;
    });
    const seen: string[] = [];
    let state: State = {};
    let runs = 0;
    do {
      const run = await runJob(credential, state, () => getContacts({}, { deadline: 6 }));
      seen.push(...run.handed.map(({ uuid }) => uuid));
      state = run.state;
      runs++;
    } while (seen.length < 1000 && runs < 12);
    expect(runs).toBeGreaterThan(1);
    expect(seen).toHaveLength(1000);
    expect(new Set(seen).size).toBe(1000);
  });
});

describe('a server whose lists lag behind', () => {
  test('a record that turns up late, with an earlier time, is not lost', async () => {
    const at = (second: number, uuid: string) => ({
      uuid,
      modified_on: `2026-03-01T08:00:${String(second).padStart(2, '0')}.000001Z`,
    });
    const visible = [at(1, 'a'), at(20, 'c')];
    const server = await serve(
      msw.get('*/api/v2/contacts.json', ({ request }) => {
        const after = Date.parse(new URL(request.url).searchParams.get('after') ?? '2000-01-01');
        const results = visible.filter(({ modified_on }) => Date.parse(modified_on) >= after);
        return HttpResponse.json({ next: null, previous: null, results });
      }),
    );
    const credential = { configuration: { host: server.host, token: 'abcdefgh12' } };
    const first = await runJob(credential, {}, () => getContacts());
    expect(first.handed.map(({ uuid }) => uuid)).toEqual(['a', 'c']);
    visible.splice(1, 0, at(12, 'b'));
    const second = await runJob(credential, first.state, () => getContacts());
    expect(second.handed.map(({ uuid }) => uuid)).toEqual(['b']);
    const third = await runJob(credential, second.state, () => getContacts());
    expect(third.handed).toEqual([]);
  });
});

describe('messages, which come newest first', () => {
  test('are handed on oldest first, and only once', async () => {
    const credential = await workspace(5);
    const contacts = (await getContacts()(credential)).data as Record[];
    const list = () => getMessages({ after: '2026-01-01' });
    const before = await runJob(credential, {}, list);
    for (const { uuid } of contacts) await sendMessage({ contact: uuid, text: 'Hi' })(credential);
    const run = await runJob(credential, before.state, list);
    const ids = run.handed.map(record => (record as unknown as { id: number }).id);
    expect(ids).toHaveLength(5);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect((await runJob(credential, run.state, list)).handed).toEqual([]);
  });

  test('the first run must know how far back', async () => {
    const credential = await workspace(1);
    await expect(runJob(credential, {}, () => getMessages())).rejects.toMatchObject({
      code: 'INVALID_FILTER',
    });
  });
});

describe('messages that come into a list long after they were created', () => {
  const DAY = 24 * 3600;
  const START = Date.parse('2026-03-01T08:00:00Z');
  const at = (id: number, seconds: number) => ({
    id,
    contact: null,
    labels: [],
    created_on: new Date(START + seconds * 1000).toISOString(),
  });

  async function listOf(visible: { id: number; created_on: string }[]) {
    const server = await serve(
      msw.get('*/api/v2/messages.json', ({ request }) => {
        const after = Date.parse(new URL(request.url).searchParams.get('after') ?? '');
        const results = visible
          .filter(({ created_on }) => Date.parse(created_on) >= after)
          .sort((a, b) => b.created_on.localeCompare(a.created_on));
        return HttpResponse.json({ next: null, previous: null, results });
      }),
      msw.get('*/api/v2/labels.json', () =>
        HttpResponse.json({ next: null, results: [{ uuid: 'l', name: 'Urgent' }] }),
      ),
    );
    return { configuration: { host: server.host, token: 'abcdefgh12' } };
  }

  const idsOf = (handed: readonly Record[]) =>
    handed.map(record => (record as unknown as { id: number }).id);

  test.each([
    ['has failed after a week of attempts', { folder: 'failed' }, 7 * DAY],
    ['was sent after a week of attempts', { folder: 'sent' }, 7 * DAY],
    ['somebody has archived', { folder: 'archived' }, 89 * DAY],
    ['somebody has labeled', { label: 'Urgent' }, 89 * DAY],
    ['a slow webhook has held up', { folder: 'inbox' }, 9 * 60],
    ['a slow webhook has held up', { folder: 'flows' }, 9 * 60],
    ['a slow webhook has held up', {}, 9 * 60],
  ] as const)('one that %s is handed on, once: %j', async (_, filter, late) => {
    const visible = [at(1, 0), at(3, late)];
    const credential = await listOf(visible);
    const list = () => getMessages({ ...filter, after: '2026-01-01' });
    const first = await runJob(credential, {}, list);
    expect(idsOf(first.handed)).toEqual([1, 3]);
    visible.push(at(2, 10));
    const second = await runJob(credential, first.state, list);
    expect(idsOf(second.handed)).toEqual([2]);
    expect((await runJob(credential, second.state, list)).handed).toEqual([]);
  });

  test('those from before the first run are not handed on by the second', async () => {
    const credential = await listOf([at(1, -1), at(2, 1)]);
    const list = () => getMessages({ folder: 'failed', after: '2026-03-01T10:00:00+02:00' });
    const first = await runJob(credential, {}, list);
    expect(idsOf(first.handed)).toEqual([2]);
    expect((await runJob(credential, first.state, list)).handed).toEqual([]);
  });
});

test.each([
  ['no list', () => fn(state => state), 'INVALID_INPUT'],
  ['groups', () => getGroups(), 'INVALID_INPUT'],
  ['before', () => getContacts({ before: '2026-01-01' }), 'INVALID_FILTER'],
  ['reverse', () => getContacts({ reverse: true }), 'INVALID_FILTER'],
])('%s is refused before anything is sent', async (_, list, code) => {
  const credential = await workspace(1);
  await expect(
    eachChange(
      list(),
      fn(s => s),
    )(credential),
  ).rejects.toMatchObject({ code });
  expect(sandbox?.requests()).toEqual([]);
});

test('a filter that only the other line of servers has is refused, and nothing is handed on', async () => {
  const credential = await workspace(1, { dialect: 'textit' });
  const handed: unknown[] = [];
  const keep = fn(state => {
    handed.push(state.data);
    return state;
  });
  await expect(eachChange(getFlowStarts({ id: 7 }), keep)(credential)).rejects.toMatchObject({
    code: 'INVALID_FILTER',
    description: expect.stringContaining('does not support the filter "id"'),
  });
  expect([handed, sandbox?.requests().length]).toEqual([[], 1]);
});

test('a checkpoint that somebody changed is refused', async () => {
  const credential = await workspace(1);
  const { state } = await runJob(credential, {}, () => getContacts());
  const { marks } = state.rapidpro as { marks: { [name: string]: object } };
  const [name = ''] = Object.keys(marks);
  const broken = { ...state, rapidpro: { marks: { [name]: { time: 'yesterday' } } } };
  await expect(runJob(credential, broken, () => getContacts())).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
});
