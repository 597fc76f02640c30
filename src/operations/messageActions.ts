import { LITERAL } from '../input/options.js';
import type { ActionOptions, NamedActionOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { act, requireReference } from './many/actions.js';

/** An action that needs only messages. */
function onMessages(name: string, action: string, messages: unknown, options: unknown): Operation {
  return act(name, 'messages', { args: { messages }, options, body: () => ({ action }) });
}

function withLabel(
  name: string,
  action: string,
  messages: unknown,
  label: unknown,
  options: unknown,
): Operation {
  return act(name, 'messages', {
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
  return withLabel('labelMessages', 'label', messages, label, options);
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
  return withLabel('unlabelMessages', 'unlabel', messages, label, options);
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
  return onMessages('archiveMessages', 'archive', messages, options);
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
  return onMessages('restoreMessages', 'restore', messages, options);
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
  return onMessages('deleteMessages', 'delete', messages, options);
}
