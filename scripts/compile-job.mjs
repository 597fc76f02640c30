import { basename } from 'node:path';
import ts from 'typescript';
import { adaptorNames } from './adaptor-names.mjs';
import { findImports } from './compile/imports.mjs';
import { findLazyState } from './compile/lazy-state.mjs';
import { parseJob } from './compile/parse.mjs';
import { createPrinter } from './compile/print.mjs';
import { refuseUnreadable } from './compile/unreadable.mjs';

export { JobSyntaxError } from './compile/errors.mjs';

/**
 * Turns a job as people write it (a list of operation calls, no imports) into the module that
 * `@openfn/runtime` runs. A stand-in for the platform's own compiler: it makes the same module, but
 * stops where that one stops, or would make code that fails later, such as a misspelled operation.
 *
 * @param {string} source - the job's text
 * @param {object} options
 * @param {{ name: string, path: string }[]} options.adaptors - name and package folder of each; a name that two of them export cannot be used
 * @param {string} [options.file] - the job's file name, for error messages
 * @param {(problem: JobSyntaxError) => void} [options.onProblem] - told of each problem; without it, the first one is thrown
 * @returns {string}
 */
export function compileJob(source, { adaptors, file = 'job.js', onProblem = stop }) {
  const job = parseJob(source, basename(file), onProblem);
  refuseUnreadable(job);
  const known = adaptors.map(({ name, path }) => ({ name, exports: new Set(adaptorNames(path)) }));
  const imports = findImports(job, known);
  const printer = createPrinter(job, findLazyState(job, imports));
  const body = moduleBody(job, printer);
  const defer = printer.defers() ? ["import { defer as _defer } from '@openfn/runtime';"] : [];
  return [...imports.lines, ...defer, body].join('\n');
}

function stop(problem) {
  throw problem;
}

/**
 * Operations go into the exported list, everything else (functions, constants) stays before it. Where a
 * job exports its list itself, at its end, they go behind what is in it.
 */
function moduleBody(job, printer) {
  const { source, sourceFile } = job;
  const { statements, endOfFileToken } = sourceFile;
  const lastComments = source.slice(endOfFileToken.getFullStart(), endOfFileToken.end);
  if (!statements.some(ts.isExportAssignment)) {
    const { kept, operations } = divide(statements, printer);
    const list = operations.map(text => `${text},`).join('');
    return [...kept, `export default [${list}${lastComments}`, '];\n'].join('\n');
  }
  const last = statements.at(-1);
  if (!isList(last)) {
    return statements.map(each => printer.withComments(each, each)).join('') + lastComments;
  }
  const { kept, operations } = divide(statements.slice(0, -1), printer);
  const before = source.slice(last.getFullStart(), last.getStart(sourceFile));
  const list = printer.withMore(last.expression, operations);
  return `${kept.join('')}${before}export default ${list};${lastComments}`;
}

function divide(statements, printer) {
  const kept = [];
  const operations = [];
  for (const statement of statements) {
    const call = topLevelCall(statement);
    (call ? operations : kept).push(printer.withComments(statement, call ?? statement));
  }
  return { kept, operations };
}

function topLevelCall(statement) {
  if (!ts.isExpressionStatement(statement)) return undefined;
  let { expression } = statement;
  while (ts.isParenthesizedExpression(expression)) expression = expression.expression;
  return ts.isCallExpression(expression) ? expression : undefined;
}

function isList(statement) {
  return ts.isExportAssignment(statement) && ts.isArrayLiteralExpression(statement.expression);
}
