import { createSandbox, type Sandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { afterEach, describe, expect, test } from 'vitest';
import {
  addGroup,
  addToGroup,
  eachChange,
  eachPage,
  fn,
  getContacts,
  getGroups,
  getMessages,
  sendMessage,
  updateContact,
} from '../../../src/Adaptor.js';
import { Client } from '../../../src/client/client.js';
import { orderOf } from '../../../src/client/orderedList.js';
import { readThrough } from '../../../src/client/readThrough.js';
import { parseConfiguration } from '../../../src/configuration.js';
import { advance, CHANGES, isSeen, versionOf } from '../../../src/state/feed.js';
import type { Query } from '../../../src/types/request.js';
import type { State } from '../../../src/types/state.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { type Row, uuidOf, windowsServer } from './windowsServer.js';

/** Lists that change while they are read, and from run to run. */

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.close());

type Contact = { uuid: string; modified_on: string };

async function workspace(contacts: number, options: object = {}) {
  sandbox = await createSandbox({ contacts, ...options });
  return { configuration: { host: sandbox.host, token: sandbox.token } };
}

const readContacts = (client: Client, query: Query) =>
  readThrough({ client, name: 'contacts', query, order: orderOf('contacts', query) });

const uuidsOf = (data: unknown) => (data as Contact[]).map(({ uuid }) => uuid);

/** Runs a job again and again, state going through JSON between two runs. */
async function runs(credential: object, list: () => ReturnType<typeof getContacts>, times: number) {
  const handed: string[][] = [];
  let state: State = {};
  for (let run = 0; run < times; run++) {
    const now: string[] = [];
    const keep = fn(current => {
      now.push(...uuidsOf(current.data));
      return current;
    });
    const { configuration: _, ...kept } = await eachChange(
      list(),
      keep,
    )({ ...state, ...credential });
    state = JSON.parse(JSON.stringify(kept));
    handed.push(now);
  }
  return handed;
}

describe('contacts that change while a list is read', () => {
  for (const dialect of ['v9', 'textit'] as const) {
    test(`are neither missed nor given twice, ${dialect}`, async () => {
      const credential = await workspace(750, { dialect });
      const reader = new Client(parseConfiguration(credential.configuration));
      const all = new Set(sandbox?.contacts().map(({ uuid }) => uuid));
      const first = (await getContacts({}, { limit: 750 })(credential)).data as Contact[];
      const seen: string[] = [];
      let page = 0;
      for await (const { records } of readContacts(reader, {})) {
        seen.push(...uuidsOf(records));
        // One that was read, and two that were not: they jump to the front, behind the reader.
        if (page++ === 0) {
          for (const index of [3, 400, 749]) {
            await updateContact(String(first[index]?.uuid), { name: 'Changed' })(credential);
          }
        }
      }
      expect(seen).toHaveLength(750);
      expect(new Set(seen)).toEqual(all);
    });
  }

  test('do not come twice where the oldest comes first', async () => {
    const credential = await workspace(750);
    const reader = new Client(parseConfiguration(credential.configuration));
    const seen: string[] = [];
    let page = 0;
    for await (const { records } of readContacts(reader, { reverse: true })) {
      seen.push(...uuidsOf(records));
      if (page++ === 0) await updateContact(String(seen[0]), { name: 'Changed' })(credential);
    }
    expect(seen).toHaveLength(750);
    expect(new Set(seen).size).toBe(750);
  });

  test('an instant that holds many records is not read a second time', async () => {
    const credential = await workspace(900);
    const uuids = uuidsOf((await getContacts()(credential)).data);
    await addGroup({ name: 'Imported' })(credential);
    await addToGroup(uuids.slice(0, 100), 'Imported')(credential);
    const before = sandbox?.requests().length ?? 0;
    expect((await getContacts()(credential)).data).toHaveLength(900);
    expect((sandbox?.requests().length ?? 0) - before).toBe(5);
  });

  test('an operation of eachPage that changes what it reads meets each contact once', async () => {
    const credential = await workspace(600);
    const seen: string[] = [];
    const touch = fn(async state => {
      seen.push(...uuidsOf(state.data));
      for (const uuid of uuidsOf(state.data).slice(0, 5)) {
        await updateContact(uuid, { name: `Seen ${seen.length}` })(state);
      }
      return state;
    });
    await eachPage(getContacts(), touch)(credential);
    expect(seen).toHaveLength(600);
    expect(new Set(seen).size).toBe(600);
  });
});

describe('what carries an earlier time than it comes to light', () => {
  const SECOND = 1_000_000;
  const now = () => Date.now() * 1000;
  const rowsOf = (count: number, apart: number, end = now()): Row[] =>
    Array.from({ length: count }, (_, id) => ({
      uuid: uuidOf(id),
      id,
      at: end - (count - id) * apart,
    }));

  /** The oldest record has changed some seconds ago, as is seen only after the first page. */
  async function readLate(rows: Row[], filters: Query, options: object = {}) {
    const stamp = now() - 10 * SECOND;
    const server = await windowsServer(rows, {
      onRequest: (all, count) => {
        const [oldest] = all;
        if (oldest && count === 2) oldest.at = stamp;
        return undefined;
      },
    });
    const configuration = { host: server.host, token: 'abcdefgh12' };
    const { data } = await getContacts(filters, options)({ configuration });
    return uuidsOf(data);
  }

  /** A list up to a time so many seconds ago, and its filters; 0 has no end. */
  function listTo(seconds: number, count: number, apart: number) {
    const end = now() - seconds * SECOND;
    const before = new Date(end / 1000).toISOString();
    return { rows: rowsOf(count, apart, end), filters: seconds === 0 ? {} : { before } };
  }

  test.each([
    ['a list', 0, {}],
    ['windows', 0, { concurrency: 4 }],
    ['a list that ended seconds ago', 5, {}],
  ])('%s', async (_, seconds, options) => {
    const { rows, filters } = listTo(seconds, 1500, SECOND);
    const uuids = await readLate(rows, filters, options);
    expect(uuids).toHaveLength(1500);
    expect(new Set(uuids).size).toBe(1500);
  });

  test.each([
    ['ended long ago', 60, 1500, SECOND, 6],
    ['is quiet', 0, 1500, SECOND, 7],
    ['has all changed just now', 0, 1500, 100, 7],
    ['has all changed in one instant', 0, 1000, 0, 5],
  ])('a list that %s costs one request more at most', async (_, seconds, count, apart, most) => {
    const { rows, filters } = listTo(seconds, count, apart);
    const server = await windowsServer(rows);
    const configuration = { host: server.host, token: 'abcdefgh12' };
    const { data } = await getContacts(filters)({ configuration });
    expect(uuidsOf(data)).toHaveLength(count);
    expect(server.asked).toHaveLength(most);
  });
});

describe('eachChange', () => {
  test('a limit smaller than an instant gets on from run to run', async () => {
    const credential = await workspace(300);
    const uuids = uuidsOf((await getContacts()(credential)).data);
    await addGroup({ name: 'Imported' })(credential);
    for (const start of [0, 100]) {
      await addToGroup(uuids.slice(start, start + 100), 'Imported')(credential);
    }
    const handed = await runs(credential, () => getContacts({}, { limit: 40 }), 10);
    expect(handed.every(run => run.length <= 40)).toBe(true);
    expect(handed.flat()).toHaveLength(300);
    expect(new Set(handed.flat()).size).toBe(300);
  });

  test('a job that changes what it reads ends', async () => {
    // The server gives whole seconds: the contacts are older than this one, and each change is later.
    let ahead = -10;
    const credential = await workspace(300, { clock: { now: () => Date.now() + ahead * 1000 } });
    let records = 0;
    const touch = fn(async state => {
      const uuids = uuidsOf(state.data);
      records += uuids.length;
      if (records > 2000) throw new Error('without end');
      ahead = Math.max(ahead, 2) + 1;
      for (const uuid of uuids) await updateContact(uuid, { name: `Seen ${records}` })(state);
      return state;
    });
    await eachChange(getContacts(), touch)(credential);
    expect(records).toBeLessThan(600);
  });

  test('messages that cannot be read to where the last run ended are an error, not lost', async () => {
    const message = (id: number) => ({ id, created_on: `2026-01-01T00:00:${id}.000001Z` });
    let calls = 0;
    const server = await serve(
      msw.get('*/api/v2/messages.json', () =>
        calls++ === 0
          ? HttpResponse.json({ next: 'http://x/?cursor=2', results: [message(30), message(29)] })
          : HttpResponse.json({ detail: 'x' }, { status: 429, headers: { 'Retry-After': '3000' } }),
      ),
    );
    noSleep();
    const credential = { configuration: { host: server.host, token: 'abcdefgh12' } };
    await expect(
      eachChange(
        getMessages({ after: '2026-01-01' }),
        fn(s => s),
      )(credential),
    ).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfter: 3000 });
  });

  test('a limit holds for messages too', async () => {
    const credential = await workspace(3);
    for (const { uuid } of sandbox?.contacts() ?? []) {
      await sendMessage({ contact: String(uuid), text: 'Hi' })(credential);
    }
    const handed: number[] = [];
    const list = () => getMessages({ after: '2026-01-01' }, { limit: 2 });
    let state: State = {};
    for (let run = 0; run < 3; run++) {
      const keep = fn(current => {
        handed.push((current.data as unknown[]).length);
        return current;
      });
      state = await eachChange(list(), keep)({ ...state, ...credential });
    }
    expect(handed).toEqual([2, 1]);
  });

  test('what a step does to its records does not touch the checkpoint', async () => {
    const credential = await workspace(30);
    const spoil = fn(state => {
      for (const record of state.data as Partial<Contact>[]) {
        record.modified_on = '01/01/2026';
        delete record.uuid;
      }
      return state;
    });
    const first = await eachChange(getContacts(), spoil)(credential);
    const second = await eachChange(
      getContacts(),
      fn(s => s),
    )({ ...first, ...credential });
    expect(second.data).toEqual({ pages: 0, records: 0 });
  });

  test.each([
    ['returns nothing', fn(() => undefined as never)],
    ['is none', 'x' as never],
  ])('a step that %s is refused', async (_, step) => {
    const credential = await workspace(1);
    await expect(eachChange(getContacts(), step)(credential)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

describe('the checkpoint of an import', () => {
  const at = (index: number, time: string) => versionOf(time, `u${index}`);

  test('remembers 50,000 of one instant, and reads none of them again', () => {
    const versions = Array.from({ length: 40_000 }, (_, index) =>
      at(index, '2026-01-01T00:00:00.000001Z'),
    );
    const feed = advance(undefined, versions, CHANGES);
    expect(versions.every(version => isSeen(feed, version))).toBe(true);
    expect(JSON.stringify(feed).length).toBeLessThan(1_000_000);
  });

  test('looks back no further than it remembers', () => {
    const time = (index: number) =>
      new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 4)).toISOString();
    const versions = Array.from({ length: 60_000 }, (_, index) => at(index, time(index)));
    const feed = advance(undefined, versions, CHANGES);
    const read = versions.filter(version => version.time > (feed?.from ?? ''));
    expect(read.length).toBeGreaterThan(40_000);
    expect(read.every(version => isSeen(feed, version))).toBe(true);
  });
});

describe('checkpoints of lists', () => {
  test('a list leaves the checkpoint of another one of the same kind alone', async () => {
    const credential = await workspace(600, { throttle: 2 });
    noSleep();
    const stopped = await getContacts({ reverse: true }, { maxWait: 0 })(credential);
    const { resume } = stopped.rapidpro as { resume: object };
    expect(resume).toBeDefined();
    const groups = await getGroups()({ ...stopped, ...credential });
    expect(groups.rapidpro).toEqual({ resume });
    await sandbox?.close();
    sandbox = await createSandbox({ contacts: 10 });
    const other = { host: sandbox.host, token: sandbox.token };
    const next = await getContacts()({ ...stopped, configuration: other });
    expect(next.rapidpro).toEqual({ resume });
  });
});
