import type { ErrorCode } from '../../src/errors/errors.js';
import { type ErrorText, errorTexts, FATES, GROUPS, itemTexts } from './error-texts.js';

const HEAD = `# Errors

<!-- Made by \`npm run generate\` from scripts/generate/error-texts.ts. -->

When an operation fails, the run stops, and the log shows an error with a **code**. This page has every code: what it means, whether
something was done, and what to do. To look one up, search the page for it.

## What an error holds

| Key | What it is | Always there |
| --- | --- | --- |
| \`code\` | One word to test for, as below | yes |
| \`description\` | What happened | yes |
| \`fix\` | What to do | yes |
| \`statusCode\` | The HTTP status of RapidPro's answer | where it answered |
| \`errors\` | What RapidPro said of each key: \`urns[0]: Invalid URN\` | where it said so |
| \`retryAfter\` | Seconds until RapidPro takes requests again | where it said so |
| \`details\` | Details for the job; see below | for some codes |
| \`outcome\` | What became of the request: \`none\` (nothing was done), \`refused\` (RapidPro refused it; nothing was done), \`unknown\` (it may have been done, or a part of it). For \`.catch()\`; the log does not show it | yes |

No error holds your token, a name or a text. Of a phone number it shows no more than the last two digits.

## Deal with an error in a job

\`.catch()\` after an operation gets the error, and the state as it was **before** that operation. What it returns is the next state.
Throw what you did not expect:

\`\`\`js
addContact({ name: 'Amina Diallo', urns: ['tel:+250788123123'] }).catch((error, state) => {
  if (error.code === 'URN_TAKEN') return state;
  throw error;
});
\`\`\`

An operation that throws leaves nothing in the state. If it made several requests, those before the failed one are done. What the adaptor tries
again by itself, and when, is in [faults.md](../evidence/faults.md).
`;

const ITEMS = `## Codes of single items

Operations on many do not stop because of one item. They list it in \`state.data.failures\` (actions such as \`addToGroup\`), or in
\`state.data.failed\` (\`syncContacts\`, \`upsertContacts\`), with its position in your list as \`index\`, a \`code\` and a \`description\`. The codes are those
above, and these of actions:

| Code | What it means | What to do |
| --- | --- | --- |
`;

/** The codes of an object whose keys are codes. */
function codesOf<Code extends string>(texts: Record<Code, unknown>): Code[] {
  return Object.keys(texts) as Code[];
}

/** A text that says nothing is as bad as none: the compiler cannot see it. */
function requireText(code: string, texts: object): void {
  for (const [key, text] of Object.entries(texts)) {
    if (typeof text === 'string' && text.trim() === '') {
      throw new Error(`${code} has no text for "${key}" in scripts/generate/error-texts.ts.`);
    }
  }
}

function section(code: string, { means, fate, todo, example }: ErrorText): string {
  const lines = [`### ${code}`, '', means, '', `- **Was something done?** ${FATES[fate]}`];
  lines.push(`- **What to do:** ${todo}`);
  if (example) lines.push('', '```js', example, '```');
  return `${lines.join('\n')}\n`;
}

function group(key: string, title: string, texts: Record<ErrorCode, ErrorText>): string {
  const sections = codesOf(texts).filter(code => texts[code].group === key);
  return `## ${title}\n\n${sections.map(code => section(code, texts[code])).join('\n')}`;
}

function contents(texts: Record<ErrorCode, ErrorText>): string {
  const rows = Object.entries(GROUPS).map(([key, title]) => {
    const codes = codesOf(texts).filter(code => texts[code].group === key);
    const links = codes.map(code => `[\`${code}\`](#${code.toLowerCase()})`);
    return `- **${title}**: ${links.join(', ')}`;
  });
  return `## All codes\n\n${rows.join('\n')}\n`;
}

/**
 * The page with every error code.
 *
 * @param texts - what it says of each code
 */
export function describeErrors(texts: Record<ErrorCode, ErrorText> = errorTexts): string {
  for (const code of codesOf(texts)) requireText(code, texts[code]);
  const items = codesOf(itemTexts).map(code => {
    requireText(code, itemTexts[code]);
    return `| \`${code}\` | ${itemTexts[code].means} | ${itemTexts[code].todo} |`;
  });
  const groups = Object.entries(GROUPS).map(([key, title]) => group(key, title, texts));
  return [HEAD, contents(texts), ...groups, `${ITEMS}${items.join('\n')}\n`].join('\n');
}
