const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      era: 'short',
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

/** Seconds that the zone's clocks are ahead of UTC at an instant in milliseconds. */
export function offsetAt(timezone: string, instant: number): number {
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(instant)
      .map(part => [part.type, part.value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year');
  const day = new Date(0).setUTCFullYear(year, part('month') - 1, part('day'));
  const clock = part('hour') * 3600 + part('minute') * 60 + part('second');
  return day / 1000 + clock - Math.floor(instant / 1000);
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
