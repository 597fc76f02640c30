import type { Micros } from '../state/clock.js';

/**
 * Times in a query. Servers accept strict ISO 8601: a year alone, a month alone and dates without dashes are valid;
 * lowercase letters and spaces before the zone are not.
 */
const DATE = String.raw`(?<year>\d{4})(?:(?:-(?<month>\d\d?)|(?<mm>\d\d)(?!$))(?:(?:-(?<day>\d\d?)|(?<dd>\d\d))TIME?)?)?`;
const TIME = String.raw`(?:[ T](?<hour>\d\d)(?::?(?<minute>\d\d))?(?::?(?<second>\d\d?)(?:[.,](?<fraction>\d+))?)?ZONE?)`;
const ZONE = String.raw`(?:Z|(?<sign>[-+])(?<zoneHour>\d\d):?(?<zoneMinute>\d\d)?)`;
const WHOLE = new RegExp(`^${DATE.replace('TIME', TIME).replace('ZONE', ZONE)}$`);

/** Microseconds. A missing zone is UTC; missing parts are the first or zero. Undefined if the text is not a time. */
export function queryTime(text: string): Micros | undefined {
  const found = WHOLE.exec(text)?.groups;
  if (!found) return undefined;
  const number = (name: string, missing = 0) => Number(found[name] ?? missing);
  const month = Number(found.month ?? found.mm ?? 1);
  const day = Number(found.day ?? found.dd ?? 1);
  const [hour, minute, second] = [number('hour'), number('minute'), number('second')];
  const date = new Date(0);
  date.setUTCFullYear(number('year'), month - 1, day);
  date.setUTCHours(hour, minute, second);
  const real =
    number('year') > 0 &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  const zone = (found.sign === '-' ? -1 : 1) * (number('zoneHour') * 60 + number('zoneMinute'));
  if (!real || Math.abs(zone) >= 24 * 60) return undefined;
  const micros = Number((found.fraction ?? '').slice(0, 6).padEnd(6, '0'));
  return (date.getTime() - zone * 60_000) * 1000 + micros;
}
