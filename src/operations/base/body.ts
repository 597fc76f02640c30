import { z } from 'zod';
import type { Dictionary, Json } from '../../types/json.js';
import { check, warnUnknownKeys } from './check.js';
import { asUuid, isUuid } from './identifiers.js';

/** What goes into a request as JSON. */
export type Body = { [key: string]: Json };

/** The pieces that the bodies of several nouns are made of. */
export const text = z.string({ error: 'must be text' });

export const name = z
  .union([z.string(), z.number()], { error: 'must be text' })
  .refine(value => String(value).trim() !== '', { error: 'is empty' });

export const uuid = (what: string, hint = '') =>
  z
    .string({ error: `must be the uuid of ${what}` })
    .transform(value => asUuid(value) ?? value)
    .refine(isUuid, { error: `must be the uuid of ${what}, not its name${hint}` });

/** An object whose keys are free. */
export const record = (value: z.ZodType, error: string) => z.record(z.string(), value, { error });

/**
 * Makes the check of a body: its known keys are held to their shape, unknown ones are warned about
 * and sent, keys without a value are left out.
 *
 * @param where - what whoever wrote the job calls it
 * @param shape - zod's shape of the known keys
 */
export function bodyCheck<Shape extends z.ZodRawShape>(where: string, shape: Shape) {
  const schema = z.looseObject(shape, { error: 'must be an object' });
  const known = Object.keys(shape);
  return (value: unknown, called = where): Body & z.infer<typeof schema> => {
    const body = check(schema, value, called);
    warnUnknownKeys(body, known, called);
    return withoutUndefined(body) as Body & z.infer<typeof schema>;
  };
}

function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const items = Object.values(value);
  return items.length > 0 && items.every(item => item === undefined);
}

/** Leaves out what came out as nothing: keys without a value, objects whose keys all have none. */
function withoutUndefined(body: Dictionary): Dictionary {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => !isEmpty(value)));
}

/** Tells whether a contact's body names groups or fields, which may be seconds old. */
export function namesObjects({ groups, fields }: Body): boolean {
  return [groups, fields].some(value => Object.keys(value ?? {}).length > 0);
}
