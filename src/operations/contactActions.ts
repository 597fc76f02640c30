import type { Client } from '../client/client.js';
import { pages } from '../client/pages.js';
import type { Body } from '../input/body.js';
import type { Given } from '../input/check.js';
import { contactKey, isUuid } from '../input/identifiers.js';
import { LITERAL } from '../input/options.js';
import { PAGE_SIZE } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { ActionOptions, MemberOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { findNamed, isFound } from './base/objects.js';
import { findContact } from './contact/contactUrns.js';
import { collect } from './lists/list.js';
import { act, actOn, requireReference, type Verification } from './many/actions.js';
import type { Item } from './many/items.js';

function onMembers(
  name: string,
  given: Given,
  action: 'add' | 'remove',
  contacts: unknown,
  group: unknown,
  options: unknown,
): Operation {
  return act(name, given, 'contacts', {
    args: { contacts, group },
    options,
    knownOptions: ['verify', ...LITERAL],
    body: (args, { literal }) => ({
      action,
      group: requireReference(args.group, 'group', literal),
    }),
    verify: verifyMembers,
  });
}

/**
 * Add contacts to a manual group.
 * @public
 * @function
 * @namespace global
 * @example <caption>Contacts from the previous operation</caption>
 * addToGroup(state => state.data.map(contact => contact.uuid), 'Mothers');
 * @example <caption>Check afterwards that they are in it</caption>
 * addToGroup(state => state.data.map(contact => contact.uuid), 'Mothers', { verify: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {string} group - Uuid or name of a manual group.
 * @param {MemberOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `verify` (true: check the contacts afterwards, and list those that RapidPro skipped or does not show; default: false), `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `code`, `description` and, if a uuid named the contact, `id`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the group, or `VALIDATION_FAILED` if it is a smart one; `INVALID_INPUT`, `INVALID_URN`; `ANONYMOUS_WORKSPACE` with `verify`, if the workspace hides URNs and `contacts` has some; `PARTIAL_ACTION` if it stopped halfway; the errors of every request. Contacts that are unknown, blocked or stopped are in `failures`.
 * @magic group $.children[?(@.name=='groups')].children[*]
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function addToGroup(
  contacts: Reference<string[]>,
  group: Reference<string>,
  options?: Reference<MemberOptions>,
): Operation {
  return onMembers('addToGroup', arguments, 'add', contacts, group, options);
}

/**
 * Remove contacts from a manual group.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * removeFromGroup(['tel:+221770001122'], 'Mothers');
 * @example <caption>Test it first</caption>
 * removeFromGroup(['tel:+221770001122'], 'Mothers', { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {string} group - Uuid or name of a manual group.
 * @param {MemberOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `verify` (true: check the contacts afterwards, and list those that RapidPro skipped or does not show; default: false), `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `code`, `description` and, if a uuid named the contact, `id`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` for the group, or `VALIDATION_FAILED` if it is a smart one; `INVALID_INPUT`, `INVALID_URN`; `ANONYMOUS_WORKSPACE` with `verify`, if the workspace hides URNs and `contacts` has some; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @magic group $.children[?(@.name=='groups')].children[*]
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function removeFromGroup(
  contacts: Reference<string[]>,
  group: Reference<string>,
  options?: Reference<MemberOptions>,
): Operation {
  return onMembers('removeFromGroup', arguments, 'remove', contacts, group, options);
}

/**
 * Block contacts: RapidPro ignores their messages, and removes them from all groups.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * blockContacts(['tel:+221770001122']);
 * @example <caption>Test it first</caption>
 * blockContacts(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `code`, `description` and, if a uuid named the contact, `id`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function blockContacts(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn('blockContacts', arguments, 'contacts', 'block', contacts, options);
}

/**
 * Make blocked, stopped or archived contacts active again. They return to smart groups, but not to manual groups.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * unblockContacts(['tel:+221770001122']);
 * @example <caption>Test it first</caption>
 * unblockContacts(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `code`, `description` and, if a uuid named the contact, `id`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function unblockContacts(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn('unblockContacts', arguments, 'contacts', 'unblock', contacts, options);
}

/**
 * Stop the flow that contacts are in.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * interruptContacts(['tel:+221770001122']);
 * @example <caption>Test it first</caption>
 * interruptContacts(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `code`, `description` and, if a uuid named the contact, `id`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function interruptContacts(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn('interruptContacts', arguments, 'contacts', 'interrupt', contacts, options);
}

/**
 * Archive all messages of contacts.
 * @public
 * @function
 * @namespace global
 * @example <caption>One contact</caption>
 * archiveContactMessages(['tel:+221770001122']);
 * @example <caption>Test it first</caption>
 * archiveContactMessages(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `code`, `description` and, if a uuid named the contact, `id`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function archiveContactMessages(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn(
    'archiveContactMessages',
    arguments,
    'contacts',
    'archive_messages',
    contacts,
    options,
  );
}

/**
 * Delete contacts. RapidPro deletes their messages, too.
 * @public
 * @function
 * @namespace global
 * @example <caption>Contacts from the previous operation</caption>
 * deleteContacts(state => state.data.map(contact => contact.uuid));
 * @example <caption>Test it first</caption>
 * deleteContacts(['tel:+221770001122'], { dryRun: true });
 * @param {string[]} contacts - Uuids or URNs, any number.
 * @param {ActionOptions} [options] - `dryRun` (true: change nothing, and report what would be changed; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `requested`, `failures`; each failure has `index`, `code`, `description` and, if a uuid named the contact, `id`. With `dryRun`: `dryRun: true`, `requests`, `requested`, `items`, `failures`, `notChecked`; `items` are positions in the list.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, `INVALID_URN`; `PARTIAL_ACTION` if it stopped halfway; the errors of every request. Contacts that no longer exist are in `failures`.
 * @see https://app.rapidpro.io/api/v2/contact_actions
 * @returns {Operation}
 */
export function deleteContacts(
  contacts: Reference<string[]>,
  options?: Reference<ActionOptions>,
): Operation {
  return actOn('deleteContacts', arguments, 'contacts', 'delete', contacts, options);
}

/** The uuids of all members. Needs the uuid of the group, because the list is strict about the letter case of names. */
async function readMembers(client: Client, group: Dictionary): Promise<Set<unknown>> {
  const members = new Set<unknown>();
  // Oldest change first: contacts that change meanwhile come again at the end, and nobody is missed.
  const query = { group: String(group.uuid), reverse: true };
  for await (const { records } of pages(client, 'contacts', query)) {
    for (const { uuid } of records) members.add(uuid);
  }
  return members;
}

async function isMember(client: Client, item: Item, group: Dictionary): Promise<boolean> {
  const contact = await findContact(client, contactKey(item.value));
  const groups: unknown = contact?.groups;
  return Array.isArray(groups) && groups.some(one => one?.uuid === group.uuid);
}

/** Which of the items are members, in as few requests as possible. */
async function whichAreMembers(
  client: Client,
  items: readonly Item[],
  group: Dictionary,
): Promise<Set<Item>> {
  const byUuid = items.filter(({ value }) => isUuid(value));
  const pageCount = Math.ceil(Number(group.count ?? 0) / PAGE_SIZE);
  const members = byUuid.length > pageCount ? await readMembers(client, group) : undefined;
  const found = new Set<Item>();
  for (const item of items) {
    const known = members && isUuid(item.value);
    const inside = known ? members.has(item.value) : await isMember(client, item, group);
    if (inside) found.add(item);
  }
  return found;
}

/** The group of an action that RapidPro has just done, so it exists. A list may not show it yet. */
async function shownGroup(client: Client, wanted: string): Promise<Dictionary | undefined> {
  const query = isUuid(wanted) ? { uuid: wanted } : { name: wanted };
  const read = async () => {
    const groups = await collect(client, 'groups', query);
    return groups.find(({ uuid }) => uuid === wanted) ?? findNamed(groups, wanted);
  };
  return client.limiter.untilShown(await read(), read, isFound, { atLeast: 3 });
}

/** RapidPro silently skips contacts that its engine is busy with. Checks afterwards who is in the group. */
async function verifyMembers(
  client: Client,
  items: Item[],
  { action, group: name }: Body,
): Promise<Verification> {
  const group = await shownGroup(client, String(name));
  if (!group) return { skipped: [], unclear: items };
  const amiss = async (some: Item[]) => {
    const members = await whichAreMembers(client, some, group);
    return some.filter(item => members.has(item) !== (action === 'add'));
  };
  const first = await amiss(items);
  let left = first;
  let looks = 0;
  const again = async () => {
    looks++;
    left = await amiss(left);
    return left;
  };
  await client.limiter.untilShown(first, again, some => some.length === 0, { atLeast: 3 });
  // The first look may be at a copy that is behind.
  return looks > 0 ? { skipped: left, unclear: [] } : { skipped: [], unclear: left };
}
