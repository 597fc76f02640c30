import { z } from 'zod';
import { fail } from '../errors/errors.js';
import { type Resource, type ResourceName, resources } from '../resources.js';
import type { Dictionary, Json } from '../types/json.js';
import { check, isObject, isShown } from './check.js';
import { asUuid, isUuid } from './identifiers.js';
import { log } from './log.js';
import { refuseMissing, type TextKind } from './missing.js';
import { keyCalled, nearMiss, suggest } from './nearest.js';
import { NO_BODY_KEYS } from './options.js';

export type Body = { [key: string]: Json };

/** The pieces that the bodies of several nouns are made of. */
export const text = z.string({ error: 'must be text' });

export const name = z
  .union([z.string(), z.number()], { error: 'must be text' })
  .refine(value => String(value).trim() !== '', { error: 'is empty' });

export const uuid = (what: string, hint = '') =>
  z
    .string({ error: `must be the uuid of ${what}` })
    .overwrite(value => asUuid(value) ?? value)
    .refine(isUuid, { error: `must be the uuid of ${what}, not its name${hint}` });

/** For objects that can also be given by name. */
export const uuidOrName = (what: string) =>
  z
    .string({ error: `must be the uuid or the name of ${what}` })
    .overwrite(value => asUuid(value) ?? value.trim())
    .refine(value => value !== '', {
      error: `is empty: it must be the uuid or the name of ${what}`,
    });

export const oneOf = <Choice extends string>(choices: readonly Choice[]) =>
  z.enum(choices, { error: `must be one of ${choices.join(', ')}` });

/** A text without which nothing is meant. */
export const filled = (what: string) =>
  text.trim().min(1, { error: `is empty: it must be ${what}` });

export const record = (value: z.ZodType, error: string) => z.record(z.string(), value, { error });

/** The keys of a body. */
interface Keys {
  known: readonly string[];
  /** Keys of RapidPro's own answers: writing an answer back is not a mistake. */
  answered: readonly string[];
  /** The endpoint, for people who really mean such a key. */
  path: string;
}

export function keysOf(resource: ResourceName, known: readonly string[]): Keys {
  const { answers = [] }: Resource = resources[resource];
  return { path: resource, known, answered: answers };
}

/** Refuses an option in a body: `dryRun` there would do the real thing. */
function refuseOption(key: string, where: string): void {
  const option = nearMiss(key, NO_BODY_KEYS);
  if (option === undefined) return;
  throw fail(
    'INVALID_INPUT',
    `${where} has the key "${option}", which is an option.`,
    `Nothing was sent. Options go into the last argument: { … }, { ${option}: … }.`,
  );
}

const strangeKeys = (value: object, { known, answered }: Keys) =>
  Object.keys(value).filter(key => !known.includes(key) && !answered.includes(key));

/**
 * Refuses a contact with a phone number under another key and without URNs: it would get no number, and each upsert would
 * add another one.
 */
export function refuseLostNumber(
  value: Dictionary,
  { known, path }: Keys,
  key: string,
  where: string,
): void {
  const isThere = (name: string) => {
    const one = value[name];
    return one != null && one !== '' && !(Array.isArray(one) && one.length === 0);
  };
  const isLost = path === 'contacts' && keyCalled(key, known) === 'urns' && isThere(key);
  if (!isLost || isThere('urns') || !known.some(isThere)) return;
  throw fail(
    'INVALID_INPUT',
    `${where} has the unknown key "${key}", but no "urns".`,
    `Nothing was sent. ${suggest(key, known)} To send the key anyway, use http.post("${path}", …).`,
  );
}

/**
 * Refuses a key that almost equals a known one, is called so elsewhere, or is an option: RapidPro would silently ignore
 * it.
 */
export function refuseNearMisses(value: object, keys: Keys, where: string): void {
  for (const key of strangeKeys(value, keys)) {
    refuseOption(key, where);
    const meant = nearMiss(key, keys.known);
    if (meant === undefined) {
      refuseLostNumber(value as Dictionary, keys, key, where);
      continue;
    }
    throw fail(
      'INVALID_INPUT',
      isShown(key)
        ? `${where} has the unknown key "${key}".`
        : `${where} has an unknown key that is similar to "${meant}".`,
      `Nothing was sent. Did you mean "${meant}"? To send the key anyway, use http.post("${keys.path}", …).`,
    );
  }
}

/**
 * Warns of keys that RapidPro would silently ignore. They are sent anyway, because servers add keys. If an answer is
 * written back, says once which of its keys RapidPro does not take.
 */
export function warnOfKeys(value: object, keys: Keys, where: string): void {
  const { known, answered } = keys;
  for (const key of strangeKeys(value, keys)) {
    log.warn(
      isShown(key)
        ? `${where} has the unknown key "${key}". ${suggest(key, known)}`
        : `${where} has a key that RapidPro does not know. Possible here: ${known.join(', ')}.`,
    );
  }
  const ignored = Object.keys(value).filter(key => answered.includes(key) && !known.includes(key));
  if (ignored.length === 0) return;
  log.warn(`${where} has keys that RapidPro returns but ignores: ${ignored.join(', ')}.`);
}

interface BodyPlan {
  resource: ResourceName;
  /** The keys whose texts reach a person or a record. */
  texts?: { readonly [key: string]: TextKind };
}

/**
 * Makes the check of a body: known keys must have the right shape, misspelled keys are refused, other unknown
 * keys are sent with a warning, and keys without a value are left out.
 *
 * @param where - its name in the job
 */
export function bodyCheck<Shape extends z.ZodRawShape>(
  where: string,
  shape: Shape,
  { resource, texts = {} }: BodyPlan,
) {
  const schema = z.looseObject(shape, { error: 'must be an object' });
  const keys = keysOf(resource, Object.keys(shape));
  return (value: unknown, called = where, isLiteral = false): Body & z.infer<typeof schema> => {
    // First, because a misspelled key is also missing.
    if (isObject(value)) refuseNearMisses(value, keys, called);
    const body: Dictionary = check(schema, value, called, 'INVALID_INPUT', where);
    warnOfKeys(body, keys, called);
    for (const [key, kind] of Object.entries(texts)) {
      // As the job wrote it, because a shape may change it.
      refuseMissing((value as Dictionary)[key], `${called}.${key}`, kind, isLiteral);
    }
    const kept = Object.entries(body).filter(([, value]) => !isEmpty(value));
    return Object.fromEntries(kept) as Body & z.infer<typeof schema>;
  };
}

/** The check of a body that is a name and nothing else. */
export const namedBody = (where: string, resource: ResourceName) =>
  bodyCheck(where, { name }, { resource, texts: { name: 'name' } });

/** Whether a key has no value, or an object whose keys all have none. */
function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  const items = Object.values(value);
  return items.length > 0 && items.every(item => item === undefined);
}
