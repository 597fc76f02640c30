import type { ErrorCode, ItemCode } from './errors.js';

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
