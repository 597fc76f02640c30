import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type Checkpoint,
  Fingerprint,
  listCheckpoint,
  othersOf,
  readCheckpoint,
  withCheckpoint,
} from '../../src/state/checkpoint.js';
import {
  advance,
  callsCheckpoint,
  changesCheckpoint,
  eventsCheckpoint,
  isKnown,
  PUSHES,
  versionOf,
  withSeen,
} from '../../src/state/feed.js';
import { bulkCheckpoint } from '../../src/sync/bulkCheckpoint.js';
import type { State } from '../../src/types/state.js';

const TOKEN = 'a'.repeat(40);
const SERVER = '//rapidpro.example.org/api/v2/';
const OTHER = '//other.example.org/api/v2/';
const HOME = { server: SERVER, token: TOKEN };

const simple = (name: string, most?: number): Checkpoint<{ at: number }> => ({
  section: 'resume',
  operation: 'contacts',
  fingerprint: new Fingerprint(TOKEN).add(name).toString(),
  shape: z.object({ at: z.number() }),
  without: 'it starts again',
  ...(most === undefined ? {} : { most }),
});

describe('a checkpoint', () => {
  test('is read as it was written, and nothing else on state changes', () => {
    const state: State = { data: [1], rapidpro: { madeOn: 7, marks: { 'runs-1': { x: 1 } } } };
    const first = withCheckpoint(state, simple('a'), { at: 1 });
    const both = withCheckpoint(first, simple('b'), { at: 2 });
    expect(readCheckpoint(both, simple('a'))).toEqual({ at: 1 });
    expect(readCheckpoint(both, simple('b'))).toEqual({ at: 2 });
    expect(readCheckpoint(both, simple('c'))).toBeUndefined();
    const one = withCheckpoint(both, simple('a'), undefined);
    expect(readCheckpoint(one, simple('a'))).toBeUndefined();
    expect(readCheckpoint(one, simple('b'))).toEqual({ at: 2 });
    expect(withCheckpoint(one, simple('b'), undefined)).toEqual(state);
    expect(state.rapidpro).toEqual({ madeOn: 7, marks: { 'runs-1': { x: 1 } } });
  });

  test('that is not there leaves state as it is', () => {
    const state: State = {};
    expect(withCheckpoint(state, simple('a'), undefined)).toBe(state);
  });

  test('of another shape is refused by its name', () => {
    const left = withCheckpoint({}, simple('a'), { at: 'x' } as never);
    const name = `contacts-${simple('a').fingerprint}`;
    expect(() => readCheckpoint(left, simple('a'))).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        description: 'state.rapidpro.resume was changed, and cannot be read. Nothing was sent.',
        fix: `Remove "${name}" from it: it starts again.`,
      }),
    );
  });

  test.each([null, 'x', [], { resume: null }, { resume: 'x' }, { resume: [1] }])(
    'is not in %j, and can be put there',
    rapidpro => {
      const state: State = { rapidpro };
      expect(readCheckpoint(state, simple('a'))).toBeUndefined();
      const next = withCheckpoint(state, simple('a'), { at: 1 });
      expect(readCheckpoint(next, simple('a'))).toEqual({ at: 1 });
    },
  );

  test('is forgotten when it is the oldest of too many of its operation', () => {
    const other = { ...simple('a'), operation: 'eachPage-contacts' };
    let state = withCheckpoint({}, other, { at: 0 });
    // What is written again is the newest.
    for (const name of ['a', 'b', 'a', 'c']) {
      state = withCheckpoint(state, simple(name, 2), { at: 1 });
    }
    expect(['a', 'b', 'c'].map(name => readCheckpoint(state, simple(name))?.at)).toEqual([
      1,
      undefined,
      1,
    ]);
    expect(readCheckpoint(state, other)).toEqual({ at: 0 });
  });

  test('of the same operation for something else is noticed', () => {
    const state = withCheckpoint({}, simple('a'), { at: 1 });
    expect(othersOf(state, simple('a'))).toEqual([]);
    expect(othersOf(state, simple('b'))).toEqual([[simple('a'), { at: 1 }]]);
    expect(othersOf(state, { ...simple('b'), operation: 'syncContacts' })).toEqual([]);
  });
});

test('names tell lists, ways of reading, tokens and servers apart, and reveal none', async () => {
  const group = { group: 'Mothers' };
  const all = [
    listCheckpoint(HOME, 'contacts', {}, false),
    listCheckpoint(HOME, 'contacts', group, false),
    listCheckpoint(HOME, 'contacts', group, true),
    listCheckpoint({ ...HOME, token: 'b'.repeat(40) }, 'contacts', group, false),
    listCheckpoint({ ...HOME, server: OTHER }, 'contacts', group, false),
    await bulkCheckpoint('syncContacts', [{ name: 'Amina' }], {}, HOME),
    await bulkCheckpoint('syncContacts', [{ name: 'Amina' }], { key: 'uuid' }, HOME),
    await bulkCheckpoint('syncContacts', [{ name: 'Amina' }], {}, { ...HOME, server: OTHER }),
    await bulkCheckpoint('upsertContacts', [{ name: 'Amina' }], {}, HOME),
    changesCheckpoint(SERVER, 'contacts', group),
    changesCheckpoint(OTHER, 'contacts', group),
    eventsCheckpoint(SERVER, { resthook: 'Mothers' }),
    callsCheckpoint(SERVER, { flow: 'f' }),
  ];
  const names = all.map(one => `${one.operation}-${one.fingerprint}`);
  expect(new Set(names).size).toBe(all.length);
  expect(names.join()).not.toMatch(/Mothers|Amina|example|aaaa/);
  const later = changesCheckpoint(SERVER, 'contacts', { ...group, after: '2026-01-01' });
  expect(later.fingerprint).toBe(changesCheckpoint(SERVER, 'contacts', group).fingerprint);
});

const AT = '2026-05-04T03:02:01.000007Z';
const bulk = {
  items: 3,
  created: [],
  updated: [[0, 1]],
  unchanged: [],
  unknown: [],
  clashes: [],
  found: [[2, 'u']],
};
const list = listCheckpoint(HOME, 'contacts', {}, false);
const changes = changesCheckpoint(SERVER, 'contacts', {});
const events = eventsCheckpoint(SERVER, {});
const calls = callsCheckpoint(SERVER, {});
const sync = await bulkCheckpoint('syncContacts', [1, 2, 3], {}, HOME);
const feed = { time: AT, from: AT, seen: { abc: 5 } };

describe('shapes', () => {
  test.each<[Checkpoint<unknown>, object]>([
    [list, { position: { cursor: { cursor: 'abc' } }, done: 250 }],
    [list, { position: { cursor: { offset: '250' }, since: AT }, done: 250, retryAfter: 30 }],
    [list, { position: { since: AT, last: true }, done: 250 }],
    [list, { position: { isWindowed: true, before: AT, cursor: { cursor: 'abc' } }, done: 1 }],
    [sync, bulk],
    [sync, { ...bulk, cursor: { cursor: 'abc' }, complete: true, isWide: false }],
    [changes, feed],
    [events, { looked: AT }],
    [events, { looked: AT, feed }],
    [calls, { after: '2026-01-01', feed: { time: AT, seen: {} }, stoppedAt: AT }],
  ])('%#: comes back through JSON', (checkpoint, position) => {
    const state = JSON.parse(JSON.stringify(withCheckpoint({}, checkpoint, position)));
    expect(readCheckpoint(state, checkpoint)).toEqual(position);
  });

  test.each<[Checkpoint<unknown>, unknown]>([
    [list, 'x'],
    [list, { done: 1 }],
    [list, { position: {}, done: 1 }],
    [list, { position: { since: AT }, done: 1 }],
    [list, { position: { cursor: {} }, done: 1 }],
    [list, { position: { cursor: { cursor: 'a', group: 'x' } }, done: 1 }],
    [list, { position: { cursor: { cursor: 'a' }, group: 'x' }, done: 1 }],
    [list, { position: { isWindowed: true, before: 7 }, done: 1 }],
    [sync, { ...bulk, updated: [[0, 3]] }],
    [sync, { ...bulk, updated: [[-1, 2]] }],
    [sync, { ...bulk, updated: [[0.5, 2]] }],
    [sync, { ...bulk, clashes: undefined }],
    [sync, { ...bulk, found: [[2, 7]] }],
    [sync, { ...bulk, cursor: { group: 'x' } }],
    [changes, { ...feed, from: undefined }],
    [changes, { ...feed, time: 'yesterday' }],
    [changes, { ...feed, seen: null }],
    [changes, { ...feed, seen: { abc: 'x' } }],
    [events, { looked: 'yesterday' }],
    [events, { looked: AT, feed: { ...feed, seen: [] } }],
    [calls, { feed }],
    [calls, { after: AT, stoppedAt: 7 }],
  ])('%#: another one is refused', (checkpoint, position) => {
    expect(() => readCheckpoint(withCheckpoint({}, checkpoint, position), checkpoint)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });
});

describe('a feed', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
  const versions = (...seconds: number[]) => seconds.map(one => versionOf(at(one), `k${one}`));

  test('knows what was seen, and all before it looks back to', () => {
    const known = advance(undefined, versions(0, 500, 1000), PUSHES);
    expect(known).toMatchObject({ time: at(1000), from: at(400) });
    expect(Object.keys(known?.seen ?? {})).toHaveLength(2);
    for (const version of versions(0, 399, 500, 1000)) expect(isKnown(known, version)).toBe(true);
    for (const version of versions(400, 700, 1001)) expect(isKnown(known, version)).toBe(false);
    expect(advance(known, [], PUSHES)).toEqual(known);
    expect(advance(undefined, [], PUSHES)).toBeUndefined();
  });

  test('that stopped on its way remembers all, and begins where it did', () => {
    const stopped = withSeen(undefined, versions(1000, 0));
    expect(stopped?.from).toBeUndefined();
    for (const version of versions(0, 1000)) expect(isKnown(stopped, version)).toBe(true);
    expect(isKnown(stopped, versionOf(at(1), 'other'))).toBe(false);
    const next = withSeen(stopped, versions(2000), 2);
    expect(next?.time).toBe(at(2000));
    expect(versions(0, 1000, 2000).map(version => isKnown(next, version))).toEqual([
      true,
      false,
      true,
    ]);
  });
});
