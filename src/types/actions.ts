import type { ErrorCode, ItemCode } from './errors.js';
import type { Options, WriteOptions } from './options.js';

/** Options of `addToGroup` and `removeFromGroup`. */
export interface MemberOptions extends NamedActionOptions {
  /**
   * True: read the contacts back afterwards. Those that RapidPro skipped without a word, as it does to
   * contacts that are just busy, are in `failures` with the code `SKIPPED`. Costs a request for each
   * contact given by URN, and for the others one each or one for 250 members of the group, whichever is
   * less. Default: false.
   */
  verify?: boolean;
}

/** Options of `sendMessage`. */
export interface MessageOptions extends WriteOptions {
  /**
   * True: check first whether the contact is active. Nothing is sent to stopped, blocked or archived contacts;
   * `state.data` is `{ sent: false, leftOut }`. If the look-up fails, nothing is sent. Default: false.
   */
  onlyActive?: boolean;
}

/** Options of `sendBroadcast` and `startFlow`. */
export interface SendOptions extends WriteOptions {
  /**
   * True: look up `contacts` and `urns`, and leave out stopped, blocked and archived contacts. They
   * are listed in `state.data.leftOut`. Groups are sent as they are, and so are URNs that RapidPro does not
   * know. If the look-up fails, nothing is sent. Default: false.
   */
  onlyActive?: boolean;
  /**
   * True: send nothing, and report who would be reached, in at most three requests. Default: false.
   */
  dryRun?: boolean;
}

/** Options of actions on many. */
export interface ActionOptions extends Options {
  /**
   * True: change nothing, and report what would be changed, in at most three requests. Default: false.
   */
  dryRun?: boolean;
}

/** Options of actions that name a group or a label, or write a note. */
export interface NamedActionOptions extends ActionOptions, WriteOptions {
  /** As in other operations that write names or texts. Default: false. */
  literal?: boolean;
}

/** Positions in a list, from 0, both ends included: `[[0, 99], [120, 120]]`. */
export type Places = [first: number, last: number][];

/** Somebody who is stopped, blocked or archived, and is not written to. */
export interface LeftOut {
  list: 'contacts' | 'urns' | 'groups' | 'contact';
  /** Position in that list, from 0. */
  index: number;
  uuid: string;
  /** `blocked`, `stopped` or `archived`. */
  status: string;
}

/** What `sendBroadcast` and `startFlow` leave in `state.data` with `dryRun`: nothing was sent. */
export interface SendPlan {
  dryRun: true;
  /** How many requests the sending takes, in addition to those that look somebody up. */
  requests: number;
  /** How many contacts, URNs and groups it goes to, each once. */
  recipients: number;
  /** Which of each list it goes to. */
  contacts: Places;
  urns: Places;
  groups: Places;
  /** How many members the groups have together, if known. */
  members?: number;
  /** How many are named more than once. */
  duplicates: number;
  /** With `onlyActive`: who would be left out, of those that were looked up. */
  leftOut: LeftOut[];
  /** How many were not looked up. These and the others make the whole list. */
  notChecked: number;
}

/** An item that RapidPro did not act on. */
export interface ActionFailure {
  index: number;
  /** The uuid or number, if it was not named by a URN. */
  id?: string | number;
  code: ErrorCode | ItemCode;
  description: string;
}

/** What actions on many leave in `state.data` with `dryRun`: nothing was changed. */
export interface ActionPlan {
  dryRun: true;
  /** How many requests the action takes, in addition to those that look somebody up. */
  requests: number;
  /** How many items there are, each once. */
  requested: number;
  /** Which of them it would act on, as far as is known. */
  items: Places;
  /** Those that RapidPro would not act on, of those that were looked up. */
  failures: ActionFailure[];
  /** How many were not looked up. These and the others make the whole list. */
  notChecked: number;
}

/** What actions on many leave in `state.data`. */
export interface ActionResult {
  requested: number;
  failures: ActionFailure[];
}
