import type { IANAZone } from 'luxon';
import { library } from './libraries.js';

/** What the clocks of a zone show when. */

/** The zone of an IANA name, as `Africa/Kigali`; undefined if there is none of that name. */
export function zoneOf(name: string): IANAZone | undefined {
  const zone = library('luxon').IANAZone.create(name);
  return zone.isValid ? zone : undefined;
}

const HOUR = 3_600_000;

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
const aheadAt = (zone: IANAZone, instant: number) => Math.round(zone.offset(instant) * 60_000);

/** Offsets before and after any change of the clocks around a time that they show. */
function aheadAround(wall: number, zone: IANAZone): [before: number, after: number] {
  return [aheadAt(zone, wall - 24 * HOUR), aheadAt(zone, wall + 24 * HOUR)];
}

/** The first instant at which the clocks of a zone show a time; undefined if they skip it. */
export function firstInstant(wall: number, zone: IANAZone): number | undefined {
  const instants = aheadAround(wall, zone)
    .map(ahead => wall - ahead)
    .filter(instant => instant + aheadAt(zone, instant) === wall);
  return instants.length > 0 ? Math.min(...instants) : undefined;
}

/** The first moment of a day: where the clocks skip midnight, the instant at which they do so. */
export function startOfDay(midnight: number, zone: IANAZone): number | undefined {
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

/** Writes an instant on the clocks of a zone; in UTC where those were seconds off, as of old. */
export function onClocks(instant: number, fraction: string, zone: IANAZone): string {
  const ahead = aheadAt(zone, instant);
  const minutes = Math.abs(ahead) / 60_000;
  const isUtc = ahead === 0 || !Number.isInteger(minutes);
  const text = new Date(isUtc ? instant : instant + ahead).toISOString().slice(0, 19) + fraction;
  if (isUtc) return `${text}Z`;
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${text}${ahead < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
