import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adaptorNames } from '../../scripts/adaptor-names.mjs';
import { type Unpacked, unpackPacked } from './packed.js';
import { built, COMMON, manifest, OPERATIONS, ROOT, readText } from './project.js';

let unpacked: Unpacked;

beforeAll(async () => {
  await built();
  unpacked = await unpackPacked(ROOT);
});

afterAll(() => unpacked.remove());

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
    expect(packages).toEqual([]);
  },
);

const USE = `import adaptor, { execute, getContacts, http, syncContacts, util, webhook } from '${manifest.name}';
import { type BulkResult, type ErrorCode, type Push, RapidProError } from '${manifest.name}';
`;

const GOOD = [
  "getContacts({ group: 'Mothers' }, { limit: 10 });",
  'getContacts({ group: state => String(state.data) });',
  "http.delete('labels', { uuid: 'x' });",
  "const push: Push = webhook.parsePush('{}'); push.kind === 'run';",
  "const text: string = util.encode('x');",
  "const code: ErrorCode = 'RATE_LIMITED';",
  'adaptor.getContacts();',
  'try { getContacts(); } catch (error) { if (error instanceof RapidProError) error.retryAfter?.toFixed(); }',
  "execute(syncContacts([{ urns: ['tel:+250788123123'] }]))({}).then(({ data }) => (data as BulkResult).failed);",
];

const WRONG = [
  'getContacts({ nonsense: 1 });',
  "getContacts({}, { limit: '10' });",
  "syncContacts([{ urns: 'tel:+250788123123' }]);",
  "const code: ErrorCode = 'RATE_LIMITTED';",
  'http.remove();',
  'adaptor.nonsense();',
];

describe.each([
  ['NodeNext', 'esm.mts', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ['NodeNext', 'commonjs.cts', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ['Bundler', 'bundled.ts', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
] as const)('under %s (%s)', (_, file, module, moduleResolution) => {
  /** The lines, from 0, that do not compile, each as a program of its own scope. */
  function refused(lines: readonly string[]): number[] {
    const entry = join(unpacked.home, file);
    writeFileSync(entry, `${USE}${lines.map(line => `{ ${line} }\n`).join('')}`);
    const program = ts.createProgram([entry], {
      module,
      moduleResolution,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts'],
      types: [],
      strict: true,
      noEmit: true,
    });
    const before = USE.split('\n').length - 1;
    const lineOf = ({ file: source, start = 0, messageText }: ts.Diagnostic) => {
      const where = source?.fileName.endsWith(file) && source.getLineAndCharacterOfPosition(start);
      if (!where) throw new Error(ts.flattenDiagnosticMessageText(messageText, ' '));
      return where.line - before;
    };
    return [...new Set(ts.getPreEmitDiagnostics(program).map(lineOf))];
  }

  test('a program that uses the package well compiles', () => {
    expect(refused(GOOD)).toEqual([]);
  });

  test('one that does not is refused', () => {
    expect(refused(WRONG)).toEqual([...WRONG.keys()]);
  });
});

test('no signature and no shape takes anything', () => {
  const files = readdirSync(join(ROOT, 'types')).filter(name => name.endsWith('.d.ts'));
  const found: string[] = [];
  for (const name of files) {
    const source = ts.createSourceFile(name, readText(`types/${name}`), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(name);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  expect(found).toEqual([]);
});

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
      if (fileName.startsWith('.')) visit(join(dirname(file), `${fileName}.d.ts`));
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
