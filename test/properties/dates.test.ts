import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPeriod } from '../../src/input/filters.js';
import { cutToMicros, isDatetime, isDay } from '../../src/input/times.js';
import { ARCHIVED } from '../../src/operations/lists/archivedRecords.js';

const two = (number: number) => String(number).padStart(2, '0');
const microseconds = fc.integer({ min: 0, max: 4_000_000_000_000_000 });

/** A time as RapidPro writes it, to the microsecond. */
function written(micros: number): string {
  const whole = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
  return `${whole}.${String(micros % 1_000_000).padStart(6, '0')}Z`;
}

/** The same time with another offset. */
function withOffset(micros: number, minutes: number): string {
  const sign = minutes < 0 ? '-' : '+';
  const size = Math.abs(minutes);
  const text = written(micros + minutes * 60_000_000).slice(0, -1);
  return `${text}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const time = microseconds.map(micros => micros + 14 * 3_600_000_000);
const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });

describe('datetime filters', () => {
  test('take every time as it is written in ISO 8601', () => {
    fc.assert(
      fc.property(time, offset, (micros, minutes) => {
        expect(isDatetime(written(micros))).toBe(true);
        expect(isDatetime(withOffset(micros, minutes))).toBe(true);
        expect(isDatetime(written(micros).replace('T', ' '))).toBe(true);
        expect(isDay(written(micros).slice(0, 10))).toBe(true);
      }),
    );
  });

  test('take a day only if the calendar has it', () => {
    const part = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 2999 }), part, part, (year, month, day) => {
        const text = `${year}-${two(month)}-${two(day)}`;
        const date = new Date(`${text}T00:00:00Z`);
        const real = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
        expect(isDay(text)).toBe(real);
        expect(isDatetime(`${text}T08:00:00Z`)).toBe(real);
      }),
    );
  });

  test('take nothing that a date parser could not read', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), text => {
        if (isDatetime(text)) expect(Date.parse(text.trim())).not.toBeNaN();
      }),
    );
  });

  test('lose nothing but what is finer than a microsecond', () => {
    fc.assert(
      fc.property(time, fc.stringMatching(/^\d{0,3}$/), (micros, finer) => {
        expect(cutToMicros(written(micros).replace('Z', `${finer}Z`))).toBe(written(micros));
      }),
    );
  });
});

describe('a period', () => {
  test('includes a time just if it lies between its ends, to the microsecond', () => {
    const near = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(time, near, near, offset, (micros, before, after, minutes) => {
        fc.pre(micros + after <= micros + before);
        const period = checkPeriod({
          after: withOffset(micros + after, minutes),
          before: withOffset(micros + before, -minutes),
        });
        expect(period.includes(written(micros))).toBe(after <= 0 && before >= 0);
      }),
    );
  });

  test('of days includes all of both, and asks for every archive that may hold them', () => {
    const day = 86_400_000_000;
    fc.assert(
      fc.property(time, fc.integer({ min: 0, max: 400 }), (micros, days) => {
        const first = Math.floor(micros / day) * day;
        const last = first + days * day;
        const period = checkPeriod({
          after: written(first).slice(0, 10),
          before: written(last).slice(0, 10),
        });
        expect(period.includes(written(first - 1))).toBe(false);
        expect(period.includes(written(first))).toBe(true);
        expect(period.includes(written(last + day - 1))).toBe(true);
        expect(period.includes(written(last + day))).toBe(false);
        const monthOfFirst = `${written(first).slice(0, 7)}-01`;
        expect(String(period.archives.after) <= monthOfFirst).toBe(true);
        expect(String(period.archives.before) >= written(last).slice(0, 10)).toBe(true);
      }),
    );
  });

  test('includes nothing that is no time', () => {
    const period = checkPeriod({ after: '1970-01-01' });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.nat().map(String)), value => {
        fc.pre(typeof value !== 'string' || !isDatetime(value));
        expect(period.includes(value)).toBe(false);
      }),
    );
  });
});

test('times of archives become those of the live lists: the same instant, six digits or none', () => {
  fc.assert(
    fc.property(time, micros => {
      const archived = written(micros)
        .replace(/0+Z$/, 'Z')
        .replace(/\.Z$/, 'Z')
        .replace('Z', '+00:00');
      expect(ARCHIVED.messages.toLive({ sent_on: archived }).sent_on).toBe(
        written(micros).replace('.000000Z', 'Z'),
      );
    }),
  );
});
