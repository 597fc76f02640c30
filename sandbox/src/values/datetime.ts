import { isPlainBlank, withoutEdges } from './text.js';
import { offsetAt, toInstant } from './timezone.js';
import type { Locale } from './types.js';

type Zone = Pick<Locale, 'timezone' | 'dateStyle' | 'dialect' | 'now'>;

interface Day {
  year: number;
  month: number;
  day: number;
}

interface Time {
  hour: number;
  minute: number;
  second: number;
  /** Six fractional digits of a second. */
  micros: number;
}

/** The text after the date, which is searched for a time of day. */
interface Found {
  day: Day;
  rest: string;
}

/**
 * A date and time as shown, with six fractional digits and its offset; null if the text contains no date.
 * Full ISO 8601 with `Z` or `±hh:mm` keeps its offset. Any other text is searched for a date and then for a time after it,
 * both in the workspace's date style and zone. A date without a time gets the current time of day.
 */
export function readDateTime(text: string, zone: Zone): string | null {
  const trimmed = withoutEdges(text, isPlainBlank);
  const iso = readIso(trimmed);
  if (iso) return iso;
  const found = isoDay(trimmed) ?? styledDay(trimmed, zone);
  if (!found) return null;
  return atLocalTime(found.day, readTime(found.rest) ?? timeOfDay(zone), zone.timezone);
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:Z|([+-])(\d\d):(\d\d))$/;

function readIso(text: string): string | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '0'] = match;
  const [, fraction = '', sign, offsetHours = '00', offsetMinutes = '00'] = match.slice(6);
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  if (!isRealDay(date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return null;
  if (Number(offsetHours) > 24 || Number(offsetMinutes) > 60) return null;
  const time = {
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    micros: micros(fraction),
  };
  const offset = 60 * Number(offsetHours) + Number(offsetMinutes);
  return `${dayText(date)}T${timeText(time)}${offsetText(sign === '-' ? -offset : offset)}`;
}

/** A leading `YYYY-MM-DD` is valid in every style. */
function isoDay(text: string): Found | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)/.exec(text);
  if (!match) return null;
  const day = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  return isRealDay(day) ? { day, rest: text.slice(match[0].length) } : null;
}

const YEAR_LAST = /\b(\d{1,2})[-.\\/_ ](\d{1,2})[-.\\/_ ](\d{4}|\d{2})\b/g;
const YEAR_FIRST = /\b(\d{4}|\d{2})[-.\\/_ ](\d{1,2})[-.\\/_ ](\d{1,2})\b/g;

/** The first three numbers in the text that form a date in the workspace's style. */
function styledDay(text: string, zone: Zone): Found | null {
  for (const match of text.matchAll(zone.dateStyle === 'year_first' ? YEAR_FIRST : YEAR_LAST)) {
    const day = dayOf(match, zone);
    if (!isThinkable(day)) continue;
    // `v9` turns February 31 into a day in March; `textit` rejects it.
    if (zone.dialect === 'textit' && !isRealDay(day)) return null;
    return { day, rest: text.slice(match.index + match[0].length) };
  }
  return null;
}

function dayOf(match: RegExpMatchArray, zone: Zone): Day {
  const [first = '', second = '', third = ''] = match.slice(1);
  if (zone.dateStyle === 'year_first') {
    return { year: fullYear(first, zone), month: Number(second), day: Number(third) };
  }
  const [day, month] = zone.dateStyle === 'day_first' ? [first, second] : [second, first];
  return { year: fullYear(third, zone), month: Number(month), day: Number(day) };
}

/** Two digits are a year of this century up to the current one, otherwise of the last century. */
function fullYear(digits: string, zone: Zone): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year > new Date(zone.now()).getUTCFullYear() % 1000 ? 1900 + year : 2000 + year;
}

function isThinkable({ month, day }: Day): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

function isRealDay({ year, month, day }: Day): boolean {
  if (!isThinkable({ year, month, day })) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 0);
}

const TIME = /\b(\d{1,2})(?::?(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\W*([aApP][mM])?\b/g;

/**
 * The first possible time of day. There is no word boundary between the `T` of ISO 8601 and its hour, so the minutes
 * are taken for the hour there.
 */
function readTime(text: string): Time | null {
  for (const [, hours, minutes, seconds, fraction, half] of text.matchAll(TIME)) {
    const time = {
      hour: hourOf(Number(hours), half?.toLowerCase()),
      minute: Number(minutes ?? 0),
      second: Number(seconds ?? 0),
      micros: micros(fraction ?? ''),
    };
    if (isMidnight(time)) return { ...time, hour: 0 };
    if (time.hour <= 24 && time.minute <= 60 && time.second <= 60) return time;
  }
  return null;
}

/** 24:00 is the start of the same day; 24:30 belongs to the next one. */
function isMidnight({ hour, minute, second, micros }: Time): boolean {
  return hour === 24 && minute === 0 && second === 0 && micros === 0;
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === 'pm' && hour < 12) return hour + 12;
  return half === 'am' && hour === 12 ? 0 : hour;
}

function timeOfDay(zone: Zone): Time {
  const now = zone.now();
  const local = new Date(now + offsetAt(zone.timezone, now) * 1000);
  return {
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    micros: local.getUTCMilliseconds() * 1000,
  };
}

function atLocalTime(day: Day, time: Time, timezone: string): string {
  const wall = utcSeconds(day) + time.hour * 3600 + time.minute * 60 + time.second;
  const { seconds, offset } = toInstant(wall, timezone);
  const shown = new Date((seconds + offset) * 1000);
  const date = {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
  };
  const clock = {
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
    micros: time.micros,
  };
  return `${dayText(date)}T${timeText(clock)}${offsetText(Math.trunc(offset / 60))}`;
}

function utcSeconds({ year, month, day }: Day): number {
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  return new Date(0).setUTCFullYear(year, month - 1, day) / 1000;
}

/** The first six fractional digits: the rest is truncated, not rounded. */
function micros(fraction: string): number {
  return Number(fraction.slice(0, 6).padEnd(6, '0'));
}

function dayText({ year, month, day }: Day): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

function timeText({ hour, minute, second, micros }: Time): string {
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}.${pad(micros, 6)}`;
}

function offsetText(minutes: number): string {
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.trunc(size / 60), 2)}:${pad(size % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
