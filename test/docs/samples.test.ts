import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('docs/testing-jobs.md shows a test that runs', () => {
  const guide = readFileSync('docs/testing-jobs.md', 'utf8');
  const sample = readFileSync('test/docs/registerJob.test.ts', 'utf8').trim();
  expect(guide).toContain(sample);
});
