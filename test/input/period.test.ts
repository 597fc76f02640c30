import { describe, expect, test } from 'vitest';
import { checkPeriod, periodBetween } from '../../src/input/filters.js';
import { refusalOf } from './refusal.js';

/** The period of archives: which archives it needs, and which of their records are in it. */

describe('a period', () => {
  test.each<[filters: object, archives: object]>([
    // A monthly archive begins up to 31 days before its last record.
    [{ after: '2026-03-05' }, { after: '2026-02-02' }],
    [{ after: ' 2026-03-05T08:00:00+02:00 ' }, { after: '2026-02-02' }],
    [{ before: '2026-03-05' }, { before: '2026-03-05' }],
    [{ before: '2026-03-05T23:30:00-02:00' }, { before: '2026-03-06' }],
    [
      { after: '2026-03-05', before: '2026-03-05' },
      { after: '2026-02-02', before: '2026-03-05' },
    ],
  ])('%j needs the archives of %j', (filters, archives) => {
    expect(checkPeriod(filters).archives).toEqual(archives);
    expect(Object.keys(checkPeriod(filters).archives)).toEqual(Object.keys(archives));
  });

  test.each<[filters: object, time: unknown, isIn: boolean]>([
    [{ after: '2026-03-05' }, '2026-03-05T00:00:00Z', true],
    [{ after: '2026-03-05' }, '2026-03-04T23:59:59.999999Z', false],
    [{ after: '2026-03-05' }, '2999-01-01T00:00:00Z', true],
    // A day alone means all of it.
    [{ before: '2026-03-05' }, '2026-03-05T23:59:59.999999Z', true],
    [{ before: '2026-03-05' }, '2026-03-06T00:00:00Z', false],
    [{ before: '2026-03-05' }, '1970-01-01T00:00:00Z', true],
    [{ before: '2026-03-05T08:00:00Z' }, '2026-03-05T08:00:00Z', true],
    [{ before: '2026-03-05T08:00:00Z' }, '2026-03-05T08:00:00.000001Z', false],
    [{ before: '2026-03-05T08:00:00Z' }, undefined, false],
    [{ before: '2026-03-05T08:00:00Z' }, 'soon', false],
  ])('%j and %j: %j', (filters, time, isIn) => {
    expect(checkPeriod(filters).includes(time)).toBe(isIn);
  });

  test('one instant is a period', () => {
    const instant = '2026-03-05T08:00:00Z';
    const period = checkPeriod({ after: instant, before: instant });
    expect(period.includes(instant)).toBe(true);
    expect(period.archives).toEqual({ after: '2026-02-02', before: '2026-03-05' });
  });

  test('without ends, it contains all times', () => {
    const period = periodBetween();
    expect(period.archives).toEqual({});
    expect(period.includes('2026-03-05T08:00:00Z')).toBe(true);
    expect(period.includes('')).toBe(false);
  });
});

const DAY =
  'Write a day, such as "2026-01-31", or a time with its zone, such as "2026-01-31T08:00:00Z".';

test.each<[filters: unknown, description: string, fix: string]>([
  [undefined, 'The period is missing.', 'Add it: { after: "2026-01-01", before: "2026-01-31" }.'],
  ['2026', 'The period is missing.', 'Add it: { after: "2026-01-01", before: "2026-01-31" }.'],
  [{}, 'The period is missing.', 'Add "after", "before" or both. Archives go back for years.'],
  [{ afer: '2026-01-01' }, 'Archives have no filter "afer".', 'Did you mean "after"?'],
  [
    { after: '2026-01-01', contact: 'x' },
    'Archives have no filter "contact".',
    'Possible here: after, before.',
  ],
  [{ after: undefined }, 'The filter "after" is empty.', DAY],
  [{ before: null }, 'The filter "before" is empty.', DAY],
  [{ before: '' }, 'The filter "before" is empty.', DAY],
  [{ before: 'soon' }, 'The filter "before" is not a date.', DAY],
  [{ after: 7 }, 'The filter "after" is not a date.', DAY],
  [{ after: '2026-02-31' }, 'The filter "after" is not a date.', DAY],
  [
    { after: '2026-03-06', before: '2026-03-05' },
    '"after" is later than "before".',
    'Use the earlier time as "after". Nothing was read.',
  ],
])('%j is refused', (filters, description, fix) => {
  expect(refusalOf(() => checkPeriod(filters))).toMatchObject({
    code: 'INVALID_FILTER',
    description,
    fix,
  });
});
