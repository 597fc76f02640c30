import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { decodeCursor, encodeCursor, paginate } from './server/cursor.js';
import { FAULTS, type Fault } from './server/faults.js';
import { LedgerServer } from './server/server.js';
import { type Line, Store } from './server/store.js';
import { fromText, SECOND, toPosition, toText } from './server/time.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('the server imports nothing but node and itself', () => {
  const files = readdirSync(here('server'));
  const imported = files.flatMap(file => {
    const text = readFileSync(here(`server/${file}`), 'utf8');
    return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^'\n]+)'/g)].map(([, name]) => name);
  });
  expect(files.length).toBeGreaterThan(5);
  expect(imported.filter(name => !/^(node:|\.\/[\w-]+\.js$)/.test(name ?? ''))).toEqual([]);
});

interface Recorded {
  request: { query: string };
  response: {
    body: {
      next: string | null;
      previous: string | null;
      results: { uuid: string; modified_on: string }[];
    };
  };
}

function recorded(server: string, path: string): Recorded {
  return JSON.parse(readFileSync(here(`../../recordings/${server}/${path}.json`), 'utf8'));
}

const cursorOf = (link: string | null) => link && new URL(link).searchParams.get('cursor');

const CONTACTS = ['get_list_page1', 'get_list_page2', 'get_list_page3_last'];

describe('recordings', () => {
  test.each([
    ['rapidpro-9.0.0', 'contacts', CONTACTS],
    ['rapidpro-9.0.0', 'runs', ['get_list_page1', 'get_list_page2']],
    ['rapidpro-26.3.54', 'contacts', CONTACTS],
  ])('%s: the pages of %s are cut and linked as they were', (server, list, names) => {
    const pages = names.map(name => recorded(server, `${list}/${name}`));
    const records = pages.flatMap(({ response }) => response.body.results);
    const rows = records.map(({ uuid, modified_on }, index) => ({
      uuid,
      moment: fromText(modified_on) ?? 0,
      id: records.length - index,
    }));
    for (const { request, response } of pages) {
      const cursor = new URLSearchParams(request.query).get('cursor');
      const page = paginate(rows, false, cursor ? decodeCursor(cursor) : undefined, 250);
      expect(page.items.map(({ uuid }) => uuid)).toEqual(
        response.body.results.map(({ uuid }) => uuid),
      );
      expect([page.next, page.previous]).toEqual(
        [response.body.next, response.body.previous].map(cursorOf),
      );
    }
  });
});

test('a cursor is read as it is written', () => {
  const text = Buffer.from('o=46&p=2026-11-22+15%3A19%3A50.676184%2B00%3A00').toString('base64');
  const cursor = decodeCursor(text);
  expect(cursor).toMatchObject({ offset: 46, isReverse: false });
  expect(cursor && encodeCursor(cursor)).toBe(text);
  expect(decodeCursor('nonsense')).toBeUndefined();
});

test('an offset above 100,000 is cut', () => {
  const text = encodeCursor({ offset: 100_001, isReverse: false, position: undefined });
  expect(decodeCursor(text)?.offset).toBe(100_000);
});

test.each([
  ['2026-11-22T15:16:08.515518Z', '2026-11-22 15:16:08.515518+00:00'],
  ['2026-11-22T15:16:08Z', '2026-11-22 15:16:08+00:00'],
])('%s stands in cursors as %s', (text, position) => {
  const micros = fromText(text) ?? 0;
  expect(toText(micros)).toBe(text);
  expect(toPosition(micros)).toBe(position);
  expect(fromText(position)).toBe(micros);
});

/** Rows of one instant, read while the first of them leave: what follows moves up by as many. */
test('a row that leaves an instant moves the offset of the next page', () => {
  const rows = Array.from({ length: 10 }, (_, index) => ({ moment: SECOND, id: 10 - index }));
  const { next } = paginate(rows, false, undefined, 4);
  const second = paginate(rows.slice(1), false, decodeCursor(next ?? ''), 4);
  expect(second.items.map(({ id }) => id)).toEqual([5, 4, 3, 2]);
});

const TOKEN = 'abcdef0123';

async function open(line: Line, faults: [number, Fault][] = []) {
  const server = new LedgerServer();
  await server.start();
  onTestFinished(() => server.stop());
  const store = new Store(line);
  const { workspace, host } = server.open(store, { token: TOKEN, faults: new Map(faults) });
  const ask = (method: string, path: string, body?: object) =>
    fetch(`${host}api/v2/${path}`, {
      method,
      headers: { authorization: `Token ${TOKEN}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  return { store, workspace, ask };
}

test.each([
  ['v9', { urns: ['URN belongs to another contact: tel:+250788000001'] }],
  ['newer', { urns: { 0: ['URN is in use by another contact.'] } }],
] as const)('%s refuses a taken URN in its own words', async (line, text) => {
  const { ask, store } = await open(line);
  const body = { urns: ['tel:+250788000001'] };
  expect((await ask('POST', 'contacts.json', body)).status).toBe(201);
  const answer = await ask('POST', 'contacts.json', body);
  expect([answer.status, await answer.json()]).toEqual([400, text]);
  expect(store.ledger.map(({ work }) => work)).toEqual(['contact created']);
});

test('a bulk action gives its contacts one moment', async () => {
  const { ask, store } = await open('v9');
  const contacts = [store.addContact({}), store.addContact({})].map(({ uuid }) => uuid);
  const group = store.addNamed('groups', 'Mothers', '', false);
  const action = { contacts, action: 'add', group: group.uuid };
  expect((await ask('POST', 'contact_actions.json', action)).status).toBe(204);
  const moments = new Set([...store.contacts.values()].map(({ modified }) => modified));
  expect(moments.size).toBe(1);
});

test('a group that was just made breaks what uses it, for five seconds', async () => {
  const { ask, store } = await open('newer');
  await ask('POST', 'groups.json', { name: 'New' });
  const body = { urns: ['tel:+250788000001'], groups: ['New'] };
  expect((await ask('POST', 'contacts.json', body)).status).toBe(500);
  expect(store.contacts.size).toBe(0);
  store.clock.tick(5 * SECOND);
  expect((await ask('POST', 'contacts.json', body)).status).toBe(201);
});

test.each(FAULTS.filter(fault => !/^(stall|slow)/.test(fault)))(
  '%s: the ledger tells whether the work was done',
  async fault => {
    const { ask, store } = await open('v9', [[0, fault]]);
    const isDone = fault.endsWith('after');
    const broken = await ask('POST', 'contacts.json', { name: 'New' })
      .then(answer => answer.json())
      .then(
        () => false,
        () => true,
      );
    expect(broken || fault.startsWith('429')).toBe(true);
    expect(store.ledger.length).toBe(isDone ? 1 : 0);
  },
);
