import type { ContactBody } from './bodies.js';
import type { ErrorCode, ItemCode } from './errors.js';
import type { UpsertOptions, WriteOptions } from './options.js';

/** What `syncContacts` takes for each contact. Keys that you leave out keep their values. */
export interface SyncContact extends Omit<ContactBody, 'note'> {
  /** The contact to update. Without it, the URNs or the `key` decide. */
  uuid?: string;
  /** Uuids or names of manual groups. Only added, unless the option `groups` says `'exact'`. */
  groups?: string[];
  /** Phone numbers and other addresses. Only added, unless the option `urns` says `'exact'`. */
  urns?: string[];
}

/** Options that `syncContacts` and `upsertContacts` share. */
export interface BulkOptions extends WriteOptions {
  /** Parallel requests, 1 to 10. Default: 4. */
  concurrency?: number;
  /**
   * Stop after this many seconds. The rest is in `notAttempted`, and `state.rapidpro.resume` says where to
   * continue. Default: none.
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
   * What to do if several entries of the list are the same contact. `'fail'` (default): all of them fail. `'first'`,
   * `'last'`: this one counts, and the others are in `passedOver`.
   */
  duplicates?: 'first' | 'last' | 'fail';
}

export interface UpsertContactsOptions extends BulkOptions, UpsertOptions {
  /** True: look each contact up, write nothing, and report what would be written. Default: false. */
  dryRun?: boolean;
}

export interface SyncOptions extends BulkOptions {
  /**
   * What identifies a contact: `'uuid'`, `'urn'`, or a field, such as `'fields.tei_id'`. Default: the uuid
   * if there is one, otherwise the URNs.
   */
  key?: 'uuid' | 'urn' | `fields.${string}`;
  /**
   * Uuid or exact name of a group. Only its members are read; everyone else is looked up one by one. Default: all contacts are read.
   * @magic $.children[?(@.name=='groups')].children[*]
   */
  group?: string;
  /**
   * `'add'` (default): only add to groups. `'exact'`: also remove contacts from manual groups that their entry does not
   * name; `{ exact: ['Mothers', 'Pregnant'] }` does so for these groups only.
   */
  groups?: 'add' | 'exact' | { exact: string[] };
  /** `'add'` (default): only add URNs. `'exact'`: these are all URNs of the contact, in this order. */
  urns?: 'add' | 'exact';
  /** True: write nothing, and report what would be written. Default: false. */
  dryRun?: boolean;
  /** Groups that their members leave if they are not in the list, after everything else. Default: nobody leaves. */
  removeMissing?: RemoveMissing;
}

/** Who leaves groups, and how many. */
interface RemoveMissing {
  /** Uuids or names of manual groups. Nobody leaves other groups, and nobody is deleted. */
  groups: string[];
  /**
   * A number of people, or a share of the members, such as `'10%'`. If more would leave, nobody does. Default: `'10%'`.
   */
  atMost?: number | string;
}

/** One contact of your list, by its position. */
export interface BulkItem {
  /** Position in the list, starting at 0. */
  index: number;
  uuid?: string;
  /** The keys that were written: `name`, `fields.age`, `groups`. */
  changed?: string[];
  /** False if only RapidPro can tell whether a value differs, so it was written. */
  predicted?: false;
  /** Fields whose value RapidPro could not read as a date or number. They are now empty. */
  unread?: string[];
  /** Fields where RapidPro stored something else: a different time, or a text cut after 640 characters. */
  altered?: string[];
  /** True if this was done by an earlier run that this one continues. */
  earlier?: true;
}

export interface BulkFailure extends BulkItem {
  code: ErrorCode;
  description: string;
  fix: string;
  /** With `URN_TAKEN`: the uuid of the other contact, if it is known. */
  holder?: string;
}

/** An entry that was skipped, because another one is the same contact. */
export interface PassedOver {
  index: number;
  /** The position of the entry that counts. */
  duplicateOf: number;
  /** Its contact, if only RapidPro's answer showed that both are the same. */
  uuid?: string;
}

/** Why members who are not in the list did not leave. */
export interface NotRemoved {
  description: string;
  fix: string;
  /** The positions in the list that caused this, both ends included. */
  indexes?: [number, number][];
  /** Who would have left, as far as known. */
  uuids?: string[];
}

/** What `syncContacts` and `upsertContacts` leave in `state.data`. Each contact is in exactly one of the first five lists, or in `passedOver`. */
export interface BulkResult {
  created: BulkItem[];
  updated: BulkItem[];
  unchanged: BulkItem[];
  failed: BulkFailure[];
  notAttempted: BulkItem[];
  /** With `duplicates`: entries that were skipped, because another one is the same contact. They are in no other list. */
  passedOver?: PassedOver[];
  /** With `removeMissing`: uuids of the members who left; with `dryRun`, of those who would. */
  left?: string[];
  /** With `removeMissing` and `key`: uuids of members without a value for the key, who stay. */
  unmatched?: string[];
  /** With `removeMissing`: why nobody left, or not everybody. */
  notRemoved?: NotRemoved;
  /** Why it stopped early, if it did. */
  stopped?: { code: ErrorCode; description: string; fix: string; retryAfter?: number };
  /** With `dryRun`: nothing was written. */
  dryRun?: true;
  /** With `dryRun`: how many requests the real run takes for writing, in addition to those for reading. */
  requests?: number;
  /** With `dryRun`: how many were not checked. They are in `notAttempted`. */
  notChecked?: number;
  /**
   * Of `syncContacts`: contacts that are stopped, blocked or archived, in addition to the list they are in. They are
   * synced, but no message reaches them, and they cannot join groups.
   */
  inactive?: { index: number; uuid: string; status: string }[];
  /** With `dryRun`: the real run may need fewer `requests`. */
  atMost?: true;
}

/** Ranges of positions in your list, starting at 0, both ends included: `[[0, 99], [120, 120]]`. */
type Places = [first: number, last: number][];

/** A contact that was left out, because it is stopped, blocked or archived. */
export interface LeftOut {
  list: 'contacts' | 'urns' | 'groups' | 'contact';
  /** Position in that list, starting at 0. */
  index: number;
  uuid: string;
  /** `blocked`, `stopped` or `archived`. */
  status: string;
}

/** What `sendBroadcast` and `startFlow` leave in `state.data` with `dryRun`: nothing was sent. */
export interface SendPlan {
  dryRun: true;
  /** How many requests the send takes, in addition to lookups. */
  requests: number;
  /** How many contacts, URNs and groups it reaches, without duplicates. */
  recipients: number;
  /** Which items of each list it reaches. */
  contacts: Places;
  urns: Places;
  groups: Places;
  /** How many members the groups have in total, if known. Anyone in two groups counts twice. */
  members?: number;
  /** How many recipients are duplicates of others. */
  duplicates: number;
  /** With `onlyActive`: who would be left out, among those looked up. */
  leftOut: LeftOut[];
  /** Which of `contacts` have no phone number or other address, among those looked up. No message reaches them. */
  withoutUrn?: Places;
  /** How many recipients were not looked up. */
  notChecked: number;
}

/** An item that RapidPro did not act on. */
export interface ActionFailure {
  index: number;
  /** The uuid or number, unless the item was given by URN. */
  id?: string | number;
  code: ErrorCode | ItemCode;
  description: string;
}

/** What actions on many items leave in `state.data` with `dryRun`: nothing was changed. */
export interface ActionPlan {
  dryRun: true;
  /** How many requests the action takes, in addition to lookups. */
  requests: number;
  /** How many items there are, without duplicates. */
  requested: number;
  /** Which of them it would change, as far as known. */
  items: Places;
  /** Those that it would not change, among those looked up. */
  failures: ActionFailure[];
  /** How many items were not looked up. */
  notChecked: number;
}

/** What actions on many items leave in `state.data`. */
export interface ActionResult {
  requested: number;
  failures: ActionFailure[];
}
