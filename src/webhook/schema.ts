import { z } from 'zod';
import { parseJson } from '../client/parse.js';
import { fail, RapidProError } from '../errors/errors.js';
import { isObject, withoutUndefined } from '../input/check.js';
import { isUuid } from '../input/identifiers.js';

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
 * The shape of RapidPro's own bodies, and of what authors write instead. Unknown keys stay. Messages name what is
 * expected, never the value.
 */

/** Null and empty text are RapidPro's ways to leave something out. */
const absent = (value: unknown): unknown => (value === null || value === '' ? undefined : value);

const unlessAbsent = <T extends z.ZodType>(schema: T) =>
  z.preprocess(absent, schema.optional()).optional();

/** A template without quotation marks turns digits into a number. */
const someText = z.union([z.string(), z.number()], { error: 'must be text' }).transform(String);

interface Shape {
  [key: string]: z.ZodType;
}

/**
 * An object, or one written as JSON text.
 *
 * @param bare - reads what may be there instead of the object. It comes first, so that a contact's own text is never
 * read as JSON if it can be a value.
 */
function object(shape: Shape, bare?: (value: unknown) => object | undefined) {
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
  return scheme && path ? { scheme: scheme.toLowerCase(), path } : value;
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
  const anyText = z.preprocess(value => value ?? undefined, someText.optional()).optional();
  const uuid = unlessAbsent(z.custom<string>(isUuid, { error: 'must be a uuid' }));
  const whole = unlessAbsent(
    z.coerce
      .string()
      .regex(/^\d{1,15}$/, { error: 'must be a whole number' })
      .transform(Number),
  );
  const scalar = z
    .preprocess(
      value => value ?? undefined,
      z.custom(isScalar, { error: 'must be text or a number' }).optional(),
    )
    .optional();

  /** Hidden URNs are left out, so that nobody reads them as numbers. */
  const urn = unlessAbsent(
    z.preprocess(
      urnParts,
      z
        .looseObject(
          { scheme: z.preprocess(absent, someText), path: text, display: text },
          { error: 'must be a URN such as tel:+250788123123' },
        )
        .transform(read =>
          MASKED.test(String(read.path))
            ? { scheme: read.scheme.toLowerCase(), masked: true }
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
