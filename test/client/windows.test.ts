import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identityOf, SeenIds } from '../../src/client/seenIds.js';
import { fromMicros, toMicros } from '../../src/input/times.js';

describe('times', () => {
  const MAY = Date.parse('2026-05-04T03:02:01Z') * 1000;

  test.each([
    ['2026-05-04T03:02:01.000007Z', MAY + 7],
    ['2026-05-04T03:02:01.999999Z', MAY + 999_999],
    ['2026-05-04T03:02:01Z', MAY],
    ['2026-05-04T03:02:01.5Z', MAY + 500_000],
    ['2026-05-04T03:02:01.123456789Z', MAY + 123_456],
    ['2026-05-04T05:02:01.000007+02:00', MAY + 7],
    ['2026-05-04T05:02:01+0200', MAY],
    ['2026-05-04 03:02:01', MAY],
    ['2026-05-04', Date.parse('2026-05-04') * 1000],
    ['yesterday', undefined],
    ['2026-05-04T03:02:xx.000007Z', undefined],
    ['', undefined],
    [17, undefined],
    [null, undefined],
  ])('%s', (text, micros) => {
    expect(toMicros(text)).toBe(micros);
  });

  test('are read and written without loss, to the microsecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), micros => {
        expect(toMicros(fromMicros(micros))).toBe(micros);
      }),
    );
  });
});

describe('a set of ids', () => {
  test('knows each of many uuids, and none else', () => {
    const set = new SeenIds();
    const known = new Set<string>();
    for (let index = 0; index < 20_000; index++) {
      const uuid =
        index % 3 ? randomUUID() : `7712aaf6-5df5-4df1-89db-${String(index).padStart(12, '0')}`;
      expect(set.add(uuid)).toBe(true);
      known.add(uuid);
    }
    for (const uuid of known) expect(set.add(uuid)).toBe(false);
    expect(set.add(randomUUID())).toBe(true);
  });

  test.each([
    ['numbers', ['1', '2', '11']],
    [
      'empty places',
      ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001'],
    ],
    [
      'other letter case',
      ['A712AAF6-5DF5-4DF1-89DB-000000000001', 'a712aaf6-5df5-4df1-89db-000000000001'],
    ],
  ])('%s', (_, ids) => {
    const set = new SeenIds();
    expect(ids.map(id => set.add(id))).toEqual(ids.map(() => true));
    expect(ids.map(id => set.add(id))).toEqual(ids.map(() => false));
  });

  test('of too many for a checkpoint, the first page and the last ones are kept', () => {
    const set = new SeenIds();
    const ids = Array.from({ length: 51_000 }, (_, index) => `id ${index}`);
    for (const id of ids) set.add(id);
    const kept = SeenIds.unpack(set.pack());
    expect(kept.size).toBe(50_000);
    const missing = ids.flatMap((id, index) => (kept.has(id) ? [] : [index]));
    expect([missing[0], missing.at(-1), missing.length]).toEqual([250, 1249, 1000]);
    // As it is packed again by the next run.
    expect(kept.pack()).toBe(set.pack());
    expect(SeenIds.unpack(set.pack(10)).size).toBe(10);
  });

  test('a record is known by its uuid, or else by its id', () => {
    expect(identityOf({ uuid: 'a', id: 1 })).toBe('a');
    expect(identityOf({ id: 1 })).toBe('1');
    expect(identityOf({ name: 'x' })).not.toBe(identityOf({ name: 'y' }));
  });
});
