import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SANDBOX = join(ROOT, 'sandbox/src');

/** What a source file imports. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)].map(
    ([, from, called]) => from ?? called ?? '',
  );

/** Where an import leads: a file of the repository, or a package by its name. */
const targetOf = (file: string, name: string): string =>
  name.startsWith('.') ? relative(ROOT, resolve(dirname(file), name)) : name;

it('shares only the API as data with the adaptor, and needs one package beside Node', () => {
  const files = readdirSync(SANDBOX, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(SANDBOX, name));
  expect(files.length).toBeGreaterThan(50);
  const targets = files.flatMap(file => importsOf(file).map(name => targetOf(file, name)));
  const own = (target: string) => target.startsWith('sandbox/src/') || target.startsWith('node:');
  expect([...new Set(targets.filter(target => !own(target)))].sort()).toEqual([
    'awesome-phonenumber',
    'src/resources.js',
  ]);
});
