import { refuseUnknownOptions } from '../input/options.js';
import type { Dictionary } from '../types/json.js';
import { keyOf } from './key.js';
import { withNumbers } from './numbers.js';
import {
  anyText,
  isUuid,
  listOf,
  type Part,
  recordOf,
  scalar,
  shape,
  text,
  urn,
  uuid,
  whole,
} from './parts.js';
import { fromJson, isObject, plain, unreadable } from './plain.js';
import type { Numbers, Push, ValueOptions } from './push.js';
import { simulationOf } from './request.js';

/** `@flow` where an object was meant; not what is one, written as JSON. */
const named = (value: unknown) =>
  typeof value === 'string' && !isObject(fromJson(value)) ? { name: value } : undefined;

/** `@contact.uuid` or `@contact.urn` where an object was meant. */
function bareContact(value: unknown): unknown {
  if (isUuid(value)) return { uuid: value };
  const read = typeof value === 'string' ? urn(value, '', []) : undefined;
  return read && { urn: read };
}

const channel = shape({ uuid, name: text, address: text }, named);

const attachment = shape({ content_type: text, url: text }, value => {
  const [, content_type, url] = /^([\w.+-]+\/[\w.+-]+):(.+)$/.exec(String(value)) ?? [];
  return url ? { content_type, url } : undefined;
});

const result = shape(
  {
    name: text,
    value: scalar,
    category: text,
    category_localized: text,
    input: text,
    node_uuid: text,
    created_on: text,
  },
  value => (['string', 'number', 'boolean'].includes(typeof value) ? { value } : undefined),
);

/** An answer that is empty is one all the same. */
const resultOrEmpty: Part = (value, where, problems) =>
  value === '' ? { value } : result(value, where, problems);

/** What RapidPro's own bodies are made of. */
const PARTS: { [key: string]: Part } = {
  contact: shape({ uuid, name: text, urn, language: text }, bareContact),
  flow: shape({ uuid, name: text, revision: whole }, value =>
    isUuid(value) ? { uuid: value } : named(value),
  ),
  run: shape({ uuid, created_on: text }, value => (isUuid(value) ? { uuid: value } : undefined)),
  results: recordOf(resultOrEmpty),
  input: shape(
    {
      type: text,
      uuid,
      created_on: text,
      text: anyText,
      attachments: listOf(attachment),
      channel,
      urn,
    },
    value => (typeof value === 'string' ? { text: value } : undefined),
  ),
  channel,
  path: listOf(shape({ uuid: text, node_uuid: text, arrived_on: text, exit_uuid: text })),
};

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
    throw unreadable(['it has no body. A node that calls with GET sends none: let it POST']);
  }
  throw unreadable([`the body must be an object${Array.isArray(body) ? ', not a list' : ''}`]);
}

interface Content {
  body: Dictionary;
  kind: Push['kind'];
  simulation?: boolean | undefined;
}

/** Puts a body into its normal form. */
export function normalForm({ body, kind, simulation }: Content, numbers: Numbers): Push {
  const problems: string[] = [];
  const known: Dictionary = {};
  const other: Dictionary = {};
  for (const [key, value] of Object.entries(body)) {
    const part = Object.hasOwn(PARTS, key) ? PARTS[key] : undefined;
    if (!part) other[key] = value;
    else known[key] = part(value, key, problems);
  }
  if (problems.length > 0) throw unreadable(problems);
  const parts = Object.fromEntries(
    Object.entries(known).filter(([, value]) => value !== undefined),
  ) as Omit<Push, 'kind' | 'key'>;
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
