import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { latestOpen, readPeriod } from '../../../scripts/example/dhis2/periods.mjs';
import { FOLDER } from './recorded.js';

interface Row {
  type: string;
  period: string;
  start: string | null;
  end: string | null;
}
const { rows }: { rows: Row[] } = JSON.parse(readFileSync(`${FOLDER}/periods.json`, 'utf8'));

test('the stand-in reads each recorded period as the server does', () => {
  const read = rows.map(({ type, period }) => {
    const found = readPeriod(period);
    return { type, period, start: found?.start ?? null, end: found?.end ?? null };
  });
  expect(read).toEqual(rows);
  expect(rows.map(({ period }) => readPeriod(period)?.type)).toEqual(
    rows.map(({ type, start }) => (start ? type : undefined)),
  );
});

test('the latest period that takes data', () => {
  expect(latestOpen('Weekly', '2026-11-26', 0)?.name).toBe('2026W47');
  expect(latestOpen('Weekly', '2026-11-26', 1)?.name).toBe('2026W48');
  expect(latestOpen('Monthly', '2026-01-31', 0)?.name).toBe('202512');
});
