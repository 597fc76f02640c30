import type { Client } from '../../client/client.js';
import { fail, type RapidProError } from '../../errors/errors.js';
import { count, log } from '../../input/log.js';
import { type ResourceName, resources } from '../../resources.js';
import { listCheckpoint, readCheckpoint, withCheckpoint } from '../../state/checkpoint.js';
import type { Dictionary } from '../../types/json.js';
import type { ListOptions } from '../../types/options.js';
import type { Query } from '../../types/request.js';
import type { Operation } from '../../types/state.js';
import { type Call, operation } from '../base/operation.js';
import { refuseHomeFilter } from '../base/workspaceFacts.js';
import { queryOf } from './named.js';
import { Reading, type Way } from './reading.js';
import { checkArchived, hasArchives } from './withArchives.js';

/** The most records in an array. No worker has the memory for more. */
const MOST_RECORDS = 1_000_000;

/**
 * Bytes of answers in one array from which there is a warning: a worker can keep about 125 MB of state, and a record takes
 * several times its bytes.
 */
const MANY_BYTES = 40 * 1024 * 1024;

/** Bytes of answers in one array at which it is given up. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** Seconds after which a list shows what has just been made or changed: lists are read from a copy. */
export const COPY_LAG = 1;

export interface ListPlan {
  resource: ResourceName;
  filters: unknown;
  options: unknown;
  /** Checks an empty result, to distinguish it from a misspelled filter. */
  ifEmpty?: (client: Client, query: Query) => Promise<void>;
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
 * @throws RapidProError `RATE_LIMITED` if it cannot be read to its end: a part would mislead
 */
export async function* wholeList(
  client: Client,
  name: ResourceName,
  query: Query,
  options: ListOptions = {},
): AsyncGenerator<Dictionary[], void, undefined> {
  const reading = new Reading(client, name, query, options, 'pages');
  yield* reading.pages();
  if (!reading.stopped) return;
  throw fail(
    'RATE_LIMITED',
    'The workspace has used up its requests for now, in the middle of a list.',
    'Run the job again later, or raise options.maxWait (seconds) if OpenFn allows a longer run.',
    { retryAfter: reading.stopped.retryAfter },
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

/**
 * Reads a list by its options: from where an earlier run stopped, up to a limit or a deadline. Leaves a checkpoint in the
 * state if it stops early, and removes it otherwise.
 */
export async function readList<Result>(
  call: Call<'filters'>,
  { resource, ifEmpty }: ListPlan,
  take: (pages: AsyncIterable<Dictionary[]>) => Promise<Result>,
  way: Way = 'array',
): Promise<Result> {
  const { client, configuration, args, options } = call;
  if (options.archived) checkArchived(resource, args.filters, options);
  const query = await queryOf(client, resource, args.filters);
  const checkpoint = listCheckpoint(configuration.token, resource, query, way === 'pages');
  const earlier = options.resume ? readCheckpoint(call.state, checkpoint) : undefined;
  await refuseHomeFilter(call.facts, query);
  const before = earlier?.done ?? 0;
  const { limit } = options;
  const left = limit === undefined ? {} : { limit: Math.max(0, limit - before) };
  const reading = new Reading(client, resource, query, { ...options, ...left }, way);
  const result = await take(reading.pages(earlier?.position));
  const done = before + reading.records;
  if (done === 0 && !reading.stopped) await ifEmpty?.(client, query);
  const { isLate: _, ...stop } = reading.stopped ?? {};
  const stopped = reading.stopped && { ...stop, done };
  call.state = withCheckpoint(call.state, checkpoint, stopped);
  logListEnd(resource, reading, client);
  return result;
}

function logListEnd(name: ResourceName, { records, stopped }: Reading, client: Client): void {
  const read = count(records, resources[name].nouns);
  log.info(`Fetched ${read} in ${count(client.requests, 'request')}`);
  if (!stopped) return;
  const why = stopped.isLate ? 'the deadline' : 'the rate limit';
  log.warn(
    `There is more to read, but ${why} was reached. Run the same step again with { resume: true } to read the rest. The position is in state.rapidpro.resume.`,
  );
}

const LIST_OPTIONS = ['limit', 'deadline', 'resume', 'concurrency'];

/** The options of lists besides those of all operations. */
export function optionsOf(plan: ListPlan | undefined): readonly string[] {
  return plan && hasArchives(plan.resource) ? [...LIST_OPTIONS, 'archived'] : LIST_OPTIONS;
}

/** Every list operation: check the filters, read all the pages, say how many. */
export function list(name: string, plan: ListPlan): Operation {
  const { resource, filters, options } = plan;
  const read = operation(name, {
    args: { filters },
    options,
    knownOptions: optionsOf(plan),
    run: call => readList(call, plan, pages => gather(call.client, resource, pages)),
  });
  return Object.assign(read, { [PLAN]: plan });
}
