import { fail } from '../errors/errors.js';
import { digitsOf } from '../errors/redact.js';
import { type Method, type Resource, resources } from '../resources.js';
import type { Json } from '../types/json.js';
import type { Query, QueryValue } from '../types/request.js';
import { isObject } from './check.js';
import { trimmed } from './stored.js';

const METHODS: readonly string[] = ['GET', 'POST', 'DELETE'];

/**
 * Reads a method in any letter case.
 *
 * @throws RapidProError `INVALID_INPUT`
 */
export function checkMethod(method: unknown): Method {
  const upper = typeof method === 'string' ? method.trim().toUpperCase() : '';
  if (METHODS.includes(upper)) return upper as Method;
  throw fail(
    'INVALID_INPUT',
    'RapidPro does not have this method.',
    'Use GET, POST or DELETE. RapidPro updates with POST.',
  );
}

/**
 * Reads the name of an endpoint: `contacts`, `contacts.json`, `/api/v2/contacts.json`.
 *
 * @throws RapidProError `INVALID_PATH`
 */
export function checkPath(path: unknown): string {
  const fix = 'Write only the endpoint, such as "contacts". Anything after ? goes into the query.';
  if (typeof path !== 'string') throw fail('INVALID_PATH', 'The path is not text.', fix);
  const text = path.trim();
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || text.startsWith('//')) {
    throw fail(
      'INVALID_PATH',
      'The path is a full address. The token is only sent to the server of the credential.',
      'Write only the endpoint, such as "contacts". For other servers, use @openfn/language-http.',
    );
  }
  const name = text.replace(/^\/?(api\/v2\/)?/, '').replace(/\.json$/, '');
  if (/^[a-z][a-z_]{0,63}$/.test(name)) return name;
  throw fail('INVALID_PATH', 'The path is not an endpoint.', fix);
}

function emptyQuery(what: string): never {
  throw fail(
    'INVALID_FILTER',
    `${what}.`,
    'Without it, RapidPro could return everything or change another object. Nothing was sent. Check the data that it comes from.',
  );
}

/** What RapidPro reads as a number, and ignores if it is 0. */
const NUMBERS = new Set(
  Object.values<Resource>(resources).flatMap(({ filters }) =>
    Object.keys(filters).filter(key => filters[key]?.kind === 'integer'),
  ),
);

/** Python reads digits of all scripts. */
function isZero(text: string): boolean {
  const written = trimmed(text);
  return /^[+-]?\p{Nd}[\p{Nd}_]*$/u.test(written) && /^0+$/.test(digitsOf(written));
}

function checkValue(key: string, value: unknown): QueryValue {
  if (NUMBERS.has(key) && isZero(String(value))) {
    emptyQuery(`"${key}" in the query is 0, which is not a valid id`);
  }
  if (Array.isArray(value)) {
    if (value.length === 0) emptyQuery(`"${key}" in the query is an empty list`);
    return value.map(item => checkValue(key, item) as string);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string' && value.trim() !== '') return value;
  return emptyQuery(
    `"${key}" in the query is ${value !== null && typeof value === 'object' ? 'an object' : 'empty'}`,
  );
}

/**
 * Checks a query with the job author's own keys.
 *
 * @param query - as expanded; undefined if the job has none, null if it evaluated to nothing
 * @throws RapidProError `INVALID_FILTER`
 */
export function checkQuery(query: unknown): Query | undefined {
  if (query === undefined) return undefined;
  if (query === null) return emptyQuery('The query is empty');
  if (!isObject(query)) {
    throw fail(
      'INVALID_FILTER',
      'The query is not an object.',
      'Write it like this: { uuid: "…" }.',
    );
  }
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => [key, checkValue(key, value)]),
  );
}

/**
 * A POST needs something to post. Without a body, RapidPro would create an empty contact, for example.
 *
 * @throws RapidProError `INVALID_INPUT`
 */
export function checkBody(method: Method, body: unknown): Json | undefined {
  const isEmpty = body === undefined || body === null;
  const values = !isEmpty && typeof body === 'object' ? Object.values(body) : [];
  if (values.length > 0 && values.every(value => value === undefined)) {
    throw fail(
      'INVALID_INPUT',
      'The body is empty: none of its keys has a value.',
      'Nothing was sent. Check the names after $ or state. Write {} for a body without keys.',
    );
  }
  if (method === 'POST' && isEmpty) {
    throw fail(
      'INVALID_INPUT',
      'The body is empty.',
      'Nothing was sent. Check the data that it comes from. Write {} for a body without keys.',
    );
  }
  if (method !== 'POST' && !isEmpty) {
    throw fail(
      'INVALID_INPUT',
      `A ${method} request has no body.`,
      'Move the keys into the query.',
    );
  }
  return isEmpty ? undefined : (body as Json);
}
