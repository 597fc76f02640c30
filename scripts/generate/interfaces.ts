import { readFileSync } from 'node:fs';
import ts from 'typescript';

export interface Member {
  name: string;
  type: string;
  optional: boolean;
  /** What its comment says, on one line. */
  text: string;
}

export interface Shape {
  name: string;
  text: string;
  members: Member[];
}

/** What some files declare, by name. */
class Declarations {
  readonly interfaces = new Map<string, ts.InterfaceDeclaration>();
  readonly aliases = new Map<string, string>();

  constructor(files: readonly string[]) {
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      for (const node of source.statements) {
        if (ts.isInterfaceDeclaration(node)) this.interfaces.set(node.name.text, node);
        if (ts.isTypeAliasDeclaration(node)) this.aliases.set(node.name.text, node.type.getText());
      }
    }
  }

  membersOf(name: string): Member[] {
    const node = this.interfaces.get(name);
    if (!node) throw new Error(`There is no interface ${name}.`);
    const own = node.members.filter(ts.isPropertySignature).map(member => ({
      name: member.name.getText(),
      type: this.#typeOf(member),
      optional: member.questionToken !== undefined,
      text: commentOf(member),
    }));
    const names = new Set(own.map(member => member.name));
    const inherited = (node.heritageClauses ?? [])
      .flatMap(({ types }) => [...types])
      .flatMap(type => this.#inheritedFrom(type));
    return [...own, ...inherited.filter(member => !names.has(member.name))];
  }

  /** `Options`, or `Omit<ContactBody, 'note'>`. */
  #inheritedFrom(type: ts.ExpressionWithTypeArguments): Member[] {
    const base = type.expression.getText();
    if (base !== 'Omit') return this.membersOf(base);
    const [from, keys] = (type.typeArguments ?? []).map(argument => argument.getText());
    return this.membersOf(from ?? '').filter(({ name }) => !keys?.includes(`'${name}'`));
  }

  /** A choice is shown by what can be chosen, not by its name. */
  #typeOf(member: ts.PropertySignature): string {
    const text = member.type?.getText() ?? 'unknown';
    const alias = this.aliases.get(text);
    const shown = alias?.includes("'") ? alias : text;
    return shown.replace(/\s+/g, ' ').replace(/^\| /, '');
  }
}

function isExported({ modifiers }: ts.InterfaceDeclaration): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function commentOf(node: ts.Node): string {
  const parts = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = parts.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ');
  return text.replace(/\s+/g, ' ').trim();
}

/** The exported interfaces of some files by name, each with the members of those that it extends. */
export function readInterfaces(files: readonly string[]): Map<string, Shape> {
  const declared = new Declarations(files);
  const shapes = new Map<string, Shape>();
  for (const [name, node] of declared.interfaces) {
    if (!isExported(node)) continue;
    shapes.set(name, { name, text: commentOf(node), members: declared.membersOf(name) });
  }
  for (const [name, target] of declared.aliases) {
    if (!declared.interfaces.has(target)) continue;
    shapes.set(name, { name, text: '', members: declared.membersOf(target) });
  }
  return shapes;
}
