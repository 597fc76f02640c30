import type { Client } from '../../client/client.js';
import { orderOf } from '../../client/listOrder.js';
import type { ListPage, Position } from '../../client/position.js';
import { readThrough } from '../../client/readThrough.js';
import type { WindowOptions } from '../../client/windowReader.js';
import { requireWindows } from '../../client/windows.js';
import { fail } from '../../errors/errors.js';
import { count, log } from '../../input/log.js';
import {
  type Dialect,
  type Filter,
  PAGE_SIZE,
  type ResourceName,
  resources,
} from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { ArchivedListOptions, ListOptions } from '../../types/options.js';
import type { Query } from '../../types/request.js';
import { withArchives } from './withArchives.js';

/** Seconds between two lines of progress. */
const PROGRESS = 10;

/** Up to this many pages, one walk is fast enough: a smaller limit needs no windows. */
const FEW_PAGES = 20;
/** Pages that each window may read ahead of what has been handed out, by what becomes of them. */
const AHEAD = { array: 64, pages: 24 } as const;
export type Way = keyof typeof AHEAD;

/** A limit that is closer may end the list before the next page. */
const SPARE = 2 * PAGE_SIZE;

/** Where a run continues after one that read nothing. */
const BEGINNING: Position = {};

/** Why a list stopped before its end, and where to continue. */
interface Stop {
  position: Position;
  retryAfter?: number;
  /** True if the deadline, and not the rate limit, is the reason. */
  isLate: boolean;
}

/** The next page must have time to come: as much as those before it took, and half as much again. */
export function isLate(
  client: Client,
  started: number,
  { deadline }: ListOptions,
  concurrency = 1,
): boolean {
  if (deadline === undefined) return false;
  const seconds = (client.clock.now() - started) / 1000;
  const perPage = (seconds * concurrency) / Math.max(1, client.requests);
  return seconds + perPage * 1.5 >= deadline;
}

/**
 * Reads a list page by page: up to a limit, until a deadline, with lines of progress. If RapidPro asks for a longer wait
 * than allowed, it stops with what it has instead of discarding it.
 */
export class Reading {
  /** Records handed out so far. */
  records = 0;
  /** Set if the list stopped before its end. */
  stopped: Stop | undefined;

  readonly #client: Client;
  readonly #name: ResourceName;
  readonly #query: Query;
  readonly #options: ArchivedListOptions;
  readonly #started: number;
  readonly #way: Way;
  #loggedAt: number;

  constructor(
    client: Client,
    name: ResourceName,
    query: Query,
    options: ArchivedListOptions,
    way: Way,
  ) {
    this.#client = client;
    this.#name = name;
    this.#query = query;
    this.#options = options;
    this.#way = way;
    if (this.#concurrency > 1) requireWindows(name, query);
    this.#started = client.clock.now();
    this.#loggedAt = this.#started;
  }

  /**
   * The pages, from the first or from where an earlier run stopped.
   *
   * @throws RapidProError what a request throws; `RATE_LIMITED` only before the first page
   */
  async *pages(earlier: Position = BEGINNING): AsyncGenerator<Dictionary[], void, undefined> {
    // If the job has lowered its limit meanwhile.
    if (this.#isFull()) return;
    const start = Object.keys(earlier).length > 0 ? earlier : undefined;
    let next = start && (() => start);
    const source = this.#open(start);
    try {
      for (let isFirst = true; ; isFirst = false) {
        const page = await this.#next(source, next);
        if (!page) return;
        const cut = this.#cut(page.records);
        next = page.next;
        const isAll = isFirst && !start && !next;
        if (cut.length > 0 || isAll) yield cut;
        if (this.#isFull()) return;
        this.#logProgress();
        if (next && isLate(this.#client, this.#started, this.#options, this.#concurrency)) {
          this.stopped = { position: next(), isLate: true };
          return;
        }
      }
    } finally {
      await source.return();
    }
  }

  get #concurrency(): number {
    return this.#options.concurrency ?? 1;
  }

  /** One page after the other, or time windows in parallel. */
  #open(start: Position | undefined): AsyncGenerator<ListPage, void, undefined> {
    const [client, name, query] = [this.#client, this.#name, this.#query];
    const list = { client, name, query, order: orderOf(name, query) };
    const { archived, limit, deadline } = this.#options;
    // With a deadline, the time is checked before each request.
    const mayReadAhead = () =>
      this.#way === 'array' && !deadline && this.records + SPARE < (limit ?? Infinity);
    const live = readThrough(list, this.#side(start), start, mayReadAhead);
    return archived ? withArchives(client, name, query, live, limit) : live;
  }

  #side(start: Position | undefined): WindowOptions | undefined {
    const { limit, deadline } = this.#options;
    const concurrency = this.#concurrency;
    const isWorthIt = concurrency > 1 && (limit ?? Infinity) >= FEW_PAGES * PAGE_SIZE;
    if (!isWorthIt && start?.isWindowed !== true) return undefined;
    const ahead = AHEAD[this.#way] * concurrency;
    return { concurrency, ahead, limit, mayStop: deadline !== undefined };
  }

  async #next(
    source: AsyncGenerator<ListPage, void, undefined>,
    next: (() => Position) | undefined,
  ): Promise<ListPage | undefined> {
    try {
      const { value } = await source.next();
      if (!value) return undefined;
      checkDialectFilters(this.#name, this.#query, this.#client.dialect);
      return value;
    } catch (error) {
      const mayStop = next || this.#options.resume;
      if (!this.#client.limiter.isStop(error) || !mayStop) throw error;
      // If a run can continue later, its deadline may be too short for a single page. Then it stops where it began.
      if (this.records === 0 && error.code === 'RATE_LIMITED') throw error;
      const { retryAfter } = error;
      const position = next?.() ?? BEGINNING;
      const isLate = error.code !== 'RATE_LIMITED';
      this.stopped = { position, isLate, ...(retryAfter === undefined ? {} : { retryAfter }) };
      return undefined;
    }
  }

  /** A limit in the middle of a page leaves no checkpoint, because the job set it. */
  #cut(records: Dictionary[]): Dictionary[] {
    const left = (this.#options.limit ?? Number.POSITIVE_INFINITY) - this.records;
    const cut = records.length > left ? records.slice(0, left) : records;
    this.records += cut.length;
    return cut;
  }

  #isFull(): boolean {
    return this.records >= (this.#options.limit ?? Number.POSITIVE_INFINITY);
  }

  #seconds(): number {
    return (this.#client.clock.now() - this.#started) / 1000;
  }

  #logProgress(): void {
    const now = this.#client.clock.now();
    if (now - this.#loggedAt < PROGRESS * 1000) return;
    this.#loggedAt = now;
    const rate = Math.round(this.records / this.#seconds());
    log.info(
      `${count(this.records, resources[this.#name].nouns)} so far, in ${count(this.#client.requests, 'request')}, ${rate} a second`,
    );
  }
}

const SERVERS: Record<Dialect, string> = { v9: 'RapidPro 9', textit: 'TextIt' };

function isUnderstood(filter: Filter | undefined, value: unknown, dialect: Dialect): boolean {
  if (filter?.cosmetic) return true;
  if (filter?.only && filter.only !== dialect) return false;
  const values = [value].flat().map(String);
  return dialect === 'v9' || !filter?.v9Choices?.some(choice => values.includes(choice));
}

/**
 * A server ignores a filter that only the other line has, and answers with the whole list. Its first answer shows which
 * line it is.
 *
 * @throws RapidProError `INVALID_FILTER`
 */
function checkDialectFilters(name: ResourceName, query: Query, dialect: Dialect | undefined): void {
  if (!dialect) return;
  const filters: Record<string, Filter> = resources[name].filters;
  for (const [key, value] of Object.entries(query)) {
    if (isUnderstood(filters[key], value, dialect)) continue;
    throw fail(
      'INVALID_FILTER',
      `This server is ${SERVERS[dialect]} and does not support the filter "${key}" with this value. It would return everything, or nothing.`,
      'Leave the filter out, and filter the result with fn().',
    );
  }
}
