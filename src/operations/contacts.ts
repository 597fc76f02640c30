import { fail } from '../errors/errors.js';
import { checkContact, checkContactWithUuid } from '../input/bodies.js';
import { completeTimes } from '../input/fieldTimes.js';
import { type ContactKey, contactKey, shownId } from '../input/identifiers.js';
import { log } from '../input/log.js';
import { LITERAL } from '../input/options.js';
import type { ContactBody, UpsertBody } from '../types/bodies.js';
import type { ContactFilters } from '../types/filters.js';
import type { ListOptions, Options, UpsertOptions, WriteOptions } from '../types/options.js';
import type { Callback, Operation, Reference } from '../types/state.js';
import { deleteOne } from './base/objects.js';
import { operation } from './base/operation.js';
import { placed, type WorkspaceFacts } from './base/workspaceFacts.js';
import { findContact, isBehind } from './contact/contactUrns.js';
import { logMisread } from './contact/misread.js';
import { createContact, modeOf, updateExisting, upsert } from './contact/writeContact.js';
import { list } from './lists/list.js';
import { checkGroupExists } from './lists/unknownReference.js';

/** A token that is not allowed to read the workspace may still write contacts. */
const CONTACT_WRITE = { isContactWrite: true };

/** Reads a uuid or a URN to find a contact. */
async function checkedKey(
  facts: WorkspaceFacts,
  value: unknown,
  options: { isContactWrite?: boolean } = {},
): Promise<ContactKey> {
  const key = contactKey(value);
  if ('urn' in key) await facts.refuseHomeNumbers([{ urn: key.urn, where: 'contact' }], options);
  return key;
}

/** What takes the settings of the workspace: refuses numbers of another country, and completes times. */
async function complete(
  facts: WorkspaceFacts,
  { urns, fields }: Pick<ReturnType<typeof checkContact>, 'urns' | 'fields'>,
  where: string,
): Promise<void> {
  await facts.refuseHomeNumbers(placed(urns, `${where}.urns`), CONTACT_WRITE);
  await completeTimes(facts, fields, where);
}

/**
 * Read the contacts of the workspace, all pages, newest change first.
 * @public
 * @function
 * @namespace global
 * @example <caption>Members of a group who changed this year</caption>
 * getContacts({ group: 'Mothers', after: '2026-01-01T00:00:00Z' });
 * @example <caption>Oldest change first, at most 1000</caption>
 * getContacts({ reverse: true }, { limit: 1000 });
 * @param {ContactFilters} [filters] - `group` (uuid or exact name), `after` and `before` (ISO dates, on `modified_on`, both included), `uuid`, `urn`, `deleted`, `reverse`, `expand_urns`. Default: all contacts.
 * @param {ListOptions} [options] - `limit` (records; default: all), `concurrency` (parallel requests, at most 10; default: 1), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The contacts, as RapidPro answered.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER` for a filter that is misspelled, empty or not a date; `UNKNOWN_GROUP` if the list is empty because the group does not exist; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/contacts
 * @returns {Operation}
 */
export function getContacts(
  filters?: Reference<ContactFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getContacts', arguments, {
    resource: 'contacts',
    filters,
    options,
    ifEmpty: checkGroupExists,
  });
}

/**
 * Read one contact by its uuid or one of its URNs.
 * @public
 * @function
 * @namespace global
 * @example <caption>By phone number</caption>
 * getContact('tel:+250788123123');
 * @example <caption>By the uuid from the previous operation</caption>
 * getContact(state => state.data.uuid);
 * @param {string} contact - The uuid, or a URN: `tel:+250788123123`.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The contact, or `null` if there is none.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_URN`, `INVALID_INPUT`; `ANONYMOUS_WORKSPACE` if the workspace hides URNs.
 * @see https://app.rapidpro.io/api/v2/contacts
 * @returns {Operation}
 */
export function getContact(contact: Reference<string>, options?: Reference<Options>): Operation {
  return operation('getContact', arguments, {
    args: { contact },
    options,
    async run({ client, args, facts }) {
      const found = await findContact(client, await checkedKey(facts, args.contact));
      log.info(found ? `Fetched contact ${shownId(found)}` : 'There is no such contact');
      return found;
    },
  });
}

/**
 * Add a contact. Fails if one of its URNs already belongs to a contact. To update that contact instead, use `upsertContact`.
 * @public
 * @function
 * @namespace global
 * @example <caption>A mother with her phone number</caption>
 * addContact({
 *   name: 'Amina Diallo',
 *   language: 'fra',
 *   urns: ['tel:+221770003344'],
 *   groups: ['Mothers'],
 *   fields: { age: 27 },
 * });
 * @example <caption>A person whose name is a word for missing data</caption>
 * addContact({ name: 'Null Undefined', urns: ['tel:+221770003355'] }, { literal: true });
 * @param {ContactBody} contact - `name`, `language` (three letters), `urns`, `groups` (uuids or names of manual groups), `fields` (values by key; they must exist; times as `2026-01-31T08:00:00+02:00`), `note` (TextIt).
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60). A function here is taken as the callback, as in version 2.
 * @param {function} [callback] - Called with the next state; what it returns is the result.
 * @state {object} data - The new contact, as RapidPro answered.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`, also for a time that RapidPro would store differently; `URN_TAKEN`, `INVALID_URN`, `UNKNOWN_FIELD`, `UNKNOWN_REFERENCE` (group), `VALIDATION_FAILED`; `OUTCOME_UNKNOWN` if a contact without a URN may or may not have been added.
 * @see https://app.rapidpro.io/api/v2/contacts
 * @returns {Operation}
 */
export function addContact(
  contact: Reference<ContactBody>,
  options?: Reference<WriteOptions> | Callback,
  callback?: Callback,
): Operation {
  return operation('addContact', arguments, {
    args: { contact },
    knownOptions: LITERAL,
    options,
    callback,
    async run({ client, args, facts, options }) {
      const body = checkContact(args.contact, 'contact', options.literal);
      await complete(facts, body, 'contact');
      const added = await createContact(client, body);
      logMisread(body, added);
      log.info(`Added contact ${shownId(added)}`);
      return added;
    },
  });
}

/**
 * Change an existing contact. Keys that you leave out keep their values. By uuid, it takes one request. By URN, it takes three, so that somebody who has just lost the URN is not changed. A new URN in `urns` is looked for first: five requests, and two more for each further one.
 * @public
 * @function
 * @namespace global
 * @example <caption>Set a field</caption>
 * updateContact('tel:+221770001122', { fields: { age: 28 } });
 * @example <caption>The contact from the previous operation</caption>
 * updateContact($.data.uuid, { language: 'eng' });
 * @param {string} contact - The uuid, or a URN: `tel:+221770001122`.
 * @param {ContactBody} changes - As in `addContact`. `urns` replaces all URNs, and `groups` all manual groups; null clears `name`, `language` or a field.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The contact after the change, as RapidPro answered.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`; `URN_TAKEN`, before anything is changed, if another contact has one of the URNs, or the contact has just lost the one that it was found by. If TextIt left out a URN after all, the rest was changed, and the error's `outcome` is `unknown`; the other errors of `addContact`.
 * @see https://app.rapidpro.io/api/v2/contacts
 * @returns {Operation}
 */
export function updateContact(
  contact: Reference<string>,
  changes: Reference<ContactBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return operation('updateContact', arguments, {
    args: { contact, changes },
    options,
    knownOptions: LITERAL,
    async run({ client, args, facts, options }) {
      const changes = checkContact(args.changes, 'changes', options.literal);
      const key = await checkedKey(facts, args.contact, CONTACT_WRITE);
      await complete(facts, changes, 'changes');
      const updated = await updateExisting({ client, facts }, key, changes);
      logMisread(changes, updated);
      log.info(`Updated contact ${shownId(updated)}`);
      return updated;
    },
  });
}

/**
 * Update a contact, or add it if it does not exist. `groups` replaces the manual groups of the contact: leave it out to keep them. URNs are added to the existing ones.
 * @public
 * @function
 * @namespace global
 * @example <caption>By one phone number: one request</caption>
 * upsertContact({
 *   name: 'Amina Diallo',
 *   urns: ['tel:+221770001122'],
 *   fields: { age: 28 },
 * });
 * @example <caption>By uuid, replacing all URNs</caption>
 * upsertContact({ uuid: $.data.uuid, urns: ['tel:+221770001133'] }, { urns: 'replace' });
 * @param {UpsertBody} contact - As in `addContact`, with `uuid` or at least one URN to find the contact by. With several URNs, the contact that has any of them is used, and asked for once more before it is changed.
 * @param {UpsertOptions} [options] - `urns` (`'add'`, or `'replace'` to replace all URNs of the contact; default: `'add'`), `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60). A function here is taken as the callback, as in version 2.
 * @param {function} [callback] - Called with the next state; what it returns is the result.
 * @state {object} data - The contact, as RapidPro answered.
 * @state {object} response - Method, path, statusCode (201 if one request added it), duration (ms) and number of requests.
 * @throws {RapidProError} `CONTACT_CLASH` if the URNs belong to several contacts; `URN_TAKEN`, `NOT_FOUND` (uuid), `ANONYMOUS_WORKSPACE`; the other errors of `addContact`.
 * @see https://app.rapidpro.io/api/v2/contacts
 * @returns {Operation}
 */
export function upsertContact(
  contact: Reference<UpsertBody>,
  options?: Reference<UpsertOptions> | Callback,
  callback?: Callback,
): Operation {
  return operation('upsertContact', arguments, {
    args: { contact },
    knownOptions: ['urns', ...LITERAL],
    options,
    callback,
    async run({ client, args, facts, options }) {
      const mode = modeOf(options.urns);
      const body = checkContactWithUuid(args.contact, {
        replacesUrns: mode === 'replace',
        isLiteral: options.literal,
      });
      requireName(args.contact as object, body);
      await complete(facts, body, 'contact');
      const { contact, isNew } = await upsert({ client, facts }, body, mode);
      logMisread(body, contact);
      if (body.uuid !== undefined && mode === 'add' && isBehind(body.urns ?? [], contact)) {
        log.warn(
          'The contact has another number before the one that was added, and RapidPro writes to the first. If it is out of date, remove it: { urns: "replace" }.',
        );
      }
      log.info(`${isNew ? 'Added' : 'Updated'} contact ${shownId(contact)}`);
      return contact;
    },
  });
}

/**
 * An upsert without a uuid or URN would add another contact in each run. Version 2 allowed it if the keys were left out.
 * If they are there but empty, data is missing.
 */
function requireName(given: object, { uuid, urns }: Pick<UpsertBody, 'uuid' | 'urns'>): void {
  if (uuid || (urns && urns.length > 0)) return;
  if ('uuid' in given || 'urns' in given) {
    throw fail(
      'INVALID_INPUT',
      'The contact has no URN and no uuid: they are empty.',
      'Nothing was sent. Check the data that "urns" or "uuid" comes from.',
    );
  }
  log.warn(
    'upsertContact() without urns or uuid adds a new contact every time. Use addContact() instead.',
  );
}

/**
 * Delete a contact. RapidPro deletes its messages, too.
 * @public
 * @function
 * @namespace global
 * @example <caption>By phone number</caption>
 * deleteContact('tel:+221770001122');
 * @example <caption>Only if the contact exists</caption>
 * getContact('tel:+221770001122');
 * fnIf($.data, deleteContact($.data.uuid));
 * @param {string} contact - The uuid, or a URN.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `deleted: true`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `INVALID_URN`, `INVALID_INPUT`, `ANONYMOUS_WORKSPACE`.
 * @see https://app.rapidpro.io/api/v2/contacts
 * @returns {Operation}
 */
export function deleteContact(contact: Reference<string>, options?: Reference<Options>): Operation {
  return operation('deleteContact', arguments, {
    args: { contact },
    options,
    async run({ client, args, facts }) {
      const query = { ...(await checkedKey(facts, args.contact)) };
      return deleteOne(client, 'contacts', query, 'one contact');
    },
  });
}
