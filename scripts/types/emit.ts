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

/**
 * A program of the declarations that the compiler emits for a source file and all that it imports.
 * They are only in memory, each where its source is.
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
  };
  // Declarations of modules that have none of their own, such as language-common.
  const ambient = join(dirname(entry), 'language-common.d.ts');
  const source = ts.createProgram([entry, ambient], settings);
  const emitted = new Map<string, string>();
  const { diagnostics } = source.emit(undefined, (name, text) => emitted.set(name, text));
  requireNone(diagnostics);

  const host = ts.createCompilerHost(settings);
  const { fileExists, readFile, getSourceFile } = host;
  // The source gives way to what was emitted for it.
  const isSource = (name: string) => emitted.has(name.replace(/\.ts$/, '.d.ts'));
  host.fileExists = name => emitted.has(name) || (!isSource(name) && fileExists(name));
  host.readFile = name => emitted.get(name) ?? readFile(name);
  host.getSourceFile = (name, target) => {
    const text = emitted.get(name);
    return text === undefined
      ? getSourceFile(name, target)
      : ts.createSourceFile(name, text, target, true);
  };
  return ts.createProgram([entry.replace(/\.ts$/, '.d.ts')], settings, host);
}
