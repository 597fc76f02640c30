import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ROOT } from '../packaging/project.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PAGES = ['docs/start/typescript.md', 'docs/guides/testing-jobs.md'];

const samples = new Map(
  PAGES.flatMap(page =>
    [...readFileSync(page, 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(
      ([, code = ''], index): [string, string] => [
        join(ROOT, `${page.replace(/\W/g, '-')}-${index + 1}.ts`),
        code,
      ],
    ),
  ),
);

/** What the compiler says of some files that are not on disk, where the package is its source. */
function check(files: ReadonlyMap<string, string>): Map<string, string[]> {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, ROOT);
  const settings: ts.CompilerOptions = {
    ...options,
    noUnusedLocals: false,
    paths: {
      '@openfn/language-rapidpro': [join(ROOT, 'src/index.ts')],
      '@openfn/rapidpro-sandbox': [join(ROOT, 'sandbox/src/index.ts')],
    },
  };
  const host = ts.createCompilerHost(settings);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = name => files.has(name) || fileExists(name);
  host.readFile = name => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  };
  const program = ts.createProgram([...files.keys()], settings, host);
  return new Map(
    [...files.keys()].map(name => [
      name,
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(name))
        .map(({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
    ]),
  );
}

/** The same samples with an error code that does not exist. */
const wrong = new Map(
  [...samples]
    .filter(([, code]) => code.includes("'RATE_LIMITED'"))
    .map(([name, code]) => [
      name.replace(/\.ts$/, '-wrong.ts'),
      code.replace("'RATE_LIMITED'", "'RATE_LIMITTED'"),
    ]),
);

describe('samples in TypeScript', () => {
  // One program for all: most of the time goes into reading the package.
  let found: Map<string, string[]>;
  beforeAll(() => {
    found = check(new Map([...samples, ...wrong]));
  });

  test('are there', () => {
    expect(samples.size).toBeGreaterThan(4);
  });

  test('compile', () => {
    expect([...samples.keys()].flatMap(name => found.get(name) ?? [])).toEqual([]);
  });

  test('would not compile with an error code that does not exist', () => {
    expect(wrong.size).toBeGreaterThan(0);
    for (const name of wrong.keys()) expect(found.get(name)?.join()).toContain('RATE_LIMITTED');
  });
});
