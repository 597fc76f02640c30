import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { start } from './run-child.js';

/** As test/operations/notAwaited.test.ts, on the platform's runtime: there, a failure that nobody looks at ends the process. */

const CHILD = fileURLToPath(new URL('not-awaited-child.mjs', import.meta.url));

async function inChild(...args: string[]) {
  const flags = ['--experimental-vm-modules', '--no-warnings'];
  const { code, stdout, stderr } = await start(process.execPath, [...flags, CHILD, ...args]);
  const lines = stdout.split('\n').filter(Boolean);
  return { code, stderr, results: lines.map(line => JSON.parse(line)) };
}

test('the step waits for calls that nobody waits for, and fails where one of them did', async () => {
  const { code, stderr, results } = await inChild();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const failed = { code: 'VALIDATION_FAILED', fix: true, writes: 3, isTold: true };
  const done = { fix: false, isTold: true };
  expect(results).toEqual([
    { name: 'called', ...done, writes: 2 },
    { name: 'called', ...failed },
    { name: 'awaited', ...done, writes: 2 },
    { name: 'awaited', ...failed },
    { name: 'in all', ...done, writes: 2 },
    { name: 'in all', ...failed },
    { name: 'promises first', ...done, writes: 2 },
    // The operation that began it has ended: the step fails, and the runtime shows its message alone.
    { name: 'promises first', ...failed, fix: false },
    // All were done before the step ended: there was nothing to wait for.
    { name: 'early', ...done, writes: 2, isTold: false },
    { name: 'early', ...failed },
    { name: 'caught', ...done, writes: 2 },
    { name: 'caught', ...done, writes: 3 },
    { name: 'raced', ...done, writes: 2, isTold: false },
    { name: 'raced', ...done, writes: 3, isTold: false },
    { name: 'kept', ...done, writes: 2, isTold: false },
    { name: 'kept', ...done, writes: 3, isTold: false },
    { name: 'kept by no one', ...done, writes: 2, isTold: false },
    { name: 'kept by no one', ...failed, fix: false },
    { name: 'taken late', ...done, writes: 2, isTold: false },
    { name: 'taken late', ...failed },
    'to the end',
  ]);
});

test('what fails after the end of the job ends no other run in the process, also where the job throws it on', async () => {
  const { code, stderr, results } = await inChild('late');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(results.slice(-2)).toEqual([true, 'to the end']);
});

test('an error of the job’s own behind a late call ends the process, as without this package', async () => {
  const { code, stderr, results } = await inChild('own');
  expect(code).toBe(1);
  expect(stderr).toContain('of the job');
  expect(results).not.toContain('to the end');
});

test('a failure that is not ours ends the process, as where nobody listens', async () => {
  const { code, stderr, results } = await inChild('other');
  expect(code).toBe(1);
  expect(stderr).toContain('of another library');
  expect(results).not.toContain('to the end');
});
