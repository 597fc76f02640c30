import { checkBroadcast, checkMessage } from '../input/bodies.js';
import type { Given } from '../input/check.js';
import { LITERAL } from '../input/options.js';
import type { BroadcastBody, MessageBody } from '../types/bodies.js';
import type { BroadcastFilters, MessageFilters } from '../types/filters.js';
import type {
  ActionOptions,
  ArchivedListOptions,
  ListOptions,
  MessageOptions,
  NamedActionOptions,
  SendOptions,
} from '../types/options.js';
import type { Callback, Operation, Reference } from '../types/state.js';
import { operation } from './base/operation.js';
import { list } from './lists/list.js';
import { referenceCheck } from './lists/unknownReference.js';
import { act, actOn, requireReference } from './many/actions.js';
import { SEND_OPTIONS, sendToAll, sendToOne } from './many/send.js';

/**
 * Read messages, incoming and outgoing, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>Messages received since the last run</caption>
 * getMessages({ folder: 'inbox', after: $.lastRun });
 * @example <caption>The last hundred messages sent</caption>
 * getMessages({ folder: 'sent' }, { limit: 100 });
 * @example <caption>All messages of the inbox, including archived ones</caption>
 * getMessages({ folder: 'inbox', after: '2024-01-01' }, { archived: true });
 * @param {MessageFilters} [filters] - One of `contact` (uuid), `folder`, `label`, `broadcast`; `after` and `before` (ISO dates, on `created_on`); `id`, `uuid` (TextIt). Default: all messages.
 * @param {ArchivedListOptions} [options] - `limit` (records; default: all), `archived` (true: include messages that RapidPro has moved to archives; not with the folders `sent` and `incoming`, `deadline` or `resume`; default: false), `concurrency` (parallel requests, at most 10; default: 1), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The messages. Messages older than about 90 days are in archives; `archived: true` includes them.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` if the list is empty because the label, contact or broadcast does not exist; `INVALID_FILTER`; with `archived` also `LINK_FAILED`, `INVALID_RESPONSE`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/messages
 * @returns {Operation}
 */
export function getMessages(
  filters?: Reference<MessageFilters>,
  options?: Reference<ArchivedListOptions>,
): Operation {
  return list('getMessages', arguments, {
    resource: 'messages',
    filters,
    options,
    ifEmpty: referenceCheck('label', 'contact', 'broadcast'),
  });
}

/**
 * Send one message to one contact, right away. The text is sent as it is: RapidPro does not fill in expressions such as `@contact.name` here, so they are refused. Use `sendBroadcast` for them. If the outcome is unknown, the message is not sent again.
 * @public
 * @function
 * @namespace global
 * @example <caption>To a phone number that RapidPro knows</caption>
 * sendMessage({ contact: 'tel:+221770001122', text: 'Your visit is tomorrow at 9.' });
 * @example <caption>A text that really contains a word for missing data</caption>
 * sendMessage(
 *   { contact: 'tel:+221770001122', text: 'Write undefined if you do not know.' },
 *   { literal: true },
 * );
 * @param {MessageBody} message - `contact` (uuid or URN), and `text` or `attachments`; `quick_replies` (TextIt).
 * @param {MessageOptions} [options] - `onlyActive` (true: send nothing if the contact is stopped, blocked or archived; default: false), `literal` (true: send words for missing data, such as `undefined`, and expressions as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The message, as RapidPro answered. `status` is `failed` if the contact cannot be reached. With `onlyActive`, if the contact is not active: `sent: false`, `leftOut`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; `UNKNOWN_REFERENCE` for a contact that RapidPro does not have; `OUTCOME_UNKNOWN`, `WORKSPACE_SUSPENDED`, `VALIDATION_FAILED`.
 * @see https://app.rapidpro.io/api/v2/messages
 * @returns {Operation}
 */
export function sendMessage(
  message: Reference<MessageBody>,
  options?: Reference<MessageOptions>,
): Operation {
  return operation('sendMessage', arguments, {
    args: { message },
    options,
    knownOptions: ['onlyActive', ...LITERAL],
    run: call => {
      const body = checkMessage(call.args.message, call.options.literal);
      return sendToOne(call, body);
    },
  });
}

/**
 * Send one text to many contacts. RapidPro fills in expressions for each of them: `@contact.first_name`, `@fields.facility`, `@globals.hotline`. You can give any number of contacts or URNs; more than 100 take several requests. Nobody gets it twice. If the outcome of a request is unknown, it is not repeated.
 * @public
 * @function
 * @namespace global
 * @example <caption>To a group, in two languages</caption>
 * sendBroadcast({
 *   groups: ['Mothers'],
 *   text: { eng: 'The clinic is open.', fra: 'La clinique est ouverte.' },
 * });
 * @example <caption>To the contacts from the previous operation</caption>
 * sendBroadcast({
 *   contacts: state => state.data.map(contact => contact.uuid),
 *   text: 'The clinic is open.',
 * });
 * @param {BroadcastBody} broadcast - `text` (or one for each language) or `attachments`, and recipients: `contacts` (uuids or URNs), `urns`, `groups`; `base_language`, `quick_replies` (TextIt).
 * @param {SendOptions} [options] - `onlyActive` (true: leave out stopped, blocked and archived contacts among `contacts` and `urns`; default: false), `dryRun` (true: send nothing, and report who would be reached; default: false), `literal` (true: send words for missing data, such as `undefined`, and unknown expressions, such as `@contact.firstname`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60). A function here is taken as the callback, as in version 2.
 * @param {function} [callback] - Called with the next state; what it returns is the result.
 * @state {object} data - The broadcast, as RapidPro answered; above 100 recipients `chunks`, `recipients`. With `onlyActive` also `leftOut`; if nobody is left: `sent: false`, `recipients: 0`, `leftOut`. With `dryRun`: `dryRun: true`, `requests`, `recipients`, `contacts`, `urns`, `groups`, `members`, `duplicates`, `leftOut`, `withoutUrn` (contacts that no message reaches), `notChecked`, with positions in the lists.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT` if there is no text or no recipient, or more than 100 of one kind together with another; `INVALID_URN`; `OUTCOME_UNKNOWN`; `PARTIAL_SEND` with `details`; `UNKNOWN_REFERENCE`, `WORKSPACE_SUSPENDED`.
 * @see https://app.rapidpro.io/api/v2/broadcasts
 * @returns {Operation}
 */
export function sendBroadcast(
  broadcast: Reference<BroadcastBody>,
  options?: Reference<SendOptions> | Callback,
  callback?: Callback,
): Operation {
  return operation('sendBroadcast', arguments, {
    args: { broadcast },
    knownOptions: SEND_OPTIONS,
    options,
    callback,
    run: call => {
      const body = checkBroadcast(call.args.broadcast, call.options.literal);
      return sendToAll(call, 'broadcasts', body, 'broadcast');
    },
  });
}

/**
 * Read the broadcasts that were sent, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>Of this month</caption>
 * getBroadcasts({ after: '2026-11-01' });
 * @example <caption>The last ten</caption>
 * getBroadcasts({}, { limit: 10 });
 * @param {BroadcastFilters} [filters] - `id`, `after` and `before` (ISO dates, on `created_on`); `uuid` (TextIt). Default: all.
 * @param {ListOptions} [options] - `limit` (records; default: all), `concurrency` (parallel requests, at most 10; default: 1), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The broadcasts: `id`, `status`, `text`, `contacts`, `groups`, `urns`; `uuid`, `progress` (TextIt).
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/broadcasts
 * @returns {Operation}
 */
export function getBroadcasts(
  filters?: Reference<BroadcastFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getBroadcasts', arguments, { resource: 'broadcasts', filters, options });
}

function withLabel(
  name: string,
  given: Given,
  action: string,
  messages: unknown,
  label: unknown,
  options: unknown,
): Operation {
  return act(name, given, 'messages', {
    args: { messages, label },
    options,
    knownOptions: LITERAL,
    body: (args, { literal }) => ({
      action,
      label: requireReference(args.label, 'label', literal),
    }),
  });
}

/**
 * Label incoming messages.
 * @public
 * @function
 * @namespace global
 * @example <caption>Messages from the previous operation</caption>
 * labelMessages(state => state.data.map(message => message.id), 'Urgent');
 * @example <caption>Test it first</caption>
 * labelMessages(state => state.data.map(message => message.id), 'Urgent', { dryRun: true });
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {string} label - Uuid or name of a label that exists.
 * @param {NamedActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the label (`ensureLabel` creates it); `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request. Unknown and outgoing messages are in `failures`.
 * @magic label $.children[?(@.name=='labels')].children[*]
 * @see https://app.rapidpro.io/api/v2/message_actions
 * @returns {Operation}
 */
export function labelMessages(
  messages: Reference<number[]>,
  label: Reference<string>,
  options?: Reference<NamedActionOptions>,
): Operation {
  return withLabel('labelMessages', arguments, 'label', messages, label, options);
}

/**
 * Remove a label from incoming messages.
 * @public
 * @function
 * @namespace global
 * @example <caption>Messages from the previous operation</caption>
 * unlabelMessages(state => state.data.map(message => message.id), 'Urgent');
 * @example <caption>Test it first</caption>
 * unlabelMessages(state => state.data.map(message => message.id), 'Urgent', { dryRun: true });
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {string} label - Uuid or name of a label that exists.
 * @param {NamedActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the label; `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @magic label $.children[?(@.name=='labels')].children[*]
 * @see https://app.rapidpro.io/api/v2/message_actions
 * @returns {Operation}
 */
export function unlabelMessages(
  messages: Reference<number[]>,
  label: Reference<string>,
  options?: Reference<NamedActionOptions>,
): Operation {
  return withLabel('unlabelMessages', arguments, 'unlabel', messages, label, options);
}

/**
 * Archive incoming messages.
 * @public
 * @function
 * @namespace global
 * @example <caption>Messages from the previous operation</caption>
 * archiveMessages(state => state.data.map(message => message.id));
 * @example <caption>Test it first</caption>
 * archiveMessages(state => state.data.map(message => message.id), { dryRun: true });
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/message_actions
 * @returns {Operation}
 */
export function archiveMessages(
  messages: Reference<number[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn('archiveMessages', arguments, 'messages', 'archive', messages, options);
}

/**
 * Move archived messages back to the inbox.
 * @public
 * @function
 * @namespace global
 * @example <caption>Messages from the previous operation</caption>
 * restoreMessages(state => state.data.map(message => message.id));
 * @example <caption>Test it first</caption>
 * restoreMessages(state => state.data.map(message => message.id), { dryRun: true });
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/message_actions
 * @returns {Operation}
 */
export function restoreMessages(
  messages: Reference<number[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn('restoreMessages', arguments, 'messages', 'restore', messages, options);
}

/**
 * Delete incoming messages.
 * @public
 * @function
 * @namespace global
 * @example <caption>Messages from the previous operation</caption>
 * deleteMessages(state => state.data.map(message => message.id));
 * @example <caption>Test it first</caption>
 * deleteMessages(state => state.data.map(message => message.id), { dryRun: true });
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/message_actions
 * @returns {Operation}
 */
export function deleteMessages(
  messages: Reference<number[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn('deleteMessages', arguments, 'messages', 'delete', messages, options);
}
