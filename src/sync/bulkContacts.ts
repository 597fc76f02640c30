import { named } from '../input/isOperation.js';
import { operation } from '../operations/base/operation.js';
import type { UpsertBody } from '../types/bodies.js';
import type { SyncContact, SyncOptions, UpsertContactsOptions } from '../types/bulk.js';
import type { Operation, Reference } from '../types/state.js';
import { SYNC_OPTIONS, UPSERT_OPTIONS } from './options.js';
import { runSync } from './runSync.js';
import { runUpserts } from './runUpserts.js';

/**
 * Make contacts match a list, and write only the differences: reads what is there in pages of 250. Contacts that are not in the list are never touched, unless `removeMissing` removes them from a group. Keys that you leave out keep their values. Groups and URNs are only added, unless `groups` or `urns` is `'exact'`.
 *
 * Two contacts of the list that are the same one in RapidPro both fail, unless `duplicates` chooses one. Nothing is sent for them, unless RapidPro shows it only when one is written: `failed` then says which. A URN that another contact holds is never taken away from it. Dates without a zone are read in the workspace's own; a day is its midnight.
 * @public
 * @function
 * @namespace global
 * @example <caption>The mothers of a register, recognized by their phone numbers</caption>
 * syncContacts(
 *   state => state.data.map(mother => ({
 *     name: mother.name,
 *     urns: [`tel:${mother.phone}`],
 *     groups: ['Mothers'],
 *     fields: { due_date: mother.due },
 *   })),
 * );
 * @example <caption>Matched by a field; report what would be done</caption>
 * syncContacts($.data, { key: 'fields.tei_id', group: 'Mothers', dryRun: true });
 * @example <caption>Stop before the worker's five minutes are over, and continue in the next run</caption>
 * syncContacts($.data, { deadline: 270, resume: true });
 * @example <caption>Who is no longer in the register leaves its group: at most 50 people, else nobody</caption>
 * syncContacts($.data, { removeMissing: { groups: ['Mothers'], atMost: 50 }, dryRun: true });
 * @param {SyncContact[]} contacts - Any number of contacts: `uuid`, `urns`, `name`, `language`, `groups` (uuids or names of manual groups), `fields`. null clears a key.
 * @param {SyncOptions} [options] - `key` (`'uuid'`, `'urn'` or a field of text or numbers, as `'fields.tei_id'`; default: the uuid, else the URNs), `group` (read only its members; others are looked up), `groups` and `urns` (`'add'`, or `'exact'` to let the list be all), `duplicates` (of entries that are one contact: `'first'` or `'last'` is taken; default: `'fail'`, all fail), `removeMissing` (members of `groups` whom the list does not name leave those groups, after all else; nobody does if that were more than `atMost`, people or `'10%'` of the members, the default), `dryRun` (write nothing), `failOnError`, `literal` (true: words for missing data, such as `undefined`, are meant; default: false), `concurrency` (requests side by side; default: 4), `deadline` (seconds after which to stop), `resume` (continue where an earlier run stopped), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `created`, `updated`, `unchanged`, `failed`, `notAttempted`: each contact is in one of them, as `index`, `uuid`, …; `updated` with the keys that `changed`, `failed` with `code`, `description` and `fix`. With `duplicates` also `passedOver` (`index`, `duplicateOf`). With `removeMissing` also `left` (uuids), `unmatched` (members who lack the `key`, and stay) and, if nobody or not all left, `notRemoved` with `description`, `fix`, `indexes`, `uuids`. `inactive` lists those that are stopped, blocked or archived once more. With `dryRun` also `requests`, how many the writing would take beside those of the dry run, `notChecked`, and `atMost: true` if it may be fewer: if URNs are added, numbers have no country code, or two entries are one contact.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @state {object} rapidpro - `resume`, if it stopped before the end: positions in the list and uuids.
 * @throws {RapidProError} `BULK_FAILED` with `failOnError`, if a contact failed; `INVALID_INPUT` if `contacts` is not a list; `INVALID_OPTION`, `UNKNOWN_GROUP`, `ANONYMOUS_WORKSPACE`; the errors of every request, as long as nothing is written.
 * @see https://app.rapidpro.io/api/v2/contacts
 * @returns {Operation}
 */
export function syncContacts(
  contacts: Reference<SyncContact[]>,
  options?: Reference<SyncOptions>,
): Operation {
  return named(
    'syncContacts',
    operation({
      args: { contacts },
      each: 'contacts',
      options,
      knownOptions: SYNC_OPTIONS,
      isBulk: true,
      run: runSync,
    }),
  );
}

/**
 * Update contacts, or add those that do not exist: `upsertContact` for each of a list, some side by side. `groups` replaces the manual groups of a contact, as RapidPro does. A request or more a contact: `syncContacts` needs far fewer if most of the list is unchanged. Two of the list that turn out to be one contact both fail, though written.
 * @public
 * @function
 * @namespace global
 * @example <caption>Contacts of the step before</caption>
 * upsertContacts(
 *   state => state.data.map(({ name, phone }) => ({ name, urns: [`tel:${phone}`] })),
 * );
 * @example <caption>End the run with an error where one fails</caption>
 * upsertContacts($.data, { concurrency: 8, failOnError: true });
 * @param {UpsertBody[]} contacts - Each as in `upsertContact`, with `uuid` or at least one URN.
 * @param {UpsertContactsOptions} [options] - `urns` (`'add'`, or `'replace'` to make the list the contact's only URNs), `duplicates` (of entries that have a URN or uuid in common: `'first'` or `'last'` is taken; default: `'fail'`, all fail), `dryRun` (true: look each up, write nothing, and report what would be written; default: false), `failOnError`, `literal` (true: words for missing data, such as `undefined`, are meant; default: false), `concurrency` (requests side by side, at most 10; default: 4), `deadline` (seconds after which to stop), `resume` (continue where an earlier run stopped), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `created`, `updated`, `unchanged`, `failed`, `notAttempted`: each contact is in one of them, as `index`, `uuid`, …; `failed` with `code`, `description` and `fix`. `unchanged` stays empty: RapidPro does not report it. With `duplicates` also `passedOver` (`index`, `duplicateOf`). With `dryRun` also `requests`, how many the writing would take beside those of the look (`state.response.requests`), and `notChecked`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @state {object} rapidpro - `resume`, if it stopped before the end: positions in the list.
 * @throws {RapidProError} `BULK_FAILED` with `failOnError`, if a contact failed; `INVALID_INPUT` if `contacts` is not a list; `INVALID_OPTION`; the errors of every request, as long as nothing is written.
 * @see https://app.rapidpro.io/api/v2/contacts
 * @returns {Operation}
 */
export function upsertContacts(
  contacts: Reference<UpsertBody[]>,
  options?: Reference<UpsertContactsOptions>,
): Operation {
  return named(
    'upsertContacts',
    operation({
      args: { contacts },
      each: 'contacts',
      options,
      knownOptions: UPSERT_OPTIONS,
      isBulk: true,
      run: runUpserts,
    }),
  );
}
