import type { ContactBody } from './bodies.js';
import type { ErrorCode } from './errors.js';
import type { WriteOptions } from './options.js';

/** What `syncContacts` takes for each contact. Keys that are left out stay as they are. */
export interface SyncContact extends Omit<ContactBody, 'note'> {
  /** If given, the contact is this one. */
  uuid?: string;
  /** Uuids or names of manual groups. Only added, unless the option `groups` says `'exact'`. */
  groups?: string[];
  /** Phone numbers and other addresses. Only added, unless the option `urns` says `'exact'`. */
  urns?: string[];
}

/** How a list of contacts is worked through. */
export interface BulkOptions extends WriteOptions {
  /** Parallel requests, 1 to 10. Default: 4. */
  concurrency?: number;
  /**
   * Seconds after which to stop with what is done. The rest is in `notAttempted`, and
   * `state.rapidpro.resume` says where to continue. Default: none.
   */
  deadline?: number;
  /**
   * True: continue where an earlier run of the same list stopped, if `state.rapidpro.resume` has a position. Default:
   * false.
   */
  resume?: boolean;
  /** True: end with the error `BULK_FAILED` if a contact failed. False: log a warning. Default: false. */
  failOnError?: boolean;
  /**
   * What to do with entries of the list that are the same contact. `'fail'` (default): all of them fail. `'first'`,
   * `'last'`: that one is taken, and the others are in `passedOver`.
   */
  duplicates?: 'first' | 'last' | 'fail';
}

export interface UpsertContactsOptions extends BulkOptions {
  /** True: look each contact up, write nothing, and report what would be written. Default: false. */
  dryRun?: boolean;
  /** `'add'` (default): add URNs to those the contact has. `'replace'`: replace all URNs. */
  urns?: 'add' | 'replace';
}

export interface SyncOptions extends BulkOptions {
  /**
   * What identifies a contact: `'uuid'`, `'urn'`, or a field, as `'fields.tei_id'`. Default: the uuid
   * if there is one, else the URNs.
   */
  key?: 'uuid' | 'urn' | `fields.${string}`;
  /**
   * Uuid or exact name of a group: only its members are read. Everyone else is looked up one by one.
   * @magic $.children[?(@.name=='groups')].children[*]
   */
  group?: string;
  /** `'add'` (default): only add to groups. `'exact'`: also leave manual groups that are not named. */
  groups?: 'add' | 'exact';
  /** `'add'` (default): only add URNs. `'exact'`: the list is all of the contact's URNs, in this order. */
  urns?: 'add' | 'exact';
  /** True: write nothing, and report what would be written. Default: false. */
  dryRun?: boolean;
  /** Members of these groups who are not in the list leave them, after everything else. */
  removeMissing?: RemoveMissing;
}

/** Who leaves groups, and how many. */
export interface RemoveMissing {
  /** Uuids or names of manual groups. Nobody leaves another one, and nobody is deleted. */
  groups: string[];
  /**
   * People, or a share of the members as `'10%'`. If more would leave, nobody does. Default: `'10%'`.
   */
  atMost?: number | string;
}

/** One contact of the list that was given, by its position in it. */
export interface BulkItem {
  /** Position in the list, from 0. */
  index: number;
  uuid?: string;
  /** The keys that were written: `name`, `fields.age`, `groups`. */
  changed?: string[];
  /** False if it could not be determined whether a key differs, so that it was written to be safe. */
  predicted?: false;
  /** Fields whose value RapidPro cannot read as what they hold, a date or a number: they are empty in it. */
  unread?: string[];
  /** Fields that RapidPro stored otherwise than they were written: a time read as another one, a text cut after 640 characters. */
  altered?: string[];
  /** True if an earlier run, which this one continues, did it. */
  earlier?: true;
}

export interface BulkFailure extends BulkItem {
  code: ErrorCode;
  description: string;
  fix: string;
}

/** An entry of the list that was not taken, since another one is the same contact. */
export interface PassedOver {
  index: number;
  /** The position of the one that was taken. */
  duplicateOf: number;
  /** Its contact, where only RapidPro showed that both are one. */
  uuid?: string;
}

/** Why members who are missing in the list did not leave. */
export interface NotRemoved {
  description: string;
  fix: string;
  /** Positions in the list that this comes from, both ends included. */
  indexes?: [number, number][];
  /** Who would have left, as far as that is known. */
  uuids?: string[];
}

/** What `syncContacts` and `upsertContacts` leave in `state.data`: each contact is in just one list. */
export interface BulkResult {
  created: BulkItem[];
  updated: BulkItem[];
  unchanged: BulkItem[];
  failed: BulkFailure[];
  notAttempted: BulkItem[];
  /** With `duplicates`: those of the list that are in none of the lists above, since another one is the same contact. */
  passedOver?: PassedOver[];
  /** With `removeMissing`: uuids of the members who left; with `dryRun`, of those who would. */
  left?: string[];
  /** With `removeMissing` and `key`: uuids of members who have no such key, and so stay. */
  unmatched?: string[];
  /** With `removeMissing`: why nobody left, or not all did. */
  notRemoved?: NotRemoved;
  /** Why it stopped before the end, if it did. */
  stopped?: { code: ErrorCode; description: string; fix: string; retryAfter?: number };
  /** With `dryRun`: nothing was written. */
  dryRun?: true;
  /** With `dryRun`: how many requests the writing would take in addition to those of the look itself. */
  requests?: number;
  /** With `dryRun`: how many were not looked at, those of `notAttempted`. */
  notChecked?: number;
  /**
   * Of `syncContacts`: those of the lists above whose contact is stopped, blocked or archived. They are kept in step, but
   * no message reaches them, and no group takes them.
   */
  inactive?: { index: number; uuid: string; status: string }[];
  /** With `dryRun`: it may take fewer `requests`, which shows only when it is done. */
  atMost?: true;
}
