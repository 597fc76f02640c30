import { describe, expect, test } from 'vitest';
import type { ListOrder } from '../../src/client/orderedList.js';
import {
  fromPlain,
  type Place,
  type RawPage,
  readCursor,
  Seams,
  toPlain,
} from '../../src/client/seams.js';
import type { Dictionary } from '../../src/types/json.js';
import type { Query } from '../../src/types/request.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const DESCENDING: ListOrder = {
  ...{ key: 'modified_on', isAscending: false },
  ...{ canReverse: true, isFiltered: true, moves: true },
};
const ASCENDING: ListOrder = { ...DESCENDING, isAscending: true };
const NOON = '2026-01-31T12:00:00.000000Z';
const record = (uuid: string, time = NOON): Dictionary => ({ uuid, modified_on: time });
const names = (records: readonly Dictionary[]) => records.map(({ uuid }) => uuid).join(' ');

describe('a cursor is read', () => {
  test.each<[string, Query | undefined, object | undefined]>([
    ['nothing', undefined, undefined],
    ['a time', { cursor: base64('p=2026') }, { position: '2026', offset: 0 }],
    ['a time and an offset', { cursor: base64('o=7&p=2026') }, { position: '2026', offset: 7 }],
    ['an offset', { cursor: base64('o=7') }, { position: '', offset: 7 }],
    ['a plain offset', { offset: '250' }, { position: '', offset: 250, isPlain: true }],
    ['nine digits', { offset: '999999999' }, { position: '', offset: 999999999, isPlain: true }],
    ['ten digits', { offset: '9999999999' }, undefined],
    ['no digits', { offset: 'x1' }, undefined],
    ['digits and more', { offset: '1x' }, undefined],
    ['a number', { offset: 250 }, undefined],
    ['something else', { cursor: base64('q=1&p=2') }, undefined],
    ['an offset that is none', { cursor: base64('o=x&p=2') }, undefined],
    ['an offset with more', { cursor: base64('o=1x&p=2') }, undefined],
    ['an offset of ten digits', { cursor: base64('o=1234567890') }, undefined],
    ['no tokens', { cursor: '' }, undefined],
    ['no base64', { cursor: 'p=2026' }, undefined],
    ['base64 that no server writes', { cursor: base64('p=20261').replace('==', '') }, undefined],
  ])('%s', (_, query, cursor) => {
    expect(readCursor(query)).toEqual(cursor);
  });
});

/** A list whose pages are asked for one by one. */
function reading(answers: RawPage[], order = DESCENDING) {
  const asked: (Query | undefined)[] = [];
  const seams = new Seams(async place => {
    asked.push(place as Query | undefined);
    return answers.shift() ?? { records: [], next: undefined };
  }, order);
  return { asked, read: (place?: Place) => seams.read(place) };
}

const page = (records: Dictionary[], next?: string): RawPage => ({
  records,
  next: next === undefined ? undefined : { cursor: base64(next) },
});
const cursorOf = (query: Query | undefined) =>
  Buffer.from(String(query?.cursor), 'base64').toString();

describe('a page that ends between two instants', () => {
  test('is continued where the server says, without a second look', async () => {
    const next = { cursor: base64('p=2026') };
    const list = reading([{ records: [record('a')], next }, page([record('b')])]);
    const first = await list.read();
    expect(first).toMatchObject({ sent: 1, isTooLate: false, at: { position: '', offset: 0 } });
    expect(first.next).toEqual({ query: next });
    const second = await list.read(first.next);
    expect(names(second.records)).toBe('b');
    expect(second.next).toBeUndefined();
    expect(list.asked).toEqual([undefined, next]);
  });
});

describe('a page that ends within an instant', () => {
  const beginning = page([record('a'), record('b'), record('c')], 'o=3&p=t');

  test('is continued from its last record, which comes once', async () => {
    const list = reading([beginning, page([record('c'), record('d')])]);
    const first = await list.read();
    const second = await list.read(first.next);
    expect(cursorOf(list.asked[1])).toBe('o=2&p=t');
    expect(names(second.records)).toBe('d');
    expect(second).toMatchObject({ sent: 2, isTooLate: false, at: { position: 't', offset: 2 } });
  });

  test('a record that left makes it go back, twice as far each time', async () => {
    const many = Array.from({ length: 600 }, (_, place) => record(`r${place}`));
    const list = reading([
      page(many, 'o=600&p=t'),
      page([record('new')]),
      page([record('new')]),
      page([record('r99'), record('new')]),
    ]);
    let place = (await list.read()).next;
    const offsets: string[] = [];
    const late: boolean[] = [];
    const found: Dictionary[] = [];
    while (place) {
      const got = await list.read(place);
      offsets.push(cursorOf(list.asked.at(-1)));
      late.push(got.isTooLate);
      found.push(...got.records);
      expect(got.sent).toBeGreaterThan(0);
      place = got.next;
    }
    expect(offsets).toEqual(['o=599&p=t', 'o=349&p=t', 'p=t']);
    expect(late).toEqual([true, true, false]);
    expect(names(found)).toBe('new');
  });

  test('a record from before the instant is as good as one that was read', async () => {
    const later = record('x', '2026-01-31T12:00:01.000000Z');
    const earlier = record('x', '2026-01-31T11:59:59.000000Z');
    for (const [order, before] of [
      [DESCENDING, later],
      [ASCENDING, earlier],
    ] as const) {
      const list = reading([beginning, page([before, record('c'), record('d')])], order);
      const second = await list.read((await list.read()).next);
      expect(second.isTooLate).toBe(false);
      expect(names(second.records)).toBe('d');
    }
  });

  test('one that has changed since says nothing', async () => {
    const changed = record('c', '2026-01-31T11:00:00.000000Z');
    const list = reading([beginning, page([changed])]);
    const second = await list.read((await list.read()).next);
    expect(second.isTooLate).toBe(true);
    expect(second.records).toEqual([]);
  });

  test('at its first record, there is nothing to go back to', async () => {
    const list = reading([page([record('a')], 'o=1&p=t'), page([record('new')])]);
    const second = await list.read((await list.read()).next);
    expect(cursorOf(list.asked[1])).toBe('p=t');
    expect(second.isTooLate).toBe(false);
    expect(names(second.records)).toBe('new');
  });

  test.each([
    [251, 'p=t'],
    [252, 'o=2&p=t'],
  ])('the first step back is of one page: from %i', async (offset, expected) => {
    const { next } = await reading([beginning]).read();
    const list = reading([page([record('new')])]);
    const place = { query: { cursor: base64(`o=${offset}&p=t`) }, seam: next?.seam };
    const { next: back } = await list.read(place);
    expect(cursorOf(back?.query)).toBe(expected);
    expect(back?.back).toBe(500);
  });

  test('only the records of the instant are remembered', async () => {
    const early = '2026-01-31T12:00:09Z';
    const list = reading([
      page([record('x', early), record('y', early), record('a'), record('b')], 'o=2&p=t'),
    ]);
    expect((await list.read()).next?.seam).toMatchObject({
      size: 2,
      time: Date.parse(NOON) * 1000,
    });
  });

  test('and those of all its pages, until another one begins', async () => {
    const later = '2026-01-31T11:00:00Z';
    const list = reading([
      beginning,
      page([record('c'), record('d')], 'o=4&p=t'),
      page([record('d'), record('x', later), record('y', later)], 'o=2&p=u'),
      page([record('y', later), record('z', later)], 'o=3&p=u'),
    ]);
    const sizes: (number | undefined)[] = [];
    let place: Place | undefined;
    for (let count = 0; count < 4; count++) {
      place = (await list.read(place)).next;
      sizes.push(place?.seam?.size);
    }
    expect(sizes).toEqual([3, 4, 2, 3]);
  });

  test('records that were added before it are passed by, page after page', async () => {
    const added = (name: string) => record(name, '2026-01-31T13:00:00Z');
    const list = reading([
      beginning,
      page([added('x'), added('y')], 'p=added'),
      page([added('z'), record('a'), record('b'), record('c'), record('d')]),
    ]);
    const second = await list.read((await list.read()).next);
    expect(second.isTooLate).toBe(false);
    expect(second.records).toEqual([]);
    expect(second.next?.seam).toMatchObject({ time: Date.parse(NOON) * 1000 });
    const third = await list.read(second.next);
    expect(names(third.records)).toBe('d');
  });

  test('that is not remembered is read from its beginning', async () => {
    const list = reading([page([record('a'), record('b')])]);
    const got = await list.read({ query: { cursor: base64('o=3&p=t') } });
    expect(cursorOf(list.asked[0])).toBe('p=t');
    expect(names(got.records)).toBe('a b');
  });

  test('it can go on over several pages', async () => {
    const list = reading([
      beginning,
      page([record('c'), record('d'), record('e')], 'o=5&p=t'),
      page([record('e'), record('f')]),
    ]);
    const second = await list.read((await list.read()).next);
    const third = await list.read(second.next);
    expect(cursorOf(list.asked[2])).toBe('o=4&p=t');
    expect(names([...second.records, ...third.records])).toBe('d e f');
    expect(third.isTooLate).toBe(false);
  });

  test('goes on below 100,000 records of one time, and not above', async () => {
    const seam = { ids: (await reading([beginning]).read()).next?.seam?.ids, size: 0 } as never;
    const at = (offset: number) => ({ query: { cursor: base64(`o=${offset}&p=t`) }, seam });
    const list = reading([]);
    await list.read(at(100_001));
    expect(cursorOf(list.asked[0])).toBe('o=100000&p=t');
    await expect(list.read(at(100_002))).rejects.toMatchObject({ code: 'LIST_TOO_LONG' });
    expect(list.asked).toHaveLength(1);
  });
});

test('a server that counts from the beginning is read like one instant', async () => {
  const list = reading([
    { records: [record('a', 'x'), record('b', 'y')], next: { offset: '2' } },
    page([record('b', 'y'), record('c', 'z')]),
  ]);
  const second = await list.read((await list.read()).next);
  expect(list.asked[1]).toEqual({ offset: '1' });
  expect(names(second.records)).toBe('c');
});

test.each<[Query, Query | undefined]>([
  [{ offset: '1' }, {}],
  [{ cursor: base64('o=1') }, {}],
])('the beginning of a list has no cursor: %j', async (query, expected) => {
  const list = reading([]);
  await list.read({ query });
  expect(list.asked).toEqual([expected]);
});

test('a cursor without a time stays one', async () => {
  const list = reading([page([record('a'), record('b')], 'o=2'), page([record('b')])]);
  await list.read((await list.read()).next);
  expect(cursorOf(list.asked[1])).toBe('o=1');
});

test('another kind of cursor is followed as it is', async () => {
  const next = { cursor: 'abc' };
  const list = reading([{ records: [record('a')], next }, page([record('a')])]);
  const first = await list.read();
  expect(first.next).toEqual({ query: next });
  expect(names((await list.read(first.next)).records)).toBe('a');
});

test('a place is kept in plain values, and goes on from them', async () => {
  const beginning = page([record('a'), record('b')], 'o=2&p=t');
  const { next } = await reading([beginning]).read();
  const plain = toPlain(next as Place);
  expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
  expect(plain).toMatchObject({ cursor: base64('o=2&p=t'), time: Date.parse(NOON) * 1000 });
  expect(fromPlain(plain as Query).seam?.time).toBe(Date.parse(NOON) * 1000);
  const list = reading([page([record('b'), record('c')])]);
  const got = await list.read(fromPlain(plain as Query));
  expect(names(got.records)).toBe('c');
  expect(toPlain({ query: { cursor: 'x' } })).toEqual({ cursor: 'x' });
  expect(fromPlain({ cursor: 'x', seam: undefined })).toEqual({ query: { cursor: 'x' } });
  const { time, ...withoutTime } = plain;
  expect(time).toBeDefined();
  const again = toPlain(fromPlain(withoutTime as Query));
  expect(again).toEqual(withoutTime);
  // As JSON, a time that is no number would be null.
  expect(JSON.parse(JSON.stringify(again))).toEqual(withoutTime);
});
