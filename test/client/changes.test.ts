import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { beginningOf, changes, isOver, sinceOf } from '../../src/client/changes.js';
import { Client } from '../../src/client/client.js';
import { LATEST, Limiter } from '../../src/client/limiter.js';
import { orderOf } from '../../src/client/orderedList.js';
import type { Page } from '../../src/client/pages.js';
import { parseConfiguration } from '../../src/configuration.js';
import { fromMicros } from '../../src/input/times.js';
import type { ResourceName } from '../../src/resources.js';
import type { Dictionary } from '../../src/types/json.js';
import type { Query } from '../../src/types/request.js';
import { listen } from '../support/closing.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';

const NOON = Date.parse('2026-01-31T12:00:00Z');
/** A time so many seconds after noon, in microseconds. */
const at = (seconds: number) => (NOON / 1000 + seconds) * 1_000_000;
const record = (seconds: number, key = 'modified_on'): Dictionary => ({
  uuid: `at ${seconds}`,
  [key]: fromMicros(at(seconds)),
});
const secondsOf = (pages: Page[]) =>
  pages.map(({ records }) => records.map(({ uuid }) => Number(String(uuid).slice(3))));

type Asked = { [name: string]: string };
type Answer = { records: Dictionary[]; next?: string | undefined };

/** A server that says no time, so that the client knows what the test tells it. */
async function listing(answerTo: (asked: Asked, count: number) => Answer) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const one = Object.fromEntries(new URL(request.url ?? '', 'http://any').searchParams);
    asked.push(one);
    const { records, next } = answerTo(one, asked.length);
    response.sendDate = false;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ next: next ? `/?cursor=${next}` : null, results: records }));
  });
  const { port } = await listen(server);
  const client = new Client(parseConfiguration(credential({ host: `http://127.0.0.1:${port}/` })), {
    limiter: new Limiter({ clock: fakeClock(NOON) }),
  });
  return { asked, client };
}

const listOf = (client: Client, name: ResourceName, query: Query = {}) => ({
  client,
  name,
  query,
  order: orderOf(name, query),
});
/** The same of a client of which only the time of the server matters. */
const listAt = (serverTime: number | undefined, name: ResourceName, query: Query = {}) =>
  listOf({ serverTime } as Client, name, query);

async function collect(source: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of source) all.push(page);
  return all;
}

describe('a list is over', () => {
  const until = (seconds: number) => ({ before: fromMicros(at(seconds)) });
  test.each<[string, number | undefined, ResourceName, Query, boolean]>([
    ['if it ends longer ago than a change takes', NOON, 'contacts', until(-LATEST - 1), true],
    ['not if it ends just then', NOON, 'contacts', until(-LATEST), false],
    ['not if it ends later', NOON, 'contacts', until(0), false],
    ['not if it does not end', NOON, 'contacts', {}, false],
    ['not if nobody knows the time', undefined, 'contacts', until(-LATEST - 1), false],
    ['not by the time of another filter', NOON, 'flows', until(-LATEST - 1), false],
  ])('%s', (_, serverTime, name, query, expected) => {
    expect(isOver(listAt(serverTime, name, query))).toBe(expected);
  });
});

describe('changes may have been missed', () => {
  const since = (serverTime: number | undefined, records: Dictionary[]) =>
    sinceOf(listAt(serverTime, 'contacts'), records) / 1_000_000 - NOON / 1000;
  const many = (count: number, step: number) =>
    Array.from({ length: count }, (_, index) => record(-index * step));

  test.each<[string, number | undefined, Dictionary[], number]>([
    ['since the newest record, if it is old', NOON, [record(-100), record(-200)], -100],
    ['since half a minute before the answer', NOON, [record(-10), record(-200)], -30],
    ['since half a minute before a record of the future', NOON, [record(50), record(-50)], 20],
    ['without the time of the server', undefined, [record(-10), record(-200)], -40],
    ['since the last record, if all are newer', NOON, [record(-5), record(-6), record(-20)], -20],
    ['since the newest, if it is alone', NOON, [record(-5)], -5],
    ['not before the 200th that is read again', NOON, many(250, 0.125), -25],
    ['of which there are 200', NOON, many(201, 0.125), -25],
    ['or fewer', NOON, many(200, 0.125), -24.875],
    ['since the newest, if the other has no time', NOON, [record(-5), { uuid: 'x' }], -5],
  ])('%s', (_, serverTime, records, expected) => {
    expect(since(serverTime, records)).toBe(expected);
  });
});

describe('changes of a list that can come oldest first', () => {
  test('are asked for from the next microsecond on', async () => {
    const { asked, client } = await listing((_, count) =>
      count === 1 ? { records: [record(1), record(2)], next: 'a' } : { records: [record(3)] },
    );
    const query = { group: 'g', before: fromMicros(at(9)), reverse: false };
    const read = await collect(changes(listOf(client, 'contacts', query), at(0)));
    expect(secondsOf(read)).toEqual([[1, 2], [3]]);
    const wanted = {
      group: 'g',
      before: '2026-01-31T12:00:09.000000Z',
      after: '2026-01-31T12:00:00.000001Z',
      reverse: 'true',
    };
    expect(asked).toEqual([wanted, { ...wanted, cursor: 'a' }]);
  });

  test('go on after a page', async () => {
    const { asked, client } = await listing(() => ({ records: [record(3)] }));
    const start = { query: { cursor: 'a' } };
    await collect(changes(listOf(client, 'contacts'), at(0), start));
    expect(asked).toMatchObject([{ cursor: 'a', reverse: 'true' }]);
  });
});

describe('changes of a list that comes newest first', () => {
  const FOLDER = { folder: 'incoming' };

  test('of one page are read once, and sorted', async () => {
    const { asked, client } = await listing(() => ({ records: [record(3), record(2), record(1)] }));
    const read = await collect(changes(listOf(client, 'messages', FOLDER), at(0)));
    expect(secondsOf(read)).toEqual([[1, 2, 3]]);
    expect(read[0]?.next).toBeUndefined();
    expect(asked).toEqual([{ ...FOLDER, after: '2026-01-31T12:00:00.000001Z' }]);
  });

  test('are handed on in pages', async () => {
    const records = Array.from({ length: 501 }, (_, index) => record(501 - index));
    const { client } = await listing(() => ({ records }));
    const read = await collect(changes(listOf(client, 'messages', FOLDER), at(0)));
    expect(read.map(page => page.records.length)).toEqual([250, 250, 1]);
    expect(secondsOf(read).flat()).toEqual(Array.from({ length: 501 }, (_, index) => index + 1));
    expect(read.every(({ next }) => next === undefined)).toBe(true);
  });

  test('none', async () => {
    const { asked, client } = await listing(() => ({ records: [] }));
    expect(await collect(changes(listOf(client, 'messages', FOLDER), at(0)))).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  test('of several pages are looked for again, until one page shows all', async () => {
    const { asked, client } = await listing(({ cursor }, count) => {
      if (cursor) return { records: [record(40), record(30)] };
      return count === 1
        ? { records: [record(100), record(60), record(50)], next: 'a' }
        : { records: [record(120)] };
    });
    const read = await collect(changes(listOf(client, 'messages', FOLDER), at(0)));
    expect(secondsOf(read)).toEqual([[30, 40, 50, 60, 100, 120]]);
    // What came in the half minute before the first look may have been written meanwhile.
    expect(asked.map(({ after, cursor }) => [after, cursor])).toEqual([
      ['2026-01-31T12:00:00.000001Z', undefined],
      ['2026-01-31T12:00:00.000001Z', 'a'],
      ['2026-01-31T12:01:10.000001Z', undefined],
    ]);
  });

  test('are looked for no earlier than before', async () => {
    const { asked, client } = await listing(({ cursor }, count) => {
      if (cursor) return { records: [record(5)] };
      return count === 1 ? { records: [record(10)], next: 'a' } : { records: [] };
    });
    await collect(changes(listOf(client, 'messages', FOLDER), at(0)));
    expect(asked.map(({ after }) => after)).toEqual([
      '2026-01-31T12:00:00.000001Z',
      '2026-01-31T12:00:00.000001Z',
      '2026-01-31T12:00:10.000001Z',
    ]);
  });

  test('after a first page without records are looked for from the same time on', async () => {
    const { asked, client } = await listing(({ cursor }, count) => {
      if (cursor) return { records: [record(5)] };
      return count === 1 ? { records: [], next: 'a' } : { records: [record(6)] };
    });
    const read = await collect(changes(listOf(client, 'messages', FOLDER), at(0)));
    expect(secondsOf(read)).toEqual([[5, 6]]);
    expect(asked[2]?.after).toBe('2026-01-31T12:00:00.000001Z');
  });

  test('end where the server does not filter them', async () => {
    const { asked, client } = await listing(({ cursor }) => ({
      records: cursor ? [record(1), record(0), record(-1)] : [record(3), record(2)],
      next: 'b',
    }));
    const list = listOf(client, 'tickets', { contact: 'c' });
    // What is read again comes again.
    expect(secondsOf(await collect(changes(list, at(0))))).toEqual([[1, 2, 3, 3]]);
    expect(asked).toEqual([{ contact: 'c' }, { contact: 'c', cursor: 'b' }, { contact: 'c' }]);
  });

  test('of a list without a filter, on one page', async () => {
    const { asked, client } = await listing(() => ({
      records: [record(2), record(1), record(0), record(-1)],
      next: 'a',
    }));
    const read = await collect(changes(listOf(client, 'tickets'), at(0)));
    expect(secondsOf(read)).toEqual([[1, 2]]);
    expect(asked).toEqual([{}]);
  });

  test('none, where the first record is older', async () => {
    const { asked, client } = await listing(() => ({
      records: [record(0), record(-1)],
      next: 'a',
    }));
    expect(await collect(changes(listOf(client, 'tickets'), at(0)))).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  test('that never end are an error after a hundred looks', async () => {
    const { asked, client } = await listing(({ cursor }, count) => {
      if (cursor) return { records: [record(count * 1000 - 1)] };
      return { records: [record(count * 1000)], next: 'a' };
    });
    const looks = collect(changes(listOf(client, 'messages', FOLDER), at(0)));
    await expect(looks).rejects.toMatchObject({ code: 'LIST_TOO_LONG' });
    expect(asked).toHaveLength(200);
  });
});

describe('a reading began', () => {
  const contacts = (client: Client, query: Query = {}) => listOf(client, 'contacts', query);

  test('by the clock of the server', async () => {
    const beginning = beginningOf(listAt(NOON, 'contacts'));
    expect(await beginning([])).toBe(NOON + 1000);
    expect(await beginning([record(0), record(60)])).toBe(NOON + 1000);
    expect(await beginningOf(listAt(0, 'contacts'))([])).toBe(1000);
  });

  test('when the newest record changed, if the server says no time', async () => {
    const { asked, client } = await listing(({ cursor }) =>
      cursor ? { records: [record(-7), record(-9)] } : { records: [], next: 'a' },
    );
    const list = contacts(client, { group: 'g', reverse: true });
    const beginning = beginningOf(list);
    expect(await beginning([])).toBe(NOON - 7000);
    expect(await beginning([record(-5)])).toBe(NOON - 7000);
    expect(asked).toEqual([{ group: 'g' }, { group: 'g', cursor: 'a' }]);
  });

  test('when the newest record changed, if a record is later than the clock of the server', async () => {
    const { asked, client } = await listing(() => ({ records: [record(-7), record(-9)] }));
    const beginning = beginningOf(contacts(client));
    client.serverTime = NOON - 3_600_000;
    expect(await beginning([record(-3600 + 60)])).toBe(NOON - 3_600_000 + 1000);
    expect(await beginning([record(-3600 + 61)])).toBe(NOON - 7000);
    expect(await beginning([record(-5)])).toBe(NOON - 7000);
    expect(asked).toHaveLength(1);
  });

  test('now, if there is no record either', async () => {
    const { client } = await listing(() => ({ records: [] }));
    expect(await beginningOf(contacts(client))([])).toBe(NOON);
  });
});
