import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Fails with what the compiler says. */
function requireNone(diagnostics: readonly ts.Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  throw new Error(
    ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: name => name,
      getCurrentDirectory: ts.sys.getCurrentDirectory,
      getNewLine: () => '\n',
    }),
  );
}

function emit(program: ts.Program, file: ts.SourceFile): string {
  let emitted = '';
  const write = (_: string, text: string) => {
    emitted = text;
  };
  const { diagnostics } = program.emit(file, write, undefined, true);
  requireNone(diagnostics);
  return emitted;
}

/**
 * A program of the declarations that the compiler emits for a source file and all that it imports.
 * They are only in memory, each where its source is, and emitted when the program asks for them.
 */
export function declarationProgram(entry: string, configFile: string): ts.Program {
  const { config, error } = ts.readConfigFile(configFile, ts.sys.readFile);
  if (error) requireNone([error]);
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, include: [] },
    ts.sys,
    dirname(configFile),
  );
  const settings: ts.CompilerOptions = {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    // `npm run typecheck` does: here it would take most of the time.
    noCheck: true,
  };
  // Declarations of modules that have none of their own, such as language-common.
  const ambient = join(dirname(entry), 'language-common.d.ts');
  const source = ts.createProgram([entry, ambient], settings);
  const host = ts.createCompilerHost(settings);
  const { fileExists, getSourceFile } = host;
  const sourceOf = (name: string) =>
    name.endsWith('.d.ts') ? source.getSourceFile(name.replace(/\.d\.ts$/, '.ts')) : undefined;
  // The source gives way to what is emitted for it.
  const isSource = (name: string) =>
    !name.endsWith('.d.ts') && source.getSourceFile(name) !== undefined;
  host.fileExists = name => sourceOf(name) !== undefined || (!isSource(name) && fileExists(name));
  host.getSourceFile = (name, target) => {
    const file = sourceOf(name);
    if (!file) return getSourceFile(name, target);
    return ts.createSourceFile(name, emit(source, file), target, true);
  };
  return ts.createProgram([entry.replace(/\.ts$/, '.d.ts')], settings, host);
}
