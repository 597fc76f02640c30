import type { ServerName } from '../../recordings/read.js';

/** Recordings that the sandbox does not hold to, each with its reason. One that holds must not be here. */
export interface Difference {
  server: ServerName;
  kind: 'exchange' | 'scenario' | 'row';
  name: string;
  reason: string;
}

export const differences: readonly Difference[] = [];

export const isListed = (server: ServerName, kind: Difference['kind'], name: string): boolean =>
  differences.some(one => one.server === server && one.kind === kind && one.name === name);
