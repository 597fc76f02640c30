import ts from 'typescript';
import { JobSyntaxError } from './errors.mjs';
import { isInFunction, walkChecking } from './parse.mjs';

/**
 * Refuses JavaScript that the platform's compiler cannot read, though the runtime could run it.
 *
 * @param {ReturnType<import('./parse.mjs').parseJob>} job
 */
export function refuseUnreadable(job) {
  walkChecking(job, node => {
    const found = unreadable(node, job);
    if (!found) return;
    const [what, fix] = found;
    const problem = `The platform’s compiler cannot read ${what}.`;
    throw new JobSyntaxError(job, node.getStart(job.sourceFile), problem, fix);
  });
}

function unreadable(node, { sourceFile }) {
  if (ts.isBigIntLiteral(node)) {
    return ['a BigInt', `Write BigInt('${node.text.slice(0, -1)}'), and keep it out of state.`];
  }
  if (ts.isNumericLiteral(node) && node.getText(sourceFile).includes('_')) {
    return ['_ in a number', `Write ${node.getText(sourceFile).replaceAll('_', '')}.`];
  }
  if (ts.isPrivateIdentifier(node)) return ['a #private name', 'Give it a name without #.'];
  if (ts.isPropertyDeclaration(node)) {
    return ['a field of a class', 'Set it in the constructor, or use a function.'];
  }
  if (ts.isReturnStatement(node) && !isInFunction(node)) {
    return ['a return outside of a function', 'Use fnIf() to leave operations out.'];
  }
  return undefined;
}
