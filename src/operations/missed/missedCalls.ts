import { z } from 'zod';
import { beginningOf } from '../../client/changes.js';
import type { Client } from '../../client/client.js';
import { orderOf } from '../../client/listOrder.js';
import { pages } from '../../client/pages.js';
import { fail } from '../../errors/errors.js';
import { check } from '../../input/check.js';
import { checkFilters, requireOne } from '../../input/filters.js';
import { isUuid } from '../../input/identifiers.js';
import { log } from '../../input/log.js';
import { didYouMean } from '../../input/nearest.js';
import { timeIn } from '../../input/times.js';
import { type Checkpoint, readCheckpoint, withCheckpoint } from '../../state/checkpoint.js';
import {
  advance,
  backFrom,
  type CallsPosition,
  callsCheckpoint,
  isKnown,
  KEPT,
  PUSHES,
  type Version,
  versionOf,
  withSeen,
} from '../../state/feed.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import type { State } from '../../types/state.js';
import { type Caller, callOfRun, resultKey } from '../../webhook/parsePush.js';
import type { Numbers } from '../../webhook/push.js';
import { ifReadable } from '../base/workspaceFacts.js';
import { readDefinitions } from '../flows.js';
import { checkReferenced } from '../lists/unknownReference.js';
import type { Missed, Source } from './missed.js';

const caller = z.object({
  node: z.string().refine(isUuid, { error: 'must be the uuid of a node' }).optional(),
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

/**
 * A flow without such a node has no calls.
 *
 * @throws RapidProError `UNKNOWN_REFERENCE`
 */
async function requireCaller(client: Client, flow: Dictionary, caller: Caller): Promise<void> {
  const { node, result } = caller;
  if (result !== undefined) requireResult(flow, result);
  else if (node !== undefined) await requireNode(client, String(flow.uuid), node);
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

/** The definition of a flow, if the token is allowed to read it. */
async function readFlows(client: Client, flow: string): Promise<unknown> {
  const query = { flow, dependencies: 'none' };
  return (await ifReadable(() => readDefinitions(client, query)))?.flows;
}

async function requireNode(client: Client, flow: string, node: string): Promise<void> {
  const flows = await readFlows(client, flow);
  const definition = Array.isArray(flows) ? flows.find(one => one?.uuid === flow) : undefined;
  const { nodes } = (definition ?? {}) as Dictionary;
  if (!Array.isArray(nodes) || nodes.some(one => one?.uuid === node)) return;
  throw fail(
    'UNKNOWN_REFERENCE',
    'The flow has no node with the uuid in "node".',
    'Use the last entry of "path" in a push that arrived, or the result that the node saves: { flow: "…", result: "webhook" }.',
  );
}

/** What a node of a flow sent, read from the runs, as long as RapidPro keeps them. */
export class MissedCalls implements Source {
  readonly #client: Client;
  readonly #flow: string;
  readonly #caller: Caller;
  readonly #numbers: Numbers;
  readonly #checkpoint: Checkpoint<CallsPosition>;
  readonly #before: CallsPosition;
  /** What this look has processed, by name: a run that changes meanwhile comes again. */
  readonly #dealtWith = new Map<string, Version>();
  readonly #isFirst: boolean;
  /** The change of the last run of the page before. */
  #lastChange: string | undefined;
  isCut = false;

  constructor(client: Client, state: State, where: Dictionary, numbers: Numbers) {
    const { flow, node, result, after } = where;
    const filters = { flow, ...('after' in where ? { after } : {}) };
    const query = checkFilters('runs', filters);
    requireOne(query, ['flow']);
    this.#client = client;
    this.#flow = String(query.flow);
    this.#caller = checkCaller(node, result);
    this.#numbers = numbers;
    const calls = { flow: this.#flow, ...this.#caller } as Query;
    this.#checkpoint = callsCheckpoint(client.server, calls);
    const before = readCheckpoint(state, this.#checkpoint);
    const begin = new Date(client.clock.now() - KEPT * 1000).toISOString();
    this.#isFirst = before === undefined;
    this.#before = before ?? { after: String(query.after ?? begin) };
  }

  /**
   * Calls up to the start of the look. Runs that change meanwhile move to the end of the list, so it is read to its end.
   */
  async *pages(): AsyncGenerator<Missed[]> {
    const client = this.#client;
    const query = { flow: this.#flow, after: this.#readFrom(), reverse: true };
    const list = { client, name: 'runs', query, order: orderOf('runs', query) } as const;
    let end: number | undefined;
    let [runs, calls] = [0, 0];
    try {
      for await (const { records } of pages(client, 'runs', query)) {
        end ??= await beginningOf(list);
        const last = end;
        const missed = records.flatMap(record => this.#missed(record, last));
        runs += records.length;
        calls += missed.length;
        const run = records.at(-1);
        const change = run && timeIn(run, 'modified_on');
        yield missed;
        this.#lastChange = change ?? this.#lastChange;
      }
    } catch (error) {
      if (!this.#client.limiter.isStop(error) || this.#lastChange === undefined) throw error;
      this.isCut = true;
      return;
    }
    if (runs > 0 && (calls > 0 || !this.#isFirst)) return;
    const flow = await checkReferenced(this.#client, 'flow', this.#flow);
    if (!this.#isFirst) return;
    if (flow) await requireCaller(this.#client, flow, this.#caller);
    if (runs > 0) {
      log.warn('No run reached this node. Check "node" or "result".');
    }
  }

  /** The change of runs from which to read on. */
  #readFrom(): string {
    const { after, feed, stoppedAt } = this.#before;
    const begin = feed?.from ?? after;
    if (stoppedAt === undefined) return begin;
    const near = backFrom(stoppedAt, PUSHES.seconds);
    return Date.parse(near) > Date.parse(begin) ? near : begin;
  }

  #missed(record: Dictionary, end: number): Missed[] {
    const call = callOfRun(record, this.#caller, this.#numbers);
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
    const versions = [...this.#dealtWith.values()];
    const feed = isStopped
      ? withSeen(before, versions, PUSHES.most)
      : advance(before, versions, PUSHES);
    const reached = isStopped ? (this.#lastChange ?? stoppedAt) : undefined;
    return withCheckpoint(state, this.#checkpoint, {
      after,
      ...(feed && { feed }),
      ...(reached === undefined ? {} : { stoppedAt: reached }),
    });
  }
}
