import { createHash, timingSafeEqual } from 'node:crypto';
import { fail } from '../errors/errors.js';
import { isObject } from '../input/check.js';
import type { PushRequest } from './push.js';

/** Headers and parameters come in many shapes; here they are lists of values by name. */

function texts(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter(one => typeof one === 'string' || typeof one === 'number').map(String);
}

/** The pairs of an object, of a list of pairs, or of an iterable of pairs, such as `Headers`. */
function pairsOf(from: unknown): [unknown, unknown][] {
  if (from === null || typeof from !== 'object') return [];
  const pairs = Symbol.iterator in from ? [...(from as Iterable<unknown>)] : Object.entries(from);
  return pairs.filter((pair): pair is [unknown, unknown] => Array.isArray(pair));
}

/** All values of a header, in any letter case of its name. */
function headerValues(headers: unknown, name: string): string[] {
  return pairsOf(headers)
    .filter(([key]) => typeof key === 'string' && key.toLowerCase() === name.toLowerCase())
    .flatMap(([, value]) => texts(value));
}

function queryValues(request: PushRequest, name: string): string[] {
  const query: unknown = request.query_params ?? request.query;
  const pairs = typeof query === 'string' ? [...new URLSearchParams(query)] : pairsOf(query);
  return pairs.filter(([key]) => key === name).flatMap(([, value]) => texts(value));
}

/** Whether RapidPro's simulator sent it; undefined if no header says so. */
export function simulationOf(headers: unknown): boolean | undefined {
  const [mode] = headerValues(headers, 'X-Mailroom-Mode').map(one => one.trim().toLowerCase());
  if (mode === 'simulation') return true;
  return mode === 'normal' ? false : undefined;
}

/** What a push must carry, and where. */
export interface ExpectedSecret {
  text: string;
  /** Either a header or a parameter. */
  header?: string | undefined;
  query?: string | undefined;
}

const SAME_SECRET =
  'Use the same secret in the flow (or the subscribed address) and in the credential of the job. If you get pushes that you did not send, change it.';

const WHERE_IT_IS =
  'If an earlier step moved the request, say where its headers are: { request: $.myRequest }. In the first step of a workflow that a webhook starts, they are in state.request.';

function refuse(description: string, fix = SAME_SECRET): never {
  throw fail('INVALID_SECRET', description, fix);
}

/** Takes the same time for wrong and right texts, whatever their lengths. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map(one => createHash('sha256').update(one).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/** Lets only pushes with the secret through. It must be there exactly once. */
export function checkSecret(secret: ExpectedSecret, request: unknown): void {
  const { text, header, query } = secret;
  const name = header === undefined ? `parameter "${query}"` : `header "${header}"`;
  if (!isObject(request)) {
    refuse(`The push has no ${name}: the state has no request.`, WHERE_IT_IS);
  }
  const given =
    header === undefined
      ? queryValues(request as PushRequest, query ?? '')
      : headerValues(request.headers, header);
  if (given.length === 0) {
    const isElsewhere = header !== undefined && pairsOf(request.headers).length === 0;
    if (isElsewhere) refuse(`The push has no ${name}: the request has no headers.`, WHERE_IT_IS);
    refuse(`The push has no ${name}.`);
  }
  if (given.length > 1) refuse(`The push has more than one ${name}.`);
  if (!isSame(given[0] ?? '', text)) refuse(`The secret in the ${name} of the push is wrong.`);
}
