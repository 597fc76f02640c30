import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { runApart, start } from '../scripts/run-child.js';
import { built, COMMON, manifest, OPERATIONS, ROOT, readText } from './project.js';

beforeAll(built);

const NAMES = ['execute', 'http', ...OPERATIONS, ...COMMON];

describe.each(['dist/index.js', 'dist/index.cjs'])('%s', file => {
  test('loads Node and the three dependencies, and nothing of the sandbox', () => {
    const text = readText(file);
    const allowed = Object.keys(manifest.dependencies);
    const imported = ts.preProcessFile(text, true, true).importedFiles.map(each => each.fileName);
    expect(imported.length).toBeGreaterThan(0);
    const others = imported.filter(
      name => !isOf(name.replace(/^node:/, ''), [...allowed, ...builtinModules]),
    );
    // The entry for import only hands on the code.
    expect([...new Set(others)]).toEqual(file.endsWith('index.js') ? ['./index.cjs'] : []);
    expect(text).not.toMatch(/createSandbox|maternal-health/);
  });

  const load = file.endsWith('.cjs') ? 'require(process.argv[1])' : 'await import(process.argv[1])';
  const type = file.endsWith('.cjs') ? 'commonjs' : 'module';

  test('prints an error by its name, however the build calls the class', async () => {
    const code = `(async () => {
      const { RapidProError } = ${load};
      const error = new RapidProError({ code: 'NOT_FOUND', description: 'None.', fix: 'Look.' });
      process.stdout.write(error.constructor.name + ' ' + (await import('node:util')).inspect(error).split('\\n')[0]);
    })();`;
    const args = [`--input-type=${type}`, '--eval', code, join(ROOT, file)];
    const { stdout, stderr } = await start(process.execPath, args);
    expect([stdout, stderr]).toEqual(['RapidProError RapidProError: NOT_FOUND: None.', '']);
  });

  test('loads where the environment is empty, as on a worker, and says nothing', async () => {
    const code = `process.env = {}; const m = ${load}; process.stdout.write(JSON.stringify(Object.keys(m)));`;
    const args = [`--input-type=${type}`, '--eval', code, join(ROOT, file)];
    const { stdout, stderr } = await start(process.execPath, args, { bare: true });
    expect(stderr).toBe('');
    const names: string[] = JSON.parse(stdout);
    expect(NAMES.filter(name => !names.includes(name))).toEqual([]);
  });
});

test('a job runs in the runtime’s own context where the environment is empty', async () => {
  const job = 'fn(state => ({ ...state, data: 1 }));';
  const adaptors = [{ name: manifest.name, path: ROOT }];
  const { state, stderr } = await runApart(job, adaptors, {}, { bare: true });
  expect(stderr).toBe('');
  expect(state).toEqual({ data: 1, references: [] });
});

function isOf(name: string, packages: string[]): boolean {
  return packages.some(each => name === each || name.startsWith(`${each}/`));
}
