import { namedBody } from '../input/body.js';
import type { NamedBody } from '../types/bodies.js';
import type { ListOptions, WriteOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { add, update } from './base/objects.js';
import { list } from './lists/list.js';

const TOPIC = { resource: 'topics', check: namedBody('topic', 'topics') } as const;

/**
 * Read the topics of tickets, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>All topics</caption>
 * getTopics();
 * @example <caption>The first ten</caption>
 * getTopics({ limit: 10 });
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The topics: `uuid`, `name`, `counts`, `system`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} The errors of every request.
 * @see https://app.rapidpro.io/api/v2/topics
 * @returns {Operation}
 */
export function getTopics(options?: Reference<ListOptions>): Operation {
  return list('getTopics', { resource: 'topics', filters: undefined, options });
}

/**
 * Add a topic for tickets.
 * @public
 * @function
 * @namespace global
 * @example <caption>A topic</caption>
 * addTopic({ name: 'Side effects' });
 * @example <caption>Keep it in state.appointments, for later operations</caption>
 * as('appointments', addTopic({ name: 'Appointments' }));
 * @param {NamedBody} topic - `name`, at most 64 characters.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The topic.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NAME_TAKEN`, `LIMIT_REACHED`, `VALIDATION_FAILED`; `OUTCOME_UNKNOWN`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/topics
 * @returns {Operation}
 */
export function addTopic(
  topic: Reference<NamedBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return add('addTopic', TOPIC, topic, options);
}

/**
 * Rename a topic.
 * @public
 * @function
 * @namespace global
 * @example <caption>Rename</caption>
 * updateTopic('aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11', { name: 'Adverse events' });
 * @example <caption>By its current name</caption>
 * getTopics();
 * updateTopic(state => state.data.find(({ name }) => name === 'Visits').uuid, {
 *   name: 'Appointments',
 * });
 * @param {string} topic - The uuid of the topic.
 * @param {NamedBody} changes - `name`.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The topic.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `SYSTEM_OBJECT` (the default topic), `NAME_TAKEN`, `INVALID_INPUT`; the errors of every request.
 * @magic topic $.children[?(@.name=='topics')].children[*]
 * @see https://app.rapidpro.io/api/v2/topics
 * @returns {Operation}
 */
export function updateTopic(
  topic: Reference<string>,
  changes: Reference<NamedBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return update('updateTopic', TOPIC, topic, changes, options);
}
