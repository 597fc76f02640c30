import type { Version } from '../../state/feed.js';
import type { State } from '../../types/state.js';
import type { Push } from '../../webhook/push.js';

/** One push that may have been missed. */
export interface Missed {
  push: Push;
  version: Version;
}

/** Where missed pushes are read from. */
export interface Source {
  /** Oldest first. */
  pages(): AsyncIterable<Missed[]>;
  /** True if the deadline or the rate limit ended the reading before its end. */
  readonly isCut: boolean;
  /** Whether an earlier look has handed it on. */
  isKnown(missed: Missed): boolean;
  /** Notes the pushes of a page that were handed on, or already known. */
  dealtWith(missed: readonly Missed[]): void;
  /** Notes in the state where the next look continues. */
  remember(state: State, isStopped: boolean): State;
}
