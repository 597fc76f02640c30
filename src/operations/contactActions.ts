import { named } from '../input/isOperation.js';
import { LITERAL } from '../input/options.js';
import type { ActionOptions, MemberOptions } from '../types/actions.js';
import type { Operation, Reference } from '../types/state.js';
import { act } from './many/actions.js';
import { contactItems, requireReference } from './many/items.js';
import { membersAmiss } from './many/membership.js';

/** An action that needs no more than contacts. */
function onContacts(action: string, contacts: unknown, options: unknown): Operation {
  return act('contact_actions', { contacts }, options, args => ({
    items: contactItems(args.contacts),
    body: { action },
  }));
}

function onMembers(
  action: 'add' | 'remove',
  contacts: unknown,
  group: unknown,
  options: unknown,
): Operation {
  return act(
    'contact_actions',
    { contacts, group },
    options,
    (args, { literal = false, verify }) => {
      const wanted = requireReference(args.group, 'group', literal);
      return {
        items: contactItems(args.contacts),
        body: { action, group: wanted },
        ...(verify ? { findSkipped: membersAmiss(wanted, action === 'add') } : {}),
      };
    },
    ['verify', ...LITERAL],
  );
}

/**
 * Add contacts to a manual group.
 * @public
 * @function
 * @namespace global
 * @example <caption>The contacts that the step before read</caption>
 * addToGroup(state => state.data.map(contact => contact.uuid), 'Mothers');
 * @example <caption>Make sure that they are in it afterwards</caption>
 * addToGroup(state => state.data.map(contact => contact.uuid), 'Mothers', { verify: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {string} group - Uuid or name of a manual group.
 * @param {MemberOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `verify` (true: read the contacts back and list those that RapidPro skipped), `literal` (true: words for missing data, such as `undefined`, are meant; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the group; `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped between two requests; the errors of every request. Contacts that are unknown, blocked or stopped are in `failures`.
 * @magic group $.children[?(@.name=='groups')].children[*]
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function addToGroup(
  contacts: Reference<string[]>,
  group: Reference<string>,
  options?: Reference<MemberOptions>,
): Operation {
  return named('addToGroup', onMembers('add', contacts, group, options));
}

/**
 * Remove contacts from a manual group.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * removeFromGroup(['tel:+221770001122'], 'Mothers');
 * @example <caption>Rehearse it</caption>
 * removeFromGroup(['tel:+221770001122'], 'Mothers', { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {string} group - Uuid or name of a manual group.
 * @param {MemberOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `verify` (true: read the contacts back and list those that RapidPro skipped), `literal` (true: words for missing data, such as `undefined`, are meant; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the group; `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped between two requests; the errors of every request.
 * @magic group $.children[?(@.name=='groups')].children[*]
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function removeFromGroup(
  contacts: Reference<string[]>,
  group: Reference<string>,
  options?: Reference<MemberOptions>,
): Operation {
  return named('removeFromGroup', onMembers('remove', contacts, group, options));
}

/**
 * Block contacts: RapidPro ignores their messages, and removes them from all groups.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * blockContacts(['tel:+221770001122']);
 * @example <caption>Rehearse it</caption>
 * blockContacts(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped between two requests; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function blockContacts(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return named('blockContacts', onContacts('block', contacts, options));
}

/**
 * Make blocked, stopped or archived contacts active again. They return to smart groups, but not to manual groups.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * unblockContacts(['tel:+221770001122']);
 * @example <caption>Rehearse it</caption>
 * unblockContacts(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped between two requests; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function unblockContacts(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return named('unblockContacts', onContacts('unblock', contacts, options));
}

/**
 * Remove contacts from the flow that they are in.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * interruptContacts(['tel:+221770001122']);
 * @example <caption>Rehearse it</caption>
 * interruptContacts(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped between two requests; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function interruptContacts(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return named('interruptContacts', onContacts('interrupt', contacts, options));
}

/**
 * Archive all messages of contacts.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * archiveContactMessages(['tel:+221770001122']);
 * @example <caption>Rehearse it</caption>
 * archiveContactMessages(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped between two requests; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function archiveContactMessages(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return named('archiveContactMessages', onContacts('archive_messages', contacts, options));
}

/**
 * Delete contacts. RapidPro deletes their messages, too.
 * @public
 * @function
 * @namespace global
 * @example <caption>The contacts that the step before read</caption>
 * deleteContacts(state => state.data.map(contact => contact.uuid));
 * @example <caption>Rehearse it</caption>
 * deleteContacts(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `id`, `code` and `description`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped between two requests; the errors of every request. Contacts that are gone already are in `failures`.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function deleteContacts(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return named('deleteContacts', onContacts('delete', contacts, options));
}
