import { isObject, pathOf } from '../input/check.js';
import { refuseUnknownOptions } from '../input/options.js';
import type { Dictionary } from '../types/json.js';
import { keyOf, resultKey } from './key.js';
import { fromJson, plain, unreadable } from './plain.js';
import type { Numbers, Push, PushResult, ValueOptions } from './push.js';
import { simulationOf } from './request.js';
import { present, pushSchema } from './schema.js';

/** Only resthooks send the language; only they and nodes of old flows send the run, its path and its input. */
function kindOf(body: Dictionary): Push['kind'] {
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

interface Content {
  body: Dictionary;
  kind: Push['kind'];
  simulation?: boolean | undefined;
}

/** Long keys are cut, because a key may be a whole text. */
const shownPath = (path: readonly PropertyKey[]) =>
  pathOf(
    '',
    path.map(key => (typeof key === 'string' ? key.slice(0, 64) : key)),
  ).slice(1);

/** Puts a body into its normal form. */
export function normalForm({ body, kind, simulation }: Content, numbers: Numbers): Push {
  const schema = pushSchema();
  const read = schema.safeParse(body);
  if (!read.success) {
    const { issues } = read.error;
    throw unreadable(issues.map(({ path, message }) => `${shownPath(path)} ${message}`));
  }
  const parts = present(read.data) as Omit<Push, 'kind' | 'key'>;
  const other = Object.fromEntries(
    Object.entries(body).filter(([key]) => !Object.hasOwn(schema.shape, key)),
  );
  return {
    kind,
    key: keyOf(body, parts),
    ...(simulation === undefined ? {} : { simulation }),
    ...parts,
    ...(parts.results ? { results: withNumbers(parts.results, numbers) } : {}),
    ...(Object.keys(other).length > 0 ? { other } : {}),
  };
}

/** Options of a function that `map` may call, which passes a number instead. */
export function valueOptions(options: unknown): ValueOptions {
  if (!isObject(options)) return {};
  refuseUnknownOptions(options, ['numbers']);
  return options;
}

/** Like {@link parsePush}, with checked options. */
export function readPush(body: unknown, headers: object | undefined, numbers: Numbers): Push {
  const read = bodyOf(body);
  return normalForm({ body: read, kind: kindOf(read), simulation: simulationOf(headers) }, numbers);
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
