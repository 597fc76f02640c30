import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { captureConsole } from '../support/captureConsole.js';
import type { Case } from './cases.js';
import { knownOf } from './known.js';
import { runOnce, server } from './run.js';
import { type Column, columnsOf } from './schedule.js';
import { simulateTime } from './simulation.js';
import { type Cell, writeTable } from './table.js';

const { SEED, RUNS, OPERATION, COLUMN } = process.env;

/** Runs of a cell. */
const runs = Number(RUNS ?? 1);
const first = Number(SEED ?? 1);

/** Fixed seeds in which a known failure must show at least once. */
const FIXED = 20;
/** Only the fixed seeds tell whether something is mended. */
const isFixed = SEED === undefined && RUNS === undefined;

function isAsked(one: Case, column: Column): boolean {
  return (OPERATION ?? one.name) === one.name && (COLUMN ?? column) === column;
}

const command = (one: Case, column: Column, seed: number) =>
  `OPERATION='${one.name}' COLUMN='${column}' SEED=${seed} RUNS=1 npx vitest run test/ledger`;

/** Looks whether a known failure still shows in any of the seeds that were not tried yet. */
async function isMended(one: Case, column: Column): Promise<boolean> {
  for (let seed = first + runs; seed < first + FIXED; seed++) {
    const { wrong } = await runOnce(one, column, seed);
    if (wrong.length > 0) return false;
  }
  return true;
}

interface Verdict {
  /** By cell and seed: what is wrong, and how to repeat it. */
  failures: { [cell: string]: string[] };
  mended: string[];
}

async function judgeCell(
  one: Case,
  column: Column,
  cells: Map<string, Cell>,
  verdict: Verdict,
): Promise<void> {
  const known = knownOf(one.name, column);
  let good = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const { wrong } = await runOnce(one, column, seed);
    if (wrong.length === 0) good++;
    else if (!known) verdict.failures[command(one, column, seed)] = wrong;
  }
  cells.set(`${one.name} | ${column}`, { good, runs });
  const isSuspect = known !== undefined && isFixed && good === runs;
  if (isSuspect && (await isMended(one, column))) {
    verdict.mended.push(`${one.name} | ${column} (${known.of}: ${known.why})`);
  }
}

/** A test for each operation: all that can happen to it, five runs of each. */
export function testLedger(file: string, cases: readonly Case[]): void {
  const cells = new Map<string, Cell>();

  beforeEach(() => {
    captureConsole();
    simulateTime();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  beforeAll(() => server.start());
  afterAll(async () => {
    await server.stop();
    writeTable(file, cases, cells);
  });

  test.each(cases)(
    '$name',
    async one => {
      const verdict: Verdict = { failures: {}, mended: [] };
      for (const column of columnsOf(one)) {
        if (isAsked(one, column)) await judgeCell(one, column, cells, verdict);
      }
      expect(verdict.failures, 'each key is the command that repeats the run').toEqual({});
      expect(verdict.mended, 'known.ts lists what passes in all fixed seeds').toEqual([]);
    },
    Math.max(120_000, runs * 30_000),
  );
}
