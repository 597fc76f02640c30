import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as util from '../../src/util.js';

const KIGALI = 'Africa/Kigali';

describe('patterns', () => {
  test.each([
    ['31. 01. 2026', 'dd. LL. yyyy', '2026-01-31T00:00:00+02:00'],
    ['31 Jan 2026', 'd LLL y', '2026-01-31T00:00:00+02:00'],
    ['on 31/01/2026', "'on' dd/MM/yyyy", '2026-01-31T00:00:00+02:00'],
    ['YD 31/01/2026', "'YD' dd/MM/yyyy", '2026-01-31T00:00:00+02:00'],
    ['8 h 31/01/2026', "H 'h' dd/MM/yyyy", '2026-01-31T08:00:00+02:00'],
    ['x 31/01/2026', "'x' dd/MM/yyyy", '2026-01-31T00:00:00+02:00'],
    ['31/01/2026 08:30:00.120', 'dd/MM/yyyy HH:mm:ss.SSS', '2026-01-31T08:30:00.12+02:00'],
    ['31/01/2026 08:30:00.005', 'dd/MM/yyyy HH:mm:ss.SSS', '2026-01-31T08:30:00.005+02:00'],
    ['31/12/1930 08:30:00.250', 'dd/MM/yyyy HH:mm:ss.SSS', '1930-12-31T08:30:00.25+02:00'],
    ['31/01/2026 00:30 +0000', 'dd/MM/yyyy HH:mm ZZZ', '2026-01-31T02:30:00+02:00'],
    ['31/01/2026 00:30 Asia/Tokyo', 'dd/MM/yyyy HH:mm z', '2026-01-30T17:30:00+02:00'],
    ['01/01/1900 00:00 +1400', 'dd/MM/yyyy HH:mm ZZZ', '1899-12-31T12:00:00+02:00'],
    [' 31/01/2026 ', 'dd/MM/yyyy', '2026-01-31T00:00:00+02:00'],
    ['31/12/2050', 'dd/MM/yyyy', '2050-12-31T00:00:00+02:00'],
    ['31/01/29', 'dd/MM/yy', '2029-01-31T00:00:00+02:00'],
    ['31/01/61', 'dd/MM/yy', '1961-01-31T00:00:00+02:00'],
    // As in JSON, in spite of the pattern: it has a zone.
    ['2026-01-31T00:00:00Z', 'yyyy-dd-MM', '2026-01-31T02:00:00+02:00'],
    ['2026-02-01', 'yyyy-dd-MM', '2026-01-02T00:00:00+02:00'],
    ['2026-02-01', 'dd/MM/yyyy', '2026-02-01T00:00:00+02:00'],
  ])('%s as %s', (text, pattern, written) => {
    const read = util.dateTime(text, pattern, ` ${KIGALI} `);
    // Kigali's clocks were two minutes off until 1935.
    if (written < '1935') expect(read).toContain(written.slice(19, -6));
    else expect(read).toBe(written);
  });

  test.each([
    ["dd/MM 'yyyy'", 'a year, a month and a day'],
    ["'dd'/MM/yyyy", 'a year, a month and a day'],
    ["dd/'MM'/yyyy", 'a year, a month and a day'],
    ['dd/MM/YYYY yyyy', 'a year, a month and a day'],
    ['DD/MM/yyyy dd', 'a year, a month and a day'],
    ['dd/MM/yyyy h:mm', 'hours up to 12'],
    ["dd/MM/yyyy h:mm 'a'", 'hours up to 12'],
    [' ', 'is missing'],
    [undefined, 'is missing'],
    [7, 'is missing'],
  ])('%j is refused: %s', (pattern, said) => {
    expect(() => util.dateTime('31/01/2026', pattern as string, KIGALI)).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        description: expect.stringContaining(said),
      }),
    );
  });

  // It matches no date: with ifInvalid, each one would be null.
  test.each([
    ['1769839200', 'X'],
    ['1769839200250', 'x'],
    ['31/01/2026 x', 'dd/MM/yyyy x'],
  ])('%s as %s: seconds since 1970 are refused as a pattern', (text, pattern) => {
    expect(() => util.dateTime(text, pattern, KIGALI, { ifInvalid: 'null' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        description: expect.stringContaining('the pattern has "X" or "x"'),
        fix: expect.stringContaining('new Date(seconds * 1000)'),
      }),
    );
  });

  test.each(['31/01/30', '31/01/60'])('%s fits two centuries', text => {
    expect(() => util.dateTime(text, 'dd/MM/yy', KIGALI)).toThrow(/this century and the last/);
  });

  test('a day begins later where the clocks skip midnight; a time that they skip is none', () => {
    const zone = 'America/Santiago';
    expect(util.dateTime('05/09/2027', 'dd/MM/yyyy', zone)).toBe('2027-09-05T01:00:00-03:00');
    for (const [text, pattern] of [
      ['05/09/2027 00:00', 'dd/MM/yyyy HH:mm'],
      ['05/09/2027 12 am', 'dd/MM/yyyy hh a'],
      [46635 + 0.5 / 24, 'dd/MM/yyyy'],
    ] as const) {
      expect(() => util.dateTime(text, pattern, zone)).toThrow(/because the clocks go forward/);
    }
    // A cell with a whole number is a day.
    expect(util.dateTime(46635, 'dd/MM/yyyy', zone)).toBe('2027-09-05T01:00:00-03:00');
  });

  test.each([undefined, null, 7, '', 'Kigali'])('%j is not a zone', zone => {
    const read = () => util.dateTime('31/01/2026', 'dd/MM/yyyy', zone as string);
    expect(read).toThrow(/util.dateTime\(\): this is not a time zone/);
    expect(() => util.dayRange('today', zone as string)).toThrow(
      /util.dayRange\(\): this is not a time zone/,
    );
  });

  test.each([{ ifInvalid: 'empty' }, { ifInvalid: 'null', more: 1 }, { ifinvalid: 'null' }])(
    'the options %j are refused',
    options => {
      expect(() => util.dateTime('31/01/2026', 'dd/MM/yyyy', KIGALI, options as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    },
  );
});

describe('the numbers of spreadsheets', () => {
  const read = (value: unknown) => util.dateTime(value, 'dd/MM/yyyy', 'UTC');

  test.each([
    [367, '1901-01-01T00:00:00Z'],
    [1899, '1905-03-13T00:00:00Z'],
    [2000.5, '1905-06-22T12:00:00Z'],
    [2101, '1905-10-01T00:00:00Z'],
    [2_958_465, '9999-12-31T00:00:00Z'],
    [46053.3541666667, '2026-01-31T08:30:00Z'],
    ['46053.25', '2026-01-31T06:00:00Z'],
    [' 46053 ', '2026-01-31T00:00:00Z'],
  ])('%j is %s', (serial, written) => {
    expect(read(serial)).toBe(written);
  });

  test.each([366, 366.9, 0, -1, 1900, 2000, 2100, 2_958_466, Number.POSITIVE_INFINITY])(
    '%j is none',
    serial => {
      expect(() => read(serial)).toThrow(/a number that no spreadsheet uses/);
    },
  );

  test.each(['4605', '460530', '46053.', '46053x', 'x46053', '-46053'])(
    'the text %j is none',
    text => {
      expect(() => read(text)).toThrow(/does not match the pattern/);
    },
  );
});

describe('the value of an empty cell', () => {
  const ZERO = Date.UTC(1899, 11, 30);
  const DAY = 86_400_000;

  test.each([
    [new Date(ZERO - DAY / 2), /empty cell/],
    [new Date(ZERO - DAY / 2 - 1), /before 1900/],
    [new Date(ZERO + DAY - 1), /empty cell/],
    [new Date(ZERO + DAY), /before 1900/],
  ])('%j: %s', (value, said) => {
    expect(() => util.dateTime(value, 'dd/MM/yyyy', 'UTC')).toThrow(said);
  });

  test.each([
    ['0-Jan-1900', 'd-MMM-yyyy'],
    ['Jan 00 1900', 'MMM dd yyyy'],
    ['00/01/00', 'dd/MM/yy'],
    ['01/00/1900', 'MM/dd/yyyy'],
    ['1900-01-00', 'yyyy-MM-dd'],
    ['1900/1/0', 'yyyy/M/d'],
    ['00/01/1900 00:00', 'dd/MM/yyyy HH:mm'],
  ])('%s is one', (text, pattern) => {
    expect(() => util.dateTime(text, pattern, 'UTC')).toThrow(/empty cell/);
  });

  test.each([
    ['00/02/1900', 'dd/MM/yyyy'],
    ['00/01/2026', 'dd/MM/yyyy'],
    ['00/01/19001', 'dd/MM/yyyyy'],
    ['1900-01-32', 'yyyy-MM-dd'],
    ['1900-02-00', 'yyyy-MM-dd'],
  ])('%s is none, and no day', (text, pattern) => {
    expect(() => util.dateTime(text, pattern, 'UTC')).toThrow(/not exist in the calendar|pattern/);
  });
});

describe('values that are no text', () => {
  const read = (value: unknown) => util.dateTime(value, 'dd/MM/yyyy', 'UTC');

  test('a Date of another realm, as jobs have them', () => {
    const date = runInNewContext('new Date(1769839200000)');
    expect(date).not.toBeInstanceOf(Date);
    expect(read(date)).toBe('2026-01-31T06:00:00Z');
  });

  test.each([
    [null, /is empty/],
    ['  ', /is empty/],
    [{}, /must be text, a number or a Date/],
    [['31/01/2026'], /must be text, a number or a Date/],
    [false, /must be text, a number or a Date/],
  ])('%j', (value, said) => {
    expect(() => read(value)).toThrow(said);
  });
});

describe('periods', () => {
  afterEach(() => void vi.useRealTimers());

  test.each([
    // Sunday the 1st, Monday the 2nd, and the end of Sunday the 8th.
    ['2026-02-01T12:00:00Z', 'last week', '2026-01-19', '2026-01-25'],
    ['2026-02-02T12:00:00Z', 'last week', '2026-01-26', '2026-02-01'],
    ['2026-02-08T21:59:59Z', 'last week', '2026-01-26', '2026-02-01'],
    ['2026-01-31T12:00:00Z', 'last month', '2025-12-01', '2025-12-31'],
    ['2026-03-31T12:00:00Z', 'last month', '2026-02-01', '2026-02-28'],
    ['2026-03-31T12:00:00Z', ' yesterday ', '2026-03-30', '2026-03-30'],
    ['2026-03-31T22:00:00Z', 'today', '2026-04-01', '2026-04-01'],
    ['2026-03-31T21:59:59Z', 'today', '2026-03-31', '2026-03-31'],
  ])('at %s, %s is %s to %s', (now, words, first, last) => {
    vi.useFakeTimers({ now: new Date(now) });
    expect(util.dayRange(words, KIGALI)).toEqual({
      after: `${first}T00:00:00+02:00`,
      before: `${last}T23:59:59.999999+02:00`,
    });
  });

  test('west of Greenwich, the day is still the one before', () => {
    vi.useFakeTimers({ now: new Date('2026-02-01T02:00:00Z') });
    expect(util.dayRange('today', 'America/New_York')).toEqual({
      after: '2026-01-31T00:00:00-05:00',
      before: '2026-01-31T23:59:59.999999-05:00',
    });
  });

  test('ends where the next day begins that the zone did not leave out', () => {
    expect(util.dayRange('2011-12-29', 'Pacific/Apia')).toEqual({
      after: '2011-12-29T00:00:00-10:00',
      before: '2011-12-29T23:59:59.999999-10:00',
    });
    vi.useFakeTimers({ now: new Date('2012-01-15T12:00:00Z') });
    expect(util.dayRange('last month', 'Pacific/Apia')).toEqual({
      after: '2011-12-01T00:00:00-10:00',
      before: '2011-12-31T23:59:59.999999+14:00',
    });
  });

  test.each([7, null, {}, '', '2026-1-31', 'last year'])('%j is none', day => {
    expect(() => util.dayRange(day as string, KIGALI)).toThrow(/the day is not valid/);
  });
});
