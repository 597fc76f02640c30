import type { FaultKind } from '@openfn/rapidpro-sandbox';
import { CASES } from './cases.js';
import { inOrder, merge, type Seen, toMarkdown } from './table.js';

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
  [
    'truncate',
    'half an answer',
    'The connection breaks in the middle of the answer. Deletions and actions have no effect, because their answers have no body.',
  ],
  ['drip', 'slow drip', 'The answer arrives slowly, and is not complete in time.'],
  ['bad-gateway', 'a 502', 'A proxy in front of RapidPro answers instead.'],
  ['gateway-timeout', 'a 520 to 530', 'Cloudflare, in front of RapidPro, answers instead.'],
  ['request-timeout', 'a 408', 'A proxy did not receive the whole request in time.'],
  [
    'server-error',
    'a 500',
    'RapidPro fails. This also happens for about five seconds after a group, field or topic is created.',
  ],
  ['garbled', 'garbled answer', 'The answer is complete, but is not JSON.'],
  ['throttle', 'rate limit (429)', 'RapidPro asks for a wait of 20 seconds.'],
  [
    'drop-keep-alive',
    'connection dropped',
    'RapidPro closes the connection right after its answer.',
  ],
];

const HEAD = `# What the adaptor does when something goes wrong

<!-- Made and checked by test/faults/matrix; to update it, run UPDATE_DOCS=1 npx vitest run test/faults/matrix -->

This page shows what each kind of operation does when a connection breaks, a server is slow or a proxy answers
instead, and what you have to do. Tests produce the tables: they run each operation against the sandbox, which
disturbs the first request, a middle request or the last one, before or after it did the work. The results are
the same for RapidPro 9 and TextIt.

What this means for your jobs:

- **Reading, and writing that is safe to repeat, is tried again.** A contact is updated, added by its URN,
  deleted or put into a group once, no matter how often the connection breaks. If it keeps breaking, the step
  stops, and you can run it again. If the first run succeeded after all, \`addContact\` ends with
  \`URN_TAKEN\` and \`deleteContact\` with \`NOT_FOUND\`.
- **A send is never repeated if it is unclear whether RapidPro got it.** The step stops with
  \`OUTCOME_UNKNOWN\`. Check in RapidPro whether it was done before you run the job again.
- **After a rate limit, everything is tried again,** even sends, because RapidPro did nothing. All waits of a
  step add up to \`maxWait\` at most, 60 seconds by default.
- **A step with several requests that stops halfway says how far it got.** \`PARTIAL_SEND\` and
  \`PARTIAL_ACTION\` have \`details\` with positions in your list: \`done\`, \`unknown\`, \`failed\` and
  \`notAttempted\`. Send again only to \`failed\` and \`notAttempted\`.
- **Lists and bulk operations leave a position** in \`state.rapidpro\` if a wait takes too long: the same step
  with \`resume: true\` does the rest. \`eachChange\` needs no option for this.
- **A contact in \`notAttempted\` may have been written,** because repeating it is harmless: the next run either
  finds it done, or does it.
`;

function table(outcomes: readonly Outcome[], forever: boolean): string {
  const cell = (row: string, column: FaultKind) =>
    merge(
      outcomes.filter(one => one.row === row && one.column === column && one.forever === forever),
    );
  return toMarkdown({
    columns: COLUMNS.map(([, name]) => name),
    rows: CASES.map(({ name }) => ({
      name: name.replace(/^\w+(\(.*\))?/, '`$&`'),
      cells: COLUMNS.map(([column]) => cell(name, column)),
    })),
  });
}

/** The whole of docs/evidence/faults.md. Trials end in any order; the text is always the same. */
export function toDocument(outcomes: readonly Outcome[]): string {
  const sorted = [...outcomes].sort(inOrder);
  return `${HEAD}
The faults:

${COLUMNS.map(([, name, meaning]) => `- **${name}**: ${meaning}`).join('\n')}

## The fault happens once

${table(sorted, false)}

## The fault continues

Every request fails from that one on.

${table(sorted, true)}
`;
}
