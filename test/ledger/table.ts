import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Case } from './cases.js';
import { knownOf } from './known.js';
import { type Column, columnsOf } from './schedule.js';

/** How many runs of a cell went well. */
export interface Cell {
  good: number;
  runs: number;
}

const FOLDER = fileURLToPath(new URL('../../tmp/ledger/', import.meta.url));

function markOf(cell: Cell | undefined, of: string | undefined): string {
  if (!cell) return '–';
  return `${cell.good}/${cell.runs}${of ? ` ${of}` : ''}`;
}

/** The table of some operations, columns as rows: there are more of them. */
function toMarkdown(cases: readonly Case[], cells: ReadonlyMap<string, Cell>): string {
  const columns = [...new Set(cases.flatMap(columnsOf))];
  const line = (texts: string[]) => `| ${texts.join(' | ')} |`;
  return [
    line(['', ...cases.map(({ name }) => name)]),
    line(['---', ...cases.map(() => '---')]),
    ...columns.map((column: Column) =>
      line([
        column,
        ...cases.map(({ name }) =>
          markOf(cells.get(`${name} | ${column}`), knownOf(name, column)?.of),
        ),
      ]),
    ),
  ].join('\n');
}

/** Writes the table to tmp/ledger/ where LEDGER_TABLE asks for it. */
export function writeTable(
  file: string,
  cases: readonly Case[],
  cells: ReadonlyMap<string, Cell>,
): void {
  if (!process.env.LEDGER_TABLE) return;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}${file}.md`, `${toMarkdown(cases, cells)}\n`);
}
