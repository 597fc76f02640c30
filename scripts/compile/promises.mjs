import ts from 'typescript';
import { topLevelObject } from './parse.mjs';

/**
 * Takes a chain such as `op(…).catch(g).then(f)` apart. Only chains that are built when the job is
 * loaded are meant: inside a function, `.then` is a promise's own.
 *
 * @param {ts.Node} node
 * @returns {{ operation: ts.CallExpression, caught?: ts.Node, links: ts.Node } | undefined} the
 *   operation, the handler of a `.catch` right behind it, and the last node before the links that follow
 */
export function promiseChain(node) {
  if (!isLink(node) || isNested(node) || topLevelObject(node)) return undefined;
  if (isLink(node.parent?.parent) && node.parent.parent.expression === node.parent)
    return undefined;
  let operation = node;
  let inner = node;
  while (isLink(operation)) {
    inner = operation;
    operation = operation.expression.expression;
  }
  if (!ts.isCallExpression(operation)) return undefined;
  if (inner.expression.name.text !== 'catch') return { operation, links: operation };
  return { operation, caught: inner.arguments[0], links: inner };
}

function isLink(node) {
  return (
    node !== undefined &&
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    /^(then|catch)$/.test(node.expression.name.text)
  );
}

/** Whether it is not built when the job is loaded, or in a block, which the platform's compiler does not enter either. */
function isNested(node) {
  for (let { parent } = node; parent; parent = parent.parent) {
    if (ts.isFunctionLike(parent) || ts.isBlock(parent)) return true;
  }
  return false;
}
