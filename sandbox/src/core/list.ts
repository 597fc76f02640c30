import type { Resource } from '../../../src/resources.js';
import { cursorTime, type Micros, parseTime } from '../state/clock.js';
import { type Key, Ordered } from '../state/ordered.js';
import type { Call } from './call.js';
import { cutPage, decodeCursor, encodeCursor } from './cursor.js';
import { last } from './incoming.js';
import { badRequest, type Reply, ServerError } from './reply.js';

/** What a list contains, its order, and how each row is shown. */
export interface Listing<T extends { id: number }> {
  rows: Ordered<T>;
  /** The only candidates if a filter names them. Undefined entries are ignored. */
  among?: readonly (T | undefined)[] | undefined;
  /** Oldest first. */
  ascending?: boolean;
  /** Which rows belong to the list, apart from the time range. */
  holds?: (row: T) => boolean;
  /** The time that `before` and `after` compare. Without it they are ignored. */
  timeOf?: (row: T) => Key | null;
  show: (row: T) => unknown;
}

const TRUE = ['true', 'y', 'yes', '1'];

/** The values that count as true in a query. */
export function isTrue(text: string | null): boolean {
  return text !== null && TRUE.includes(text.toLowerCase());
}

/** Mutually exclusive filters. */
export function checkExclusive(call: Call, { exclusive }: Resource): void {
  const given = exclusive?.filter(name => last(call.incoming.query, name)) ?? [];
  if (exclusive && given.length > 1) {
    throw badRequest(`You may only specify one of the ${exclusive.join(', ')} parameters`);
  }
}

interface Span {
  from?: Micros;
  to?: Micros;
  /** A time that cannot be parsed matches nothing. */
  broken?: true;
}

function spanOf(call: Call): Span {
  const span: Span = {};
  for (const [name, end] of [
    ['before', 'to'],
    ['after', 'from'],
  ] as const) {
    const text = last(call.incoming.query, name);
    if (!text) continue;
    const time = queryTime(text);
    if (time === undefined) return { broken: true };
    span[end] = time;
  }
  return span;
}

export function emptyList(): Reply {
  return { status: 200, data: { next: null, previous: null, results: [] } };
}

/** Converts a key to a cursor's text and back. A position that is not a time is a server error. */
const positionText = (key: string | number): string =>
  typeof key === 'number' ? cursorTime(key) : key;

function keyFrom(position: string | null, ofTime: boolean): string | number | undefined {
  if (position === null) return undefined;
  if (!ofTime) return position;
  const time = parseTime(position);
  if (time === undefined) throw new ServerError('a cursor with a position that is not a time');
  return time;
}

const later = (a: number | string | undefined, b: number | string | undefined) =>
  a === undefined ? b : b === undefined ? a : a > b ? a : b;
const earlier = (a: number | string | undefined, b: number | string | undefined) =>
  a === undefined ? b : b === undefined ? a : a < b ? a : b;

export function listPage<T extends { id: number }>(call: Call, listing: Listing<T>): Reply {
  const { rows, holds, timeOf, show } = listing;
  const span = timeOf ? spanOf(call) : {};
  const cursor = decodeCursor(last(call.incoming.query, 'cursor'));
  const descending = !listing.ascending !== cursor.back;
  const ofTime = call.resource.order?.by !== 'osm_id';
  const position = keyFrom(cursor.position, ofTime);
  const byKey = timeOf === rows.keyOf;
  const above = later(
    byKey && span.from !== undefined ? span.from - 1 : undefined,
    descending ? undefined : position,
  );
  const below = earlier(
    byKey && span.to !== undefined ? span.to + 1 : undefined,
    descending ? position : undefined,
  );
  const passes = (row: T): boolean => {
    if (span.broken || (holds && !holds(row))) return false;
    if (!timeOf || byKey) return true;
    const key = timeOf(row);
    if (key === null) return span.from === undefined && span.to === undefined;
    const time = Number(key);
    return time >= (span.from ?? Number.NEGATIVE_INFINITY) && time <= (span.to ?? Infinity);
  };
  const positionOf = (row: T): string => positionText(rows.keyOf(row) ?? '');
  const bounds = {
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
  };
  const walked = listing.among
    ? pick(listing.among, rows.keyOf, descending, bounds)
    : rows.walk(descending, bounds);
  const page = cutPage(cursor, filter(walked, passes), positionOf);
  const url = (to: typeof page.next) => to && pageUrl(call, { cursor: encodeCursor(to) });
  return {
    status: 200,
    data: { next: url(page.next), previous: url(page.previous), results: page.items.map(show) },
  };
}

/** Pages through a small set of rows. */
function pick<T extends { id: number }>(
  among: readonly (T | undefined)[],
  keyOf: (row: T) => Key | null,
  descending: boolean,
  { above, below }: { above?: Key; below?: Key },
): T[] {
  const order = new Ordered(keyOf);
  for (const row of among) if (row) order.put(row);
  return [
    ...order.walk(descending, {
      ...(above === undefined ? {} : { above }),
      ...(below === undefined ? {} : { below }),
    }),
  ];
}

function* filter<T>(rows: Iterable<T>, passes: (row: T) => boolean): Generator<T> {
  for (const row of rows) if (passes(row)) yield row;
}

/** The request's own URL with other paging parameters, sorted as the server does. */
export function pageUrl({ incoming }: Call, params: Record<string, string | null>): string {
  const all = new Map<string, string[]>();
  for (const [name, value] of incoming.query) all.set(name, [...(all.get(name) ?? []), value]);
  for (const [name, value] of Object.entries(params)) {
    if (value === null) all.delete(name);
    else all.set(name, [value]);
  }
  const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = sorted
    .flatMap(([name, values]) => values.map(value => `${quoted(name)}=${quoted(value)}`))
    .join('&');
  return `${incoming.origin}${incoming.path}${text ? `?${text}` : ''}`;
}

/** Python's query encoding: only letters, digits and `_.-~` are kept, a space becomes a plus. */
const quoted = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');

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
