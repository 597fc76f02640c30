import type { ErrorCode, ItemCode } from '../client/errors.js';
import type { Options } from './options.js';

/** Options of `addToGroup` and `removeFromGroup`. */
export interface MemberOptions extends Options {
  /**
   * True: read the contacts back afterwards. Those that RapidPro skipped without a word, as it does to
   * contacts that are just busy, are in `failures` with the code `SKIPPED`. Costs a request for each
   * contact given by URN, and for the others one each or one for 250 members of the group, whichever is
   * less. False unless told.
   */
  verify?: boolean;
}

/** An item that RapidPro did not act on. */
export interface ActionFailure {
  index: number;
  /** The uuid or number, where it was not named by a URN. */
  id?: string | number;
  code: ErrorCode | ItemCode;
  description: string;
}

/** What actions on many leave in `state.data`. */
export interface ActionResult {
  requested: number;
  failures: ActionFailure[];
}
