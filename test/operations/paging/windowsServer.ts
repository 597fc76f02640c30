import { createServer } from 'node:http';
import { listen } from '../../support/closing.js';

/** A record of a list that is sorted by one time. */
export interface Row {
  uuid: string;
  /** Microseconds since 1970. */
  at: number;
  /** Orders records of one instant. */
  id: number;
}

export interface Asked {
  before: number;
  after: number;
  reverse: boolean;
  cursor: string | null;
}

export interface WindowsServer {
  host: string;
  rows: Row[];
  asked: Asked[];
  /** The most requests that were answered at once. */
  mostAtOnce(): number;
}

export interface Habits {
  pageSize?: number;
  /** The time that records carry. Default: `modified_on`. */
  key?: string;
  /** False where the list knows no `reverse`. */
  reverses?: boolean;
  /** Milliseconds that an answer takes. */
  delay?: () => number;
  /** Looks at each request before it is answered; may change the rows, or answer by a status. */
  onRequest?: (rows: Row[], count: number) => { status: number; retryAfter?: number } | undefined;
}

export function uuidOf(index: number): string {
  return `7712aaf6-5df5-4df1-89db-${String(index).padStart(12, '0')}`;
}

export function writeTime(at: number): string {
  const seconds = Math.floor(at / 1e6);
  const micros = at - seconds * 1e6;
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micros === 0 ? `${text}Z` : `${text}.${String(micros).padStart(6, '0')}Z`;
}

/** A time of a filter in microseconds; `open` if there is none. */
export function readTime(text: string | null, open: number): number {
  if (text === null) return open;
  const [, seconds = '', fraction = ''] = /^([^.Z]*)(?:\.(\d+))?Z$/.exec(text) ?? [];
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, '0'));
}

/** A cursor's place in a list, and how many records behind it were on the pages before. */
export interface Place {
  at: number | null;
  offset: number;
}

/** The cursor behind a page: the last place that differs from that of the record to come. */
function placeBehind(page: readonly Row[], coming: Row, asked: Place): Place {
  const tied = page.toReversed().findIndex(({ at }) => at !== coming.at);
  if (tied < 0) return { at: asked.at, offset: asked.offset + page.length };
  return { at: page[page.length - 1 - tied]?.at ?? null, offset: tied };
}

/** One page as RapidPro cuts it, and the place behind it; the rows are sorted by time. */
export function cutPage(
  rows: readonly Row[],
  asked: Omit<Asked, 'cursor'>,
  place: Place,
  pageSize: number,
): { page: Row[]; next: Place | undefined } {
  const from = asked.reverse && place.at !== null ? place.at + 1 : 0;
  const to = !asked.reverse && place.at !== null ? place.at - 1 : Number.POSITIVE_INFINITY;
  const start = indexOf(rows, Math.max(asked.after, from));
  const end = indexOf(rows, Math.min(asked.before, to) + 1);
  const size = pageSize + 1;
  const found = asked.reverse
    ? rows.slice(start + place.offset, Math.min(end, start + place.offset + size))
    : rows.slice(Math.max(start, end - place.offset - size), end - place.offset).reverse();
  const coming = found[pageSize];
  const page = found.slice(0, pageSize);
  return { page, next: coming && placeBehind(page, coming, place) };
}

/** The first of the sorted rows at a time or after it. */
function indexOf(rows: readonly Row[], at: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const sorted = (rows: readonly Row[]) =>
  [...rows].sort((a, b) => a.at - b.at || a.id - b.id);

/** A loopback server with one list, as RapidPro sorts, filters and cuts it. */
export async function windowsServer(
  rows: Row[],
  { pageSize = 250, key = 'modified_on', reverses = true, delay, onRequest }: Habits = {},
): Promise<WindowsServer> {
  const asked: Asked[] = [];
  let inTime = sorted(rows);
  let atOnce = 0;
  let mostAtOnce = 0;
  const server = createServer(async (request, response) => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    const { searchParams } = new URL(request.url ?? '/', 'http://any');
    const one: Asked = {
      before: readTime(searchParams.get('before'), Number.POSITIVE_INFINITY),
      after: readTime(searchParams.get('after'), Number.NEGATIVE_INFINITY),
      reverse: reverses && searchParams.get('reverse') === 'true',
      cursor: searchParams.get('cursor'),
    };
    asked.push(one);
    const fault = onRequest?.(rows, asked.length);
    if (onRequest) inTime = sorted(rows);
    const place: Place = one.cursor ? JSON.parse(one.cursor) : { at: null, offset: 0 };
    const { page, next } = cutPage(inTime, one, place, pageSize);
    // As they are now: what changes while the answer is on its way is not in it.
    const results = page.map(({ uuid, at, id }) => ({ uuid, n: id, [key]: writeTime(at) }));
    const time = delay?.() ?? 0;
    if (time > 0) await new Promise(resolve => setTimeout(resolve, time));
    atOnce--;
    if (fault) {
      response.writeHead(fault.status, {
        'content-type': 'application/json',
        ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
      });
      response.end('{"detail":"no"}');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json', 'x-temba-org': '1' });
    response.end(
      JSON.stringify({
        next:
          next === undefined
            ? null
            : `http://elsewhere.invalid/api/v2/list.json?cursor=${encodeURIComponent(JSON.stringify(next))}`,
        previous: null,
        results,
      }),
    );
  });
  const { port } = await listen(server);
  return { host: `http://127.0.0.1:${port}/`, rows, asked, mostAtOnce: () => mostAtOnce };
}
