import { isDay } from './predict.js';

/**
 * Dates for RapidPro, with their zone. Without one it takes midnight for any time of day, and for a
 * day alone the time of day at which it was written: another one every night.
 */

const DATE =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?\s*([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    timeZoneName: 'longOffset',
  });
  formats.set(timezone, format);
  return format;
}

/** The offset of a zone at an instant, in minutes. */
function offsetAt(instant: number, timezone: string): number {
  const name = formatOf(timezone)
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d+):(\d+)/.exec(name ?? '') ?? [];
  const size = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -size : size;
}

/** The offset of a time on the clocks of a zone, in minutes. */
function localOffset(wall: number, timezone: string): number {
  const guess = wall - offsetAt(wall, timezone) * 60_000;
  return offsetAt(guess, timezone);
}

function zoneText(minutes: number): string {
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

function zoneOf(written: string): string {
  const digits = written.replace(':', '').padEnd(5, '0');
  return /^[Zz]$/.test(written) || /^[+-]0000$/.test(digits)
    ? 'Z'
    : `${digits.slice(0, 3)}:${digits.slice(3)}`;
}

/** Tells whether a text is a date that lacks its zone. */
export function lacksZone(text: string): boolean {
  const match = DATE.exec(text.trim());
  return match !== null && match[6] === undefined;
}

/**
 * Writes an ISO date with its zone: the one that it has, else the workspace's. A day is its midnight.
 * Any other text stays as it is.
 *
 * @param timezone - the workspace's, an IANA name
 */
export function withZone(text: string, timezone: string): string {
  const match = DATE.exec(text.trim());
  const [, day = '', hour = '00', minute = '00', second = '00', fraction, zone] = match ?? [];
  if (!match || !isDay(day)) return text;
  const wall = `${day}T${hour}:${minute}:${second}${fraction ? `.${fraction.slice(0, 6)}` : ''}`;
  if (zone) return wall + zoneOf(zone);
  return wall + zoneText(localOffset(Date.parse(`${day}T${hour}:${minute}:${second}Z`), timezone));
}
