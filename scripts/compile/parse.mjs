import ts from 'typescript';
import { JobSyntaxError } from './errors.mjs';

const options = {
  allowJs: true,
  noLib: true,
  noResolve: true,
  target: ts.ScriptTarget.Latest,
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: [],
};

/**
 * Parses a job. The checker knows only what the job itself declares: whatever it cannot resolve comes
 * from an adaptor, is a global, or is a mistake.
 *
 * @param {string} text
 * @param {string} file
 * @param {(problem: JobSyntaxError) => void} onProblem - told of whatever is found once the job could be parsed
 */
export function parseJob(text, file, onProblem) {
  const path = '/job.js';
  // Some editors begin a file with a mark, which is no character of the job.
  const source = text.replace(/^\uFEFF/, '');
  const parsed = ts.createSourceFile(path, source, options.target, true, ts.ScriptKind.JS);
  const program = ts.createProgram([path], options, {
    getSourceFile: name => (name === path ? parsed : undefined),
    fileExists: name => name === path,
    readFile: name => (name === path ? source : undefined),
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '/lib.d.ts',
    getCanonicalFileName: name => name,
    getNewLine: () => '\n',
    useCaseSensitiveFileNames: () => true,
    writeFile: () => {},
  });
  const sourceFile = program.getSourceFile(path);
  const checker = program.getTypeChecker();
  const job = { source, file, sourceFile, checker, onProblem };
  // Of JavaScript the second are only those that fail when it is loaded: a constant that stands twice.
  const [first] = [
    ...program.getSyntacticDiagnostics(sourceFile),
    ...program.getSemanticDiagnostics(sourceFile),
  ];
  if (first) {
    const text = ts.flattenDiagnosticMessageText(first.messageText, ' ');
    throw new JobSyntaxError(job, first.start ?? 0, text, 'Check this line and the one before it.');
  }
  return job;
}

/** Calls `visit` for every node of the job, parents first. */
export function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, child => walk(child, visit));
}

/** As {@link walk}; what `visit` throws is a problem of the job. */
export function walkChecking(job, visit) {
  walk(job.sourceFile, node => {
    try {
      visit(node);
    } catch (error) {
      if (!(error instanceof JobSyntaxError)) throw error;
      job.onProblem(error);
    }
  });
}

/** Whether this identifier stands for a value, and is not just the name of a property. */
export function isReference(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isMetaProperty(parent))
    return parent.name !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isImportSpecifier(parent)) return false;
  const named = ts.isObjectLiteralElement(parent) || ts.isClassElement(parent);
  return !named || ts.isShorthandPropertyAssignment(parent) || parent.name !== node;
}

/** Whether the job itself declares what this identifier stands for. */
export function isDeclared(job, node) {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? job.checker.getShorthandAssignmentValueSymbol(node.parent)
    : job.checker.getSymbolAtLocation(node);
  return symbol !== undefined;
}

/**
 * The object around this node that is the value of a top-level constant, `const o = { … }`. The
 * platform's compiler leaves such objects alone: no import, no lazy state, no promise chain.
 *
 * @returns {ts.ObjectLiteralExpression | undefined}
 */
export function topLevelObject(node) {
  let object;
  for (let { parent } = node; parent; parent = parent.parent) {
    if (!ts.isObjectLiteralExpression(parent)) continue;
    let value = parent;
    while (ts.isParenthesizedExpression(value.parent)) value = value.parent;
    if (ts.isVariableDeclaration(value.parent)) object = value;
  }
  const statement = object?.parent.parent.parent;
  const top = statement && ts.isVariableStatement(statement) && ts.isSourceFile(statement.parent);
  return top && !statement.modifiers ? object : undefined;
}

/** Whether this node stands inside a function, and not in what runs when the job is loaded. */
export function isInFunction(node) {
  for (let { parent } = node; parent; parent = parent.parent) {
    if (ts.isFunctionLike(parent)) return true;
  }
  return false;
}
