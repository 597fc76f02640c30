import ts from 'typescript';
import { suggest } from '../../src/input/nearest.ts';
import { isPartial, keyOf } from './statics.mjs';

const RESPONSE = ['method', 'path', 'statusCode', 'duration', 'requests'];

/** What of `state.response` version 2 kept, which was the raw answer, and where that is now. */
const INSTEAD = {
  status: 'Write state.response.statusCode.',
  body: 'What RapidPro answered is in state.data.',
  data: 'What RapidPro answered is in state.data.',
  json: 'What RapidPro answered is in state.data.',
  text: 'What RapidPro answered is in state.data.',
};

/** `state.response.status`, `$.response.body`. */
export function checkResponse(node, report) {
  if (!ts.isPropertyAccessExpression(node) || !ts.isPropertyAccessExpression(node.expression))
    return;
  const { expression: of, name } = node;
  const isState = ts.isIdentifier(of.expression) && /^(?:state|\$)$/.test(of.expression.text);
  if (!isState || of.name.text !== 'response' || RESPONSE.includes(name.text)) return;
  const fix = INSTEAD[name.text] ?? `It holds ${RESPONSE.join(', ')}.`;
  report.otherwise(
    node,
    `state.response has no ${name.text}: it is no longer the raw response.`,
    fix,
  );
}

/** Helpers of language-common to which a text such as '$.data[*]' is a path. */
const TAKE_PATHS = [
  'each',
  'dataPath',
  'dataValue',
  'field',
  'fields',
  'lastReferenceValue',
  'map',
  'merge',
  'sourceValue',
  'cursor',
  'group',
  'as',
  'combine',
];

const REFERENCE =
  /(?<![\w$])\$\.[a-z_]\w*|\$\{[^}]{0,200}\}|\bstate\.(?:data|references|response|request)\b/;

/** A reference inside quotes in the argument of an operation is only text. */
export function checkQuoted(node, job, report) {
  if (!ts.isStringLiteral(node) || !REFERENCE.test(node.text)) return;
  for (let { parent } = node; parent; parent = parent.parent) {
    if (!ts.isCallExpression(parent)) continue;
    const name = parent.expression.getText().split('.')[0];
    if (TAKE_PATHS.includes(name)) return;
    if (!job.isOperation(parent)) continue;
    if (name === 'fn' || name === 'fnIf') return;
    report.mistake(
      node,
      'This reference is inside quotes, where it is just text.',
      'Write it without quotes: $.data.name. Build longer texts in a function of state, in backticks.',
    );
    return;
  }
}

const ONCE = {
  addContact: [
    'If RapidPro refuses the contact, the run fails now: URN_TAKEN, UNKNOWN_FIELD and so on. In version 2, the run was green, with the refusal in state.data.',
    'Use upsertContact() to update the contact with this number, or .catch((error, state) => …).',
  ],
  upsertContact: [
    'If its URNs belong to two contacts, or RapidPro refuses it, the run fails now. All URNs are kept; version 2 dropped all but the first if the contact existed.',
    'Nothing, or .catch((error, state) => …).',
  ],
  startFlow: [
    'If the flow is archived, nobody is named, or RapidPro refuses, the run fails now. In version 2, it was green, and nobody was started.',
    'Nothing, or use fnIf() to skip the step if a list can be empty.',
  ],
  sendBroadcast: [
    'If nobody is named, or RapidPro refuses, the run fails now. In version 2, it was green, and nothing was sent.',
    'Nothing, or use fnIf() to skip the step if a list can be empty.',
  ],
};

/** What each operation of version 2 does otherwise, whatever is in it: at the first of its calls. */
export function checkOnce(node, name, report, seen) {
  if (!ONCE[name] || seen.has(name)) return;
  seen.add(name);
  const [problem, fix] = ONCE[name];
  report.otherwise(node, problem, fix);
}

/**
 * Options that an operation does not have.
 *
 * @param {ts.Node | undefined} node - the argument
 * @param {unknown} value - what its text says, see `staticValue`
 * @param {string | undefined} name - the operation, where its own options are known
 */
export function checkOptions(node, value, name, known, report) {
  // In second place a function is a callback, as in version 2.
  if (!node || ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return;
  if (isPartial(value)) {
    report.unknown(
      node,
      'The options are put together when the job runs, so they are not known yet.',
      'The adaptor refuses unknown options before it sends anything.',
    );
  }
  if (value === null || typeof value !== 'object') return;
  const properties = ts.isObjectLiteralExpression(node) ? node.properties : [];
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const property = properties.find(({ name }) => name && keyOf(name) === key);
    report.refused(
      property ?? node,
      `${name ? `${name}() has no` : 'No operation has the'} option "${key}".`,
      suggest(key, known),
    );
  }
}

/** An operation that is named and not called where it stands. */
export function checkCalled(node, name, job, report) {
  const { parent } = node;
  const isStep = ts.isCallExpression(parent) && parent.arguments.includes(node);
  if (ts.isExpressionStatement(parent) || (isStep && job.isOperation(parent))) {
    report.mistake(
      node,
      `${name} is written without its parentheses, so it does nothing.`,
      `Write ${name}(…).`,
    );
    return;
  }
  report.unknown(
    node,
    `${name} is used in another way here, so its arguments are not known.`,
    'The adaptor checks it when the job runs, before it sends anything.',
  );
}
