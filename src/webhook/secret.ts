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
    'Put the same secret into the flow (or the address that is subscribed) and into the credential of the job. If pushes come that you did not send, change it.',
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
  if (!isObject(request)) refuse(`The push has no ${name}: no headers are on the state.`);
  const given =
    header === undefined
      ? queryValues(request as PushRequest, query ?? '')
      : headerValues(request.headers, header);
  if (given.length === 0) refuse(`The push has no ${name}.`);
  if (given.length > 1) refuse(`The push has more than one ${name}.`);
  if (!isSame(given[0] ?? '', text)) refuse(`The secret in the ${name} of the push is wrong.`);
}

/** How a text can stand in an address. */
function spellings(text: string): string[] {
  const form = new URLSearchParams({ a: text }).toString().slice(2);
  return [...new Set([text, encodeURIComponent(text), form])];
}

/**
 * A value without a secret: RapidPro lists addresses that a flow has called among the results. What
 * holds none of it stays the same object.
 */
export function withoutSecret<T>(value: T, text: string): T {
  return hide(value, spellings(text)) as T;
}

function hide(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === 'string') {
    return texts.reduce((rest, text) => rest.replaceAll(text, '…'), value);
  }
  if (value === null || typeof value !== 'object') return value;
  const before = Object.entries(value);
  const after = before.map(([key, item]) => [hide(key, texts), hide(item, texts)]);
  const isSame = before.every(([key, item], index) => {
    const [newKey, newItem] = after[index] ?? [];
    return key === newKey && item === newItem;
  });
  if (isSame) return value;
  return Array.isArray(value) ? after.map(([, item]) => item) : Object.fromEntries(after);
}
