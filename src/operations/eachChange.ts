import type { Client } from '../client/client.js';
import { RapidProError } from '../client/errors.js';
import type { Query } from '../client/request.js';
import { PAGE_SIZE, type Resource, type ResourceName, resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { ListOptions } from '../types/options.js';
import type { Operation, State } from '../types/state.js';
import { advance, byTime, lookBack, markName, readMark, unseen, writeMark } from './changeMark.js';
import { checkFilters } from './filters.js';
import { collect, type ListPlan, planOf } from './list.js';
import { count, log } from './log.js';
import { type Call, operation } from './operation.js';
import { Reading } from './reading.js';

type Step = (state: State) => State | Promise<State>;

function refuse(code: 'INVALID_INPUT' | 'INVALID_FILTER', description: string, fix: string): never {
  throw new RapidProError({ code, description, fix });
}

/** The time by which a list can be read on from where it was left. */
function timeOf(name: ResourceName, query: Query): string {
  const { order, nouns }: Resource = resources[name];
  // RapidPro 9's folder of all incoming messages is sorted by change (API reference, section 4.19).
  if (name === 'messages' && query.folder === 'incoming') return 'modified_on';
  if (order?.filteredBy && order.filteredBy === order.by) return order.by;
  return refuse(
    'INVALID_INPUT',
    `RapidPro cannot tell which ${nouns[1]} are new.`,
    'eachChange() takes contacts, runs, messages, broadcasts, flow starts, globals and channel events. Read others whole.',
  );
}

function checkQuery(name: ResourceName, filters: unknown): Query {
  const query = checkFilters(name, filters);
  for (const key of ['before', 'reverse']) {
    if (key in query) {
      refuse(
        'INVALID_FILTER',
        `eachChange() sets the filter "${key}" itself.`,
        'Leave it out. "after" says where the very first run begins.',
      );
    }
  }
  return query;
}

/** Whether the server can give the oldest record first. */
function canReverse(name: ResourceName): boolean {
  const { order }: Resource = resources[name];
  return order?.reverse === true;
}

/** Lists that only come newest first are read to the mark, and turned round. */
async function* oldestFirst(
  client: Client,
  name: ResourceName,
  query: Query,
  key: string,
): AsyncGenerator<Dictionary[]> {
  const records = byTime(await collect(client, name, query), key);
  for (let start = 0; start < records.length; start += PAGE_SIZE) {
    yield records.slice(start, start + PAGE_SIZE);
  }
}

interface Source {
  pages: AsyncIterable<Dictionary[]>;
  /** True where the rest is left to the next run. */
  isPartial(): boolean;
}

function open(client: Client, name: ResourceName, query: Query, options: ListOptions): Source {
  const key = timeOf(name, query);
  if (!canReverse(name)) {
    if (query.after === undefined) {
      refuse(
        'INVALID_FILTER',
        `The first run needs to know how far back to read ${resources[name].nouns[1]}.`,
        'Give the filter "after", as { after: "2026-01-01" }. Later runs go on from where the last one ended.',
      );
    }
    return { pages: oldestFirst(client, name, query, key), isPartial: () => false };
  }
  const reading = new Reading(client, name, { ...query, reverse: true }, options);
  return { pages: reading.pages(), isPartial: () => reading.stopped !== undefined };
}

async function run(
  call: Call<'filters'>,
  { name, ifEmpty }: ListPlan,
  operations: readonly Step[],
) {
  const { client, args, options } = call;
  const query = checkQuery(name, args.filters);
  const key = timeOf(name, query);
  const mark = markName(name, query);
  const { data, references } = call.state;
  const before = readMark(call.state, mark);
  const source = open(
    client,
    name,
    before ? { ...query, after: lookBack(before.time) } : query,
    options,
  );
  let state = call.state;
  let latest = before;
  let pages = 0;
  let records = 0;
  for await (const page of source.pages) {
    const fresh = unseen(page, key, latest);
    if (fresh.length > 0) {
      pages++;
      records += fresh.length;
      state = { ...state, data: fresh, references };
      for (const step of operations) state = await step(state);
    }
    // Only now: a page whose operations failed is read again by the next run.
    latest = advance(latest, page, key);
  }
  if (records === 0 && !before) await ifEmpty?.(client, query);
  call.state = writeMark({ ...state, data, references }, mark, latest);
  const told = count(records, resources[name].nouns);
  log.info(`${told} new or changed, in ${count(client.requests, ['request', 'requests'])}`);
  if (source.isPartial()) log.warn('There is more: the next run goes on from here.');
  return { pages, records };
}

/**
 * Read what is new or changed since the last run, oldest first, one page at a time. The place is kept in `state.rapidpro`, which your job must leave on the state for the next run.
 * @public
 * @function
 * @example <caption>Contacts that changed since the last run</caption>
 * eachChange(
 *   getContacts({ group: 'Mothers' }),
 *   fn(state => ({ ...state, changed: (state.changed ?? 0) + state.data.length })),
 * );
 * @example <caption>New messages; the first run begins with this year</caption>
 * eachChange(
 *   getMessages({ folder: 'inbox', after: '2026-01-01' }),
 *   fn(state => ({ ...state, received: (state.received ?? 0) + state.data.length })),
 * );
 * @example <caption>Contacts that were deleted since the last run</caption>
 * eachChange(
 *   getContacts({ deleted: true }),
 *   fn(state => ({ ...state, gone: state.data.map(contact => contact.uuid) })),
 * );
 * @param {Operation} list - An operation that reads a list: contacts, runs, messages, broadcasts, flow starts, globals, channel events. Its filter `after` says where the very first run begins; messages, broadcasts and channel events need it. Its `deadline` leaves the rest to the next run.
 * @param {Operation} operations - Run for each page of up to 250 records in `state.data`. A record that changes again while it is read comes again. The place moves on only when they succeed.
 * @state {object} data - `{ pages, records }`. What the operations put elsewhere on state stays.
 * @state {object} rapidpro - `marks`: how far each list has been read.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests of the reading.
 * @throws {RapidProError} `INVALID_INPUT` for a list that has no such order; `INVALID_FILTER`; the errors of the list; what the operations throw.
 * @see API reference, section 2.4
 * @returns {Operation}
 */
export function eachChange(list: Operation, ...operations: Step[]): Operation {
  const plan = planOf(list);
  return operation({
    args: { filters: plan?.filters },
    options: plan?.options,
    knownOptions: ['limit', 'deadline'],
    run(call) {
      if (plan) return run(call, plan, operations);
      return refuse(
        'INVALID_INPUT',
        'The first argument of eachChange() is not a list.',
        'Write an operation that reads a list there: eachChange(getContacts(), fn(state => …))',
      );
    },
  });
}
