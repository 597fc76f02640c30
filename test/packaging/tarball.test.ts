import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureIn } from '../../scripts/run-job.mjs';
import { runApart, start } from '../scripts/run-child.js';
import { built, manifest, npmEnvironment, OPERATIONS, ROOT } from './project.js';

interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

const folder = mkdtempSync(join(tmpdir(), 'rapidpro-packed-'));
const home = join(folder, 'home');
const installed = join(home, 'node_modules', manifest.name);
let packed: Packed;
let tarball: string;

beforeAll(async () => {
  await built();
  const { stdout } = await npm(
    ROOT,
    'pack',
    '--json',
    '--ignore-scripts',
    '--pack-destination',
    folder,
  );
  [packed] = JSON.parse(stdout) as [Packed];
  tarball = join(folder, packed.filename);
  mkdirSync(home);
  await npm(home, 'install', tarball, '--prefer-offline', '--no-audit', '--no-fund');
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function npm(cwd: string, ...args: string[]) {
  const result = await start('npm', args, { cwd, env: npmEnvironment(), timeout: 150_000 });
  if (result.code !== 0) throw new Error(`npm ${args[0]} failed: ${result.stderr}`);
  return result;
}

const tool = (name: string, ...args: string[]) =>
  start(process.execPath, [join(ROOT, 'node_modules', name), ...args], { cwd: ROOT });

describe('the packed package', () => {
  test('holds what is built and described, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    const allowed =
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE(\.LESSER)?|ast\.json|configuration-schema\.json|dist\/[\w/-]+\.c?js|dist\/sandbox\/browser\/[\w-]+\.(html|css|svg)|docs\/[\w-]+\.md|types\/[\w/-]+\.d\.ts)$/;
    expect(paths.filter(path => !allowed.test(path))).toEqual([]);
    const [left = [], taken = []] = [true, false].map(isLeft =>
      manifest.files.filter(entry => entry.startsWith('!') === isLeft),
    );
    const isThere = (entry: string) => paths.some(path => path.startsWith(entry));
    expect(taken.filter(entry => !isThere(entry.replace('*.md', '')))).toEqual([]);
    expect(left.filter(entry => isThere(entry.slice(1)))).toEqual([]);
  });

  test('is small', () => {
    expect(packed.size).toBeLessThan(550_000);
    expect(packed.unpackedSize).toBeLessThan(2_000_000);
  });

  test('passes publint', async () => {
    const { code, stdout } = await tool('publint/src/cli.js', 'run', tarball);
    expect(stdout).not.toMatch(/^Errors:/m);
    expect(code).toBe(0);
  });

  test('passes attw', async () => {
    const { code, stdout } = await tool(
      '@arethetypeswrong/cli/dist/index.js',
      ...[tarball, '--profile', 'node16'],
      ...['--ignore-rules', 'false-esm', 'cjs-resolves-to-esm'],
    );
    expect(stdout).toContain(`"${manifest.name}"`);
    expect(code).toBe(0);
  });
});

describe('installed in an empty folder, it', () => {
  test.each([
    ['imported', 'module', `const all = await import('${manifest.name}');`],
    ['required', 'commonjs', `const all = require('${manifest.name}');`],
  ])('can be %s', async (_title, type, load) => {
    const code = `${load} console.log(JSON.stringify(${JSON.stringify(OPERATIONS)}.filter(name => typeof all[name] !== 'function')));`;
    const args = [`--input-type=${type}`, '--eval', code];
    const { stdout, stderr } = await start(process.execPath, args, { cwd: home });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([]);
  });

  test.each([
    ['module', `const { createSandbox } = await import('${manifest.name}/sandbox');`],
    ['commonjs', `const { createSandbox } = require('${manifest.name}/sandbox');`],
  ])('serves the page of the sandbox (%s)', async (type, load) => {
    const code = `${load}
      (async () => {
      const sandbox = await createSandbox({ page: true });
      for (const name of ['', 'page.css', 'main.js', 'view']) {
        const { status } = await fetch(new URL(name, sandbox.page));
        console.log(status);
      }
      await sandbox.close();
    })();`;
    const args = [`--input-type=${type}`, '--eval', code];
    const { stdout, stderr } = await start(process.execPath, args, { cwd: home });
    expect([stdout, stderr]).toEqual(['200\n200\n200\n200\n', '']);
  });

  test('runs a job on the published runtime', async () => {
    const entry = pathToFileURL(join(installed, 'dist/sandbox/index.js')).href;
    const { createSandbox } = (await import(entry)) as {
      createSandbox(options: object): Promise<{
        host: string;
        token: string;
        contacts(): unknown[];
        close(): Promise<void>;
      }>;
    };
    const sandbox = await createSandbox({ seed: 'maternal-health' });
    try {
      const { host, token } = sandbox;
      const adaptors = [{ name: manifest.name, path: installed }];
      const job = 'getContacts();\nfn(state => ({ ...state, count: state.data.length }));';
      const { state } = await runApart(job, adaptors, { configuration: { host, token } });
      expect(sandbox.contacts().length).toBeGreaterThan(0);
      expect(state).toMatchObject({
        count: sandbox.contacts().length,
        response: { statusCode: 200 },
      });
      expect(state).not.toHaveProperty('configuration');

      const wrong = { configuration: { host, token: 'n0tth3t0k3n' } };
      const failed = await runApart('getContacts();', adaptors, wrong);
      expect(failed.code).toBe(1);
      expect(failureIn(failed.state)).toMatchObject({
        code: 'INVALID_TOKEN',
        description: expect.any(String),
        fix: expect.any(String),
      });
      expect(failed.stdout + failed.stderr + JSON.stringify(failed.state)).not.toContain(
        'n0tth3t0k3n',
      );
    } finally {
      await sandbox.close();
    }
  });
});
