import { describe, expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { orderOf, type Position } from '../../src/client/orderedList.js';
import { identityOf, SeenIds } from '../../src/client/seenIds.js';
import { type WindowOptions, windows } from '../../src/client/windows.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { ResourceName } from '../../src/resources.js';
import type { Query } from '../../src/types/request.js';
import {
  type Habits,
  type Row,
  uuidOf,
  windowsServer,
  writeTime,
} from '../operations/paging/windowsServer.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { collect } from './collected.js';

const FIRST = Date.parse('2026-01-01T00:00:00Z') * 1000;
const SECOND = 1_000_000;
const FOUR = { concurrency: 4, ahead: 40 };
const MESSAGES = { key: 'created_on', reverses: false };

/** Records a second apart, or many at one time, numbered from the oldest on. */
const rowsOf = (count: number, together = 1): Row[] =>
  Array.from({ length: count }, (_, id) => ({
    uuid: uuidOf(id),
    at: FIRST + Math.floor(id / together) * SECOND,
    id,
  }));
const range = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, index) =>
    from < to ? from + index : from - index,
  );
const time = (id: number) => writeTime(FIRST + id * SECOND);

async function start(rows: Row[], habits: Habits = {}) {
  const server = await windowsServer(rows, habits);
  const client = new Client(parseConfiguration(credential(server)), {
    limiter: new Limiter({ clock: fakeClock(), maxWait: 0 }),
  });
  /** The pages, each record once, as `readThrough()` hands them on. */
  function read(name: ResourceName, query: Query, options: WindowOptions, position?: Position) {
    const seen = new SeenIds();
    const list = { client, name, query, order: orderOf(name, query) };
    return windows(
      list,
      options,
      records => records.filter(record => seen.add(identityOf(record))),
      position,
    );
  }
  return { server, client, read };
}

const LISTS: [string, ResourceName, Query, Habits][] = [
  ['contacts', 'contacts', {}, {}],
  ['contacts, oldest first', 'contacts', { reverse: true }, {}],
  ['messages', 'messages', {}, MESSAGES],
];

describe.each(LISTS)('%s', (_, name, query, habits) => {
  const isAscending = query.reverse === true;
  const all = (count: number) => {
    if (count === 0) return [];
    return isAscending ? range(0, count - 1) : range(count - 1, 0);
  };

  test.each<[string, Row[], WindowOptions]>([
    ['nothing', [], FOUR],
    ['one record', rowsOf(1), FOUR],
    ['a page', rowsOf(250), FOUR],
    ['a page and one', rowsOf(251), FOUR],
    ['many pages', rowsOf(6000), FOUR],
    ['many pages, one after the other', rowsOf(2600), { concurrency: 1, ahead: 1 }],
    ['many pages, few ahead', rowsOf(6000), { concurrency: 3, ahead: 3 }],
    ['many pages for a job that may stop', rowsOf(6000), { ...FOUR, mayStop: true }],
    ['instants of many records', rowsOf(6000, 400), FOUR],
    ['one instant', rowsOf(1500, 1500), FOUR],
  ])('come in their order, each once: %s', async (_what, rows, options) => {
    const { server, read } = await start(rows, habits);
    const { numbers, parts, error } = await collect(read(name, query, options));
    expect(error).toBeUndefined();
    // Within one time, servers sort by number.
    expect(numbers).toEqual(all(rows.length));
    expect(server.mostAtOnce()).toBeLessThanOrEqual(options.concurrency);
    expect(parts.at(-1)?.position === undefined || parts.at(-1)?.position?.last === true).toBe(
      true,
    );
  });

  test('several are read at once, with hardly more requests', async () => {
    const { server, client, read } = await start(rowsOf(10_000), { ...habits, delay: () => 2 });
    await collect(read(name, query, FOUR));
    expect(server.mostAtOnce()).toBeGreaterThan(1);
    expect(client.requests).toBeLessThanOrEqual(44);
  });

  test('are asked for within the filters of the job', async () => {
    const { server, read } = await start(rowsOf(6000), { ...habits, delay: () => 1 });
    const within = { ...query, after: time(1000), before: time(4999) };
    const { numbers } = await collect(read(name, within, FOUR));
    expect(numbers).toEqual(isAscending ? range(1000, 4999) : range(4999, 1000));
    for (const { after, before } of server.asked) {
      expect(after).toBeGreaterThanOrEqual(FIRST + 1000 * SECOND);
      expect(before).toBeLessThanOrEqual(FIRST + 4999 * SECOND);
    }
  });

  test('go on behind each page with exactly the rest', async () => {
    const { read } = await start(rowsOf(2600, 3), { ...habits, delay: () => 1 });
    const whole = await collect(read(name, query, { concurrency: 3, ahead: 9 }));
    expect(whole.numbers).toEqual(all(2600));
    let handed = 0;
    for (const { count, position } of whole.parts) {
      handed += count;
      if (!position || position.last) continue;
      expect(position.isWindowed).toBe(true);
      const rest = await collect(read(name, query, { concurrency: 3, ahead: 9 }, position));
      // Records with the time of the last one may come again.
      const missing = all(2600).slice(handed);
      expect(rest.numbers.slice(-missing.length || Number.POSITIVE_INFINITY)).toEqual(missing);
      expect(rest.numbers.length - missing.length).toBeLessThanOrEqual(3);
    }
    expect(handed).toBe(2600);
  });

  test('are read no further than a limit needs', async () => {
    const { client, read } = await start(rowsOf(10_000), { ...habits, delay: () => 1 });
    const reading = read(name, query, { ...FOUR, limit: 1000 });
    const numbers: number[] = [];
    for await (const { records } of reading) {
      numbers.push(...records.map(({ n }) => Number(n)));
      if (numbers.length >= 1000) break;
    }
    expect(numbers.slice(0, 1000)).toEqual(all(10_000).slice(0, 1000));
    expect(client.requests).toBeLessThanOrEqual(10);
  });

  test('end with an error, after all that comes before it', async () => {
    const { client, read } = await start(rowsOf(6000), {
      ...habits,
      delay: () => 1,
      onRequest: (_rows, count) => (count === 9 ? { status: 403 } : undefined),
    });
    const { numbers, error } = await collect(read(name, query, FOUR));
    expect(error).toMatchObject({ code: 'INVALID_TOKEN' });
    expect(numbers).toEqual(all(6000).slice(0, numbers.length));
    const { requests } = client;
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(client.requests).toBe(requests);
  });

  test('no request outlives a reading that is left', async () => {
    const { client, read } = await start(rowsOf(6000), { ...habits, delay: () => 5 });
    let pages = 0;
    for await (const _part of read(name, query, FOUR)) if (++pages === 3) break;
    const { requests } = client;
    await new Promise(resolve => setTimeout(resolve, 30));
    expect(client.requests).toBe(requests);
  });

  test('without the time by which they are sorted are not read in windows', async () => {
    const { read } = await start(rowsOf(500), { ...habits, key: 'other' });
    const { numbers, error } = await collect(read(name, query, FOUR));
    expect(error).toMatchObject({ code: 'NOT_RAPIDPRO' });
    expect(numbers).toEqual([]);
  });
});

describe('what has changed since', () => {
  test.each<[string, number, Query, boolean]>([
    ['a list of several pages may miss it', 6000, {}, true],
    ['a page is one moment', 100, {}, false],
    ['a list that ended long ago has none', 6000, { before: time(100_000) }, false],
  ])('%s', async (_, count, query, misses) => {
    const { read } = await start(rowsOf(count), { delay: () => 1 });
    const options = { ...FOUR, mayStop: true };
    const { parts } = await collect(read('contacts', query, options));
    expect(parts.at(-1)?.missesChanges).toBe(misses);
    const since = misses ? FIRST + (count - 1) * SECOND : undefined;
    if (misses) {
      expect(parts.at(-1)?.since).toBe(since);
      const position = { last: true, since: `${time(count - 1).slice(0, -1)}.000000Z` };
      expect(parts.at(-1)?.position).toEqual(position);
    }
  });

  test('a list whose records stay has none', async () => {
    const { read } = await start(rowsOf(6000), { ...MESSAGES, delay: () => 1 });
    const { parts } = await collect(read('messages', {}, FOUR));
    expect(parts.every(({ missesChanges }) => !missesChanges)).toBe(true);
    expect(parts.at(-1)?.position).toBeUndefined();
  });

  test('records that are newer than the reading are left to the look at its end', async () => {
    const { server, read } = await start(rowsOf(6000), {
      delay: () => 1,
      onRequest: (rows, count) => {
        if (count === 5) rows.push({ uuid: uuidOf(7000), at: FIRST + 7000 * SECOND, id: 7000 });
        return undefined;
      },
    });
    const { numbers } = await collect(read('contacts', { reverse: true }, FOUR));
    expect(numbers.slice(0, 6000)).toEqual(range(0, 5999));
    expect(server.asked.length).toBeLessThan(32);
  });
});
