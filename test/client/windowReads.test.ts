import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Limiter } from '../../src/client/limiter.js';
import { type Fresh, orderOf, type Position } from '../../src/client/orderedList.js';
import { readThrough } from '../../src/client/readThrough.js';
import { identityOf, SeenIds } from '../../src/client/seenIds.js';
import {
  requireWindows,
  type WindowOptions,
  WindowReader,
  windows,
} from '../../src/client/windows.js';
import { fail } from '../../src/errors/errors.js';
import { fromMicros, toMicros } from '../../src/input/times.js';
import type { ResourceName } from '../../src/resources.js';
import type { Query } from '../../src/types/request.js';
import { type Row, readTime, uuidOf, writeTime } from '../operations/paging/windowsServer.js';
import { fakeClock } from '../support/fakeClock.js';
import { type Collected, collect } from './collected.js';
import { ListClient } from './listClient.js';

const FIRST = Date.parse('2026-01-01T00:00:00Z') * 1000;
const SECOND = 1_000_000;
const FOUR = { concurrency: 4, ahead: 40 };

type List = [name: ResourceName, query: Query, habits: ConstructorParameters<typeof ListClient>[1]];

const CONTACTS: List = ['contacts', {}, {}];
const OLDEST_FIRST: List = ['contacts', { reverse: true }, {}];
const MESSAGES: List = ['messages', {}, { key: 'created_on', reverses: false }];

/** Records a second apart, or many at one time, numbered from the oldest on. */
const rowsOf = (count: number, together = 1): Row[] =>
  Array.from({ length: count }, (_, id) => ({
    uuid: uuidOf(id),
    at: FIRST + Math.floor(id / together) * SECOND,
    id,
  }));
const row = (id: number): Row => ({ uuid: uuidOf(id), at: FIRST + id * SECOND, id });
const range = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, index) =>
    from < to ? from + index : from - index,
  );

interface Start {
  position?: Position | undefined;
  /** Numbers of records that an earlier run handed out. */
  handed?: number[];
}

/** Reads a list to its end or to an error, each record once, as `readThrough()` hands them on. */
async function read(
  client: ListClient,
  [name, query]: List,
  options: WindowOptions,
  { position, handed = [] }: Start = {},
): Promise<Collected> {
  const seen = new SeenIds();
  for (const id of handed) seen.add(uuidOf(id));
  const list = { client, name, query, order: orderOf(name, query) };
  const fresh: Fresh = records => records.filter(record => seen.add(identityOf(record)));
  return collect(windows(list, options, fresh, position));
}

/** Numbers below a bound that look random, the same in every run. */
const chances = (seed: number) => {
  let state = seed;
  return (bound: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
};

/** The walks in the order in which they began, and the stretch that each was asked for, in seconds. */
function walksOf(client: ListClient): string[] {
  const seconds = (at: number) => (Number.isFinite(at) ? String((at - FIRST) / SECOND) : '');
  const walks = client.asked.map(
    ({ reverse, after, before }) =>
      `${reverse ? 'oldest' : 'newest'} of ${seconds(after)}..${seconds(before)}`,
  );
  return [...new Set(walks)];
}

const at = (seconds: number) => FIRST + seconds * SECOND;
describe.each<[string, List]>([
  ['contacts', CONTACTS],
  ['contacts, oldest first', OLDEST_FIRST],
  ['messages', MESSAGES],
])('%s', (_, list) => {
  const [, query, habits] = list;
  const isAscending = query.reverse === true;
  const all = (count: number) => (isAscending ? range(0, count - 1) : range(count - 1, 0));

  test.each<[string, Row[], WindowOptions, most: number]>([
    ['nothing', [], FOUR, 1],
    ['one record', rowsOf(1), FOUR, 1],
    ['a page', rowsOf(250), FOUR, 1],
    ['a page and one', rowsOf(251), FOUR, 2],
    ['one after the other', rowsOf(2600), { concurrency: 1, ahead: 1 }, 11],
    ['many pages', rowsOf(10_000), FOUR, 42],
    ['few ahead', rowsOf(6000), { concurrency: 3, ahead: 3 }, 26],
    ['for a job that may stop', rowsOf(6000), { ...FOUR, mayStop: true }, 26],
    ['instants of many records', rowsOf(3000, 400), FOUR, 14],
    ['one instant', rowsOf(1500, 1500), FOUR, 8],
  ])('come in their order, each once: %s', async (_what, rows, options, most) => {
    const client = new ListClient(rows, habits);
    const { numbers, parts, error } = await read(client, list, options);
    expect(error).toBeUndefined();
    expect(numbers).toEqual(all(rows.length).slice(0, rows.length));
    expect(client.mostAtOnce).toBeLessThanOrEqual(options.concurrency);
    expect(client.asked.length).toBeLessThanOrEqual(most);
    expect(client.waiting).toBe(0);
    expect(parts.slice(0, -1).every(({ position }) => position)).toBe(true);
  });

  test('go on behind each page with exactly the rest, and no more requests', async () => {
    const options = { concurrency: 3, ahead: 20 };
    const rows = rowsOf(5500, 7);
    const client = new ListClient(rows, habits);
    const whole = await read(client, list, options);
    expect(whole.numbers).toEqual(all(5500));
    expect(client.mostAtOnce).toBeGreaterThan(1);
    let handed = 0;
    for (const { count, position } of whole.parts) {
      handed += count;
      if (!position || position.last) continue;
      expect(position.isWindowed).toBe(true);
      const again = new ListClient(rows, habits);
      const start = { position, handed: whole.numbers.slice(0, handed) };
      const rest = await read(again, list, options, start);
      expect(rest.numbers).toEqual(all(5500).slice(handed));
      expect(rest.parts.at(-1)?.position).toEqual(whole.parts.at(-1)?.position);
      // What was read in vain, and the first look for the newest.
      expect(again.asked.length).toBeLessThanOrEqual((5500 - handed) / 250 + 4);
    }
    expect(handed).toBe(5500);
  });

  test.each([1, 2, 6, 9, 14, 20])(
    'end if request %i fails, behind what came before',
    async last => {
      let client: ListClient | undefined;
      let begun = 0;
      const onRequest = (count: number) => {
        if (count !== last) return;
        begun = client?.asked.length ?? 0;
        throw fail('SERVER_ERROR', 'It is down.', 'Wait.');
      };
      client = new ListClient(rowsOf(6000), { ...habits, onRequest });
      const { numbers, error } = await read(client, list, FOUR);
      expect(error).toMatchObject({ code: 'SERVER_ERROR' });
      expect(numbers).toEqual(all(6000).slice(0, numbers.length));
      // Nothing is begun that nobody will get, and nothing outlives the reading.
      expect(client.asked.length).toBe(begun);
      expect(client.waiting).toBe(0);
    },
  );

  test('a job that takes no more pages leaves no request behind', async () => {
    for (let taken = 1; taken < 24; taken += 4) {
      const client = new ListClient(rowsOf(6000), habits);
      const [name] = list;
      const ordered = { client, name, query, order: orderOf(name, query) };
      let pages = 0;
      for await (const _part of windows(ordered, FOUR, records => records)) {
        if (++pages === taken) break;
      }
      expect(client.waiting).toBe(0);
      const asked = client.asked.length;
      await turn();
      expect(client.asked.length).toBe(asked);
    }
  });

  test('a job that takes its time has no more pages waiting than it may', async () => {
    const client = new ListClient(rowsOf(10_000), habits);
    const [name] = list;
    const ordered = { client, name, query, order: orderOf(name, query) };
    const options = { concurrency: 3, ahead: 12 };
    let pages = 0;
    let most = 0;
    for await (const { records } of windows(ordered, options, records => records)) {
      if (records.length > 0) pages++;
      for (let rest = 0; rest < 30; rest++) await turn();
      most = Math.max(most, client.asked.length - pages);
    }
    expect(most).toBeLessThanOrEqual(13);
    expect(most).toBeGreaterThan(10);
  });

  test('answers may come in any order', async () => {
    for (const choose of [
      (waiting: number) => waiting - 1,
      (waiting: number) => (waiting * 7) % waiting,
      (waiting: number) => waiting >> 1,
    ]) {
      const client = new ListClient(rowsOf(7000, 3), { ...habits, choose });
      const { numbers, error } = await read(client, list, FOUR);
      expect(error).toBeUndefined();
      expect(numbers).toEqual(all(7000));
    }
  });

  test('are asked for within the filters of the job', async () => {
    const client = new ListClient(rowsOf(6000), habits);
    const within = { ...query, after: writeTime(at(1000)), before: writeTime(at(4999)) };
    const { numbers } = await read(client, [list[0], within, habits], FOUR);
    expect(numbers).toEqual(isAscending ? range(1000, 4999) : range(4999, 1000));
    for (const { after, before } of client.asked) {
      expect(after).toBeGreaterThanOrEqual(at(1000));
      expect(before).toBeLessThanOrEqual(at(4999));
    }
  });

  test('without their time are not read in windows', async () => {
    const client = new ListClient(rowsOf(500), { ...habits, key: 'other' });
    const { numbers, error } = await read(client, list, FOUR);
    expect(error).toMatchObject({ code: 'NOT_RAPIDPRO' });
    expect(numbers).toEqual([]);
  });
});

describe('how a list is divided', () => {
  /** A server whose clock stands at the newest record: then the length of the list can be estimated. */
  const of = async (rows: Row[], [name, query, habits]: List, options: WindowOptions = FOUR) => {
    const serverTime = Math.max(...rows.map(row => row.at)) / 1000;
    const client = new ListClient(rows, { serverTime, ...habits });
    const { numbers, error } = await read(client, [name, query, habits], options);
    expect(error).toBeUndefined();
    const within = rows.filter(
      row =>
        row.at >= readTime(query.after ? String(query.after) : null, 0) &&
        row.at <= readTime(query.before ? String(query.before) : null, Infinity),
    );
    expect(new Set(numbers)).toEqual(new Set(within.map(({ id }) => id)));
    const ways = client.asked.map(({ reverse }) => (reverse ? 'oldest' : 'newest'));
    return { client, ways, walks: walksOf(client) };
  };
  const oldest = (pages: number) => Array<string>(pages).fill('oldest');

  test.each([CONTACTS, OLDEST_FIRST])(
    'not at all, from the oldest on, if it is short: %s %j',
    async (...list) => {
      const { ways, client } = await of(rowsOf(8 * 250), list);
      expect(ways).toEqual(oldest(8));
      expect(client.mostAtOnce).toBe(1);
    },
  );

  test.each([CONTACTS, OLDEST_FIRST])(
    'after a look at its newest record, once it seems to be long: %s %j',
    async (...list) => {
      expect((await of(rowsOf(19 * 250), list)).ways.slice(0, 9)).toEqual([...oldest(8), 'newest']);
      expect((await of(rowsOf(20 * 250), list)).ways.slice(0, 2)).toEqual(['oldest', 'newest']);
    },
  );

  test.each<[string, List, WindowOptions]>([
    ['only one request at a time', CONTACTS, { concurrency: 1, ahead: 10 }],
    ['a limit', CONTACTS, { ...FOUR, limit: 5000 }],
    ['a job that may stop', CONTACTS, { ...FOUR, mayStop: true }],
    ['a list that cannot be reversed', MESSAGES, FOUR],
  ])('from its beginning, with %s', async (_, list, options) => {
    const { ways } = await of(rowsOf(5000), list, options);
    expect(ways.slice(0, 3)).toEqual(['newest', 'newest', 'newest']);
  });

  test.each<[string, WindowOptions]>([
    ['a limit', { ...FOUR, limit: 5000 }],
    ['a job that may stop', { ...FOUR, mayStop: true }],
  ])('from the oldest record, which comes first, also with %s', async (_, options) => {
    const { ways } = await of(rowsOf(5000), OLDEST_FIRST, options);
    expect(ways.slice(0, 3)).toEqual(['oldest', 'newest', 'oldest']);
  });

  const within = (query: Query) => ({
    ...query,
    after: writeTime(at(1000)),
    before: writeTime(at(8999)),
  });
  test.each<[string, List, [requests: number, atOnce: number], string[]]>([
    [
      'contacts',
      CONTACTS,
      [42, 4],
      [
        'oldest of ..',
        'newest of ..',
        'newest of ..7757.999999',
        'newest of ..5515.999999',
        'newest of ..2015.999999',
        'oldest of 2016..5515.999999',
      ],
    ],
    [
      'contacts, oldest first',
      OLDEST_FIRST,
      [42, 4],
      [
        'oldest of ..',
        'newest of ..',
        'oldest of 2241.000001..9999',
        'oldest of 4483.000001..9999',
        'oldest of 7983.000001..9999',
        'newest of 4483.000001..7983',
      ],
    ],
    [
      'messages',
      MESSAGES,
      [42, 3],
      ['newest of ..', 'newest of ..4999.999999', 'newest of ..1749.999999'],
    ],
    [
      'contacts of a time',
      ['contacts', within({}), {}],
      [34, 2],
      [
        'oldest of 1000..8999',
        'newest of 1000..8999',
        'newest of 1000..6757.999999',
        'newest of 1000..3007.999999',
      ],
    ],
    [
      'contacts of a time, oldest first',
      ['contacts', within({ reverse: true }), {}],
      [34, 2],
      [
        'oldest of 1000..8999',
        'newest of 1000..8999',
        'oldest of 3241.000001..8999',
        'oldest of 6991.000001..8999',
      ],
    ],
    [
      'messages of a time',
      ['messages', within({}), MESSAGES[2]],
      [33, 2],
      ['newest of 1000..8999', 'newest of 1000..3999.999999'],
    ],
  ])('into these stretches: %s', async (_, list, requests, walks) => {
    const { client, walks: found } = await of(rowsOf(10_000), list);
    expect(found).toEqual(walks);
    expect([client.asked.length, client.mostAtOnce]).toEqual(requests);
  });

  test.each([CONTACTS, OLDEST_FIRST, MESSAGES])(
    'and a run goes on behind what was read from an end, too: %s %j',
    async (...list) => {
      const rows = rowsOf(10_000);
      for (const count of [1750, 10_000]) {
        const habits = { ...list[2], serverTime: at(count) / 1000 };
        const whole = await read(new ListClient(rows.slice(0, count), habits), list, FOUR);
        let handed = 0;
        for (const part of whole.parts) {
          handed += part.count;
          const { position } = part;
          // With a cursor, it goes on behind a page of a walk from the beginning.
          if (!position || position.last || position.cursor) continue;
          const again = new ListClient(rows.slice(0, count), habits);
          const rest = await read(again, list, FOUR, { position });
          const missing = whole.numbers.slice(handed);
          expect(rest.numbers.slice(-missing.length)).toEqual(missing);
          // Only the last record comes again, because others may have its time.
          expect(rest.numbers.length - missing.length).toBeLessThanOrEqual(1);
        }
      }
    },
  );

  test.each([2, 3])('with no more than %i requests at once', async concurrency => {
    for (const list of [CONTACTS, OLDEST_FIRST, MESSAGES]) {
      const { client } = await of(rowsOf(10_000), list, { concurrency, ahead: 40 });
      expect(client.mostAtOnce).toBe(concurrency);
    }
  });

  test.each([CONTACTS, OLDEST_FIRST, MESSAGES])(
    'and read no further than a limit needs: %s %j',
    async (name, query, habits) => {
      for (const limit of [1500, 5000]) {
        const client = new ListClient(rowsOf(10_000), habits);
        const list = { client, name, query, order: orderOf(name, query) };
        let handed = 0;
        for await (const { records } of windows(list, { ...FOUR, limit }, one => one)) {
          for (let rest = 0; rest < 30; rest++) await turn();
          handed += records.length;
          if (handed >= limit) break;
        }
        expect(client.asked.length).toBeLessThanOrEqual(limit / 250 + 5);
      }
    },
  );

  /** Seconds between records, with bursts: estimates are wrong, and two walks may read the same page. */
  const unevenRows = (seed: number): Row[] => {
    const random = chances(seed);
    const count = 2000 + random(5000);
    const burst = 100 + random(1500);
    const hole = 3000 * (1 + random(3));
    let seconds = 0;
    return Array.from({ length: count }, (_, id) => {
      seconds += random(4) + (id % burst === 0 ? hole : 0);
      return { uuid: uuidOf(id), at: at(seconds), id };
    });
  };

  test.each([
    [141, CONTACTS],
    [196, CONTACTS],
    [256, CONTACTS],
    [175, OLDEST_FIRST],
    [221, OLDEST_FIRST],
  ] as const)(
    'a page that arrives when it is not needed any more is left out: %i',
    async (seed, list) => {
      const rows = unevenRows(seed);
      const serverTime = Math.max(...rows.map(one => one.at)) / 1000;
      const client = new ListClient(rows, { serverTime, choose: chances(seed) });
      const { numbers, error } = await read(client, list, { concurrency: 3, ahead: 40 });
      expect(error).toBeUndefined();
      const all = range(0, rows.length - 1);
      expect(numbers).toEqual(list === CONTACTS ? all.reverse() : all);
    },
  );

  test('by the clock of this computer, if the server has none', async () => {
    const rows = rowsOf(8 * 250);
    // It is the end of the month: there may be much more.
    const { ways } = await of(rows, ['contacts', {}, { serverTime: undefined }]);
    expect(ways.slice(0, 2)).toEqual(['oldest', 'newest']);
    const before = writeTime(at(2000));
    const over = await of(rows, ['contacts', { before }, { serverTime: undefined }]);
    expect(over.ways).toEqual(oldest(8));
  });
});

const since = (seconds: number) => fromMicros(at(seconds));
const iso = (seconds: number) => writeTime(at(seconds));

describe('what may have changed meanwhile', () => {
  const flags = ({ parts }: Collected) => parts.map(part => part.missesChanges);
  const newest = ({ parts }: Collected) => [...new Set(parts.map(part => part.since))];

  test('is not in a list of one page, which is one moment', async () => {
    for (const list of [CONTACTS, OLDEST_FIRST]) {
      const whole = await read(new ListClient(rowsOf(250)), list, { ...FOUR, mayStop: true });
      expect(flags(whole)).toEqual([false]);
    }
  });

  test('is behind the newest record of a longer one', async () => {
    const whole = await read(new ListClient(rowsOf(1500)), CONTACTS, { ...FOUR, mayStop: true });
    expect(flags(whole)).toEqual(Array(6).fill(true));
    // What changed less than 30 seconds before may not be visible yet.
    expect(newest(whole)).toEqual([at(1469)]);
    expect(whole.parts.at(-1)?.position).toEqual({ last: true, since: since(1469) });
  });

  test('is read in its turn, if the oldest comes first in one walk', async () => {
    const client = new ListClient(rowsOf(1500), { serverTime: at(1500) / 1000 });
    const whole = await read(client, OLDEST_FIRST, FOUR);
    expect(flags(whole)).toEqual(Array(6).fill(false));
    expect(newest(whole)).toEqual([undefined]);
    expect(whole.parts.at(-1)?.position).toBeUndefined();
  });

  test('is behind the newest record, if the oldest comes first in windows', async () => {
    const whole = await read(new ListClient(rowsOf(6000)), OLDEST_FIRST, FOUR);
    expect(flags(whole).slice(0, 2)).toEqual([false, true]);
    expect(newest(whole)).toEqual([undefined, at(5969)]);
    expect(whole.parts.at(-1)?.position).toEqual({ last: true, since: since(5969) });
  });

  test('is not in a list that ended long ago, nor in one whose records stay', async () => {
    for (const [name, query, habits] of [CONTACTS, OLDEST_FIRST]) {
      const ended: List = [name, { ...query, before: iso(9000) }, habits];
      const client = new ListClient(rowsOf(6000), { serverTime: at(10_000) / 1000 });
      const whole = await read(client, ended, FOUR);
      expect(new Set(flags(whole))).toEqual(new Set([false]));
      expect(whole.parts.at(-1)?.position).toBeUndefined();
    }
    const messages = await read(new ListClient(rowsOf(6000), MESSAGES[2]), MESSAGES, FOUR);
    expect(new Set(flags(messages))).toEqual(new Set([false]));
    expect(messages.parts.at(-1)?.position).toBeUndefined();
  });

  test.each([3, 5, 8])('is left to the look at the end, from request %i on', async when => {
    const rows = rowsOf(6000);
    const onRequest = (count: number) => {
      if (count === when) for (const id of range(7000, 7400)) rows.push({ ...row(id) });
    };
    const client = new ListClient(rows, { onRequest });
    const { numbers } = await read(client, OLDEST_FIRST, FOUR);
    expect(numbers).toEqual(range(0, 5999));
    expect(client.asked.length).toBeLessThanOrEqual(26);
  });
});

describe('a run that goes on', () => {
  const rows = rowsOf(3000);

  test.each<[string, List, Position, number[], string]>([
    [
      'before a time',
      CONTACTS,
      { isWindowed: true, before: iso(2000), since: since(2999) },
      range(2000, 0),
      'newest of ..2000',
    ],
    [
      'within a stretch, and then behind it',
      CONTACTS,
      { isWindowed: true, before: iso(2000), after: iso(1000), since: since(2999) },
      range(2000, 0),
      'newest of 1000..2000',
    ],
    [
      'behind a time, oldest first',
      OLDEST_FIRST,
      { isWindowed: true, after: iso(2000), since: since(2999) },
      range(2000, 2999),
      'oldest of 2000..',
    ],
    [
      'within a stretch, oldest first, and then behind it',
      OLDEST_FIRST,
      { isWindowed: true, after: iso(1000), before: iso(2000), since: since(2999) },
      range(1000, 2999),
      'oldest of 1000..2000',
    ],
    [
      'within the filters of the job',
      ['contacts', { after: iso(500), before: iso(2500) }, {}],
      { isWindowed: true, after: iso(500), before: iso(2000), since: since(2500) },
      range(2000, 500),
      'newest of 500..2000',
    ],
    [
      'within the filters of the job, oldest first',
      ['contacts', { after: iso(500), before: iso(2500), reverse: true }, {}],
      { isWindowed: true, after: iso(1000), before: iso(2500), since: since(2500) },
      range(1000, 2500),
      'oldest of 1000..2500',
    ],
  ])('%s', async (_, list, position, expected, first) => {
    const client = new ListClient(rows);
    const { numbers, parts } = await read(client, list, FOUR, { position });
    expect(numbers).toEqual(expected);
    expect(walksOf(client)[0]).toBe(first);
    expect(new Set(parts.map(part => part.since))).toEqual(
      new Set([readTime(writeTime(toMicros(position.since) ?? 0), 0)]),
    );
    // Others may have changed what the earlier run read.
    expect(parts.every(part => part.missesChanges)).toBe(true);
  });

  test('asks for the same window as before, and behind the same record', async () => {
    const client = new ListClient(rows);
    const whole = await read(client, CONTACTS, { ...FOUR, mayStop: true });
    const { position } = whole.parts[3] ?? {};
    expect(position).toMatchObject({ isWindowed: true, since: since(2969) });
    const again = new ListClient(rows);
    const start = { position, handed: whole.numbers.slice(0, 1000) };
    const rest = await read(again, CONTACTS, FOUR, start);
    expect(rest.numbers).toEqual(range(1999, 0));
    expect(again.asked[0]?.query).toEqual(client.asked[4]?.query);
  });

  test('looks for the newest record first, if the earlier run had not come to that', async () => {
    const position = { isWindowed: true, after: iso(1000) };
    const client = new ListClient(rows);
    const { numbers, parts } = await read(client, OLDEST_FIRST, FOUR, { position });
    expect(numbers).toEqual(range(1000, 2999));
    expect(walksOf(client)).toEqual(['newest of 1000..', 'oldest of 1000..']);
    expect(client.asked[1]).toMatchObject({ reverse: true });
    expect(parts[0]).toMatchObject({ since: at(2969), missesChanges: true });
  });

  test('and finds none behind it', async () => {
    const position = { isWindowed: true, after: iso(3000) };
    const client = new ListClient(rows);
    const { numbers, parts } = await read(client, OLDEST_FIRST, FOUR, { position });
    expect(numbers).toEqual([]);
    // What is newer than that was not there.
    expect(parts.at(-1)).toMatchObject({
      since: at(3000) - 1,
      missesChanges: true,
      position: { last: true, since: fromMicros(at(3000) - 1) },
    });
    expect(client.asked).toHaveLength(1);
  });

  test('does not look for it in a list whose records stay', async () => {
    const position = { isWindowed: true, before: iso(1000) };
    const client = new ListClient(rows, MESSAGES[2]);
    const { numbers, parts } = await read(client, MESSAGES, FOUR, { position });
    expect(numbers).toEqual(range(1000, 0));
    expect(walksOf(client)).toEqual(['newest of ..1000']);
    expect(parts.every(part => part.since === undefined && !part.missesChanges)).toBe(true);
  });

  test('nor with the newest first, which it has left behind', async () => {
    const position = { isWindowed: true, before: iso(1000) };
    const client = new ListClient(rows);
    const { numbers, parts } = await read(client, CONTACTS, FOUR, { position });
    expect(numbers).toEqual(range(1000, 0));
    expect(client.asked[0]?.reverse).toBe(false);
    expect(parts.at(-1)?.position).toBeUndefined();
  });
});

describe('a position', () => {
  const readerOf = ([name, query]: List, position?: Position) => {
    const client = new ListClient([]);
    return new WindowReader({ client, name, query, order: orderOf(name, query) }, FOUR, position);
  };
  const record = { uuid: uuidOf(1), modified_on: iso(5) };

  test('behind a record is in its instant, because others may share it', () => {
    expect(readerOf(CONTACTS).positionBehind(record)).toEqual({
      isWindowed: true,
      before: since(5),
    });
    expect(readerOf(OLDEST_FIRST).positionBehind(record)).toEqual({
      isWindowed: true,
      after: since(5),
    });
  });

  test('is within the filters of the job', () => {
    const filters = { after: iso(1), before: iso(9) };
    const newestFirst: List = ['contacts', filters, {}];
    expect(readerOf(newestFirst).positionBehind(record)).toEqual({
      isWindowed: true,
      after: iso(1),
      before: since(5),
    });
    const oldestFirst: List = ['contacts', { ...filters, reverse: true }, {}];
    expect(readerOf(oldestFirst).positionBehind(record)).toEqual({
      isWindowed: true,
      after: since(5),
      before: iso(9),
    });
  });

  test('contains since when changes may have been missed, and the place within the stretch', () => {
    const reader = readerOf(CONTACTS, { isWindowed: true, before: iso(7), since: since(9) });
    const [gap] = reader.gaps;
    const stretch = { isWindowed: true, before: iso(7), since: since(9) };
    expect(gap && reader.positionIn(gap)).toEqual(stretch);
    const place = { query: { cursor: 'c' } };
    expect(gap && reader.positionIn(gap, place)).toEqual({ ...stretch, cursor: { cursor: 'c' } });
    expect(reader.positionOfChanges()).toEqual({ last: true, since: since(9) });
    expect(readerOf(CONTACTS).positionOfChanges()).toEqual({ last: true });
  });

  test.each<[string, List, Position | undefined, [number, number][]]>([
    ['none', CONTACTS, undefined, [[-Infinity, Infinity]]],
    ['none, oldest first', OLDEST_FIRST, undefined, [[-Infinity, Infinity]]],
    [
      'the filters of the job',
      ['contacts', { before: iso(7) }, {}],
      { before: iso(7) },
      [[-Infinity, Infinity]],
    ],
    ['a beginning', CONTACTS, { before: iso(7) }, [[-at(7), Infinity]]],
    ['a beginning, oldest first', OLDEST_FIRST, { after: iso(7) }, [[at(7), Infinity]]],
    [
      'an end',
      CONTACTS,
      { before: iso(7), after: iso(3) },
      [
        [-at(7), -at(3)],
        [-at(3) + 1, Infinity],
      ],
    ],
    [
      'an end, oldest first',
      OLDEST_FIRST,
      { before: iso(7), after: iso(3) },
      [
        [at(3), at(7)],
        [at(7) + 1, Infinity],
      ],
    ],
  ])('leads to stretches: %s', (_, list, position, stretches) => {
    expect(readerOf(list, position).gaps.map(({ from, to }) => [from, to])).toEqual(stretches);
  });
});

describe('the reader', () => {
  test('fails instead of waiting for ever, if more is taken than the limit that it was given', async () => {
    const client = new ListClient(rowsOf(5000));
    const { numbers, error } = await read(client, CONTACTS, { ...FOUR, limit: 1500 });
    expect(error).toMatchObject({ message: 'the windows stand still' });
    expect(numbers).toEqual(range(4999, 5000 - numbers.length));
    expect(numbers.length).toBeGreaterThanOrEqual(1500);
    expect(client.waiting).toBe(0);
  });

  test('sends as many requests as it may, and none once it is closed', async () => {
    const client = new ListClient(rowsOf(6000));
    const [name, query] = CONTACTS;
    const list = { client, name, query, order: orderOf(name, query) };
    const reader = new WindowReader(list, { ...FOUR, mayStop: true });
    expect(reader.isIdle).toBe(true);
    reader.fill();
    reader.fill();
    expect(reader.isIdle).toBe(false);
    await reader.progressed();
    expect(reader.progress).toMatchObject({ pages: 1, kept: 250, covered: 249 * SECOND });
    const closing = reader.close();
    reader.fill();
    await closing;
    expect(reader.isIdle).toBe(true);
    const asked = client.asked.length;
    reader.fill();
    await turn();
    expect(client.asked.length).toBe(asked);
  });
});

describe('a list that others change meanwhile', () => {
  const lists = fc.constantFrom(CONTACTS, OLDEST_FIRST, MESSAGES);
  const cases = fc.record({
    list: lists,
    count: fc.integer({ min: 200, max: 4000 }),
    together: fc.constantFrom(1, 3, 100, 400),
    concurrency: fc.integer({ min: 1, max: 4 }),
    ahead: fc.integer({ min: 4, max: 40 }),
    mayStop: fc.boolean(),
    /** Whether the server says what time it is. Then a list can seem to be short. */
    hasClock: fc.boolean(),
    chance: fc.integer({ min: 1, max: 1000 }),
    /** After so many pages, a run stops, and the next one goes on. */
    stops: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
  });

  test('shows everybody who is there the whole time, once, in one run or several', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ list, count, together, chance, stops, hasClock, ...options }) => {
          // As a job with a deadline.
          options.mayStop ||= stops.length > 0;
          const [name, query, habits] = list;
          const random = chances(chance);
          const rows = rowsOf(count, together);
          const gone = new Set<number>();
          let newest = count;
          const onRequest = () => {
            for (let changes = random(3); changes > 0; changes--) {
              const place = random(rows.length);
              const row = rows[place];
              const kind = random(3);
              if (!row) continue;
              if (kind === 0) gone.add(row.id) && rows.splice(place, 1);
              else if (kind === 1 && name === 'contacts') row.at = at(++newest);
              else rows.push({ uuid: uuidOf(++newest), at: at(newest), id: newest });
            }
          };
          const client = new ListClient(rows, {
            ...habits,
            onRequest,
            choose: random,
            serverTime: hasClock ? at(count + 60) / 1000 : undefined,
          });
          const ordered = { client, name, query, order: orderOf(name, query) };
          const numbers: number[] = [];
          let position: Position | undefined;
          for (const pages of [...stops, Number.POSITIVE_INFINITY]) {
            let left = pages;
            let next: Position | undefined;
            for await (const page of readThrough(ordered, options, position)) {
              numbers.push(...page.records.map(({ n }) => Number(n)));
              next = page.next && JSON.parse(JSON.stringify(page.next()));
              if (--left === 0) break;
            }
            expect(client.waiting).toBe(0);
            position = next;
            if (!position) break;
          }
          expect(new Set(numbers).size).toBe(numbers.length);
          const known = new Set([...numbers, ...gone]);
          expect(range(0, count - 1).filter(id => !known.has(id))).toEqual([]);
        },
      ),
      { numRuns: 80 },
    );
  });
});

describe('a reading that is stopped', () => {
  test.each([1, 2, 5, 9, 20])('before request %i is no end of the list', async last => {
    const limiter = new Limiter({ clock: fakeClock() });
    const reason = fail('SERVER_ERROR', 'It is down.', 'Wait.');
    const onRequest = (count: number) => void (count === last && limiter.stop(reason));
    const client = new ListClient(rowsOf(6000), { onRequest }, limiter);
    const { numbers, error } = await read(client, CONTACTS, FOUR);
    expect(error).toMatchObject({ message: 'It is down.' });
    expect(numbers).toEqual(range(5999, 0).slice(0, numbers.length));
  });
});

describe('windows are for lists', () => {
  test.each<[ResourceName, Query]>([
    ['contacts', {}],
    ['contacts', { folder: 'sent' }],
    ['runs', {}],
    ['flow_starts', {}],
    ['messages', {}],
    ['messages', { folder: 'inbox' }],
    ['messages', { folder: 'incoming' }],
    ['broadcasts', {}],
  ])('of many records: %s, %j', (name, query) => {
    expect(() => requireWindows(name, query)).not.toThrow();
  });

  test.each<[ResourceName, Query, RegExp]>([
    ['groups', {}, /but not groups\.$/],
    ['tickets', {}, /but not tickets\.$/],
    ['messages', { folder: 'sent' }, /the folder "sent"/],
  ])('not of %s, %j', (name, query, description) => {
    expect(() => requireWindows(name, query)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        description: expect.stringMatching(description),
      }),
    );
  });
});
