import { fail } from '../errors/errors.js';
import type { ResourceName } from '../resources.js';
import { resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { Client } from './client.js';

/** One page of a list. */
export interface Page {
  records: Dictionary[];
  /** What to ask for to get the next page; undefined after the last one. */
  next: Query | undefined;
  /** The time of the newest record when the reading began, of a list that moves while it is read. */
  since?: string | undefined;
}

/** Pages of one list before it is taken for endless: ten million records. */
const MAX_PAGES = 40_000;
/** Pages in a row that hold nothing yet promise more. */
const MAX_EMPTY_PAGES = 100;

/** Characters that RapidPro's cursors stay far below. */
const LONGEST_PLACE = 2000;

/** The query parameters that say where in a list to continue. */
const PLACES = ['cursor', 'offset'] as const;

function badPage(
  code: 'PAGING_LOOP' | 'LIST_TOO_LONG' | 'NOT_RAPIDPRO',
  description: string,
): never {
  throw fail(
    code,
    description,
    'This is a fault of the server, or "host" is not a RapidPro server. Ask whoever runs it.',
  );
}

/**
 * Takes the place of the next page out of `next`. Never the address: behind a wrong proxy it names
 * another host or plain http, and the token must not follow it there.
 */
export function nextPlace(next: unknown): Query | undefined {
  if (next === null || next === undefined) return undefined;
  if (typeof next !== 'string') {
    return badPage(
      'NOT_RAPIDPRO',
      'The server named the next page in a way that RapidPro does not.',
    );
  }
  const searchParams = new URLSearchParams(/\?([^#]*)/.exec(next)?.[1]);
  for (const place of PLACES) {
    const value = searchParams.get(place);
    if (value && value.length <= LONGEST_PLACE) return { [place]: value };
  }
  return badPage('PAGING_LOOP', 'The server promised a next page but did not say where it begins.');
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a list's envelope. */
export function readPage(body: unknown): Page {
  const { results, next } = (body ?? {}) as { results?: unknown; next?: unknown };
  if (!Array.isArray(results) || !results.every(isRecord)) {
    return badPage(
      'NOT_RAPIDPRO',
      'The server answered with data, but not with a list as RapidPro does.',
    );
  }
  return { records: results, next: nextPlace(next) };
}

/**
 * Yields the pages of a list, one request each, until there is no next one. The one way in which
 * this package reads lists: an array, a limit and a callback a page are thin layers over it.
 *
 * @param client - sends the requests
 * @param name - the list
 * @param query - its filters
 * @param start - where to begin, as a page's `next` said it; default: the first page
 * @throws RapidProError what a request throws; `PAGING_LOOP`, `LIST_TOO_LONG`, `NOT_RAPIDPRO`
 */
export async function* pages(
  client: Client,
  name: ResourceName,
  query: Query = {},
  start?: Query,
): AsyncGenerator<Page, void, undefined> {
  const seen = new Set(start && [JSON.stringify(start)]);
  let place = start;
  let empty = 0;
  for (let count = 0; count < MAX_PAGES; count++) {
    const { body } = await client.request({
      method: 'GET',
      path: resources[name].path,
      query: { ...query, ...place },
    });
    const page = readPage(body);
    yield page;
    place = page.next;
    if (!place) return;
    const mark = JSON.stringify(place);
    if (seen.has(mark)) badPage('PAGING_LOOP', 'The server named the same next page twice.');
    seen.add(mark);
    empty = page.records.length === 0 ? empty + 1 : 0;
    if (empty > MAX_EMPTY_PAGES)
      badPage('LIST_TOO_LONG', 'The server sends empty pages without end.');
  }
  badPage('LIST_TOO_LONG', `The list does not end after ${MAX_PAGES} pages.`);
}
