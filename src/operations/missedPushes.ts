import { z } from 'zod';
import { beginningOf } from '../client/changes.js';
import type { Client } from '../client/client.js';
import { orderOf } from '../client/orderedList.js';
import { type Page, pages } from '../client/pages.js';
import type { Place } from '../client/seams.js';
import { fail } from '../errors/errors.js';
import { check, isObject } from '../input/check.js';
import { checkFilters, requireOne } from '../input/filters.js';
import { asUuid, isUuid } from '../input/identifiers.js';
import { log } from '../input/log.js';
import { didYouMean } from '../input/nearest.js';
import { fullTime, timeIn } from '../input/times.js';
import { type Checkpoint, readCheckpoint, withCheckpoint } from '../state/checkpoint.js';
import {
  advance,
  backFrom,
  type CallsPosition,
  callsCheckpoint,
  comparable,
  type EventsPosition,
  eventsCheckpoint,
  isKnown,
  KEPT,
  PUSHES,
  type Version,
  versionOf,
  warnIfSetBack,
  withSeen,
} from '../state/feed.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { State } from '../types/state.js';
import { type Caller, callOfRun, pushKey, readPush, resultKey } from '../webhook/parsePush.js';
import type { Numbers, Push } from '../webhook/push.js';
import type { Access, Call } from './base/operation.js';
import { readDefinitions } from './flows.js';
import { warnOfArchives } from './lists/archiveFiles.js';
import { isName, SOME_UUID, uuidOf } from './lists/named.js';
import { checkReferenced } from './lists/unknownReference.js';
import { checkResthook } from './resthooks.js';

export interface Missed {
  push: Push;
  version: Version;
}

type SourceCall = Call<'where'>;

interface Source {
  /** Oldest first. */
  pages(): AsyncIterable<Missed[]>;
  /** True if the deadline or the rate limit ended the reading before its end. */
  readonly isCut: boolean;
  /** Whether an earlier look has handed it on. */
  isKnown(missed: Missed): boolean;
  /** Notes the pushes of a page that were handed on, or already known. */
  dealtWith(missed: readonly Missed[]): void;
  /** Notes in the state where the next look continues. */
  remember(state: State, isStopped: boolean): State;
}

/** An unreadable event must not hold up later ones: the job gets it unchanged. */
function pushOf(data: unknown, numbers: Numbers): Push {
  try {
    return readPush(data, undefined, numbers);
  } catch {
    log.warn('An event does not look like RapidPro. It is under "other".');
    return { kind: 'resthook', key: pushKey(data), other: { data } };
  }
}

function eventOf(event: Dictionary, numbers: Numbers): Missed {
  const push = pushOf(event.data, numbers);
  return { push, version: versionOf(timeIn(event, 'created_on'), push.key) };
}

function warnOfGap(before: EventsPosition | undefined, now: number): void {
  if (!before || now - Date.parse(before.looked) <= KEPT * 1000) return;
  log.warn(
    `The last run read everything up to ${before.looked}, more than 48 hours ago. RapidPro has deleted the events since then. Read them from the runs: eachMissedPush({ flow: "…", node: "…", after: "${before.looked}" }, …)`,
  );
}

/** A look for which the name of the flow did not come in time. */
const NOT_READ: Source = {
  isCut: true,
  async *pages() {},
  isKnown: () => false,
  dealtWith() {},
  remember: state => state,
};

/** What a resthook sent, from the list that RapidPro keeps for 48 hours. */
class MissedEvents implements Source {
  readonly #call: SourceCall;
  readonly #query: Query;
  readonly #checkpoint: Checkpoint<EventsPosition>;
  readonly #started: string;
  readonly #before: EventsPosition | undefined;
  /** What this look has processed. An event has no id, so its time and content identify it. */
  readonly #dealtWith: Version[] = [];
  #read = 0;
  isCut = false;

  constructor(call: SourceCall, resthook: unknown) {
    const { client } = call;
    this.#call = call;
    this.#query = checkFilters('resthook_events', { resthook });
    this.#checkpoint = eventsCheckpoint(client.server, this.#query);
    this.#before = readCheckpoint(call.state, this.#checkpoint);
    const now = client.clock.now();
    warnOfGap(this.#before, now);
    this.#started = new Date(now).toISOString();
  }

  async *pages(): AsyncGenerator<Missed[]> {
    const { client, options } = this.#call;
    const from = this.#before?.feed?.from;
    const down = from === undefined ? undefined : comparable(from);
    try {
      for await (const page of oldestFirst(client, this.#query, down)) {
        this.#read += page.length;
        yield page.map(record => eventOf(record, options.numbers));
      }
      if (this.#read === 0) await checkResthook(this.#call, this.#query);
    } catch (error) {
      if (!client.limiter.isStop(error, this.#read > 0)) throw error;
      this.isCut = true;
    }
  }

  isKnown({ version }: Missed): boolean {
    return isKnown(this.#before?.feed, version);
  }

  dealtWith(events: readonly Missed[]): void {
    for (const { version } of events) this.#dealtWith.push(version);
  }

  /** A look that stopped early has read up to the last event, and no further. */
  remember(state: State, isStopped: boolean): State {
    warnIfSetBack(this.#call.client, this.#before?.feed?.time, 'pushes');
    if (isStopped && this.#dealtWith.length === 0) return state;
    const feed = advance(this.#before?.feed, this.#dealtWith, PUSHES);
    const stoppedAt = feed?.time ?? this.#before?.looked ?? this.#started;
    const looked = isStopped ? stoppedAt : this.#started;
    return withCheckpoint(state, this.#checkpoint, { looked, ...(feed && { feed }) });
  }
}

/** Pages kept in memory: 10,000 events. Newer ones are read again when it is their turn. */
const MOST_HELD = 40;

interface Visited {
  /** Where the page begins; undefined for the first. */
  place: Place | undefined;
  records: Dictionary[] | undefined;
}

/** One page, from where it begins: new events come before it and do not move it. */
async function readAgain(
  client: Client,
  query: Query,
  place: Place | undefined,
): Promise<Dictionary[]> {
  for await (const { records } of pages(client, 'resthook_events', query, place)) {
    if (records.length > 0) return records;
  }
  return [];
}

function reaches({ records }: Page, down: string | undefined): boolean {
  const last = records.at(-1);
  return down !== undefined && last !== undefined && comparable(timeIn(last, 'created_on')) < down;
}

/** Reads a list back to a time. The events of the first page are kept, because it has no cursor. */
async function walk(client: Client, query: Query, down: string | undefined): Promise<Visited[]> {
  const visited: Visited[] = [];
  let place: Place | undefined;
  for await (const page of pages(client, 'resthook_events', query)) {
    visited.push({ place, records: page.records });
    const left = visited.at(-1 - MOST_HELD);
    if (left?.place) left.records = undefined;
    place = page.next;
    if (reaches(page, down)) break;
  }
  return visited;
}

/**
 * The pages of a list, oldest first, although RapidPro returns it only with the newest first. Its memory is limited,
 * whatever the length of the list.
 *
 * @param down - the time to read back to; undefined: everything
 */
async function* oldestFirst(
  client: Client,
  query: Query,
  down: string | undefined,
): AsyncGenerator<Dictionary[], void, undefined> {
  const visited = await walk(client, query, down);
  for (let page = visited.pop(); page; page = visited.pop()) {
    const records = page.records ?? (await readAgain(client, query, page.place));
    yield [...records].reverse();
  }
}

const caller = z.object({
  node: z
    .string()
    .transform(node => asUuid(node) ?? node)
    .refine(isUuid, { error: 'must be the uuid of a node' })
    .optional(),
  result: z
    .string({ error: 'must be the key of a result, such as "webhook"' })
    .min(1, { error: 'is empty' })
    .optional(),
});

function checkCaller(node: unknown, result: unknown): Caller {
  const checked = check(caller, { node, result }, 'options', 'INVALID_OPTION');
  if ((checked.node === undefined) !== (checked.result === undefined)) return checked;
  throw fail(
    'INVALID_OPTION',
    'A flow can have many nodes, so one of them must be named.',
    'Use the key of the result that the node saves: { flow: "…", result: "webhook" }. Or use the uuid of the node: the last entry of "path" in a push that arrived.',
  );
}

/** A flow without such a node has no calls. */
async function requireCaller(access: Access, flow: Dictionary, caller: Caller): Promise<void> {
  if (caller.result !== undefined) requireResult(flow, caller.result);
  else await checkNode(access, String(flow.uuid), caller, false);
}

function requireResult({ results }: Dictionary, result: string): void {
  if (!Array.isArray(results)) return;
  const keys = results.map(one => String(one?.key));
  if ([result, resultKey(result)].some(key => keys.includes(key))) return;
  throw fail(
    'UNKNOWN_REFERENCE',
    'The flow has no result with the key in "result".',
    `${didYouMean(resultKey(result), keys)}getFlows() lists the results of each flow. A Call Webhook node shows the name of its result.`,
  );
}

async function nodesOf({ client, facts }: Access, flow: string): Promise<Dictionary[] | undefined> {
  const read = () => readDefinitions(client, { flow, dependencies: 'none' });
  const unchecked = 'it was not checked that "node" is one that pushes';
  const { flows } = (await facts.unlessForbidden('flow definitions', read, unchecked)) ?? {};
  const definition = Array.isArray(flows) ? flows.find(one => one?.uuid === flow) : undefined;
  const { nodes } = (definition ?? {}) as Dictionary;
  return Array.isArray(nodes) ? nodes.filter(isObject) : undefined;
}

const CALLS = ['call_webhook', 'call_resthook'];

/** Whether a node pushes. Without its actions, nobody knows. */
function isPushing({ actions }: Dictionary): boolean {
  return !Array.isArray(actions) || actions.some(one => CALLS.includes(one?.type));
}

/**
 * Runs also pass nodes that push nothing.
 *
 * @param mayBeGone - a node that is no longer in the flow may have pushed
 */
async function checkNode(
  access: Access,
  flow: string,
  { node }: Caller,
  mayBeGone: boolean,
): Promise<void> {
  if (node === undefined) return;
  const nodes = await nodesOf(access, flow);
  const found = nodes?.find(one => one.uuid === node);
  if (!nodes || (found ? isPushing(found) : mayBeGone)) return;
  throw fail(
    'UNKNOWN_REFERENCE',
    found
      ? 'The node with the uuid in "node" calls no webhook and no resthook.'
      : 'The flow has no node with the uuid in "node".',
    'Use the last entry of "path" in a push that arrived, or the result that the node saves: { flow: "…", result: "webhook" }.',
  );
}

/** What a node of a flow sent, read from the runs, as long as RapidPro keeps them. */
class MissedCalls implements Source {
  readonly #call: SourceCall;
  readonly #flow: string;
  readonly #caller: Caller;
  readonly #checkpoint: Checkpoint<CallsPosition>;
  readonly #before: CallsPosition;
  /** What this look has processed, by name: a run that changes meanwhile comes again. */
  readonly #dealtWith = new Map<string, Version>();
  readonly #isFirst: boolean;
  /** The change of the last run of the page before. */
  #lastChange: string | undefined;
  isCut = false;

  constructor(call: SourceCall, where: Dictionary) {
    const { client, state } = call;
    const { flow, node, result, after } = where;
    const filters = { flow, ...('after' in where ? { after } : {}) };
    const query = checkFilters('runs', filters);
    requireOne(query, ['flow']);
    this.#call = call;
    this.#flow = String(query.flow);
    this.#caller = checkCaller(node, result);
    const calls = { flow: this.#flow, ...this.#caller } as Query;
    this.#checkpoint = callsCheckpoint(client.server, calls);
    const before = readCheckpoint(state, this.#checkpoint);
    const begin = new Date(client.clock.now() - KEPT * 1000).toISOString();
    // One that stopped before the first push has not checked the names.
    this.#isFirst = before === undefined || (before.stoppedAt !== undefined && !before.feed);
    this.#before = before ?? { after: fullTime(query.after) ?? begin };
  }

  /**
   * Calls up to the start of the look. Runs that change meanwhile move to the end of the list, so it is read to its end.
   */
  async *pages(): AsyncGenerator<Missed[]> {
    const { client } = this.#call;
    const query = { flow: this.#flow, after: this.#readFrom(), reverse: true };
    const list = { client, name: 'runs', query, order: orderOf('runs', query) } as const;
    const beginning = beginningOf(list);
    let [runs, calls] = [0, 0];
    try {
      for await (const { records } of pages(client, 'runs', query)) {
        const last = await beginning(records);
        const missed = records.flatMap(record => this.#missed(record, last));
        if (this.#isFirst && calls === 0 && missed.length > 0) {
          await checkNode(this.#call, this.#flow, this.#caller, true);
        }
        runs += records.length;
        calls += missed.length;
        const run = records.at(-1);
        const change = run && timeIn(run, 'modified_on');
        yield missed;
        this.#lastChange = change ?? this.#lastChange;
      }
      if (this.#isFirst) warnOfArchives(client, 'runs', this.#before.after);
      if (runs === 0 || (calls === 0 && this.#isFirst)) await this.#checkNames(runs > 0);
    } catch (error) {
      if (!client.limiter.isStop(error, this.#lastChange !== undefined)) throw error;
      this.isCut = true;
    }
  }

  /** Without a push, the flow or the node may be misspelled. */
  async #checkNames(hasRuns: boolean): Promise<void> {
    const flow = await checkReferenced(this.#call, 'flow', this.#flow);
    if (!this.#isFirst) return;
    if (flow) await requireCaller(this.#call, flow, this.#caller);
    if (hasRuns) log.warn('No run reached this node. Check "node" or "result".');
  }

  #readFrom(): string {
    const { after, feed, stoppedAt } = this.#before;
    const begin = feed?.from ?? after;
    if (stoppedAt === undefined) return begin;
    const near = backFrom(stoppedAt, PUSHES.seconds);
    return Date.parse(near) > Date.parse(begin) ? near : begin;
  }

  #missed(record: Dictionary, end: number): Missed[] {
    const call = callOfRun(record, this.#caller, this.#call.options.numbers);
    if (!call) return [];
    const time = timeIn({ time: call.time }, 'time');
    if (Date.parse(time) > end) return [];
    return [{ push: call.push, version: versionOf(time, call.push.key) }];
  }

  isKnown({ version }: Missed): boolean {
    return this.#dealtWith.has(version.name) || isKnown(this.#before.feed, version);
  }

  dealtWith(missed: readonly Missed[]): void {
    for (const { version } of missed) this.#dealtWith.set(version.name, version);
  }

  remember(state: State, isStopped: boolean): State {
    const { after, feed: before, stoppedAt } = this.#before;
    warnIfSetBack(this.#call.client, before?.time, 'pushes');
    if (isStopped && this.#lastChange === undefined && this.#dealtWith.size === 0) return state;
    const versions = [...this.#dealtWith.values()];
    const feed = isStopped
      ? withSeen(before, versions, PUSHES.most)
      : advance(before, versions, PUSHES, after);
    const reached = isStopped ? (this.#lastChange ?? stoppedAt) : undefined;
    return withCheckpoint(state, this.#checkpoint, {
      after,
      ...(feed && { feed }),
      ...(reached === undefined ? {} : { stoppedAt: reached }),
    });
  }
}

/** Keys that only apply to the runs of a flow would be ignored. */
function refuseOfFlow(where: Dictionary): void {
  const key = ['node', 'result', 'after'].find(name => name in where);
  if (key === undefined) return;
  throw fail(
    'INVALID_FILTER',
    `"${key}" is for reading the runs of a flow, but there is no "flow".`,
    'Nothing was read. Use "flow" instead of "resthook", or leave it out. RapidPro keeps the events of a resthook for 48 hours, and all of them are read.',
  );
}

/**
 * Where the pushes of a resthook, or of a node of a flow, are read from. All else is checked before anything is sent.
 *
 * @throws RapidProError `INVALID_FILTER`, `INVALID_OPTION`, `UNKNOWN_REFERENCE`
 */
export async function sourceOf(call: SourceCall): Promise<Source> {
  const { client, args } = call;
  const where: Dictionary = isObject(args.where) ? args.where : { resthook: args.where };
  if (!('flow' in where)) {
    refuseOfFlow(where);
    return new MissedEvents(call, where.resthook);
  }
  if (!('resthook' in where)) {
    const calls = (flow: unknown) => new MissedCalls(call, { ...where, flow });
    if (!isName(where.flow)) return calls(where.flow);
    calls(SOME_UUID);
    const name = where.flow;
    const asked = await client.limiter.unlessCutOff(() => uuidOf(client, 'flows', name, 'flow'));
    return asked ? calls(asked.value) : NOT_READ;
  }
  throw fail(
    'INVALID_FILTER',
    'Choose where to read pushes from: the events of a resthook, or the runs of a flow.',
    'Use "resthook" or "flow", not both.',
  );
}
