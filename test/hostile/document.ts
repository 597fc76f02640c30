import { GROUPS } from './groups.js';

export const DOCUMENT = new URL('../../docs/evidence/hostile-servers.md', import.meta.url);

const HEAD = `# What a hostile server can do

<!-- Made and checked by test/hostile; to update it, run UPDATE_DOCS=1 npx vitest run test/hostile -->

A server can be taken over, and an address can have a typo. This page shows what the adaptor does when the server at "host"
is hostile or is not RapidPro. Tests run each of these servers and write the results. In every row, the token goes to no
other server and appears in no log, error or state. The step ends in limited time and memory, with the error or result in
the table.

A send ends with \`OUTCOME_UNKNOWN\` if it is unclear whether RapidPro did it. Rows with an amount of memory were measured in
a separate process: this is the maximum for the whole process.
`;

/** The whole of docs/evidence/hostile-servers.md. */
export function toDocument(seen: ReadonlyMap<string, string>): string {
  const tables = GROUPS.map(({ title, cases }) => {
    const rows = cases.map(({ does, limit, memory }) => {
      const bound = memory ? `${limit}; ${memory} MB of memory` : limit;
      return `| ${does} | ${seen.get(does) ?? 'not tried'} | ${bound} |`;
    });
    return [
      `## ${title}`,
      '',
      '| the server | the job sees | the limit or rule |',
      '| --- | --- | --- |',
      ...rows,
    ].join('\n');
  });
  return `${HEAD}\n${tables.join('\n\n')}\n`;
}
