import ts from 'typescript';
import { promiseChain } from './promises.mjs';

/**
 * Writes parts of the job out again: as they stand, except for lazy state and promise chains.
 *
 * @param {ReturnType<import('./parse.mjs').parseJob>} job
 * @param {{ dollars: Set<ts.Node>, wrapped: Set<ts.Node> }} lazy
 */
export function createPrinter(job, lazy) {
  const { source, sourceFile } = job;
  let deferred = false;

  function print(node) {
    if (lazy.dollars.has(node)) return 'state';
    if (!lazy.wrapped.has(node)) return printChain(node);
    const text = printChain(node);
    return ts.isObjectLiteralExpression(node) ? `state => (${text})` : `state => ${text}`;
  }

  function printChain(node) {
    const chain = promiseChain(node);
    if (!chain) return printAsIs(node);
    deferred = true;
    const { operation, caught, links } = chain;
    const rest = links === node ? 'undefined' : `p => p${printAsIs(node, links)}`;
    const handler = caught ? `, ${print(caught)}` : '';
    return `_defer(${print(operation)}, ${rest}${handler})`;
  }

  /** The node's text with its children printed; with `from`, only what follows that descendant. */
  function printAsIs(node, from) {
    if (node === from) return '';
    let text = '';
    let position = node.getStart(sourceFile);
    ts.forEachChild(node, child => {
      if (from && child.pos <= from.pos && child.end >= from.end) text = printAsIs(child, from);
      else text += source.slice(position, child.getStart(sourceFile)) + print(child);
      position = child.end;
    });
    return text + source.slice(position, node.end);
  }

  return {
    /** The node's text, after the comments that stand before the statement it belongs to. */
    withComments(statement, node) {
      const start = statement.getFullStart();
      return source.slice(start, statement.getStart(sourceFile)) + print(node);
    },
    /** A list, with operations behind its own elements. */
    withMore(list, operations) {
      const { length, hasTrailingComma } = list.elements;
      const comma = operations.length > 0 && length > 0 && !hasTrailingComma ? ',' : '';
      return `${print(list).slice(0, -1)}${comma}${operations.join(',')}]`;
    },
    /** Whether a promise chain was written, which needs the runtime's `defer`. */
    defers: () => deferred,
  };
}
