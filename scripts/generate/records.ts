import { type Recording, recordings, type ServerName, servers } from '../../recordings/read.js';
import type { ResourceName } from '../../src/resources.js';
import { roles } from './coverage-operations.js';
import { KEYS, RECORDS } from './record-texts.js';

const HEAD = `# Records

<!-- Made by \`npm run generate\` from the recordings and scripts/generate/record-texts.ts. -->

\`\`\`js
getContacts({ group: 'Mothers' }, { limit: 1 });
fn(state => ({ ...state, phone: state.data[0]?.urns[0] }));
\`\`\`

The keys of each kind of record, as recorded from RapidPro 9.0.0 and from 26.3.54, the newer line that TextIt runs. A _reference_ is an object with
\`uuid\` and \`name\`. Times are text in UTC, such as \`2026-11-22T15:15:58.278519Z\`.
`;

const SERVER: Readonly<Record<ServerName, string>> = {
  'rapidpro-9.0.0': 'RapidPro 9 only',
  'rapidpro-26.3.54': 'TextIt only',
};

interface Seen {
  kinds: Set<string>;
  servers: Set<ServerName>;
}

/** What the recorded rows of an endpoint hold, by key. */
function keysOf(endpoint: string, all: readonly Recording[]): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const { request, response, server } of all) {
    if (!request.path.endsWith(`/${endpoint}.json`) || response.status !== 200) continue;
    if (request.method !== 'GET') continue;
    for (const row of rowsOf(response.body)) {
      for (const [key, value] of Object.entries(row)) {
        const one = seen.get(key) ?? { kinds: new Set(), servers: new Set() };
        one.kinds.add(kindOf(value));
        one.servers.add(server);
        seen.set(key, one);
      }
    }
  }
  return seen;
}

function rowsOf(body: unknown): object[] {
  const { results } = (body ?? {}) as { results?: unknown };
  return Array.isArray(results) ? results.filter(row => typeof row === 'object' && row) : [];
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** The kind of a value, in words. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return TIME.test(value) ? 'time' : 'text';
  if (typeof value === 'boolean') return 'true or false';
  if (Array.isArray(value)) return value.length > 0 ? `list of ${kindOf(value[0])}` : 'list';
  if (typeof value !== 'object') return typeof value;
  return 'uuid' in value && 'name' in value ? 'reference' : 'object';
}

/** `time or null`. A list that was sometimes empty is one of what it held at other times. */
function inWords(kinds: ReadonlySet<string>): string {
  const hasItems = [...kinds].some(kind => kind.startsWith('list of'));
  const hasText = kinds.has('text');
  const shown = [...kinds].filter(
    kind => !(kind === 'list' && hasItems) && !(kind === 'time' && hasText) && kind !== 'null',
  );
  return [...shown.sort(), ...(kinds.has('null') ? ['null'] : [])].join(' or ');
}

function row(name: ResourceName, key: string, { kinds, servers: on }: Seen): string {
  const text = RECORDS[name]?.keys[key] ?? KEYS[key];
  if (!text) throw new Error(`${name}.${key} has no text in scripts/generate/record-texts.ts.`);
  const [only] = on;
  const where = on.size < servers.length && roles[name] && only ? ` ${SERVER[only]}.` : '';
  return `| \`${key}\` | ${inWords(kinds)} | ${text}${where} |`;
}

/** The page with the keys of every kind of record. */
export function describeRecords(): string {
  const all = servers.flatMap(recordings);
  const sections = Object.entries(RECORDS).map(([name, { title }]) => {
    const endpoint = name as ResourceName;
    const keys = [...keysOf(name, all)];
    if (keys.length === 0) throw new Error(`There is no recorded list of ${name}.`);
    const lines = keys.map(([key, seen]) => row(endpoint, key, seen));
    const read = roles[endpoint].read;
    const from = read ? `From \`${read}\`:\n\n` : '';
    return `## ${title}\n\n${from}| Key | Kind | What it is |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
  });
  return [HEAD, ...sections].join('\n');
}
