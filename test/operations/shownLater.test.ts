import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/client/clock.js';
import {
  ensureField,
  ensureGroup,
  getContacts,
  syncContacts,
  upsertContact,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { failure, OTHER_UUID, page, run, stateFor, UUID } from './run.js';

/** What the job made a moment ago is not in the lists yet: they are read from a copy. */

const MOTHER = { urns: ['tel:+250788000001'] };
const KEYED = { ...MOTHER, fields: { register_id: 'M1' } };

/** A workspace whose lists are some seconds behind. They pass when somebody sleeps. */
async function behind(lag: number) {
  captureConsole();
  let now = Date.now();
  const sleeps: number[] = [];
  vi.spyOn(systemClock, 'now').mockImplementation(() => now);
  vi.spyOn(systemClock, 'sleep').mockImplementation(async seconds => {
    sleeps.push(seconds);
    now += seconds * 1000;
  });
  const made: { path: string; time: number; record: object }[] = [];
  const list = (path: string) =>
    page(
      made.filter(one => one.path === path && now - one.time >= lag * 1000).map(one => one.record),
    );
  const make = async (request: Request, path: string, more: object) => {
    const record = { ...((await request.json()) as object), ...more };
    made.push({ path, time: now, record });
    return HttpResponse.json(record, { status: 201 });
  };
  const server = await serve(
    msw.get('*/groups.json', () => list('groups')),
    msw.get('*/fields.json', () => list('fields')),
    msw.get('*/contacts.json', () => page([])),
    msw.get('*/workspace.json', () =>
      HttpResponse.json({ uuid: UUID, country: 'RW', timezone: 'Africa/Kigali' }),
    ),
    msw.post('*/groups.json', ({ request }) =>
      make(request, 'groups', { uuid: OTHER_UUID, query: null }),
    ),
    msw.post('*/fields.json', ({ request }) => make(request, 'fields', { key: 'register_id' })),
    msw.post('*', () => HttpResponse.json({ uuid: UUID, ...MOTHER }, { status: 201 })),
  );
  const pass = (seconds: number) => {
    now += seconds * 1000;
  };
  return { server, sleeps, pass };
}

const newField = (type: 'text' | 'datetime' = 'text') => ensureField({ name: 'Register id', type });
const byKey = { key: 'fields.register_id' } as const;

const cases: [string, Operation, Operation, object][] = [
  [
    'a group, and its contacts are read',
    ensureGroup('New'),
    getContacts({ group: 'New' }),
    [] as object,
  ],
  [
    'a group, and a sync puts contacts into it',
    ensureGroup('New'),
    syncContacts([{ ...MOTHER, groups: ['New'] }]),
    { created: [{ index: 0 }], failed: [] },
  ],
  [
    'a group, and those who are missing leave it',
    ensureGroup('New'),
    syncContacts([{ ...MOTHER, groups: ['New'] }], { removeMissing: { groups: ['New'] } }),
    { created: [{ index: 0 }], failed: [] },
  ],
  [
    'a field, and a sync writes it',
    newField(),
    syncContacts([KEYED]),
    { created: [{ index: 0 }], failed: [] },
  ],
  [
    'a field, and a sync finds contacts by it',
    newField(),
    syncContacts([KEYED], byKey),
    { created: [{ index: 0 }], failed: [] },
  ],
];

describe.each(cases)('%s', (_, make, use, data) => {
  test('a moment later: it is looked for until it is shown', async () => {
    const { server } = await behind(4);
    const { rapidpro } = await run(make, server);
    expect((await run(use, server, { rapidpro })).data).toMatchObject(data);
  });
});

test('a date in a new field is completed once its type is shown', async () => {
  const { server } = await behind(4);
  const state = await newField('datetime')(stateFor(server));
  await upsertContact({ ...MOTHER, fields: { register_id: '2027-03-01' } })(state);
  expect(server.requests.at(-1)?.body).toMatchObject({
    fields: { register_id: '2027-03-01T00:00:00+02:00' },
  });
});

test('what is shown is not waited for, and read once', async () => {
  const { server, sleeps, pass } = await behind(4);
  const state = await newField('datetime')(await ensureGroup('New')(stateFor(server)));
  pass(5);
  const before = sleeps.length;
  const read = () => server.requests.filter(({ url }) => url.includes('fields')).length;
  const readBefore = read();
  const due = upsertContact({ ...MOTHER, fields: { register_id: '2027-03-01' } });
  const next = await due(await due(state));
  expect(read() - readBefore).toBe(1);
  expect((await getContacts({ group: 'New' })(next)).data).toEqual([]);
  expect(sleeps.slice(before)).toEqual([]);
});

test('a field that was not there is looked for again by the next operation', async () => {
  const { server, sleeps } = await behind(4);
  const due = upsertContact({ ...MOTHER, fields: { register_id: '2027-03-01' } });
  const state = stateFor(server);
  const read = () => server.requests.filter(({ url }) => url.includes('fields')).length;
  await due(state);
  expect(read()).toBe(1);
  await due(state);
  expect(read()).toBe(2);
  expect(sleeps).toEqual([]);
});

describe('a group that there is not', () => {
  const use = getContacts({ group: 'Nwe' });

  test('is said to be unknown at once, if nothing was made', async () => {
    const { server, sleeps } = await behind(4);
    expect((await failure(use, server)).code).toBe('UNKNOWN_GROUP');
    expect(sleeps).toEqual([]);
  });

  test('or half a minute after something was made', async () => {
    const { server, sleeps, pass } = await behind(4);
    const { rapidpro } = await run(ensureGroup('New'), server);
    pass(31);
    expect((await failure(use, server, { rapidpro })).code).toBe('UNKNOWN_GROUP');
    expect(sleeps).toEqual([]);
  });

  test.each([
    [{}, 7],
    [{ maxWait: 4 }, 3],
    [{ maxWait: 0 }, 0],
    [{ deadline: 2 }, 1],
  ])('is looked for some seconds after something was made: %j', async (options, most) => {
    const { server, sleeps } = await behind(4);
    const { rapidpro } = await run(ensureGroup('New'), server);
    const before = sleeps.length;
    const list = getContacts({ group: 'Nwe' }, options);
    expect((await failure(list, server, { rapidpro })).code).toBe('UNKNOWN_GROUP');
    expect(sleeps.slice(before).reduce((sum, one) => sum + one, 0)).toBe(most);
  });
});
