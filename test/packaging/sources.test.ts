import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { exportedFunctions } from '../../scripts/generate/exported-functions.js';
import { ROOT } from './project.js';

const SRC = join(ROOT, 'src');

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name =>
    ts.createSourceFile(name, readFileSync(join(SRC, name), 'utf8'), ts.ScriptTarget.Latest, true),
  );

/** Each node of the source for which something is found. */
function find(look: (node: ts.Node) => boolean): string[] {
  return sources.flatMap(source => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (look(node)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${source.fileName}:${line + 1}`);
      }
      for (const child of node.getChildren(source)) visit(child);
    };
    visit(source);
    return found;
  });
}

/** OpenFn's monorepo makes the AST and the docs of an adaptor from its source, with tools of its own. */
describe('the tools of OpenFn’s monorepo can read the source', () => {
  test('every operation of a job belongs to the namespace global', () => {
    const { functions } = exportedFunctions(join(SRC, 'Adaptor.ts'));
    const isPublic = ({ comment = '' }) => comment.includes('* @public\n');
    const operations = functions.filter(isPublic);
    expect(operations.length).toBeGreaterThan(80);
    const others = operations.filter(
      ({ comment = '' }) => comment.split('* @namespace global\n').length !== 2,
    );
    expect(others.map(({ name }) => name)).toEqual([]);
  });

  test.each(['http', 'webhook'])('every operation of %s belongs to its file', name => {
    const { functions } = exportedFunctions(join(SRC, `${name}.ts`));
    expect(functions.filter(({ comment = '' }) => comment.includes('@namespace'))).toEqual([]);
  });

  test('nothing is written that their esbuild 0.15 cannot read', () => {
    const isNew = (node: ts.Node) =>
      (ts.isTypeParameterDeclaration(node) &&
        node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ConstKeyword)) ||
      (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Using) !== 0) ||
      ts.isDecorator(node);
    expect(find(node => Boolean(isNew(node)))).toEqual([]);
  });

  test('no text of a tag has braces, which they take for a type', () => {
    const withoutType = (text: string) => text.replace(/^\{\w+\} /, '');
    const isTag = (node: ts.Node): node is ts.JSDocTag =>
      node.kind >= ts.SyntaxKind.FirstJSDocTagNode && node.kind <= ts.SyntaxKind.LastJSDocTagNode;
    const found = find(
      node =>
        isTag(node) &&
        node.tagName.text !== 'example' &&
        /[{}]/.test(withoutType(ts.getTextOfJSDocComment(node.comment) ?? '')),
    );
    expect(found).toEqual([]);
  });

  test('no field is only declared', () => {
    const found = find(
      node =>
        ts.isPropertyDeclaration(node) &&
        Boolean(node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)),
    );
    expect(found).toEqual([]);
  });
});
