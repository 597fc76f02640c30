import { fail } from '../errors/errors.js';
import { isObject } from '../input/check.js';
import { inTurns } from '../input/turns.js';
import { PAGE_SIZE, type ResourceName } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { ApiResponse, Client } from './client.js';
import { orderOf } from './orderedList.js';
import { type Cursor, type Place, type RawPage, readCursor, Seams } from './seams.js';
import { hasId, identityOf } from './seenIds.js';

export interface Page {
  records: Dictionary[];
  /** Where to continue; undefined after the last page. */
  next: Place | undefined;
}

/** Pages after which a list counts as endless: ten million records. */
export const MAX_PAGES = 40_000;
/** Records of one page: RapidPro sends 250, and to look at a million takes seconds. */
const MAX_RECORDS = 10_000;
/** Empty pages in a row that promise more. */
const MAX_EMPTY_PAGES = 100;

/** How often the same next page may be named without a new record. A page that begins too late is read again. */
const MOST_REPEATS = 10;

/** RapidPro's cursors are far shorter than this. */
const LONGEST_PLACE = 2000;

/** The query parameters that say where in a list to continue. */
const PLACES = ['cursor', 'offset'] as const;

export function badPage(
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
  return (
    placeIn(next) ??
    badPage('PAGING_LOOP', 'The server promised a next page but did not say where it starts.')
  );
}

function placeIn(address: string): Query | undefined {
  const searchParams = new URLSearchParams(/\?([^#]*)/.exec(address)?.[1]);
  for (const place of PLACES) {
    const value = searchParams.get(place);
    if (value && value.length <= LONGEST_PLACE) return { [place]: value };
  }
  return undefined;
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

/** Without `next`, only a list that fits on one page is surely complete. RapidPro writes it on every page. */
function requireNext(body: unknown, { records }: RawPage, place: Query | undefined): void {
  const isOnlyOne = place === undefined && records.length < PAGE_SIZE;
  if (isOnlyOne || 'next' in (body as object)) return;
  badPage('NOT_RAPIDPRO', 'The server did not say whether the list goes on.');
}

/** What an answer begins with. An address with escapes is read later, with everything else. */
const BEGINNING = /^\s*\{\s*"next"\s*:\s*"([^"\\]{1,4000})"/;

/** What will be requested after an answer that has not been parsed yet, if that is certain. */
function peekNext(text: string): Query | undefined {
  const place = placeIn(BEGINNING.exec(text)?.[1] ?? '');
  // Among records with the same time, the next request depends on the last record.
  return place && (readCursor(place)?.offset ?? 0) === 0 ? place : undefined;
}

const isSame = (one: Query | undefined, other: Query | undefined) =>
  JSON.stringify(one) === JSON.stringify(other);

/** A request for the page behind the one that is parsed and processed. */
interface Ahead {
  place: Query;
  answer: Promise<ApiResponse>;
  /** What its own answer says comes next. */
  next?: Query | undefined;
}

/** Sends the requests for pages: one at a time, and at most one page ahead. */
class Requests {
  #asked = 0;
  #ahead: Ahead | undefined;
  /** Cancels the request ahead. */
  #cancel = new AbortController();
  readonly #client: Client;
  readonly #name: ResourceName;
  readonly #query: Query;
  readonly #mayReadAhead: (() => boolean) | undefined;

  constructor(client: Client, name: ResourceName, query: Query, mayReadAhead?: () => boolean) {
    this.#client = client;
    this.#name = name;
    this.#query = query;
    this.#mayReadAhead = mayReadAhead;
  }

  async page(place: Query | undefined): Promise<RawPage> {
    const { body } = await ((await this.#takeAhead(place)) ?? this.#send(place));
    const page = readPage(body);
    requireNext(body, page, place);
    // Without ids, whole records are compared. To write many of them as text takes long.
    if (page.records.some(record => !hasId(record))) {
      await inTurns(page.records, identityOf);
    }
    return page;
  }

  /** Ends what was requested and is not needed: no request outlives the operation. */
  async close(): Promise<void> {
    const ahead = this.#ahead;
    if (!ahead) return;
    this.#ahead = undefined;
    this.#cancel.abort();
    this.#cancel = new AbortController();
    await ahead.answer.catch(() => {});
  }

  async #takeAhead(place: Query | undefined): Promise<ApiResponse | undefined> {
    const ahead = this.#ahead;
    if (!ahead) return undefined;
    if (!isSame(ahead.place, place)) {
      await this.close();
      return undefined;
    }
    this.#ahead = undefined;
    if (ahead.next) this.#readAhead(ahead.next);
    return ahead.answer;
  }

  #readAhead(place: Query): void {
    if (this.#asked >= MAX_PAGES || !this.#mayReadAhead?.()) return;
    const answer = this.#send(place, this.#cancel.signal);
    // Whoever takes the page gets its failure.
    answer.catch(() => {});
    this.#ahead = { place, answer };
  }

  #send(place: Query | undefined, canceled?: AbortSignal): Promise<ApiResponse> {
    if (this.#asked++ >= MAX_PAGES) {
      badPage('LIST_TOO_LONG', `The list does not end after ${MAX_PAGES} pages.`);
    }
    const query = { ...this.#query, ...place };
    const onText = (text: string) => {
      const next = peekNext(text);
      if (!next) return;
      if (place && this.#ahead?.place === place) this.#ahead.next = next;
      else if (!this.#ahead) this.#readAhead(next);
    };
    // What the first page shows may end the read.
    const isFirst = this.#asked === 1;
    return this.#client.request({
      method: 'GET',
      path: this.#name,
      query,
      canceled,
      ...(isFirst || !this.#mayReadAhead ? {} : { onText }),
    });
  }
}

/** Makes sure that each page leads further. */
class LoopGuard {
  readonly #visited: Set<string>;
  /** How often each next page was named since the last new record. */
  readonly #named = new Map<string, number>();

  constructor(start: Place | undefined) {
    this.#visited = new Set([start ? positionOf(start.query) : '']);
  }

  /** @throws RapidProError `PAGING_LOOP` */
  check(at: Cursor, place: Place | undefined, next: Place, hasNew: boolean): void {
    const cursor = readCursor(next.query);
    const key = JSON.stringify(next.query);
    const position = positionOf(next.query);
    // Reading again within one instant leads to the same places once more.
    const goesOn = cursor?.position === at.position && cursor.offset > at.offset;
    if (hasNew) this.#named.clear();
    const times = (this.#named.get(key) ?? 0) + 1;
    this.#named.set(key, times);
    const isAgain = !hasNew && (times > MOST_REPEATS || isSame(next.query, place?.query));
    if (goesOn ? isAgain : this.#visited.has(position)) {
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
 * @param start - where to start, from the `next` of a page; default: the first page
 * @param mayReadAhead - whether the page behind the one that has just arrived is surely wanted. Then it is requested
 *   before that one is parsed. It is called when everything else allows it; default: never
 * @throws RapidProError what a request throws; `PAGING_LOOP`, `LIST_TOO_LONG`, `NOT_RAPIDPRO`
 */
export async function* pages(
  client: Client,
  name: ResourceName,
  query: Query = {},
  start?: Place,
  mayReadAhead?: () => boolean,
): AsyncGenerator<Page, void, undefined> {
  const requests = new Requests(client, name, query, mayReadAhead);
  const seams = new Seams(place => requests.page(place), orderOf(name, query));
  const guard = new LoopGuard(start);
  let place = start;
  let empty = 0;
  try {
    for (;;) {
      const { records, next, sent, at, isTooLate } = await seams.read(place);
      yield { records, next };
      if (!next) return;
      if (!isTooLate) {
        guard.check(at, place, next, records.length > 0);
        empty = sent === 0 ? empty + 1 : 0;
      }
      if (empty > MAX_EMPTY_PAGES) {
        badPage('LIST_TOO_LONG', 'The server keeps sending empty pages.');
      }
      place = next;
    }
  } finally {
    await requests.close();
  }
}
