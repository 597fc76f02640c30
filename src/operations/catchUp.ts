import { z } from 'zod';
import type { Dictionary } from '../types/json.js';
import type { Options } from '../types/options.js';
import type { Operation, Reference, State } from '../types/state.js';
import {
  advanced,
  type EventMark,
  isKnown,
  KEPT,
  lookBackTo,
  readEventMark,
  type SeenEvent,
  writeEventMark,
} from '../webhook/eventMark.js';
import { oldestFirst } from '../webhook/eventPages.js';
import { keyOf } from '../webhook/key.js';
import { parsePush } from '../webhook/parsePush.js';
import { isObject } from '../webhook/plain.js';
import type { Push, ValueOptions } from '../webhook/push.js';
import { markName } from './changeMark.js';
import { check } from './check.js';
import { checkFilters } from './filters.js';
import { requireResthook } from './knownResthook.js';
import { count, log } from './log.js';
import { type Call, operation } from './operation.js';
import { threadPages } from './threadPages.js';

/** What `eachMissedPush` takes in the place of a name. */
export interface MissedPushes extends Options, ValueOptions {
  /** The name of the resthook. */
  resthook: string;
  /** Seconds after which to stop. The next run goes on from there. None unless told. */
  deadline?: number;
}

type Step = (state: State) => State | Promise<State>;

const EVENTS = ['event', 'events'] as const;

const checkNumbers = z
  .union([z.boolean(), z.array(z.string())], {
    error: 'must be true, false or a list of result keys',
  })
  .optional();

interface Event extends SeenEvent {
  push: Push;
}

/** An event that cannot be read must not keep those behind it: the job gets it as it is. */
function pushOf(data: unknown, options: ValueOptions): Push {
  try {
    return parsePush(data, undefined, options);
  } catch {
    log.warn('An event is not as RapidPro sends it. It is handed on under "other".');
    return { kind: 'resthook', key: keyOf(data, undefined), other: { data } };
  }
}

function eventOf({ data, created_on }: Dictionary, options: ValueOptions): Event {
  const push = pushOf(data, options);
  return { push, key: push.key, time: String(created_on) };
}

function warnOfGap(mark: EventMark | undefined, now: number): void {
  if (!mark || now - Date.parse(mark.looked) <= KEPT * 1000) return;
  log.warn(
    `The last look was at ${mark.looked}, more than 48 hours ago. RapidPro has deleted the events between. Read the runs of that time: eachChange(getFlowRuns({ after: "${mark.looked}" }), …) with webhook.fromRun()`,
  );
}

/** One list of one push: what {@link threadPages} hands to the operations. */
async function* single(push: Push): AsyncGenerator<Dictionary[]> {
  yield [push as unknown as Dictionary];
}

/** Runs the operations for one push, as they would run for it when it is pushed. */
async function handOn(state: State, push: Push, operations: readonly Step[]): Promise<State> {
  const first: Step = current => ({ ...current, data: (current.data as unknown[])[0] });
  const threaded = await threadPages(state, single(push), [first, ...operations]);
  return threaded.state;
}

async function run(call: Call<'resthook'>, operations: readonly Step[]): Promise<unknown> {
  const { client, options, given } = call;
  const query = checkFilters('resthook_events', { resthook: call.args.resthook });
  const numbers = check(checkNumbers, given.numbers, 'numbers', 'INVALID_OPTION');
  const name = markName('resthook_events', query);
  const before = readEventMark(call.state, name);
  const started = client.clock.now();
  warnOfGap(before, started);
  let mark: EventMark = { seen: [], ...before, looked: new Date(started).toISOString() };
  let state = call.state;
  let [seen, pushes, isLate] = [0, 0, false];
  for await (const page of oldestFirst(client, query, lookBackTo(before))) {
    const events = page.map(record => eventOf(record, numbers === undefined ? {} : { numbers }));
    seen += events.length;
    const dealtWith: Event[] = [];
    for (const event of events) {
      isLate ||= client.clock.now() - started >= (options.deadline ?? Infinity) * 1000;
      if (isLate) break;
      dealtWith.push(event);
      if (isKnown(event, before)) continue;
      state = await handOn(state, event.push, operations);
      pushes++;
    }
    mark = advanced(mark, dealtWith);
    if (isLate) break;
  }
  if (seen === 0) await requireResthook(client, String(query.resthook));
  call.state = writeEventMark(state, name, mark);
  log.info(`${count(pushes, EVENTS)} since the last look`);
  if (isLate)
    log.warn('There is more, but the deadline is reached: the next run goes on from here.');
  return { pushes };
}

/** The name of the resthook, or an object with it and the options. */
function split(resthook: unknown): { args: { resthook: unknown }; options: unknown } {
  if (!isObject(resthook)) return { args: { resthook }, options: undefined };
  const { resthook: name, ...options } = resthook;
  return { args: { resthook: name }, options };
}

/**
 * Catch up on what a resthook has sent since the last run, oldest first, one push at a time. RapidPro sends each push once, and never again when nobody answers; it keeps a list of them for 48 hours. The place is kept in `state.rapidpro`, which your job must leave on the state for the next run.
 * @public
 * @function
 * @example <caption>Every hour: what the webhook may have missed</caption>
 * eachMissedPush(
 *   'new-birth',
 *   upsertContact({ uuid: $.data.contact.uuid, fields: { last_report: $.data.results.cases.value } }),
 * );
 * @example <caption>With numbers, and at most four minutes</caption>
 * eachMissedPush(
 *   { resthook: 'new-birth', numbers: ['cases'], deadline: 240 },
 *   fn(state => ({ ...state, cases: (state.cases ?? 0) + state.data.results.cases.value })),
 * );
 * @param {MissedPushes} resthook - The name of the resthook, or an object with it as `resthook` and options: `numbers` (as in `webhook.parse`), `deadline` (seconds), `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @param {Operation} operations - Run for each push in `state.data`, as `webhook.parse()` leaves it there. RapidPro cannot tell what was received, so the pushes that did arrive come too, once: the operations must bear it. `state.data.key` is the same as that of the push.
 * @state {object} data - `{ pushes }`: how many. What the operations put elsewhere on state stays.
 * @state {object} rapidpro - `marks`: how far the resthook has been read.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests of the reading.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` where there is no such resthook; `INVALID_FILTER`; the errors of every request; what the operations throw.
 * @see API reference, section 4.23
 * @returns {Operation}
 */
export function eachMissedPush(
  resthook: Reference<string | MissedPushes>,
  ...operations: Step[]
): Operation {
  // Looked at when it runs: nothing may be thrown while an operation is being built.
  return operation({
    args: { resthook: () => split(resthook).args.resthook },
    options: () => split(resthook).options ?? {},
    knownOptions: ['numbers', 'deadline'],
    run: call => run(call, operations),
  });
}
