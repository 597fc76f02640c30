import type { FaultKind, LoggedRequest } from '@openfn/rapidpro-sandbox';
import type { Baseline } from './baseline.js';
import { type Case, isCreation, isRepeatable } from './cases.js';
import { codeOf, type Fault, type Sight, sightOf } from './faults.js';
import { type FaultPoint, RETRY_AFTER } from './trial.js';
import { apply } from './world.js';

/**
 * What has to come of an operation when a fault strikes one of its requests, or all from one on. Rests
 * on three questions alone: may the request be made twice, had the server done it, does it go on?
 */
export interface Expected {
  /** The error's code, and why; undefined where it ends well. */
  code?: string | undefined;
  /** Where the outcome is unknown, what happened to the connection. */
  cause?: string | undefined;
  /** For an error about a part: what it says of the items, or of its reason. */
  details?: object | undefined;
  /** True for a list that ends early with what it has. */
  isPartial: boolean;
  requests: number;
  waits: number[];
  world: string[];
}

/** The waits before a request is given up, or before it is asked again where that helps. */
const WAITS: Record<Sight, { once: number[]; forever: number[] }> = {
  fine: { once: [], forever: [] },
  ambiguous: { once: [0.5], forever: [0.5, 1, 2] },
  timeout: { once: [0.5], forever: [0.5] },
  throttled: { once: [RETRY_AFTER], forever: [RETRY_AFTER, RETRY_AFTER, RETRY_AFTER] },
};

/** The waits of a request whose refusal cannot be read, whatever came before it. */
const UNREAD = [0.5, 1, 2];

/** Groups, fields and topics that are seconds old are known five seconds later. */
const UNTIL_KNOWN = 2.5;

function namesWhatMayBeNew({ body }: LoggedRequest): boolean {
  const { groups, fields, group, topic } = (body ?? {}) as Record<string, unknown>;
  return [groups, fields, group, topic].some(value => value !== undefined);
}

export function waitsFor({ kind }: Fault, request: LoggedRequest, sight: Sight) {
  const { once, forever } = WAITS[sight];
  if (kind !== 'server-error' || !namesWhatMayBeNew(request)) return { once, forever };
  return { once: once.map(() => UNTIL_KNOWN), forever: forever.map(() => UNTIL_KNOWN) };
}

/** Faults that spoil only the body of an answer. */
const WITH_HEAD: readonly FaultKind[] = ['truncate', 'drip', 'garbled'];

const isDone = ({ fault }: FaultPoint) => fault.strikes === 'after';

/** The request that the fault really hurts: the struck one, or one that follows where it goes on. */
export function hurtRequest(
  { requests }: Baseline,
  { fault, position, forever }: FaultPoint,
): number {
  const end = forever ? requests.length : position + 1;
  for (let index = position; index < end; index++) {
    const request = requests[index];
    if (request && sightOf(fault, request) !== 'fine') return index;
  }
  return -1;
}

/** What the world is after the first requests, and after one more where that was done. */
function worldAfter({ changes }: Baseline, initial: string[], count: number, more: boolean) {
  return changes.slice(0, more ? count + 1 : count).reduce(apply, initial);
}

export function expected(
  one: Case,
  baseline: Baseline,
  initial: string[],
  point: FaultPoint,
): Expected {
  const { requests, world } = baseline;
  const total = requests.length;
  const index = hurtRequest(baseline, point);
  const request = requests[index];
  if (!request) return { isPartial: false, requests: total, waits: [], world };
  const sight = sightOf(point.fault, request);
  const maySendAgain = sight === 'throttled' || isRepeatable(request);
  if (maySendAgain && !point.forever) {
    // RapidPro refuses the second creation: one look-up finds the first.
    const lookUps = isCreation(request) && isDone(point) ? 1 : 0;
    const waits = waitsFor(point.fault, request, sight).once;
    return { isPartial: false, requests: total + 1 + lookUps, waits, world };
  }
  const seen = waitsFor(point.fault, request, sight);
  const waits = maySendAgain ? seen.forever : [];
  // The second creation is refused. Where the status of that comes through, it is asked for what the refusal
  // says, and then the look-up is what fails.
  const isRefused = isCreation(request) && isDone(point) && WITH_HEAD.includes(point.fault.kind);
  return {
    ...stopped(one, baseline, point, index),
    requests: index + 1 + waits.length + (isRefused ? UNREAD.length + 1 : 0),
    waits: isRefused ? [...UNREAD, ...waits] : waits,
    world: worldAfter(baseline, initial, index, isDone(point)),
  };
}

/** How an operation ends whose request is given up. */
function stopped(
  { kind, items = 0 }: Case,
  { requests }: Baseline,
  { fault }: FaultPoint,
  index: number,
): Pick<Expected, 'code' | 'cause' | 'details' | 'isPartial'> {
  const request = requests[index];
  // What is read before a send, such as the flow that is started, reaches nobody.
  const reads = kind === 'send' ? requests.findIndex(({ method }) => method !== 'GET') : 0;
  const isUnknown = request !== undefined && sightOf(fault, request) !== 'throttled';
  const isSafe = request !== undefined && isRepeatable(request);
  const cause = codeOf(fault);
  const code = isUnknown && !isSafe ? 'OUTCOME_UNKNOWN' : cause;
  if (kind === 'list' && !isUnknown && index > 0) return { isPartial: true };
  // The first of several requests: nothing was done, or the whole step can be run again.
  const isPlain =
    index < reads || (index === reads && (!isUnknown || (kind === 'action' && isSafe)));
  if (kind === 'single' || kind === 'list' || requests.length - reads === 1 || isPlain)
    return code === cause ? { code, isPartial: false } : { code, cause, isPartial: false };
  const from = (index - reads) * 100;
  const here = between(from, Math.min(from + 100, items));
  return {
    code: kind === 'send' ? 'PARTIAL_SEND' : 'PARTIAL_ACTION',
    isPartial: false,
    details: {
      reason: code,
      ...(kind === 'send' ? { list: 'contacts', ids: index - reads } : {}),
      done: between(0, from),
      unknown: isUnknown ? here : [],
      failed: isUnknown ? [] : here,
      notAttempted: between(from + 100, items),
    },
  };
}

/** Places as an error writes them: both ends included. */
function between(from: number, end: number): [number, number][] {
  return from < end ? [[from, end - 1]] : [];
}
