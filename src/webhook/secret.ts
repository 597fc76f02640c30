import { createHash, timingSafeEqual } from 'node:crypto';
import { fail } from '../errors/errors.js';
import { isObject } from './plain.js';
import type { PushRequest } from './push.js';
import { headerValues, queryValues } from './request.js';

export interface Secret {
  text: string;
  /** One of the two. */
  header?: string | undefined;
  query?: string | undefined;
}

function refuse(description: string): never {
  throw fail(
    'INVALID_SECRET',
    description,
    'Use the same secret in the flow (or the subscribed address) and in the credential of the job. If you get pushes that you did not send, change it.',
  );
}

/** Takes as long for a wrong text as for the right one, whatever their lengths. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map(one => createHash('sha256').update(one).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/**
 * Lets through only what carries the secret, once.
 *
 * @throws RapidProError `INVALID_SECRET`
 */
export function checkSecret(secret: Secret, request: unknown): void {
  const { text, header, query } = secret;
  const name = header === undefined ? `parameter "${query}"` : `header "${header}"`;
  if (!isObject(request)) refuse(`The push has no ${name}: the state has no headers.`);
  const given =
    header === undefined
      ? queryValues(request as PushRequest, query ?? '')
      : headerValues(request.headers, header);
  if (given.length === 0) refuse(`The push has no ${name}.`);
  if (given.length > 1) refuse(`The push has more than one ${name}.`);
  if (!isSame(given[0] ?? '', text)) refuse(`The secret in the ${name} of the push is wrong.`);
}
