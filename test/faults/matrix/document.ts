import type { FaultKind } from '../../../src/sandbox/index.js';
import { CASES } from './cases.js';
import { merge, type Seen, toMarkdown } from './table.js';

/** What was seen in one trial, and in which cell of which table it belongs. */
export interface Outcome extends Seen {
  row: string;
  column: FaultKind;
  forever: boolean;
}

/** The columns, and what each fault is to people. */
const COLUMNS: [FaultKind, name: string, meaning: string][] = [
  ['reset', 'connection reset', 'The connection breaks before an answer.'],
  ['stall', 'silence', 'No answer comes in time.'],
  ['truncate', 'half an answer', 'The connection breaks in the middle of the answer.'],
  ['drip', 'slow drip', 'The answer comes in drops, and is not whole in time.'],
  ['bad-gateway', 'a 502', 'A proxy in front of RapidPro answers in its place.'],
  ['garbled', 'garbled answer', 'The answer is whole, but not JSON.'],
  ['throttle', 'rate limit (429)', 'RapidPro asks to wait 20 seconds.'],
  ['drop-keep-alive', 'connection dropped', 'RapidPro hangs up right after its answer.'],
];

const HEAD = `# What the adaptor does when something goes wrong

<!-- Made by test/faults/matrix, which checks it: to write it anew, run UPDATE_DOCS=1 npx vitest run test/faults/matrix -->

These tables are not promises but results: each operation was run against the sandbox, which broke the
first request, one in the middle or the last, before or after it had done the work.

What it means for your jobs:

- **Reading, and writing what can be written twice without harm, is asked again by itself.** A contact is
  updated, added by its URN, deleted or put into a group once, however often the connection breaks.
- **Sending is never asked again after a failure that leaves it open whether RapidPro got the request.** The step
  stops with \`OUTCOME_UNKNOWN\`. Look in RapidPro whether it was done before you run the job again.
- **After a rate limit everything is asked again**, sends too, since RapidPro did nothing. All the waits of
  a step together take at most \`maxWait\`, 60 seconds unless you say otherwise.
- **A step of several requests that stops in the middle tells how far it got.** \`PARTIAL_SEND\` and
  \`PARTIAL_ACTION\` have \`details\` with places in your list: \`done\`, \`unknown\`, \`failed\`, \`notAttempted\`. Send again
  only to \`failed\` and \`notAttempted\`.
- **Lists and bulk operations leave a place to go on from** in \`state.rapidpro\` when the wait gets too long:
  the same step with \`resume: true\` does the rest.
`;

function table(outcomes: readonly Outcome[], forever: boolean): string {
  const cell = (row: string, column: FaultKind) =>
    merge(
      outcomes.filter(one => one.row === row && one.column === column && one.forever === forever),
    );
  return toMarkdown({
    columns: COLUMNS.map(([, name]) => name),
    rows: CASES.map(({ name }) => ({
      name: `\`${name.split(/[ ,(]/)[0]}\`${name.replace(/^\w+/, '')}`,
      cells: COLUMNS.map(([column]) => cell(name, column)),
    })),
  });
}

/** The whole of docs/faults.md. Trials end in any order; the text is always the same. */
export function toDocument(outcomes: readonly Outcome[]): string {
  const key = ({ by, words }: Outcome) =>
    JSON.stringify([by.server, by.strikes, by.position, words]);
  const sorted = outcomes.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return `${HEAD}
The faults:

${COLUMNS.map(([, name, meaning]) => `- **${name}**: ${meaning}`).join('\n')}

## It happens once

${table(sorted, false)}

## It goes on

From the struck request on, every request meets the fault.

${table(sorted, true)}
`;
}
