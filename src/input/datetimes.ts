const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATETIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?)?$/;

/** A day that the calendar has, as `2026-01-31`. */
export function isDateOnly(text: string): boolean {
  const match = DATE.exec(text.trim());
  if (!match) return false;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && year > 0;
}

/**
 * A day, or a time with or without a zone, that RapidPro's filters read. Any other text gives an
 * empty list there, with a 200.
 */
export function isDatetime(text: string): boolean {
  const match = DATETIME.exec(text.trim());
  return match?.[1] !== undefined && isDateOnly(match[1]);
}

/** RapidPro keeps microseconds; other systems write nanoseconds. */
export function toMicroseconds(text: string): string {
  return text.replace(/(\.\d{6})\d+/, '$1');
}
