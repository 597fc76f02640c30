import ts from 'typescript';
import { makeOperation } from '../../src/input/run.ts';

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
  if (ts.isObjectLiteralExpression(node)) return valueOfObject(node, job, within);
  if (ts.isArrayLiteralExpression(node)) return valueOfList(node, within);
  if (ts.isPropertyAccessExpression(node)) return valueOfPart(node, node.name.text, within);
  if (ts.isElementAccessExpression(node)) {
    return valueOfPart(node, within(node.argumentExpression), within);
  }
  if (ts.isTemplateExpression(node)) {
    const parts = node.templateSpans.flatMap(({ expression, literal }) => [
      within(expression),
      literal.text,
    ]);
    return joined([node.head.text, ...parts]);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return joined([within(node.left), within(node.right)]);
  }
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node))
    return valueOfFunction(node, within);
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') return new Date(0);
  if (ts.isCallExpression(node) && job.isOperation(node)) return makeOperation(async s => s);
  return UNKNOWN;
}

/** Text that is put together. Numbers that are added up are left to the run. */
function joined(parts) {
  const isText = parts.some(part => typeof part === 'string');
  const isKnown = parts.every(
    part => part === null || !/^(?:object|function|symbol)$/.test(typeof part),
  );
  return isText && isKnown ? parts.join('') : UNKNOWN;
}

function valueOfName(node, job, within) {
  if (node.text === 'undefined') return undefined;
  return valueOfDeclaration(job.declaration(node), job, within);
}

function valueOfDeclaration(declaration, job, within) {
  if (!declaration) return UNKNOWN;
  if (ts.isParameter(declaration)) return isOfState(declaration, job) ? STATE : UNKNOWN;
  const isConstant =
    ts.isVariableDeclaration(declaration) &&
    ts.isIdentifier(declaration.name) &&
    declaration.initializer &&
    declaration.parent.flags & ts.NodeFlags.Const;
  if (!isConstant) return UNKNOWN;
  const value = within(declaration.initializer);
  const canChange = value !== null && typeof value === 'object' && value !== STATE;
  return canChange && job.mayChange(declaration) ? UNKNOWN : value;
}

/** `texts.eng`, `texts['eng']` */
function valueOfPart(node, key, within) {
  const whole = within(node.expression);
  const isPlain = whole !== null && typeof whole === 'object' && whole !== STATE;
  const isKey = typeof key === 'string' || typeof key === 'number';
  if (!isPlain || !isKey || whole instanceof Date) return UNKNOWN;
  return Object.hasOwn(whole, key) ? whole[key] : UNKNOWN;
}

function valueOfList(node, within) {
  return node.elements.flatMap(element => {
    if (!ts.isSpreadElement(element)) return [within(element)];
    const value = within(element.expression);
    return Array.isArray(value) ? value : [UNKNOWN];
  });
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

function valueOfObject(node, job, within) {
  const value = {};
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      spreadInto(value, within(property.expression));
      continue;
    }
    const key = keyOf(property.name, within);
    if (key === undefined) value[UNKNOWN] = true;
    else if (ts.isPropertyAssignment(property)) value[key] = within(property.initializer);
    else if (ts.isShorthandPropertyAssignment(property))
      value[key] = valueOfDeclaration(job.shorthand(property), job, within);
    else value[key] = UNKNOWN;
  }
  return value;
}

function spreadInto(value, given) {
  if (given === undefined || given === null || given === false) return;
  if (typeof given === 'object') {
    Object.assign(value, given);
    return;
  }
  // Whatever is in there comes in place of what stood before.
  for (const key of Object.keys(value)) value[key] = UNKNOWN;
  value[UNKNOWN] = true;
}

/** The key that a property's name stands for; undefined if only a run can say it. */
export function keyOf(name, told = () => UNKNOWN) {
  if (ts.isPrivateIdentifier(name)) return undefined;
  if (!ts.isComputedPropertyName(name)) return name.text;
  const { expression } = name;
  const key = ts.isStringLiteralLike(expression) ? expression.text : told(expression);
  return typeof key === 'string' || typeof key === 'number' ? String(key) : undefined;
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
