import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { eachPage, fn, getContacts, getMessages } from '../../../src/Adaptor.js';
import { Client } from '../../../src/client/client.js';
import { systemClock } from '../../../src/client/clock.js';
import { orderOf } from '../../../src/client/orderedList.js';
import { readThrough } from '../../../src/client/readThrough.js';
import { parseConfiguration } from '../../../src/configuration.js';
import { toMicros } from '../../../src/input/times.js';
import type { ListOptions } from '../../../src/types/options.js';
import type { State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { onlyCheckpoint } from '../../support/checkpoint.js';
import { credential } from '../../support/credential.js';
import { noSleep } from '../../support/noSleep.js';
import { type Habits, type Row, uuidOf, windowsServer, writeTime } from './windowsServer.js';

const START = Date.parse('2026-06-01T00:00:00Z') * 1000;
const MINUTE = 60_000_000;

type Contact = { uuid: string; modified_on: string };

const even = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    uuid: uuidOf(index),
    id: index,
    at: START - (count - index) * MINUTE,
  }));

const uuids = (data: unknown) => (data as Contact[]).map(({ uuid }) => uuid);
const stateFor = (server: { host: string }): State => ({ configuration: credential(server) });

async function read(rows: Row[], habits: Habits, options: ListOptions, reverse = false) {
  const server = await windowsServer(rows, habits);
  const list = getContacts({ reverse }, { concurrency: 4, ...options });
  const state = await list(stateFor(server));
  return { contacts: state.data as Contact[], server, state };
}

/** Times as the server wrote them. */
const timesOf = (rows: readonly Row[]) =>
  new Map(rows.map(({ uuid, at }) => [uuid, writeTime(at)]));

describe('records that change while they are read', () => {
  test.each([false, true])('none is lost, none comes twice (reverse: %s)', async reverse => {
    const rows = even(8000);
    const before = timesOf(rows);
    let now = START + MINUTE;
    const changed = new Set<string>();
    const { contacts } = await read(
      rows,
      {
        delay: () => 1,
        onRequest: (all, count) => {
          for (let step = 0; step < 20; step++) {
            const row = all[(count * 997 + step * 389) % all.length];
            if (!row) continue;
            row.at = now;
            now += MINUTE / 60;
            changed.add(row.uuid);
          }
          return undefined;
        },
      },
      {},
      reverse,
    );
    expect(new Set(uuids(contacts)).size).toBe(8000);
    expect(contacts).toHaveLength(8000);
    const untouched = contacts.filter(({ uuid }) => !changed.has(uuid));
    const expected = [...before.keys()].filter(uuid => !changed.has(uuid));
    expect(uuids(untouched)).toEqual(reverse ? expected : expected.toReversed());
    // What changed after the newest page was read comes last, in the order in which it did.
    const times = contacts.map(({ modified_on }) => modified_on);
    const last = reverse
      ? times.findIndex(time => time > writeTime(START))
      : times.findIndex((time, index) => time > (times[index - 1] ?? time));
    const tail = times.slice(last);
    expect(tail.length).toBeGreaterThan(100);
    expect(tail.length).toBeLessThan(900);
    expect(tail).toEqual(tail.toSorted());
    expect((tail[0] ?? '') > writeTime(START)).toBe(true);
  });

  test('new ones come last, deleted ones do no harm', async () => {
    const rows = even(8000);
    const added: string[] = [];
    const deleted = new Set<string>();
    const { contacts } = await read(
      rows,
      {
        delay: () => 1,
        onRequest: (all, count) => {
          const uuid = uuidOf(100_000 + count);
          added.push(uuid);
          all.push({ uuid, id: 100_000 + count, at: START + count * MINUTE });
          const [gone] = all.splice((count * 613) % 8000, 1);
          if (gone) deleted.add(gone.uuid);
          return undefined;
        },
      },
      {},
    );
    const seen = uuids(contacts);
    expect(new Set(seen).size).toBe(seen.length);
    const stayed = Array.from({ length: 8000 }, (_, index) => uuidOf(index)).filter(
      uuid => !deleted.has(uuid),
    );
    expect(stayed.filter(uuid => !seen.includes(uuid))).toEqual([]);
    expect(seen.slice(-10)).toEqual(added.filter(uuid => seen.includes(uuid)).slice(-10));
  });

  test('also of a list that moves and cannot be reversed', async () => {
    const rows = even(6000);
    const late = rows.slice(0, 300);
    const server = await windowsServer(rows, {
      reverses: false,
      delay: () => 1,
      onRequest: (_, count) => {
        if (count === 6) for (const [index, row] of late.entries()) row.at = START + index + 1;
        return undefined;
      },
    });
    const list = getMessages({ folder: 'incoming' }, { concurrency: 4 });
    const { data } = await list(stateFor(server));
    const still = rows.slice(300).toReversed();
    expect(uuids(data)).toEqual([...still, ...late].map(({ uuid }) => uuid));
  });

  test('whatever the times and the changes are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          count: fc.integer({ min: 0, max: 9000 }),
          /** How often one instant follows another, and how far apart they are. */
          bursts: fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.nat(1e9)), {
            minLength: 1,
            maxLength: 6,
          }),
          concurrency: fc.integer({ min: 2, max: 10 }),
          reverse: fc.boolean(),
          seed: fc.integer({ min: 1, max: 1_000_000 }),
          changes: fc.integer({ min: 0, max: 5 }),
        }),
        async ({ count, bursts, concurrency, reverse, seed, changes }) => {
          let at = START;
          const rows: Row[] = [];
          for (let index = 0; rows.length < count; index++) {
            const [length, gap] = bursts[index % bursts.length] ?? [1, 1];
            // Records that change share no instant: a server's cursor counts inside one.
            for (let i = 0; i < length && rows.length < count; i++) {
              at -= changes > 0 ? 1 + (gap % 7) : 0;
              rows.push({ uuid: uuidOf(rows.length), id: count - rows.length, at });
            }
            at -= 1 + gap;
          }
          const before = timesOf(rows);
          const changed = new Set<string>();
          let random = seed;
          let now = START + 1;
          const { contacts } = await read(
            rows,
            {
              onRequest: all => {
                for (let step = 0; step < changes && all.length > 0; step++) {
                  random = (random * 48_271) % 2_147_483_647;
                  const row = all[random % all.length];
                  if (!row) continue;
                  row.at = now++;
                  changed.add(row.uuid);
                }
                return undefined;
              },
            },
            { concurrency },
            reverse,
          );
          const seen = uuids(contacts);
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toHaveLength(count);
          const still = seen.filter(uuid => !changed.has(uuid));
          const expected = [...before.keys()].filter(uuid => !changed.has(uuid));
          expect(still).toEqual(reverse ? expected.toReversed() : expected);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('when something goes wrong', () => {
  test('faults at random pages', async () => {
    noSleep();
    const rows = even(8000);
    const { contacts, server, state } = await read(
      rows,
      { onRequest: (_, count) => (count % 5 === 2 ? { status: 502 + (count % 3) } : undefined) },
      {},
    );
    expect(uuids(contacts)).toEqual(rows.toReversed().map(({ uuid }) => uuid));
    expect(state.response?.requests).toBe(server.asked.length);
  });

  test('a server that stays down: an error, and no further requests', async () => {
    noSleep();
    const server = await windowsServer(even(8000), {
      onRequest: (_, count) => (count > 10 ? { status: 503 } : undefined),
    });
    const list = getContacts({}, { concurrency: 4 });
    await expect(list(stateFor(server))).rejects.toMatchObject({ statusCode: 503 });
    const { length } = server.asked;
    await new Promise(resolve => setTimeout(resolve, 30));
    expect(server.asked).toHaveLength(length);
  });

  test('a rate limit in the middle: all wait together, and the wait counts once', async () => {
    const lines = captureConsole();
    const asleep: number[] = [];
    let isLimited = false;
    let refused = 0;
    let begun = 0;
    let duringWait = 0;
    vi.spyOn(systemClock, 'sleep').mockImplementation(async seconds => {
      asleep.push(seconds);
      begun = performance.now();
      await new Promise(resolve => setTimeout(resolve, 100));
      isLimited = false;
    });
    const rows = even(20_000);
    const { contacts } = await read(
      rows,
      {
        delay: () => 5,
        onRequest: (_, count) => {
          if (count === 30) isLimited = true;
          if (!isLimited) return undefined;
          refused++;
          // What was on its way when the wait began is refused too.
          if (begun > 0 && performance.now() - begun > 30) duringWait++;
          return { status: 429, retryAfter: 25 };
        },
      },
      // Two waits of each of four walks would be more.
      { maxWait: 30 },
    );
    expect(uuids(contacts)).toEqual(rows.toReversed().map(({ uuid }) => uuid));
    expect(asleep).toEqual([25]);
    expect(refused).toBeGreaterThan(0);
    expect(duringWait).toBe(0);
    expect(lines.filter(line => line.includes('waiting'))).toEqual([
      "RapidPro: getContacts(): waiting 25 s because of RapidPro's rate limit",
    ]);
  });
});

test('a long wait that joins a short one is waited to its end, and counts once', async () => {
  const asleep: number[] = [];
  let isLimited = false;
  let refused = 0;
  vi.spyOn(systemClock, 'random').mockReturnValue(0.5);
  vi.spyOn(systemClock, 'sleep').mockImplementation(async seconds => {
    asleep.push(seconds);
    await new Promise(resolve => setTimeout(resolve, 40));
    // The first wait is for the 503; the rate limit ends with the second.
    if (asleep.length > 1) isLimited = false;
  });
  const rows = even(20_000);
  const { contacts } = await read(
    rows,
    {
      // The 503 is answered first.
      delay: () => (refused > 0 ? 20 : 5),
      onRequest: (_, count) => {
        if (count === 30) {
          isLimited = true;
          return { status: 503 };
        }
        if (!isLimited) return undefined;
        refused++;
        return { status: 429, retryAfter: 25 };
      },
    },
    { maxWait: 30 },
  );
  expect(uuids(contacts)).toEqual(rows.toReversed().map(({ uuid }) => uuid));
  expect(refused).toBeGreaterThan(0);
  expect(asleep).toHaveLength(2);
  expect(asleep[0]).toBe(0.5);
  expect(asleep[1]).toBeGreaterThan(24);
  expect(asleep[1]).toBeLessThanOrEqual(25);
});

/** Reads a list in runs, as jobs do: state goes through JSON in between. */
async function inRuns(server: { host: string }, options: ListOptions, reverse = false) {
  const seen: string[] = [];
  let state: State = {};
  let runs = 0;
  do {
    const list = getContacts({ reverse }, { ...options, resume: true });
    const next = await list({ ...state, ...stateFor(server) });
    seen.push(...uuids(next.data));
    const { configuration: _, data: __, ...kept } = next;
    state = JSON.parse(JSON.stringify(kept)) as State;
    runs++;
  } while ((state.rapidpro as { resume?: object } | undefined)?.resume && runs < 200);
  return { seen, runs };
}

describe('lists that stop early', () => {
  // Oldest first, what changes moves to the end: it must not be behind a reader that has been there.
  test.each([
    ['before the newest page was read', 4, 2, 4],
    ['in a list that is read page by page', 1, 7, 4],
    ['the same, in as many windows as there may be', 1, 3, 10],
    ['in one that goes on page by page', 4, 2, 1],
    ['after the newest page was read', 4, 9, 4],
  ])('%s: what changes in the next run is not lost', async (_, first, stop, second) => {
    for (const size of [501, 3000, 10_000]) {
      const rows = even(size);
      const all = rows.map(({ uuid }) => uuid);
      let isLimited = false;
      let isSecond = false;
      let now = START + MINUTE;
      const server = await windowsServer(rows, {
        onRequest: (sorted, count) => {
          if (isSecond) {
            const old = sorted.filter(({ at }) => at <= START);
            const middle = Math.floor(old.length * 0.6);
            for (const row of old.slice(middle, middle + 40)) {
              row.at = now;
              now += 1000;
            }
          } else if (count === stop) isLimited = true;
          return isLimited ? { status: 429, retryAfter: 3000 } : undefined;
        },
      });
      const read = (concurrency: number, state: State) =>
        getContacts(
          { reverse: true },
          { concurrency, resume: true },
        )({
          ...JSON.parse(JSON.stringify(state)),
          ...stateFor(server),
        });
      const begun = await read(first, {});
      if (!isLimited) continue;
      const seen = uuids(begun.data);
      [isLimited, isSecond] = [false, true];
      const rest = await read(second, { rapidpro: begun.rapidpro } as State);
      seen.push(...uuids(rest.data));
      expect(seen.toSorted()).toEqual(all.toSorted());
    }
  });

  test.each([false, true])(
    'a deadline: the next runs read exactly the rest (reverse: %s)',
    async reverse => {
      const rows = even(9000);
      const server = await windowsServer(rows);
      let now = Date.now();
      vi.spyOn(systemClock, 'now').mockImplementation(() => {
        now += 300;
        return now;
      });
      const { seen, runs } = await inRuns(server, { deadline: 10, concurrency: 4 }, reverse);
      expect(runs).toBeGreaterThan(1);
      const expected = rows.map(({ uuid }) => uuid);
      expect(seen).toEqual(reverse ? expected : expected.toReversed());
    },
  );

  test.each([
    [4, 1],
    [1, 4],
  ])('%i windows, then %i', async (first, second) => {
    const rows = even(12_000);
    let isLimited = false;
    const server = await windowsServer(rows, {
      onRequest: (_, count) => {
        if (count === 25) isLimited = true;
        return isLimited ? { status: 429, retryAfter: 3000 } : undefined;
      },
    });
    const stopped = await getContacts({}, { concurrency: first })(stateFor(server));
    expect(onlyCheckpoint(stopped).position).toMatchObject({ retryAfter: 3000 });
    const read = uuids(stopped.data);
    expect(read.length).toBeGreaterThan(0);
    isLimited = false;
    const rest = await getContacts(
      {},
      { concurrency: second, resume: true },
    )({ ...JSON.parse(JSON.stringify({ ...stopped, data: null })), ...stateFor(server) });
    read.push(...uuids(rest.data));
    expect(read).toEqual(rows.toReversed().map(({ uuid }) => uuid));
  });

  test('what changed during the first run is read by the last', async () => {
    const rows = even(12_000);
    let isLimited = false;
    const server = await windowsServer(rows, {
      onRequest: (all, count) => {
        if (count === 25) {
          isLimited = true;
          // The oldest: far from being read.
          for (const row of all.slice(0, 10)) row.at = START + MINUTE;
        }
        return isLimited ? { status: 429, retryAfter: 3000 } : undefined;
      },
    });
    const stopped = await getContacts({}, { concurrency: 4 })(stateFor(server));
    isLimited = false;
    const options = { concurrency: 4, resume: true };
    const rest = await getContacts({}, options)({ ...stopped, ...stateFor(server) });
    const seen = [...uuids(stopped.data), ...uuids(rest.data)];
    expect(new Set(seen).size).toBe(12_000);
    expect(rest.rapidpro).toEqual({});
  });

  test('no page names a position before what was handed out', async () => {
    for (let count = 5300; count < 5600; count += 30) {
      const server = await windowsServer(even(count), {
        // The oldest page is looked at first. Then most of what it held is deleted.
        onRequest: (all, asked) => {
          if (asked === 3) all.splice(0, 200);
          return undefined;
        },
      });
      const client = new Client(parseConfiguration(credential(server)));
      const order = orderOf('contacts', {});
      const list = { client, name: 'contacts', query: {}, order } as const;
      let handed = '';
      for await (const page of readThrough(list, { concurrency: 2, ahead: 128 })) {
        handed = String(page.records.at(-1)?.modified_on ?? handed);
        const next = page.next?.();
        if (!next || next.cursor || next.last) continue;
        expect((toMicros(next.before) ?? Infinity) <= (toMicros(handed) ?? 0)).toBe(true);
      }
    }
  });

  test('before the first page it throws', async () => {
    const server = await windowsServer(even(1000), {
      onRequest: () => ({ status: 429, retryAfter: 3000 }),
    });
    await expect(getContacts({}, { concurrency: 4 })(stateFor(server))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    });
  });

  test('a checkpoint that somebody changed is refused', async () => {
    const rows = even(12_000);
    const server = await windowsServer(rows, {
      onRequest: (_, count) => (count > 25 ? { status: 429, retryAfter: 3000 } : undefined),
    });
    const stopped = await getContacts({}, { concurrency: 4 })(stateFor(server));
    const { name, position } = onlyCheckpoint<{ position: object }>(stopped);
    expect(position.position).toMatchObject({ isWindowed: true, since: expect.any(String) });
    const again = getContacts({}, { concurrency: 4, resume: true });
    for (const wrong of [{ before: 7 }, { since: null }, { last: 'x' }, { cursor: '{{' }]) {
      const changed = { ...position, position: { ...position.position, ...wrong } };
      const rapidpro = { resume: { [name]: changed } };
      await expect(again({ rapidpro, ...stateFor(server) })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
  });

  test('a slow server: each run stops with what has been read', async () => {
    const rows = even(3000);
    const server = await windowsServer(rows, { delay: () => 180 });
    const seen: string[] = [];
    let state: State = {};
    let runs = 0;
    do {
      const list = getContacts({}, { deadline: 1, concurrency: 4, resume: true });
      state = await list({ rapidpro: state.rapidpro, ...stateFor(server) });
      seen.push(...uuids(state.data));
      runs++;
    } while ((state.rapidpro as { resume?: object }).resume && runs < 20);
    expect(runs).toBeGreaterThan(1);
    expect(seen).toEqual(rows.toReversed().map(({ uuid }) => uuid));
  });

  test('what a job does to the records of a page does not matter', async () => {
    const rows = even(6000);
    const server = await windowsServer(rows, {
      onRequest: (_, count) => (count % 9 === 8 ? { status: 429, retryAfter: 3000 } : undefined),
    });
    const seen: string[] = [];
    const take = fn(state => {
      for (const record of state.data as { [key: string]: unknown }[]) {
        seen.push(String(record.uuid));
        for (const key of Object.keys(record)) delete record[key];
      }
      return state;
    });
    let state: State = {};
    let runs = 0;
    do {
      const list = getContacts({}, { concurrency: 4, resume: true });
      state = await eachPage(list, take)({ rapidpro: state.rapidpro, ...stateFor(server) });
      runs++;
    } while ((state.rapidpro as { resume?: object }).resume && runs < 40);
    expect(runs).toBeGreaterThan(1);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(6000);
  });

  test('page by page too', async () => {
    const rows = even(9000);
    const server = await windowsServer(rows, { key: 'created_on', reverses: false });
    let now = Date.now();
    vi.spyOn(systemClock, 'now').mockImplementation(() => {
      now += 300;
      return now;
    });
    const seen: string[] = [];
    const keep = fn(state => {
      seen.push(...uuids(state.data));
      return state;
    });
    let state: State = {};
    let runs = 0;
    do {
      const list = getMessages({}, { deadline: 10, concurrency: 4, resume: true });
      state = await eachPage(list, keep)({ ...state, ...stateFor(server) });
      runs++;
    } while ((state.rapidpro as { resume?: object }).resume && runs < 200);
    expect(runs).toBeGreaterThan(1);
    expect(seen).toEqual(rows.toReversed().map(({ uuid }) => uuid));
  });
});
