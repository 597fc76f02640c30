import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { adaptorNames } from '../../scripts/adaptor-names.mjs';
import { built, COMMON, OPERATIONS, ROOT, readText } from './project.js';

beforeAll(built);

test('the platform’s compiler sees every operation, namespace and helper', () => {
  const names = adaptorNames(ROOT);
  const described = JSON.parse(readText('ast.json')) as { operations: { name: string }[] };
  const operations = described.operations.map(({ name }) => name);
  const wanted = ['execute', 'http', ...operations, ...OPERATIONS, ...COMMON];
  expect(wanted.filter(name => !names.includes(name))).toEqual([]);
});

test.each(['types/index.d.ts', 'types/Adaptor.d.ts'])(
  '%s leads to no declaration of another package',
  entry => {
    const { files, packages } = reachable(join(ROOT, entry));
    expect(files.filter(file => !existsSync(file))).toEqual([]);
    expect(packages.filter(name => name !== '@openfn/language-common')).toEqual([]);
  },
);

/** What the editor and people's own code call, but no job: it is not listed. */
const NO_OPERATIONS = new Set(['metadata', 'iteratePages', 'parsePush']);

describe('the declaration of', () => {
  test('every operation carries the tags that Lightning lists it by', () => {
    const functions = ownFunctions('types/index.d.ts');
    const names = functions.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...OPERATIONS, 'http.get', 'http.request']));
    const bare = functions.filter(
      ({ name, tags }) =>
        !NO_OPERATIONS.has(name) && !(tags.includes('function') && tags.includes('public')),
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});

/** The files and packages that a declaration file imports, directly or through others. */
function reachable(entry: string): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    if (!existsSync(file)) return;
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      if (fileName.startsWith('.')) visit(join(dirname(file), fileName.replace(/\.js$/, '.d.ts')));
      else packages.add(fileName);
    }
  };
  visit(entry);
  return { files: [...files], packages: [...packages] };
}

interface Documented {
  name: string;
  tags: string[];
}

/** The functions that this package declares and exports to jobs, with the tags of their JSDoc. */
function ownFunctions(entry: string): Documented[] {
  const program = ts.createProgram([join(ROOT, entry)], {
    noLib: true,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    module: ts.ModuleKind.ESNext,
  });
  const checker = program.getTypeChecker();
  const exportsOf = (symbol: ts.Symbol, prefix: string): Documented[] =>
    checker.getExportsOfModule(symbol).flatMap(each => {
      const target = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      const name = `${prefix}${each.name}`;
      const own = target.declarations?.some(
        node => !node.getSourceFile().fileName.includes('node_modules'),
      );
      if (!own || name === 'execute' || name === 'default') return [];
      if (target.flags & ts.SymbolFlags.ValueModule && prefix === '') {
        return name === 'http' ? exportsOf(target, 'http.') : [];
      }
      if (!(target.flags & ts.SymbolFlags.Function)) return [];
      return [{ name, tags: target.getJsDocTags(checker).map(tag => tag.name) }];
    });
  const source = program.getSourceFile(join(ROOT, entry));
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${entry} exports nothing.`);
  return exportsOf(module, '');
}
