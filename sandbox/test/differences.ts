import type { ServerName } from '../../recordings/read.js';

/** Recordings that the sandbox does not match, each with its reason. One that matches must not be listed. */
export interface Difference {
  server: ServerName;
  kind: 'exchange' | 'scenario' | 'row' | 'expression';
  name: string;
  reason: string;
}

const ADDRESS = 'The engine prints an address in its memory, another one at each start.';

export const differences: readonly Difference[] = [
  {
    server: 'rapidpro-9.0.0',
    kind: 'expression',
    name: '@(format_number(1, 10))',
    reason: ADDRESS,
  },
  {
    server: 'rapidpro-26.3.54',
    kind: 'expression',
    name: '@(format_number(1, 10))',
    reason: ADDRESS,
  },
];

export const isListed = (server: ServerName, kind: Difference['kind'], name: string): boolean =>
  differences.some(one => one.server === server && one.kind === kind && one.name === name);
