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

/** Differences that are known from the code of RapidPro, Django and Django REST framework, and that no recording shows. */
export const unrecorded: readonly string[] = [
  'Of a list of URNs or quick replies, or of an object of fields or languages, the sandbox checks the first 1,000 values. A server checks all of them before it says that they are too many, and can name more of them as wrong.',
  'The sandbox reads a body in chunks, as a server behind nginx does. Without such a front server, Django reads no body that has no length.',
  'A method that only proxies know, `CONNECT`, gets no answer.',
  'There are no triggers, so none keeps a group from being deleted. `usages` of a field counts no flows.',
  'A deleted contact loses its messages, runs and tickets at once. A server needs a few seconds.',
  'Of a form, the sandbox takes the last value of each name. A server reads repeated names as a list, and `fields.age` as a key of an object.',
];

export const isListed = (server: ServerName, kind: Difference['kind'], name: string): boolean =>
  differences.some(one => one.server === server && one.kind === kind && one.name === name);
