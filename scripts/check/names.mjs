import ts from 'typescript';
import { isDeclared, isReference, walk } from '../compile/parse.mjs';

/** Where operations come from, if a job imports them itself. */
const ADAPTOR = /^@openfn\/language-(?:rapidpro|common)(?:@|$)/;

/**
 * What the names of a job stand for, also those that it gives to operations itself.
 *
 * @param {ReturnType<import('../compile/parse.mjs').parseJob>} job
 * @param {(name: string) => boolean} isKnown - whether an operation has this name: `addContact`, `http.get`
 */
export function namesOf(job, isKnown) {
  const declarationOf = symbol => symbol?.declarations?.[0];
  const declaration = identifier => declarationOf(job.checker.getSymbolAtLocation(identifier));
  const shorthand = property =>
    declarationOf(job.checker.getShorthandAssignmentValueSymbol(property));

  /** Whether a name stands for the adaptor as a whole. */
  const isAdaptor = node => {
    const declared = ts.isIdentifier(node) ? declaration(node) : undefined;
    if (!declared) return false;
    const isWhole = ts.isNamespaceImport(declared) || ts.isImportClause(declared);
    return isWhole && isFromAdaptor(declared);
  };

  /** The path that an expression stands for: `addContact`, `http`, `http.get`. */
  const pathOf = (node, depth = 0) => {
    if (depth > 20) return undefined;
    if (ts.isParenthesizedExpression(node)) return pathOf(node.expression, depth + 1);
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      const key = ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression;
      const name = ts.isIdentifier(key) && key === node.name ? key.text : literalOf(key);
      if (name === undefined) return undefined;
      if (isAdaptor(node.expression)) return name;
      const whole = pathOf(node.expression, depth + 1);
      return whole && `${whole}.${name}`;
    }
    if (!ts.isIdentifier(node)) return undefined;
    return isDeclared(job, node) ? pathOfDeclared(declaration(node), depth + 1) : node.text;
  };

  const pathOfDeclared = (declared, depth) => {
    if (!declared) return undefined;
    if (ts.isImportSpecifier(declared)) {
      return isFromAdaptor(declared) ? (declared.propertyName ?? declared.name).text : undefined;
    }
    if (ts.isBindingElement(declared)) {
      const { parent, propertyName, name } = declared;
      const { initializer } = parent.parent;
      if (!ts.isObjectBindingPattern(parent) || !initializer || !isConstant(parent.parent))
        return undefined;
      const key = propertyName ?? name;
      if (!ts.isIdentifier(key)) return undefined;
      if (isAdaptor(initializer)) return key.text;
      const whole = pathOf(initializer, depth);
      return whole && `${whole}.${key.text}`;
    }
    if (!ts.isVariableDeclaration(declared) || !declared.initializer) return undefined;
    return isConstant(declared) ? pathOf(declared.initializer, depth) : undefined;
  };

  /** The operation that an expression names, by the name of the adaptor. */
  const operation = node => {
    const path = pathOf(node);
    return path !== undefined && isKnown(path) ? path : undefined;
  };

  let changed;
  return {
    declaration,
    shorthand,
    operation,
    /** Whether a call makes an operation. */
    isOperation: node => operation(node.expression) !== undefined,
    /** Whether what a constant holds may get other parts after it was made. */
    mayChange(declared) {
      changed ??= findChanged(job, { declaration, operation });
      return changed.has(declared);
    },
    /** Where operations are named and not called, nor given another name that is followed. */
    uncalled() {
      const found = [];
      walk(job.sourceFile, node => {
        if (!ts.isIdentifier(node) || !isReference(node) || isDeclaredHere(node)) return;
        let whole = node;
        while (isAccessOf(whole.parent, whole)) whole = whole.parent;
        if (whole !== node && isAdaptor(node) && operation(whole) === undefined) {
          const hidden =
            ts.isElementAccessExpression(whole) &&
            literalOf(whole.argumentExpression) === undefined;
          if (hidden) found.push({ node: whole, name: 'An operation of the adaptor' });
          return;
        }
        // `.call`, `.bind` and the like stand behind the operation.
        const part = firstOperation(node, whole, operation);
        if (!part) {
          if (whole === node && isAdaptor(node) && !isFollowed(node))
            found.push({ node, name: 'The adaptor as a whole' });
          return;
        }
        const isCalled =
          ts.isCallExpression(part.node.parent) && part.node.parent.expression === part.node;
        if (!isCalled && !isFollowed(part.node)) found.push(part);
      });
      return found;
    },
  };
}

function firstOperation(node, whole, operation) {
  for (let part = node; ; part = part.parent) {
    const name = operation(part);
    if (name !== undefined) return { node: part, name };
    if (part === whole) return undefined;
  }
}

function isAccessOf(parent, node) {
  const isAccess = ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent);
  return isAccess && parent.expression === node;
}

/** `const a = addContact`, `const { addContact } = rapidpro` */
function isFollowed({ parent }) {
  return ts.isVariableDeclaration(parent) && isConstant(parent);
}

/** The place itself where a name is declared. */
function isDeclaredHere(node) {
  const { parent } = node;
  if (ts.isExportSpecifier(parent)) return true;
  return 'name' in parent && parent.name === node && !ts.isPropertyAccessExpression(parent)
    ? !ts.isShorthandPropertyAssignment(parent)
    : ts.isImportSpecifier(parent) || ts.isBindingElement(parent);
}

function isConstant(declared) {
  return Boolean(declared.parent.flags & ts.NodeFlags.Const);
}

function isFromAdaptor(declared) {
  let node = declared;
  while (!ts.isImportDeclaration(node)) node = node.parent;
  return ADAPTOR.test(node.moduleSpecifier.text);
}

function literalOf(node) {
  return ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** Constants that are used in a way that may change what they hold. */
function findChanged(job, { declaration, operation }) {
  const changed = new Set();
  walk(job.sourceFile, node => {
    if (!ts.isIdentifier(node) || !isReference(node) || isDeclaredHere(node)) return;
    const declared = ts.isShorthandPropertyAssignment(node.parent) ? undefined : declaration(node);
    if (declared && ts.isVariableDeclaration(declared) && !isOnlyRead(node, operation))
      changed.add(declared);
  });
  return changed;
}

/** Whether a name is spread, given to an operation or to JSON, stands as a value, or a part of it is read. */
function isOnlyRead(node, operation) {
  let whole = node;
  while (isAccessOf(whole.parent, whole)) whole = whole.parent;
  const { parent } = whole;
  if (ts.isSpreadAssignment(parent) || ts.isSpreadElement(parent)) return true;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === whole;
  if (ts.isTemplateSpan(parent) || ts.isReturnStatement(parent)) return true;
  if (ts.isArrayLiteralExpression(parent) || ts.isArrowFunction(parent)) return true;
  if (ts.isCallExpression(parent)) {
    if (parent.expression === whole)
      return whole === node || /\.(?:map|filter|join|includes|slice)$/.test(whole.getText());
    return operation(parent.expression) !== undefined;
  }
  if (ts.isBinaryExpression(parent)) {
    const isSet = parent.left === whole && /^(?:[^=!<>]*=)$/.test(parent.operatorToken.getText());
    return !isSet;
  }
  return whole !== node && !ts.isDeleteExpression(parent) && !ts.isPostfixUnaryExpression(parent);
}
