import { basename } from 'node:path';
import ts from 'typescript';
import { adaptorNames } from './adaptor-names.mjs';
import { findImports } from './compile/imports.mjs';
import { findLazyState } from './compile/lazy-state.mjs';
import { parseJob } from './compile/parse.mjs';
import { createPrinter } from './compile/print.mjs';

export { JobSyntaxError } from './compile/errors.mjs';

/**
 * Turns a job as people write it (a list of operation calls, no imports) into the module that
 * `@openfn/runtime` runs. A stand-in for the platform's own compiler: it makes the same module, but
 * stops where that one would make code that fails later, such as a misspelled operation.
 *
 * @param {string} source - the job's text
 * @param {object} options
 * @param {{ name: string, path: string }[]} options.adaptors - name and package folder of each; of two that export the same name the first gives it
 * @param {string} [options.file] - the job's file name, for error messages
 * @returns {string}
 */
export function compileJob(source, { adaptors, file = 'job.js' }) {
  const job = parseJob(source, basename(file));
  if (job.sourceFile.statements.some(isExport)) return source;

  const known = adaptors.map(({ name, path }) => ({ name, exports: new Set(adaptorNames(path)) }));
  const imports = findImports(job, known);
  const printer = createPrinter(job, findLazyState(job, imports));
  const { kept, operations } = divide(job, printer);
  const { endOfFileToken } = job.sourceFile;
  const lastComments = source.slice(endOfFileToken.getFullStart(), endOfFileToken.end);
  return [
    ...imports.lines,
    ...(printer.defers() ? ["import { defer as _defer } from '@openfn/runtime';"] : []),
    ...kept,
    `export default [${operations.map(text => `${text},`).join('')}${lastComments}`,
    '];\n',
  ].join('\n');
}

/** Operations go into the exported list, everything else (functions, constants) stays before it. */
function divide(job, printer) {
  const kept = [];
  const operations = [];
  for (const statement of job.sourceFile.statements) {
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

function isExport(statement) {
  return (
    ts.isExportAssignment(statement) ||
    ts.isExportDeclaration(statement) ||
    Boolean(statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
  );
}
