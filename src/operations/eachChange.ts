import { beginningOf, byTime } from '../client/changes.js';
import type { Client } from '../client/client.js';
import { type OrderedList, orderOf } from '../client/orderedList.js';
import { pages } from '../client/pages.js';
import { identityOf } from '../client/seenIds.js';
import { fail } from '../errors/errors.js';
import { count, log, plural } from '../input/log.js';
import { hasReadChanges, noteChangesRead } from '../input/run.js';
import { fullTime, timeIn } from '../input/times.js';
import { inPieces } from '../input/turns.js';
import { PAGE_SIZE, type Resource, type ResourceName, resources } from '../resources.js';
import { checkpointName, readCheckpoint, withCheckpoint } from '../state/checkpoint.js';
import {
  advance,
  CHANGES,
  type ChangesPosition,
  changesCheckpoint,
  isSeen,
  type LookBack,
  MESSAGES,
  type Version,
  versionOf,
  warnIfSetBack,
} from '../state/feed.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { Operation, Step } from '../types/state.js';
import { type Call, operation } from './base/operation.js';
import { threadPages } from './eachPage.js';
import { warnOfArchives } from './lists/archiveFiles.js';
import {
  argumentsOf,
  checkDialectFilters,
  checkEnd,
  collect,
  isLate,
  type ListPlan,
  planOf,
  requirePlan,
} from './lists/list.js';
import { NamedOne, queryOf } from './lists/named.js';
import { hasArchives } from './lists/withArchives.js';

/** The time by which a list can be continued. */
function timeOf(name: ResourceName, query: Query): string {
  const { order, nouns }: Resource = resources[name];
  // RapidPro 9's folder of all incoming messages is sorted by change.
  if (name === 'messages' && query.folder === 'incoming') return 'modified_on';
  if (order?.filteredBy && order.filteredBy === order.by) return order.by;
  throw fail(
    'INVALID_INPUT',
    `RapidPro cannot say which ${nouns[1]} are new.`,
    'eachChange() supports contacts, runs, messages, broadcasts, flow starts, globals and channel events. Read other lists as a whole.',
  );
}

/** How long after its time a record may still come into a list. */
function lookBackOf(name: ResourceName, { folder, label }: Query): LookBack {
  if (name !== 'messages' || folder === 'incoming') return CHANGES;
  if (folder === 'archived' || label !== undefined) return MESSAGES.sorted;
  return folder === 'sent' || folder === 'failed' ? MESSAGES.sent : MESSAGES.handled;
}

async function checkQuery(client: Client, name: ResourceName, filters: unknown): Promise<Query> {
  const query = await queryOf(client, name, filters);
  for (const key of ['before', 'reverse']) {
    if (key in query) {
      throw fail(
        'INVALID_FILTER',
        `eachChange() sets the filter "${key}" itself.`,
        'Leave it out. "after" says where the very first run starts.',
      );
    }
  }
  return query;
}

/** Records after which the position moves: with many to remember, that takes a while. */
const MOST_DONE = 10_000;

/** What one run processes. */
class Run {
  /** How far everything is done, except the last records. */
  position: ChangesPosition | undefined;
  /** True if the rest is left to the next run. */
  isPartial = false;
  /** Records that the list had, also those that an earlier run handed on. */
  listed = 0;
  readonly named: NamedOne;

  readonly #call: Call<'filters'>;
  readonly #name: ResourceName;
  readonly #query: Query;
  readonly #key: string;
  readonly #lookBack: LookBack;
  /** Where the very first run started. */
  readonly #first: string | undefined;
  readonly #started: number;
  #handed = 0;
  /** What was done since the position has moved, by name. */
  readonly #done = new Map<string, Version>();

  constructor(
    call: Call<'filters'>,
    name: ResourceName,
    query: Query,
    position: ChangesPosition | undefined,
  ) {
    this.#call = call;
    this.#name = name;
    this.#key = timeOf(name, query);
    this.#lookBack = lookBackOf(name, query);
    this.#first = fullTime(query.after);
    this.#query = position ? { ...query, after: position.from } : query;
    this.#started = call.client.limiter.now;
    this.named = new NamedOne(name, query, position?.named);
    this.position = position;
  }

  /** Moves the position behind all that is done. */
  moveOn(): void {
    const done = [...this.#done.values()];
    this.position = advance(this.position, done, this.#lookBack, this.#first);
    this.#done.clear();
  }

  /** Pages of what is new, oldest first. When the next one is requested, the last one is done. */
  async *pages(): AsyncGenerator<Dictionary[]> {
    for await (const page of this.#source()) {
      this.named.checkRecords(page);
      this.listed += page.length;
      const versioned = page.map(record => ({ record, version: this.#versionOf(record) }));
      const left = (this.#call.options.limit ?? Number.POSITIVE_INFINITY) - this.#handed;
      const all = versioned.filter(({ version }) => !this.#isSeen(version));
      const fresh = all.slice(0, left);
      this.#handed += fresh.length;
      if (fresh.length > 0) yield fresh.map(({ record }) => record);
      for (const { version } of fresh) this.#done.set(version.name, version);
      if (this.#done.size >= MOST_DONE) this.moveOn();
      if (all.length > fresh.length || this.#isLate()) {
        this.isPartial = true;
        return;
      }
    }
  }

  #isSeen(version: Version): boolean {
    return this.#done.has(version.name) || isSeen(this.position, version);
  }

  #versionOf(record: Dictionary): Version {
    return versionOf(timeIn(record, this.#key), identityOf(record));
  }

  /** A run that has not handed on anything continues. Otherwise, no run might ever get further. */
  #isLate(): boolean {
    const { client, options } = this.#call;
    return this.#handed > 0 && isLate(client, this.#started, options);
  }

  #source(): AsyncIterable<Dictionary[]> {
    const { order }: Resource = resources[this.#name];
    return order?.reverse ? this.#oldestFirst() : this.#turnedRound();
  }

  /**
   * Up to the start of the run: otherwise, a job that changes what it reads would see its own changes forever. They are
   * left to the next run.
   */
  async *#oldestFirst(): AsyncGenerator<Dictionary[]> {
    const { client } = this.#call;
    const name = this.#name;
    const query = { ...this.#query, reverse: true };
    const list: OrderedList = { client, name, query, order: orderOf(name, query) };
    const beginning = beginningOf(list);
    try {
      for await (const { records } of pages(client, name, query)) {
        checkDialectFilters(list);
        const last = await beginning(records);
        const cut = records.findIndex(record => Date.parse(timeIn(record, this.#key)) > last);
        yield cut < 0 ? records : records.slice(0, cut);
        if (cut >= 0) return;
      }
    } catch (error) {
      if (!client.limiter.isStop(error, this.#handed > 0)) throw error;
      this.isPartial = true;
    }
  }

  /** Lists with only the newest first are read back to where the last run ended, and reversed. */
  async *#turnedRound(): AsyncGenerator<Dictionary[]> {
    const { client } = this.#call;
    const before = client.received;
    try {
      const records = await collect(client, this.#name, this.#query);
      yield* inPieces(byTime(records, this.#key), PAGE_SIZE);
    } catch (error) {
      // If a part arrived, the next run may not get further: that must not look like an end.
      if (client.received > before || !client.limiter.isCutOff(error)) throw error;
      this.isPartial = true;
    }
  }
}

function requireBeginning(
  name: ResourceName,
  query: Query,
  position: ChangesPosition | undefined,
): void {
  const { order, nouns }: Resource = resources[name];
  if (order?.reverse || position || query.after !== undefined) return;
  throw fail(
    'INVALID_FILTER',
    `The first run needs to know how far back to read ${nouns[1]}.`,
    'Add the filter "after": { after: "2026-01-01" }. Later runs continue where the last one ended.',
  );
}

function logRest(name: ResourceName): void {
  log.warn(`There are more ${plural(resources[name].nouns)}: the next run continues from here.`);
}

/** The deadline was over before the list could be read. The next run starts where this one should have. */
function stopBefore(name: ResourceName): { pages: number; records: number } {
  logRest(name);
  return { pages: 0, records: 0 };
}

async function readChanges(call: Call<'filters'>, plan: ListPlan, operations: readonly Step[]) {
  const { resource: name } = plan;
  const { client, args } = call;
  const { limiter } = client;
  const asked = await limiter.unlessCutOff(() => checkQuery(client, name, args.filters));
  if (!asked) return stopBefore(name);
  const query = asked.value;
  const checkpoint = changesCheckpoint(client.server, name, query);
  const position = readCheckpoint(call.state, checkpoint);
  if (position && hasReadChanges(checkpointName(checkpoint))) {
    log.warn(
      'An earlier step of this run has read the same list, so its records do not come again here. Put the operations of both steps into one eachChange().',
    );
  }
  const isReady = await limiter.unlessCutOff(() => call.facts.refuseHomeFilter(query));
  if (!isReady) return stopBefore(name);
  const run = new Run(call, name, query, position);
  const before = client.requests;
  requireBeginning(name, query, position);
  const { pages, records } = await threadPages('eachChange', call, run.pages(), operations);
  if (!run.isPartial) {
    const end = {
      records: run.listed,
      isBegun: run.listed > 0 && client.requests - before > 1,
      named: run.named,
    };
    const check = () => checkEnd(plan, call, query, end);
    run.isPartial = !(await limiter.unlessCutOff(check, records > 0));
  }
  if (!position && hasArchives(name)) warnOfArchives(client, name, query.after);
  warnIfSetBack(client, position?.time, plural(resources[name].nouns));
  run.moveOn();
  if (run.position) {
    const end = { ...run.position, ...run.named.kept };
    call.state = withCheckpoint(call.state, checkpoint, end);
  }
  const total = count(records, resources[name].nouns);
  log.info(`${total} new or changed, in ${count(client.requests, 'request')}`);
  if (run.isPartial) logRest(name);
  else if (records > 0) noteChangesRead(checkpointName(checkpoint));
  return { pages, records };
}

/**
 * Read what is new or changed since the last run, oldest first, one page at a time. The position is in `state.rapidpro`; keep it on the state for the next run. Use it once for each list in a job: a second one gets nothing.
 * @public
 * @function
 * @namespace global
 * @example <caption>Contacts that changed since the last run</caption>
 * eachChange(
 *   getContacts({ group: 'Mothers' }),
 *   fn(state => ({ ...state, changed: (state.changed ?? 0) + state.data.length })),
 * );
 * @example <caption>New messages; the first run starts with this year</caption>
 * eachChange(
 *   getMessages({ folder: 'inbox', after: '2026-01-01' }),
 *   fn(state => ({ ...state, received: (state.received ?? 0) + state.data.length })),
 * );
 * @example <caption>Contacts that were deleted since the last run</caption>
 * eachChange(
 *   getContacts({ deleted: true }),
 *   fn(state => ({ ...state, gone: state.data.map(contact => contact.uuid) })),
 * );
 * @param {Operation} list - An operation that reads a list: contacts, runs, messages, broadcasts, flow starts, globals, channel events. Its filter `after` says where the first run starts; messages, broadcasts and channel events need it. With `limit` or `deadline`, the next run reads the rest.
 * @param {Operation} operations - They run for each page of up to 250 records in `state.data`. A record that changes after the run started comes in the next run. The position moves only if they succeed.
 * @state {object} data - `pages`, `records`. Other keys that the operations add to the state stay.
 * @state {object} rapidpro - `marks`: how far each list has been read.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests of the reading.
 * @throws {RapidProError} `INVALID_INPUT` for a list that cannot be read by time; `INVALID_FILTER`; the errors of the list; the errors of the operations.
 * @returns {Operation}
 */
export function eachChange(list: Operation, ...operations: Step[]): Operation {
  const plan = planOf(list);
  return operation('eachChange', plan?.given ?? [], {
    ...argumentsOf(plan),
    knownOptions: ['limit', 'deadline'],
    run: call => readChanges(call, requirePlan('eachChange', list), operations),
    operations: [list, ...operations],
  });
}
