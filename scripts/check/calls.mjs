import ts from 'typescript';

/** What becomes of an operation that stands in a function of the job: whether it is called, and waited for. */

/** An operation that is made inside of a function, but not run: what it should do is never done. */
export function checkNeverRun(node, job, report) {
  if (!job.isOperation(node) || !isDropped(node, job)) return;
  report.mistake(
    node,
    'This operation is created, but never runs: it is inside a function that does not call it with the state.',
    'Move it to the top level of the job, or into each(). Inside a function, write: return await operation(…)(state).',
  );
}

/** An operation that is called, and whose end nobody waits for. */
export function checkNotAwaited(node, job, report) {
  if (!job.isOperation(node)) return;
  const call = outside(node, ts.isParenthesizedExpression).parent;
  const isCalled = ts.isCallExpression(call) && bare(call.expression) === node;
  if (!isCalled || !isLoose(call)) return;
  const name = job.operation(node.expression);
  report.mistake(
    node,
    'This operation is called, but the function does not wait for it. The next lines may run before it, and several may run at once.',
    `Write await before it, in a for…of loop (not forEach()): for (const item of state.data) state = await ${name}(…)(state)`,
  );
}

/** An operation, or a function, where a text or the keys of an object belong: it has neither. */
export function checkNoValue(node, job, report) {
  const isOperation = ts.isCallExpression(node) && job.isOperation(node);
  const isFunction = ts.isArrowFunction(node) || ts.isFunctionExpression(node);
  if (!isOperation && !isFunction) return;
  const { parent } = outside(node, ts.isParenthesizedExpression);
  const what = isOperation ? 'operation' : 'function';
  if (ts.isTemplateSpan(parent) || isJoined(parent)) {
    const fix = isOperation
      ? 'Write the operation first, and use its result in the next one: $.data'
      : "Write the whole text as one function of state: state => 'Hi ' + state.data.name";
    report.refused(node, `This ${what} is inside a text, which would contain its code.`, fix);
  } else if (isOperation && ts.isSpreadAssignment(parent)) {
    const fix = 'Write the operation first, and use its result in the next one: ...$.data';
    report.refused(node, 'This operation is spread into an object, but it has no keys.', fix);
  }
}

/** Put together with a text by a plus. */
function isJoined(node) {
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    [node.left, node.right].some(
      part => ts.isStringLiteralLike(part) || ts.isTemplateExpression(part),
    )
  );
}

function bare(node) {
  return ts.isParenthesizedExpression(node) ? bare(node.expression) : node;
}

/** The outermost node around one that still stands for the same value. */
function outside(node, isSame) {
  return isSame(node.parent, node) ? outside(node.parent, isSame) : node;
}

/** Where the value of a part may become that of the whole: `a ? b : c`, `a && b`. */
function isChoice(parent, child) {
  if (ts.isConditionalExpression(parent)) return parent.condition !== child;
  if (!ts.isBinaryExpression(parent) || parent.right !== child) return false;
  return CHOOSING.has(parent.operatorToken.kind);
}

const CHOOSING = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.CommaToken,
]);

const isSameValue = (parent, child) =>
  ts.isParenthesizedExpression(parent) || isChoice(parent, child);

function isDropped(node, job) {
  const isSame = (parent, child) => isSameValue(parent, child) || ts.isAwaitExpression(parent);
  const whole = outside(node, isSame);
  const isAwaited = outside(node, isSameValue) !== whole;
  const { parent } = whole;
  // A promise chain stands on the operation itself only at the top of a job.
  if (ts.isExpressionStatement(parent)) return enclosingFunction(node) !== undefined;
  if (isAwaited) return true;
  const giver = giverOf(whole);
  return giver !== undefined && isGivenToOperation(giver, job);
}

/** The function that gives what an expression comes to. */
function giverOf(expression) {
  const { parent } = expression;
  if (ts.isReturnStatement(parent)) return enclosingFunction(parent);
  return ts.isArrowFunction(parent) && parent.body === expression ? parent : undefined;
}

function enclosingFunction(node) {
  for (let { parent } = node; parent; parent = parent.parent) {
    if (ts.isFunctionLike(parent)) return parent;
  }
  return undefined;
}

/** The call that a function is given to, and the name of the method that is called. */
function takerOf(giver) {
  const call = giver.parent;
  if (!call || !ts.isCallExpression(call) || !call.arguments.includes(giver)) return {};
  const method = ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : '';
  return { call, method };
}

/** `fn(state => addContact(…))`, `each(…, state => addContact(…))`, `list.forEach(item => addContact(…))`. */
function isGivenToOperation(giver, job) {
  const { call, method } = takerOf(giver);
  if (!call) return false;
  if (job.isOperation(call) || /^(?:forEach|then|catch)$/.test(method)) return true;
  if (ts.isIdentifier(call.expression) && call.expression.text === 'map') return true;
  // A list of operations may be for combine().
  return method === 'map' && (ts.isExpressionStatement(call.parent) || isAllOf(call.parent));
}

/** `Promise.all(…)` and its like. */
function isAllOf(node) {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.expression.getText() === 'Promise' &&
    /^(?:all|allSettled|any|race)$/.test(node.expression.name.text)
  );
}

/** Whether nobody waits for what a promise comes to. */
function isLoose(promise) {
  const whole = outside(promise, isSameValue);
  const { parent } = whole;
  if (ts.isExpressionStatement(parent) || ts.isVoidExpression(parent)) {
    return enclosingFunction(whole) !== undefined;
  }
  if (ts.isPropertyAccessExpression(parent) && ts.isCallExpression(parent.parent)) {
    return /^(?:then|catch|finally)$/.test(parent.name.text) && isLoose(parent.parent);
  }
  if (ts.isArrayLiteralExpression(parent) || isAllOf(parent)) return isLoose(parent);
  const giver = ts.isAwaitExpression(parent) ? enclosingFunction(parent) : giverOf(whole);
  return giver !== undefined && isLeft(giver);
}

/** Whether nobody waits for what a function gives. */
function isLeft(giver) {
  const called = outside(giver, ts.isParenthesizedExpression).parent;
  if (ts.isCallExpression(called) && bare(called.expression) === giver) return isLoose(called);
  const { call, method } = takerOf(giver);
  if (method === 'forEach') return true;
  return /^(?:map|flatMap|then|catch|finally)$/.test(method ?? '') && isLoose(call);
}
