import type { IANAZone } from 'luxon';
import { invalidAnswer } from '../errors/errors.js';
import type { Dictionary } from '../types/json.js';
import { library } from './libraries.js';

/** Days and times as RapidPro writes them and as its filters read them. For contact fields, see fieldTimes.ts. */

/** Times as whole microseconds since 1970, the unit of RapidPro's times. They fit into a number exactly. */
export type Micros = number;

export const DAY: Micros = 24 * 60 * 60 * 1_000_000;

const DAY_FORM = /^\d{4}-\d\d-\d\d$/;
const DATETIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?)?$/;

/** A day that exists in the calendar, such as `2026-01-31`. */
export function isDay(text: string): boolean {
  if (!DAY_FORM.test(text)) return false;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  // Not Date.UTC, which reads the years 0 to 99 as 1900 to 1999.
  const date = new Date(new Date(0).setUTCFullYear(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/**
 * A day, or a time with or without a zone, as RapidPro's filters read it. Any other text returns an empty list,
 * with status 200.
 */
export function isDatetime(text: string): boolean {
  const [, day] = DATETIME.exec(text.trim()) ?? [];
  return day !== undefined && isDay(day) && !day.startsWith('0000');
}

/** RapidPro keeps microseconds; other systems write nanoseconds. */
export function cutToMicros(text: string): string {
  return text.replace(/(\.\d{6})\d+/, '$1');
}

const TIME = /^(.{16}(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/** The last minute that was read, and its beginning. Neighbors in a list often share it. */
let minute = '';
let minuteAt = 0;

/** As RapidPro writes nearly all times: with six digits, in UTC. */
function toMicrosFast(text: string): Micros | undefined {
  if (text.length !== 27 || text[19] !== '.' || text[26] !== 'Z') return undefined;
  const begin = text.slice(0, 16);
  if (begin !== minute) {
    minuteAt = Date.parse(`${begin}Z`) * 1000;
    minute = begin;
  }
  const seconds = Number(text.slice(17, 26));
  return Number.isNaN(minuteAt + seconds) ? undefined : minuteAt + Math.round(seconds * 1_000_000);
}

/** Reads a time as RapidPro writes it and its filters read it. Without a zone it is in UTC, and a day means midnight. */
export function toMicros(text: unknown): Micros | undefined {
  if (typeof text !== 'string') return undefined;
  const fast = toMicrosFast(text);
  if (fast !== undefined) return fast;
  const whole = text.length === 10 ? `${text}T00:00:00` : text.replace(' ', 'T');
  const [, seconds, fraction = '', zone = 'Z'] = TIME.exec(whole) ?? [];
  if (seconds === undefined) return undefined;
  const time = Date.parse(`${seconds}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
  if (Number.isNaN(time)) return undefined;
  return time * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

/** Writes a time with all its six digits, in UTC. */
export function fromMicros(time: Micros): string {
  const seconds = Math.floor(time / 1_000_000);
  const fraction = String(time - seconds * 1_000_000).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** A time in any form that {@link toMicros} reads, written with all its six digits, in UTC; undefined for anything else. */
export function fullTime(text: unknown): string | undefined {
  const time = toMicros(text);
  return time === undefined ? undefined : fromMicros(time);
}

/** The time of a record, as RapidPro wrote it. */
export function timeIn(record: Dictionary, key: string): string {
  const time = record[key];
  if (typeof time === 'string' && toMicros(time) !== undefined) return time;
  throw invalidAnswer(`a record whose "${key}" is not a time`);
}

export function microsIn(record: Dictionary, key: string): Micros {
  return toMicros(timeIn(record, key)) ?? Number.NaN;
}

/** Local times of a zone. */

/** The zone with an IANA name, such as `Africa/Kigali`; undefined if there is none. */
export function zoneOf(name: string): IANAZone | undefined {
  const zone = library('luxon').IANAZone.create(name);
  return zone.isValid ? zone : undefined;
}

const HOUR = 3_600_000;

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
const aheadAt = (zone: IANAZone, instant: number) => Math.round(zone.offset(instant) * 60_000);

/** The offsets before and after a clock change near a local time. */
function aheadAround(wall: number, zone: IANAZone): [before: number, after: number] {
  return [aheadAt(zone, wall - 24 * HOUR), aheadAt(zone, wall + 24 * HOUR)];
}

/** The first instant with this local time in a zone; undefined if the clocks skip it. */
function firstInstant(wall: number, zone: IANAZone): number | undefined {
  const instants = aheadAround(wall, zone)
    .map(ahead => wall - ahead)
    .filter(instant => instant + aheadAt(zone, instant) === wall);
  return instants.length > 0 ? Math.min(...instants) : undefined;
}

/** The first moment of a day. If the clocks skip midnight, the moment when they do. */
function startOfDay(midnight: number, zone: IANAZone): number | undefined {
  const instant = firstInstant(midnight, zone);
  if (instant !== undefined) return instant;
  const [before, after] = aheadAround(midnight, zone);
  let [low, high] = [midnight - after, midnight - before];
  while (high - low > 1000) {
    const middle = low + Math.round((high - low) / 2000) * 1000;
    if (aheadAt(zone, middle) === after) high = middle;
    else low = middle;
  }
  return high + after < midnight + 24 * HOUR ? high : undefined;
}

/** The instant of a local time in a zone, or the first one of a day; undefined if the clocks skip it. */
export function instantAt(wall: number, isDayAlone: boolean, zone: IANAZone): number | undefined {
  return isDayAlone ? startOfDay(wall, zone) : firstInstant(wall, zone);
}

/** Writes an instant in local time; in UTC if the zone was seconds off, as in the past. */
export function onClocks(instant: number, fraction: string, zone: IANAZone): string {
  const ahead = aheadAt(zone, instant);
  const minutes = Math.abs(ahead) / 60_000;
  const isUtc = ahead === 0 || !Number.isInteger(minutes);
  const text = new Date(isUtc ? instant : instant + ahead).toISOString().slice(0, 19) + fraction;
  if (isUtc) return `${text}Z`;
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${text}${ahead < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
