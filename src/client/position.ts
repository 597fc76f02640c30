import type { Micros } from '../input/times.js';
import type { Dictionary } from '../types/json.js';
import type { PlainPlace } from './seams.js';

/** Where to continue a list, in plain values; empty at its beginning. */
export interface Position {
  cursor?: PlainPlace | undefined;
  /** The time after which changes may have been missed: about when the read began. */
  since?: string | undefined;
  /** If records can come twice: the ids of the last ones that were handed out. */
  seen?: string | undefined;
  /** True if everything except changes since then has been read. */
  last?: boolean | undefined;
  /** True if the list is read in time windows. Then the cursor counts within the window that is named here. */
  isWindowed?: boolean | undefined;
  /** The window, if it is not the whole list. */
  before?: string | undefined;
  after?: string | undefined;
}

export interface ListPage {
  records: Dictionary[];
  /** Undefined after the last page. Its result is valid until the next page is requested. */
  next: (() => Position) | undefined;
}

/** The pages of the list itself, before new changes. */
export interface Part extends ListPage {
  /** The time after which changes may have been missed, once known. */
  since: Micros | undefined;
  /** True if changes since then may be behind the reader. */
  missesChanges: boolean;
}

/** Leaves out the records that were handed out before. */
export type Fresh = (records: Dictionary[]) => Dictionary[];
