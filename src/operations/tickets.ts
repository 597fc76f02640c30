import { namedBody } from '../input/body.js';
import { refuseMissing } from '../input/missing.js';
import { LITERAL } from '../input/options.js';
import type { NamedBody } from '../types/bodies.js';
import type { TicketFilters } from '../types/filters.js';
import type {
  ActionOptions,
  ListOptions,
  NamedActionOptions,
  WriteOptions,
} from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { add, checkKey, requireText, update } from './base/objects.js';
import { list } from './lists/list.js';
import { isName } from './lists/named.js';
import { referenceCheck } from './lists/unknownReference.js';
import { act, actOn } from './many/actions.js';

/**
 * Read the tickets of the workspace, open and closed, newest change first.
 * @public
 * @function
 * @namespace global
 * @example <caption>Open tickets</caption>
 * getTickets();
 *
 * fn(state => ({ ...state, data: state.data.filter(ticket => ticket.status === 'open') }));
 * @example <caption>The last ten</caption>
 * getTickets({}, { limit: 10 });
 * @param {TicketFilters} [filters] - `contact` (uuid), `uuid`, `reverse`. Default: all tickets.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The tickets: `uuid`, `contact`, `status`, `topic`, `assignee`, `opened_on`, `closed_on`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` if the list is empty because the contact does not exist; `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/tickets
 * @returns {Operation}
 */
export function getTickets(
  filters?: Reference<TicketFilters>,
  options?: Reference<ListOptions>,
): Operation {
  const ifEmpty = referenceCheck('contact');
  return list('getTickets', arguments, { resource: 'tickets', filters, options, ifEmpty });
}

/**
 * Assign tickets to a user, or to nobody.
 * @public
 * @function
 * @namespace global
 * @example <caption>To a user</caption>
 * assignTickets(state => state.data.map(ticket => ticket.uuid), 'amina@example.org');
 * @example <caption>To nobody</caption>
 * assignTickets(state => state.data.map(ticket => ticket.uuid), null);
 * @param {string[]} tickets - Uuids, any number.
 * @param {string} assignee - E-mail address of the user, or a literal `null` for nobody. A reference that evaluates to `null` is refused.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the user; `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request. On TextIt, `failures` lists tickets that did not change; RapidPro 9 does not report them.
 * @magic assignee $.children[?(@.name=='users')].children[*]
 * @see https://app.rapidpro.io/api/v2/ticket_actions
 * @returns {Operation}
 */
export function assignTickets(
  tickets: Reference<string[]>,
  assignee: Reference<string | null>,
  options?: Reference<ActionOptions>,
): Operation {
  return act('assignTickets', arguments, 'tickets', {
    args: { tickets, assignee },
    options,
    body: args => ({
      action: 'assign',
      // Missing data must not unassign tickets. For nobody, write null.
      assignee: assignee === null ? null : requireText(args.assignee, 'assignee'),
    }),
  });
}

/**
 * Add a note to tickets, for the users of RapidPro. If the outcome is unknown, the note is not repeated.
 * @public
 * @function
 * @namespace global
 * @example <caption>The same note on all</caption>
 * addTicketNote(state => state.data.map(ticket => ticket.uuid), 'Called back.');
 * @example <caption>Test it first</caption>
 * addTicketNote(state => state.data.map(ticket => ticket.uuid), 'Called back.', { dryRun: true });
 * @param {string[]} tickets - Uuids, any number.
 * @param {string} note - The text.
 * @param {NamedActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `OUTCOME_UNKNOWN`; `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/ticket_actions
 * @returns {Operation}
 */
export function addTicketNote(
  tickets: Reference<string[]>,
  note: Reference<string>,
  options?: Reference<NamedActionOptions>,
): Operation {
  return act('addTicketNote', arguments, 'tickets', {
    args: { tickets, note },
    options,
    knownOptions: LITERAL,
    repeatable: false,
    body(args, { literal = false }) {
      const text = requireText(args.note, 'note');
      refuseMissing(text, 'note', 'message', literal);
      return { action: 'add_note', note: text };
    },
  });
}

/**
 * Change the topic of tickets.
 * @public
 * @function
 * @namespace global
 * @example <caption>All of them</caption>
 * changeTicketTopic(state => state.data.map(ticket => ticket.uuid), 'Referrals');
 * @example <caption>Test it first</caption>
 * changeTicketTopic(state => state.data.map(ticket => ticket.uuid), 'bf7d7b53-4fdf-4da4-8ac7-10af7af21568', {
 *   dryRun: true,
 * });
 * @param {string[]} tickets - Uuids, any number.
 * @param {string} topic - Uuid or exact name of the topic.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the topic; `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request. On TextIt, `failures` lists tickets that did not change; RapidPro 9 does not report them.
 * @magic topic $.children[?(@.name=='topics')].children[*]
 * @see https://app.rapidpro.io/api/v2/ticket_actions
 * @returns {Operation}
 */
export function changeTicketTopic(
  tickets: Reference<string[]>,
  topic: Reference<string>,
  options?: Reference<ActionOptions>,
): Operation {
  return act('changeTicketTopic', arguments, 'tickets', {
    args: { tickets, topic },
    options,
    body: args => ({
      action: 'change_topic',
      topic: isName(args.topic) ? args.topic : checkKey(args.topic, 'topics'),
    }),
  });
}

/**
 * Close tickets.
 * @public
 * @function
 * @namespace global
 * @example <caption>All of them</caption>
 * closeTickets(state => state.data.map(ticket => ticket.uuid));
 * @example <caption>Test it first</caption>
 * closeTickets(state => state.data.map(ticket => ticket.uuid), { dryRun: true });
 * @param {string[]} tickets - Uuids, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request. On TextIt, `failures` lists tickets that did not change; RapidPro 9 does not report them.
 * @see https://app.rapidpro.io/api/v2/ticket_actions
 * @returns {Operation}
 */
export function closeTickets(
  tickets: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn('closeTickets', arguments, 'tickets', 'close', tickets, options);
}

/**
 * Reopen closed tickets.
 * @public
 * @function
 * @namespace global
 * @example <caption>All of them</caption>
 * reopenTickets(state => state.data.map(ticket => ticket.uuid));
 * @example <caption>Test it first</caption>
 * reopenTickets(state => state.data.map(ticket => ticket.uuid), { dryRun: true });
 * @param {string[]} tickets - Uuids, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request. On TextIt, `failures` lists tickets that did not change; RapidPro 9 does not report them.
 * @see https://app.rapidpro.io/api/v2/ticket_actions
 * @returns {Operation}
 */
export function reopenTickets(
  tickets: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn('reopenTickets', arguments, 'tickets', 'reopen', tickets, options);
}

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
  return list('getTopics', arguments, { resource: 'topics', filters: undefined, options });
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
  return add('addTopic', arguments, TOPIC, topic, options);
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
  return update('updateTopic', arguments, TOPIC, topic, changes, options);
}
