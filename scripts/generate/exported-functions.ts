import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

export interface ExportedFunction {
  name: string;
  file: string;
  params: string[];
  /** The documentation comment with its stars, or nothing where there is none. */
  comment: string | undefined;
}

export interface Exports {
  functions: ExportedFunction[];
  /** Names of which no function is found here: by package, or by file where they stand for values. */
  foreign: Map<string, string[]>;
}

/**
 * The functions that a file exports by name, declared in it or in the project's files behind it.
 *
 * @param file - the source file
 * @param closed - from where functions count as foreign, as those of a package do
 */
export function exportedFunctions(file: string, closed: readonly string[] = []): Exports {
  const found: Exports = { functions: [], foreign: new Map() };
  const source = parse(file);
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && isExported(statement)) {
      const name = statement.name?.text;
      if (name && !found.functions.some(known => known.name === name)) {
        found.functions.push(describe(file, source, name));
      }
    } else if (ts.isExportDeclaration(statement) && !statement.isTypeOnly) {
      followExport(file, source, statement, found, closed);
    }
  }
  return found;
}

function followExport(
  file: string,
  source: ts.SourceFile,
  { exportClause, moduleSpecifier }: ts.ExportDeclaration,
  found: Exports,
  closed: readonly string[],
): void {
  if (!exportClause || !ts.isNamedExports(exportClause)) return;
  const from = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
  for (const { name, propertyName, isTypeOnly } of exportClause.elements) {
    if (isTypeOnly) continue;
    const original = (propertyName ?? name).text;
    if (closed.includes(from) || (from !== '' && !from.startsWith('.'))) {
      found.foreign.set(from, [...(found.foreign.get(from) ?? []), name.text]);
    } else {
      const there = from === '' ? file : join(dirname(file), from.replace(/\.js$/, '.ts'));
      const described = functionNamed(there, from === '' ? source : parse(there), original);
      if (described) found.functions.push({ ...described, name: name.text });
      else found.foreign.set(from, [...(found.foreign.get(from) ?? []), name.text]);
    }
  }
}

/** The function of this name, or nothing where the name stands for something else. */
function functionNamed(
  file: string,
  source: ts.SourceFile,
  name: string,
): ExportedFunction | undefined {
  const declared = source.statements.some(
    each => ts.isFunctionDeclaration(each) && each.name?.text === name,
  );
  if (declared) return describe(file, source, name);
  return exportedFunctions(file).functions.find(each => each.name === name);
}

/** A function with several signatures is described by the first one that is documented. */
function describe(file: string, source: ts.SourceFile, name: string): ExportedFunction {
  const [first, ...others] = source.statements
    .filter(ts.isFunctionDeclaration)
    .filter(each => each.name?.text === name);
  if (!first) throw new Error(`${file} declares no function ${name}.`);
  const documented = [first, ...others].find(each => commentOf(source, each)) ?? first;
  return {
    name,
    file,
    params: documented.parameters.map(each => each.name.getText(source)),
    comment: commentOf(source, documented),
  };
}

function commentOf(source: ts.SourceFile, node: ts.Node): string | undefined {
  const ranges = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? [];
  const comments = ranges.map(({ pos, end }) => source.text.slice(pos, end));
  return comments.filter(text => text.startsWith('/**')).at(-1);
}

function isExported({ modifiers }: ts.FunctionDeclaration): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}
