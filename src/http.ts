import { RapidProError } from './client/errors.js';
import type { Query } from './client/request.js';
import { checkPath, checkQuery } from './operations/httpArguments.js';
import { operation } from './operations/operation.js';
import type { Method } from './resources.js';
import type { Json } from './types/json.js';
import type { Options } from './types/options.js';
import type { Operation, Reference } from './types/state.js';

/** What `http.post` and `http.request` take beside the common options. */
export interface HttpOptions extends Options {
  /** What stands after `?` in the address. */
  query?: Query;
}

/** What `http.request` takes beside the common options. */
export interface HttpRequestOptions extends HttpOptions {
  /** Sent as JSON. */
  body?: Json;
}

const METHODS: readonly string[] = ['GET', 'POST', 'DELETE'];

function checkMethod(method: unknown): Method {
  const upper = typeof method === 'string' ? method.toUpperCase() : '';
  if (METHODS.includes(upper)) return upper as Method;
  throw new RapidProError({
    code: 'INVALID_INPUT',
    description: 'The method is not one that RapidPro has.',
    fix: 'RapidPro knows GET, POST and DELETE. It updates with POST.',
  });
}

function send(
  method: unknown,
  path: unknown,
  query: unknown,
  body: unknown,
  options: unknown,
): Operation {
  return operation({
    args: { method, path, query, body },
    options,
    knownOptions: ['query', 'body'],
    async run({ client, args }) {
      const answer = await client.request({
        method: checkMethod(args.method),
        path: checkPath(args.path),
        query: checkQuery(args.query),
        body: args.body as Json | undefined,
      });
      return answer.body;
    },
  });
}

/** Reads one key of options that may be a function of state as a whole. */
function from(options: unknown, key: 'query' | 'body'): unknown {
  if (typeof options === 'function') {
    return (state: unknown) => (options(state) as { [key: string]: unknown } | undefined)?.[key];
  }
  return (options as { [key: string]: unknown } | undefined)?.[key];
}

/**
 * Get one page of any endpoint of the API, as RapidPro answers it.
 * @public
 * @function
 * @example <caption>The first page of the labels</caption>
 * http.get('labels');
 * @param {string} path - The endpoint, with or without `.json`: `contacts`.
 * @param {object} [query] - What stands after `?`, unencoded.
 * @param {Options} [options] - `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - The answer: for a list `{ next, previous, results }`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_PATH`, `INVALID_FILTER` for an empty value in the query; the errors of every request.
 * @see API reference, section 2
 * @returns {Operation}
 */
export function get(
  path: Reference<string>,
  query?: Reference<Query>,
  options?: Reference<Options>,
): Operation {
  return send('GET', path, query, undefined, options);
}

/**
 * Post to any endpoint of the API: create, update or act. Never repeated after an unclear failure.
 * @public
 * @function
 * @example <caption>Rename a label</caption>
 * http.post('labels', { name: 'Urgent' }, { query: { uuid: $.data.uuid } });
 * @param {string} path - The endpoint, with or without `.json`.
 * @param {object} body - Sent as JSON.
 * @param {HttpOptions} [options] - `query`; `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - The answer, or `null` where RapidPro answers with nothing.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_PATH`, `INVALID_FILTER`, `OUTCOME_UNKNOWN`; the errors of every request.
 * @see API reference, section 2
 * @returns {Operation}
 */
export function post(
  path: Reference<string>,
  body: Reference<Json>,
  options?: Reference<HttpOptions>,
): Operation {
  return send('POST', path, from(options, 'query'), body, options);
}

/**
 * Delete an object of any endpoint of the API. In a job: `http.delete(…)`.
 * @public
 * @function
 * @example <caption>Delete a label</caption>
 * http.delete('labels', { uuid: $.data.uuid });
 * @param {string} path - The endpoint, with or without `.json`.
 * @param {object} query - What names the object, unencoded.
 * @param {Options} [options] - `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - `null`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_PATH`, `INVALID_FILTER`, `NOT_FOUND`; the errors of every request.
 * @see API reference, section 2
 * @returns {Operation}
 */
function remove(
  path: Reference<string>,
  query: Reference<Query>,
  options?: Reference<Options>,
): Operation {
  return send('DELETE', path, query, undefined, options);
}

export { remove as delete };

/**
 * Make any request of the API.
 * @public
 * @function
 * @example <caption>Make a label</caption>
 * http.request('POST', 'labels', { body: { name: 'Urgent' } });
 * @param {string} method - `GET`, `POST` or `DELETE`.
 * @param {string} path - The endpoint, with or without `.json`. A whole address is refused.
 * @param {HttpRequestOptions} [options] - `query`, `body`; `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - The answer, or `null` where RapidPro answers with nothing.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_PATH`, `INVALID_INPUT`, `INVALID_FILTER`, `OUTCOME_UNKNOWN`; the errors of every request.
 * @see API reference, section 2
 * @returns {Operation}
 */
export function request(
  method: Reference<string>,
  path: Reference<string>,
  options?: Reference<HttpRequestOptions>,
): Operation {
  return send(method, path, from(options, 'query'), from(options, 'body'), options);
}
