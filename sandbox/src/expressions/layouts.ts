import { ErrorValue } from './errors.js';
import type { Zone } from './times.js';
import {
  DateTimeValue,
  DateValue,
  dayNumber,
  offsetText,
  pad,
  TimeValue,
  UTC,
  yearText,
} from './times.js';
import { halfOf, type Words } from './words.js';

/** Layouts such as `DD/MM/YYYY tt:mm`, for printing and for reading dates and times. */

/** What a layout may name: parts of a date, of a time, or both with the offset. */
type LayoutKind = 'date' | 'time' | 'datetime';

interface Sequence {
  kind: LayoutKind;
  /** How Go writes it; without, it can be printed but not read. */
  go?: string;
  print(at: DateTimeValue, words: Words): string;
}

const day = (print: Sequence['print'], go?: string): Sequence => ({
  kind: 'date',
  print,
  ...(go ? { go } : {}),
});
const time = (go: string, print: Sequence['print']): Sequence => ({ kind: 'time', print, go });
const zone = (go: string, print: Sequence['print']): Sequence => ({ kind: 'datetime', print, go });

const hour12 = (at: DateTimeValue): number => at.time.hour % 12 || 12;
const fraction = (digits: number) => (at: DateTimeValue) => pad(at.nanos, 9).slice(0, digits);

const SEQUENCES: Record<string, Sequence> = {
  YY: day(at => pad(Math.abs(at.date.year) % 100, 2), '06'),
  YYYY: day(at => yearText(at.date.year), '2006'),
  M: day(at => String(at.date.month), '1'),
  MM: day(at => pad(at.date.month, 2), '01'),
  MMM: day((at, words) => words.shortMonths[at.date.month - 1] ?? ''),
  MMMM: day((at, words) => words.months[at.date.month - 1] ?? ''),
  D: day(at => String(at.date.day), '2'),
  DD: day(at => pad(at.date.day, 2), '02'),
  EEE: day((at, words) => words.shortDays[at.date.weekday] ?? ''),
  EEEE: day((at, words) => words.days[at.date.weekday] ?? ''),
  fffffffff: time('000000000', fraction(9)),
  ffffff: time('000000', fraction(6)),
  fff: time('000', fraction(3)),
  h: time('3', at => String(hour12(at))),
  hh: time('03', at => pad(hour12(at), 2)),
  // Without its padding the hour after midnight is no digit at all.
  t: time('15', at => String(at.time.hour || '')),
  tt: time('15', at => pad(at.time.hour, 2)),
  m: time('4', at => String(at.time.minute)),
  mm: time('04', at => pad(at.time.minute, 2)),
  s: time('5', at => String(at.time.second)),
  ss: time('05', at => pad(at.time.second, 2)),
  aa: time('pm', (at, words) => halfOf(words, at.time.hour, false)),
  AA: time('PM', (at, words) => halfOf(words, at.time.hour, true)),
  Z: zone('Z07:00', at => (at.offset === 0 ? 'Z' : offsetText(at.offset, ':'))),
  ZZZ: zone('-07:00', at => offsetText(at.offset, ':')),
};

/** The price of one letter of a layout: to print by, and to read by. */
export const LAYOUT_LETTER = 0.5;
export const READING_LETTER = 2;

/** Printed as they are. */
const SEPARATORS = new Set(' :/.,T-_');

type Part = { text: string; sequence: Sequence | null };

/** The parts of a layout: each a run of one letter. */
function partsOf(layout: string, kind: LayoutKind, use: 'formatting' | 'parsing'): Part[] {
  return runsOf(layout).map(text => {
    if (SEPARATORS.has(text.charAt(0))) return { text, sequence: null };
    const sequence = Object.hasOwn(SEQUENCES, text) ? SEQUENCES[text] : undefined;
    const fits = sequence && (kind === 'datetime' || kind === sequence.kind);
    if (!fits || (use === 'parsing' && !sequence.go)) {
      throw new ErrorValue(`'${text}' is not valid in a ${kind} ${use} layout`);
    }
    return { text, sequence };
  });
}

function runsOf(layout: string): string[] {
  const letters = Array.from(layout);
  const runs: string[] = [];
  for (let start = 0, end = 1; start < letters.length; start = end++) {
    while (letters[end] === letters[start] && end < letters.length) end++;
    runs.push(letters.slice(start, end).join(''));
  }
  return runs;
}

/** Prints a date and time. @throws ErrorValue for what a layout of this kind does not know. */
export function printed(at: DateTimeValue, layout: string, kind: LayoutKind, words: Words): string {
  return partsOf(layout, kind, 'formatting')
    .map(({ text, sequence }) => (sequence ? sequence.print(at, words) : text))
    .join('');
}

/** Prints a date. */
export const printedDate = (date: DateValue, layout: string, words: Words): string =>
  printed(DateTimeValue.local(date, new TimeValue(0, 0, 0, 0), UTC), layout, 'date', words);

/** Prints a time of day. */
export const printedTime = (of: TimeValue, layout: string, words: Words): string =>
  printed(DateTimeValue.local(new DateValue(1, 1, 1), of, UTC), layout, 'time', words);

/** What Go reads in its own layouts, as far as ours can make them. */
const CHUNK = /2006|_2(?!006)|15|1|0[1-6]|2|3|4|5|PM|pm|Z07:00|-07:00|[.,]0+(?!\d)/g;

const CHUNK_ALONE = new RegExp(CHUNK.source);

/** What reading finds. */
interface Found {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  half: 'am' | 'pm' | null;
  offset: number | 'Z' | null;
}

/** Where reading fails: at an element of the layout, with the text that was left. */
class Misfit {
  constructor(
    readonly element: string,
    readonly rest: string,
  ) {}
}

/** Reads a text by a layout. @throws ErrorValue */
export function readBy(
  layout: string,
  text: string,
  kind: LayoutKind,
  zoneOfText: Zone,
): DateTimeValue {
  const parts = partsOf(layout, kind, 'parsing');
  const go = parts.map(({ text, sequence }) => sequence?.go ?? text).join('');
  try {
    return momentOf(read(go, text), zoneOfText);
  } catch (thrown) {
    if (!(thrown instanceof Misfit)) throw thrown;
    throw new ErrorValue(`cannot parse '${thrown.rest}' as '${ownName(thrown.element)}'`);
  }
}

/** The engine names the element in its own layout; of two that read alike, either. */
function ownName(element: string): string {
  const found = Object.entries(SEQUENCES).find(([, { go }]) => go === element);
  return found?.[0] ?? element;
}

function read(layout: string, text: string): Found {
  const found: Found = {
    year: 0,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0,
    half: null,
    offset: null,
  };
  let rest = text;
  let from = 0;
  for (const chunk of layout.matchAll(CHUNK)) {
    rest = skipped(rest, layout.slice(from, chunk.index));
    from = chunk.index + chunk[0].length;
    rest = element(chunk[0], rest, found, layout.slice(from));
  }
  rest = skipped(rest, layout.slice(from));
  if (rest !== '') throw new Misfit('', rest);
  if (!isRealDay(found)) throw new Misfit('', '');
  return found;
}

/** Takes what a layout has between elements from a text. Spaces match any number of spaces. */
function skipped(text: string, literal: string): string {
  let rest = text;
  for (let left = literal; left !== ''; ) {
    if (left.startsWith(' ')) {
      if (rest !== '' && !rest.startsWith(' ')) throw new Misfit(literal, rest);
      left = left.replace(/^ +/, '');
      rest = rest.replace(/^ +/, '');
    } else {
      if (rest === '' || rest.charAt(0) !== left.charAt(0)) throw new Misfit(literal, rest);
      left = left.slice(1);
      rest = rest.slice(1);
    }
  }
  return rest;
}

/** The elements of one or two digits: what they fill, and their range. `0` before one wants two digits. */
const NUMBERS: Record<
  string,
  [part: 'month' | 'day' | 'hour' | 'minute' | 'second', least: number, most: number]
> = {
  1: ['month', 1, 12],
  2: ['day', 0, 99],
  3: ['hour', 0, 12],
  4: ['minute', 0, 59],
  5: ['second', 0, 59],
  15: ['hour', 0, 23],
};

/** Reads one element and returns the rest of the text. */
function element(name: string, text: string, found: Found, after: string): string {
  if (name === '2006') {
    if (!/^\d{4}/.test(text)) throw new Misfit(name, text);
    found.year = Number(text.slice(0, 4));
    return text.slice(4);
  }
  if (name === '06') return shortYear(name, text, found);
  if (name === 'PM' || name === 'pm') return half(name, text, found);
  if (name === 'Z07:00' || name === '-07:00') return offset(name, text, found);
  if (/^[.,]/.test(name)) return exactFraction(name, text, found);
  const bare = name.startsWith('_') ? '2' : name.replace(/^0/, '');
  const [part, least, most] = NUMBERS[bare] ?? ['day', 0, 99];
  const own = name.startsWith('_') ? text.replace(/^ /, '') : text;
  const digits = /^\d\d?/.exec(own)?.[0] ?? '';
  if (digits === '' || (name.startsWith('0') && digits.length < 2)) throw new Misfit(name, text);
  const rest = own.slice(digits.length);
  found[part] = Number(digits);
  if (found[part] < least || found[part] > most) throw new Misfit(name, rest);
  return part === 'second' ? looseFraction(rest, found, after) : rest;
}

function shortYear(name: string, text: string, found: Found): string {
  if (!/^(\d\d|[+-]\d)/.test(text)) throw new Misfit(name, text);
  const year = Number(text.slice(0, 2));
  found.year = year >= 69 ? 1900 + year : 2000 + year;
  return text.slice(2);
}

function half(name: string, text: string, found: Found): string {
  const given = text.slice(0, 2);
  if (given.toLowerCase() === given ? name !== 'pm' : name !== 'PM') throw new Misfit(name, text);
  if (given.toLowerCase() !== 'am' && given.toLowerCase() !== 'pm') throw new Misfit(name, text);
  if (given !== given.toLowerCase() && given !== given.toUpperCase()) throw new Misfit(name, text);
  found.half = given.toLowerCase() as 'am' | 'pm';
  return text.slice(2);
}

function offset(name: string, text: string, found: Found): string {
  if (name === 'Z07:00' && text.startsWith('Z')) {
    found.offset = 'Z';
    return text.slice(1);
  }
  const [all = '', sign, hours, minutes] = /^([+-])(\d\d):(\d\d)/.exec(text) ?? [];
  if (all === '') throw new Misfit(name, text);
  const rest = text.slice(all.length);
  if (Number(hours) > 24 || Number(minutes) > 60) throw new Misfit(name, rest);
  const seconds = (Number(hours) * 60 + Number(minutes)) * 60;
  found.offset = sign === '-' ? -seconds : seconds;
  return rest;
}

const nanosOf = (digits: string): number => Number(digits.slice(0, 9).padEnd(9, '0'));

/** As many digits as the layout has, after a point or comma. */
function exactFraction(name: string, text: string, found: Found): string {
  const given = text.slice(0, name.length);
  if (!/^[.,]\d+$/.test(given) || given.length < name.length) throw new Misfit(name, text);
  found.nanos = nanosOf(given.slice(1));
  return text.slice(name.length);
}

/** Seconds may have a fraction that the layout does not name. */
function looseFraction(text: string, found: Found, after: string): string {
  const given = /^[.,]\d+/.exec(text)?.[0];
  const [next] = CHUNK_ALONE.exec(after) ?? [''];
  if (!given || /^[.,]/.test(next)) return text;
  found.nanos = nanosOf(given.slice(1));
  return text.slice(given.length);
}

/** Whether the month has such a day. */
export function isRealDay({
  year,
  month,
  day,
}: {
  year: number;
  month: number;
  day: number;
}): boolean {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  return DateValue.ofDay(dayNumber(year, month, day)).month === month;
}

function momentOf(found: Found, zoneOfText: Zone): DateTimeValue {
  const hour =
    found.half === 'pm' && found.hour < 12
      ? found.hour + 12
      : found.half === 'am' && found.hour === 12
        ? 0
        : found.hour;
  const date = new DateValue(found.year, found.month, found.day);
  const time = new TimeValue(hour, found.minute, found.second, found.nanos);
  return atOffset(date, time, found.offset, zoneOfText);
}

/** A wall time with an offset: in a zone whose clock is at that offset then, or else at the offset alone. */
export function atOffset(
  date: DateValue,
  time: TimeValue,
  offset: number | 'Z' | null,
  zoneOfText: Zone,
): DateTimeValue {
  if (offset === null) return DateTimeValue.local(date, time, zoneOfText);
  if (offset === 'Z') return DateTimeValue.local(date, time, UTC);
  const at = DateTimeValue.local(date, time, { name: '', offset });
  const there = at.in(zoneOfText);
  return there.offset === offset ? there : at;
}
