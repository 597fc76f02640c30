import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failureIn } from '../../scripts/run-job.mjs';
import { fakeAdaptor } from './fake-adaptor.js';
import { runApart } from './run-child.js';

test('a job runs on the published runtime with the adaptor’s own execute', async () => {
  const job = `
    keep($.configuration.size);
    http.get(state => '/' + state.data).then(state => ({ ...state, after: state.data }));
    refuse().catch((error, state) => ({ ...state, caught: error.code }));`;
  const { code, state, stderr } = await runApart(job, [fakeAdaptor()], {
    configuration: { size: 3 },
    data: {},
  });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(state).toEqual({ executed: true, data: 'GET /3', after: 'GET /3', caught: 'X' });
});

test('the error of a failed step keeps its details and fails the command', async () => {
  const adaptor = fakeAdaptor();
  const { code, state, stderr } = await runApart('keep(1);\nrefuse();', [adaptor]);
  expect(code).toBe(1);
  expect(failureIn(state)).toMatchObject({ code: 'X', fix: 'Ask nicely.' });
  expect(stderr).toBe('[X] refused\nAsk nicely.\n');
  expect(leftOver(adaptor.path)).toEqual([]);
});

test('a job with a mistake does not start', async () => {
  const { code, state, stderr } = await runApart('kep(1);', [fakeAdaptor()]);
  expect({ code, state }).toEqual({ code: 1, state: undefined });
  expect(stderr).toContain('Did you mean keep?');
});

function leftOver(folder: string): string[] {
  const place = join(folder, 'node_modules', '.run-job');
  return existsSync(place) ? readdirSync(place) : [];
}
