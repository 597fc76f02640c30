import type { Micros } from '../input/times.js';
import type { Dictionary } from '../types/json.js';
import type { PlainPlace } from './seams.js';

/** Where to go on with a list, in plain values: empty at its beginning. */
export interface Position {
  /** Behind a page. */
  cursor?: PlainPlace | undefined;
  /** Behind which time changes can have been missed: about when the reading began. */
  since?: string | undefined;
  /** Ids that were handed out, where records can come a second time: the last ones. */
  seen?: string | undefined;
  /** True if all but what changed since then has been read. */
  last?: boolean | undefined;
  /** True if the list is read in windows of time: the cursor counts within the one that is named here. */
  isWindowed?: boolean | undefined;
  /** The window, where it is not the whole list. */
  before?: string | undefined;
  after?: string | undefined;
}

/** A page, and where to go on behind it. */
export interface ListPage {
  records: Dictionary[];
  /** Undefined behind the last page. What it gives holds until the next page is asked for. */
  next: (() => Position) | undefined;
}

/** What is handed out of the list itself, before what changed meanwhile. */
export interface Part extends ListPage {
  /** Behind which time changes can have been missed, once it is known. */
  since: Micros | undefined;
  /** True if changes since then may lie behind the reader. */
  missesChanges: boolean;
}

/** Leaves out the records that were handed out before. */
export type Fresh = (records: Dictionary[]) => Dictionary[];
