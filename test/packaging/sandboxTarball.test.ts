import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from '../scripts/run-child.js';
import { installPacked, linksLost, type Packed } from './packed.js';
import { built, ROOT } from './project.js';

const NAME = '@openfn/rapidpro-sandbox';

let packed: Packed;
let tarball: string;
let home: string;
let remove: () => void;

beforeAll(async () => {
  await built();
  ({ packed, tarball, home, remove } = await installPacked(join(ROOT, 'sandbox')));
}, 180_000);

afterAll(() => remove());

const tool = (name: string, ...args: string[]) =>
  start(process.execPath, [join(ROOT, 'node_modules', name), ...args], { cwd: ROOT });

describe('the packed sandbox', () => {
  test('passes publint', async () => {
    const { code, stdout } = await tool('publint/src/cli.js', 'run', tarball);
    expect(stdout).not.toMatch(/^Errors:/m);
    expect(code).toBe(0);
  });

  test('passes attw', async () => {
    const { code } = await tool(
      '@arethetypeswrong/cli/dist/index.js',
      ...[tarball, '--profile', 'node16'],
      ...['--ignore-rules', 'false-cjs'],
    );
    expect(code).toBe(0);
  });

  test('has no links to files that are not packed', () => {
    expect(linksLost({ packed, home })).toEqual([]);
  });

  test('holds what is built and described, and nothing else', () => {
    const allowed =
      /^(package\.json|README\.md|LICENSE(\.LESSER)?|dist\/[\w-]+\.c?js|dist\/browser\/[\w-]+\.(html|css|svg|js)|types\/[\w/-]+\.d\.ts|types\/package\.json)$/;
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter(path => !allowed.test(path))).toEqual([]);
    expect(paths).toContain('README.md');
    // Nothing of an earlier build.
    const declared = paths.flatMap(
      path => /^types\/(sandbox\/src\/.*)\.d\.ts$/.exec(path)?.[1] ?? [],
    );
    expect(declared.length).toBeGreaterThan(50);
    expect(declared.filter(name => !existsSync(join(ROOT, `${name}.ts`)))).toEqual([]);
  });
});

describe('the sandbox, installed alone in an empty folder,', () => {
  test.each([
    ['module', `const { createSandbox } = await import('${NAME}');`],
    ['commonjs', `const { createSandbox } = require('${NAME}');`],
  ])('answers the API and serves its page (%s)', async (type, load) => {
    const code = `${load}
      (async () => {
      const sandbox = await createSandbox({ page: true, seed: 'maternal-health' });
      for (const name of ['', 'page.css', 'main.js', 'view']) {
        const { status } = await fetch(new URL(name, sandbox.page));
        console.log(status);
      }
      const headers = { Authorization: 'Token ' + sandbox.token };
      const answer = await fetch(sandbox.host + 'api/v2/contacts.json', { headers });
      console.log((await answer.json()).results.length);
      await sandbox.close();
    })();`;
    const args = [`--input-type=${type}`, '--eval', code];
    const { stdout, stderr } = await start(process.execPath, args, { cwd: home });
    expect([stdout, stderr]).toEqual(['200\n200\n200\n200\n250\n', '']);
  });

  test('does what its README shows', async () => {
    const readme = readFileSync(join(ROOT, 'sandbox/README.md'), 'utf8');
    const [, code = '', shown] = /```js\n(.*?)\n\/\/ (\w+)\n.*?```/s.exec(readme) ?? [];
    const end = '\nawait sandbox.close();';
    const args = ['--input-type=module', '--eval', `${code}${end}`];
    const { stdout, stderr } = await start(process.execPath, args, { cwd: home });
    expect([stdout, stderr]).toEqual([`${shown}\n`, '']);
  });

  test('has its command', async () => {
    const command = spawn(join(home, 'node_modules/.bin/rapidpro-sandbox'), ['--seed', 'empty']);
    const ended = new Promise(resolve => command.once('exit', resolve));
    const said = await new Promise<string>((resolve, reject) => {
      let text = '';
      command.once('error', reject);
      command.stdout.on('data', (chunk: Buffer) => {
        text += chunk;
        if (text.includes('Requests:')) resolve(text);
      });
    });
    const host = /on (http:\S+)/.exec(said)?.[1] ?? '';
    expect((await fetch(new URL('api/v2/contacts.json', host))).status).toBe(403);
    command.kill('SIGTERM');
    await ended;
  });
});
