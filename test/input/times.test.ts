import { describe, expect, test } from 'vitest';
import {
  cutToMicros,
  fromMicros,
  instantAt,
  isDatetime,
  isDay,
  microsIn,
  onClocks,
  timeIn,
  toMicros,
  zoneOf,
} from '../../src/input/times.js';

const at = (text: string) => Date.parse(text);
const zone = (name: string) => zoneOf(name) ?? expect.unreachable();

test.each([
  ['2026-01-31', true],
  ['2024-02-29', true],
  ['2026-02-29', false],
  ['1900-02-29', false],
  ['2026-04-31', false],
  ['2026-13-01', false],
  ['2026-00-10', false],
  ['2026-01-00', false],
  ['2026-01-32', false],
  // Not 1926.
  ['0026-01-31', true],
  ['0000-02-29', true],
  ['0099-02-29', false],
  ['2026-1-31', false],
  ['12026-01-31', false],
  ['2026-01-311', false],
  ['2026-01-31T00:00', false],
  ['', false],
])('%s is a day: %s', (text, is) => {
  expect(isDay(text)).toBe(is);
});

test.each([
  ['2026-01-31', true],
  [' 2026-01-31 ', true],
  ['2026-01-31T08:30', true],
  ['2026-01-31 08:30', true],
  ['2026-01-31T08:30:59', true],
  ['2026-01-31T08:30:59.123456789Z', true],
  ['2026-01-31T23:59:59+02:00', true],
  ['2026-01-31T23:59:59-0330', true],
  ['2026-01-31T23:59:59+23:59', true],
  ['2026-01-31T08:30:59.1234567890Z', false],
  ['2026-01-31T08:30:59.Z', false],
  ['2026-01-31T08:30.5', false],
  ['2026-01-31T24:00', false],
  ['2026-01-31T08:60', false],
  ['2026-01-31T08:30:60', false],
  ['2026-01-31T8:30', false],
  ['2026-01-31T08:30:59+2', false],
  ['2026-01-31T08:30:59+24:00', false],
  ['2026-01-31T08:30:59+02:60', false],
  ['2026-01-31T08:30:59+02:000', false],
  ['2026-01-31T', false],
  ['2026-01-31Z', false],
  ['x2026-01-31', false],
  ['2026-01-31x08:30', false],
  ['2026-02-30T08:30', false],
  // The first year of the calendars of servers is 1.
  ['0000-01-31', false],
  ['0001-01-31', true],
  ['', false],
])('%j is a time that filters read: %s', (text, is) => {
  expect(isDatetime(text)).toBe(is);
});

test.each([
  ['2026-01-31T08:30:59.123456789Z', '2026-01-31T08:30:59.123456Z'],
  ['2026-01-31T08:30:59.1234567+02:00', '2026-01-31T08:30:59.123456+02:00'],
  ['2026-01-31T08:30:59.123456Z', '2026-01-31T08:30:59.123456Z'],
  ['2026-01-31T08:30:59.1Z', '2026-01-31T08:30:59.1Z'],
  ['20260131083059', '20260131083059'],
])('%s is cut to %s', (text, cut) => {
  expect(cutToMicros(text)).toBe(cut);
});

describe('a time in microseconds', () => {
  const NOON = at('2026-01-31T12:00:00Z') * 1000;

  test.each<[unknown, number | undefined]>([
    // As RapidPro writes it, in the same minute and in another one.
    ['2026-01-31T12:00:00.000000Z', NOON],
    ['2026-01-31T12:00:59.123457Z', NOON + 59_123_457],
    ['2026-01-31T12:01:00.000001Z', NOON + 60_000_001],
    ['2026-01-31T12:00:00.000002Z', NOON + 2],
    ['2026-01-31 12:00:00.000003Z', NOON + 3],
    ['2026-01-31T12:00:0x.000000Z', undefined],
    ['2026-01-3xT12:00:00.000000Z', undefined],
    ['2026-01-31T12:00:00.000000z', undefined],
    ['2026-01-31T12:00:00,000000Z', undefined],
    ['2026-01-31T12:00:00.123456Zx', undefined],
    ['2026-01-31T12:00:001234567Z', undefined],
    ['2026-01-31T12:00:00.123456+', undefined],
    // In other forms.
    ['2026-01-31T12:00:00Z', NOON],
    ['2026-01-31T12:00:00', NOON],
    ['2026-01-31 12:00:00', NOON],
    ['2026-01-31T12:00', NOON],
    ['2026-01-31T12:00Z', NOON],
    ['2026-01-31', NOON - 12 * 3_600_000_000],
    ['2026-01-31T12:00:00.5Z', NOON + 500_000],
    ['2026-01-31T12:00:00.000001', NOON + 1],
    ['2026-01-31T12:00:00.1234567Z', NOON + 123_456],
    ['2026-01-31T12:00:00.123456789Z', NOON + 123_456],
    ['2026-01-31T14:00:00+02:00', NOON],
    ['2026-01-31T14:00:00.000001+0200', NOON + 1],
    ['2026-01-31T08:30:00-03:30', NOON],
    ['2026-01-31T08:30-0330', NOON],
    ['1969-12-31T23:59:59.999999Z', -1],
    // Not times.
    ['2026-01-31T12:00:00.1234567890Z', undefined],
    ['2026-01-31T12:00:00.Z', undefined],
    ['2026-01-31T12:00:00+2', undefined],
    ['2026-01-31T12:00:00Zx', undefined],
    ['x2026-01-31T12:00:00Z', undefined],
    ['2026-13-31T12:00:00Z', undefined],
    ['2026-13-31', undefined],
    ['yesterday', undefined],
    ['0123456789', undefined],
    ['', undefined],
    [undefined, undefined],
    [null, undefined],
    [NOON, undefined],
  ])('of %j is %j', (text, micros) => {
    expect(toMicros(text)).toBe(micros);
    // Once more, when its minute has been read.
    expect(toMicros(text)).toBe(micros);
  });

  test.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [1, '1970-01-01T00:00:00.000001Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
    [NOON + 59_123_450, '2026-01-31T12:00:59.123450Z'],
  ])('%i is written %s', (micros, text) => {
    expect(fromMicros(micros)).toBe(text);
    expect(toMicros(text)).toBe(micros);
  });

  test('a record has one, or the server is none', () => {
    const record = { sent_on: '2026-01-31T12:00:00Z', seen_on: 'soon', id: 7 };
    expect(timeIn(record, 'sent_on')).toBe('2026-01-31T12:00:00Z');
    expect(microsIn(record, 'sent_on')).toBe(NOON);
    for (const key of ['seen_on', 'id', 'modified_on']) {
      for (const read of [timeIn, microsIn]) {
        expect(() => read(record, key)).toThrow(
          expect.objectContaining({
            code: 'INVALID_RESPONSE',
            description: expect.stringContaining(`"${key}" is not a time`),
          }),
        );
      }
    }
  });
});

test('a zone has a name of its own', () => {
  expect(zoneOf('Africa/Kigali')?.name).toBe('Africa/Kigali');
  for (const name of ['Kigali', '', 'CAT+2', 'local']) expect(zoneOf(name)).toBeUndefined();
});

/** Local times are given as if they were in UTC. */
describe('local times', () => {
  test.each([
    ['Africa/Kigali', '2026-01-31T08:30:00Z', '2026-01-31T06:30:00Z'],
    ['America/New_York', '2026-07-01T08:30:00Z', '2026-07-01T12:30:00Z'],
    ['Asia/Kathmandu', '2026-01-31T05:45:00Z', '2026-01-31T00:00:00Z'],
    // The clocks go forward from 02:00 to 03:00, …
    ['Europe/Berlin', '2026-03-29T01:59:59Z', '2026-03-29T00:59:59Z'],
    ['Europe/Berlin', '2026-03-29T02:30:00Z', undefined],
    ['Europe/Berlin', '2026-03-29T03:00:00Z', '2026-03-29T01:00:00Z'],
    // … and back from 03:00 to 02:00: the first of two.
    ['Europe/Berlin', '2026-10-25T02:30:00Z', '2026-10-25T00:30:00Z'],
    ['America/New_York', '2026-11-01T01:30:00Z', '2026-11-01T05:30:00Z'],
  ])('in %s, %s is first at %s', (name, wall, instant) => {
    expect(instantAt(at(wall), false, zone(name))).toBe(instant && at(instant));
  });

  test.each([
    ['Africa/Kigali', '2026-01-31', '2026-01-30T22:00:00Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z'],
    // The clocks skip midnight, by an hour.
    ['America/Santiago', '2027-09-05', '2027-09-05T04:00:00Z'],
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00Z'],
    // By half an hour.
    ['America/St_Johns', '2007-03-11', '2007-03-11T03:30:00Z'],
    // From half an hour before midnight on.
    ['America/Toronto', '1919-03-31', '1919-03-31T04:30:00Z'],
    // A whole day.
    ['Pacific/Apia', '2011-12-30', undefined],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z'],
    ['Pacific/Kwajalein', '1993-08-21', undefined],
  ])('in %s, %s begins at %s', (name, day, instant) => {
    expect(instantAt(at(`${day}T00:00:00Z`), true, zone(name))).toBe(instant && at(instant));
  });

  test.each([
    ['Africa/Kigali', '2026-01-31T06:30:00Z', '', '2026-01-31T08:30:00+02:00'],
    ['Africa/Kigali', '2026-01-31T06:30:00Z', '.25', '2026-01-31T08:30:00.25+02:00'],
    ['America/St_Johns', '2026-01-31T06:30:00Z', '', '2026-01-31T03:00:00-03:30'],
    ['America/New_York', '2026-01-31T06:30:00Z', '', '2026-01-31T01:30:00-05:00'],
    ['Asia/Kathmandu', '2026-01-31T06:30:00Z', '', '2026-01-31T12:15:00+05:45'],
    ['Pacific/Kiritimati', '2026-01-31T06:30:00Z', '', '2026-01-31T20:30:00+14:00'],
    ['UTC', '2026-01-31T06:30:00Z', '.5', '2026-01-31T06:30:00.5Z'],
    ['Europe/London', '2026-01-31T06:30:00Z', '', '2026-01-31T06:30:00Z'],
    // Monrovia was 44 minutes and 30 seconds behind.
    ['Africa/Monrovia', '1971-01-01T06:30:00Z', '', '1971-01-01T06:30:00Z'],
  ])('the clocks of %s show %s%s as %s', (name, instant, fraction, written) => {
    expect(onClocks(at(instant), fraction, zone(name))).toBe(written);
  });
});
