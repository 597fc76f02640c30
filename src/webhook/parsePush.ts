import { pathOf } from '../input/check.js';
import { refuseUnknownOptions } from '../input/options.js';
import type { Dictionary } from '../types/json.js';
import { keyOf } from './key.js';
import { withNumbers } from './numbers.js';
import { fromJson, isObject, plain, unreadable } from './plain.js';
import type { Numbers, Push, ValueOptions } from './push.js';
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

/** Keys of an author's own are cut: one may be a whole text. */
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

/** Options of a function that may be called by `map`, which gives a number in their place. */
export function valueOptions(options: unknown): ValueOptions {
  if (!isObject(options)) return {};
  refuseUnknownOptions(options, ['numbers']);
  return options;
}

/** As {@link parsePush}, where the options have been checked. */
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
