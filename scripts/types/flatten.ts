import { basename, relative } from 'node:path';
import ts from 'typescript';
import { declarationProgram } from './emit.js';

const ADAPTOR = 'Adaptor';
const ENTRY = 'index';
/** The file with the shapes. The editor pastes it into each of the others. */
const SHAPES = 'types';

/** Where statements are printed that stand in no source. */
const NOWHERE = ts.createSourceFile('none.d.ts', '', ts.ScriptTarget.Latest);

type Declaration =
  | ts.FunctionDeclaration
  | ts.VariableStatement
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration;

interface FlatFile {
  /** Which other files are exported from here, by the name of the namespace. */
  namespaces: string[];
  declarations: Map<ts.Symbol, Declaration[]>;
  /** Names under which a declaration is exported otherwise: `remove` as `delete`. */
  renamed: Map<string, string>;
  /** The shapes that its declarations name. */
  shapes: Set<string>;
}

class Flattener {
  readonly #checker: ts.TypeChecker;
  readonly #files = new Map<string, FlatFile>();
  /** Every shape by its name, since all of them share one file. */
  readonly #shapes = new Map<string, ts.Symbol>();
  readonly #printer = ts.createPrinter({ newLine: ts.NewLineKind.LineFeed });

  constructor(readonly program: ts.Program) {
    this.#checker = program.getTypeChecker();
  }

  flatten(entry: ts.SourceFile): Map<string, string> {
    for (const name of [SHAPES, ADAPTOR, ENTRY]) this.#file(name);
    const exported = this.#exportsOf(this.#moduleOf(entry));
    const adaptor = exported.get('default');
    if (!adaptor) throw new Error(`${entry.fileName} has no default export.`);
    exported.delete('default');
    for (const [name, symbol] of this.#exportsOf(adaptor)) {
      this.#add(ADAPTOR, name, symbol);
      exported.delete(name);
    }
    for (const [name, symbol] of exported) this.#add(ENTRY, name, symbol);
    this.#refuseClashes();
    return new Map(
      [...this.#files].map(([name, file]) => [`${name}.d.ts`, this.#print(name, file)]),
    );
  }

  #moduleOf(source: ts.SourceFile): ts.Symbol {
    const symbol = this.#checker.getSymbolAtLocation(source);
    if (!symbol) throw new Error(`${source.fileName} exports nothing.`);
    return symbol;
  }

  #exportsOf(module: ts.Symbol): Map<string, ts.Symbol> {
    const symbols = this.#checker.getExportsOfModule(module);
    return new Map(symbols.map(symbol => [symbol.name, this.#target(symbol)]));
  }

  /** What a name stands for, through all imports and exports. */
  #target(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #file(name: string): FlatFile {
    const known = this.#files.get(name);
    if (known) return known;
    const file: FlatFile = {
      namespaces: [],
      declarations: new Map(),
      renamed: new Map(),
      shapes: new Set(),
    };
    this.#files.set(name, file);
    return file;
  }

  /** Puts what a file exports under a name into it, with all that it reaches into the shapes. */
  #add(fileName: string, name: string, symbol: ts.Symbol): void {
    const file = this.#file(fileName);
    if (symbol.flags & ts.SymbolFlags.ValueModule) {
      file.namespaces.push(name);
      for (const [member, target] of this.#exportsOf(symbol)) this.#add(name, member, target);
      return;
    }
    const isShape = !(symbol.flags & ts.SymbolFlags.Value);
    if (isShape) {
      this.#addShape(symbol);
      return;
    }
    if (symbol.name !== name) file.renamed.set(symbol.name, name);
    const declarations = declarationsOf(symbol);
    file.declarations.set(symbol, declarations);
    for (const declaration of declarations) {
      for (const shape of this.#reached(declaration)) file.shapes.add(shape);
    }
  }

  #addShape(symbol: ts.Symbol): void {
    const known = this.#shapes.get(symbol.name);
    if (known === symbol) return;
    if (known) {
      throw new Error(
        `Two shapes are called ${symbol.name}, in ${placeOf(known)} and ${placeOf(symbol)}. All shapes share one file: rename one.`,
      );
    }
    this.#shapes.set(symbol.name, symbol);
    const declarations = declarationsOf(symbol);
    this.#file(SHAPES).declarations.set(symbol, declarations);
    for (const declaration of declarations) this.#reached(declaration);
  }

  /** The names of the shapes that a declaration names; they are added too. */
  #reached(declaration: ts.Node): Set<string> {
    const found = new Set<string>();
    const visit = (node: ts.Node): void => {
      // A comment names things too.
      if (ts.isJSDoc(node)) return;
      if (ts.isImportTypeNode(node)) {
        throw new Error(
          `${where(declaration)}: the type ${node.getText()} has no name here. Write the type out.`,
        );
      }
      if (node.kind === ts.SyntaxKind.AnyKeyword) throw new Error(`${where(node)} is an "any".`);
      if (ts.isIdentifier(node)) this.#reach(node, declaration, found);
      ts.forEachChild(node, visit);
    };
    visit(declaration);
    return found;
  }

  #reach(name: ts.Identifier, declaration: ts.Node, found: Set<string>): void {
    const symbol = this.#checker.getSymbolAtLocation(name);
    if (!symbol) return;
    const target = this.#target(symbol);
    const nodes = target.declarations ?? [];
    const files = nodes.map(node => node.getSourceFile());
    if (files.some(file => this.program.isSourceFileDefaultLibrary(file))) return;
    if (files.some(file => file.fileName.includes('/node_modules/'))) {
      throw new Error(
        `${where(declaration)} names ${name.text} of another package, which the editor does not load.`,
      );
    }
    const [node] = nodes;
    if (!node || !isTopLevel(node) || node === declaration) return;
    if (target.flags & ts.SymbolFlags.Value) {
      if (declarationsOf(target).includes(declaration as Declaration)) return;
      throw new Error(
        `${where(declaration)} names the value ${name.text}. Name a type: values are in other files.`,
      );
    }
    if (name.text !== target.name) {
      throw new Error(`${where(declaration)} calls ${target.name} ${name.text}. Use its own name.`);
    }
    found.add(target.name);
    this.#addShape(target);
  }

  /** Shapes are pasted into each file, and those of the adaptor and the entry are one to the editor. */
  #refuseClashes(): void {
    const namesIn = (file: string) =>
      [...this.#file(file).declarations.keys()].map(symbol => symbol.name);
    for (const file of this.#files.keys()) {
      const others = new Set(file === SHAPES ? [] : this.#shapes.keys());
      if (file === ENTRY) for (const name of namesIn(ADAPTOR)) others.add(name);
      const clash = namesIn(file).find(name => others.has(name));
      if (clash) {
        throw new Error(
          `${clash} is in ${file}.d.ts, and in another file that the editor joins with it. Rename one.`,
        );
      }
    }
  }

  #print(name: string, file: FlatFile): string {
    const heads = headOf(name, file).map(each => this.#text(each, NOWHERE));
    const nodes = [...file.declarations.values()].flat();
    if (name === SHAPES) nodes.sort(bySource);
    const own = new Set(name === SHAPES ? this.#shapes.keys() : file.renamed.keys());
    const declarations = nodes.map(node => {
      const isExported = !own.has(nameOf(node));
      return this.#text(withOneComment(withExport(node, isExported), node), node.getSourceFile());
    });
    const tail = tailOf(name, file).map(each => this.#text(each, NOWHERE));
    const parts = [heads.join('\n'), ...declarations, ...tail];
    return `${parts.filter(part => part !== '').join('\n\n')}\n`;
  }

  #text(node: ts.Node, source: ts.SourceFile): string {
    return this.#printer.printNode(ts.EmitHint.Unspecified, node, source);
  }
}

/** The imports and exports that a file begins with. */
function headOf(name: string, { shapes, namespaces }: FlatFile): ts.Statement[] {
  const { factory } = ts;
  const from = (file: string) => factory.createStringLiteral(`./${file}`, true);
  const exportFrom = (file: string, clause?: ts.NamedExportBindings) =>
    factory.createExportDeclaration(undefined, false, clause, from(file));
  const importFrom = (file: string, isType: boolean, bindings: ts.NamedImportBindings) =>
    factory.createImportDeclaration(
      undefined,
      factory.createImportClause(isType, undefined, bindings),
      from(file),
    );
  const adaptor = factory.createIdentifier(ADAPTOR);
  const specifiers = [...shapes]
    .sort()
    .map(shape => factory.createImportSpecifier(false, undefined, factory.createIdentifier(shape)));
  return [
    ...(specifiers.length > 0
      ? [importFrom(SHAPES, true, factory.createNamedImports(specifiers))]
      : []),
    // Not by name: OpenFn's panel lists such exports as namespaces.
    ...(name === ENTRY
      ? [
          importFrom(ADAPTOR, false, factory.createNamespaceImport(adaptor)),
          exportFrom(ADAPTOR),
          exportFrom(SHAPES),
          factory.createExportAssignment(undefined, false, adaptor),
        ]
      : []),
    ...namespaces
      .sort()
      .map(each => exportFrom(each, factory.createNamespaceExport(factory.createIdentifier(each)))),
  ];
}

/** The exports that a file ends with. */
function tailOf(name: string, { renamed, declarations }: FlatFile): ts.Statement[] {
  const { factory } = ts;
  // The editor pastes the shapes beside imports of the same names, which lead nowhere there. Only a
  // shape that is declared without `export` is found before the import.
  const shapes = name === SHAPES ? [...declarations.keys()].map(symbol => symbol.name) : [];
  const specifiers = [
    ...shapes.sort().map(shape => factory.createExportSpecifier(false, undefined, shape)),
    ...[...renamed].map(([own, other]) => factory.createExportSpecifier(false, own, other)),
  ];
  if (specifiers.length === 0) return [];
  const clause = factory.createNamedExports(specifiers);
  return [factory.createExportDeclaration(undefined, name === SHAPES, clause)];
}

function nameOf(node: Declaration): string {
  const name = ts.isVariableStatement(node)
    ? node.declarationList.declarations[0]?.name
    : node.name;
  return name?.getText() ?? '';
}

/** Shapes stand together as they do in the source; what is in src/types comes first. */
function bySource(a: Declaration, b: Declaration): number {
  const [there, here] = [a.getSourceFile().fileName, b.getSourceFile().fileName];
  if (there === here) return a.pos - b.pos;
  const isCore = (file: string) => file.includes('/src/types/');
  if (isCore(there) !== isCore(here)) return isCore(there) ? -1 : 1;
  return there < here ? -1 : 1;
}

/** A comment on the whole source file stands before its first declaration: it is left out. */
function withOneComment(node: Declaration, original: Declaration): Declaration {
  const { text } = original.getSourceFile();
  const comments = ts.getLeadingCommentRanges(text, original.pos) ?? [];
  const last = comments.at(-1);
  if (comments.length < 2 || !last) return node;
  ts.setEmitFlags(node, ts.EmitFlags.NoLeadingComments);
  const inner = text.slice(last.pos + '/*'.length, last.end - '*/'.length);
  return ts.addSyntheticLeadingComment(node, last.kind, inner, true);
}

/** The statements that declare a name. */
function declarationsOf(symbol: ts.Symbol): Declaration[] {
  return (symbol.declarations ?? []).map(node => {
    const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
    if (
      ts.isFunctionDeclaration(statement) ||
      ts.isVariableStatement(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement)
    ) {
      return statement;
    }
    throw new Error(`${where(node)} is of a kind that scripts/types cannot flatten.`);
  });
}

/** The same declaration, exported or not, whatever it was in its own file. Its comment stays. */
function withExport(node: Declaration, isExported: boolean): Declaration {
  const { factory } = ts;
  const others = (node.modifiers ?? []).filter(({ kind }) => kind !== ts.SyntaxKind.ExportKeyword);
  const modifiers = isExported
    ? [factory.createModifier(ts.SyntaxKind.ExportKeyword), ...others]
    : others;
  if (ts.isFunctionDeclaration(node)) {
    return factory.updateFunctionDeclaration(
      node,
      modifiers,
      node.asteriskToken,
      node.name,
      node.typeParameters,
      node.parameters,
      node.type,
      undefined,
    );
  }
  const plain = modifiers.filter(ts.isModifier);
  if (ts.isVariableStatement(node)) {
    return factory.updateVariableStatement(node, plain, node.declarationList);
  }
  if (ts.isClassDeclaration(node)) {
    const { name, typeParameters, heritageClauses, members } = node;
    return factory.updateClassDeclaration(
      node,
      modifiers,
      name,
      typeParameters,
      heritageClauses,
      members,
    );
  }
  if (ts.isInterfaceDeclaration(node)) {
    const { name, typeParameters, heritageClauses, members } = node;
    return factory.updateInterfaceDeclaration(
      node,
      plain,
      name,
      typeParameters,
      heritageClauses,
      members,
    );
  }
  return factory.updateTypeAliasDeclaration(node, plain, node.name, node.typeParameters, node.type);
}

function isTopLevel(node: ts.Node): boolean {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return ts.isSourceFile(statement.parent ?? node);
}

function placeOf(symbol: ts.Symbol): string {
  const [node] = symbol.declarations ?? [];
  return node ? relative(process.cwd(), node.getSourceFile().fileName) : basename(symbol.name);
}

function where(node: ts.Node): string {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${relative(process.cwd(), source.fileName)}:${line + 1}`;
}

/**
 * The declarations of a package in a few flat files, by file name.
 *
 * @param entry - the package's source; its default export is the adaptor
 * @param configFile - the project's tsconfig.json
 */
export function flatDeclarations(entry: string, configFile: string): Map<string, string> {
  const program = declarationProgram(entry, configFile);
  const source = program.getSourceFile(entry.replace(/\.ts$/, '.d.ts'));
  if (!source) throw new Error(`${entry} has no declarations.`);
  return new Flattener(program).flatten(source);
}
