import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failureIn } from '../../scripts/run-job.mjs';
import { ROOT } from '../packaging/project.js';
import { fakeAdaptor, folderOf } from './fake-adaptor.js';
import { runApart, start } from './run-child.js';

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

test('of two adaptors that export the same name, no job can use it', async () => {
  const [one, other] = [fakeAdaptor(), fakeAdaptor()];
  const adaptors = [one, { ...other, name: '@openfn/language-other' }];
  const { code, state, stderr } = await runApart('fn(state => state);', adaptors);
  expect({ code, state }).toEqual({ code: 1, state: undefined });
  expect(stderr).toContain(
    'fn is exported by both @openfn/language-fake and @openfn/language-other',
  );
});

const COMMAND = ['--experimental-vm-modules', '--no-warnings', 'scripts/run-job.mjs'];
const command = (...args: string[]) =>
  start(process.execPath, [...COMMAND, ...args], { cwd: ROOT });

test.each(['--help', '-h'])('%s prints how the command is used', async flag => {
  const { code, stdout, stderr } = await command(flag);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Usage: npm run job -- job.js');
});

test.each([
  ['is broken', '{ "configuration": { "token": "a-secret" }', 'it is not JSON'],
  ['is missing', undefined, 'ENOENT'],
])('a state.json that %s is named, and not shown', async (_what, text, reason) => {
  const folder = folderOf({ 'job.js': 'keep(1);', ...(text ? { 'state.json': text } : {}) });
  const state = join(folder, 'state.json');
  const { code, stdout, stderr } = await command(join(folder, 'job.js'), '-s', state);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(`The state file ${state} cannot be read: ${reason}.\n`);
});

test('without -o the state is printed if the job succeeds, and not if it fails', async () => {
  const { name, path } = fakeAdaptor();
  const folder = folderOf({ 'good.js': 'keep(1);', 'bad.js': 'refuse();' });
  const adaptor = ['-a', `${name}=${path}`];
  const good = await command(join(folder, 'good.js'), ...adaptor);
  expect(good.code).toBe(0);
  expect(JSON.parse(good.stdout)).toMatchObject({ executed: true });
  const bad = await command(join(folder, 'bad.js'), ...adaptor);
  expect(bad).toEqual({ code: 1, stdout: '', stderr: '[X] refused\nAsk nicely.\n' });
});

test('of a long state the end is printed, and where the whole is', async () => {
  const { name, path } = fakeAdaptor();
  const list = JSON.stringify(Array.from({ length: 5000 }, (_, index) => `row ${index}`));
  const folder = folderOf({ 'long.js': `keep(${list});` });
  const { code, stdout, stderr } = await command(
    join(folder, 'long.js'),
    ...['-a', `${name}=${path}`],
  );
  expect(code).toBe(0);
  expect(stdout.split('\n').length).toBeLessThan(45);
  expect(stdout).toMatch(/^…\n/);
  const [, file = ''] =
    /^This is the end of 5,\d+ lines\. The whole state is in (.+)$/m.exec(stderr) ?? [];
  const whole = readFileSync(file, 'utf8');
  expect(JSON.parse(whole).data).toHaveLength(5000);
  expect(whole.endsWith(stdout.slice(2))).toBe(true);
});

function leftOver(folder: string): string[] {
  const place = join(folder, 'node_modules', '.run-job');
  return existsSync(place) ? readdirSync(place) : [];
}
