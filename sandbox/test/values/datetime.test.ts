import { describe, expect, test } from 'vitest';
import { type Locale, shownFieldValue } from '../../src/values/index.js';
import { offsetAt } from '../../src/values/timezone.js';

const NOON = Date.parse('2026-11-22T16:30:35.123Z');

function shown(text: string, changes: Partial<Locale> = {}): string | null {
  return shownFieldValue(text, 'datetime', {
    country: 'KE',
    timezone: 'UTC',
    dateStyle: 'day_first',
    dialect: 'v9',
    now: () => NOON,
    ...changes,
  });
}

describe('changes of clocks', () => {
  test.each([
    ['west, an hour left out', '2026-03-08 02:30', 'America/New_York', '01:30:00.000000-05:00'],
    ['west, an hour twice', '2026-11-01 01:30', 'America/New_York', '01:30:00.000000-04:00'],
    ['east, an hour left out', '2026-03-29 02:30', 'Europe/Berlin', '03:30:00.000000+02:00'],
    ['east, an hour twice', '2026-10-25 02:30', 'Europe/Berlin', '02:30:00.000000+01:00'],
    ['half an hour left out', '2026-10-04 02:15', 'Australia/Lord_Howe', '02:45:00.000000+11:00'],
    ['half an hour twice', '2026-04-05 01:45', 'Australia/Lord_Howe', '01:45:00.000000+10:30'],
  ])('%s', (_, text, timezone, time) => {
    expect(shown(text, { timezone })).toBe(`${text.slice(0, 10)}T${time}`);
  });
});

test('an offset that is known holds up to the very change of a clock', () => {
  const offsets = (timezone: string, times: string[]) =>
    times.map(time => offsetAt(timezone, Date.parse(time)) / 60);
  // A minute after midnight.
  const spring = ['2010-03-14T03:30:00Z', '2010-03-14T03:30:59Z', '2010-03-14T03:31:00Z'];
  expect(offsets('America/St_Johns', spring)).toEqual([-210, -210, -150]);
  const half = ['2026-10-03T15:29:00Z', '2026-10-03T15:29:59Z', '2026-10-03T15:30:00Z'];
  expect(offsets('Australia/Lord_Howe', half)).toEqual([630, 630, 660]);
  // At half a minute, before clocks changed at full ones.
  const liberia = ['1972-01-07T00:44:00Z', '1972-01-07T00:44:29Z', '1972-01-07T00:44:30Z'];
  expect(offsets('Africa/Monrovia', liberia)).toEqual([-44.5, -44.5, 0]);
});

describe('offsets', () => {
  test.each([
    ['5/1/26 7pm', 'Asia/Kathmandu', '2026-01-05T19:00:00.000000+05:45'],
    ['1-7-1960 12:00', 'Europe/London', '1960-07-01T12:00:00.000000+01:00'],
    ['1-1-1700 12:00', 'Europe/London', '1700-01-01T12:00:00.000000-00:01'],
    ['13-02-2026 10:00', 'Europe/London', '2026-02-13T10:00:00.000000Z'],
    ['2026-01-05T10:00:00+00:00', 'Asia/Kathmandu', '2026-01-05T10:00:00.000000Z'],
    ['2026-01-05T10:00:00-03:30', 'Asia/Kathmandu', '2026-01-05T10:00:00.000000-03:30'],
  ])('%s in %s', (text, timezone, stored) => {
    expect(shown(text, { timezone })).toBe(stored);
  });
});

describe('dates in the style of the workspace', () => {
  test.each([
    ['day_first', '5/1/26 7pm', '2026-01-05T19:00:00.000000Z'],
    ['month_first', '5/1/26 7pm', '2026-05-01T19:00:00.000000Z'],
    ['year_first', '26/5/1 7pm', '2026-05-01T19:00:00.000000Z'],
    ['month_first', '13/1/26 7pm', null],
    ['year_first', '2026-03-04 9:05', '2026-03-04T09:05:00.000000Z'],
  ] as const)('%s: %s', (dateStyle, text, stored) => {
    expect(shown(text, { dateStyle })).toBe(stored);
  });

  test('two digits of a year reach to the present one', () => {
    expect(shown('31-12-26')).toBe('2026-12-31T16:30:35.123000Z');
    expect(shown('31-12-27')).toBe('1927-12-31T16:30:35.123000Z');
  });

  test('a day that its month lacks rolls over on RapidPro 9 only', () => {
    expect(shown('30/04/2026 12:00 am')).toBe('2026-04-30T00:00:00.000000Z');
    expect(shown('31/04/2026 12:00 am')).toBe('2026-05-01T00:00:00.000000Z');
    expect(shown('31/04/2026 12:00 am', { dialect: 'textit' })).toBeNull();
  });
});

describe('times of day', () => {
  test.each([
    ['13.02.2026, 24:00', '2026-02-13T00:00:00.000000Z'],
    ['13.02.2026, 24:30', '2026-02-14T00:30:00.000000Z'],
    ['13.02.2026 12 pm', '2026-02-13T12:00:00.000000Z'],
    ['13.02.2026 12 am', '2026-02-13T00:00:00.000000Z'],
    ['13.02.2026 1545', '2026-02-13T15:45:00.000000Z'],
    ['2026-02-13T1:02:03Z', '2026-02-13T01:02:03.000000Z'],
    ['2026-02-13T10:15:20', '2026-02-13T15:20:00.000000Z'],
  ])('%s', (text, stored) => {
    expect(shown(text)).toBe(stored);
  });

  test('a date alone gets the present time of day in the workspace’s zone', () => {
    expect(shown('2026-02-13', { timezone: 'Asia/Kathmandu' })).toBe(
      '2026-02-13T22:15:35.123000+05:45',
    );
  });
});
