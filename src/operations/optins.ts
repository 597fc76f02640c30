import { namedBody } from '../input/body.js';
import type { NamedBody } from '../types/bodies.js';
import type { ListOptions, WriteOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { add } from './base/objects.js';
import { list } from './lists/list.js';

const OPT_IN = { resource: 'optins', check: namedBody('optIn', 'optins') } as const;

/**
 * Read the opt-ins of the workspace. Only on RapidPro 9.
 * @public
 * @function
 * @namespace global
 * @example <caption>All opt-ins</caption>
 * getOptIns();
 * @example <caption>The first ten</caption>
 * getOptIns({ limit: 10 });
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The opt-ins: `uuid`, `name`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_OFFERED` on TextIt. The errors of every request.
 * @see https://app.rapidpro.io/api/v2/optins
 * @returns {Operation}
 */
export function getOptIns(options?: Reference<ListOptions>): Operation {
  return list('getOptIns', { resource: 'optins', filters: undefined, options });
}

/**
 * Add an opt-in. Only on RapidPro 9.
 * @public
 * @function
 * @namespace global
 * @example <caption>An opt-in</caption>
 * addOptIn({ name: 'Health tips' });
 * @example <caption>Keep it in state.news, for later operations</caption>
 * as('news', addOptIn({ name: 'Clinic news' }));
 * @param {NamedBody} optIn - `name`, at most 64 characters.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The opt-in.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_OFFERED` on TextIt; `NAME_TAKEN`, `VALIDATION_FAILED`; `OUTCOME_UNKNOWN`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/optins
 * @returns {Operation}
 */
export function addOptIn(
  optIn: Reference<NamedBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return add('addOptIn', OPT_IN, optIn, options);
}
