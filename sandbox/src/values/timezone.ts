import { memoized } from './memoized.js';

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

/** Since then, clocks have changed at full minutes alone: in Newfoundland a minute after midnight. */
const FIRST_MINUTE = Date.UTC(1973, 0) / 1000;
const MINUTE = 60;

const MOST_KNOWN = 1000;

/** The offsets of a zone by minute: finding one takes longer than all else that is done with a time. */
const offsetsOf = memoized(MOST_KNOWN, (timezone: string) =>
  memoized(MOST_KNOWN, (minute: number) => offsetFound(timezone, minute * MINUTE)),
);

/** The zone's offset from UTC in seconds, at a time in milliseconds. */
export function offsetAt(timezone: string, instant: number): number {
  const at = Math.floor(Math.max(instant, FIRST_CHANGE) / 1000);
  if (at < FIRST_MINUTE) return offsetFound(timezone, at);
  return offsetsOf(timezone)(Math.floor(at / MINUTE));
}

/** The same, at whole seconds. */
function offsetFound(timezone: string, at: number): number {
  // Reading the whole text is several times as fast as `formatToParts`.
  const [, month = '', day = '', year = '', hour, minute, second] =
    SHOWN.exec(formatOf(timezone).format(at * 1000)) ?? [];
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000;
  return midnight + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - at;
}

/** A time as `en-US` shows it: `11/27/2026, 03:04:17`. */
const SHOWN = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/;

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
