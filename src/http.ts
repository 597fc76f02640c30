import { fail } from './errors/errors.js';
import { plainDigits } from './errors/redact.js';
import { type Given, isObject, shownKey } from './input/check.js';
import { refuseQuoted } from './input/filters.js';
import { requireUrn } from './input/identifiers.js';
import { log } from './input/log.js';
import { trimmed } from './input/stored.js';
import { operation } from './operations/base/operation.js';
import type { Placed, WorkspaceFacts } from './operations/base/workspaceFacts.js';
import { logMisread } from './operations/contact/misread.js';
import { type Method, type Resource, resources } from './resources.js';
import type { Json } from './types/json.js';
import type { Options } from './types/options.js';
import type { ApiRequest, Query, QueryValue } from './types/request.js';
import type { Operation, Reference } from './types/state.js';

const METHODS: readonly string[] = ['GET', 'POST', 'DELETE'];

/** Reads a method in any letter case. */
function checkMethod(method: unknown): Method {
  const upper = typeof method === 'string' ? method.trim().toUpperCase() : '';
  if (METHODS.includes(upper)) return upper as Method;
  throw fail(
    'INVALID_INPUT',
    'RapidPro does not have this method.',
    'Use GET, POST or DELETE. RapidPro updates with POST.',
  );
}

/** Reads the name of an endpoint: `contacts`, `contacts.json`, `/api/v2/contacts.json`. */
function checkPath(path: unknown): string {
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
  return /^[+-]?\p{Nd}[\p{Nd}_]*$/u.test(written) && /^0+$/.test(plainDigits(written));
}

function checkValue(name: string, value: unknown): QueryValue {
  const key = shownKey(name);
  if (NUMBERS.has(name) && isZero(String(value))) {
    emptyQuery(`"${key}" in the query is 0, which is not a valid id`);
  }
  if (Array.isArray(value)) {
    if (value.length === 0) emptyQuery(`"${key}" in the query is an empty list`);
    return value.map(item => checkValue(name, item) as string);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  refuseQuoted(value, `"${key}" in the query`);
  if (typeof value === 'string' && value.trim() !== '') return value;
  return emptyQuery(
    `"${key}" in the query is ${value !== null && typeof value === 'object' ? 'an object' : 'empty'}`,
  );
}

/**
 * Checks a query with the job author's own keys.
 *
 * @param query - as expanded; undefined if the job has none, null if it evaluated to nothing
 */
function checkQuery(query: unknown): Query | undefined {
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

/** A POST needs something to post. Without a body, RapidPro would create an empty contact, for example. */
function checkBody(method: Method, body: unknown): Json | undefined {
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

type Request = Pick<ApiRequest, 'path' | 'query' | 'body'>;

const isContactWrite = ({ path, body }: Request) => path === 'contacts' && body !== undefined;

/** Keys of bodies that name people by uuid or URN. */
const PEOPLE = ['urns', 'urn', 'contact', 'contacts'] as const;

/**
 * A URN that RapidPro would read as somebody else's is refused here too. Everything else goes as it is; what RapidPro
 * misreads in the fields of a contact is logged.
 */
async function refuseWrongPeople(facts: WorkspaceFacts, request: Request): Promise<void> {
  const { query, body } = request;
  const isWrite = isContactWrite(request);
  const asked = urnsIn(query?.urn, 'query.urn');
  for (const { urn, where } of asked) requireUrn(urn, where, 'lookup', 'INVALID_FILTER');
  const named = PEOPLE.flatMap(key => (isObject(body) ? urnsIn(body[key], `body.${key}`) : []));
  for (const { urn, where } of named) requireUrn(urn, where, isWrite ? 'write' : 'lookup');
  await facts.refuseHomeNumbers(asked, { isContactWrite: isWrite, code: 'INVALID_FILTER' });
  await facts.refuseHomeNumbers(named, { isContactWrite: isWrite });
}

/** Uuids have no colon. What is no text is for RapidPro to refuse. */
function urnsIn(value: unknown, where: string): Placed[] {
  if (!Array.isArray(value)) {
    return typeof value === 'string' && value.includes(':') ? [{ urn: value, where }] : [];
  }
  return value.flatMap((item, index) => urnsIn(item, `${where}[${index}]`));
}

/** Options of `http.post` and `http.request`. */
export interface HttpOptions extends Options {
  /** The part after `?` in the address. */
  query?: Query;
}

/** Options of `http.request`. */
export interface HttpRequestOptions extends HttpOptions {
  /** Sent as JSON. */
  body?: Json;
}

interface HttpPlan {
  method: unknown;
  path: unknown;
  /** As separate arguments, or in the options. */
  query?: unknown;
  body?: unknown;
  options: unknown;
  knownOptions?: readonly ('query' | 'body')[];
}

/** Every operation in `http`: one request, and its unchanged answer. */
function send(
  name: string,
  given: Given,
  { method, path, query, body, options, knownOptions = [] }: HttpPlan,
): Operation {
  return operation(name, given, {
    args: { method, path, query, body },
    options,
    knownOptions,
    async run({ client, facts, args, options }) {
      const { query = args.query ?? undefined, body = args.body } = options;
      const method = checkMethod(args.method);
      const request = {
        method,
        path: checkPath(args.path),
        query: checkQuery(query),
        body: checkBody(method, body),
      };
      await refuseWrongPeople(facts, request);
      const answer = await client.request(request);
      log.info(`${request.method} ${request.path} was answered with ${answer.statusCode}`);
      if (isContactWrite(request) && isObject(request.body) && isObject(answer.body)) {
        logMisread(request.body, answer.body);
      }
      return answer.body;
    },
  });
}

/**
 * Read one page of any endpoint of the API, exactly as RapidPro sends it.
 * @public
 * @function
 * @example <caption>The first page of the labels</caption>
 * http.get('labels');
 * @example <caption>With a query; the records are in results</caption>
 * http.get('contacts', { group: 'Mothers', reverse: true });
 * fn(state => ({ ...state, data: state.data.results }));
 * @param {string} path - The endpoint, with or without `.json`: `contacts`.
 * @param {object} [query] - The keys and values after `?`, unencoded.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The answer: for a list `next`, `previous`, `results`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_PATH`, `INVALID_FILTER` for an empty value in the query; the errors of every request.
 * @returns {Operation}
 */
export function get(
  path: Reference<string>,
  query?: Reference<Query>,
  options?: Reference<Options>,
): Operation {
  return send('http.get', arguments, { method: 'GET', path, query, options });
}

/**
 * Post to any endpoint of the API, to create, update or act. It is not repeated if the outcome is unknown. The body is sent
 * as it is: texts with missing data in them, such as `Dear undefined`, are not refused.
 * @public
 * @function
 * @example <caption>Rename a label</caption>
 * http.post('labels', { name: 'Very urgent' }, { query: { uuid: $.data.uuid } });
 * @example <caption>Add a group</caption>
 * http.post('groups', { name: 'Fathers' });
 * @param {string} path - The endpoint, with or without `.json`.
 * @param {object} body - Sent as JSON.
 * @param {HttpOptions} [options] - `query`; `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The answer, or `null` if it is empty.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_PATH`, `INVALID_INPUT` for no body, `INVALID_FILTER`, `OUTCOME_UNKNOWN`; the errors of every request.
 * @returns {Operation}
 */
export function post(
  path: Reference<string>,
  body: Reference<Json>,
  options?: Reference<HttpOptions>,
): Operation {
  return send('http.post', arguments, {
    method: 'POST',
    path,
    body,
    options,
    knownOptions: ['query'],
  });
}

/**
 * Delete an object of any endpoint of the API. In a job: `http.delete(…)`.
 * @public
 * @function
 * @example <caption>Delete a label</caption>
 * http.delete('labels', { uuid: $.data.uuid });
 * @example <caption>Delete a contact by a URN</caption>
 * http.delete('contacts', { urn: 'tel:+221770001122' });
 * @param {string} path - The endpoint, with or without `.json`.
 * @param {object} query - What identifies the object, unencoded.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `null`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_PATH`, `INVALID_FILTER`, `NOT_FOUND`; the errors of every request.
 * @returns {Operation}
 */
function remove(
  path: Reference<string>,
  query: Reference<Query>,
  options?: Reference<Options>,
): Operation {
  return send('http.delete', arguments, { method: 'DELETE', path, query, options });
}

export { remove as delete };

/**
 * Send any request to the API.
 * @public
 * @function
 * @example <caption>Add a label</caption>
 * http.request('POST', 'labels', { body: { name: 'To call back' } });
 * @example <caption>Read one field</caption>
 * http.request('GET', 'fields', { query: { key: 'village' } });
 * @param {string} method - `GET`, `POST` or `DELETE`.
 * @param {string} path - The endpoint, with or without `.json`. A complete address is refused.
 * @param {HttpRequestOptions} [options] - `query`, `body`; `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The answer, or `null` if it is empty.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_PATH`, `INVALID_INPUT`, `INVALID_FILTER`, `OUTCOME_UNKNOWN`; the errors of every request.
 * @returns {Operation}
 */
export function request(
  method: Reference<string>,
  path: Reference<string>,
  options?: Reference<HttpRequestOptions>,
): Operation {
  return send('http.request', arguments, {
    method,
    path,
    options,
    knownOptions: ['query', 'body'],
  });
}
