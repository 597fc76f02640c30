import { fail } from '../errors/errors.js';
import { isObject } from '../input/check.js';
import { inTurns } from '../input/turns.js';
import { type ResourceName, resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { Client } from './client.js';
import { orderOf } from './listOrder.js';
import { type Cursor, type Place, type RawPage, readCursor, Seams } from './seams.js';
import { hasId, identityOf } from './seenIds.js';

/** One page of a list. */
export interface Page {
  records: Dictionary[];
  /** Where to continue; undefined after the last page. */
  next: Place | undefined;
}

/** Pages after which a list counts as endless: ten million records. */
const MAX_PAGES = 40_000;
/** Records of one page: RapidPro sends 250, and to look at a million takes seconds. */
const MAX_RECORDS = 10_000;
/** Empty pages in a row that promise more. */
const MAX_EMPTY_PAGES = 100;

/** RapidPro's cursors are far shorter than this. */
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
    'The server has a fault, or "host" is not a RapidPro server. Ask the people who run it.',
  );
}

/**
 * Reads the position of the next page from `next`. Never the address: behind a misconfigured proxy, it can name
 * another host or plain http, and the token must not follow it there.
 */
function nextPlace(next: unknown): Query | undefined {
  if (next === null || next === undefined) return undefined;
  if (typeof next !== 'string') {
    return badPage('NOT_RAPIDPRO', 'The server named an invalid next page.');
  }
  const searchParams = new URLSearchParams(/\?([^#]*)/.exec(next)?.[1]);
  for (const place of PLACES) {
    const value = searchParams.get(place);
    if (value && value.length <= LONGEST_PLACE) return { [place]: value };
  }
  return badPage('PAGING_LOOP', 'The server promised a next page but did not say where it starts.');
}

/** Reads the envelope of a list. */
export function readPage(body: unknown): RawPage {
  const { results, next } = (body ?? {}) as { results?: unknown; next?: unknown };
  if (!Array.isArray(results) || !results.every(isObject)) {
    return badPage('NOT_RAPIDPRO', 'The server answered with data, but not with a list.');
  }
  if (results.length > MAX_RECORDS) {
    return badPage('LIST_TOO_LONG', `One page of the list has more than ${MAX_RECORDS} records.`);
  }
  return { records: results, next: nextPlace(next) };
}

/** Makes sure that each page leads further. */
class Progress {
  readonly #visited: Set<string>;

  constructor(start: Place | undefined) {
    this.#visited = new Set([start ? positionOf(start.query) : '']);
  }

  /** @throws RapidProError `PAGING_LOOP` */
  check(at: Cursor, place: Place | undefined, next: Place, hasNew: boolean): void {
    const cursor = readCursor(next.query);
    const position = positionOf(next.query);
    // Reading again within one instant leads to the same places once more.
    const goesOn = cursor?.position === at.position && cursor.offset > at.offset;
    const isSame = JSON.stringify(next.query) === JSON.stringify(place?.query);
    if (goesOn ? isSame && !hasNew : this.#visited.has(position)) {
      badPage('PAGING_LOOP', 'The server named the same next page twice.');
    }
    this.#visited.add(position);
  }
}

function positionOf(query: Query): string {
  return readCursor(query)?.position ?? JSON.stringify(query);
}

/**
 * Yields the pages of a list until there is no next one: one request each, unless others change the list meanwhile.
 * This is the only way in which this package reads lists. Arrays, limits, callbacks per page and time windows are
 * thin layers on top of it.
 *
 * Each record that keeps its place in the list comes once. A page that had to be requested again is empty.
 *
 * @param client - sends the requests
 * @param name - the list
 * @param query - its filters
 * @param start - where to start, from the `next` of a page; default: the first page
 * @throws RapidProError what a request throws; `PAGING_LOOP`, `LIST_TOO_LONG`, `NOT_RAPIDPRO`
 */
export async function* pages(
  client: Client,
  name: ResourceName,
  query: Query = {},
  start?: Place,
): AsyncGenerator<Page, void, undefined> {
  let asked = 0;
  const ask = async (place: Query | undefined): Promise<RawPage> => {
    if (asked++ >= MAX_PAGES) {
      badPage('LIST_TOO_LONG', `The list does not end after ${MAX_PAGES} pages.`);
    }
    const { path } = resources[name];
    const answer = await client.request({ method: 'GET', path, query: { ...query, ...place } });
    const page = readPage(answer.body);
    // Without ids, whole records are compared. To write many of them as text takes long.
    if (page.records.some(record => !hasId(record))) {
      await inTurns(page.records, identityOf);
    }
    return page;
  };
  const seams = new Seams(ask, orderOf(name, query));
  const progress = new Progress(start);
  let place = start;
  let empty = 0;
  for (;;) {
    const { records, next, sent, at, isTooLate } = await seams.read(place);
    yield { records, next };
    if (!next) return;
    if (!isTooLate) {
      progress.check(at, place, next, records.length > 0);
      empty = sent === 0 ? empty + 1 : 0;
    }
    if (empty > MAX_EMPTY_PAGES) {
      badPage('LIST_TOO_LONG', 'The server keeps sending empty pages.');
    }
    place = next;
  }
}
