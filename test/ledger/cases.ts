import type { End, Scene } from './scene.js';
import type { Change } from './server/changes.js';

/** A class of operations, and what its results are held against. */
export interface Case {
  name: string;
  /** True for reads and for writes that are safe to repeat: faults that pass are survived. */
  isSafe: boolean;
  /** What others do while it reads; default: nothing. */
  changes?: readonly Change[];
  /** What it meets; default: every fault, and what changes a list. */
  columns?: readonly string[];
  /** True where a safe write cannot tell who did the work: `OUTCOME_UNKNOWN` is right too. */
  mayBeUnsure?: boolean;
  /** Puts up the workspace. */
  prepare(scene: Scene): Prepared;
}

export interface Prepared {
  /** Does what a job would do. */
  operate(): Promise<End['state']>;
  /** What is wrong with the end of it: nothing where all is well. */
  judge(end: End): string[];
}
