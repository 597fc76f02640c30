import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { build, isFresh, PARTS, type Part } from '../../scripts/build.mjs';
import { ROOT, readText } from '../packaging/project.js';
import { folderOf } from './fake-adaptor.js';

const parts: Record<string, Part> = {
  one: {
    title: 'one',
    inputs: ['src', 'one.json'],
    outputs: ['dist'],
    commands: ['copy'],
    seconds: 3,
  },
};

/** A small project, and what its builds did and said. */
function project() {
  const root = `${folderOf({ 'src/a.ts': 'a', 'src/deep/b.ts': 'b', 'one.json': '{}', 'other.txt': '', 'dist/out.js': '' })}/`;
  const commands: string[] = [];
  const said: string[] = [];
  const settings = {
    root,
    parts,
    say: (text: string) => said.push(text),
    run: (command: string) => {
      commands.push(command);
      writeFileSync(join(root, 'dist/out.js'), `${Math.random()}`);
    },
  };
  const change = (file: string, text: string) => writeFileSync(join(root, file), text);
  const bring = (force = false) => build(['one'], { ...settings, force });
  return { root, settings, commands, said, change, bring };
}

test('what has not changed is built once, and then never again', () => {
  const { bring, commands, said, settings } = project();
  expect(isFresh('one', settings)).toBe(false);
  expect(bring()).toEqual(['one']);
  expect(bring()).toEqual([]);
  expect(isFresh('one', settings)).toBe(true);
  expect(commands).toEqual(['copy']);
  expect(said).toEqual(['Building one: about 3 seconds.']);
});

test.each([
  ['a file of the source', 'src/deep/b.ts'],
  ['a setting', 'one.json'],
  ['a new file', 'src/new.ts'],
])('%s that changes is built', (_what, file) => {
  const { bring, change, said } = project();
  bring();
  change(file, 'changed');
  expect(bring()).toEqual(['one']);
  expect(bring()).toEqual([]);
  // By now it is known how long it takes here.
  expect(said.at(-1)).toBe('Building one: about 1 second.');
});

test('a source file that is gone is noticed', () => {
  const { bring, root } = project();
  bring();
  rmSync(join(root, 'src/a.ts'));
  expect(bring()).toEqual(['one']);
});

test.each([
  ['deleted', (root: string) => rmSync(join(root, 'dist'), { recursive: true })],
  ['replaced', (root: string) => writeFileSync(join(root, 'dist/out.js'), 'by somebody else')],
])('what was built and then %s is built again', (_what, damage) => {
  const { bring, root, settings } = project();
  bring();
  damage(root);
  expect(isFresh('one', settings)).toBe(false);
});

test('a file that was only touched, and one that is no source, change nothing', () => {
  const { bring, change, root } = project();
  bring();
  utimesSync(join(root, 'src/a.ts'), new Date(), new Date());
  change('other.txt', 'changed');
  expect(bring()).toEqual([]);
});

test('--force builds all the same', () => {
  const { bring } = project();
  bring();
  expect(bring(true)).toEqual(['one']);
});

test('a build that fails is not taken for one', () => {
  const { bring, settings } = project();
  const run = () => {
    throw new Error('The build failed: copy');
  };
  expect(() => build(['one'], { ...settings, run })).toThrow('The build failed');
  expect(bring()).toEqual(['one']);
});

test('the parts name files that are there', () => {
  for (const { inputs } of Object.values(PARTS)) {
    expect(inputs.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
  }
});

test('every npm command that needs a build goes by it, and none builds by itself', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
  const named = Object.entries(scripts);
  expect(named.filter(([, line]) => /tsup|build -w|run (--silent )?build/.test(line))).toEqual([]);
  const needs =
    /scripts\/(start|run-job|check-job|example-dhis2|pictures)\.m|sandbox\/dist|bench\/run|vitest run/;
  const bare = named.filter(
    ([name, line]) =>
      needs.test(line) && !line.includes('node scripts/build.mjs') && name !== 'test:mutants',
  );
  expect(bare).toEqual([]);
  expect(readFileSync(join(ROOT, 'scripts/build.mjs'), 'utf8')).toContain('npx tsup --silent');
});
