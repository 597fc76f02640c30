import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/**
 * The names that the platform's compiler can import from an adaptor, found the way that it finds them:
 * from the file that `types` in package.json names and from an `Adaptor.d.ts` beside it. Nothing else
 * is opened, so a name behind `export * from` or an `export const` is not seen.
 *
 * @param {string} folder - the adaptor's package folder
 * @returns {string[]}
 */
export function adaptorNames(folder) {
  const { types } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof types !== 'string') {
    throw new Error(`${join(folder, 'package.json')} has no "types": its exports cannot be known.`);
  }
  const main = join(folder, types);
  if (!existsSync(main)) {
    throw new Error(
      `${main} is missing, although package.json names it under "types". Build first.`,
    );
  }
  const files = [...new Set([main, join(dirname(main), 'Adaptor.d.ts')])].filter(existsSync);
  return [...new Set(files.flatMap(file => namesIn(readFileSync(file, 'utf8'))))].sort();
}

/**
 * The names that one declaration file shows to the platform's compiler.
 *
 * @param {string} text - the .d.ts
 * @returns {string[]}
 */
export function namesIn(text) {
  const file = ts.createSourceFile('types.d.ts', text, ts.ScriptTarget.Latest);
  const functions = new Set(
    file.statements.filter(ts.isFunctionDeclaration).flatMap(({ name }) => name?.text ?? []),
  );
  return [...new Set(file.statements.flatMap(statement => exportsOf(statement, functions)))];
}

function exportsOf(statement, functions) {
  if (ts.isFunctionDeclaration(statement)) {
    const kinds = new Set(statement.modifiers?.map(({ kind }) => kind));
    const named =
      kinds.has(ts.SyntaxKind.ExportKeyword) && !kinds.has(ts.SyntaxKind.DefaultKeyword);
    return named && statement.name ? [statement.name.text] : [];
  }
  if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return [];
  const { exportClause, moduleSpecifier } = statement;
  if (!exportClause) return [];
  if (ts.isNamespaceExport(exportClause)) return [exportClause.name.text];
  const specifiers = exportClause.elements.filter(({ isTypeOnly }) => !isTypeOnly);
  if (moduleSpecifier) return specifiers.map(({ name }) => name.text);
  // A function of this very file goes by the name of its declaration, even where it is renamed.
  return specifiers
    .map(({ name, propertyName }) => (propertyName ?? name).text)
    .filter(name => functions.has(name));
}
