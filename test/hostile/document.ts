import { GROUPS } from './groups.js';

export const DOCUMENT = new URL('../../docs/evidence/hostile-servers.md', import.meta.url);

const HEAD = `# What a hostile server can do

<!-- Made and checked by test/hostile; to write it anew, run UPDATE_DOCS=1 npx vitest run test/hostile -->

A server can be taken over, and an address can be mistyped. Here you find what the adaptor does when the server at
"host" means harm, or is something else than RapidPro. The table is a result, not a promise: the tests run each of these
servers. In every row the token goes to no other server, and is in no log, error or state; the step ends in bounded time
and memory, with the error that is named here or with what is written.

\`OUTCOME_UNKNOWN\` is what a send ends with where nobody knows whether RapidPro did it. Rows with a memory were
measured in a process of their own: it is the most that the whole process may take.
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
