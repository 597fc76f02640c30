import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { build } from 'esbuild-openfn';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderOf } from '../scripts/fake-adaptor.js';
import { start } from '../scripts/run-child.js';
import { built, manifest, OPERATIONS, ROOT, readText } from './project.js';

/** The package as OpenFn's repository of adaptors has it, and what their tools ask of it. */

const folder = mkdtempSync(join(tmpdir(), 'rapidpro-monorepo-'));
const place = join(folder, 'layout');
const there = join(place, 'packages/rapidpro');
const text = (path: string) => readFileSync(join(there, path), 'utf8');
const layOut = (where: string) =>
  start(process.execPath, ['scripts/monorepo.mjs', where], { cwd: ROOT });
const filesIn = (path: string, end: string) =>
  readdirSync(join(there, path), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(end))
    .map(name => join(path, name));

beforeAll(async () => {
  await built();
  const { code, stderr } = await layOut(place);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('package.json has what its neighbors have', () => {
  const laid = JSON.parse(text('package.json'));
  expect(laid).toMatchObject({
    name: manifest.name,
    label: 'RapidPro',
    version: '2.1.2',
    author: 'Open Function Group',
    type: 'module',
    exports: manifest.exports,
    types: manifest.types,
    files: ['dist/', 'types/', 'ast.json', 'configuration-schema.json'],
    dependencies: { ...manifest.dependencies, '@openfn/language-common': 'workspace:*' },
  });
  expect(Object.keys(laid.scripts)).toEqual(['build', 'test', 'test:watch', 'clean', 'pack']);
  expect(laid.scripts.build).toMatch(/^pnpm clean && build-adaptor rapidpro /);
  expect(laid.engines ?? laid.workspaces ?? laid.bin).toBeUndefined();
  const changeset = readFileSync(join(place, '.changeset/rapidpro-3.md'), 'utf8');
  expect(changeset).toMatch(/^---\n'@openfn\/language-rapidpro': major\n---\n\n[^\n]+\n$/);
  expect(text('CHANGELOG.md')).toMatch(
    /^# @openfn\/language-rapidpro\n[\s\S]*^## 2\.1\.2 - 30 June 2026$/m,
  );
  for (const file of ['LICENSE', 'LICENSE.LESSER', 'ast.json', 'configuration-schema.json']) {
    expect(text(file)).toBe(readText(file));
  }
  expect(existsSync(join(there, 'docs'))).toBe(false);
});

test('build.config.js names the entry', async () => {
  const { default: config } = await import(join(there, 'build.config.js'));
  const { entry } = config(there);
  expect(entry).toEqual([join(there, 'src/index.ts')]);
  expect(existsSync(entry[0])).toBe(true);
});

describe('their bundler, which is older than ours', () => {
  test.each(['cjs', 'esm'] as const)('makes a package that can be loaded: %s', async format => {
    const { default: config } = await import(join(there, 'build.config.js'));
    const { entry, target } = config(there);
    const out = join(folder, format);
    const outfile = join(out, format === 'cjs' ? 'index.cjs' : 'index.mjs');
    await build({
      ...{ entryPoints: entry, outfile, target, format, bundle: true, platform: 'node' },
      external: Object.keys(manifest.dependencies),
      logLevel: 'silent',
    });
    symlinkSync(join(ROOT, 'node_modules'), join(out, 'node_modules'));
    const job = `
      const adaptor = await import(process.argv[1]);
      const { RapidProError, getContacts } = adaptor;
      const error = await getContacts({ uuid: 5 })({ configuration: {} }).catch(one => one);
      const names = Object.keys(adaptor).filter(name => name !== 'default' && name !== 'module.exports');
      console.log(JSON.stringify([error instanceof RapidProError, RapidProError.name, names]));`;
    const args = ['--input-type=module', '--eval', job, outfile];
    const { stdout, stderr } = await start(process.execPath, args);
    expect(stderr).toBe('');
    const [isOurs, name, names] = JSON.parse(stdout);
    expect([isOurs, name]).toEqual([true, 'RapidProError']);
    expect(OPERATIONS.filter(one => !names.includes(one))).toEqual([]);
  });
});

test.each([
  ['square', 256, 256],
  ['rectangle', 512, 190],
])('%s.png is a picture of %i by %i points', (name, width, height) => {
  const png = readFileSync(join(there, `assets/${name}.png`));
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height]);
  const start = png.indexOf('IDAT');
  const rows = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
  expect(rows).toHaveLength(height * (1 + width * 3));
});

describe('links', () => {
  const pages = () => ['README.md', ...filesIn('guides', '.md')];
  const links = (page: string) =>
    [
      ...text(page)
        .replace(/^```[\s\S]*?^```/gm, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map(([, to = '']) => to);

  test('are absolute', () => {
    expect(pages().length).toBeGreaterThan(15);
    const relative = pages().flatMap(page =>
      links(page)
        .filter(link => !/^(?:https?:|mailto:|#)/.test(link))
        .map(link => `${page}: ${link}`),
    );
    expect(relative).toEqual([]);
  });

  test('to the package lead to what is laid out', () => {
    const base = 'https://github.com/OpenFn/adaptors/blob/main/packages/rapidpro/';
    const own = pages()
      .flatMap(links)
      .filter(link => link.startsWith(base));
    expect(own.length).toBeGreaterThan(50);
    const lost = own.filter(
      link => !existsSync(join(there, link.slice(base.length).split('#')[0] ?? '')),
    );
    expect(lost).toEqual([]);
  });
});

describe('pictures', () => {
  const RAW = 'https://raw.githubusercontent.com/OpenFn/adaptors/main/packages/rapidpro/';
  const shown = () =>
    ['README.md', ...filesIn('guides', '.md')].flatMap(page =>
      [...text(page).matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, to = '']) => to),
    );

  test('are shown from where they are laid out', () => {
    expect(shown().length).toBeGreaterThan(4);
    const lost = shown().filter(
      link => !link.startsWith(RAW) || !existsSync(join(there, link.slice(RAW.length))),
    );
    expect(lost).toEqual([]);
  });
});

describe('their tools', () => {
  const sources = () => filesIn('src', '.ts');
  const comments = (path: string) => text(path).match(/\/\*\*[\s\S]*?\*\//g) ?? [];

  /** What their walks list: public functions of Adaptor.ts, and of files that say `@namespace global`. */
  function listed(): string[] {
    return sources().flatMap(path => {
      const file = ts.createSourceFile(path, text(path), ts.ScriptTarget.Latest, true);
      return file.statements.filter(ts.isFunctionDeclaration).flatMap(declaration => {
        const isExported = declaration.modifiers?.some(
          ({ kind }) => kind === ts.SyntaxKind.ExportKeyword,
        );
        const tags = new Map(
          ts
            .getJSDocTags(declaration)
            .map(({ tagName, comment }) => [tagName.text, ts.getTextOfJSDocComment(comment)]),
        );
        const isGlobal = path === 'src/Adaptor.ts' || tags.get('namespace') === 'global';
        const isListed = isExported && tags.has('public') && tags.has('function') && isGlobal;
        return isListed && declaration.name ? [declaration.name.text] : [];
      });
    });
  }

  test('list the operations, and nothing else', () => {
    const { operations } = JSON.parse(text('ast.json'));
    const names = operations.map(({ name }: { name: string }) => name).sort();
    const common = new Set(
      JSON.parse(text('ast.json')).common.map(({ name }: { name: string }) => name),
    );
    const others = ['alterState', 'log'];
    const known = (name: string) => common.has(name) || others.includes(name);
    expect(
      listed()
        .filter(name => !known(name))
        .sort(),
    ).toEqual(names);
    expect([...OPERATIONS].sort()).toEqual(names);
  });

  test('stumble over nothing in the sources', () => {
    const problems = sources().flatMap(path => [
      ...(/^\s*declare readonly\b/m.test(text(path)) ? [`${path}: declare readonly`] : []),
      ...comments(path).flatMap(comment => [
        ...(/import\(['"]/.test(comment) ? [`${path}: import() in a comment`] : []),
        ...(comment.match(/@(?:param|returns) .*/g) ?? [])
          .filter(tag => /[{}]/.test(tag.replace(/^@\w+ \{[^}]*\}/, '')))
          .map(tag => `${path}: ${tag}`),
      ]),
    ]);
    expect(problems).toEqual([]);
  });
});

describe('with what npm has', () => {
  beforeAll(() => {
    symlinkSync(join(ROOT, 'node_modules'), join(there, 'node_modules'));
  });
  const run = (...args: string[]) =>
    start(process.execPath, args, {
      cwd: there,
      timeout: 120_000,
      env: { NO_COLOR: '1', NODE_NO_WARNINGS: '1' },
    });

  test('its declarations are built, the same as here', async () => {
    const { code, stderr } = await run('--import', 'tsx', 'scripts/types.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of readdirSync(join(ROOT, 'types'))) {
      expect(text(`types/${name}`)).toBe(readText(`types/${name}`));
    }
  });

  test('its tests run, with the runner that it names', async () => {
    expect(JSON.parse(text('package.json')).scripts.test).toBe('vitest run');
    const some = ['test/input/urns.test.ts', 'test/legacy/operations.test.ts'];
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const { code, stdout, stderr } = await run('--no-warnings', vitest, 'run', ...some);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Test Files.* 2 passed/);
  });

  test('no test reads a file that is not there', () => {
    const missing = filesIn('test', '.ts').flatMap(path =>
      [...text(path).matchAll(/new URL\(\s*(['"`])([^'"`]+)\1,\s*import\.meta\.url/g)]
        // Of a place that is put together, its folder.
        .map(([, , place = '']) => join(there, path, '..', place.split(/[^/]*\$\{/)[0] as string))
        .filter(file => !existsSync(file))
        .map(file => `${path}: ${file}`),
    );
    expect(missing).toEqual([]);
    expect(filesIn('test', '.pem').length).toBeGreaterThan(0);
  });

  test('no test needs what is not there', () => {
    const files = [...filesIn('test', '.ts'), ...filesIn('recordings', '.ts')];
    expect(files.filter(name => name.endsWith('.test.ts')).length).toBeGreaterThan(40);
    const foreign = files.filter(path =>
      /rapidpro-sandbox|\/(?:scripts|bench|examples)\//.test(
        text(path)
          .match(/from '[^']+'/g)
          ?.join() ?? '',
      ),
    );
    expect(foreign).toEqual([]);
  });
});

describe('the folder', () => {
  test('may be a layout, which is written anew', async () => {
    const again = join(folder, 'again');
    mkdirSync(again);
    await layOut(again);
    // An earlier layout wrote a file that is no longer there.
    writeFileSync(join(again, 'packages/rapidpro/src/old.ts'), '');
    appendFileSync(join(again, 'LAYOUT.md'), '- packages/rapidpro/src/old.ts\n');
    expect((await layOut(again)).code).toBe(0);
    expect(existsSync(join(again, 'packages/rapidpro/src/old.ts'))).toBe(false);
    expect(readdirSync(again).sort()).toEqual(['.changeset', 'LAYOUT.md', 'packages']);
  });

  test('must not hold anything else', async () => {
    const other = folderOf({ 'LAYOUT.md': 'somebody’s own', 'notes.txt': 'keep' });
    const { code, stderr } = await layOut(other);
    expect(code).toBe(1);
    expect(stderr).toContain('is not empty, and not a layout');
    expect(readdirSync(other).sort()).toEqual(['LAYOUT.md', 'notes.txt']);
    expect((await start(process.execPath, ['scripts/monorepo.mjs'], { cwd: ROOT })).code).toBe(1);
  });

  test('refuses a layout to which somebody added something, and leaves all of it', async () => {
    const again = folderOf({});
    expect((await layOut(again)).code).toBe(0);
    mkdirSync(join(again, 'packages/other'), { recursive: true });
    writeFileSync(join(again, 'packages/other/notes.txt'), 'keep');
    const { code, stderr } = await layOut(again);
    expect(code).toBe(1);
    expect(stderr).toContain('holds packages/other/notes.txt, which no layout wrote');
    expect(readFileSync(join(again, 'packages/other/notes.txt'), 'utf8')).toBe('keep');
    expect(existsSync(join(again, 'packages/rapidpro/package.json'))).toBe(true);
  });

  test('refuses a folder of this repository', async () => {
    const { code, stderr } = await layOut(join(ROOT, 'src/zz'));
    expect(code).toBe(1);
    expect(stderr).toContain('is in this repository');
    expect(existsSync(join(ROOT, 'src/zz'))).toBe(false);
  });
});
