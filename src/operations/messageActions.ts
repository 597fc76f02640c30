import type { Options } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { act } from './actions.js';
import { messageItems, requireReference } from './items.js';

/**
 * Label incoming messages.
 * @public
 * @function
 * @example <caption>The messages that the step before read</caption>
 * labelMessages(state => state.data.map(message => message.id), 'Urgent');
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {string} label - Uuid or name of a label that exists.
 * @param {Options} [options] - `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - `{ requested, failures }`; each failure has `index`, `id`, `code` and `description`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the label: `ensureLabel` makes it; `INVALID_INPUT`; `PARTIAL_ACTION` where it stopped between two requests; the errors of every request. Unknown and outgoing messages are in `failures`.
 * @see API reference, section 4.20
 * @magic label $.children[?(@.name=='labels')].children[*]
 * @returns {Operation}
 */
export function labelMessages(
  messages: Reference<number[]>,
  label: Reference<string>,
  options?: Reference<Options>,
): Operation {
  return act('message_actions', { messages, label }, options, args => ({
    items: messageItems(args.messages),
    body: { action: 'label', label: requireReference(args.label, 'label') },
  }));
}

/**
 * Take a label off incoming messages.
 * @public
 * @function
 * @example <caption>The messages that the step before read</caption>
 * unlabelMessages(state => state.data.map(message => message.id), 'Urgent');
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {string} label - Uuid or name of a label that exists.
 * @param {Options} [options] - `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - `{ requested, failures }`; each failure has `index`, `id`, `code` and `description`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the label; `INVALID_INPUT`; `PARTIAL_ACTION` where it stopped between two requests; the errors of every request.
 * @see API reference, section 4.20
 * @magic label $.children[?(@.name=='labels')].children[*]
 * @returns {Operation}
 */
export function unlabelMessages(
  messages: Reference<number[]>,
  label: Reference<string>,
  options?: Reference<Options>,
): Operation {
  return act('message_actions', { messages, label }, options, args => ({
    items: messageItems(args.messages),
    body: { action: 'unlabel', label: requireReference(args.label, 'label') },
  }));
}

/**
 * Archive incoming messages.
 * @public
 * @function
 * @example <caption>The messages that the step before read</caption>
 * archiveMessages(state => state.data.map(message => message.id));
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {Options} [options] - `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - `{ requested, failures }`; each failure has `index`, `id`, `code` and `description`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; `PARTIAL_ACTION` where it stopped between two requests; the errors of every request.
 * @see API reference, section 4.20
 * @returns {Operation}
 */
export function archiveMessages(
  messages: Reference<number[]>,
  options?: Reference<Options>,
): Operation {
  return act('message_actions', { messages }, options, args => ({
    items: messageItems(args.messages),
    body: { action: 'archive' },
  }));
}

/**
 * Bring archived messages back to the inbox.
 * @public
 * @function
 * @example <caption>The messages that the step before read</caption>
 * restoreMessages(state => state.data.map(message => message.id));
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {Options} [options] - `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - `{ requested, failures }`; each failure has `index`, `id`, `code` and `description`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; `PARTIAL_ACTION` where it stopped between two requests; the errors of every request.
 * @see API reference, section 4.20
 * @returns {Operation}
 */
export function restoreMessages(
  messages: Reference<number[]>,
  options?: Reference<Options>,
): Operation {
  return act('message_actions', { messages }, options, args => ({
    items: messageItems(args.messages),
    body: { action: 'restore' },
  }));
}

/**
 * Delete incoming messages.
 * @public
 * @function
 * @example <caption>The messages that the step before read</caption>
 * deleteMessages(state => state.data.map(message => message.id));
 * @param {number[]} messages - Numbers (`id`) of incoming messages, any number.
 * @param {Options} [options] - `timeout` (seconds a request; 60), `maxWait` (seconds of waiting in all; 60).
 * @state {object} data - `{ requested, failures }`; each failure has `index`, `id`, `code` and `description`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; `PARTIAL_ACTION` where it stopped between two requests; the errors of every request.
 * @see API reference, section 4.20
 * @returns {Operation}
 */
export function deleteMessages(
  messages: Reference<number[]>,
  options?: Reference<Options>,
): Operation {
  return act('message_actions', { messages }, options, args => ({
    items: messageItems(args.messages),
    body: { action: 'delete' },
  }));
}
