import { isObject } from '../input/check.js';
import { inherits, resolveValue } from '../input/expand.js';
import { count, log } from '../input/log.js';
import type { Options } from '../types/options.js';
import type { Operation, Reference, State, Step } from '../types/state.js';
import type { Push, ValueOptions } from '../webhook/push.js';
import { withoutSecret } from '../webhook/withoutSecret.js';
import { type Call, operation } from './base/operation.js';
import { checkSteps, threadPages } from './eachPage.js';
import { type Missed, sourceOf } from './missedPushes.js';

/** What `eachMissedPush` takes instead of a name. */
export interface MissedPushes extends Options, ValueOptions {
  /** The name of the resthook. Use this or `flow`. */
  resthook?: string;
  /** The uuid or exact name of the flow whose runs to read, together with `node` or `result`. */
  flow?: string;
  /** The uuid of the Call Webhook node: the last `node_uuid` in the `path` of a push. */
  node?: string;
  /** Instead of `node`, the key of the result that the node saves. */
  result?: string;
  /** Where the first run starts: changes of runs since then. Default: 48 hours ago. */
  after?: string;
  /** Stop after this many seconds. The next run continues from there. Default: none. */
  deadline?: number;
}

const PUSHES = ['push', 'pushes'] as const;

/** Runs the operations for one push, as they would run when it arrives. */
async function handOn(state: State, push: Push, operations: readonly Step[]): Promise<State> {
  const first: Step = current => ({ ...current, data: (current.data as unknown[])[0] });
  const call = { state };
  await threadPages('eachMissedPush', call, [[{ ...push }]], [first, ...operations]);
  return call.state;
}

async function run(call: Call<'where'>, operations: readonly Step[]): Promise<unknown> {
  checkSteps(operations);
  const { client, configuration, options } = call;
  // The results of a flow contain the addresses that it called, with the secret.
  const { webhookSecret: secret } = configuration;
  const source = await sourceOf(call);
  const clean = (push: Push) => (secret === undefined ? push : withoutSecret(push, secret));
  const started = client.limiter.now;
  // At least one is processed. Otherwise, no run might ever get further.
  const isLate = () =>
    pushes > 0 && client.limiter.now - started >= (options.deadline ?? Infinity) * 1000;
  let state = call.state;
  let pushes = 0;
  let isStopped = false;
  for await (const page of source.pages()) {
    const dealtWith: Missed[] = [];
    for (const missed of page) {
      isStopped = isLate();
      if (isStopped) break;
      if (!source.isKnown(missed)) {
        state = await handOn(state, clean(missed.push), operations);
        pushes++;
      }
      dealtWith.push(missed);
    }
    source.dealtWith(dealtWith);
    if (isStopped) break;
  }
  isStopped ||= source.isCut;
  call.state = source.remember(state, isStopped);
  log.info(`${count(pushes, PUSHES)} since the last run`);
  if (isStopped) {
    log.warn('There is more, but time is up. The next run continues from here.');
  }
  return { pushes };
}

const SOURCE = ['resthook', 'flow', 'node', 'result', 'after'];

/** The name of a resthook, or an object with the source, and the options. */
function split(where: unknown): { where: unknown; options: unknown } {
  // Keys that it inherits are refused where it is expanded.
  if (!isObject(where) || inherits(where)) return { where, options: {} };
  const part = (isSource: boolean) =>
    Object.fromEntries(Object.entries(where).filter(([key]) => SOURCE.includes(key) === isSource));
  return { where: part(true), options: part(false) };
}

/**
 * Catch up on what RapidPro has pushed since the last run, oldest first, one push at a time. RapidPro sends each push only once, even if nobody answers. It lists the pushes of a resthook for 48 hours; those of a Call Webhook node are read from the runs. The position is in `state.rapidpro`; keep it on the state for the next run.
 * @public
 * @function
 * @namespace global
 * @example <caption>Every hour: pushes that the webhook may have missed</caption>
 * eachMissedPush(
 *   'new-birth',
 *   upsertContact({ uuid: $.data.contact.uuid, fields: { last_report: $.data.results.cases.value } }),
 * );
 * @example <caption>With numbers, and for at most four minutes</caption>
 * eachMissedPush(
 *   { resthook: 'new-birth', numbers: ['cases'], deadline: 240 },
 *   fn(state => ({ ...state, cases: (state.cases ?? 0) + state.data.results.cases.value })),
 * );
 * @example <caption>What the Call Webhook node of a flow sent this year, from its runs</caption>
 * eachMissedPush(
 *   { flow: 'Visit', result: 'webhook', after: '2026-01-01' },
 *   upsertContact({ uuid: $.data.contact.uuid, fields: { last_report: $.data.results.cases.value } }),
 * );
 * @param {MissedPushes} where - The name of a resthook, or an object: `resthook` (its name), or `flow` (uuid or exact name) with `node` (the uuid of the Call Webhook node) or `result` (the key of its result) and `after` (where the first run starts; default: 48 hours ago); `numbers` (as in `webhook.parse`), `deadline` (seconds; default: none), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @param {Operation} operations - They run for each push in `state.data`, in the form of `webhook.parse()`. Pushes that did arrive come once more, so the operations must be safe to repeat. `state.data.key` is the same as in the push. If one of them throws, the next run starts where this one started.
 * @state {object} data - `pushes`: how many. Other keys that the operations add to the state stay.
 * @state {object} rapidpro - `marks`: how far the pushes have been read.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests of the reading.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` if there is no such resthook or flow; `INVALID_FILTER`; `INVALID_OPTION`; the errors of every request; the errors of the operations.
 * @see https://app.rapidpro.io/api/v2/resthooks
 * @returns {Operation}
 */
export function eachMissedPush(
  where: Reference<string | MissedPushes>,
  ...operations: Step[]
): Operation {
  // Looked at when it runs: nothing may be thrown while an operation is being built.
  const splitFor = (state: State) => split(resolveValue(state, where, 'where'));
  return operation('eachMissedPush', [], {
    args: { where: (state: State) => splitFor(state).where },
    options: (state: State) => splitFor(state).options,
    // Those that say where to read stand beside the options: one of them may be what was meant.
    knownOptions: [...SOURCE, 'numbers', 'deadline'],
    run: call => run(call, operations),
    operations,
  });
}
