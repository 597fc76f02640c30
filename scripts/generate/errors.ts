import type { ErrorCode } from '../../src/errors/errors.js';
import { type ErrorText, errorTexts, FATES, GROUPS, itemTexts } from './error-texts.js';

const HEAD = `# Errors

<!-- Made by \`npm run generate\` from scripts/generate/error-texts.ts. -->

\`\`\`js
addContact({ name: 'Amina Diallo', urns: ['tel:+250788123123'] }).catch((error, state) => {
  if (error.code === 'URN_TAKEN') return state;
  throw error;
});
\`\`\`

If an operation fails, the run stops, and the log shows an error with a **code**. To handle an error in the job, add \`.catch()\`
after the operation, as above. It gets the error, and the state from **before** that operation. Whatever it returns is the next state. Throw
errors that you do not expect.

An operation that fails leaves nothing in the state. If it made several requests, the ones before the failure are done.
[Faults](../evidence/faults.md) shows what the adaptor tries again on its own.

## Keys of an error

| Key | What it is | When |
| --- | --- | --- |
| \`code\` | A word to test for, from the tables below | always |
| \`description\` | What happened | always |
| \`fix\` | What to do about it | always |
| \`statusCode\` | The HTTP status of RapidPro's answer | if there was an answer |
| \`errors\` | What RapidPro says about each key: \`urns[0]: Invalid URN\` | if RapidPro says so |
| \`retryAfter\` | Seconds until RapidPro accepts requests again | if RapidPro says so |
| \`details\` | More for the job | for some codes |
| \`outcome\` | \`none\` (nothing was done), \`refused\` (RapidPro refused it, nothing was done) or \`unknown\` (it may have been done, or a part of it). Not in the log | always |

Errors never contain your token, names or texts. Of a phone number, they show at most the last two digits.
`;

const COLUMNS = `| Code | What it means | Was it done? | What to do |
| --- | --- | --- | --- |
`;

const ITEMS = `## Codes of single items

Operations on many items do not stop because of one. They list it in \`state.data.failures\` (actions such as \`addToGroup\`) or
\`state.data.failed\` (\`syncContacts\`, \`upsertContacts\`): with its position in your list as \`index\`, a \`code\` and a \`description\`. The codes are
those above and these:

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

/** A line of the table. A code that has a section below leads there; any other has its anchor here. */
function line(code: string, { means, fate, todo, more, example }: ErrorText): string {
  const shown =
    more || example
      ? `[\`${code}\`](#${code.toLowerCase()})`
      : `<a id="${code.toLowerCase()}"></a>\`${code}\``;
  return `| ${shown} | ${means} | ${FATES[fate]} | ${todo} |`;
}

function section(code: string, { more, example }: ErrorText): string {
  const lines = [`### ${code}`];
  if (more) lines.push('', more);
  if (example) lines.push('', '```js', example, '```');
  return `${lines.join('\n')}\n`;
}

function table(key: string, title: string, texts: Record<ErrorCode, ErrorText>): string {
  const lines = codesOf(texts)
    .filter(code => texts[code].group === key)
    .map(code => line(code, texts[code]));
  return `## ${title}\n\n${COLUMNS}${lines.join('\n')}\n`;
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
  const tables = Object.entries(GROUPS).map(([key, title]) => table(key, title, texts));
  const more = codesOf(texts)
    .filter(code => texts[code].more || texts[code].example)
    .map(code => section(code, texts[code]));
  return [
    HEAD,
    ...tables,
    `${ITEMS}${items.join('\n')}\n`,
    `## More about some codes\n\n${more.join('\n')}`,
  ].join('\n');
}
