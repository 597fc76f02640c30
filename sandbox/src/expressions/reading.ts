import { isPlainBlank, withoutEdges } from '../values/text.js';
import type { Evaluation } from './environment.js';
import { atOffset, isRealDay } from './layouts.js';
import { DateTimeValue, DateValue, MIDNIGHT, TimeValue } from './times.js';

/** How the engine reads dates and times that people write. */

/** Reading goes through the text once or twice. */
function trimmed(at: Evaluation, text: string): string {
  at.meter.chargeText(2 * text.length);
  return withoutEdges(text, isPlainBlank);
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:(Z)|([+-])(\d\d):(\d\d))$/;

/** ISO 8601 with its offset; undefined if the text is not exactly that. */
function readIso(at: Evaluation, text: string): DateTimeValue | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(part => Number(part ?? 0));
  const [fraction = '', utc, sign, hours = '0', minutes = '0'] = match.slice(7);
  if (!isRealDay({ year, month, day }) || hour > 23 || minute > 59 || second > 59) return undefined;
  if (Number(hours) > 24 || Number(minutes) > 60) return undefined;
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  const offset = utc ? 'Z' : sign === '-' ? -seconds : seconds;
  const time = new TimeValue(hour, minute, second, nanosOf(fraction));
  return atOffset(new DateValue(year, month, day), time, offset, at.zone);
}

/** The digits after the point of a second. */
const nanosOf = (fraction: string): number => Number(fraction.slice(0, 9).padEnd(9, '0'));

/** The first date in a text, and what follows it. */
export function readDate(
  at: Evaluation,
  text: string,
): { date: DateValue; rest: string } | undefined {
  const own = trimmed(at, text);
  const iso = /^(\d{4})-(\d\d)-(\d\d)/.exec(own);
  if (iso) {
    const [year = 0, month = 0, day = 0] = iso.slice(1).map(Number);
    if (isRealDay({ year, month, day })) {
      return { date: new DateValue(year, month, day), rest: own.slice(10) };
    }
  }
  return readStyled(at, own);
}

/** The price of looking at what may be a date or a time. */
const CANDIDATE = 3;

const YEAR_LAST = /\b(\d{1,2})[-.\\/_ ](\d{1,2})[-.\\/_ ](\d{4}|\d{2})\b/g;
const YEAR_FIRST = /\b(\d{4}|\d{2})[-.\\/_ ](\d{1,2})[-.\\/_ ](\d{1,2})\b/g;

function readStyled(at: Evaluation, text: string) {
  const style = at.environment.dateStyle;
  for (const match of text.matchAll(style === 'year_first' ? YEAR_FIRST : YEAR_LAST)) {
    at.meter.charge(CANDIDATE);
    const [first = '', second = '', third = ''] = match.slice(1);
    const [day, month, year] =
      style === 'year_first'
        ? [third, second, first]
        : style === 'day_first'
          ? [first, second, third]
          : [second, first, third];
    const date = new DateValue(fullYear(at, year), Number(month), Number(day));
    const isThinkable = date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31;
    // `v9` lets the 31st of February count on into March.
    if (isThinkable && (at.isOld || isRealDay(date))) {
      return { date, rest: text.slice(match.index + match[0].length) };
    }
  }
  return undefined;
}

/** Two digits are a year of this century up to the current one, otherwise of the last century. */
function fullYear(at: Evaluation, digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year > at.environment.now().date.year % 1000 ? 1900 + year : 2000 + year;
}

/** The first date in a text with the time after it. */
export function readDateTime(
  at: Evaluation,
  text: string,
  fills: boolean,
): DateTimeValue | undefined {
  const own = trimmed(at, text);
  const iso = readIso(at, own);
  if (iso) return iso;
  const found = readDate(at, own);
  if (!found) return undefined;
  const otherwise = fills ? at.environment.now().in(at.zone).time : MIDNIGHT;
  return DateTimeValue.local(found.date, readTime(at, found.rest) ?? otherwise, at.zone);
}

const TIME = /\b(\d{1,2})(?::?(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?[^0-9A-Za-z_]*([aApP][mM])?\b/g;

/** The first time of day in a text that can be one. */
export function readTime(at: Evaluation, text: string): TimeValue | undefined {
  // `v9` takes one more of each.
  at.meter.chargeText(text.length);
  const [hours, others] = at.isOld ? [24, 60] : [23, 59];
  for (const [, hour, minute, second, fraction, half] of text.matchAll(TIME)) {
    at.meter.charge(CANDIDATE);
    const time = new TimeValue(
      hourOf(Number(hour), half?.toLowerCase()),
      Number(minute ?? 0),
      Number(second ?? 0),
      nanosOf(fraction ?? ''),
    );
    if (time.compare(new TimeValue(24, 0, 0, 0)) === 0) return MIDNIGHT;
    if (time.hour <= hours && time.minute <= others && time.second <= others) return time;
  }
  return undefined;
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === 'pm' && hour < 12) return hour + 12;
  return half === 'am' && hour === 12 ? 0 : hour;
}
