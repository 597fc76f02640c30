import { describe, expect, test } from 'vitest';
import type { Page } from '../../src/client/pages.js';
import { type Direction, Gap, Side } from '../../src/client/windowPlan.js';
import type { Dictionary } from '../../src/types/json.js';

/** Records are written as their place and a letter: `3a`. */
const page = (words: string, goesOn = true): Page => ({
  records: words
    .split(' ')
    .filter(word => word !== '')
    .map(uuid => ({ uuid })),
  next: goesOn ? { query: { cursor: 'x' } } : undefined,
});
const momentOf = ({ uuid }: Dictionary) => Number.parseInt(String(uuid), 10);

async function* nothing(): AsyncGenerator<Page, void, undefined> {}
const walk = (direction: Direction, start: number) => new Side(direction, {}, nothing(), start);

function gap(from = 0, to = 100) {
  const one = new Gap(from, to);
  one.head = walk(1, from);
  const { head } = one;
  const join = () => {
    one.tail = walk(-1, to);
    return one.tail;
  };
  const take = (side: Side, words: string, goesOn?: boolean) =>
    one.take(side, page(words, goesOn), momentOf);
  return { gap: one, head, join, take };
}
const kept = (side: Side) =>
  side.pieces.map(({ records }) => records.map(({ uuid }) => uuid).join(' '));

describe('a stretch read from its start', () => {
  test('keeps its pages, and is closed by the last', () => {
    const { gap: one, head, take } = gap();
    expect(take(head, '1a 2a')).toBe(2);
    expect(one).toMatchObject({ closed: false, records: 2 });
    expect(head).toMatchObject({ at: 2, read: 1, waiting: 2, density: 2 });
    expect(take(head, '3a 6a', false)).toBe(2);
    expect(one).toMatchObject({ closed: true, records: 4 });
    expect(head).toMatchObject({ at: 6, read: 2, waiting: 4, density: 0.5 });
    expect(kept(head)).toEqual(['1a 2a', '3a 6a']);
  });

  test('ends where the next stretch begins', () => {
    const { gap: one, head, take } = gap(0, 10);
    expect(take(head, '9a 10a 11a')).toBe(2);
    expect(one.closed).toBe(true);
    const { gap: other, join, take: takeOther } = gap(5, 10);
    expect(takeOther(join(), '6a 5a 4a')).toBe(2);
    expect(other.closed).toBe(true);
  });

  test('is neither closed nor asked for at first', () => {
    const { gap: one, head } = gap();
    expect(one).toMatchObject({ closed: false, records: 0 });
    expect(head).toMatchObject({ busy: false, read: 0, waiting: 0 });
  });

  test('an empty page says nothing', () => {
    const { gap: one, head, take } = gap();
    expect(take(head, '')).toBe(0);
    expect(head).toMatchObject({ at: 0, read: 1, density: undefined });
    expect(one.closed).toBe(false);
  });

  test.each([
    [1, '2a 1a'],
    [1, '2a 3a 2b'],
    [-1, '50a 51a'],
  ] as const)('a server that does not sort is not read: %i, %s', (direction, words) => {
    const { head, join, take } = gap();
    expect(() => take(direction === 1 ? head : join(), words)).toThrow('does not sort');
  });

  test('nor one that goes back behind what has been read', () => {
    const { head, take } = gap();
    take(head, '5a');
    expect(() => take(head, '4a 6a')).toThrow('does not sort');
  });
});

describe('two walks meet', () => {
  test('where one comes to what the other has passed', () => {
    const { gap: one, head, join, take } = gap();
    const tail = join();
    take(head, '1a 5a');
    expect(take(tail, '9a 7a')).toBe(2);
    expect(one.closed).toBe(false);
    expect(take(tail, '6a 4a 3a')).toBe(1);
    expect(one.closed).toBe(true);
    expect(kept(tail)).toEqual(['9a 7a', '6a']);
  });

  test('at the same record, which comes once', () => {
    const { gap: one, head, join, take } = gap();
    const tail = join();
    take(head, '1a 5a 5b');
    expect(take(tail, '9a 5b')).toBe(1);
    expect(one.closed).toBe(true);
    expect(kept(tail)).toEqual(['9a']);
  });

  test('within an instant, with all records of it that only one has', () => {
    const { gap: one, head, join, take } = gap();
    const tail = join();
    take(head, '1a 5a');
    take(head, '5b 5c');
    expect(take(tail, '5d 5c 5b 5a')).toBe(1);
    expect(one.closed).toBe(true);
    expect(kept(tail)).toEqual(['5d']);
  });

  test('not if the instant comes in another order from the other end', () => {
    const { gap: one, head, join, take } = gap();
    const tail = join();
    take(head, '1a 5a 5b');
    expect(take(tail, '5b 5d')).toBe(1);
    expect(one.closed).toBe(false);
    expect(take(head, '5d 5e')).toBe(1);
  });

  test('not at a record of the same place that is another', () => {
    const { gap: one, head, join, take } = gap();
    take(head, '5a');
    expect(take(join(), '5b')).toBe(1);
    expect(one.closed).toBe(false);
  });

  test('not before the other has read anything', () => {
    const { gap: one, head, join, take } = gap(0, 5);
    join();
    expect(take(head, '5a')).toBe(1);
    expect(one.closed).toBe(false);
  });

  test('at what was read where the other stands, not before', () => {
    const { head } = gap();
    head.advance([{ uuid: '1a' }, { uuid: '5a' }], [1, 5]);
    expect(head.stoodAt({ uuid: '5a' }, 5)).toBe(true);
    expect(head.stoodAt({ uuid: '1a' }, 1)).toBe(false);
    expect(head.stoodAt({ uuid: '1a' }, 5)).toBe(false);
    head.advance([{ uuid: '9a' }], [9]);
    expect(head.stoodAt({ uuid: '5a' }, 9)).toBe(false);
    expect([8, 9, 10].map(place => head.isPast(place))).toEqual([true, false, false]);
    const tail = walk(-1, 100);
    expect(tail.isPast(200)).toBe(false);
    tail.advance([{ uuid: '50a' }], [50]);
    expect([49, 50, 51].map(place => tail.isPast(place))).toEqual([false, false, true]);
  });
});

describe('where a run goes on behind a page', () => {
  const next = (word: string) => ({ query: { cursor: word } });
  const pageOf = (words: string, word: string): Page => ({ ...page(words), next: next(word) });
  const behind = (side: Side) => side.pieces.map(one => one.next?.query.cursor);

  test('is where the server says, if all of it was kept', () => {
    const { gap: one, head } = gap();
    one.take(head, pageOf('1a 2a', 'x'), momentOf);
    one.take(head, pageOf('', 'y'), momentOf);
    expect(behind(head)).toEqual(['x', 'y']);
  });

  test('is not behind what only the other walk has kept', () => {
    const { gap: one, head, join, take } = gap();
    take(join(), '9a 7a 5a');
    one.take(head, pageOf('1a 2a', 'x'), momentOf);
    one.take(head, pageOf('4a 7a 9a', 'y'), momentOf);
    expect(kept(head)).toEqual(['1a 2a', '4a']);
    expect(behind(head)).toEqual(['x', undefined]);
  });

  test('nor where the two stand at one record', () => {
    const { gap: one, head, join, take } = gap();
    take(join(), '9a 5b 5a');
    one.take(head, pageOf('4a 5a 5b', 'x'), momentOf);
    expect([kept(head), behind(head)]).toEqual([['4a'], [undefined]]);
  });

  test('is where the page before it ended, if nothing of it was kept', () => {
    const { gap: one, head, join, take } = gap();
    take(join(), '9a 7a 5a');
    one.take(head, pageOf('1a 2a', 'x'), momentOf);
    one.take(head, pageOf('6a 7a', 'y'), momentOf);
    expect(kept(head)).toEqual(['1a 2a', '']);
    expect(behind(head)).toEqual(['x', 'x']);
  });

  test('is where it began, if nothing of its first page was kept', () => {
    const one = new Gap(0, 100);
    one.tail = walk(-1, 100);
    one.head = new Side(1, {}, nothing(), 0, next('begin'));
    one.take(one.tail, page('9a 7a 5a'), momentOf);
    one.take(one.head, pageOf('6a 7a', 'x'), momentOf);
    expect(behind(one.head)).toEqual(['begin']);
  });

  test('is not behind the end of the stretch', () => {
    const { gap: one, head } = gap(0, 10);
    one.take(head, pageOf('9a 11a', 'x'), momentOf);
    expect([kept(head), behind(head)]).toEqual([['9a'], [undefined]]);
  });
});

describe('what is left of a stretch', () => {
  const ENDS = { from: 10, to: 90 };

  test('is between its walks, or the ends of the list', () => {
    const { gap: one, head, join, take } = gap();
    const tail = join();
    expect(one.unread(ENDS)).toEqual({ from: 10, to: 90 });
    expect(one.unread({ from: -5, to: 500 })).toEqual({ from: 0, to: 100 });
    take(head, '20a');
    take(tail, '70a');
    expect(one.unread(ENDS)).toEqual({ from: 20, to: 70 });
    expect(one.unread({ from: 10, to: 15 })).toEqual({ from: 20, to: 70 });
    expect(new Gap(30, 100).unread({ from: 0, to: 20 })).toEqual({ from: 30, to: 30 });
  });

  test('is estimated from the densest or sparsest page', () => {
    const { gap: one, head, join, take } = gap(0, 1000);
    const ends = { from: 0, to: 1000 };
    expect(one.estimate(ends, 2.5, 'most')).toBe(10);
    expect(one.density(7, 'least')).toBe(7);
    take(head, '0a 100a');
    take(join(), '600a 599a');
    expect(one.density(7, 'most')).toBe(2);
    expect(one.density(7, 'least')).toBe(0.02);
    expect(one.estimate(ends, 7, 'most')).toBe((499 * 2) / 250);
    expect(one.estimate(ends, 7, 'least')).toBe((499 * 0.02) / 250);
  });

  test('is not hidden by a page of one instant, behind which the list may be as dense as elsewhere', () => {
    const { gap: one, head, take } = gap(0, 1000);
    take(head, '10a 10b');
    expect(one.density(2.5, 'most')).toBe(Number.POSITIVE_INFINITY);
    expect(one.density(2.5, 'least')).toBe(2.5);
    expect(one.estimate({ from: 0, to: 1000 }, 2.5, 'least')).toBe((990 * 2.5) / 250);
  });

  test('is perhaps as much of one instant as was read of it', () => {
    const one = new Gap(5, 5);
    const guess = () => one.estimate({ from: 0, to: 9 }, 1, 'least');
    one.head = walk(1, 5);
    one.tail = walk(-1, 5);
    expect(guess()).toBe(Number.POSITIVE_INFINITY);
    const records = (word: string, count: number) =>
      Array.from({ length: count }, (_, id) => ({ uuid: `${word}${id}` }));
    one.head.advance(records('a', 500), Array(500).fill(5));
    expect([one.head.here, guess()]).toEqual([500, 2]);
    one.tail.advance(records('b', 750), Array(750).fill(5));
    expect(guess()).toBe(3);
  });

  test('is not known within one instant', () => {
    expect(new Gap(5, 5).estimate({ from: 0, to: 9 }, 1, 'least')).toBe(Number.POSITIVE_INFINITY);
  });
});
