import ts from 'typescript';
import { JobSyntaxError } from './errors.mjs';
import { isDeclared, isInFunction, isReference, topLevelObject, walkChecking } from './parse.mjs';

/**
 * Finds lazy state: `$.x` in an argument makes that whole argument a function of state,
 * `state => state.x`. The platform's compiler wraps the argument of the nearest call around the `$`,
 * whatever that call is; where this would send the function itself to RapidPro, the job is refused.
 *
 * @param {ReturnType<import('./parse.mjs').parseJob>} job
 * @param {{ has: (name: string) => boolean }} imports
 * @returns {{ dollars: Set<ts.Node>, wrapped: Set<ts.Node> }} the `$` to write as `state`, and the arguments to put into a function
 */
export function findLazyState(job, imports) {
  const dollars = new Set();
  const wrapped = new Set();
  walkChecking(job, node => {
    if (!ts.isIdentifier(node) || node.text !== '$') return;
    if (!isReference(node)) return;
    if (isDeclared(job, node)) return refuseTopLevelName(job, node);
    if (topLevelObject(node)) {
      const fix = 'Write it in the argument of an operation, or use state inside a function.';
      throw refuse(job, node, '$ is used in an object at the top of the job.', fix);
    }
    const argument = argumentAround(job, node, imports);
    dollars.add(node);
    if (!isFunctionOfState(job, argument)) wrapped.add(argument);
  });
  return { dollars, wrapped };
}

/** A `$` of the job's own, declared at its top, is taken for lazy state all the same. */
function refuseTopLevelName(job, dollar) {
  const declarations = job.checker.getSymbolAtLocation(dollar)?.declarations ?? [];
  if (!isAccess(dollar.parent) || dollar.parent.expression !== dollar) return;
  const own = declarations.find(declaration => !isInFunction(declaration));
  if (!own) return;
  const problem = 'The job declares its own $, but the platform’s compiler replaces $ by state.';
  throw refuse(job, own, problem, 'Give it another name.');
}

function argumentAround(job, dollar, imports) {
  if (!isAccess(dollar.parent) || dollar.parent.expression !== dollar) {
    throw refuse(job, dollar, '$ stands alone.', 'Write $.something, or state => state.');
  }
  let node = dollar;
  while (!ts.isCallExpression(node.parent)) {
    if (ts.isStatement(node.parent) || ts.isVariableDeclaration(node.parent)) {
      throw refuse(
        job,
        dollar,
        '$ is used outside of an operation’s argument.',
        'Write state instead.',
      );
    }
    node = node.parent;
  }
  const call = node.parent;
  if (call.expression === node) {
    throw refuse(
      job,
      dollar,
      'A method is called on $, which the platform compiles into code that fails.',
      `Write state => ${withState(job, call)}`,
    );
  }
  if (!isOperation(job, call.expression, imports)) {
    throw refuse(
      job,
      dollar,
      `$ is given to ${source(job, call.expression)}(), which is not an operation and would get a function.`,
      `Write state => ${withState(job, call)}`,
    );
  }
  if (ts.isSpreadElement(node)) {
    throw refuse(
      job,
      dollar,
      '$ is spread over several arguments.',
      'Write the arguments one by one.',
    );
  }
  return node;
}

/** What a job calls at its top: a name of an adaptor or of its own, `http.get`, or `.then` on one. */
function isOperation(job, callee, imports) {
  let root = callee;
  while (isAccess(root) || ts.isCallExpression(root)) root = root.expression;
  return ts.isIdentifier(root) && (imports.has(root.text) || isDeclared(job, root));
}

function isFunctionOfState(job, argument) {
  if (!ts.isArrowFunction(argument)) return false;
  const [first, ...others] = argument.parameters;
  if (others.length === 0 && first && ts.isIdentifier(first.name) && first.name.text === 'state') {
    return true;
  }
  throw refuse(
    job,
    argument,
    '$ is used in a function whose only parameter is not called state.',
    'Write state => …, and state instead of $.',
  );
}

function isAccess(node) {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

function source(job, node) {
  return node.getText(job.sourceFile);
}

function withState(job, node) {
  return source(job, node).replace(/(?<![\w$])\$(?=[.?[])/g, 'state');
}

function refuse(job, node, problem, fix) {
  return new JobSyntaxError(job, node.getStart(job.sourceFile), problem, fix);
}
