import type { IANAZone } from 'luxon';
import { fail } from '../errors/errors.js';
import type { Dictionary } from '../types/json.js';
import { instantAt, isDay, onClocks, zoneOf } from './times.js';
import { inTurns } from './turns.js';

/**
 * Times in contact fields. RapidPro stores a full ISO time with its zone unchanged. In any other text, it searches
 * for a day and a time: it takes minutes for hours, ignores zones, turns 31 February into a day in March, and gives
 * a day alone the current time of day. So ISO times are sent in full, ambiguous ones are refused, and all others
 * are compared with what RapidPro stored ({@link isAnotherTime}).
 */

/** What a text says: a day, or several possible days, a time of day, and a zone. */
interface Said {
  days: string[];
  /** `08:00:00` */
  clock: string;
  /** At most six digits of a second. */
  fraction: string;
  /** `Z` or `+02:00`; undefined if the text names none. */
  zone: string | undefined;
  isDayAlone: boolean;
}

const ISO_DAY = /^\d{4}-\d\d-\d\d/;
const ISO =
  /^(\d{4}-\d\d-\d\d)(?:(?:[Tt](?=\d\d)|\s+)([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** Zones range from -12:00 to +14:00. */
const ZONE = /^([+-])(0\d|1[0-4]):?([0-5]\d)?$/;

/** `Z` or `+02:00`; undefined for an offset that no place has. */
function fullZone(written: string): string | undefined {
  if (/^(z|utc|gmt)$/i.test(written)) return 'Z';
  const [, sign, hours = '', minutes = '00'] = ZONE.exec(written) ?? [];
  if (sign === undefined || (hours === '14' && minutes !== '00')) return undefined;
  return hours + minutes === '0000' ? 'Z' : `${sign}${hours}:${minutes}`;
}

/** RapidPro keeps microseconds; other systems write nanoseconds. */
function timeOfDay(hour: string | number, minute = '00', second = '00', fraction = '') {
  const clock = `${String(hour).padStart(2, '0')}:${minute}:${second}`;
  return { clock, fraction: fraction.slice(0, 6) };
}

export function readIso(text: string): Said | undefined {
  const [, day, hour, minute, second, fraction, written] = ISO.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const zone = written && fullZone(written);
  if (written && zone === undefined) return undefined;
  const time = timeOfDay(hour ?? 0, minute, second, fraction);
  return { days: [day], ...time, zone, isDayAlone: hour === undefined };
}

/** Three numbers that a server may read as a day. */
const WRITTEN_DAY =
  /(?<!\d)(?:([12]\d{3})[-./\\_ ](\d{1,2})[-./\\_ ](\d{1,2})|(\d{1,2})[-./\\_ ](\d{1,2})[-./\\_ ]([12]\d{3}|\d\d))(?!\d)/;

const BOTH_CENTURIES = (year: number) => [1900 + year, 2000 + year];
/** The range where the usual rules for two-digit years agree. */
const AGREED_CENTURY = (year: number) =>
  year < 30 ? [2000 + year] : year > 68 ? [1900 + year] : [];

type Parts = [year: string | number, month: string | undefined, day: string | undefined];

/** The days that three numbers can mean, in any order that people write. */
function daysOf(match: RegExpExecArray, yearsOf: (year: number) => number[]): string[] {
  const [, first, second, third, a, b, last = ''] = match;
  const orders: Parts[] = [];
  if (first !== undefined) orders.push([first, second, third], [first, third, second]);
  else if (last.length === 4) orders.push([last, b, a], [last, a, b]);
  else {
    for (const year of yearsOf(Number(last))) orders.push([year, b, a], [year, a, b]);
    for (const year of yearsOf(Number(a))) orders.push([year, b, last]);
  }
  return orders
    .map(([year, ...others]) => [year, ...others.map(part => (part ?? '').padStart(2, '0'))])
    .map(parts => parts.join('-'))
    .filter(isDay);
}

const STYLES = ['day_first', 'month_first', 'year_first'] as const;
type DateStyle = (typeof STYLES)[number];

/** Whether a workspace with this date style finds a day. If not, it empties the field. */
function isDayIn(match: RegExpExecArray, style: DateStyle): boolean {
  const [, first, second = '', third = '', a = '', b = '', last = ''] = match;
  // With hyphens, the year comes first in each style.
  if (first !== undefined && style !== 'year_first' && !ISO_DAY.test(match[0])) return false;
  const orders: { [Style in DateStyle]: [year: string, month: string, day: string] } = {
    day_first: [last, b, a],
    month_first: [last, a, b],
    year_first: [a, b, last],
  };
  const [year, ...others] = first === undefined ? orders[style] : [first, second, third];
  if (others.some(part => part.length > 2)) return false;
  const years = year.length === 4 ? [year] : BOTH_CENTURIES(Number(year));
  return years.some(one => isDay([one, ...others.map(part => part.padStart(2, '0'))].join('-')));
}

/** Whether it depends on the date style if there is a day. */
function isOneSided(value: unknown): boolean {
  if (typeof value !== 'string' || ISO_DAY.test(value.trim())) return false;
  const match = WRITTEN_DAY.exec(value);
  return match !== null && !STYLES.every(style => isDayIn(match, style));
}

const WEEKDAY = /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?$/i;
const CLOCK =
  /^,?\s+(\d{1,2})(?::([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?)?\s*([ap]m)?\s*(z|utc|gmt|[+-]\d\d(?::?\d\d)?)?$/i;

function hourOf(written: string, half: string | undefined, hasMinutes: boolean) {
  const hour = Number(written);
  if (half === undefined) return hasMinutes && hour < 24 ? hour : undefined;
  if (hour > 12) return undefined;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

/** Reads a text as people write it; undefined if a part of it is not a day, time or zone. */
function readLoosely(text: string): Said | undefined {
  const match = WRITTEN_DAY.exec(text);
  if (!match || !WEEKDAY.test(text.slice(0, match.index))) return undefined;
  const days = ISO_DAY.test(text) ? [text.slice(0, 10)] : daysOf(match, AGREED_CENTURY);
  const rest = text.slice(match.index + match[0].length);
  if (rest === '') return { days, ...timeOfDay(0), zone: undefined, isDayAlone: true };
  const [, written, minute, second, fraction, half, named] = CLOCK.exec(rest) ?? [];
  const hour = written && hourOf(written, half, minute !== undefined);
  const zone = named && fullZone(named);
  if (typeof hour !== 'number' || (named && zone === undefined)) return undefined;
  return { days, ...timeOfDay(hour, minute, second, fraction), zone, isDayAlone: false };
}

/** Whether RapidPro may find a day in a value. */
function looksLikeTime(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  if (ISO_DAY.test(value.trimStart())) return true;
  const match = WRITTEN_DAY.exec(value);
  const hasLongYear = match?.[1] !== undefined || match?.[6]?.length === 4;
  return match !== null && (hasLongYear || daysOf(match, BOTH_CENTURIES).length > 0);
}

const SHOWN = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/;

const instantOf = (day: string, clock: string, zone: string) =>
  Date.parse(`${day}T${clock}${zone}`);

/**
 * Whether RapidPro shows a time for a field that may not be the one that was sent. It shows a time without a zone
 * in the zone of the workspace, so the local times can be compared.
 *
 * @param sent - what was sent, without spaces around it
 */
export function isAnotherTime(sent: string, shown: string): boolean {
  const [, day = '', time = '', micros = '', offset] = SHOWN.exec(shown) ?? [];
  if (offset === undefined || sent === shown) return false;
  const said = readIso(sent) ?? readLoosely(sent);
  if (!said || said.fraction.padEnd(6, '0') !== micros.padEnd(6, '0')) return true;
  const { days, clock, zone } = said;
  if (zone === undefined) return clock !== time || !days.includes(day);
  const stored = instantOf(day, time, offset);
  return !days.some(one => instantOf(one, clock, zone) === stored);
}

function refuse(where: string, what: string): never {
  throw fail(
    'INVALID_INPUT',
    `${where} ${what}. Nothing was sent.`,
    'Write times with a time zone, such as 2026-01-31T08:00:00+02:00, and days as 2026-01-31.',
  );
}

const NO_DAY = 'is a date that does not exist';
const otherOrder = (style: DateStyle) =>
  `is a date that RapidPro cannot read, because its workspace writes the ${style.replace('_', ' ')}`;
const UNCLEAR = 'is a time that RapidPro would misread';
const SKIPPED =
  "is a time that does not exist in the workspace's time zone, because the clocks go forward";

function fractionText({ fraction }: Said): string {
  return fraction === '' ? '' : `.${fraction}`;
}

/** A local time of a zone, in full; undefined if the clocks skip it. */
export function inZone(said: Said, zone: IANAZone): string | undefined {
  const wall = instantOf(said.days[0] ?? '', said.clock, said.zone ?? 'Z');
  const instant = said.zone ? wall : instantAt(wall, said.isDayAlone, zone);
  return instant === undefined ? undefined : onClocks(instant, fractionText(said), zone);
}

/** `2026-01-31 10:30 PM`: RapidPro reads it correctly. */
const HALF_DAY = /\s\d{1,2}(:\d\d){0,2}\s*[ap]m$/i;

/**
 * What to send for the value of a datetime field.
 *
 * @param local - of the workspace; undefined what is not known
 */
function complete(value: string, local: Local, where: string): string {
  const { zone, style } = local;
  const text = value.trim();
  if (!ISO_DAY.test(text)) {
    const match = WRITTEN_DAY.exec(text);
    if (match && daysOf(match, BOTH_CENTURIES).length === 0) refuse(where, NO_DAY);
    if (match && style && !isDayIn(match, style)) refuse(where, otherOrder(style));
    return value;
  }
  if (!isDay(text.slice(0, 10))) refuse(where, NO_DAY);
  const said = readIso(text);
  if (said?.zone) {
    const full = `${said.days[0]}T${said.clock}${fractionText(said)}${said.zone}`;
    // The same text once more would be kept for each contact of a long list.
    return full === value ? value : full;
  }
  if (said) return zone ? (inZone(said, zone) ?? refuse(where, SKIPPED)) : value;
  if (HALF_DAY.test(text) && readLoosely(text)) return value;
  return refuse(where, UNCLEAR);
}

export interface TimeFacts {
  fieldTypes(wanted: Iterable<string>): Promise<ReadonlyMap<string, string>>;
  timezone(): Promise<string | undefined>;
  dateStyle(): Promise<unknown>;
  unlessForbidden<T>(what: string, read: () => Promise<T>): Promise<T | undefined>;
}

type Fields = Dictionary | undefined;

/** Completes the times among fields, in place; refuses times that RapidPro would store differently. */
type TimeRule = (fields: Fields, where: string) => void;

/** How a workspace reads times without a zone, and dates that are not ISO 8601, as far as that is needed and known. */
interface Local {
  zone: IANAZone | undefined;
  style: DateStyle | undefined;
}

async function readStyle(facts: TimeFacts): Promise<DateStyle | undefined> {
  const style = await facts.unlessForbidden('date style', () => facts.dateStyle());
  return STYLES.find(known => known === style);
}

async function readZone(facts: TimeFacts): Promise<IANAZone | undefined> {
  const timezone = await facts.unlessForbidden('time zone', () => facts.timezone());
  return timezone === undefined ? undefined : zoneOf(timezone);
}

function lacksZone(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const said = readIso(value.trim());
  return said !== undefined && said.zone === undefined;
}

/** Reads the types of fields, but only if a value looks like a time. */
async function datetimesAmong(facts: TimeFacts, all: readonly Fields[]): Promise<string[]> {
  const keys = new Set<string>();
  for (const fields of all) {
    for (const [key, value] of Object.entries(fields ?? {}))
      if (looksLikeTime(value)) keys.add(key);
  }
  if (keys.size === 0) return [];
  const types = await facts.unlessForbidden('fields', () => facts.fieldTypes(keys));
  return [...keys].filter(key => types?.get(key) === 'datetime');
}

/**
 * Reads what the rule needs to know: which fields contain times, if a value looks like one, the zone of the workspace,
 * if a time has none, and its date style, if a date is none in another style. If the token is not allowed to read that,
 * values are sent unchanged.
 *
 * @param all - the fields of each contact
 * @param known - the types of fields, if they were read before
 */
export async function readTimeRule(
  facts: TimeFacts,
  all: readonly Fields[],
  known?: ReadonlyMap<string, string>,
): Promise<TimeRule> {
  const keys = known
    ? [...known.keys()].filter(key => known.get(key) === 'datetime')
    : await datetimesAmong(facts, all);
  let [lacking, oneSided] = [false, false];
  await inTurns(all, fields => {
    lacking ||= keys.some(key => lacksZone(fields?.[key]));
    oneSided ||= keys.some(key => isOneSided(fields?.[key]));
  });
  const local = {
    zone: lacking ? await readZone(facts) : undefined,
    style: oneSided ? await readStyle(facts) : undefined,
  };
  return (fields, where) => {
    for (const key of keys) {
      const value = fields?.[key];
      if (!fields || !looksLikeTime(value)) continue;
      fields[key] = complete(value, local, `${where}.fields.${key}`);
    }
  };
}

export async function completeTimes(
  facts: TimeFacts,
  fields: Fields,
  where: string,
): Promise<void> {
  const rule = await readTimeRule(facts, [fields]);
  rule(fields, where);
}
