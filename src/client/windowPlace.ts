import { fail } from '../errors/errors.js';
import type { Query } from './request.js';

/** Where to go on with a list that was read in windows, in plain values. */
export interface WindowPlace {
  /** The window, where it is not the whole list. */
  before?: string;
  after?: string;
  /** Where in the window, as the server said it. Default: its beginning. */
  cursor?: Query;
  /** The time of the newest record when the reading began. */
  since?: string;
  /** True if all but what changed since then has been read. */
  last?: boolean;
}

/** No server's cursor begins like this. */
const PREFIX = 'windows:';

/** Writes a place in the form in which lists keep theirs: as the value of `cursor`. */
export function writePlace(place: WindowPlace): Query {
  return { cursor: PREFIX + JSON.stringify(place) };
}

const isText = (value: unknown) => value === undefined || typeof value === 'string';

/**
 * Reads a place that {@link writePlace} wrote; undefined for any other one.
 *
 * @throws RapidProError `INVALID_INPUT`
 */
export function readPlace(start: Query | undefined): WindowPlace | undefined {
  const text = start?.cursor;
  if (typeof text !== 'string' || !text.startsWith(PREFIX)) return undefined;
  try {
    const place = JSON.parse(text.slice(PREFIX.length)) as WindowPlace;
    if ([place.before, place.after, place.since].every(isText)) return place;
  } catch {
    // Reported below.
  }
  throw fail(
    'INVALID_INPUT',
    'state.rapidpro.resume is not as the adaptor left it.',
    'Take it out of the state: the list is then read from its start.',
  );
}
