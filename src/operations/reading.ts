import type { Client } from '../client/client.js';
import { RapidProError } from '../client/errors.js';
import { type Page, pages } from '../client/pages.js';
import type { Query } from '../client/request.js';
import { type ResourceName, resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { ListOptions } from '../types/options.js';
import { count, log } from './log.js';
import { checkUnderstood } from './understood.js';

/** Seconds between two lines of progress. */
const PROGRESS = 10;

/** Why a list was left before its end, and where to go on. */
export interface Stop {
  place: Query;
  retryAfter?: number;
}

/**
 * Reads a list page by page: up to a limit, until a deadline, with a word on progress. When RapidPro
 * asks for a longer wait than is allowed, it stops with what it has instead of throwing that away.
 */
export class Reading {
  /** Records handed out so far. */
  records = 0;
  /** Set where the list was left before its end. */
  stopped: Stop | undefined;

  readonly #client: Client;
  readonly #name: ResourceName;
  readonly #query: Query;
  readonly #options: ListOptions;
  readonly #started: number;
  #told: number;

  constructor(client: Client, name: ResourceName, query: Query, options: ListOptions = {}) {
    this.#client = client;
    this.#name = name;
    this.#query = query;
    this.#options = options;
    this.#started = client.clock.now();
    this.#told = this.#started;
  }

  /**
   * The pages, from the first or from a place where a former run stopped.
   *
   * @throws RapidProError what a request throws; `RATE_LIMITED` only before the first page
   */
  async *pages(start?: Query): AsyncGenerator<Dictionary[], void, undefined> {
    let next: Query | undefined = start;
    const source = pages(this.#client, this.#name, this.#query, start);
    try {
      for (;;) {
        const page = await this.#next(source, next);
        if (!page) return;
        const cut = this.#cut(page.records);
        next = page.next;
        yield cut;
        if (this.#isFull() || !next) return;
        this.#tell();
        if (this.#isLate()) {
          this.stopped = { place: next };
          return;
        }
      }
    } finally {
      await source.return();
    }
  }

  async #next(
    source: AsyncGenerator<Page, void, undefined>,
    place: Query | undefined,
  ): Promise<Page | undefined> {
    try {
      const { value } = await source.next();
      if (value) checkUnderstood(this.#name, this.#query, this.#client.dialect);
      return value ?? undefined;
    } catch (error) {
      const limited = error instanceof RapidProError && error.code === 'RATE_LIMITED';
      if (!limited || !place || this.records === 0) throw error;
      const { retryAfter } = error;
      this.stopped = { place, ...(retryAfter === undefined ? {} : { retryAfter }) };
      return undefined;
    }
  }

  /** A limit in the middle of a page leaves no place to go on: it was asked for. */
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

  /** The next page must have time to come: as much as those before it took, and half as much again. */
  #isLate(): boolean {
    const { deadline } = this.#options;
    if (deadline === undefined) return false;
    const perPage = this.#seconds() / Math.max(1, this.#client.requests);
    return this.#seconds() + perPage * 1.5 >= deadline;
  }

  #tell(): void {
    const now = this.#client.clock.now();
    if (now - this.#told < PROGRESS * 1000) return;
    this.#told = now;
    const rate = Math.round(this.records / this.#seconds());
    log.info(
      `${count(this.records, resources[this.#name].nouns)} so far, in ${count(this.#client.requests, ['request', 'requests'])}, ${rate} a second`,
    );
  }
}
