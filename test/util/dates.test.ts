import { afterEach, describe, expect, test, vi } from 'vitest';
import * as util from '../../src/util.js';
import { thrownBy } from './thrown.js';

const KIGALI = 'Africa/Kigali';

describe('util.dateTime', () => {
  test.each([
    ['31/01/2026', 'dd/MM/yyyy', KIGALI, '2026-01-31T00:00:00+02:00'],
    ['1/2/2026', 'd/M/yyyy', KIGALI, '2026-02-01T00:00:00+02:00'],
    ['31-Jan-2026 08:30', 'dd-MMM-yyyy HH:mm', KIGALI, '2026-01-31T08:30:00+02:00'],
    ['01/31/2026 08:30 PM', 'MM/dd/yyyy hh:mm a', KIGALI, '2026-01-31T20:30:00+02:00'],
    ['31/01/26', 'dd/MM/yy', KIGALI, '2026-01-31T00:00:00+02:00'],
    ['31/01/2026 08:30 +0000', 'dd/MM/yyyy HH:mm ZZZ', KIGALI, '2026-01-31T10:30:00+02:00'],
    [46053, 'dd/MM/yyyy', KIGALI, '2026-01-31T00:00:00+02:00'],
    ['46053', 'dd/MM/yyyy', KIGALI, '2026-01-31T00:00:00+02:00'],
    [46053.5, 'dd/MM/yyyy', KIGALI, '2026-01-31T12:00:00+02:00'],
    ['2026-01-31T06:00:00.000Z', 'dd/MM/yyyy', KIGALI, '2026-01-31T08:00:00.000+02:00'],
    ['2026-01-31', 'dd/MM/yyyy', KIGALI, '2026-01-31T00:00:00+02:00'],
    [new Date('2026-01-31T06:00:00.250Z'), 'dd/MM/yyyy', KIGALI, '2026-01-31T08:00:00.25+02:00'],
    // The clocks skip midnight there.
    ['05/09/2027', 'dd/MM/yyyy', 'America/Santiago', '2027-09-05T01:00:00-03:00'],
    ['31/01/2026', 'dd/MM/yyyy', 'UTC', '2026-01-31T00:00:00Z'],
    ['01/01/1900', 'dd/MM/yyyy', 'UTC', '1900-01-01T00:00:00Z'],
    ['31/12/1930', 'dd/MM/yyyy', 'UTC', '1930-12-31T00:00:00Z'],
  ])('%s as %s in %s', (value, pattern, zone, written) => {
    expect(util.dateTime(value, pattern, zone)).toBe(written);
  });

  test.each([
    ['31/02/2026', 'dd/MM/yyyy', /does not exist/],
    ['01/31/2026', 'dd/MM/yyyy', /does not exist/],
    ['2026/01/31', 'dd/MM/yyyy', /does not match the pattern/],
    ['2026-01-31', 'yyyy-dd-MM', /does not exist/],
    // The day may come first: it is not read as ISO 8601.
    ['2026-01-02', 'yyyy/dd/MM', /does not match the pattern/],
    ['2026-01-02', ' yyyy/dd/MM', /does not match the pattern/],
    ['31/01/50', 'dd/MM/yy', /this century and the last/],
    [2026, 'dd/MM/yyyy', /a number that no spreadsheet uses/],
    [20260131, 'dd/MM/yyyy', /a number that no spreadsheet uses/],
    [1769839200000, 'dd/MM/yyyy', /a number that no spreadsheet uses/],
    [Number.NaN, 'dd/MM/yyyy', /a number that no spreadsheet uses/],
    [new Date('x'), 'dd/MM/yyyy', /invalid Date/],
    ['', 'dd/MM/yyyy', /is empty/],
    [undefined, 'dd/MM/yyyy', /is undefined: there is no column or key with this name/],
    [true, 'dd/MM/yyyy', /must be text/],
    ['01/02/1026', 'dd/MM/yyyy', /before 1900/],
    ['01/02/0026', 'dd/MM/yyyy', /before 1900/],
    ['26-02-01', 'y-MM-dd', /before 1900/],
    ['01/02/26', 'dd/MM/y', /before 1900/],
    ['0026-02-01', 'dd/MM/yyyy', /before 1900/],
    ['1026-02-01T00:00:00Z', 'dd/MM/yyyy', /before 1900/],
    [new Date('1026-02-01T00:00:00Z'), 'dd/MM/yyyy', /before 1900/],
    ['31/12/1899', 'dd/MM/yyyy', /before 1900/],
    // What spreadsheets make of an empty cell.
    ['30/12/1899', 'dd/MM/yyyy', /empty cell/],
    ['1899-12-30T00:00:00.000Z', 'dd/MM/yyyy', /empty cell/],
    [new Date('1899-12-30T00:00:00.000Z'), 'dd/MM/yyyy', /empty cell/],
    ['00/01/1900', 'dd/MM/yyyy', /empty cell/],
    ['1/0/1900', 'M/d/yyyy', /empty cell/],
  ])('%s as %s is refused, without being shown', (value, pattern, said) => {
    expect(() => util.dateTime(value, pattern, KIGALI)).toThrow(said);
    const { description } = thrownBy(() => util.dateTime(value, pattern, KIGALI));
    // The fix has a date of its own, as an example.
    expect(description).not.toMatch(/31.0[12]|2026/);
    expect(util.dateTime(value, pattern, KIGALI, { ifInvalid: 'null' })).toBeNull();
  });

  test.each([
    ['1/2/27', 'd/M/yyyy', /"yy" in the pattern/],
    ['01/02/27 08:00', 'dd/MM/yyyy HH:mm', /"yy" in the pattern/],
    ['2027/02/01', 'd/M/yyyy', /Compare the pattern/],
    ['1.2.27', 'd/M/yy', /Compare the pattern/],
  ])('the fix for %s as %s fits it', (value, pattern, fix) => {
    expect(thrownBy(() => util.dateTime(value, pattern, KIGALI)).fix).toMatch(fix);
  });

  test.each([
    'dd/mm/yyyy',
    'DD/MM/YYYY',
    'MM/yyyy',
    '',
    'dd/MM/yyyy hh:mm',
    'dd/MM/yyyy HH:mm a',
    'ooo dd/MM/yyyy',
    "kkkk-'W'WW-c dd/MM/yyyy",
    'q dd/MM/yyyy',
    'dd/MM/yyyy G',
    'dd/MM/yyyy '.repeat(5000),
  ])('the pattern %j is refused whatever the date', pattern => {
    const ifInvalid = 'null';
    const error = thrownBy(() => util.dateTime('31/01/2026', pattern, KIGALI, { ifInvalid }));
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(error.description).toMatch(/pattern/);
  });

  test.each(['+99:00', '-14:01', '+15:00'])('the zone %s is refused', zone => {
    expect(() => util.dateTime(`31/01/2026 ${zone}`, 'dd/MM/yyyy ZZ', KIGALI)).toThrow(
      /time zone that does not exist/,
    );
  });

  test('the zones farthest from UTC are read', () => {
    const read = (zone: string) => util.dateTime(`31/01/2026 ${zone}`, 'dd/MM/yyyy ZZ', KIGALI);
    expect(read('+14:00')).toBe('2026-01-30T12:00:00+02:00');
    expect(read('-12:00')).toBe('2026-01-31T14:00:00+02:00');
  });

  test('a zone that is none is refused', () => {
    expect(() => util.dateTime('31/01/2026', 'dd/MM/yyyy', 'Kigali')).toThrow(/time zone/);
  });

  test('a function of state makes a function of state', () => {
    const reader = util.dateTime(({ data }) => data, 'dd/MM/yyyy', KIGALI);
    expect(reader({ data: '31/01/2026' })).toBe('2026-01-31T00:00:00+02:00');
  });
});

describe('util.dayRange', () => {
  afterEach(() => void vi.useRealTimers());

  test.each([
    ['today', '2026-02-02T00:00:00+02:00', '2026-02-02T23:59:59.999999+02:00'],
    ['yesterday', '2026-02-01T00:00:00+02:00', '2026-02-01T23:59:59.999999+02:00'],
    ['last week', '2026-01-26T00:00:00+02:00', '2026-02-01T23:59:59.999999+02:00'],
    ['last month', '2026-01-01T00:00:00+02:00', '2026-01-31T23:59:59.999999+02:00'],
    ['2026-01-31', '2026-01-31T00:00:00+02:00', '2026-01-31T23:59:59.999999+02:00'],
  ])('%s', (day, after, before) => {
    // A Sunday in UTC, and Monday in Kigali.
    vi.useFakeTimers({ now: new Date('2026-02-01T22:30:00Z') });
    expect(util.dayRange(day, KIGALI)).toEqual({ after, before });
  });

  test('a day whose midnight the clocks skip begins when they do so', () => {
    expect(util.dayRange('2027-09-04', 'America/Santiago')).toEqual({
      after: '2027-09-04T00:00:00-04:00',
      before: '2027-09-04T23:59:59.999999-04:00',
    });
    expect(util.dayRange('2027-09-05', 'America/Santiago')).toEqual({
      after: '2027-09-05T01:00:00-03:00',
      before: '2027-09-05T23:59:59.999999-03:00',
    });
  });

  test('a day that a zone left out, or none at all, is refused', () => {
    expect(() => util.dayRange('2011-12-30', 'Pacific/Apia')).toThrow(
      /does not exist in the time zone/,
    );
    for (const day of ['2026-02-30', 'tomorrow', '31/01/2026', undefined]) {
      expect(() => util.dayRange(day as string, KIGALI)).toThrow(/the day is not valid/);
    }
  });

  test('a function of state makes a function of state', () => {
    const reader = util.dayRange(({ day }) => day, KIGALI);
    expect(reader({ day: '2026-01-31' }).after).toBe('2026-01-31T00:00:00+02:00');
  });
});
