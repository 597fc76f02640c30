import { checkBody, checkMethod, checkPath, checkQuery } from './input/httpArguments.js';
import { named } from './input/isOperation.js';
import { log } from './input/log.js';
import { operation } from './operations/base/operation.js';
import type { Json } from './types/json.js';
import type { Options } from './types/options.js';
import type { Query } from './types/request.js';
import type { Operation, Reference } from './types/state.js';

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
function send({ method, path, query, body, options, knownOptions = [] }: HttpPlan): Operation {
  return operation({
    args: { method, path, query, body },
    options,
    knownOptions,
    async run({ client, args, options }) {
      const { query = args.query ?? undefined, body = args.body } = options;
      const request = { method: checkMethod(args.method), path: checkPath(args.path) };
      const answer = await client.request({
        ...request,
        query: checkQuery(query),
        body: checkBody(request.method, body),
      });
      log.info(`${request.method} ${request.path} was answered with ${answer.statusCode}`);
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
  return named('http.get', send({ method: 'GET', path, query, options }));
}

/**
 * Post to any endpoint of the API, to create, update or act. It is not repeated if the outcome is unknown.
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
  return named('http.post', send({ method: 'POST', path, body, options, knownOptions: ['query'] }));
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
  return named('http.delete', send({ method: 'DELETE', path, query, options }));
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
  return named('http.request', send({ method, path, options, knownOptions: ['query', 'body'] }));
}
