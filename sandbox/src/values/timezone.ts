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

/** No zone changed its clocks before, and `Intl` counts days of a much older past by another calendar. */
const FIRST_CHANGE = Date.UTC(1800, 0);

/** Seconds that the zone's clocks are ahead of UTC at an instant in milliseconds. */
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
 * The instant, in seconds, at which the zone's clocks show a wall time (given in seconds as if it were UTC).
 * A server looks the offset up at the wall time taken for UTC, and once more at what that gives. It decides which side
 * of a change of clocks counts: west of Greenwich an hour that comes twice is the first, and one that is left out moves
 * back; east of it the other way round.
 */
export function toInstant(wall: number, timezone: string): { seconds: number; offset: number } {
  const guess = offsetAt(timezone, wall * 1000);
  const offset = offsetAt(timezone, (wall - guess) * 1000);
  const seconds = wall - offset;
  return { seconds, offset: offsetAt(timezone, seconds * 1000) };
}
