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
    'The connection breaks in the middle of the answer. A deletion or an action is answered without a body, of which nothing can be lost.',
  ],
  ['drip', 'slow drip', 'The answer comes in drops, and is not whole in time.'],
  ['bad-gateway', 'a 502', 'A proxy in front of RapidPro answers in its place.'],
  ['gateway-timeout', 'a 520 to 530', 'Cloudflare, in front of RapidPro, answers in its place.'],
  ['request-timeout', 'a 408', 'A proxy did not get the whole request in time.'],
  [
    'server-error',
    'a 500',
    'RapidPro breaks down. It does so too for about five seconds after a group, a field or a topic is made.',
  ],
  ['garbled', 'garbled answer', 'The answer is whole, but not JSON.'],
  ['throttle', 'rate limit (429)', 'RapidPro asks to wait 20 seconds.'],
  ['drop-keep-alive', 'connection dropped', 'RapidPro hangs up right after its answer.'],
];

const HEAD = `# What the adaptor does when something goes wrong

<!-- Made and checked by test/faults/matrix; to write it anew, run UPDATE_DOCS=1 npx vitest run test/faults/matrix -->

Connections break, servers are slow, proxies answer in their place. Here you find what each kind of operation
does then, and what is left for you to do. The tables are results, not promises: the tests run each operation
against the sandbox, which disturbs the first request, one in the middle or the last, before or after it has
done the work. RapidPro 9 and TextIt come out the same.

What it means for your jobs:

- **Reading, and writing that can be repeated without harm, is asked again by itself.** A contact is
  updated, added by its URN, deleted or put into a group once, however often the connection breaks. When it
  goes on breaking, the step stops, and you can run it again. If the first run did get through,
  \`addContact\` then says \`URN_TAKEN\`, and \`deleteContact\` says \`NOT_FOUND\`.
- **A send is never repeated when nobody knows whether RapidPro got it.** The step stops with
  \`OUTCOME_UNKNOWN\`. Look in RapidPro whether it was done before you run the job again.
- **After a rate limit everything is asked again**, sends too, since RapidPro did nothing. All the waits of
  a step together take at most \`maxWait\`, 60 seconds unless you say otherwise.
- **A step of several requests that stops in the middle says how far it got.** \`PARTIAL_SEND\` and
  \`PARTIAL_ACTION\` have \`details\` with positions in your list: \`done\`, \`unknown\`, \`failed\` and
  \`notAttempted\`. Send again only to \`failed\` and \`notAttempted\`.
- **Lists and bulk operations leave a place to go on from** in \`state.rapidpro\` when the wait gets too long:
  the same step with \`resume: true\` does the rest. \`eachChange\` needs no option for it.
- **A contact in \`notAttempted\` may have been asked for.** It is there because asking again does no harm:
  the next run finds it done, or does it.
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

## It happens once

${table(sorted, false)}

## It goes on

From the struck request on, every request meets the fault.

${table(sorted, true)}
`;
}
