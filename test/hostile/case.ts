import type { Operation, State } from '../../src/types/state.js';
import type { Behavior } from '../support/rawServer.js';

/** What a case knows of where it runs. */
export interface Place {
  /** The origin of the hostile server itself. */
  own: string;
  /** Another server, which must never see a token. */
  elsewhere: string;
}

export type Operations = Record<string, () => Operation>;

/** One row of docs/evidence/hostile-servers.md. */
export interface Case {
  /** What the server does. */
  does: string;
  /** Which limit or rule it meets. */
  limit: string;
  /** Several ways of the same; each is tried with each operation. */
  ways(place: Place): Behavior[];
  /** Default: `getContacts` and `sendMessage`. */
  operations?: Operations;
  /** For what ends well: what the job then has. */
  reads?(state: State): string;
  /** Megabytes that the whole process may have at its peak. It then runs in one of its own. */
  memory?: number;
  /** Seconds by which each look at the clock moves it. */
  clock?: number;
  /** Requests that the step may make at most. Default: 12. */
  requests?: number;
}

export interface Group {
  title: string;
  cases: Case[];
}
