import { describe, expect, test } from 'vitest';
import { hasId, identityOf, SeenIds, shortHash } from '../../src/client/seenIds.js';
import { PAGE_SIZE } from '../../src/resources.js';

/** The ids of records that a list has handed out: which are new, and what a checkpoint keeps of them. */

const UUID = '09d23a05-47fe-11e4-bfe9-b8f6b119e9ab';
const NIL = '00000000-0000-0000-0000-000000000000';

const setOf = (...ids: string[]) => {
  const set = new SeenIds();
  for (const id of ids) set.add(id);
  return set;
};

/** As a checkpoint holds them: two words of 32 bits for each id. */
const packed = (words: Iterable<readonly [high: number, low: number]>) =>
  Buffer.from(Uint32Array.from([...words].flat()).buffer).toString('base64url');

describe('what distinguishes a record', () => {
  test.each([
    [{ uuid: 'a', id: 1, key: 'k' }, 'a'],
    [{ id: 1, key: 'k' }, '1'],
    [{ uuid: null, id: 0 }, '0'],
    [{ key: 'village' }, 'village'],
  ])('of %j is %s', (record, identity) => {
    expect(hasId(record)).toBe(true);
    expect(identityOf(record)).toBe(identity);
  });

  test.each([[{}], [{ name: 'Huye' }], [{ uuid: null, id: null, key: null }]])(
    'of %j is all that it holds',
    record => {
      expect(hasId(record)).toBe(false);
      expect(identityOf(record)).toMatch(/^[\w-]{11}$/);
      expect(identityOf({ ...record })).toBe(identityOf(record));
      expect(identityOf({ ...record, more: 1 })).not.toBe(identityOf(record));
    },
  );

  test('is not a link that each answer signs again', () => {
    const archive = { start_date: '2026-01-01', download_url: 'https://a.test/?signed=1' };
    expect(identityOf(archive)).toBe(identityOf({ ...archive, download_url: 'other' }));
  });

  test.each([[{ uuid: {} }], [{ id: true }], [{ key: ['a'] }]])(
    'is no value like in %j',
    record => {
      expect(() => identityOf(record)).toThrow(
        expect.objectContaining({
          code: 'INVALID_RESPONSE',
          description: 'The server answered with a record without a valid id.',
        }),
      );
    },
  );
});

test('a short hash is the beginning of a SHA-256', () => {
  expect(shortHash('a')).toBe('ypeBEsobvco');
});

describe('a set of ids', () => {
  test('says which are new', () => {
    const set = new SeenIds();
    expect([set.has(UUID), set.add(UUID), set.has(UUID), set.add(UUID)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(set.size).toBe(1);
  });

  test('has nothing at first, not even the uuid of zeros', () => {
    expect(new SeenIds().has(NIL)).toBe(false);
    expect(setOf(NIL).has(NIL)).toBe(true);
    expect(setOf(NIL).has(UUID)).toBe(false);
  });

  /** If one of these were taken for a uuid, the other would be left out of a list. */
  test.each([
    ['another last digit', UUID.replace(/b$/, 'c')],
    ['another first digit', UUID.replace('0', '1')],
    ['a capital letter', UUID.replace('a05', 'A05')],
    ['a digit more', `${UUID}0`],
    ['a digit less', UUID.slice(1)],
    ['a dash elsewhere', '09d23a0-547fe-11e4-bfe9-b8f6b119e9ab'],
    ['no dashes', UUID.replaceAll('-', '')],
    ['a letter that is no digit', UUID.replace('d', 'g')],
    ['a letter of another script', UUID.replace('0', 'é')],
    ['a sign for a dash', UUID.replace('-', '_')],
  ])('takes for another: %s', (_, other) => {
    expect(setOf(UUID, other).size).toBe(2);
    expect(setOf(other).has(UUID)).toBe(false);
  });

  test.each([
    ['letters that are no digits', UUID.replace('d', 'g'), UUID.replace('d', 'h')],
    ['signs for a dash', UUID.replace('-', 'g'), UUID.replace('-', 'h')],
    ['letters of other scripts', UUID.replace('0', 'é'), UUID.replace('0', 'ö')],
    ['a letter among zeros', NIL.replace('0', 'g'), NIL.replace('0', 'h')],
    ['as long, with digits for its dashes', `${'a'.repeat(35)}b`, `${'a'.repeat(35)}c`],
  ])('keeps apart what is no uuid: %s', (_, one, other) => {
    expect(setOf(one, other).size).toBe(2);
  });

  test('keeps thousands apart, also those that agree in a half', () => {
    const numbers = Array.from({ length: 1500 }, (_, number) => number);
    const set = SeenIds.unpack(
      packed([
        ...numbers.map(number => [7, number] as const),
        ...numbers.map(number => [number + 8, 7] as const),
      ]),
    );
    expect(set.size).toBe(3000);
    for (const number of numbers) set.add(String(number));
    expect(set.size).toBe(4500);
    expect(numbers.every(number => set.has(String(number)))).toBe(true);
    expect(numbers.some(number => set.has(`none ${number}`))).toBe(false);
    expect(SeenIds.unpack(set.pack()).pack()).toBe(set.pack());
  });

  test('keeps apart more than fit in one piece, in their order', () => {
    const ids = Array.from({ length: 40_000 }, (_, number) => [number + 1, 7] as const);
    const set = SeenIds.unpack(packed(ids));
    expect(set.size).toBe(40_000);
    // Each of them is known.
    expect(SeenIds.unpack(packed([...ids, ...ids])).size).toBe(40_000);
    expect(set.add('a')).toBe(true);
    expect([set.has('a', 40_000), set.has('a', 40_001)]).toEqual([false, true]);
  });

  test('does not have the uuid of zeros because it has room for more', () => {
    for (const size of [10, 96, 97, 200]) {
      const set = setOf(...Array.from({ length: size }, (_, number) => `id ${number}`));
      expect([set.has(NIL), set.add(NIL), set.add(NIL)]).toEqual([false, true, false]);
      expect(set.size).toBe(size + 1);
    }
  });

  test('knows which came first', () => {
    const set = setOf('a', 'b', 'c');
    expect([set.has('b', 1), set.has('b', 2), set.has('b', 3), set.has('b')]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  test('of ten million is full', () => {
    const set = Object.assign(setOf('a'), { size: 10_000_000 });
    expect(() => set.add('b')).toThrow(expect.objectContaining({ code: 'LIST_TOO_LONG' }));
  });
});

describe('in a checkpoint', () => {
  const KEPT = 'g8IwC-eLgsA82EZopDBVMkUjVA8VBM0XTv09iQPxctoAAAAAAAAAAA';
  const IDS = [
    UUID,
    'f8c1a2b3-0d4e-4f56-9a7b-c0ffee123456',
    '17',
    'ABCDEF00-47fe-11e4-bfe9-b8f6b119e9ab',
    NIL,
  ];

  test('ids are what they were in the one of an earlier version', () => {
    expect(setOf(...IDS).pack()).toBe(KEPT);
    const kept = SeenIds.unpack(KEPT);
    expect(IDS.map(id => kept.add(id))).toEqual([false, false, false, false, false]);
  });

  test('are as many of the first as are asked for', () => {
    expect(setOf(...IDS).pack(2)).toBe(setOf(...IDS.slice(0, 2)).pack());
    expect(setOf(...IDS).pack(0)).toBe('');
  });

  test('without any, there are none', () => {
    expect(SeenIds.unpack().size).toBe(0);
    expect(SeenIds.unpack(undefined).pack()).toBe('');
  });

  test('half an id is none', () => {
    expect(SeenIds.unpack(KEPT.slice(0, 15)).size).toBe(1);
  });

  test('are 50,000 at most: the first page and the last ones', () => {
    const words = Array.from({ length: 50_001 }, (_, number) => [number, 1] as const);
    const set = SeenIds.unpack(packed(words));
    expect(set.size).toBe(50_001);
    expect(set.pack(50_000)).toBe(packed(words.slice(0, 50_000)));
    expect(set.pack()).toBe(packed([...words.slice(0, PAGE_SIZE), ...words.slice(PAGE_SIZE + 1)]));
  });
});
