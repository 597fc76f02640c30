/**
 * Days and times as RapidPro writes them and as its filters read them. What people write into contact
 * fields is another matter: see fieldTimes.ts.
 */

/** Times as whole microseconds since 1970: what RapidPro's times count in. They fit a number exactly. */
export type Micros = number;

const DAY = /^\d{4}-\d\d-\d\d$/;
const DATETIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?)?$/;

/** A day that the calendar has, as `2026-01-31`. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(new Date(0).setUTCFullYear(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/**
 * A day, or a time with or without a zone, that RapidPro's filters read. Any other text gives an
 * empty list there, with a 200.
 */
export function isDatetime(text: string): boolean {
  const [, day] = DATETIME.exec(text.trim()) ?? [];
  return day !== undefined && isDay(day) && !day.startsWith('0000');
}

/** RapidPro keeps microseconds; other systems write nanoseconds. */
export function cutToMicros(text: string): string {
  return text.replace(/(\.\d{6})\d+/, '$1');
}
