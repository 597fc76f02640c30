import type { ServerName } from '../../recordings/read.js';

/** Recordings that the sandbox does not match, each with its reason. One that matches must not be listed. */
export interface Difference {
  server: ServerName;
  kind: 'exchange' | 'scenario' | 'row';
  name: string;
  reason: string;
}

export const differences: readonly Difference[] = [];

export const isListed = (server: ServerName, kind: Difference['kind'], name: string): boolean =>
  differences.some(one => one.server === server && one.kind === kind && one.name === name);
