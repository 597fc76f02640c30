import { isObject } from '../input/check.js';
import { comparable } from '../state/feed.js';
import type { Dictionary } from '../types/json.js';
import { resultKey } from './key.js';
import { normalForm, valueOptions } from './parsePush.js';
import { plain, unreadable } from './plain.js';
import type { Numbers, Push, ValueOptions } from './push.js';

/** The names in runs for keys that pushes name differently. */
const RESULT_NAMES: { [key: string]: string } = { node: 'node_uuid', time: 'created_on' };
const STEP_NAMES: { [key: string]: string } = { node: 'node_uuid', time: 'arrived_on' };

interface RunRecord extends Dictionary {
  values: Dictionary;
}

function renamed(value: unknown, names: { [key: string]: string }): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [names[key] ?? key, item]));
}

/** Keys that only runs have stay in `run`. */
function runPart({ contact, flow, values, path, ...run }: Dictionary): Dictionary {
  return run;
}

function readRun(run: unknown): RunRecord {
  const record = plain(run);
  if (isObject(record) && isObject(record.values)) return record as RunRecord;
  throw unreadable(['a run from the API has "values"; read it with getFlowRuns()']);
}

function pushOf(record: RunRecord, numbers: Numbers): Push {
  const { contact, flow, values, path } = record;
  const results = Object.entries(values).map(([key, value]) => [key, renamed(value, RESULT_NAMES)]);
  const body = {
    contact,
    flow,
    run: runPart(record),
    results: Object.fromEntries(results),
    path: Array.isArray(path) ? path.map(step => renamed(step, STEP_NAMES)) : undefined,
  };
  return normalForm({ body, kind: 'run' }, numbers);
}

/**
 * Turns a run, as `getFlowRuns` reads it, into the normal form of a push. What RapidPro's runs have
 * beside a push is in `run`. It shows the run as it stands; `eachMissedPush` with a flow shows it as
 * it was when it called.
 *
 * @param run - one run
 * @param options - `numbers`
 * @returns the push; its `kind` is `run`. The newer line of servers gives no `input` in runs.
 * @throws RapidProError `INVALID_INPUT` if it is not a run; `INVALID_OPTION`
 * @example
 * fn(state => ({ ...state, data: state.data.map(run => webhook.fromRun(run)) }));
 */
export function fromRun(run: object, options?: ValueOptions): Push {
  return pushOf(readRun(run), valueOptions(options).numbers);
}

/** The calling node of a flow: its uuid, or the key of the result that it saves. */
export interface Caller {
  node?: string | undefined;
  result?: string | undefined;
}

interface CallOfRun {
  push: Push;
  /** When the contact came to the node. */
  time: string;
}

function nodeOf({ values }: RunRecord, { node, result }: Caller): unknown {
  if (node !== undefined) return node;
  const key = [result ?? '', resultKey(result ?? '')].find(one => Object.hasOwn(values, one));
  const saved = key === undefined ? undefined : values[key];
  return isObject(saved) ? saved.node : undefined;
}

/** Results that were there when the contact came to the node. If no time says so, they stay. */
function resultsAt(values: Dictionary, time: string): Dictionary {
  const isEarlier = (value: unknown): boolean =>
    !isObject(value) ||
    typeof value.time !== 'string' ||
    comparable(value.time) <= comparable(time);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isEarlier(value)));
}

/**
 * What a node pushed when a run reached it for the last time: the path ends there, and later results are left out. Its
 * key is that of the push.
 *
 * @returns undefined if the run has not come there
 */
export function callOfRun(run: unknown, caller: Caller, numbers: Numbers): CallOfRun | undefined {
  const record = readRun(run);
  const node = nodeOf(record, caller);
  const path: unknown[] = Array.isArray(record.path) ? record.path : [];
  const index = path.findLastIndex(step => isObject(step) && step.node === node);
  const step = path[index];
  if (!isObject(step) || typeof step.time !== 'string') return undefined;
  const { time } = step;
  const then = {
    ...record,
    path: path.slice(0, index + 1),
    values: resultsAt(record.values, time),
  };
  return { push: pushOf(then, numbers), time };
}
