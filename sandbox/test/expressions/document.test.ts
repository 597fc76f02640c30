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

An expression that fails prints nothing, as on a server: \`@contact.firstname\`, \`@fields.none\`, \`@(1 / 0)\`. The sandbox tells it,
because the recipient gets a text with a gap. A text before \`@\` is safe: \`info@example.org\` stays as it is.

## What it tells

The sandbox tells what is not as its author meant: in the log of the command, on
the page under \`Not known\`, and in a test with \`sandbox.unknown()\`. Each entry has \`what\`, the \`expression\` and its \`place\`,
such as \`send_msg in the flow "Reminder"\`. A test that ends with \`expect(sandbox.unknown()).toEqual([])\` knows that
no expression failed, and that everything was as on a server.

A server has these too:

- an expression that fails: \`an error: object has no property 'firstname'\`. Texts in it are shown as \`"…"\`, and it is told
  once, not for each contact. A router with a \`has_error\` case may fail in its operand: it asks for that
- a test of a router that fails
- in a broadcast or the message of a campaign, a name that only flows know, such as \`@results.age\`: it stays in the text, and
  so does a name that is almost one, \`@contacts.name\`
- what comes after the engine itself breaks: \`v9\` gives nothing for \`@((0 - 8) ^ 0.5)\`, nor does the sandbox

A server would do these, and the sandbox leaves them out:

- a template that costs too much: nested more than 250 levels deep, numbers of more than 4,000 digits, dates beyond the
  year 270,000, or more than some 30,000 steps, or
  a text of more than 20,000 characters. Steps are counted, not time, so it is the same on every computer
- a test of a router that no engine has
- the prompts of \`prompt()\`, which a server keeps
- the rarer names of letters in \`html_decode\`
- actions of flows that it does not carry out: starts of other flows, broadcasts, e-mails, airtime, classifiers, voice
- calls of webhooks and resthooks to other computers

## Where it differs

- The names of months and days come from Unicode's list of languages, and the engine's from that of the GNU C library:
  most are the same, and all in English, French, Spanish, Portuguese, Swahili and Kinyarwanda. Abbreviations have no period:
  in French the engine itself has one or none, by chance. Halves of the day are AM and PM in most languages.
- The engine names one of two elements of a layout that read alike, \`t\` or \`tt\`, by chance; the sandbox names \`t\`.
- On \`v9\`, the last of sixteen digits of a root may be another.
- Of two properties of an object that differ in case alone, the engine takes one by chance.
- Before 1800, a zone's clock is that of 1800; before its first change of offset, it is Unicode's.
- \`contact.ref\` is made of a server's secret: here it is any six letters.
- \`child\` and \`parent\` are nothing, because no flow starts another one here. \`legacy_extra\` has the params of the start and
  the answer of the last webhook.
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
