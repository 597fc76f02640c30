import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { GROUPS, ONLY_TEXTIT } from '../../src/expressions/functions/index.js';
import { recorded } from './recorded.js';

const listed = (name: string): string =>
  ONLY_TEXTIT.includes(name) ? `\`${name}\` (\`textit\`)` : `\`${name}\``;

function functions(): string[] {
  return Object.entries(GROUPS).map(
    ([group, all]) => `| ${group} | ${Object.keys(all).sort().map(listed).join(', ')} |`,
  );
}

const { v9, only_newer } = recorded.environment.functions;
const { flow, broadcast } = recorded.environment.top_levels;

const names = (all: readonly string[]): string =>
  all.map(one => `\`${one === 'locals' ? 'locals` (`textit`)' : `${one}\``}`).join(', ');

const DOCUMENT = `# Expressions in the sandbox

Texts of flows and broadcasts, the operands and tests of routers, URLs, headers and bodies of webhooks, and new values of
contacts can contain expressions: \`Your date is @(format_date(fields.due, "DD/MM/YYYY")).\` The sandbox evaluates them like the
flow engines of RapidPro 9.0 (\`v9\`) and of the newer line (\`textit\`). Tests compare it with ${recorded.rows.length} recorded templates on
each line, in flows and in broadcasts: see [recordings](../evidence/recordings.md).

## What there is

Functions: ${v9.length} on \`v9\`, ${v9.length + only_newer.length} on \`textit\`. The tests of routers are functions too.

| About | Functions |
| --- | --- |
${functions().join('\n')}

Operators, the loosest first: \`&\`; \`=\` and \`!=\`; \`<\`, \`<=\`, \`>\` and \`>=\`; \`+\` and \`-\`; \`*\` and \`/\`; \`^\`; a sign before a
number. All go from left to right. There are functions without a name, \`(x) => x * 2\`, and lookups, \`contact.urns.0\` and
\`fields["village"]\`.

In a broadcast, expressions can refer to ${names(broadcast)}; in a flow to ${names(flow.newer)}.

An expression that fails prints nothing, as on a server: \`@contact.firstname\`, \`@fields.none\`, \`@(1 / 0)\`. The sandbox reports
it, because the text reaches its recipient with a gap. A text before \`@\` is safe: \`info@example.org\` stays as it is.

## What the sandbox reports

The sandbox reports what the author of a text surely did not mean. You find it in the log of the command, on the page under
\`Not known\`, and in a test with \`sandbox.unknown()\`. Each entry has \`what\`, the \`expression\` and its \`place\`, such as
\`send_msg in the flow "Reminder"\`. End a test with \`expect(sandbox.unknown()).toEqual([])\` to be sure that no expression
failed and that a server would have done the same.

A server has these problems too:

- An expression fails: \`an error: object has no property 'firstname'\`. Texts in the error are shown as \`"…"\`. The error is
  reported once, not for each contact. If a router has a \`has_error\` case, its operand may fail.
- A test of a router fails.
- A broadcast or the message of a campaign has a name that only flows know, such as \`@results.age\`, or one that is nearly a
  name, such as \`@contacts.name\`. Both stay in the text.
- The engine of a server breaks: \`v9\` gives no text at all for \`@((0 - 8) ^ 0.5)\`, and neither does the sandbox.

A server would do these. The sandbox does not:

- a template that costs too much: nested more than 250 levels deep, numbers of more than 4,000 digits, dates after the year
  270,000, more than about 30,000 steps, or more than 20,000 characters. The sandbox counts steps, not time, so the result is the
  same on every computer
- a test of a router that no engine has
- \`prompt()\`: its texts are stored on a server
- the rarer names of letters in \`html_decode\`
- some actions of flows: starts of other flows, broadcasts, e-mails, airtime, classifiers and voice
- calls of webhooks and resthooks to other computers

## Differences from a server

- Names of months and days come from Unicode, and those of the engine from the GNU C library. All are the same in English,
  French, Spanish, Portuguese, Swahili and Kinyarwanda, and most are in other languages. Abbreviations have no period. In French,
  the engine sometimes adds one. In most languages, halves of the day are AM and PM.
- Some elements of a layout mean the same, such as \`t\` and \`tt\`. The engine names either of them in an error; the sandbox names
  \`t\`.
- On \`v9\`, the last of sixteen digits of a root can differ.
- If two properties of an object differ only in case, the engine takes either.
- Before 1800, a zone has its time of 1800. Before its first change, its offset is the one that Unicode has.
- \`contact.ref\` depends on a secret of the server. Here, it is any six letters.
- \`child\` and \`parent\` are empty, because no flow starts another one here. \`legacy_extra\` has the params of the start and the
  answer of the last webhook.
`;

it('matches docs/reference/sandbox-expressions.md', async () => {
  const file = fileURLToPath(
    new URL('../../../docs/reference/sandbox-expressions.md', import.meta.url),
  );
  await expect(DOCUMENT).toMatchFileSnapshot(file);
});

it('lists all functions of both lines', () => {
  const own = Object.values(GROUPS).flatMap(group => Object.keys(group));
  expect(own.sort()).toEqual([...v9, ...only_newer].sort());
});
