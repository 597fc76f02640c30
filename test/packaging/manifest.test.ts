import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { built, manifest, ROOT, readText } from './project.js';

beforeAll(built);

describe('package.json', () => {
  test('shows the runtime one ESM entry and the compiler one declaration file', () => {
    expect(manifest.type).toBe('module');
    expect(manifest.main).toBe('dist/index.cjs');
    expect(manifest.types).toBe('types/index.d.ts');
    // The runtime takes `import` only as a text, and only from here.
    expect(manifest.exports['.']).toEqual({
      types: './types/index.d.ts',
      import: './dist/index.js',
      require: './dist/index.cjs',
    });
    expect(manifest.exports['./package.json']).toBe('./package.json');
  });

  test('names only files that the build makes', () => {
    const named = Object.values(manifest.exports).flatMap(entry =>
      typeof entry === 'string' ? entry : Object.values(entry as Record<string, string>),
    );
    expect(named.filter(file => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('needs what docs/architecture.md gives a reason for at run time, and nothing else', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual([
      '@openfn/language-common',
      'awesome-phonenumber',
      'luxon',
      'undici',
      'zod',
    ]);
    const reasons = readText('docs/architecture.md');
    for (const name of Object.keys(manifest.dependencies)) expect(reasons).toContain(`| ${name} `);
  });

  test('develops with what that page names, besides types and our own sandbox', () => {
    const [, reasons = ''] = readText('docs/architecture.md').split(/For development:|\n## Code/);
    const names = Object.keys(manifest.devDependencies).filter(
      name => !/^@types\/|sandbox$/.test(name),
    );
    const unnamed = names.filter(name => {
      const own = name.replace(/^@[^/]+\//, '');
      return !new RegExp(`(?<![\\w-])${own}(?![\\w-])`, 'i').test(reasons);
    });
    expect(unnamed).toEqual([]);
  });
});

test('the lock file holds no address of a registry', () => {
  // The sandbox is a link to its own folder.
  expect(readText('package-lock.json')).not.toMatch(/"resolved": "(?!sandbox")/);
});
