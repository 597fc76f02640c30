import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manifest, ROOT, readText } from './project.js';

interface Manifest {
  name: string;
  license?: unknown;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
}

const read = (folder: string): Manifest => JSON.parse(readText(join(folder, 'package.json')));

/** Where a package finds another one: in its own folder, or in one above. */
function find(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(ROOT, found, 'package.json'))) return found;
    if (folder === '.') return undefined;
  }
}

function collect(
  from: string,
  { dependencies, optionalDependencies }: Manifest,
  found: Map<string, Manifest>,
) {
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const folder = find(from, name);
    if (!folder || found.has(folder)) continue;
    const one = read(folder);
    found.set(folder, one);
    collect(folder, one, found);
  }
}

/** All that is installed with the package, by where it is. */
const installed = new Map<string, Manifest>();
collect('.', manifest as unknown as Manifest, installed);
const packages = [...installed.values()].sort((a, b) => (a.name < b.name ? -1 : 1));

describe('what runs with a job', () => {
  test('SECURITY.md lists it, with its licenses', () => {
    const [, table = ''] = readText('SECURITY.md').split('<!-- run-time packages -->');
    const listed = [...table.matchAll(/^\| ([@\w/.-]+) +\| ([\w.-]+) +\|$/gm)]
      .map(([, name, license]) => `${name}: ${license}`)
      .filter(line => line !== 'package: license' && !line.startsWith('---'));
    expect(listed).toEqual([
      ...new Set(packages.map(({ name, license }) => `${name}: ${license}`)),
    ]);
  });

  test('may all be used in what is under the LGPL', () => {
    const free = [
      'MIT',
      'ISC',
      'BSD-2-Clause',
      'BSD-3-Clause',
      'Apache-2.0',
      '0BSD',
      'LGPL-3.0-or-later',
    ];
    expect(packages.filter(({ license }) => !free.includes(String(license)))).toEqual([]);
  });

  test('runs nothing when it is installed', () => {
    const own = manifest as unknown as Manifest;
    const scripted = [own, ...packages].filter(({ scripts = {} }) =>
      ['preinstall', 'install', 'postinstall'].some(script => script in scripts),
    );
    expect(scripted.map(({ name }) => name)).toEqual([]);
    expect(
      [...installed.keys()].filter(folder => existsSync(join(ROOT, folder, 'binding.gyp'))),
    ).toEqual([]);
  });
});
