import ts from 'typescript';
import { makeOperation } from '../../src/input/isOperation.ts';

/** Stands for what only a run can say. */
export const UNKNOWN = Symbol('known only when the job runs');

/** The state of a job that is only looked at. Whoever gives it to an operation would send the credential. */
export const STATE = {
  configuration: { host: 'https://rapidpro.invalid', token: 'no token' },
  data: {},
  references: [],
};

const literals = new Map([
  [ts.SyntaxKind.TrueKeyword, true],
  [ts.SyntaxKind.FalseKeyword, false],
  [ts.SyntaxKind.NullKeyword, null],
]);

/**
 * The value that an argument has as far as the job's text says it: functions of state stand for what
 * they give, and whatever depends on data is UNKNOWN.
 *
 * @param {ts.Node} node
 * @param {{ isOperation: (node: ts.Node) => boolean, declaration: (node: ts.Identifier) => ts.Node | undefined }} job
 */
export function staticValue(node, job, depth = 0) {
  if (depth > 30) return UNKNOWN;
  const within = child => staticValue(child, job, depth + 1);
  if (ts.isParenthesizedExpression(node)) return within(node.expression);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (literals.has(node.kind)) return literals.get(node.kind);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = within(node.operand);
    return typeof value === 'number' ? -value : UNKNOWN;
  }
  if (ts.isIdentifier(node)) return valueOfName(node, job, within);
  if (ts.isObjectLiteralExpression(node)) return valueOfObject(node, within);
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(within);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node))
    return valueOfFunction(node, within);
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') return new Date(0);
  if (ts.isCallExpression(node) && job.isOperation(node)) return makeOperation(async s => s);
  return UNKNOWN;
}

function valueOfName(node, job, within) {
  if (node.text === 'undefined') return undefined;
  const declaration = job.declaration(node);
  if (!declaration) return UNKNOWN;
  if (ts.isParameter(declaration)) return isOfState(declaration, job) ? STATE : UNKNOWN;
  const isConstant =
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer &&
    declaration.parent.flags & ts.NodeFlags.Const;
  return isConstant ? within(declaration.initializer) : UNKNOWN;
}

/** Whether this is the one parameter of a function that stands in the argument of an operation. */
function isOfState({ parent: giver }, job) {
  if (!ts.isArrowFunction(giver) || giver.parameters.length !== 1) return false;
  let node = giver.parent;
  while (ts.isPropertyAssignment(node) || ts.isObjectLiteralExpression(node)) node = node.parent;
  return ts.isCallExpression(node) && job.isOperation(node);
}

/** Whether a value that `staticValue` gave has parts of which not even the keys are known. */
export function isPartial(value) {
  return value === UNKNOWN || (value !== null && typeof value === 'object' && UNKNOWN in value);
}

function valueOfObject(node, within) {
  const value = {};
  for (const property of node.properties) {
    const key = property.name && keyOf(property.name);
    if (key === undefined) value[UNKNOWN] = true;
    else if (ts.isPropertyAssignment(property)) value[key] = within(property.initializer);
    else value[key] = UNKNOWN;
  }
  return value;
}

/** The key that a property's name stands for; undefined if only a run can say it. */
export function keyOf(name) {
  if (ts.isComputedPropertyName(name)) return undefined;
  return ts.isPrivateIdentifier(name) ? undefined : name.text;
}

function valueOfFunction(node, within) {
  const isAsync = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
  if (isAsync) return async () => undefined;
  const given = givenBy(node);
  return given ? within(given) : UNKNOWN;
}

/** What a function gives, where it does nothing else. */
export function givenBy({ body }) {
  if (!ts.isBlock(body)) return body;
  const [only, ...others] = body.statements;
  return only && others.length === 0 && ts.isReturnStatement(only) ? only.expression : undefined;
}
