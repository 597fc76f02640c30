const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timezone, format);
  }
  return format;
}

/** There is no daylight saving time before this, and `Intl` uses another calendar for a much older past. */
const FIRST_CHANGE = Date.UTC(1800, 0);

/** The zone's offset from UTC in seconds, at a time in milliseconds. */
export function offsetAt(timezone: string, instant: number): number {
  const at = Math.floor(Math.max(instant, FIRST_CHANGE) / 1000);
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(at * 1000)
      .map(part => [part.type, Number(part.value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const day = Date.UTC(part('year'), part('month') - 1, part('day')) / 1000;
  return day + part('hour') * 3600 + part('minute') * 60 + part('second') - at;
}

/**
 * The instant, in seconds, of a wall time in the zone (given in seconds as if it were UTC).
 * Like a server, it looks up the offset at the wall time taken for UTC, and again at the result. For a clock change west
 * of Greenwich, a repeated hour is the first one and a skipped one moves back; east of it, the opposite.
 */
export function toInstant(wall: number, timezone: string): { seconds: number; offset: number } {
  const guess = offsetAt(timezone, wall * 1000);
  const offset = offsetAt(timezone, (wall - guess) * 1000);
  const seconds = wall - offset;
  return { seconds, offset: offsetAt(timezone, seconds * 1000) };
}
