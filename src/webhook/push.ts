import { z } from 'zod';
import { parseJson } from '../client/parse.js';
import { fail, RapidProError } from '../errors/errors.js';
import { isObject, withoutUndefined } from '../input/check.js';
import { isUuid } from '../input/identifiers.js';
import type { Dictionary } from '../types/json.js';

/**
 * A push of RapidPro in its normal form, whatever node or resthook sent it. Keys that were not sent are
 * missing. Keys that RapidPro itself does not send are kept: next to the known keys, or under `other`.
 */
export interface Push {
  /**
   * What sent it: a Call Webhook node, a Call Webhook node of an old (migrated) flow, or a resthook. `run` is
   * a push that was made from a run of the API.
   */
  kind: 'webhook' | 'legacy' | 'resthook' | 'run';
  /**
   * The same for the same push, however often and however it arrives. If the body has the run and its path, as
   * with a resthook, it stands for the place in the run. Otherwise, it stands for the content. If there is no
   * run, it starts with `body-`, and two runs with the same answers have the same key.
   */
  key: string;
  /** True: somebody tried the flow in RapidPro's simulator. Missing if no header says so. */
  simulation?: boolean;
  contact?: PushContact;
  flow?: PushFlow;
  run?: PushRun;
  /** By result key: `results.cases.value`. */
  results?: { [key: string]: PushResult };
  input?: PushInput;
  channel?: PushChannel;
  /** The nodes that the contact went through, the current one last. */
  path?: PushStep[];
  /** Keys of the body that RapidPro's own bodies do not have. */
  other?: Dictionary;
}

/** An address. In a workspace that hides phone numbers, there is no path. */
export interface PushUrn {
  scheme: string;
  path?: string;
  display?: string;
  masked?: true;
}

export interface PushContact {
  uuid?: string;
  name?: string;
  urn?: PushUrn;
  language?: string;
  [more: string]: unknown;
}

export interface PushFlow {
  uuid?: string;
  name?: string;
  revision?: number;
  [more: string]: unknown;
}

export interface PushRun {
  uuid?: string;
  created_on?: string;
  [more: string]: unknown;
}

export interface PushResult {
  name?: string;
  /** Text, also for numbers, unless the option `numbers` asks for them. */
  value?: string | number | boolean;
  category?: string;
  category_localized?: string;
  /** What the contact wrote. */
  input?: string;
  node_uuid?: string;
  created_on?: string;
  [more: string]: unknown;
}

/** The message that the flow is at. */
export interface PushInput {
  type?: string;
  uuid?: string;
  created_on?: string;
  text?: string;
  attachments?: { content_type?: string; url?: string; [more: string]: unknown }[];
  channel?: PushChannel;
  urn?: PushUrn;
  [more: string]: unknown;
}

export interface PushChannel {
  uuid?: string;
  name?: string;
  address?: string;
  [more: string]: unknown;
}

export interface PushStep {
  node_uuid?: string;
  arrived_on?: string;
  [more: string]: unknown;
}

/** How values of results are read. */
export interface ValueOptions {
  /**
   * True: values that look like numbers become numbers; `0788…` and other text stays. A list of result
   * keys: only theirs do, leading zeros or not. Default: false.
   */
  numbers?: boolean | string[];
}

/** The option `numbers`, after its check. */
export type Numbers = ValueOptions['numbers'];

/** Where a push came with: what Lightning leaves in `state.request`. */
export interface PushRequest {
  /** By name, in any case of letters. */
  headers?: object;
  /** What stood after `?` in the address, by name or as text. */
  query_params?: object | string;
  /** The same under another name. */
  query?: object | string;
}

/** What `webhook.parse` takes. */
export interface PushOptions extends ValueOptions {
  /** Refuse pushes without this text of 8 or more characters. Default: `webhookSecret` of the credential, if `header` or `query` is given. */
  secret?: string;
  /** The header with the secret: `'X-Secret'`. */
  header?: string;
  /** The parameter of the address with the secret: `'secret'` for `…?secret=…`. */
  query?: string;
  /** The headers and parameters of the push. Default: `$.request`, where OpenFn puts them. */
  request?: PushRequest;
  /** `'stop'`: a push from the simulator ends the run with the error `SIMULATION`. Default: `'keep'`. */
  simulations?: 'stop' | 'keep';
}

/** Deeper than anything that RapidPro sends. */
const DEEPEST = 40;

/** The one error for an unreadable body. Says where, never what was there. */
export function unreadable(problems: readonly string[]): RapidProError {
  const [first = '', ...others] = problems;
  return fail(
    'INVALID_INPUT',
    `The push does not look like RapidPro: ${first}.`,
    'Check the body in the Call Webhook node of the flow, and the steps before this one: state.data must be the body of the push.',
    { errors: others.length > 0 ? problems.slice(0, 20) : undefined },
  );
}

/**
 * A copy of JSON data, without keys that would change how objects work.
 *
 * @throws RapidProError `INVALID_INPUT` for what is nested beyond any body
 */
export function plain(value: unknown, depth = 0): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (depth > DEEPEST) throw unreadable(['it is nested too deeply']);
  if (Array.isArray(value)) return value.map(item => plain(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== '__proto__' && item !== undefined)
      .map(([key, item]) => [key, plain(item, depth + 1)]),
  );
}

/** Parses text that is an object or a list in JSON. Any other value stays unchanged. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return plain(parseJson(value));
  } catch (error) {
    if (error instanceof RapidProError) throw error;
    return value;
  }
}

/**
 * The same shape as a schema: RapidPro's own bodies, and what authors write instead. Unknown keys stay. Messages name
 * what is expected, never the value.
 */

/** Null and empty text are RapidPro's ways to leave something out. */
const absent = (value: unknown): unknown => (value === null || value === '' ? undefined : value);

const unlessAbsent = <T extends z.ZodType>(schema: T) =>
  z.preprocess(absent, schema.optional()).optional();

const unlessNull = <T extends z.ZodType>(schema: T) =>
  z.preprocess(value => value ?? undefined, schema.optional()).optional();

/** A template without quotation marks turns digits into a number. */
const someText = z.union([z.string(), z.number()], { error: 'must be text' }).transform(String);

/**
 * An object, or one written as JSON text.
 *
 * @param bare - reads what may be there instead of the object. It comes first, so that a contact's own text is never
 * read as JSON if it can be a value.
 */
function object(shape: z.ZodRawShape, bare?: (value: unknown) => object | undefined) {
  const error = bare ? 'must be an object, or its short form' : 'must be an object';
  const read = (value: unknown) => (isObject(value) ? value : (bare?.(value) ?? fromJson(value)));
  return unlessAbsent(
    z.preprocess(read, z.looseObject(shape, { error }).transform(withoutUndefined)),
  );
}

/** A list, or one written as JSON text. */
function list(item: z.ZodType) {
  const items = z
    .array(item, { error: 'must be a list' })
    .transform(all => all.filter(one => one !== undefined));
  return unlessAbsent(z.preprocess(fromJson, items));
}

/** An object with the author's own keys, and values of one type. */
function record(item: z.ZodType) {
  const items = z
    .record(z.string(), item, { error: 'must be an object' })
    .transform(withoutUndefined);
  return unlessAbsent(z.preprocess(fromJson, items));
}

const URN = /^([a-z][a-z0-9]*):([^?#]+)/i;
const MASKED = /^\*+$/;

/** `tel:+250788123123` in its parts. */
function urnParts(given: unknown): unknown {
  const value = fromJson(given);
  const [, scheme, path] = (typeof value === 'string' ? URN.exec(value.trim()) : null) ?? [];
  return scheme && path ? { scheme, path } : value;
}

const TYPED = /^(?!https?:)([\w.+*-]+(?:\/[\w.+*-]+)?(?:\s*;\s*[\w.-]+=[\w."-]*)*):(.*)$/is;

/** `image/jpeg:https://…`, also `geo:-1.95,30.06`; a link alone says no type. */
function bareAttachment(value: unknown): object | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  if (/^https?:\/\/\S+$/i.test(text)) return { url: text };
  const [, content_type, url] = TYPED.exec(text) ?? [];
  return content_type ? { content_type, ...(url ? { url } : {}) } : undefined;
}

/** One attachment instead of a list. */
const oneOfList = (value: unknown) => {
  const read = fromJson(value);
  return isObject(read) || bareAttachment(read) ? [read] : read;
};

const bareUuid = (value: unknown) => (isUuid(value) ? { uuid: value } : undefined);

/** `@flow` instead of an object, but not an object in JSON. */
const bareName = (value: unknown) =>
  typeof value === 'string' && !isObject(fromJson(value)) ? { name: value } : undefined;

const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

function makeSchema() {
  const text = unlessAbsent(someText);
  /** Text that may be empty: a message with only a picture, an empty answer. */
  const anyText = unlessNull(someText);
  const uuid = unlessAbsent(z.custom<string>(isUuid, { error: 'must be a uuid' }));
  const whole = unlessAbsent(
    z.coerce
      .string()
      .regex(/^\d{1,15}$/, { error: 'must be a whole number' })
      .transform(Number),
  );
  const scalar = unlessNull(z.custom(isScalar, { error: 'must be text or a number' }));

  /** Hidden URNs are left out, so that nobody reads them as numbers. */
  const urn = unlessAbsent(
    z.preprocess(
      urnParts,
      z
        .looseObject(
          {
            scheme: z.preprocess(
              absent,
              someText.transform(one => one.toLowerCase()),
            ),
            path: text,
            display: text,
          },
          { error: 'must be a URN such as tel:+250788123123' },
        )
        .transform(read =>
          MASKED.test(String(read.path))
            ? { scheme: read.scheme, masked: true }
            : withoutUndefined(read),
        ),
    ),
  );
  /** `@contact.uuid` or `@contact.urn` instead of an object. */
  const bareContact = (value: unknown) => {
    const read = typeof value === 'string' ? urn.safeParse(value).data : undefined;
    return bareUuid(value) ?? (read && { urn: read });
  };

  const channel = object({ uuid, name: text, address: text }, bareName);
  const attachment = object({ content_type: text, url: text }, bareAttachment);
  const result = object(
    {
      name: text,
      value: scalar,
      category: text,
      category_localized: text,
      input: text,
      node_uuid: text,
      created_on: text,
    },
    value => (isScalar(value) ? { value } : undefined),
  );
  const input = object(
    {
      type: text,
      uuid,
      created_on: text,
      attachments: z.preprocess(oneOfList, list(attachment)),
      text: anyText,
      channel,
      urn,
    },
    value => (typeof value === 'string' ? { text: value } : undefined),
  );
  return z.object({
    contact: object({ uuid, urn, name: text, language: text }, bareContact),
    flow: object(
      { uuid, name: text, revision: whole },
      value => bareUuid(value) ?? bareName(value),
    ),
    run: object({ uuid, created_on: text }, bareUuid),
    // An empty answer is still an answer.
    results: record(z.preprocess(value => (value === '' ? { value } : value), result)),
    channel,
    path: list(object({ uuid: text, node_uuid: text, arrived_on: text, exit_uuid: text })),
    input,
  });
}

let made: ReturnType<typeof makeSchema> | undefined;

/** The schema of a body. Created with the first push, because most jobs read none. */
export function pushSchema() {
  made ??= makeSchema();
  return made;
}
