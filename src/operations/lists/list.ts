import type { Client } from '../../client/client.js';
import {
  type ListPage,
  type OrderedList,
  orderOf,
  type Position,
} from '../../client/orderedList.js';
import { readThrough } from '../../client/readThrough.js';
import { requireWindows, type WindowOptions } from '../../client/windows.js';
import { changed, fail, hasErrorCode, type RapidProError } from '../../errors/errors.js';
import type { Given } from '../../input/check.js';
import { isBackwards } from '../../input/filters.js';
import { count, log, plural } from '../../input/log.js';
import {
  type Dialect,
  type Filter,
  PAGE_SIZE,
  type ResourceName,
  resources,
} from '../../resources.js';
import {
  type ListPosition,
  listCheckpoint,
  readCheckpoint,
  withCheckpoint,
} from '../../state/checkpoint.js';
import type { Dictionary } from '../../types/json.js';
import type { ArchivedListOptions, ListOptions } from '../../types/options.js';
import type { Query } from '../../types/request.js';
import type { Operation } from '../../types/state.js';
import { type Access, type Call, operation } from '../base/operation.js';
import type { WorkspaceFacts } from '../base/workspaceFacts.js';
import { warnOfArchives } from './archiveFiles.js';
import { hasNames, NamedOne, queryOf } from './named.js';
import { checkArchived, hasArchives, withArchives } from './withArchives.js';

/** The most records in an array. No worker has the memory for more. */
const MOST_RECORDS = 1_000_000;

/**
 * Bytes of answers in one array from which there is a warning: a worker can keep about 125 MB of state, and a record takes
 * several times its bytes.
 */
const MANY_BYTES = 40 * 1024 * 1024;

/** Bytes of answers in one array at which it is given up. */
const MOST_BYTES = 1024 * 1024 * 1024;

export interface ListPlan {
  resource: ResourceName;
  given: Given;
  filters: unknown;
  options: unknown;
  /** Checks that what the filters name exists, and returns the uuid of what may be named: see {@link checkEnd}. */
  ifEmpty?: (access: Access, query: Query, isBegun: boolean) => Promise<unknown>;
}

/** The key for the plan of a list operation, for operations that read the list in another way. */
const PLAN = Symbol('list');

/** The plan of a list operation, or undefined for any other value. */
export function planOf(operation: unknown): ListPlan | undefined {
  return typeof operation === 'function' ? (operation as { [PLAN]?: ListPlan })[PLAN] : undefined;
}

/**
 * The plan of the list that an operation reads.
 *
 * @throws RapidProError `INVALID_INPUT` if it is not a list
 */
export function requirePlan(reader: string, list: unknown): ListPlan {
  const plan = planOf(list);
  if (plan) return plan;
  throw fail(
    'INVALID_INPUT',
    `The first argument of ${reader}() is not a list.`,
    `Use an operation that reads a list: ${reader}(getContacts(), fn(state => …))`,
  );
}

/**
 * RapidPro's list is empty if what its filters name does not exist, and ends if it is renamed or deleted while the list
 * is read. So what they name is checked once, after all lists except those of one page with records.
 *
 * @param records - of this run
 * @param isBegun - true if there were others before the last page, in this run or an earlier one
 * @throws RapidProError `UNKNOWN_GROUP`, `UNKNOWN_REFERENCE`
 */
export async function checkEnd(
  { resource, ifEmpty }: ListPlan,
  access: Access,
  query: Query,
  { records, isBegun, named }: { records: number; isBegun: boolean; named: NamedOne },
): Promise<void> {
  if (!ifEmpty || (records > 0 && !isBegun)) return;
  let uuid: unknown;
  try {
    uuid = await ifEmpty(access, query, isBegun);
  } catch (error) {
    if (!isBegun || !hasErrorCode(error, 'UNKNOWN_GROUP', 'UNKNOWN_REFERENCE')) throw error;
    throw changed(error, {
      description: `${error.description} It was renamed or deleted while the list was read: not all ${plural(resources[resource].nouns)} came.`,
      fix: 'Use its new name or, better, its uuid, which stays the same when it is renamed. Then run the job again.',
    });
  }
  named.check([uuid]);
}

function tooLong(length: string): RapidProError {
  return fail(
    'LIST_TOO_LONG',
    `The list has more than ${length}.`,
    'Read it page by page with eachPage(), or read less, with a filter such as "after" or "group", or with options.limit.',
  );
}

async function gather(
  client: Client,
  name: ResourceName,
  pages: AsyncIterable<Dictionary[]>,
): Promise<Dictionary[]> {
  const gathered: Dictionary[][] = [];
  let records = 0;
  let warned = false;
  for await (const page of pages) {
    gathered.push(page);
    records += page.length;
    if (records > MOST_RECORDS) throw tooLong(count(MOST_RECORDS, resources[name].nouns));
    if (client.received > MOST_BYTES) throw tooLong('1 GB');
    if (warned || client.received < MANY_BYTES) continue;
    warned = true;
    log.warn(
      `${count(records, resources[name].nouns)} so far, and there are more. They may not fit into memory: eachPage() reads a list page by page.`,
    );
  }
  // Far faster than flat().
  return ([] as Dictionary[]).concat(...gathered);
}

/**
 * The pages of a whole list. For lists that an operation itself needs.
 *
 * @throws RapidProError `RATE_LIMITED`, `TIMEOUT` if it cannot be read to its end: a part would mislead
 */
export async function* wholeList(
  client: Client,
  name: ResourceName,
  query: Query,
  options: ListOptions = {},
): AsyncGenerator<Dictionary[], void, undefined> {
  const reading = new Reading(client, name, query, options, 'pages');
  yield* reading.pages();
  if (reading.stopped?.isLate) {
    throw fail(
      'TIMEOUT',
      'The time in options.deadline was used up in the middle of a list.',
      'Nothing of it was kept. Raise options.deadline (seconds) if OpenFn allows a longer run, or read less, with a filter.',
    );
  }
  reading.requireEnd(
    'The workspace has used up its requests for now, in the middle of a list.',
    'Run the job again later, or raise options.maxWait (seconds) if OpenFn allows a longer run.',
  );
}

/**
 * Reads a whole list into an array.
 *
 * @throws RapidProError as `wholeList`
 */
export async function collect(
  client: Client,
  name: ResourceName,
  query: Query,
): Promise<Dictionary[]> {
  return gather(client, name, wholeList(client, name, query));
}

async function* noPages(): AsyncGenerator<Dictionary[], void, undefined> {}

/**
 * Reads a list by its options: from where an earlier run stopped, up to a limit or a deadline. Leaves a checkpoint in the
 * state if it stops early, and removes it otherwise.
 */
export async function readList<Result>(
  call: Call<'filters'>,
  plan: ListPlan,
  take: (pages: AsyncIterable<Dictionary[]>) => Promise<Result>,
  way: Way = 'array',
): Promise<Result> {
  const { resource } = plan;
  const { client, configuration, args, options } = call;
  checkArchived(resource, args.filters, options);
  const home = { server: client.server, token: configuration.token };
  const checkpointOf = (query: Query) => listCheckpoint(home, resource, query, way === 'pages');
  const stopBefore = async (query: Query, earlier: ListPosition = { position: {}, done: 0 }) => {
    const result = await take(noPages());
    call.state = withCheckpoint(call.state, checkpointOf(query), earlier);
    logListEnd(resource, { records: 0, stopped: { ...earlier, isLate: true } }, client);
    return result;
  };
  // Without `resume`, the time that runs out is an error.
  const unlessLate = <Value>(ask: () => Promise<Value>) =>
    options.resume ? client.limiter.unlessCutOff(ask) : ask().then(value => ({ value }));
  const given = (args.filters ?? {}) as Query;
  const asked = await unlessLate(() => queryOf(client, resource, args.filters));
  // Until a name has been looked up, the checkpoint is that of the name.
  if (!asked) return stopBefore(given);
  if (hasNames(resource, given))
    call.state = withCheckpoint(call.state, checkpointOf(given), undefined);
  const query = asked.value;
  if (isBackwards(query)) log.warn('"after" is later than "before", so the list is empty.');
  const checkpoint = checkpointOf(query);
  const earlier = options.resume ? readCheckpoint(call.state, checkpoint) : undefined;
  const isReady = await unlessLate(() => call.facts.refuseHomeFilter(query));
  if (!isReady) return stopBefore(query, earlier);
  const before = earlier?.done ?? 0;
  const { limit } = options;
  const left = limit === undefined ? {} : { limit: Math.max(0, limit - before) };
  const reading = new Reading(client, resource, query, { ...options, ...left }, way);
  const result = await take(reading.pages(earlier));
  const done = before + reading.records;
  if (!reading.stopped) {
    const check = () => reading.checkEnd(plan, call.facts);
    const hasRecords = reading.records > 0;
    const isChecked = await (hasRecords
      ? client.limiter.unlessCutOff(check, true)
      : unlessLate(check));
    if (!isChecked && hasRecords) logUnchecked();
    else if (!isChecked) {
      reading.stopped = { position: earlier?.position ?? BEGINNING, isLate: true };
    }
  }
  call.state = withCheckpoint(call.state, checkpoint, reading.kept(done));
  logListEnd(resource, reading, client);
  reading.warnOfArchives();
  return result;
}

function logListEnd(
  name: ResourceName,
  { records, stopped }: Pick<Reading, 'records' | 'stopped'>,
  client: Client,
): void {
  const read = count(records, resources[name].nouns);
  log.info(`Fetched ${read} in ${count(client.requests, 'request')}`);
  if (!stopped) return;
  const why = stopped.isLate ? 'the deadline' : 'the rate limit';
  log.warn(
    `There are more ${plural(resources[name].nouns)} to read, but ${why} was reached. Run the same step again with { resume: true } to read the rest. The position is in state.rapidpro.resume.`,
  );
}

function logUnchecked(): void {
  log.warn(
    'There was no time left to check that what the filters name still exists. If it was renamed or deleted meanwhile, records are missing.',
  );
}

const LIST_OPTIONS = ['limit', 'deadline', 'resume', 'concurrency'];

/** What an operation needs to know of a list before it runs; also if it is not a list, which is refused then. */
export function argumentsOf(plan: ListPlan | undefined) {
  const archived = plan && hasArchives(plan.resource) ? ['archived'] : [];
  return {
    args: { filters: plan?.filters },
    options: plan?.options,
    knownOptions: [...LIST_OPTIONS, ...archived],
  };
}

/** Every list operation: check the filters, read all the pages, say how many. */
export function list(name: string, given: Given, written: Omit<ListPlan, 'given'>): Operation {
  const plan = { ...written, given };
  const read = operation(name, given, {
    ...argumentsOf(plan),
    run: call => readList(call, plan, pages => gather(call.client, plan.resource, pages)),
  });
  return Object.assign(read, { [PLAN]: plan });
}

/** Seconds between two lines of progress. */
const PROGRESS = 10;

/** Up to this many pages, one walk is fast enough: a smaller limit needs no windows. */
const FEW_PAGES = 20;
/** Pages that each window may read ahead of what has been handed out, by what becomes of them. */
const AHEAD = { array: 64, pages: 24 } as const;
type Way = keyof typeof AHEAD;

/** A limit that is closer may end the list before the next page. */
const SPARE = 2 * PAGE_SIZE;

/** Where a run continues after one that read nothing. */
const BEGINNING: Position = {};

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
  { deadline, concurrency = 1 }: ListOptions,
): boolean {
  if (deadline === undefined) return false;
  const seconds = (client.limiter.now - started) / 1000;
  const perPage = (seconds * concurrency) / Math.max(1, client.requests);
  return seconds + perPage * 1.5 >= deadline;
}

/**
 * Reads a list page by page: up to a limit, until a deadline, with lines of progress. If RapidPro asks for a longer wait
 * than allowed, it stops with what it has instead of discarding it.
 */
export class Reading {
  records = 0;
  /** Set if the list stopped before its end. */
  stopped: Stop | undefined;

  readonly named: NamedOne;

  readonly #list: OrderedList;
  readonly #options: ArchivedListOptions;
  readonly #started: number;
  readonly #requests: number;
  readonly #way: Way;
  #isResumed = false;
  #loggedAt: number;

  constructor(
    client: Client,
    name: ResourceName,
    query: Query,
    options: ArchivedListOptions,
    way: Way,
  ) {
    this.#list = { client, name, query, order: orderOf(name, query) };
    this.#options = options;
    this.named = new NamedOne(name, query);
    this.#way = way;
    if (this.#concurrency > 1) requireWindows(name, query);
    this.#started = client.limiter.now;
    this.#requests = client.requests;
    this.#loggedAt = this.#started;
  }

  /**
   * The pages, from the first or from where an earlier run stopped.
   *
   * @throws RapidProError what a request throws; `RATE_LIMITED` only before the first page
   */
  async *pages(earlier?: ListPosition): AsyncGenerator<Dictionary[], void, undefined> {
    // If the job has lowered its limit meanwhile.
    if (this.#isFull()) return;
    const { position = BEGINNING, named } = earlier ?? {};
    const start = Object.keys(position).length > 0 ? position : undefined;
    this.named.hash = named;
    this.#isResumed = start !== undefined;
    let next = start && (() => start);
    const source = this.#open(start);
    try {
      for (let isFirst = true; ; isFirst = false) {
        const page = await this.#next(source, next);
        if (!page) return;
        // Archives keep the labels of their time.
        if (!this.#options.archived) this.named.checkRecords(page.records);
        const cut = this.#cut(page.records);
        next = page.next;
        const isAll = isFirst && !start && !next;
        if (cut.length > 0 || isAll) yield cut;
        if (this.#isFull()) return;
        this.#logProgress();
        if (next && isLate(this.#list.client, this.#started, this.#options)) {
          this.stopped = { position: next(), isLate: true };
          return;
        }
      }
    } finally {
      await source.return();
    }
  }

  /** What to keep for the next run, if it stopped; undefined otherwise. */
  kept(done: number): ListPosition | undefined {
    if (!this.stopped) return undefined;
    const { isLate: _, ...stop } = this.stopped;
    return { ...stop, done, ...this.named.kept };
  }

  /** To be called after the last page, unless it stopped before. */
  async checkEnd(plan: ListPlan, facts: WorkspaceFacts): Promise<void> {
    // If the job has lowered its limit meanwhile, nothing was read.
    if (this.#limit === 0) return;
    const { client, query } = this.#list;
    const { records, named } = this;
    const hasPages = records > 0 && client.requests - this.#requests > 1;
    // With archives, labels are read by uuid, and may be gone long since.
    const isBegun = this.#isResumed || (hasPages && !this.#options.archived);
    await checkEnd(plan, { client, facts }, query, { records, isBegun, named });
  }

  /** To be called at the end. */
  warnOfArchives(): void {
    const { client, name, query, order } = this.#list;
    // With the newest first, the limit comes before what is missing.
    const isShort = this.stopped || (this.#isFull() && !order.isAscending);
    if (isShort || this.#options.archived || !hasArchives(name)) return;
    const rest = 'were not read. { archived: true } reads them, too.';
    warnOfArchives(client, name, query.after, rest);
  }

  /** Refuses to take a part of the list for all of it. */
  requireEnd(description: string, fix: string): void {
    if (!this.stopped) return;
    throw fail('RATE_LIMITED', description, fix, { retryAfter: this.stopped.retryAfter });
  }

  get #limit(): number {
    return this.#options.limit ?? Number.POSITIVE_INFINITY;
  }

  get #concurrency(): number {
    return this.#options.concurrency ?? 1;
  }

  /** One page after the other, or time windows in parallel. */
  #open(start: Position | undefined): AsyncGenerator<ListPage, void, undefined> {
    const { archived, limit, deadline } = this.#options;
    // With a deadline, the time is checked before each request.
    const mayReadAhead =
      this.#way === 'array' && !deadline ? () => this.records + SPARE < this.#limit : undefined;
    const read = (list: OrderedList) => readThrough(list, this.#side(start), start, mayReadAhead);
    return archived ? withArchives(this.#list, read, limit) : read(this.#list);
  }

  #side(start: Position | undefined): WindowOptions | undefined {
    const { limit, deadline } = this.#options;
    const concurrency = this.#concurrency;
    const isWorthIt = concurrency > 1 && this.#limit >= FEW_PAGES * PAGE_SIZE;
    if (!isWorthIt && start?.isWindowed !== true) return undefined;
    const ahead = AHEAD[this.#way] * concurrency;
    return { concurrency, ahead, limit, mayStop: deadline !== undefined };
  }

  async #next(
    source: AsyncGenerator<ListPage, void, undefined>,
    next: (() => Position) | undefined,
  ): Promise<ListPage | undefined> {
    const { limiter } = this.#list.client;
    try {
      const { value } = await source.next();
      if (value) checkDialectFilters(this.#list);
      return value ?? undefined;
    } catch (error) {
      const mayStop = next || this.#options.resume;
      // If a run can continue later, its deadline may be too short for a single page. Then it stops where it began.
      if (!mayStop || !limiter.isStop(error, this.records > 0)) throw error;
      const isLate = limiter.isCutOff(error);
      const { retryAfter } = error;
      const position = next?.() ?? BEGINNING;
      this.stopped = { position, isLate, ...(retryAfter === undefined ? {} : { retryAfter }) };
      return undefined;
    }
  }

  /** A limit in the middle of a page leaves no checkpoint, because the job set it. */
  #cut(records: Dictionary[]): Dictionary[] {
    const left = this.#limit - this.records;
    const cut = records.length > left ? records.slice(0, left) : records;
    this.records += cut.length;
    return cut;
  }

  #isFull(): boolean {
    return this.records >= this.#limit;
  }

  #logProgress(): void {
    const { client, name } = this.#list;
    const { now } = client.limiter;
    if (now - this.#loggedAt < PROGRESS * 1000) return;
    this.#loggedAt = now;
    const rate = Math.round((this.records * 1000) / (now - this.#started));
    log.info(
      `${count(this.records, resources[name].nouns)} so far, in ${count(client.requests, 'request')}, ${rate} a second`,
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
 */
export function checkDialectFilters({ client: { dialect }, name, query }: OrderedList): void {
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
