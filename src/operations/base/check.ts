import type { z } from 'zod';
import { type ErrorCode, RapidProError } from '../../client/errors.js';
import { log } from './log.js';
import { suggest } from './nearest.js';

/** `urns[1]` from `['urns', 1]`. */
function pathOf(where: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`),
    where,
  );
}

/**
 * Holds a value to a schema before anything is sent. Errors name the place and what is expected
 * there, never the value.
 *
 * @param schema - what is expected
 * @param value - an expanded argument
 * @param where - the argument's name
 * @throws RapidProError `INVALID_INPUT`, or the code given
 */
export function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
  where: string,
  code: ErrorCode = 'INVALID_INPUT',
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map(issue => `${pathOf(where, issue.path)} ${issue.message}`);
  throw new RapidProError({
    code,
    description: `${errors[0]}.`,
    fix: 'Nothing was sent. Correct the job, or the data that it reads, and run it again.',
    errors: errors.length > 1 ? errors.slice(0, 20) : undefined,
  });
}

/** Warns of keys that RapidPro would silently ignore. Servers grow: they are sent all the same. */
export function warnUnknownKeys(value: object, known: readonly string[], where: string): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    // A key that is no word may be somebody's name or number.
    if (!/^[A-Za-z_][\w-]{0,40}$/.test(key)) {
      log.warn(`${where} has a key that RapidPro does not know. Known here: ${known.join(', ')}.`);
      continue;
    }
    log.warn(`${where} has the unknown key "${key}". ${suggest(key, known)}`);
  }
}
