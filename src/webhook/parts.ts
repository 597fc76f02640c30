import { fromJson, isObject } from './plain.js';

/**
 * Reads one part of a body: gives its normal form, or undefined if it was not sent. Notes what is
 * wrong with it by its path, never by its value.
 */
export type Part = (value: unknown, where: string, problems: string[]) => unknown;

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

/** Reads a part unless it was left out: null and empty text are RapidPro's ways to say so. */
function present(read: Part): Part {
  return (value, where, problems) => (isAbsent(value) ? undefined : read(value, where, problems));
}

function wrong(where: string, expected: string, problems: string[]): undefined {
  problems.push(`${where} must be ${expected}`);
  return undefined;
}

/** Text. A template without quotation marks makes a number of digits. */
export const text = present((value, where, problems) =>
  typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : wrong(where, 'text', problems),
);

/** Text that may well be empty: a message with nothing but a picture, an empty answer. */
export const anyText: Part = (value, where, problems) =>
  value === '' ? '' : text(value, where, problems);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && UUID.test(value);

export const uuid = present((value, where, problems) =>
  isUuid(value) ? value : wrong(where, 'a uuid', problems),
);

export const whole = present((value, where, problems) =>
  /^\d{1,15}$/.test(String(value)) ? Number(value) : wrong(where, 'a whole number', problems),
);

/** Text, a number, true or false. */
export const scalar: Part = (value, where, problems) => {
  if (value === undefined || value === null) return undefined;
  return ['string', 'number', 'boolean'].includes(typeof value)
    ? value
    : wrong(where, 'text or a number', problems);
};

interface Shape {
  [key: string]: Part;
}

/**
 * An object, or one written as JSON text. Keys that are not known stay in place.
 *
 * @param bare - reads what may stand for the object. It comes first: what a contact wrote is never
 * taken for JSON where it can stand by itself.
 */
export function shape(parts: Shape, bare?: (value: unknown) => unknown): Part {
  return present((given, where, problems) => {
    if (isObject(given)) return shaped(parts, given, where, problems);
    const read = bare?.(given);
    if (read !== undefined) return read;
    const value = fromJson(given);
    if (isObject(value)) return shaped(parts, value, where, problems);
    return wrong(where, bare ? 'an object, or what stands for one' : 'an object', problems);
  });
}

function shaped(parts: Shape, value: object, where: string, problems: string[]): unknown {
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const part = Object.hasOwn(parts, key) ? parts[key] : undefined;
    return [key, part ? part(item, `${where}.${key}`, problems) : item];
  });
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** A list, or one written as JSON text. */
export function listOf(part: Part): Part {
  return present((given, where, problems) => {
    const value = fromJson(given);
    if (!Array.isArray(value)) return wrong(where, 'a list', problems);
    return value
      .map((item, index) => part(item, `${where}[${index}]`, problems))
      .filter(item => item !== undefined);
  });
}

/** An object with keys of the author's own, all values alike. */
export function recordOf(part: Part): Part {
  return present((given, where, problems) => {
    const value = fromJson(given);
    if (!isObject(value)) return wrong(where, 'an object', problems);
    const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
      key,
      part(item, `${where}.${key.slice(0, 64)}`, problems),
    ]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  });
}

const URN = /^([a-z][a-z0-9]*):([^?#]+)/i;
const MASKED = /^\*+$/;

const urnShape = shape({ scheme: text, path: text, display: text });

/** `tel:+250788123123`, or its parts. What a workspace hides is left out, so that nobody takes it for a number. */
export const urn = present((given, where, problems) => {
  const value = fromJson(given);
  if (isObject(value)) {
    const read = urnShape(value, where, problems) as { [key: string]: unknown };
    if (typeof read.scheme !== 'string') return wrong(`${where}.scheme`, 'text', problems);
    return typeof read.path === 'string' && MASKED.test(read.path) ? hidden(read.scheme) : read;
  }
  const [, scheme, path] = (typeof value === 'string' ? URN.exec(value.trim()) : null) ?? [];
  if (!scheme || !path) return wrong(where, 'a URN such as tel:+250788123123', problems);
  return MASKED.test(path) ? hidden(scheme) : { scheme: scheme.toLowerCase(), path };
});

const hidden = (scheme: string) => ({ scheme: scheme.toLowerCase(), masked: true });
