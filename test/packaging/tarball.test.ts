import { join } from 'node:path';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureIn } from '../../scripts/run-job.mjs';
import { runApart, start } from '../scripts/run-child.js';
import { installPacked, linksLost, lostLinks, type Packed } from './packed.js';
import { built, manifest, OPERATIONS, ROOT } from './project.js';

let packed: Packed;
let tarball: string;
let home: string;
let remove: () => void;

beforeAll(async () => {
  await built();
  ({ packed, tarball, home, remove } = await installPacked(ROOT));
}, 180_000);

afterAll(() => remove());

const tool = (name: string, ...args: string[]) =>
  start(process.execPath, [join(ROOT, 'node_modules', name), ...args], { cwd: ROOT });

describe('the packed package', () => {
  test('holds what is built and described, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    const allowed =
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE(\.LESSER)?|ast\.json|configuration-schema\.json|dist\/[\w/-]+\.c?js|types\/(package\.json|\w+\.d\.ts))$/;
    expect(paths.filter(path => !allowed.test(path))).toEqual([]);
    const [left = [], taken = []] = [true, false].map(isLeft =>
      manifest.files.filter(entry => entry.startsWith('!') === isLeft),
    );
    const isThere = (entry: string) => paths.some(path => path.startsWith(entry));
    expect(taken.filter(entry => !isThere(entry.replace('*.md', '')))).toEqual([]);
    expect(left.filter(entry => isThere(entry.slice(1)))).toEqual([]);
  });

  test('has no links to files that are not packed', () => {
    expect(linksLost({ packed, home })).toEqual([]);
  });

  test.each([
    ['README.md', '[a](docs/gone.md#part) ![b](gone.png)', ['docs/gone.md', 'gone.png']],
    ['docs/a.md', '[a](../LICENSE) [b](b.md) [c](../gone.md)', ['docs/b.md', 'gone.md']],
    ['README.md', '[a](LICENSE) [b](#b) [c](https://example.org/c.md) `[d](d.md)`', []],
  ])('in %s, of %s these are lost: %j', (page, text, lost) => {
    const paths = ['README.md', 'LICENSE'];
    expect(lostLinks(page, text, paths)).toEqual(lost.map(target => `${page}: ${target}`));
  });

  test('is small', () => {
    expect(packed.size).toBeLessThan(260_000);
    expect(packed.unpackedSize).toBeLessThan(1_500_000);
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
      // One set of declarations, as CommonJS, stands for both kinds of modules.
      ...['--ignore-rules', 'false-cjs'],
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

  test('runs a job on the published runtime', async () => {
    const sandbox = await createSandbox({ seed: 'maternal-health' });
    try {
      const { host, token } = sandbox;
      const adaptors = [{ name: manifest.name, path: join(home, 'node_modules', manifest.name) }];
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
