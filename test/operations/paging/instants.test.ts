import { randomUUID } from 'node:crypto';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  deleteContacts,
  eachChange,
  eachMissedPush,
  eachPage,
  getArchives,
  getContacts,
  getFlowRuns,
  getMessages,
  removeFromGroup,
  syncContacts,
} from '../../../src/Adaptor.js';
import type { BulkResult } from '../../../src/types/bulk.js';
import type { Operation, State, Step } from '../../../src/types/state.js';
import { LedgerServer, type WorkspaceOptions } from '../../ledger/server/server.js';
import { type Contact, type Line, Store } from '../../ledger/server/store.js';
import { captureConsole } from '../../support/captureConsole.js';
import { checkpoints } from '../../support/checkpoint.js';
import { TOKEN } from '../../support/credential.js';
import { serve } from '../../support/serve.js';

/** Many records share one instant, as after a bulk action, and others change them while they are read. */

const MINUTE = 60_000_000;

type Options = Partial<WorkspaceOptions>;

async function open(line: Line, options: (store: Store) => Options = () => ({})) {
  captureConsole();
  const server = new LedgerServer();
  await server.start();
  onTestFinished(() => server.stop());
  const store = new Store(line);
  const { workspace, host } = server.open(store, { token: TOKEN, ...options(store) });
  const configuration = { host, token: TOKEN };
  const run = (operation: Operation, state: State = {}) => operation({ ...state, configuration });
  return { store, workspace, run };
}

/** People of whom so many share one moment, the first the longest ago. */
function people(store: Store, count: number, each: number, given: Partial<Contact> = {}) {
  const begin = store.clock.micros - 10_000 * MINUTE;
  return Array.from({ length: count }, (_, place) => {
    const moment = begin + Math.floor(place / each) * MINUTE;
    return store.addContact({ created: moment, modified: moment, ...given });
  });
}

const uuidsOf = ({ data }: State) => (data as { uuid: string }[]).map(({ uuid }) => uuid);
const remaining = (store: Store) => [...store.contacts.values()].filter(one => !one.isDeleted);

function noting(): { handed: string[]; note: Step } {
  const handed: string[] = [];
  const note = (state: State) => {
    handed.push(...uuidsOf(state));
    return state;
  };
  return { handed, note };
}

function expectOnceEach(handed: readonly string[], there: Iterable<string>) {
  expect(handed.length - new Set(handed).size, 'handed on twice').toBe(0);
  expect(
    [...there].filter(uuid => !handed.includes(uuid)),
    'missing',
  ).toEqual([]);
}

describe.each(['v9', 'newer'] as const)('%s', line => {
  test.each([100, 1000])('pages that leave the list, instants of %i', async each => {
    const { store, run } = await open(line);
    const { uuid } = store.addNamed('groups', 'Mothers', '', false);
    const members = people(store, 1000, each);
    for (const { groups } of members) groups.add(uuid);
    const { handed, note } = noting();
    await run(eachPage(getContacts({ group: uuid }), note, removeFromGroup(uuidsOf, uuid)));
    expect(members.filter(({ groups }) => groups.size > 0)).toEqual([]);
    expectOnceEach(
      handed,
      members.map(one => one.uuid),
    );
  });

  test('pages that are deleted', async () => {
    const { store, run } = await open(line);
    const all = people(store, 1000, 1000).map(({ uuid }) => uuid);
    const { handed, note } = noting();
    await run(eachPage(getContacts(), note, deleteContacts(uuidsOf)));
    expect(remaining(store)).toEqual([]);
    expectOnceEach(handed, all);
  });

  test.each([100, 1000])('changes of others, from run to run, instants of %i', async each => {
    let pages = 0;
    const { store, run } = await open(line, store => ({
      onPage() {
        pages++;
        // The first of the instant that is being read, and one further on.
        const now = store.clock.tick();
        for (const place of [pages * 200, pages * 200 + 90]) {
          const contact = [...store.contacts.values()][place];
          if (contact) contact.modified = now;
        }
      },
    }));
    people(store, 1000, each);
    const versions: string[] = [];
    const note: Step = state => {
      const records = state.data as { uuid: string; modified_on: string }[];
      versions.push(...records.map(one => `${one.uuid} ${Date.parse(one.modified_on)}`));
      return state;
    };
    let state: State = {};
    for (let runs = 0; runs < 4; runs++) {
      state = JSON.parse(JSON.stringify(await run(eachChange(getContacts(), note), state)));
      store.clock.tick(60 * MINUTE);
    }
    expectOnceEach(
      versions,
      [...store.contacts.values()].map(one => `${one.uuid} ${Math.floor(one.modified / 1000)}`),
    );
  });

  test('a sync by a field makes nobody a second time', async () => {
    let pages = 0;
    const { store, run } = await open(line, store => ({
      onPage(endpoint) {
        if (endpoint !== 'contacts' || pages++ > 0) return;
        const now = store.clock.tick();
        for (const contact of [...store.contacts.values()].slice(0, 3)) contact.modified = now;
      },
    }));
    store.addNamed('fields', 'Reg', 'text', false);
    const all = people(store, 600, 600);
    for (const [place, { fields }] of all.entries()) fields.reg = `r${place}`;
    const list = all.map((_, place) => ({ fields: { reg: `r${place}` } }));
    const state = await run(syncContacts(list, { key: 'fields.reg' }));
    const { created, unchanged } = state.data as BulkResult;
    expect([created.length, unchanged.length, store.contacts.size]).toEqual([0, 600, 600]);
  });

  /** Three people, r0 to r2, of whom a page shows two. What others do, they do when so many pages were read. */
  async function register(others: { [pages: number]: () => void }, faults?: Options['faults']) {
    let pages = 0;
    const opened = await open(line, () => ({
      pageSize: 2,
      faults,
      onPage: endpoint => endpoint === 'contacts' && others[pages++]?.(),
    }));
    const { store } = opened;
    store.addNamed('fields', 'Reg', 'text', false);
    const group = store.addNamed('groups', 'Mothers', '', false);
    const all = people(store, 3, 1).map((contact, place) => {
      contact.fields.reg = `r${place}`;
      contact.urns = [`tel:+2507881231${place}0`];
      contact.groups.add(group.uuid);
      return contact;
    }) as [Contact, Contact, Contact];
    const change = (contact: Contact, given: Partial<Contact>) =>
      Object.assign(contact, given, { modified: store.clock.tick() });
    const named = (name: string) => remaining(store).filter(one => one.name === name);
    return { ...opened, all, change, named };
  }

  test('a sync by a field: whose key is corrected meanwhile is not written to', async () => {
    const { all, change, run, named } = await register({
      0: () => change(all[0], { fields: { reg: 'other' } }),
    });
    const list = [{ fields: { reg: 'r0' }, name: 'Amina' }];
    const { data } = await run(syncContacts(list, { key: 'fields.reg' }));
    expect(data).toMatchObject({ created: [{ index: 0 }], failed: [] });
    expect(named('Amina')).toHaveLength(1);
    expect(named('Amina')).not.toContain(all[0]);
    expect(all[0].fields.reg).toBe('other');
  });

  test('a sync by a field: who gets the key meanwhile is the one', async () => {
    const { all, change, run, named } = await register({
      0: () => {
        change(all[0], { fields: { reg: 'other' } });
        change(all[1], { fields: { reg: 'r0' } });
      },
    });
    const list = ['r0', 'r1'].map(reg => ({ fields: { reg }, name: reg }));
    const { data } = await run(syncContacts(list, { key: 'fields.reg' }));
    expect(data).toMatchObject({ updated: [{ index: 0 }], created: [{ index: 1 }], failed: [] });
    expect(named('r0')).toEqual([all[1]]);
    expect([all[0].name, named('r1').length]).toEqual([null, 1]);
  });

  test('members who come to be in the list while they are read stay', async () => {
    const { all, change, run } = await register({
      2: () => change(all[0], { fields: { reg: 'late' } }),
    });
    const list = ['r1', 'r2', 'late'].map(reg => ({ fields: { reg } }));
    const removeMissing = { groups: ['Mothers'], atMost: '100%' };
    const { data } = await run(syncContacts(list, { key: 'fields.reg', removeMissing }));
    expect(data).toMatchObject({ left: [], created: [{ index: 2 }] });
    expect(all[0].groups.size).toBe(1);
  });

  test.each<[string, Partial<Contact>]>([
    ['has another key and number', { fields: { reg: 'x' }, urns: ['tel:+250788123199'] }],
    ['is deleted', { isDeleted: true, urns: [], fields: {} }],
  ])('who was found by an earlier run and %s now is not that one', async (_, given) => {
    const urns = ['tel:+250788123100'];
    for (const options of [{ key: 'fields.reg' }, { key: 'urn' }] as const) {
      // The first write is held up for too long.
      const first = options.key === 'urn' ? 2 : 3;
      const { all, change, run, named } = await register({}, new Map([[first, '429 huge']]));
      const list = [{ urns, fields: { reg: 'r0' }, name: 'Amina' }];
      const stopped = await run(syncContacts(list, options));
      expect(stopped.data).toMatchObject({ notAttempted: [{ index: 0 }] });
      change(all[0], given);
      const { rapidpro } = JSON.parse(JSON.stringify(stopped));
      const { data } = await run(syncContacts(list, { ...options, resume: true }), { rapidpro });
      expect(data).toMatchObject({ created: [{ index: 0 }], failed: [] });
      expect(named('Amina')).toHaveLength(1);
      expect(all[0].name).not.toBe('Amina');
    }
  });

  test.each([
    ['its key', { key: 'fields.reg' }, { fields: { reg: 'x' } }],
    ['its number', { key: 'urn' }, { urns: ['tel:+250788123199'] }],
  ] as const)(
    'who loses %s just before it is written does not join the group',
    async (_, options, given) => {
      let last = 0;
      const others: { [pages: number]: () => void } = {};
      const { all, change, run, store, workspace } = await register(others);
      const clinic = store.addNamed('groups', 'Clinic', '', false);
      const list = ['0', '1', '2'].map(n => ({
        fields: { reg: `r${n}` },
        urns: [`tel:+2507881231${n}0`],
        name: `Amina ${n}`,
        groups: ['Clinic'],
      }));
      // Behind the last page that the sync reads.
      const pages = () =>
        workspace.requests.filter(one => one.method === 'GET' && one.endpoint === 'contacts')
          .length;
      await run(syncContacts(list, { ...options, dryRun: true }));
      last = pages() * 2 - 1;
      others[last] = () => change(all[0], given as Partial<Contact>);
      const { data } = await run(syncContacts(list, options));
      expect(data).toMatchObject({
        updated: [{ index: 1 }, { index: 2 }],
        failed: [{ index: 0, uuid: all[0].uuid, code: 'NOT_FOUND', changed: ['name'] }],
      });
      expect([...all[0].groups]).not.toContain(clinic.uuid);
      expect(all[1].groups).toContain(clinic.uuid);
    },
  );

  test('who loses the number by which it was found before it is written is left alone', async () => {
    const { all, change, run } = await register({
      1: () => change(all[0], { urns: ['tel:+250788123199'] }),
    });
    const list = [{ urns: ['tel:+250788123100', 'ext:a'], name: 'Amina' }];
    const { data } = await run(syncContacts(list, { concurrency: 1 }));
    expect(data).toMatchObject({ failed: [{ index: 0, code: 'NOT_FOUND' }] });
    expect(all[0]).toMatchObject({ name: null, urns: ['tel:+250788123199'] });
  });

  test.each([
    ['page by page', {}],
    ['windows side by side', { concurrency: 4 }],
  ])('one that is deleted before a seam, %s', async (_, options) => {
    let pages = 0;
    const { store, run } = await open(line, store => ({
      onPage() {
        // One of those that were read of the instant.
        const [one] = remaining(store).slice(790);
        if (one && pages++ === 0) one.isDeleted = true;
      },
    }));
    people(store, 1000, 400);
    const { data } = await run(getContacts({}, options));
    expectOnceEach(
      uuidsOf({ data }),
      remaining(store).map(({ uuid }) => uuid),
    );
  });

  test.each([{}, { concurrency: 4 }])('a list in several runs, %o', async options => {
    let pages = 0;
    const { store, run } = await open(line, store => ({
      pageSize: 60,
      // The rate limit comes after two pages.
      faults: new Map(Array.from({ length: 30 }, (_, place) => [place * 3 + 2, '429 huge'])),
      onPage() {
        const now = store.clock.tick();
        const list = [...store.contacts.values()];
        for (const place of [399 - pages * 17, pages * 31]) {
          const contact = list[place];
          if (contact && pages < 8) contact.modified = now;
        }
        pages++;
      },
    }));
    const all = people(store, 400, 100).map(({ uuid }) => uuid);
    const handed: string[] = [];
    let state: State = {};
    let runs = 0;
    do {
      const list = getContacts({}, { resume: true, deadline: 60, maxWait: 0, ...options });
      state = await run(list, { rapidpro: JSON.parse(JSON.stringify(state.rapidpro ?? {})) });
      handed.push(...uuidsOf(state));
      runs++;
    } while (Object.keys(checkpoints(state)).length > 0 && runs < 20);
    expect(runs).toBeGreaterThan(3);
    expectOnceEach(handed, all);
  });

  test('runs of people who answer while the list is read', async () => {
    let pages = 0;
    const { store, run } = await open(line, store => ({
      onPage() {
        if (pages++ > 8) return;
        for (const [place, flowRun] of [...store.runs.values()].entries()) {
          if (place % 97 === pages) flowRun.modified = store.clock.tick();
        }
      },
    }));
    const [contact] = people(store, 1, 1);
    const moment = store.clock.micros - 100 * MINUTE;
    for (let place = 0; place < 1000; place++) {
      const created = moment + Math.floor(place / 100) * MINUTE;
      store.addRun({
        contact: contact?.uuid ?? '',
        flow: 'f',
        created,
        modified: created,
      });
    }
    const state = await run(getFlowRuns());
    expectOnceEach(uuidsOf(state), store.runs.keys());
  });

  test('messages are added and taken away', async () => {
    let pages = 0;
    const { store, run } = await open(line, store => ({
      onPage() {
        for (let added = 0; added < 300; added++) store.addMessage({ contact: 'c' });
        for (const place of [780 - 250 * pages, 790]) {
          const id = [...store.messages.keys()][place];
          if (id !== undefined && pages < 3) store.messages.delete(id);
        }
        pages++;
      },
    }));
    const moment = store.clock.micros - MINUTE;
    for (let place = 0; place < 800; place++) {
      store.addMessage({ contact: 'c', created: moment, modified: moment });
    }
    const before = new Set(store.messages.keys());
    const { data } = await run(getMessages());
    const ids = (data as { id: number }[]).map(({ id }) => String(id));
    const throughout = [...store.messages.keys()].filter(id => before.has(id));
    expectOnceEach(ids, throughout.map(String));
  });
});

interface Listed {
  path: string;
  /** The records of the list, which all have one time. */
  records: { [key: string]: unknown }[];
  /** What stands in `next` for an offset. */
  place(offset: number): string;
  offsetOf(query: URLSearchParams): number;
  /** Larger offsets are cut to this. */
  most?: number;
  onPage?: (records: { [key: string]: unknown }[], count: number) => void;
}

/** A server of one list that counts from its beginning. */
async function listServer({ path, records, place, offsetOf, most = Infinity, onPage }: Listed) {
  captureConsole();
  const server = await serve(
    msw.get(`*/api/v2/${path}.json`, ({ request }) => {
      const offset = Math.min(most, offsetOf(new URL(request.url).searchParams));
      const results = records.slice(offset, offset + 250);
      const end = offset + 250;
      const next = end < records.length ? `http://any/?${place(end)}` : null;
      const answer = HttpResponse.json({ next, previous: null, results });
      onPage?.(records, server.requests.length);
      return answer;
    }),
  );
  return { server, configuration: { host: server.host, token: TOKEN } };
}

const cursors: Pick<Listed, 'place' | 'offsetOf'> = {
  place: offset => `cursor=${Buffer.from(`o=${offset}`).toString('base64')}`,
  offsetOf: query => {
    const text = Buffer.from(query.get('cursor') ?? '', 'base64').toString();
    return Number(new URLSearchParams(text).get('o') ?? 0);
  },
};

const offsets: Pick<Listed, 'place' | 'offsetOf'> = {
  place: offset => `offset=${offset}`,
  offsetOf: query => Number(query.get('offset') ?? 0),
};

const atOnce = (count: number) =>
  Array.from({ length: count }, () => ({ uuid: randomUUID(), created_on: '2026-01-01T00:00:00Z' }));

describe('as long as nothing changes', () => {
  test.each([
    [1000, 5],
    [10_000, 41],
    [40_000, 161],
  ])('%i records of one instant take %i requests', async (count, requests) => {
    const records = atOnce(count);
    const { server, configuration } = await listServer({ path: 'messages', records, ...cursors });
    const { data } = await getMessages()({ configuration });
    expect(data).toEqual(records);
    expect(server.requests).toHaveLength(requests);
  });

  test('unique times take as many as a bare loop', async () => {
    const { store, run, workspace } = await open('v9');
    people(store, 1000, 1);
    await run(getContacts());
    // The fifth looks for what has changed.
    expect(workspace.requests).toHaveLength(5);
  });
});

test('an instant of which the server cannot give all is an error', async () => {
  const records = atOnce(100_600);
  const most = 100_000;
  const { server, configuration } = await listServer({
    path: 'messages',
    records,
    most,
    ...cursors,
  });
  await expect(getMessages()({ configuration })).rejects.toMatchObject({
    code: 'LIST_TOO_LONG',
    fix: expect.stringContaining('filter'),
  });
  expect(server.requests.length).toBeLessThan(410);
});

test.each([
  ['a cursor', cursors],
  ['an offset in the open', offsets],
])('what is taken away and added is no loss where %s counts', async (_, kind) => {
  const records = Array.from({ length: 800 }, (_, place) => ({
    archive_type: 'message',
    start_date: `2026-01-${String(31 - Math.floor(place / 30)).padStart(2, '0')}`,
    hash: String(place),
    download_url: 'http://any/',
  }));
  const all = new Set(records.map(({ hash }) => hash));
  const { configuration } = await listServer({
    path: 'archives',
    records,
    ...kind,
    onPage(list, count) {
      for (const one of list) one.download_url = `http://any/?signed=${count}`;
      if (count > 6) return;
      for (const one of list.splice(count * 40, 7)) all.delete(String(one.hash));
      if (count % 2) list.unshift({ ...list[0], start_date: '2026-02-01', hash: `new ${count}` });
    },
  });
  const { data } = await getArchives()({ configuration });
  const handed = (data as { hash: string }[]).map(({ hash }) => hash);
  expectOnceEach(handed, all);
});

describe('a server that tells no time, and whose clock is ahead', () => {
  const AHEAD = 60;

  test.each(['contacts', 'pushes'])('%s are handed on', async what => {
    const { store, run } = await open('v9', ({ clock }) => {
      clock.micros = (Date.now() + AHEAD * 1000) * 1000;
      return { ahead: AHEAD };
    });
    const [contact] = people(store, 3, 1, { modified: store.clock.micros - 1000 });
    const flow = '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c';
    const node = '3f6f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c';
    const call = { node, time: store.clock.micros - 1000 };
    store.flows.push({ uuid: flow, name: 'F', isArchived: false, created: call.time });
    store.addRun({
      contact: contact?.uuid ?? '',
      flow,
      path: [call],
      values: { webhook: call },
    });
    let handed = 0;
    const count: Step = state => {
      handed += Array.isArray(state.data) ? state.data.length : 1;
      return state;
    };
    await run(
      what === 'contacts'
        ? eachChange(getContacts(), count)
        : eachMissedPush({ flow, result: 'webhook', after: '2020-01-01' }, count),
    );
    expect(handed).toBe(what === 'contacts' ? 3 : 1);
  });
});

describe('records that are not as RapidPro sends them', () => {
  const nothing: Step = state => state;
  const lists: [string, (list: Operation) => Operation][] = [
    ['a list', list => list],
    ['eachPage', list => eachPage(list, nothing)],
    ['eachChange', list => eachChange(list, nothing)],
  ];
  const odd = [{ modified_on: null }, { modified_on: 'soon' }, { uuid: { a: 1 } }];

  test.each(lists.flatMap(([name, make]) => odd.map(value => [name, value, make] as const)))(
    '%s: %o',
    async (_, value, make) => {
      const { store, run } = await open('v9', () => ({
        alter(body) {
          const { results = [], ...rest } = body as { results?: object[] };
          return { ...rest, results: [{ ...results[0], ...value }, ...results.slice(1)] };
        },
      }));
      people(store, 300, 300);
      await expect(run(make(getContacts()))).rejects.toMatchObject({
        name: 'RapidProError',
        code: 'INVALID_RESPONSE',
      });
    },
  );

  test('windows side by side', async () => {
    const { store, run } = await open('v9', () => ({
      alter: body => ({ ...(body as object), results: [{ uuid: 'a', modified_on: null }] }),
    }));
    people(store, 300, 300);
    await expect(run(getContacts({}, { concurrency: 4 }))).rejects.toMatchObject({
      code: 'INVALID_RESPONSE',
    });
  });
});
