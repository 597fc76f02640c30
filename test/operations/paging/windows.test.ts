import { createSandbox } from '@openfn/rapidpro-sandbox';
import { describe, expect, test, vi } from 'vitest';
import {
  addGroup,
  eachPage,
  fn,
  getBroadcasts,
  getContacts,
  getFlowRuns,
  getFlowStarts,
  getGroups,
  getMessages,
} from '../../../src/Adaptor.js';
import { iteratePages } from '../../../src/operations/eachPage.js';
import type { State } from '../../../src/types/state.js';
import { credential } from '../../support/credential.js';
import { type Row, uuidOf, windowsServer, writeTime } from './windowsServer.js';

const NOW = Date.parse('2026-06-01T00:00:00Z') * 1000;
const MINUTE = 60_000_000;

const rowsAt = (count: number, at: (index: number) => number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    uuid: uuidOf(index),
    id: index,
    at: Math.floor(at(index)),
  }));

/** How the times of a list of so many records may lie. */
const SHAPES: { [name: string]: (count: number) => Row[] } = {
  even: count => rowsAt(count, index => NOW - (count - index) * MINUTE - (index % 50)),
  'two fifths in one instant': count =>
    rowsAt(count, index => {
      const [start, end] = [0.3 * count, 0.7 * count];
      return NOW - (index < start || index > end ? index : start) * MINUTE;
    }),
  'the oldest two fifths in one instant': count =>
    rowsAt(count, index => NOW - Math.min(index, 0.6 * count) * MINUTE),
  'the newest two fifths in one instant': count =>
    rowsAt(count, index => NOW - Math.max(0, index - 0.4 * count) * MINUTE),
  'all in one instant': count => rowsAt(count, () => NOW),
  'denser and denser': count =>
    rowsAt(count, index => NOW - (((index * 7919) % count) / count) ** 6 * 3e13),
  'sparser and sparser': count =>
    rowsAt(count, index => NOW - 3e13 + (((index * 7919) % count) / count) ** 6 * 3e13),
  'years apart': count =>
    rowsAt(count, index => NOW - Math.floor(index / (count / 3)) * 365 * 1440 * MINUTE - index),
};
const shapes = Object.entries(SHAPES);

const uuids = (data: unknown) => (data as { uuid: string }[]).map(({ uuid }) => uuid);
const stateFor = (server: { host: string }): State => ({ configuration: credential(server) });

function inOrder(rows: readonly Row[], reverse = false): string[] {
  const sign = reverse ? 1 : -1;
  return [...rows].sort((a, b) => (a.at - b.at || a.id - b.id) * sign).map(({ uuid }) => uuid);
}

/** The pages of a plain reading, a twentieth more, and three that a list may cost however short. */
const allowed = (records: number) => Math.ceil(records / 250) * 1.05 + 3;

describe.each(shapes)('%s', (_, shape) => {
  test.each([
    [0, 4],
    [1, 4],
    [250, 4],
    [251, 4],
    [500, 2],
    [2000, 4],
    [6000, 10],
    [20_000, 4],
  ])(
    '%i records in %i windows: the same list, with hardly more requests',
    async (count, concurrency) => {
      for (const reverse of [false, true]) {
        const rows = shape(count);
        const server = await windowsServer(rows, { delay: () => (count > 5000 ? 2 : 0) });
        const state = await getContacts({ reverse }, { concurrency })(stateFor(server));
        expect(uuids(state.data)).toEqual(inOrder(rows, reverse));
        expect(server.asked.length).toBeLessThanOrEqual(allowed(count));
        expect(server.mostAtOnce()).toBeLessThanOrEqual(concurrency);
        if (count === 20_000) expect(server.mostAtOnce()).toBeGreaterThan(1);
        expect(state.response).toMatchObject({ path: 'contacts', requests: server.asked.length });
      }
    },
  );

  test('a list that only comes newest first', async () => {
    const rows = shape(12_000);
    const server = await windowsServer(rows, {
      key: 'created_on',
      reverses: false,
      delay: () => 2,
    });
    const state = await getMessages({}, { concurrency: 4 })(stateFor(server));
    expect(uuids(state.data)).toEqual(inOrder(rows));
    expect(server.asked.length).toBeLessThanOrEqual(allowed(12_000));
  });
});

describe('what the job asks for', () => {
  test.each([1, 249, 250, 251, 4999, 5000, 5001, 6250, 9999, 10_000, 10_001])(
    'a limit of %i',
    async limit => {
      for (const shape of ['even', 'two fifths in one instant', 'denser and denser']) {
        const rows = SHAPES[shape]?.(10_000) ?? [];
        for (const reverse of [false, true]) {
          const server = await windowsServer(rows, { delay: () => 1 });
          const list = getContacts({ reverse }, { concurrency: 4, limit });
          const { data } = await list(stateFor(server));
          expect(uuids(data)).toEqual(inOrder(rows, reverse).slice(0, limit));
        }
      }
    },
  );

  test.each(shapes)('a part of the time: %s', async (_, shape) => {
    const rows = shape(8000);
    const times = rows.map(({ at }) => at).sort((a, b) => a - b);
    const [after = 0, before = 0] = [times[1000], times[7000]];
    const within = rows.filter(({ at }) => at >= after && at <= before);
    for (const reverse of [false, true]) {
      const server = await windowsServer(rows);
      const filters = { after: writeTime(after), before: writeTime(before), reverse };
      const { data } = await getFlowRuns(filters, { concurrency: 4 })(stateFor(server));
      expect(uuids(data)).toEqual(inOrder(within, reverse));
      expect(server.asked.every(one => one.after >= after && one.before <= before)).toBe(true);
    }
  });

  test('other filters go with every request', async () => {
    const sandbox = await createSandbox({ contacts: 6000, throttle: false });
    try {
      const state: State = { configuration: { host: sandbox.host, token: sandbox.token } };
      await addGroup({ name: 'Mothers' })(state);
      const members = sandbox.contacts().slice(0, 5300) as { uuid: string }[];
      sandbox.addToGroup(uuids(members), 'Mothers');
      const plain = await getContacts({ group: 'Mothers' })(state);
      const side = await getContacts({ group: 'Mothers' }, { concurrency: 4 })(state);
      expect(uuids(plain.data).length).toBeGreaterThan(5000);
      expect(side.data).toEqual(plain.data);
      const all = await getContacts()(state);
      expect((await getContacts({}, { concurrency: 3 })(state)).data).toEqual(all.data);
      await expect(
        getContacts({ group: 'mothers' }, { concurrency: 4 })(state),
      ).rejects.toMatchObject({ code: 'UNKNOWN_GROUP' });
      const one = await getContacts({ uuid: members[0]?.uuid }, { concurrency: 4 })(state);
      expect(uuids(one.data)).toEqual([members[0]?.uuid]);
    } finally {
      await sandbox.close();
    }
  });

  test('flow starts and broadcasts too', async () => {
    const rows = SHAPES.even?.(3000) ?? [];
    const starts = await windowsServer(rows);
    const read = await getFlowStarts({}, { concurrency: 4 })(stateFor(starts));
    expect(uuids(read.data)).toEqual(inOrder(rows));
    const sent = await windowsServer(rows, { key: 'created_on', reverses: false });
    const broadcasts = await getBroadcasts({}, { concurrency: 4 })(stateFor(sent));
    expect(uuids(broadcasts.data)).toEqual(inOrder(rows));
  });

  test.each([
    ['a list without such a time', () => getGroups({}, { concurrency: 2 })],
    [
      'a folder with an order of its own',
      () => getMessages({ folder: 'sent' }, { concurrency: 2 }),
    ],
    ['too many', () => getContacts({}, { concurrency: 11 })],
    ['none', () => getContacts({}, { concurrency: 0 })],
    ['half a one', () => getContacts({}, { concurrency: 1.5 })],
  ])('%s is refused before anything is sent', async (_, list) => {
    const server = await windowsServer([]);
    await expect(list()(stateFor(server))).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(server.asked).toEqual([]);
  });

  test('one at a time is the plain reading, and fits every list', async () => {
    const server = await windowsServer(SHAPES.even?.(600) ?? []);
    await getGroups({}, { concurrency: 1 })(stateFor(server));
    expect(server.asked).toHaveLength(3);
  });
});

describe('page by page', () => {
  test.each(shapes)('in order, and never far ahead: %s', async (_, shape) => {
    const rows = shape(20_000);
    const server = await windowsServer(rows, { delay: () => 1 });
    const seen: string[] = [];
    let most = 0;
    await eachPage(
      getContacts({}, { concurrency: 2 }),
      fn(async state => {
        seen.push(...uuids(state.data));
        expect((state.data as unknown[]).length).toBeLessThanOrEqual(250);
        await new Promise(resolve => setTimeout(resolve, 2));
        most = Math.max(most, server.asked.length * 250 - seen.length);
        return state;
      }),
    )(stateFor(server));
    expect(seen).toEqual(inOrder(rows));
    // 24 pages for each of two windows, and those under way.
    expect(most).toBeLessThanOrEqual((24 * 2 + 2 + 4) * 250);
  });

  test('an operation that fails stops all requests', async () => {
    const server = await windowsServer(SHAPES.even?.(20_000) ?? [], { delay: () => 2 });
    const failing = fn(() => {
      throw new Error('no');
    });
    const list = getContacts({}, { concurrency: 4 });
    await expect(eachPage(list, failing)(stateFor(server))).rejects.toThrow('no');
    const { length } = server.asked;
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(server.asked).toHaveLength(length);
  });

  test('outside a job', async () => {
    const rows = SHAPES.even?.(6000) ?? [];
    const server = await windowsServer(rows);
    const seen: string[] = [];
    const list = getContacts({}, { concurrency: 4 });
    for await (const page of iteratePages(credential(server), list)) seen.push(...uuids(page));
    expect(seen).toEqual(inOrder(rows));
  });
});

test('a server that does not sort by time is not read in windows', async () => {
  const rows = rowsAt(600, index => NOW - ((index * 7) % 600) * MINUTE);
  const server = await windowsServer(rows, { key: 'something_else' });
  vi.spyOn(console, 'log').mockImplementation(() => {});
  await expect(getContacts({}, { concurrency: 2 })(stateFor(server))).rejects.toMatchObject({
    code: 'NOT_RAPIDPRO',
    fix: expect.stringContaining('concurrency'),
  });
});
