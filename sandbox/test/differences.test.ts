import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { recordings, type ServerName, servers } from '../../recordings/read.js';
import { type Difference, differences, unrecorded } from './differences.js';
import { recorded } from './expressions/recorded.js';
import { type Scenario, scenarios } from './replay/scenario.js';
import type { TouchRow } from './replay/touch.js';
import { readRecording, recordings as recordedRows } from './values/recorded-rows.js';

interface Held {
  exchanges: string[];
  scenarios: Scenario[];
  rows: number;
  touch: TouchRow[];
}

function heldTo(server: ServerName): Held {
  const { touch } = readRecording(`normalisation/${server}.json`) as { touch: TouchRow[] };
  const { rows } = recordedRows.find(one => one.server === server) ?? { rows: [] };
  return {
    exchanges: recordings(server).map(({ name }) => name),
    scenarios: scenarios(server),
    rows: rows.length,
    touch,
  };
}

function isRecorded({ kind, server, name }: Difference): boolean {
  const held = heldTo(server);
  if (kind === 'exchange') return held.exchanges.includes(name);
  if (kind === 'scenario') return held.scenarios.some(one => one.name === name);
  if (kind === 'expression') return recorded.rows.some(({ template }) => template === name);
  return Number(name) < held.rows;
}

const COLUMNS = servers.length + 1;
const line = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
const rule = (columns: number): string => line(...Array.from({ length: columns }, () => '---'));

function exceptions(): string[] {
  if (differences.length === 0) return ['None.'];
  return [
    'A test fails as soon as one of these differences is gone.',
    '',
    line('Server', 'Recording', 'Why'),
    rule(3),
    ...differences.map(({ server, kind, name, reason }) =>
      line(server, `${kind} \`${name}\``, reason),
    ),
  ];
}

function document(): string {
  const held = servers.map(heldTo);
  return [
    '# Recordings',
    '',
    'How the sandbox compares with recorded answers of real servers. The tests in `sandbox/test` send the same requests',
    'over real sockets. They compare scenarios and errors word for word (with placeholders for times and ids), lists',
    'row by row, and in the answers to single writes the type of each value.',
    '',
    line('', ...servers),
    rule(COLUMNS),
    line('Scenarios, step by step', ...held.map(one => one.scenarios.length)),
    line('Single exchanges', ...held.map(one => one.exchanges.length)),
    line('Values sent and stored', ...held.map(one => one.rows)),
    line('What moves `modified_on`', ...held.map(one => one.touch.length)),
    line('Expressions, in flows and in broadcasts', ...servers.map(() => recorded.rows.length)),
    '',
    '## Known differences',
    '',
    ...exceptions(),
    '',
    'These are known from the code of RapidPro and Django. No recording shows them.',
    '',
    ...unrecorded.map(one => `- ${one}`),
    '',
  ].join('\n');
}

it('refers to existing recordings', () => {
  expect(differences.filter(one => !isRecorded(one))).toEqual([]);
});

it('matches docs/evidence/recordings.md', async () => {
  const file = fileURLToPath(new URL('../../docs/evidence/recordings.md', import.meta.url));
  await expect(document()).toMatchFileSnapshot(file);
});
