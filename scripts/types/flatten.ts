import { basename, relative } from 'node:path';
import ts from 'typescript';
import { declarationProgram } from './emit.js';

const ADAPTOR = 'Adaptor';
const ENTRY = 'index';
/** The file with the shapes. The editor pastes it into each of the others. */
const SHAPES = 'types';

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
    this.#file(SHAPES);
    this.#file(ADAPTOR);
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
    const [node] = target.declarations ?? [];
    if (!node || !isTopLevel(node) || node === declaration) return;
    const source = node.getSourceFile();
    if (this.program.isSourceFileDefaultLibrary(source)) return;
    if (source.fileName.includes('/node_modules/')) {
      throw new Error(
        `${where(declaration)} names ${name.text} of another package, which the editor does not load.`,
      );
    }
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
    const { factory } = ts;
    const from = (path: string) => factory.createStringLiteral(path, true);
    const statements: ts.Statement[] = [];
    if (file.shapes.size > 0) {
      const specifiers = [...file.shapes]
        .sort()
        .map(shape =>
          factory.createImportSpecifier(false, undefined, factory.createIdentifier(shape)),
        );
      const clause = factory.createImportClause(
        true,
        undefined,
        factory.createNamedImports(specifiers),
      );
      statements.push(factory.createImportDeclaration(undefined, clause, from(`./${SHAPES}`)));
    }
    if (name === ENTRY) {
      const adaptor = factory.createIdentifier(ADAPTOR);
      const clause = factory.createImportClause(
        false,
        undefined,
        factory.createNamespaceImport(adaptor),
      );
      statements.push(
        factory.createImportDeclaration(undefined, clause, from(`./${ADAPTOR}`)),
        factory.createExportDeclaration(undefined, false, undefined, from(`./${ADAPTOR}`)),
        factory.createExportDeclaration(undefined, false, undefined, from(`./${SHAPES}`)),
        factory.createExportAssignment(undefined, false, adaptor),
      );
    }
    for (const namespace of file.namespaces) {
      statements.push(
        factory.createExportDeclaration(
          undefined,
          false,
          factory.createNamespaceExport(factory.createIdentifier(namespace)),
          from(`./${namespace}`),
        ),
      );
    }
    if (file.renamed.size > 0) {
      const specifiers = [...file.renamed].map(([own, other]) =>
        factory.createExportSpecifier(false, own, other),
      );
      statements.push(
        factory.createExportDeclaration(undefined, false, factory.createNamedExports(specifiers)),
      );
    }
    const head = ts.createSourceFile(`${name}.d.ts`, '', ts.ScriptTarget.Latest);
    const lines = statements.map(each =>
      this.#printer.printNode(ts.EmitHint.Unspecified, each, head),
    );
    const declarations = [...file.declarations].flatMap(([symbol, nodes]) =>
      nodes.map(node => {
        const isExported = !file.renamed.has(symbol.name);
        return this.#printer.printNode(
          ts.EmitHint.Unspecified,
          withExport(node, isExported),
          node.getSourceFile(),
        );
      }),
    );
    const head_ = lines.length > 0 ? [lines.join('\n')] : [];
    return `${[...head_, ...declarations].join('\n\n')}\n`;
  }
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
