import { describe, expect, test } from 'vitest';
import type { Page } from '../../src/client/pages.js';
import {
  type Direction,
  Gap,
  Side,
  WindowPlan,
  type WindowProgress,
} from '../../src/client/windowPlan.js';

/** A hundred microseconds fill a page of 250. */
const DENSITY = 2.5;
const INFINITE = Number.POSITIVE_INFINITY;

async function* nothing(): AsyncGenerator<Page, void, undefined> {}

type Walk = Partial<Pick<Side, 'at' | 'read' | 'busy' | 'density' | 'waiting'>>;

/** A walk that has read a page and stands at a place. */
function side(direction: Direction, at: number, walk: Walk): Side {
  const one = new Side(direction, {}, nothing(), at);
  return Object.assign(one, { read: 1, density: DENSITY, ...walk });
}

interface Walks {
  head?: Walk;
  tail?: Walk;
  closed?: boolean;
}

function gap(from: number, to: number, { head, tail, closed = false }: Walks = {}): Gap {
  const one = new Gap(from, to);
  if (head) one.head = side(1, from, head);
  if (tail) one.tail = side(-1, to, tail);
  one.closed = closed;
  return one;
}

/** Ten pages were read, none in vain; one request is under way. */
function progress(gaps: Gap[], more: Partial<WindowProgress> = {}): WindowProgress {
  return {
    gaps,
    ends: { from: 0, to: 1_000_000 },
    pages: 10,
    kept: 2500,
    covered: 1000,
    handed: 0,
    waiting: 0,
    running: 1,
    ...more,
  };
}

type Options = Partial<ConstructorParameters<typeof WindowPlan>[0]>;
const planOf = (known: WindowProgress, options: Options = {}) =>
  new WindowPlan(
    {
      concurrency: 4,
      ahead: 64,
      limit: INFINITE,
      canReverse: true,
      looksBack: false,
      ...options,
    },
    known,
  );

/** What it does, by the number of the gap: `head 0`, `tail 1`, `join 0`, `split 0 at 500`. */
function stepOf(gaps: Gap[], more: Partial<WindowProgress> = {}, options: Options = {}): string {
  const step = planOf(progress(gaps, more), options).next();
  if (!step) return 'nothing';
  if ('join' in step) return `join ${gaps.indexOf(step.join)}`;
  if ('split' in step) return `split ${gaps.indexOf(step.split)} at ${step.at}`;
  const { walk } = step;
  const within = gaps.findIndex(({ sides }) => sides.includes(walk));
  return `${walk === gaps[within]?.head ? 'head' : 'tail'} ${within}`;
}

/** Nothing new is begun. */
const ONLY_WALKS = { concurrency: 1, ahead: 16 };
const BUSY = { busy: true };

describe('an idle walk goes on', () => {
  test.each<[string, Gap[], Partial<WindowProgress>, string]>([
    ['the first of all', [gap(0, 5000, { head: {} })], {}, 'head 0'],
    ['if nothing else runs', [gap(0, 5000, { head: {} })], { running: 0 }, 'head 0'],
    ['not one that is busy', [gap(0, 5000, { head: BUSY })], {}, 'nothing'],
    ['nor one that is not there', [gap(0, 5000)], {}, 'nothing'],
    ['not in a gap that is done', [gap(0, 5000, { head: {}, closed: true })], {}, 'nothing'],
    [
      'the earliest that is idle',
      [gap(0, 5000, { head: BUSY }), gap(5001, 9000, { head: {} }), gap(9001, 9900, { head: {} })],
      {},
      'head 1',
    ],
    [
      'behind a gap that is done',
      [gap(0, 5000, { head: {}, closed: true }), gap(5001, 9000, { head: {} })],
      {},
      'head 1',
    ],
    ['the head before the tail', [gap(0, 1000, { head: {}, tail: {} })], {}, 'head 0'],
    ['the tail', [gap(0, 1000, { head: BUSY, tail: { read: 2 } })], {}, 'tail 0'],
    ['neither', [gap(0, 1000, { head: BUSY, tail: BUSY })], {}, 'nothing'],
    ['alone, where less than a page is left', [gap(0, 50, { head: {} })], {}, 'head 0'],
    ['the same from the end', [gap(0, 50, { tail: { read: 2 } })], {}, 'tail 0'],
    ['none, where there is no gap', [], {}, 'nothing'],
    ['the tail of a gap without a head', [gap(0, 1000, { tail: { read: 2 } })], {}, 'tail 0'],
    [
      'the tail of an earlier gap before the head of a later one',
      [gap(0, 1000, { head: BUSY, tail: {} }), gap(1001, 9000, { head: {} })],
      {},
      'tail 0',
    ],
  ])('%s', (_, gaps, more, expected) => {
    expect(stepOf(gaps, more, ONLY_WALKS)).toBe(expected);
  });

  // Of 4 pages, 2 are under way: another may be read as long as fewer than 500 records wait.
  test.each([
    [499, 'head 1', 'tail 0'],
    [500, 'nothing', 'nothing'],
  ])('%i records that wait leave room for a page that is not the next: %s', (waiting, ...of) => {
    const options = { ...ONLY_WALKS, ahead: 4 };
    const later = [gap(0, 5000, { head: BUSY }), gap(5001, 9000, { head: {} })];
    const end = [gap(0, 1000, { head: BUSY, tail: { read: 2 } })];
    const steps = [later, end].map(gaps => stepOf(gaps, { waiting, running: 2 }, options));
    expect(steps).toEqual(of);
    // What is handed out next is always read.
    const next = [gap(0, 5000, { head: {} })];
    expect(stepOf(next, { waiting, running: 2 }, options)).toBe('head 0');
    // Not what comes behind that: a job that takes its time would get the whole list into memory.
    const behind = [gap(0, 5000, { head: { waiting: 1 } })];
    expect(stepOf(behind, { waiting, running: 2 }, options)).toBe(
      waiting === 499 ? 'head 0' : 'nothing',
    );
  });

  test.each([
    ['as long as the limit is not reached', 700, 99, 'head 1'],
    ['until the records that wait reach it', 700, 100, 'nothing'],
    ['until those that were handed out reach it', 800, 0, 'nothing'],
  ])('%s', (_, handed, waiting, expected) => {
    const gaps = [
      gap(0, 5000, { head: { busy: true, waiting } }),
      gap(5001, 9000, { head: {}, tail: {} }),
    ];
    expect(stepOf(gaps, { handed }, { ...ONLY_WALKS, limit: 800 })).toBe(expected);
  });

  test.each([
    [99, 'head 0'],
    [100, 'nothing'],
  ])('%i records that wait in its own gap count too', (waiting, expected) => {
    const gaps = [gap(0, 5000, { head: { waiting } })];
    expect(stepOf(gaps, { handed: 700 }, { ...ONLY_WALKS, limit: 800 })).toBe(expected);
  });

  test('what waits before a gap that is done counts too', () => {
    const gaps = [
      gap(0, 500, { head: { waiting: 50 }, tail: { waiting: 50 }, closed: true }),
      gap(501, 9000, { head: {} }),
    ];
    expect(stepOf(gaps, {}, { ...ONLY_WALKS, limit: 101 })).toBe('head 1');
    expect(stepOf(gaps, {}, { ...ONLY_WALKS, limit: 100 })).toBe('nothing');
  });

  test.each<[string, number, Walk, Walk, string]>([
    ['less than a page is left', 99, {}, BUSY, 'nothing'],
    ['a page is left', 100, {}, BUSY, 'head 0'],
    ['less than a page is left, and nobody reads it', 99, {}, {}, 'head 0'],
    ['less than a page is left for the tail', 99, BUSY, { read: 2 }, 'nothing'],
    ['a page is left for the tail', 100, BUSY, { read: 2 }, 'tail 0'],
    ['the denser walk says that more is left', 99, { density: 3 }, BUSY, 'head 0'],
    ['the sparser walk says that less is left', 100, { density: 2 }, BUSY, 'head 0'],
  ])('two walks do not read the same: %s', (_, left, head, tail, expected) => {
    expect(stepOf([gap(0, left, { head, tail })], {}, ONLY_WALKS)).toBe(expected);
  });
});

describe('the end of the last gap', () => {
  // A far end begins at 12 pages: half as much again as there are between two cuts.
  test.each([
    ['is read if it is near', 1200, 2, 'tail 0'],
    ['waits if it is far', 1201, 2, 'nothing'],
  ])('%s', (_, to, read, expected) => {
    expect(stepOf([gap(0, to, { head: BUSY, tail: { read } })], {}, ONLY_WALKS)).toBe(expected);
  });

  test('of another gap is read, however far', () => {
    const gaps = [
      gap(0, 99_000, { head: BUSY, tail: { read: 2 } }),
      gap(99_001, 99_900, { head: BUSY }),
    ];
    expect(stepOf(gaps, {}, ONLY_WALKS)).toBe('tail 0');
  });

  test('is far by the sparsest page', () => {
    const sparse = (density: number) =>
      stepOf([gap(0, 2400, { head: BUSY, tail: { read: 2, density } })], {}, ONLY_WALKS);
    expect(sparse(1.25)).toBe('tail 0');
    expect(sparse(1.26)).toBe('nothing');
  });

  test('is far by what was read, if its walks have read nothing', () => {
    const unread = { read: 0, density: undefined };
    const gaps = () => [gap(0, 2400, { head: { ...unread, ...BUSY }, tail: unread })];
    expect(stepOf(gaps(), { kept: 1250 }, ONLY_WALKS)).toBe('tail 0');
    expect(stepOf(gaps(), { kept: 1260 }, ONLY_WALKS)).toBe('nothing');
    // No page says anything: it may be any number.
    expect(stepOf(gaps(), { covered: 0 }, ONLY_WALKS)).toBe('nothing');
    expect(stepOf(gaps(), { covered: 0, kept: 0 }, ONLY_WALKS)).toBe('nothing');
  });

  test('is not far where no cut is possible', () => {
    const dense = { read: 2, density: 1e6 };
    const of = (to: number) =>
      stepOf([gap(0, to, { head: { ...dense, ...BUSY }, tail: dense })], {}, ONLY_WALKS);
    // A microsecond of a million records.
    expect([of(1), of(2)]).toEqual(['tail 0', 'nothing']);
    const later = [gap(50, 51, { head: { ...dense, ...BUSY }, tail: dense })];
    expect(stepOf(later, {}, ONLY_WALKS)).toBe('tail 0');
  });

  test('depends on how many pages may wait for each walk', () => {
    const of = (to: number, options: Options) =>
      stepOf([gap(0, to, { head: BUSY, tail: { read: 2 } })], {}, { ...ONLY_WALKS, ...options });
    expect([of(1200, { ahead: 2 }), of(1201, { ahead: 2 })]).toEqual(['tail 0', 'nothing']);
    expect([of(1500, { ahead: 21 }), of(1501, { ahead: 21 })]).toEqual(['tail 0', 'nothing']);
    expect([of(3000, { ahead: 40 }), of(3001, { ahead: 40 })]).toEqual(['tail 0', 'nothing']);
  });

  test('was looked at for nothing; to go on from there must be worth it', () => {
    const looked = (more: Partial<WindowProgress>, options: Options = {}) =>
      stepOf([gap(0, 1000, { head: BUSY, tail: {} })], more, { ...ONLY_WALKS, ...options });
    // Less than a page was wasted, then a whole one: 20 pages in all may waste 2.4, and each walk half of one.
    expect(looked({ kept: 2300 })).toBe('tail 0');
    expect(looked({ kept: 2250 })).toBe('nothing');
    const later = [
      gap(0, 1000, { head: BUSY, tail: {} }),
      gap(1001, 2000, { head: { ...BUSY, read: 0 } }),
    ];
    expect(stepOf(later, { kept: 2250 }, ONLY_WALKS)).toBe('tail 0');
  });
});

describe('a walk begins', () => {
  /** One walk in a gap of a number of pages. */
  const single = (pages: number, more: Walk = {}) => [
    gap(0, pages * 100, { head: { ...BUSY, ...more } }),
  ];

  test.each<[string, number, string]>([
    ['not in a gap of two pages', 2.99, 'nothing'],
    ['from the end of one of three', 3, 'join 0'],
    ['from the end of one that is not far', 12, 'join 0'],
    ['a few pages ahead in one that is far', 12.01, 'split 0 at 800'],
    ['a few pages ahead in a long one', 5000, 'split 0 at 800'],
  ])('%s', (_, pages, expected) => {
    expect(stepOf(single(pages))).toBe(expected);
  });

  test.each<[string, Options, Partial<WindowProgress>]>([
    ['with one request at a time', { concurrency: 1 }, {}],
    ['before anything runs', {}, { running: 0 }],
    ['without room', { ahead: 3 }, { waiting: 500 }],
  ])('none %s', (_, options, more) => {
    expect(stepOf(single(5), more, options)).toBe('nothing');
  });

  test('while there is room', () => {
    expect(stepOf(single(5), { waiting: 499 }, { ahead: 3 })).toBe('join 0');
  });

  test('in the largest gap that has a single walk', () => {
    const gaps = [
      gap(0, 400, { head: BUSY }),
      gap(401, 1201, { head: BUSY }),
      gap(1202, 1602, { head: BUSY }),
      gap(1603, 2603, { head: BUSY, tail: { ...BUSY, read: 2 } }),
      gap(2604, 3504, { head: BUSY, closed: true }),
      gap(3505, 3905, { head: BUSY }),
    ];
    expect(stepOf(gaps, { pages: 100, kept: 25_000, covered: 10_000 })).toBe('join 1');
  });

  test('in the first of two that are equal', () => {
    const gaps = [gap(0, 500, { head: BUSY }), gap(501, 1001, { head: BUSY })];
    expect(stepOf(gaps, { pages: 100, kept: 25_000, covered: 10_000 })).toBe('join 0');
  });

  test('in the middle of the largest gap, if each has two walks', () => {
    const two = (from: number, to: number) =>
      gap(from, to, { head: BUSY, tail: { ...BUSY, read: 2 } });
    const rich = { pages: 100, kept: 25_000, covered: 10_000 };
    expect(stepOf([two(0, 799)], rich)).toBe('nothing');
    expect(stepOf([two(0, 800)], rich)).toBe('split 0 at 400');
    expect(stepOf([two(0, 801)], rich)).toBe('split 0 at 400');
    expect(stepOf([two(0, 900), two(901, 2901), two(2902, 3000)], rich)).toBe('split 1 at 1901');
    // Two walks that nobody has a reversed list for do not exist: the middle it is.
    expect(stepOf([gap(0, 1000, { head: BUSY })], rich, { canReverse: false })).toBe(
      'split 0 at 500',
    );
  });

  test('by the densest page for a second walk, by the sparsest for a cut', () => {
    const rich = { pages: 100, kept: 25_000, covered: 10_000 };
    const two = (head: number, tail: number) =>
      gap(0, 800, { head: { ...BUSY, density: head }, tail: { ...BUSY, read: 2, density: tail } });
    expect(stepOf([two(2.5, 5)], rich)).toBe('split 0 at 400');
    expect(stepOf([two(2.4, 5)], rich)).toBe('nothing');
  });

  test('only where its pages are before the limit', () => {
    const rich = { pages: 100, kept: 25_000, covered: 10_000, handed: 100 };
    const wait = { ...BUSY, waiting: 50 };
    // 5 pages are left, or 8, of 250 records.
    const of = (limit: number) => stepOf([gap(0, 500, { head: wait })], rich, { limit });
    expect([of(1401), of(1400)]).toEqual(['join 0', 'nothing']);
    const cut = (limit: number) =>
      stepOf([gap(0, 800, { head: wait, tail: { ...BUSY, read: 2 } })], rich, { limit });
    expect([cut(2151), cut(2150)]).toEqual(['split 0 at 400', 'nothing']);
  });

  test('from the end of an instant of which nobody knows how long it is', () => {
    expect(stepOf([gap(5, 5, { head: BUSY })])).toBe('join 0');
    expect(stepOf([gap(5, 5, { head: BUSY })], {}, { limit: 1_000_000 })).toBe('nothing');
  });

  test('nowhere in an instant, of which nobody knows how long it is', () => {
    const rich = { pages: 100, kept: 25_000, covered: 10_000, ends: { from: 0, to: INFINITE } };
    const gaps = [gap(5, 5, { head: BUSY, tail: { ...BUSY, read: 2 } })];
    expect(stepOf(gaps, rich)).toBe('nothing');
    const endless = [
      gap(0, INFINITE, { head: BUSY, tail: BUSY }),
      gap(INFINITE, INFINITE, { head: BUSY, tail: BUSY }),
    ];
    expect(stepOf(endless, rich, { canReverse: false })).toBe('nothing');
  });
});

describe('a cut ahead', () => {
  const rich = { pages: 100, kept: 25_000, covered: 10_000 };
  const far = (head: Walk = {}) => gap(0, 100_000, { head: { ...BUSY, ...head } });

  test('is as far as the pages that may wait for a walk', () => {
    expect(stepOf([far()], rich, { ahead: 72 })).toBe('split 0 at 900');
    expect(stepOf([far()], rich, { ahead: 71 })).toBe('split 0 at 800');
  });

  test('comes only where the first walk has read something', () => {
    const unread = { read: 0, density: undefined };
    expect(stepOf([far(unread)], rich)).toBe('nothing');
    expect(stepOf([gap(0, 100_000)], rich)).toBe('nothing');
    expect(stepOf([gap(0, 100_000, { head: BUSY, closed: true })], rich)).toBe('nothing');
    expect(stepOf([gap(0, 1000, { closed: true }), gap(1001, 100_000, { head: BUSY })], rich)).toBe(
      'split 1 at 1801',
    );
    const second = [
      gap(0, 1000, { head: BUSY }),
      gap(1001, 100_000, { head: { ...BUSY, ...unread } }),
    ];
    expect(stepOf(second, rich)).toBe('split 1 at 1801');
  });

  test('leaves room for the pages before it', () => {
    // 8 pages to the cut, one under way: 7 may wait.
    expect(stepOf([far()], { ...rich, waiting: 1750 }, { ahead: 16 })).toBe('split 0 at 800');
    expect(stepOf([far()], { ...rich, waiting: 1751 }, { ahead: 16 })).toBe('nothing');
  });

  test('stays before the limit', () => {
    // 8 pages are 2000 records.
    const of = (limit: number) =>
      stepOf([far({ waiting: 30 })], { ...rich, handed: 100 }, { limit });
    expect([of(2131), of(2130)]).toEqual(['split 0 at 800', 'nothing']);
    // 4 pages are left in the gap before, and 50 records of it wait.
    const second = (limit: number) =>
      stepOf(
        [gap(0, 400, { head: { ...BUSY, waiting: 50 } }), gap(401, 100_000, { head: BUSY })],
        { ...rich, handed: 100 },
        { limit },
      );
    expect([second(3151), second(3150)]).toEqual(['split 1 at 1201', 'join 0']);
    const closed = (limit: number) =>
      stepOf(
        [
          gap(0, 400, { head: { ...BUSY, waiting: 50 }, closed: true }),
          gap(401, 100_000, { head: BUSY }),
        ],
        { ...rich, handed: 100 },
        { limit },
      );
    expect([closed(2151), closed(2150)]).toEqual(['split 1 at 1201', 'nothing']);
  });

  test('is as far as the pages where the last walk was are dense', () => {
    const dense = (head: number, tail = DENSITY) =>
      stepOf(
        [
          gap(0, 100_000, {
            head: { ...BUSY, density: head },
            tail: { ...BUSY, density: tail },
          }),
        ],
        rich,
      );
    expect(dense(5)).toBe('split 0 at 400');
    expect(dense(1.25, 100)).toBe('split 0 at 1600');
    expect(dense(3)).toBe('split 0 at 666');
    const unread = { read: 0, density: undefined };
    const behind = (...densities: (number | undefined)[]) => [
      ...densities.map((density, index) =>
        gap(index * 1000, index * 1000 + 999, { head: { ...BUSY, density }, closed: true }),
      ),
      gap(10_000, 200_000, { head: { ...BUSY, ...unread } }),
    ];
    expect(stepOf(behind(2.5, 5), rich)).toBe('split 2 at 10400');
    // A page within one instant says nothing.
    expect(stepOf(behind(5, INFINITE), rich)).toBe('split 2 at 10400');
    expect(stepOf(behind(undefined), { ...rich, covered: 20_000 })).toBe('split 1 at 11600');
  });

  test('is in the middle, if no page says anything', () => {
    const inInstant = { density: INFINITE };
    expect(stepOf([far(inInstant)], { ...rich, covered: 0 }, { canReverse: false })).toBe(
      'split 0 at 50000',
    );
    const later = [gap(1000, 100_000, { head: { ...BUSY, ...inInstant } })];
    expect(stepOf(later, { ...rich, covered: 0 }, { canReverse: false })).toBe('split 0 at 50500');
  });

  test('is a page per day ahead, if the end is not known either', () => {
    const endless = [gap(0, INFINITE, { head: { ...BUSY, density: INFINITE } })];
    const more = { ...rich, covered: 0, ends: { from: 0, to: INFINITE } };
    expect(stepOf(endless, more)).toBe(`split 0 at ${8 * 86_400_000_000}`);
  });

  test('needs a beginning that is known', () => {
    const endless = [
      gap(Number.NEGATIVE_INFINITY, 0, { head: BUSY }),
      gap(Number.NEGATIVE_INFINITY, 1000, { head: { ...BUSY, read: 0, density: undefined } }),
    ];
    const ends = { from: Number.NEGATIVE_INFINITY, to: 1000 };
    expect(stepOf(endless, { ...rich, ends }, { canReverse: false })).toBe('nothing');
  });

  test('is strictly inside', () => {
    // More than enough in three microseconds, then in two.
    const dense = { density: 5000 };
    const of = (to: number) => stepOf([gap(0, to, { head: { ...BUSY, ...dense } })], rich);
    expect(of(3)).toBe('nothing');
    const slow = { density: 2000 };
    const at = (to: number) => stepOf([gap(0, to, { head: { ...BUSY, ...slow } })], rich);
    expect([at(2), at(3)]).toEqual(['nothing', 'split 0 at 1']);
  });
});

describe('no more is wasted than a walk may save', () => {
  /** The least number of pages read, all of them of use, after which one more walk begins. */
  function least(
    gaps: () => Gap[],
    options: Options = {},
    more: Partial<WindowProgress> = {},
  ): number {
    for (let pages = 0; pages < 1000; pages++) {
      const read = { pages, kept: pages * 250, covered: pages * 100, ...more };
      if (stepOf(gaps(), read, { ahead: 500, ...options }) !== 'nothing') return pages;
    }
    return INFINITE;
  }
  const one = () => [gap(0, 500, { head: BUSY })];
  const noReverse = { canReverse: false };
  const two = (density: number) => gap(0, 100_000, { head: BUSY, tail: { ...BUSY, density } });
  const many = () => [
    ...[0, 1, 2, 3, 4].map(index => gap(index * 100, index * 100 + 99, { head: BUSY })),
    ...long(),
  ];
  const back = { looksBack: true };
  const long = () => [gap(0, 100_000, { head: BUSY })];
  const UNREAD = { ...BUSY, read: 0, density: undefined };
  const first = (walks: Walks = {}) => gap(0, 1000, { head: BUSY, ...walks });
  const second = (walks: Walks = {}) => gap(1001, 100_000, { head: BUSY, ...walks });

  test.each<[string, () => Gap[], Options, number]>([
    ['in a list that can be reversed, the first costs nothing', one, {}, 0],
    // 0.045 of a page for each: half a page for the cut and half a page for the walk, which are free in an even list.
    ['in a list that cannot neither, if it is even', long, noReverse, 0],
    ['if one walk is twice as dense as the other, it is even', () => [two(5)], noReverse, 12],
    ['if it is denser, half a page more has to be saved', () => [two(5.1)], noReverse, 23],
    ['if one more look follows, also that', long, { ...noReverse, looksBack: true }, 23],
    ['the same, reversed', one, { looksBack: true }, 7],
    ['each gap more may waste half a page', () => [first(), second()], noReverse, 12],
    ['and the end of the last', () => [first(), second({ tail: BUSY })], noReverse, 23],
    ['not one that is done', () => [first({ closed: true }), second()], noReverse, 0],
    ['and each walk that has not begun', () => [first(), second({ head: UNREAD })], noReverse, 23],
    ['of an instant, only what was read is known', () => [gap(5, 5, { head: BUSY })], back, 23],
    ['an estimate is believed', long, back, 0],
    ['up to forty pages, and three for each that was read', many, back, 9],
  ])('%s', (_, gaps, options, expected) => {
    expect(least(gaps, options)).toBe(expected);
  });

  test('once an estimate was made in a burst, no list is even', () => {
    const known = progress([], { ends: { from: 0, to: INFINITE } });
    const plan = planOf(known, { canReverse: false });
    const of = (gaps: Gap[]) => {
      known.gaps = gaps;
      return plan.next();
    };
    expect(of([gap(0, 4_000_000, { head: BUSY })])).toBeDefined();
    expect(of(long())).toBeDefined();
    of([gap(0, 4_000_001, { head: BUSY })]);
    expect(of(long())).toBeUndefined();
  });
});

describe('a time that many records share', () => {
  /** A walk that stands among so many of them. */
  const among = (one: Gap, count: number, which: 'head' | 'tail') => {
    const walk = one[which];
    const records = Array.from({ length: count }, (_, id) => ({ uuid: `${which} ${id}` }));
    walk?.advance(records, Array(count).fill(walk.at));
    return one;
  };
  const later = () => gap(7, 5000, { head: BUSY });
  const both = (walks: Walks = {}) => gap(0, 5000, { head: BUSY, tail: BUSY, ...walks });

  test.each<[string, () => Gap[], string]>([
    ['gets a walk from its other end', () => [among(both(), 1000, 'tail')], 'split 0 at 4999'],
    ['also toward the end of the list', () => [among(both(), 1000, 'head')], 'split 0 at 0'],
    ['not if they are fewer', () => [among(both(), 999, 'tail')], 'split 0 at 800'],
    ['not where all is read', () => [among(both({ closed: true }), 1000, 'tail')], 'nothing'],
    [
      'nor where nothing else is left',
      () => [among(gap(5, 5, { head: BUSY, tail: BUSY }), 1000, 'tail')],
      'nothing',
    ],
    [
      'before an idle walk goes on',
      () => [among(gap(0, 5000, { head: {}, tail: BUSY }), 1000, 'tail')],
      'split 0 at 4999',
    ],
    [
      'that begins before other walks go on',
      () => [gap(0, 4, { head: {} }), among(gap(5, 5, { head: BUSY }), 1000, 'head'), later()],
      'join 1',
    ],
    [
      'not if they are fewer, or it has one',
      () => [
        gap(0, 4, { head: {} }),
        among(gap(5, 5, { head: BUSY }), 999, 'head'),
        among(gap(6, 6, { head: BUSY, tail: BUSY }), 1000, 'head'),
        later(),
      ],
      'head 0',
    ],
  ])('%s', (_, gaps, expected) => {
    expect(stepOf(gaps(), { pages: 100, kept: 25_000, covered: 10_000 })).toBe(expected);
  });

  test('only within the limit, and with more than one request at a time', () => {
    const rich = { pages: 100, kept: 25_000, covered: 10_000 };
    const of = (options: Options) => stepOf([among(both(), 1000, 'tail')], rich, options);
    expect(of({ limit: 100 })).toBe('nothing');
    expect(of({ concurrency: 1 })).toBe('nothing');
  });

  test('only if the list can be read from its other end', () => {
    const rich = { pages: 100, kept: 25_000, covered: 10_000 };
    const of = (options: Options) =>
      stepOf(
        [gap(0, 4, { head: {} }), among(gap(5, 5, { head: BUSY }), 1000, 'head')],
        rich,
        options,
      );
    expect(of({})).toBe('join 1');
    expect(of({ canReverse: false })).toBe('head 0');
  });
});
