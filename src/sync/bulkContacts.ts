import { LITERAL } from '../input/options.js';
import { operation } from '../operations/base/operation.js';
import type { UpsertBody } from '../types/bodies.js';
import type { SyncContact, SyncOptions, UpsertContactsOptions } from '../types/bulk.js';
import type { Operation, Reference } from '../types/state.js';
import { runSync } from './runSync.js';
import { runUpserts } from './runUpserts.js';

const BULK_OPTIONS = ['concurrency', 'deadline', 'resume', 'failOnError', ...LITERAL];
const UPSERT_OPTIONS = [...BULK_OPTIONS, 'urns', 'dryRun', 'duplicates'];
const SYNC_OPTIONS = [...UPSERT_OPTIONS, 'key', 'group', 'groups', 'removeMissing'];

/**
 * Make contacts match a list, and write only the differences. It reads the existing contacts in pages of 250. Contacts that are not in the list are never touched, unless `removeMissing` removes them from a group. Keys that you leave out keep their values. Groups and URNs are only added, unless `groups` or `urns` is `'exact'`.
 *
 * If two entries of the list are the same contact, both fail, unless `duplicates` chooses one. Nothing is written for them. If RapidPro reveals this only while writing, `failed` says what was written. A URN of another contact is never moved, except on RapidPro 9 one that the contact got in the last seconds. Dates without a time zone use the zone of the workspace; a day becomes its midnight.
 * @public
 * @function
 * @namespace global
 * @example <caption>A register, matched by phone number</caption>
 * syncContacts(
 *   state => state.data.map(mother => ({
 *     name: mother.name,
 *     urns: [`tel:${mother.phone}`],
 *     groups: ['Mothers'],
 *     fields: { due_date: mother.due },
 *   })),
 * );
 * @example <caption>Matched by a field; only report what would change</caption>
 * syncContacts($.data, { key: 'fields.tei_id', group: 'Mothers', dryRun: true });
 * @example <caption>Stop before OpenFn stops the run, and continue in the next one</caption>
 * syncContacts($.data, { deadline: 270, resume: true });
 * @example <caption>People who are no longer in the register leave its group, unless that is more than 50</caption>
 * syncContacts($.data, { removeMissing: { groups: ['Mothers'], atMost: 50 }, dryRun: true });
 * @param {SyncContact[]} contacts - Any number of contacts: `uuid`, `urns`, `name`, `language`, `groups` (uuids or names of manual groups), `fields`. null clears `name`, `language` or a field.
 * @param {SyncOptions} [options] - `key` (`'uuid'`, `'urn'` or a field of text or numbers, such as `'fields.tei_id'`; default: the uuid, otherwise the URNs), `group` (read only its members, and look others up one by one; default: read all), `groups` and `urns` (`'add'`, or `'exact'` if the list is complete; for some groups only: an object with the key `exact`, their list; default: `'add'`), `duplicates` (which of several entries for one contact counts: `'first'` or `'last'`; default: `'fail'`, all fail), `removeMissing` (members of its `groups` who are not in the list leave these groups at the end; nobody leaves if that is more than `atMost`, a number or a share; default: `'10%'` of the members before the run), `dryRun` (true: write nothing, and report what would change; default: false), `failOnError` (true: end with an error if a contact failed; default: false), `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `concurrency` (parallel requests, at most 10; default: 4), `deadline` (seconds after which to stop; default: none), `resume` (true: continue where an earlier run stopped; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `created`, `updated`, `unchanged`, `failed`, `notAttempted`: each contact is in one of them, as `index`, `uuid`, …; `updated` with the keys that `changed`, `failed` with `code`, `description` and `fix`. With `duplicates` also `passedOver` (`index`, `duplicateOf`). With `removeMissing` also `left` (uuids), `unmatched` (members without the `key`, who stay) and, if nobody or not everybody left, `notRemoved` with `description`, `fix`, `indexes`, `uuids`. Contacts that are stopped, blocked or archived are also in `inactive`. With `dryRun` also `requests` (how many the real run takes, in addition to those of the dry run), `notChecked`, and `atMost: true` if it may need fewer (URNs are added, numbers have no country code, or two entries are one contact).
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
  return operation('syncContacts', arguments, {
    args: { contacts },
    each: 'contacts',
    options,
    knownOptions: SYNC_OPTIONS,
    isBulk: true,
    run: runSync,
  });
}

/**
 * Update contacts, or add those that do not exist: `upsertContact` for each item of a list, several in parallel. `groups` replaces the manual groups of a contact, as in RapidPro. It takes at least one request per contact; `syncContacts` takes far fewer if most contacts are unchanged. If two entries turn out to be the same contact, both fail, although they were written.
 * @public
 * @function
 * @namespace global
 * @example <caption>Contacts from the previous operation</caption>
 * upsertContacts(
 *   state => state.data.map(({ name, phone }) => ({ name, urns: [`tel:${phone}`] })),
 * );
 * @example <caption>End with an error if a contact fails</caption>
 * upsertContacts($.data, { concurrency: 8, failOnError: true });
 * @param {UpsertBody[]} contacts - Each as in `upsertContact`, with `uuid` or at least one URN.
 * @param {UpsertContactsOptions} [options] - `urns` (`'add'`, or `'replace'` to replace all URNs of the contact; default: `'add'`), `duplicates` (which of several entries with the same URN or uuid counts: `'first'` or `'last'`; default: `'fail'`, all fail), `dryRun` (true: look each contact up, write nothing, and report what would change; default: false), `failOnError` (true: end with an error if a contact failed; default: false), `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `concurrency` (parallel requests, at most 10; default: 4), `deadline` (seconds after which to stop; default: none), `resume` (true: continue where an earlier run stopped; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `created`, `updated`, `unchanged`, `failed`, `notAttempted`: each contact is in one of them, as `index`, `uuid`, …; `failed` with `code`, `description` and `fix`. `unchanged` stays empty: RapidPro does not report it. With `duplicates` also `passedOver` (`index`, `duplicateOf`). With `dryRun` also `requests` (how many the real run takes for writing; it looks up contacts with several URNs before, as the dry run does), and `notChecked`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @state {object} rapidpro - `resume`, if it stopped before the end: positions in the list.
 * @throws {RapidProError} `BULK_FAILED` with `failOnError`, if a contact failed; `INVALID_INPUT` if `contacts` is not a list; `INVALID_OPTION`; `ANONYMOUS_WORKSPACE` if every entry has URNs and the workspace hides them; the errors of every request, as long as nothing is written.
 * @see https://app.rapidpro.io/api/v2/contacts
 * @returns {Operation}
 */
export function upsertContacts(
  contacts: Reference<UpsertBody[]>,
  options?: Reference<UpsertContactsOptions>,
): Operation {
  return operation('upsertContacts', arguments, {
    args: { contacts },
    each: 'contacts',
    options,
    knownOptions: UPSERT_OPTIONS,
    isBulk: true,
    run: runUpserts,
  });
}
