import { isDate } from 'node:util/types';
import type { IANAZone } from 'luxon';
import { fail } from '../errors/errors.js';
import { Unreadable } from '../errors/fault.js';
import { inZone, readIso } from './fieldTimes.js';
import { library } from './libraries.js';
import { instantAt, isDay, onClocks, zoneOf } from './times.js';

/** Days and times as spreadsheets and forms write them, and the days that reports are made of. */

/** Options of `util.dateTime`. */
export interface DateTimeOptions {
  /** What to do with an invalid date. `'error'` (default): throw an error. `'null'`: return null, which clears a field. */
  ifInvalid?: 'error' | 'null';
}

/** A period for filters, both ends included. */
export interface DayRange {
  /** The first moment. */
  after: string;
  /** The last microsecond. */
  before: string;
}

const DAY_IN_MS = 24 * 60 * 60 * 1000;

/** Why a value is not a date, as the rest of a sentence, and what to do. */
const noDate = (
  what: string,
  fix = 'Compare the pattern with the data: d, M and yyyy are day, month and year; dd and MM need two digits. For empty cells, { ifInvalid: "null" } returns null.',
) => new Unreadable(what, fix);

function requireZone(zone: unknown, where: string): IANAZone {
  const found = typeof zone === 'string' ? zoneOf(zone.trim()) : undefined;
  if (found) return found;
  throw fail(
    'INVALID_INPUT',
    `${where}: this is not a time zone.`,
    'Use an IANA name, such as "Africa/Kigali". getWorkspace() shows the one of the workspace.',
  );
}

/** What is wrong with a pattern, without its words in quotes. */
const FAULTS: readonly [RegExp, what: string, fix: string][] = [
  [
    // Luxon writes these, and does not read them: no date would match.
    /[Xx]/,
    'the pattern has "X" or "x", the seconds or milliseconds since 1970, which it cannot read',
    'Use a pattern of days, and give the date itself: new Date(milliseconds), or new Date(seconds * 1000). Write an "x" that is only a letter in quotes.',
  ],
  [
    /[YD]|^[^y]*$|^[^ML]*$|^[^d]*$/,
    'the pattern needs a year, a month and a day',
    'Write them as "yyyy", "MM" and "dd": "dd/MM/yyyy". "mm" means minutes.',
  ],
  [/^(?=.*h)[^a]*$/s, 'the pattern has hours up to 12 without "a"', 'Write "HH", or "hh:mm a".'],
  [/H.*a|a.*H/s, 'the pattern has hours up to 24 and "a"', 'Write "HH:mm", or "hh:mm a".'],
  [
    /[qokWG]/,
    'the pattern has letters for quarters, weeks, eras or days of the year',
    'Leave them out, with what they stand for in the dates. Write letters that are only text in quotes.',
  ],
];

const LONGEST_PATTERN = 100;

/** What a pattern says, without the words in quotes. */
function readPattern(pattern: unknown, where: string) {
  const refuse = (what: string, fix: string) => fail('INVALID_INPUT', `${where}: ${what}.`, fix);
  if (typeof pattern !== 'string' || pattern.trim() === '') {
    throw refuse('the pattern is missing', 'Write the format of the dates: "dd/MM/yyyy".');
  }
  if (pattern.length > LONGEST_PATTERN) {
    throw refuse('the pattern is too long', 'Write the format of the dates: "dd/MM/yyyy".');
  }
  const tokens = pattern.replace(/'[^']*'/g, '');
  const fault = FAULTS.find(([wrong]) => wrong.test(tokens));
  if (fault) throw refuse(fault[1], fault[2]);
  return {
    pattern,
    hasTime: /[HhmsSuTtFf]/.test(tokens),
    hasZone: /[Zz]/.test(tokens),
    hasShortYear: /(?<!y)yy(?!y)/.test(tokens),
    isIsoLike: /^\s*y/.test(tokens),
  };
}

type Pattern = ReturnType<typeof readPattern>;

function atInstant(time: number, zone: IANAZone): string {
  const milliseconds = new Date(time).toISOString().slice(-5, -1);
  return onClocks(time, milliseconds.replace(/\.?0+$/, ''), zone);
}

/** A local time in a zone; for a day alone, its first moment. */
function atWall(wall: number, isDayAlone: boolean, zone: IANAZone): string {
  const instant = instantAt(wall, isDayAlone, zone);
  if (instant === undefined) {
    throw noDate(
      'does not exist in this time zone, because the clocks go forward',
      'Correct it at its source.',
    );
  }
  return atInstant(instant, zone);
}

/** Day 0 of spreadsheets. They count from it correctly from 1 March 1900 on. */
const SERIAL_ZERO = Date.UTC(1899, 11, 30);

function fromSerial(serial: number, zone: IANAZone): string {
  // As days, that would be in 1905, so the number is a year.
  const isYear = Number.isInteger(serial) && serial >= 1900 && serial <= 2100;
  if (isYear || !(serial >= 367 && serial < 2_958_466)) {
    throw noDate(
      'is a number that no spreadsheet uses for a day',
      'Spreadsheets count days from 1900: 46053 is 31 January 2026. For milliseconds, write new Date(milliseconds).',
    );
  }
  const wall = SERIAL_ZERO + Math.round(serial * 86_400) * 1000;
  return atWall(wall, wall % DAY_IN_MS === 0, zone);
}

/** What spreadsheets show for 0, the value of an empty cell. */
const EMPTY_CELL = noDate(
  'is day 0 of a spreadsheet, which stands for an empty cell',
  'Leave empty cells empty, or use { ifInvalid: "null" }, which returns null.',
);

/** `00/01/1900`, `1/0/00`, `0-Jan-1900`. */
const DAY_ZERO = /^(?:0?0\W(?:0?1|jan)|(?:0?1|jan)\W0?0)\W(?:19)?00(?!\d)|^1900\W0?1\W0?0(?!\d)/i;

/**
 * Returns a time unchanged. People and appointments have no times before 1900, so digits of the year are missing or
 * mistyped.
 */
function notTooOld(time: number): number {
  if (time >= Date.UTC(1900, 0, 1)) return time;
  // In some zones, it is the day before.
  if (time >= SERIAL_ZERO - DAY_IN_MS / 2 && time < SERIAL_ZERO + DAY_IN_MS) throw EMPTY_CELL;
  throw noDate(
    'has a year before 1900',
    'Correct the year at its source. If the data has years of two digits, write "yy" in the pattern.',
  );
}

/** `1/2/27`, and perhaps a time. */
const SHORT_YEAR = /^\d{1,2}\D\d{1,2}\D\d{2}(?!\d)/;
const SHORT_YEAR_FIX =
  'The year has two digits. Write it with four at its source: 2027. If all dates are like this one, write "yy" in the pattern.';

/** Minutes between the clocks of any zone and UTC. */
const MOST_OFFSET = 14 * 60;

function fromPattern(text: string, pattern: Pattern, zone: IANAZone): string | undefined {
  const { DateTime } = library('luxon');
  const { hasTime, hasZone, hasShortYear } = pattern;
  const read = DateTime.fromFormat(text, pattern.pattern, {
    zone: 'utc',
    setZone: hasZone,
    locale: 'en-US',
  });
  if (!read.isValid) {
    if (read.invalidReason === 'unit out of range')
      throw DAY_ZERO.test(text) ? EMPTY_CELL : noDate('does not exist in the calendar');
    return undefined;
  }
  if (hasShortYear && read.year >= 2030 && read.year <= 2068) {
    throw noDate('has a two-digit year that fits this century and the last one');
  }
  if (Math.abs(read.offset) > MOST_OFFSET) throw noDate('has a time zone that does not exist');
  notTooOld(read.setZone('utc', { keepLocalTime: true }).toMillis());
  if (hasZone) return atInstant(read.toMillis(), zone);
  return atWall(read.toMillis(), !hasTime, zone);
}

/** A date as in JSON. Without a zone, it counts only if the pattern does not put the year first in another order. */
function fromIso(text: string, { isIsoLike }: Pattern, zone: IANAZone): string | undefined {
  const said = readIso(text);
  if (!said || (isIsoLike && said.zone === undefined)) return undefined;
  notTooOld(Date.parse(`${said.days[0]}T00:00:00Z`));
  return inZone(said, zone);
}

function asDateTime(value: unknown, pattern: Pattern, zone: IANAZone): string {
  if (isDate(value)) {
    if (Number.isNaN(value.getTime())) throw noDate('is an invalid Date');
    return atInstant(notTooOld(value.getTime()), zone);
  }
  if (typeof value === 'number') return fromSerial(value, zone);
  if (value === undefined) {
    throw noDate(
      'is undefined: there is no column or key with this name',
      'Check the name after $ or state. In a table, it is the name of the column, exactly as written there: row["Due date"].',
    );
  }
  if (typeof value !== 'string' || value.trim() === '') {
    throw noDate(
      typeof value === 'string' || value === null ? 'is empty' : 'must be text, a number or a Date',
    );
  }
  const text = value.trim();
  const found = fromPattern(text, pattern, zone) ?? fromIso(text, pattern, zone);
  if (found !== undefined) return found;
  if (/^\d{5}(\.\d+)?$/.test(text)) return fromSerial(Number(text), zone);
  throw SHORT_YEAR.test(text) && !pattern.hasShortYear
    ? noDate('does not match the pattern', SHORT_YEAR_FIX)
    : noDate('does not match the pattern');
}

export function dateTime(
  value: unknown,
  pattern: unknown,
  zone: unknown,
  options: unknown,
): string | null {
  const where = 'util.dateTime()';
  const { ifInvalid = 'error', ...others } = (options ?? {}) as DateTimeOptions;
  if (!['error', 'null'].includes(ifInvalid) || Object.keys(others).length > 0) {
    throw fail(
      'INVALID_OPTION',
      `${where}: an option is unknown or invalid.`,
      'The only option is ifInvalid ("error" or "null").',
    );
  }
  const written = readPattern(pattern, where);
  const clocks = requireZone(zone, where);
  try {
    return asDateTime(value, written, clocks);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    if (ifInvalid === 'null') return null;
    throw fail('INVALID_INPUT', `${where}: the date ${error.what}.`, error.fix);
  }
}

/** The first day of a period, and the first day after it, as midnights in UTC. */
function daysOf(day: string, today: number): [number, number] | undefined {
  const date = new Date(today);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  // Weeks begin on Monday.
  const monday = today - ((date.getUTCDay() + 6) % 7) * DAY_IN_MS;
  switch (day) {
    case 'today':
      return [today, today + DAY_IN_MS];
    case 'yesterday':
      return [today - DAY_IN_MS, today];
    case 'last week':
      return [monday - 7 * DAY_IN_MS, monday];
    case 'last month':
      return [Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1)];
    default: {
      if (!isDay(day)) return undefined;
      const start = Date.parse(`${day}T00:00:00Z`);
      return [start, start + DAY_IN_MS];
    }
  }
}

/** The first moment of a day, or of the next one if the zone skipped the day. */
function beginning(midnight: number, zone: IANAZone): number {
  return instantAt(midnight, true, zone) ?? beginning(midnight + DAY_IN_MS, zone);
}

export function dayRange(day: unknown, zone: unknown): DayRange {
  const where = 'util.dayRange()';
  const clocks = requireZone(zone, where);
  const now = Date.now();
  const today = Math.floor((now + Math.round(clocks.offset(now) * 60_000)) / DAY_IN_MS) * DAY_IN_MS;
  const days = typeof day === 'string' ? daysOf(day.trim(), today) : undefined;
  if (!days) {
    throw fail(
      'INVALID_INPUT',
      `${where}: the day is not valid.`,
      'Write "yesterday", "today", "last week", "last month" or a day such as "2026-01-31".',
    );
  }
  const [first = 0, next = 0] = days.map(midnight => beginning(midnight, clocks));
  if (first >= next) {
    throw fail(
      'INVALID_INPUT',
      `${where}: this day does not exist in the time zone.`,
      'Use another day.',
    );
  }
  return {
    after: onClocks(first, '', clocks),
    // RapidPro counts in microseconds, and includes both ends.
    before: onClocks(next - 1000, '.999999', clocks),
  };
}
