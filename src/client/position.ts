import type { Query } from '../types/request.js';

/** Where to go on with a list, in plain values. */
export interface Position {
  /** Behind a page, as the server said it. */
  cursor?: Query | undefined;
  /** The time of the newest record when the reading began. */
  since?: string | undefined;
  /** True if all but what changed since then has been read. */
  last?: boolean | undefined;
  /** True if the list is read in windows of time: the cursor counts within the one that is named here. */
  isWindowed?: boolean | undefined;
  /** The window, where it is not the whole list. */
  before?: string | undefined;
  after?: string | undefined;
}
