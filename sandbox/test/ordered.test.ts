import { describe, expect, it } from 'vitest';
import { Ordered } from '../src/state/ordered.js';

interface Row {
  id: number;
  key: number | null;
}

const ids = (rows: Iterable<Row>): number[] => [...rows].map(({ id }) => id);

function filled(...keys: (number | null)[]): { rows: Row[]; ordered: Ordered<Row> } {
  const rows = keys.map((key, index) => ({ id: index + 1, key }));
  const ordered = new Ordered<Row>(({ key }) => key);
  for (const row of rows) ordered.put(row);
  return { rows, ordered };
}

describe('rows sorted by a key', () => {
  it('are sorted by key, then by id, in both directions', () => {
    const { ordered } = filled(5, 3, 5, 1);
    expect(ids(ordered.walk(false))).toEqual([4, 2, 1, 3]);
    expect(ids(ordered.walk(true))).toEqual([3, 1, 2, 4]);
  });

  it('omit those without a key', () => {
    const { ordered } = filled(null, 2);
    expect(ids(ordered.walk(false))).toEqual([2]);
  });

  it('accept bounds that match no row', () => {
    const { ordered } = filled(1, 2, 2, 3, 4);
    expect(ids(ordered.walk(false, { above: 1, below: 4 }))).toEqual([2, 3, 4]);
    expect(ids(ordered.walk(true, { below: 3 }))).toEqual([3, 2, 1]);
  });

  it('move when their key changes, and can be removed', () => {
    const { rows, ordered } = filled(1, 2, 3);
    const [first, second] = rows;
    if (!first || !second) throw new Error('no rows');
    first.key = 9;
    ordered.put(first);
    expect(ids(ordered.walk(true))).toEqual([1, 3, 2]);
    ordered.remove(second);
    expect(ids(ordered.walk(true))).toEqual([1, 3]);
  });

  it('stay sorted over many moves', () => {
    const { rows, ordered } = filled(...Array.from({ length: 200 }, (_, index) => index));
    let state = 7;
    for (let move = 0; move < 5000; move++) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      const row = rows[state % rows.length];
      if (!row) continue;
      // Mostly to the end, as changes do; sometimes in between, and onto keys of others.
      row.key = move % 7 === 0 ? state % 100 : 1000 + Math.floor(move / 3);
      ordered.put(row);
    }
    const expected = [...rows].sort((a, b) => (a.key ?? 0) - (b.key ?? 0) || a.id - b.id);
    expect(ids(ordered.walk(false))).toEqual(ids(expected));
  });
});
