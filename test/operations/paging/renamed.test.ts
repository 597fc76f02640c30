import { createSandbox, type Sandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  addGroup,
  addToGroup,
  deleteGroup,
  eachChange,
  eachPage,
  fn,
  getCampaignEvents,
  getContacts,
  getFlowRuns,
  getMessages,
  removeFromGroup,
  updateContact,
  updateGroup,
} from '../../../src/Adaptor.js';
import { systemClock } from '../../../src/client/clock.js';
import { iteratePages } from '../../../src/operations/eachPage.js';
import type { Operation, State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { serve } from '../../support/serve.js';
import { answering, FLOW, failure, OTHER_UUID, page, run, sent, UUID } from '../run.js';

/** What filters name is renamed or deleted while a list is read, or between two runs. RapidPro's list is then empty. */

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.close());

const GONE = { code: 'UNKNOWN_GROUP', description: expect.stringContaining('no such group') };
const LEFT_EARLY = {
  code: 'UNKNOWN_GROUP',
  description: expect.stringMatching(
    /renamed or deleted while the list was read: not all contacts/,
  ),
  fix: expect.stringMatching(/new name or, better, its uuid/),
};

/** A workspace with a group of so many. */
async function workspace(members: number) {
  sandbox = await createSandbox({ contacts: members });
  const credential = { configuration: { host: sandbox.host, token: sandbox.token } };
  const uuids = sandbox.contacts().map(({ uuid }) => uuid);
  const group = (await addGroup({ name: 'Sixth' })(credential)).data as { uuid: string };
  await addToGroup(uuids, 'Sixth')(credential);
  return { credential, uuids, group: group.uuid };
}

/** As the platform does between two runs. */
const kept = ({ configuration: _, ...state }: State): State => JSON.parse(JSON.stringify(state));

/** A read of the group that stops before its end, and what reads on. */
async function stopped(credential: State) {
  let now = Date.now();
  const clock = vi.spyOn(systemClock, 'now').mockImplementation(() => {
    now += 1000;
    return now;
  });
  const list = () => getContacts({ group: 'Sixth' }, { deadline: 6, resume: true });
  const first = await list()(credential);
  clock.mockRestore();
  expect((first.data as []).length).toBeLessThan(600);
  return { list, first };
}

type Change = [how: string, change: (group: string) => Operation];
const CHANGES: Change[] = [
  ['renamed', group => updateGroup(group, { name: 'Sixth 2026' })],
  ['given other capitals', group => updateGroup(group, { name: 'SIXTH' })],
  ['deleted', group => deleteGroup(group)],
];

const OTHER_NOW = {
  code: 'UNKNOWN_GROUP',
  description: expect.stringMatching(/different group since the list began: not all contacts/),
  fix: expect.stringMatching(/Use the uuid/),
};

/** The name goes to another group, with so many of the contacts. */
const swap = (group: string, uuids: string[], members: number) =>
  fn(async state => {
    const other = (await addGroup({ name: 'Seventh' })({ ...state })).data as { uuid: string };
    if (members > 0) await addToGroup(uuids.slice(-members), 'Seventh')({ ...state });
    await updateGroup(group, { name: 'Sixth 2026' })({ ...state });
    await updateGroup(other.uuid, { name: 'Sixth' })({ ...state });
    return state;
  });

describe.each([0, 80])('a group whose name goes to another one, with %i members', members => {
  test.each<[string, (list: Operation, ...steps: Operation[]) => Operation]>([
    ['eachPage', eachPage],
    ['eachChange', eachChange],
  ])('between two pages of %s', async (_, reader) => {
    const { credential, group, uuids } = await workspace(600);
    const handed: string[] = [];
    const step = fn(async state => {
      if (handed.length === 0) await swap(group, uuids, members)({ ...credential, data: null });
      handed.push(...(state.data as { uuid: string }[]).map(({ uuid }) => uuid));
      return state;
    });
    const list = reader(getContacts({ group: 'Sixth' }), step);
    await expect(list(credential)).rejects.toMatchObject(OTHER_NOW);
    expect(handed).toHaveLength(250);
  });

  test('between two runs with resume', async () => {
    const { credential, group, uuids } = await workspace(600);
    const { list, first } = await stopped(credential);
    expect(JSON.stringify(first.rapidpro)).not.toContain(group);
    await swap(group, uuids, members)(credential);
    await expect(list()({ ...kept(first), ...credential })).rejects.toMatchObject(OTHER_NOW);
  });

  test('between two runs of eachChange', async () => {
    const { credential, group, uuids } = await workspace(20);
    const handed: unknown[] = [];
    const list = (by: string) =>
      eachChange(
        getContacts({ group: by }),
        fn(state => {
          handed.push(...(state.data as []));
          return state;
        }),
      );
    const first = await list('Sixth')(credential);
    await swap(group, uuids, Math.min(members, 10))(credential);
    const again = { ...kept(first), ...credential };
    await expect(list('Sixth')(again)).rejects.toMatchObject(OTHER_NOW);
    expect(handed).toHaveLength(20);
    await list(group)(again);
    expect(handed).toHaveLength(40);
  });
});

describe.each(CHANGES)('a group that is %s', (_, change) => {
  test.each<[string, (list: Operation, ...steps: Operation[]) => Operation]>([
    ['eachPage', eachPage],
    ['eachChange', eachChange],
  ])('between two pages of %s', async (__, reader) => {
    const { credential, group } = await workspace(600);
    let handed = 0;
    const rename = fn(async state => {
      if (handed === 0) await change(group)({ ...credential, data: null, references: [] });
      handed += (state.data as []).length;
      return state;
    });
    await expect(reader(getContacts({ group: 'Sixth' }), rename)(credential)).rejects.toMatchObject(
      LEFT_EARLY,
    );
    expect(handed).toBe(250);
  });

  test('between two runs with resume', async () => {
    const { credential, group } = await workspace(600);
    const { list, first } = await stopped(credential);
    await change(group)(credential);
    await expect(list()({ ...kept(first), ...credential })).rejects.toMatchObject(LEFT_EARLY);
  });

  test('between two runs of eachChange, by name', async () => {
    const { credential, group, uuids } = await workspace(20);
    const list = eachChange(
      getContacts({ group: 'Sixth' }),
      fn(state => state),
    );
    const first = await list(credential);
    await change(group)(credential);
    await updateContact(uuids[0] as string, { name: 'Changed' })(credential);
    for (let run = 0; run < 2; run++) {
      await expect(list({ ...kept(first), ...credential })).rejects.toMatchObject({
        code: 'UNKNOWN_GROUP',
        description: expect.not.stringContaining('while'),
      });
    }
  });
});

test('by uuid, a group that is renamed is read to its end', async () => {
  const { credential, group } = await workspace(600);
  const rename = fn(async state => {
    await updateGroup(group, { name: 'Sixth 2026' })({ ...credential });
    return state;
  });
  const { data } = await eachPage(getContacts({ group }), rename)(credential);
  expect(data).toMatchObject({ records: 600 });
});

test('eachChange by the uuid of a group that was deleted', async () => {
  const { credential, group } = await workspace(20);
  const list = eachChange(
    getContacts({ group }),
    fn(state => state),
  );
  const first = await list(credential);
  await deleteGroup(group)(credential);
  await expect(list({ ...kept(first), ...credential })).rejects.toMatchObject(GONE);
});

test('a run of eachChange without news asks for the group only where the list is empty', async () => {
  const { credential, uuids } = await workspace(20);
  const list = eachChange(
    getContacts({ group: 'Sixth' }),
    fn(state => state),
  );
  const first = await list(credential);
  const second = await list({ ...kept(first), ...credential });
  expect(second.data).toEqual({ pages: 0, records: 0 });
  // The newest of the last run are listed again.
  expect(second.response).toMatchObject({ requests: 1 });
  await removeFromGroup(uuids, 'Sixth')(credential);
  const third = await list({ ...kept(second), ...credential });
  expect(third).toMatchObject({ data: { records: 0 }, response: { requests: 2 } });
});

const ann = {
  uuid: UUID,
  id: 2,
  modified_on: '2026-05-02T00:00:00Z',
  created_on: '2026-05-02T00:00:00Z',
};
const ben = {
  uuid: OTHER_UUID,
  id: 1,
  modified_on: '2026-05-01T00:00:00Z',
  created_on: '2026-05-01T00:00:00Z',
};

/** Lists of two pages: the second one is as given. */
const twoPages = (second: object[], group: string, label: string) => {
  const list = (name: string) =>
    msw.get(`*/api/v2/${name}.json`, ({ request }) => {
      const url = new URL(request.url);
      if (url.searchParams.has('after')) return page([]);
      if (url.searchParams.has('cursor')) return page(second);
      url.searchParams.set('cursor', 'two');
      return page([ann], url.href);
    });
  return serve(
    ...['contacts', 'messages', 'runs'].map(list),
    answering('get', 'groups', () => page([{ uuid: FLOW, name: group }])),
    answering('get', 'labels', () => page([{ uuid: FLOW, name: label }])),
  );
};

test.each<[string, Operation, string]>([
  ['a group', getContacts({ group: 'Mothers' }), 'UNKNOWN_GROUP'],
  ['a group, to a limit', getContacts({ group: 'Mothers' }, { limit: 2 }), 'UNKNOWN_GROUP'],
  ['a group, by its uuid', getContacts({ group: UUID }), 'UNKNOWN_GROUP'],
  ['a label', getMessages({ label: 'Urgent' }), 'UNKNOWN_REFERENCE'],
])('%s that is missing at the end of two pages is told', async (_, list, code) => {
  for (const second of [[], [ben]]) {
    const error = await failure(list, await twoPages(second, 'Mothers 2026', 'Very urgent'));
    expect(error).toMatchObject({ code, description: expect.stringContaining('not all') });
  }
});

test.each<[string, Operation, string, (uuid: string) => object]>([
  [
    'group',
    getContacts({ group: 'Mothers' }),
    'UNKNOWN_GROUP',
    uuid => ({ groups: [{ uuid, name: 'Mothers' }] }),
  ],
  [
    'label',
    getMessages({ label: 'Urgent' }),
    'UNKNOWN_REFERENCE',
    uuid => ({ labels: [{ uuid, name: 'Urgent' }] }),
  ],
  [
    'campaign',
    getCampaignEvents({ campaign: 'Births' }),
    'UNKNOWN_REFERENCE',
    uuid => ({ campaign: { uuid, name: 'Births' } }),
  ],
])('a %s whose name another one has on the second page', async (noun, list, code, named) => {
  const first = { ...ann, ...named(UUID) };
  const next = 'http://rapidpro.test/api/v2/x.json?cursor=two';
  const pagesOf = (second: object, uuidAtEnd: string) =>
    serve(
      answering(
        'get',
        code === 'UNKNOWN_GROUP' ? 'contacts' : noun === 'label' ? 'messages' : 'campaign_events',
        () => page([first], next),
        () => page([second]),
        () => page([]),
      ),
      answering('get', `${noun}s`, () =>
        page(['Mothers', 'Urgent', 'Births'].map(name => ({ uuid: uuidAtEnd, name }))),
      ),
    );
  const told = { code, description: expect.stringContaining(`different ${noun} since`) };
  const other = { ...ben, ...named(OTHER_UUID) };
  expect(await failure(list, await pagesOf(other, UUID))).toMatchObject(told);
  // A record that does not show the name says nothing about the ones behind it.
  const behind = await serve(
    answering(
      'get',
      code === 'UNKNOWN_GROUP' ? 'contacts' : noun === 'label' ? 'messages' : 'campaign_events',
      () => page([first], next),
      () => page([ben, { ...other, uuid: FLOW, id: 3 }]),
    ),
  );
  expect(await failure(list, behind)).toMatchObject(told);
  // Without the name on the second page, the end shows it.
  expect(await failure(list, await pagesOf(ben, OTHER_UUID))).toMatchObject(told);
  expect((await run(list, await pagesOf({ ...ben, ...named(UUID) }, UUID))).data).toHaveLength(2);
});

test('a record with two groups of the name is of both', async () => {
  const both = [UUID, OTHER_UUID].map(uuid => ({ uuid, name: 'Mothers' }));
  const server = await serve(
    answering(
      'get',
      'contacts',
      () => page([{ ...ann, groups: both }], 'http://rapidpro.test/api/v2/x.json?cursor=two'),
      () => page([{ ...ben, groups: both.toReversed() }]),
      () => page([]),
    ),
    answering('get', 'groups', () => page(both)),
  );
  expect((await run(getContacts({ group: 'Mothers' }), server)).data).toHaveLength(2);
});

test('code outside a job is told, too', async () => {
  const read = async (server: { host: string }) => {
    const got: unknown[] = [];
    const configuration = { host: server.host, token: '0123456789abcdef'.repeat(2) };
    for await (const records of iteratePages(configuration, getContacts({ group: 'Mothers' }))) {
      got.push(...records);
    }
    return got;
  };
  await expect(read(await twoPages([], 'Others', ''))).rejects.toMatchObject(LEFT_EARLY);
  const empty = await serve(
    answering('get', 'contacts', () => page([])),
    answering('get', 'groups', () => page([])),
  );
  await expect(read(empty)).rejects.toMatchObject(GONE);
  expect(await read(await twoPages([ben], 'Mothers', ''))).toHaveLength(2);
});

test.each<[string, Operation, string[]]>([
  ['a group', getContacts({ group: 'Mothers' }), ['GET groups']],
  ['a label', getMessages({ label: 'Urgent' }), ['GET labels']],
  // Without names, nothing can be renamed. Lists may have records of what is not listed itself.
  ['a contact', getMessages({ contact: UUID }), []],
  ['a broadcast', getMessages({ broadcast: 7 }), []],
  ['a flow', getFlowRuns({ flow: FLOW }), []],
  ['nothing', getContacts(), []],
])('two pages by %s: what is asked besides', async (_, list, asked) => {
  const server = await twoPages([ben], 'Mothers', 'Urgent');
  expect((await run(list, server)).data).toHaveLength(2);
  const others = sent(server).filter(request => !/contacts|messages|runs/.test(request));
  expect(others).toEqual(asked);
  const single = await serve(msw.get('*/api/v2/*', () => page([ann])));
  await run(list, single);
  expect(single.requests).toHaveLength(1);
});

test('a check that fails does not take away what was read', async () => {
  const lines = captureConsole();
  const refusing = (status: number, headers: Record<string, string> = {}) =>
    serve(
      answering(
        'get',
        'contacts',
        () => page([ann], 'http://rapidpro.test/api/v2/contacts.json?cursor=two'),
        () => page([ben]),
        () => page([]),
      ),
      msw.get('*/api/v2/groups.json', () =>
        HttpResponse.json({ detail: 'You do not have permission' }, { status, headers }),
      ),
    );
  const list = getContacts({ group: 'Mothers' }, { maxWait: 0 });
  expect((await run(list, await refusing(403))).data).toHaveLength(2);
  expect(lines.join('\n')).not.toContain('renamed');
  expect(lines.splice(0).join('\n')).toContain('cannot read the groups');
  expect((await run(list, await refusing(429, { 'Retry-After': '600' }))).data).toHaveLength(2);
  expect(lines.join('\n')).toMatch(/records are missing/);
});
