import { describe, expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { type ListPage, orderOf, type Position } from '../../src/client/orderedList.js';
import { readThrough } from '../../src/client/readThrough.js';
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

const FIRST = Date.parse('2026-01-01T00:00:00Z') * 1000;
const SECOND = 1_000_000;

/** Records a second apart, numbered from the oldest on. */
const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, id) => ({
    uuid: uuidOf(id),
    at: FIRST + id * SECOND,
    id,
  }));

async function start(rows: Row[], habits: Habits = {}) {
  const server = await windowsServer(rows, { pageSize: 10, ...habits });
  const client = new Client(parseConfiguration(credential(server)), {
    limiter: new Limiter({ clock: fakeClock() }),
  });
  const read = (
    name: ResourceName,
    query: Query = {},
    position?: Position,
    side?: Parameters<typeof readThrough>[1],
  ) => readThrough({ client, name, query, order: orderOf(name, query) }, side, position);
  return { server, client, read };
}

const numbersOf = ({ records }: ListPage) => records.map(({ n }) => Number(n));

/** All pages, and the position behind each, as a checkpoint keeps it. */
async function collect(source: AsyncIterable<ListPage>) {
  const numbers: number[][] = [];
  const positions: (Position | undefined)[] = [];
  for await (const page of source) {
    numbers.push(numbersOf(page));
    const position = page.next?.();
    positions.push(position && (JSON.parse(JSON.stringify(position)) as Position));
  }
  return { numbers, positions };
}

const range = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, index) =>
    from < to ? from + index : from - index,
  );

/** The row of this number changes: it moves to the newest end. */
function change(rows: Row[], id: number): void {
  const row = rows.find(one => one.id === id);
  const newest = Math.max(...rows.map(({ at }) => at));
  if (row) row.at = newest + SECOND;
}

describe('a list whose records move', () => {
  test('of one page takes one request', async () => {
    const { server, read } = await start(rowsOf(10));
    const { numbers, positions } = await collect(read('contacts'));
    expect(numbers).toEqual([range(9, 0)]);
    expect(positions).toEqual([undefined]);
    expect(server.asked).toHaveLength(1);
  });

  test('of several takes one more, and comes once', async () => {
    const { server, read } = await start(rowsOf(25));
    const { numbers, positions } = await collect(read('contacts'));
    expect(numbers).toEqual([range(24, 15), range(14, 5), range(4, 0), []]);
    expect(server.asked).toHaveLength(4);
    const since = writeTime(FIRST + 24 * SECOND).replace('Z', '.000000Z');
    expect(positions[0]).toMatchObject({ cursor: { cursor: expect.any(String) }, since });
    expect(positions[2]).toEqual({ last: true, since, seen: expect.any(String) });
    expect(positions[3]).toBeUndefined();
    // The last look begins behind the newest record of the first page.
    expect(server.asked[3]).toMatchObject({ after: FIRST + 24 * SECOND + 1, reverse: true });
  });

  test('shows at its end what has changed behind the reader', async () => {
    const { read } = await start(rowsOf(25), {
      onRequest: (rows, count) => void (count === 2 && change(rows, 3)),
    });
    const { numbers } = await collect(read('contacts'));
    expect(numbers).toEqual([range(24, 15), range(14, 5), [4, 2, 1, 0], [3]]);
  });

  test('shows it once, if it was read before it changed', async () => {
    const { read } = await start(rowsOf(25), {
      onRequest: (rows, count) => void (count === 2 && change(rows, 20)),
    });
    const { numbers } = await collect(read('contacts'));
    expect(numbers.flat().sort((a, b) => a - b)).toEqual(range(0, 24));
  });

  test('is not looked at again, if it ended long ago', async () => {
    const before = writeTime(FIRST + 1000 * SECOND);
    const { server, read } = await start(rowsOf(25));
    const { numbers, positions } = await collect(read('contacts', { before }));
    expect(numbers).toEqual([range(24, 15), range(14, 5), range(4, 0)]);
    expect(server.asked).toHaveLength(3);
    expect(positions[0]).not.toHaveProperty('since');
    expect(positions[2]).toBeUndefined();
  });

  test('oldest first comes once, with what moves to its end', async () => {
    const { server, read } = await start(rowsOf(25), {
      onRequest: (rows, count) => void (count === 2 && change(rows, 3)),
    });
    const { numbers, positions } = await collect(read('contacts', { reverse: true }));
    expect(numbers).toEqual([range(0, 9), range(10, 19), range(20, 24)]);
    expect(positions[0]).toMatchObject({ seen: expect.any(String) });
    expect(positions[0]).not.toHaveProperty('since');
    expect(positions[2]).toBeUndefined();
    expect(server.asked).toHaveLength(3);
  });

  test('without the time by which it is sorted is read to its end', async () => {
    const { server, read } = await start(rowsOf(25), { key: 'changed' });
    const { numbers } = await collect(read('contacts'));
    expect(numbers.flat()).toEqual(range(24, 0));
    expect(server.asked).toHaveLength(3);
  });

  test('goes on behind each page with exactly the rest', async () => {
    for (const query of [{}, { reverse: true }]) {
      const whole = await start(rowsOf(35));
      const { numbers, positions } = await collect(whole.read('contacts', query));
      for (const [index, position] of positions.entries()) {
        if (!position) continue;
        const rest = await collect(whole.read('contacts', query, position));
        const read = numbers.slice(0, index + 1).flat();
        expect([...read, ...rest.numbers.flat()]).toEqual(numbers.flat());
      }
    }
  });

  test('goes on in windows with exactly the rest, also where two walks met', async () => {
    for (const query of [{}, { reverse: true }]) {
      const side = { concurrency: 3, ahead: 9 };
      const { read } = await start(rowsOf(2600), { pageSize: 250, delay: () => 1 });
      const { numbers, positions } = await collect(read('contacts', query, undefined, side));
      expect(numbers.flat()).toEqual(query.reverse ? range(0, 2599) : range(2599, 0));
      for (const [index, position] of positions.entries()) {
        if (!position) continue;
        const rest = await collect(read('contacts', query, position, side));
        const before = numbers.slice(0, index + 1).flat();
        expect([...before, ...rest.numbers.flat()]).toEqual(numbers.flat());
      }
    }
  });

  test('goes on with what has changed before the first page of this run', async () => {
    const { server, read } = await start(rowsOf(35));
    const { positions } = await collect(read('contacts'));
    change(server.rows, 33);
    change(server.rows, 2);
    const again = await start(server.rows);
    const { numbers } = await collect(again.read('contacts', {}, positions[1]));
    // What was handed out before does not come again, what was not comes once.
    expect(numbers).toEqual([range(14, 5), [4, 3, 1, 0], [2]]);
  });

  test('goes on within the changes', async () => {
    const { server, read } = await start(rowsOf(15), {
      onRequest: (rows, count) => {
        if (count === 2) for (const id of range(100, 124)) rows.push({ ...rowsOf(125)[id] } as Row);
        return undefined;
      },
    });
    const { numbers, positions } = await collect(read('contacts'));
    expect(numbers).toEqual([
      range(14, 5),
      range(4, 0),
      range(100, 109),
      range(110, 119),
      range(120, 124),
    ]);
    expect(positions[2]).toMatchObject({ last: true, cursor: expect.any(Object) });
    const asked = server.asked.length;
    const rest = await collect(read('contacts', {}, positions[2]));
    expect(rest.numbers).toEqual([range(110, 119), range(120, 124)]);
    expect(server.asked.length - asked).toBe(2);
    expect(rest.positions[0]).toMatchObject({ last: true, since: positions[2]?.since });
  });

  test('names in a position only what was handed out until then', async () => {
    const { read } = await start(rowsOf(25));
    const all: ListPage[] = [];
    for await (const page of read('contacts')) {
      page.records.push({ uuid: 'not of the server' });
      all.push(page);
      const { seen } = page.next?.() ?? { seen: undefined };
      // Eight bytes for each.
      if (seen)
        expect(Buffer.from(seen, 'base64url')).toHaveLength(8 * Math.min(25, all.length * 10));
    }
    expect(all).toHaveLength(4);
  });
});

describe('a list that keeps its order', () => {
  const MESSAGES = { key: 'created_on', reverses: false };

  test('is read without looking back, and remembers no ids', async () => {
    const { server, read } = await start(rowsOf(25), MESSAGES);
    const { numbers, positions } = await collect(read('messages'));
    expect(numbers).toEqual([range(24, 15), range(14, 5), range(4, 0)]);
    expect(server.asked).toHaveLength(3);
    expect(Object.keys(positions[0] ?? {})).toEqual(['cursor']);
    expect(positions[2]).toBeUndefined();
    const rest = await collect(read('messages', {}, positions[0]));
    expect(rest.numbers).toEqual([range(14, 5), range(4, 0)]);
  });

  test('remembers them in windows, where two walks can meet', async () => {
    const { read } = await start(rowsOf(25), MESSAGES);
    const side = { concurrency: 2, ahead: 10 };
    const { numbers, positions } = await collect(read('messages', {}, undefined, side));
    expect(numbers.flat()).toEqual(range(24, 0));
    expect(positions[0]).toMatchObject({ isWindowed: true, seen: expect.any(String) });
    const rest = await collect(read('messages', {}, positions[0], side));
    expect(rest.numbers.flat()).toEqual(range(14, 0));
  });
});
