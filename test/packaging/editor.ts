import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import ts from 'typescript';

const JOB = '/job.js';

/** All that the editor loads of a language: ES5. */
const LIBRARY = join(dirname(createRequire(import.meta.url).resolve('typescript')), 'lib.es5.d.ts');

/** Every declaration file of a package, in whatever folder. */
export function declarationFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.d.ts') && !name.includes('node_modules'))
    .map(name => join(folder, name))
    .sort();
}

/**
 * The declarations of a package as OpenFn's editor hands them to TypeScript. It takes each file by its
 * base name: `index` and `Adaptor` become global, `types` goes into each other one, and each other one is
 * a module. It rewrites imports only where they begin with `./`.
 */
function load(folder: string, name: string): Map<string, string> {
  const texts = declarationFiles(folder).map(file => {
    const text = readFileSync(file, 'utf8').replace(/(from|import) '\.\//g, `$1 '${name}/`);
    return [basename(file, '.d.ts'), text] as const;
  });
  const shapes = texts.find(([base]) => base === 'types')?.[1] ?? '';
  return new Map(
    texts
      .filter(([base]) => base !== 'types')
      .map(([base, text], index) => {
        const isGlobal = base === 'index' || base === 'Adaptor';
        const head = isGlobal ? 'declare namespace' : `declare module '${name}/${base}'`;
        const body = isGlobal ? namespacesImported(text) : text;
        return [`/${index}.d.ts`, `${head} {\n${shapes}\n${body}\n}`];
      }),
  );
}

function namespacesImported(text: string): string {
  return text.replace(
    /export \* as (\w+) from '(.+)';/g,
    "import * as $1 from '$2';\nexport { $1 };",
  );
}

/** A call that is being written, with what is shown of it. */
export interface Shown {
  /** The names of its parameters; undefined where no signature is known. */
  parameters: string[] | undefined;
  documentation: string;
}

/** What somebody sees who writes a job in OpenFn's editor. */
export class Editor {
  readonly #files: Map<string, string>;
  readonly #service: ts.LanguageService;
  #version = 0;

  constructor(folder: string, name: string) {
    this.#files = load(folder, name).set('/es5.d.ts', readFileSync(LIBRARY, 'utf8'));
    this.#files.set(JOB, '');
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => ({
        allowNonTsExtensions: true,
        allowJs: true,
        noLib: true,
        target: ts.ScriptTarget.ESNext,
      }),
      getScriptFileNames: () => [...this.#files.keys()],
      getScriptVersion: file => (file === JOB ? String(this.#version) : '0'),
      getScriptSnapshot: file => {
        const text = this.#files.get(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => '/',
      getDefaultLibFileName: () => '/es5.d.ts',
      fileExists: file => this.#files.has(file),
      readFile: file => this.#files.get(file),
    });
  }

  #write(job: string): void {
    this.#files.set(JOB, job);
    this.#version += 1;
  }

  /** What is offered where the bar stands: `getContacts({ | })`. */
  offered(job: string): { name: string; kind: string }[] {
    this.#write(job.replace('|', ''));
    const found = this.#service.getCompletionsAtPosition(JOB, job.indexOf('|'), {});
    return (found?.entries ?? []).map(({ name, kind }) => ({ name, kind }));
  }

  /** The keys that are offered where the bar stands. */
  keys(job: string): string[] {
    return this.offered(job).flatMap(({ name, kind }) => (kind === 'property' ? [name] : []));
  }

  /** What is shown of the call of each function, by its name as a job writes it. */
  calls(names: readonly string[]): Map<string, Shown> {
    this.#write(names.map(name => `${name}();\n`).join(''));
    let line = 0;
    return new Map(
      names.map(name => {
        const end = line + name.length;
        line = end + '();\n'.length;
        const [help] = this.#service.getSignatureHelpItems(JOB, end + 1, {})?.items ?? [];
        const info = this.#service.getQuickInfoAtPosition(JOB, end - 1);
        const shown = {
          parameters: help?.parameters.map(parameter => parameter.name),
          documentation: ts.displayPartsToString(info?.documentation),
        };
        return [name, shown];
      }),
    );
  }
}
