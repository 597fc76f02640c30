import { createHash } from 'node:crypto';
import { check, isObject, pathOf, withoutUndefined } from '../input/check.js';
import { OPTIONS, refuseUnknownOptions } from '../input/options.js';
import { comparable } from '../state/feed.js';
import type { Dictionary } from '../types/json.js';
import {
  fromJson,
  type Numbers,
  type Push,
  type PushResult,
  plain,
  pushSchema,
  unreadable,
  type ValueOptions,
} from './push.js';
import { simulationOf } from './request.js';

/** The same text for the same content, whatever the order of its keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.keys(value)
    .sort()
    .map(key => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${entries.join(',')}}`;
}

const hashOf = (content: unknown): string =>
  createHash('sha256').update(canonical(content)).digest('hex');

/**
 * A key that identifies a push, whichever way it comes. If a body has the run and its path, it is the place in the run,
 * on which the list of events and the run itself agree. Times are left out, because servers round those of runs.
 * Otherwise, it is the content of the body.
 */
export function pushKey(content: unknown, { run, path }: Pick<Push, 'run' | 'path'> = {}): string {
  const node = path?.at(-1)?.node_uuid;
  if (run?.uuid === undefined) return `body-${hashOf(content).slice(0, 32)}`;
  const place = node === undefined ? content : [node, path?.length];
  return `${run.uuid}-${hashOf(place).slice(0, 16)}`;
}

/**
 * The key of a result, as RapidPro's engine makes it from its name: `Cases Seen` is `cases_seen`. It converts letters
 * one by one, but JavaScript turns `İ` into two, and treats `Σ` by what is around it.
 */
export function resultKey(name: string): string {
  // To the engine, a next-line is a space, but a byte-order mark is not.
  const trimmed = name.replace(/^(?!\ufeff)[\s\u0085]+|(?!\ufeff)[\s\u0085]+$/gu, '');
  const snake = trimmed.replace(/[^\p{L}\d_]+/gu, '_');
  return Array.from(snake, letter => Array.from(letter.toLowerCase())[0]).join('');
}

/** Only resthooks send the language; only they and nodes of old flows send the run, its path and its input. */
function kindOfPush(body: Dictionary): Push['kind'] {
  const { contact, run, results, path } = body;
  const isLong = isObject(run) && isObject(results) && Array.isArray(path) && 'input' in body;
  if (!isLong) return 'webhook';
  return isObject(contact) && 'language' in contact ? 'resthook' : 'legacy';
}

/** The body as an object. Lightning puts any other body under `_json`. */
function bodyOf(given: unknown): Dictionary {
  const cleaned = fromJson(plain(given));
  const wrapped = isObject(cleaned) && Object.keys(cleaned).join() === '_json';
  const body = wrapped ? fromJson(cleaned._json) : cleaned;
  if (isObject(body)) return body;
  if (body === undefined || body === null || body === '') {
    throw unreadable(['it has no body. Set the node to POST; a GET has no body']);
  }
  throw unreadable([`the body must be an object${Array.isArray(body) ? ', not a list' : ''}`]);
}

/** Long keys are cut, because a key may be a whole text. */
const shownPath = (path: readonly PropertyKey[]) =>
  pathOf(
    '',
    path.map(key => (typeof key === 'string' ? key.slice(0, 64) : key)),
  ).slice(1);

function normalForm(
  kind: Push['kind'],
  body: Dictionary,
  numbers: Numbers,
  simulation?: boolean,
): Push {
  const schema = pushSchema();
  const read = schema.safeParse(body);
  if (!read.success) {
    const { issues } = read.error;
    throw unreadable(issues.map(({ path, message }) => `${shownPath(path)} ${message}`));
  }
  const parts = withoutUndefined(read.data) as Omit<Push, 'kind' | 'key'>;
  const other = Object.fromEntries(
    Object.entries(body).filter(([key]) => !Object.hasOwn(schema.shape, key)),
  );
  return {
    kind,
    key: pushKey(body, parts),
    ...(simulation === undefined ? {} : { simulation }),
    ...parts,
    ...(parts.results ? { results: withNumbers(parts.results, numbers) } : {}),
    ...(Object.keys(other).length > 0 ? { other } : {}),
  };
}

/** Options of a function that `map` may call, which passes a number instead. */
function valueOptions(options: unknown): ValueOptions {
  if (!isObject(options)) return {};
  refuseUnknownOptions(options, ['numbers']);
  const numbers = options.numbers ?? undefined;
  return {
    numbers: check(OPTIONS.numbers.check, numbers, 'options.numbers', 'INVALID_OPTION'),
  };
}

/** Like {@link parsePush}, with checked options. */
export function readPush(body: unknown, headers: object | undefined, numbers: Numbers): Push {
  const read = bodyOf(body);
  return normalForm(kindOfPush(read), read, numbers, simulationOf(headers));
}

/**
 * Reads what RapidPro pushed: the body of a Call Webhook node, also of a migrated flow, or the event
 * of a resthook. No state, no credential, no request: for code of your own outside a job. In a job,
 * `webhook.parse()` does it.
 *
 * @param body - as it came: an object, or its JSON text
 * @param headers - by name; they say whether the push comes from the simulator
 * @param options - `numbers`
 * @returns the push in its normal form; what was not sent is absent
 * @throws RapidProError `INVALID_INPUT` names by path what is not as it should be; `INVALID_OPTION`
 * @example
 * const { contact, results } = parsePush(request.body, request.headers);
 */
export function parsePush(body: unknown, headers?: object, options?: ValueOptions): Push {
  return readPush(body, headers, valueOptions(options).numbers);
}

/** A number as RapidPro writes it. `0788123123` is not one: a leading zero says that it is not a quantity. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;
/** For values that the job declares as numbers. */
const ANY_NUMBER = /^[+-]?\d+(\.\d+)?$/;

function asNumber(value: string, pattern: RegExp): number | string {
  const text = value.trim();
  if (!pattern.test(text)) return value;
  const number = Number(text);
  // A number cannot hold all these digits.
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : value;
}

/** Numbers instead of text, for the requested results. Text that is not a number stays. */
function withNumbers(
  results: { [key: string]: PushResult },
  numbers: Numbers,
): { [key: string]: PushResult } {
  if (!numbers) return results;
  const wanted = new Set(
    Array.isArray(numbers) ? numbers.flatMap(one => [one, resultKey(one)]) : [],
  );
  const convert = (key: string, result: PushResult): PushResult => {
    const named = wanted.has(key);
    if (typeof result.value !== 'string' || !(numbers === true || named)) return result;
    return { ...result, value: asNumber(result.value, named ? ANY_NUMBER : NUMBER) };
  };
  return Object.fromEntries(
    Object.entries(results).map(([key, result]) => [key, convert(key, result)]),
  );
}

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

function readRun(run: unknown): RunRecord {
  const record = plain(run);
  if (isObject(record) && isObject(record.values)) return record as RunRecord;
  throw unreadable(['a run from the API has "values"; read it with getFlowRuns()']);
}

function pushOf(record: RunRecord, numbers: Numbers): Push {
  // Keys that only runs have stay in `run`.
  const { contact, flow, values, path, ...run } = record;
  const results = Object.entries(values).map(([key, value]) => [key, renamed(value, RESULT_NAMES)]);
  const body = {
    contact,
    flow,
    run,
    results: Object.fromEntries(results),
    path: Array.isArray(path) ? path.map(step => renamed(step, STEP_NAMES)) : undefined,
  };
  return normalForm('run', body, numbers);
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
 * key is that of the push. Its time is when the contact came to the node.
 *
 * @returns undefined if the run has not come there
 */
export function callOfRun(run: unknown, caller: Caller, numbers: Numbers) {
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
