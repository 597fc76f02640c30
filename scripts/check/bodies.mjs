import ts from 'typescript';
import {
  checkBroadcast,
  checkContact,
  checkContactWithUuid,
  checkFlowStart,
  checkMessage,
  checkRecipients,
} from '../../src/input/bodies.ts';
import { expand } from '../../src/input/expand.ts';
import { completeTimes } from '../../src/input/fieldTimes.ts';
import { digitsTakenWhole } from '../../src/input/urns.ts';
import { planRecipients } from '../../src/operations/many/recipients.ts';
import { givenBy, isPartial, keyOf, STATE, UNKNOWN } from './statics.mjs';

const UUID = '00000000-0000-4000-8000-000000000000';
const URN = 'tel:+250788123123';

const sends = (name, check) => ({
  name,
  check: async (body, isLiteral) => {
    const checked = check(body, isLiteral);
    await checkRecipients(checked, name);
    await planRecipients(checked);
  },
});

/** The adaptor's own checks, of the bodies that version 2 sent and of the one that joined them. */
const CHECKS = {
  addContact: {
    name: 'contact',
    check: (body, isLiteral) => checkContact(body, 'contact', isLiteral),
  },
  upsertContact: {
    name: 'contact',
    check: (body, isLiteral) => checkContactWithUuid(body, { isLiteral }),
  },
  startFlow: sends('flowStart', checkFlowStart),
  sendBroadcast: sends('broadcast', checkBroadcast),
  sendMessage: { name: 'message', check: checkMessage },
};

/** Of what is known only when the job runs: something that passes, so that the rest can be looked at. */
const STAND_INS = {
  urns: URN,
  contacts: UUID,
  contact: UUID,
  groups: 'A group',
  flow: UUID,
  uuid: UUID,
  language: 'eng',
  attachments: 'image:https://example.com/a.png',
};
const LISTS = ['urns', 'contacts', 'groups', 'attachments'];
const OBJECTS = ['fields', 'params', 'extra'];

function standInFor(key) {
  const one = STAND_INS[key] ?? 'Text';
  if (LISTS.includes(key)) return [one];
  return OBJECTS.includes(key) ? { key: 'Text' } : one;
}

function filled(value, key) {
  if (value === UNKNOWN) return STAND_INS[key] ?? 'Text';
  if (Array.isArray(value)) return value.map(item => filled(item, key));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, key)]));
}

function isPlain(value) {
  return value !== null && typeof value === 'object' && value !== STATE && !(value instanceof Date);
}

function filledBody(value) {
  if (!isPlain(value) || Array.isArray(value)) return value;
  const body = {};
  for (const [key, item] of Object.entries(value)) {
    body[key] = item === UNKNOWN ? standInFor(key) : filled(item, key);
  }
  return body;
}

/** What a body that is partly hidden needs at least. */
const LEAST = {
  startFlow: { flow: UUID, contacts: [UUID] },
  sendBroadcast: { text: 'Text', contacts: [UUID] },
  sendMessage: { contact: UUID, text: 'Text' },
};

/**
 * Holds the body that an operation is given to the adaptor's own checks.
 *
 * @param {string} operation
 * @param {ts.Node} node - the argument
 * @param {unknown} value - what its text says, see `staticValue`
 * @param {unknown} options - those of the call, in the same way
 * @param {{ refused: (node: ts.Node, problem: string, fix: string) => void, otherwise: (node: ts.Node, problem: string, fix: string) => void }} report
 */
export async function checkBody(operation, node, value, options, report) {
  const { name, check } = CHECKS[operation] ?? {};
  if (!check) return;
  if (isPartial(value)) tellWhatIsHidden(node, name, value, report);
  if (value === UNKNOWN) return;
  const isLiteral = Boolean(options?.literal);
  let written = value;
  const body = () => {
    const known = filledBody(written);
    return isPlain(known) && isPartial(value) ? { ...LEAST[operation], ...known } : known;
  };
  // One after the other, as the adaptor finds them: each is put right before the next look.
  for (let round = 0; round < 20; round++) {
    const error = await refusalOf(() => check(expand(STATE, body(), name), isLiteral));
    if (!error) break;
    const place = placeOf(error.description, node, name);
    report.refused(place.node, plain(error.description), plain(error.fix));
    const mended = mend(written, place, error);
    if (!mended) break;
    written = mended;
  }
  const last = body();
  if (!isPlain(last)) return;
  lookAtUrns(last, node, report);
  await lookAtTimes(last, node, name, report);
}

function tellWhatIsHidden(node, name, value, report) {
  const what =
    value === UNKNOWN ? 'its contents are not known yet' : 'its other keys are not known yet';
  report.unknown(
    node,
    `${name} is put together when the job runs: ${what}.`,
    'The adaptor checks it then, before it sends anything. Keys that are written here are checked now.',
  );
}

/** What an error says, without what concerns a run. */
function plain(text) {
  return text.replace(/ ?\bNothing was sent\. ?| \(and \d+ more: see "errors"\)/g, '').trim();
}

async function refusalOf(action) {
  const { warn, log } = console;
  // What the checks say on their way belongs to a run.
  console.warn = console.log = () => {};
  try {
    await action();
  } catch (error) {
    if (error?.name !== 'RapidProError') throw error;
    return error;
  } finally {
    Object.assign(console, { warn, log });
  }
  return undefined;
}

/** The place in the job that an error names: `contact.urns[1] …`, or `… has the unknown key "urn"`. */
function placeOf(description, node, name) {
  const key = /^\S+ (?:has the unknown key|holds) "([^"]+)"/.exec(description)?.[1];
  const path = description.startsWith(name)
    ? (/^\w+((?:\.\w+|\[\d+\])*)/.exec(description)?.[1].match(/\w+/g) ?? [])
    : [];
  const steps = key === undefined ? path : [...path, key];
  const found = nodeAt(node, steps);
  const isUnknownKey = key !== undefined;
  // Of an unknown key the key itself is the place.
  return { node: isUnknownKey && found !== node ? found.parent : found, steps, isUnknownKey };
}

function nodeAt(node, [step, ...others]) {
  if (ts.isParenthesizedExpression(node)) return nodeAt(node.expression, [step, ...others]);
  if (ts.isArrowFunction(node)) {
    const given = givenBy(node);
    return given ? nodeAt(given, [step, ...others]) : node;
  }
  if (step === undefined) return node;
  if (ts.isArrayLiteralExpression(node)) {
    // Behind another list that is spread nobody can count.
    const isCounted = !node.elements.some(ts.isSpreadElement);
    const element = isCounted ? node.elements[Number(step)] : undefined;
    return element ? nodeAt(element, others) : node;
  }
  if (!ts.isObjectLiteralExpression(node)) return node;
  const property = node.properties.find(({ name }) => name && keyOf(name) === step);
  if (!property) return node;
  return ts.isPropertyAssignment(property) ? nodeAt(property.initializer, others) : property;
}

/** The body with what was refused put right; undefined if that was the body itself. */
function mend(body, { steps, isUnknownKey }, { fix }) {
  if (steps.length === 0) return undefined;
  const copy = copied(body);
  const holder = steps.slice(0, -1).reduce((value, step) => value?.[step], copy);
  const last = steps.at(-1);
  if (!isPlain(holder) || !(last in holder)) return undefined;
  if (!isUnknownKey) {
    const [root] = steps;
    holder[last] = steps.length === 1 ? standInFor(root) : (STAND_INS[root] ?? 'Text');
    return copy;
  }
  const meant = /Did you mean "([^"]+)"/.exec(fix)?.[1];
  if (meant !== undefined && !(meant in holder)) {
    const isOneOfList = LISTS.includes(meant) && !Array.isArray(holder[last]);
    holder[meant] = isOneOfList ? [holder[last]] : holder[last];
  }
  delete holder[last];
  return copy;
}

function copied(value) {
  if (!isPlain(value)) return value;
  if (Array.isArray(value)) return value.map(copied);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copied(item)]));
}

function lookAtUrns({ urns }, node, report) {
  for (const [index, urn] of (Array.isArray(urns) ? urns : []).entries()) {
    if (typeof urn !== 'string' || digitsTakenWhole(urn) === undefined) continue;
    report.otherwise(
      nodeAt(node, ['urns', String(index)]),
      'This number has no plus sign. It is refused if it is a local number of the workspace’s country, because RapidPro would take it for a number abroad.',
      'Write it with a plus sign and its country code.',
    );
  }
}

/** A workspace in which every field holds times. */
const ALL_TIMES = {
  fieldTypes: async keys => new Map([...keys].map(key => [key, 'datetime'])),
  timezone: async () => 'UTC',
  unlessForbidden: (_what, read) => read(),
};

async function lookAtTimes({ fields }, node, name, report) {
  if (!isPlain(fields)) return;
  for (const [key, value] of Object.entries(fields)) {
    const one = { [key]: value };
    const fix = 'Write times with a time zone, such as 2026-01-31T08:00:00+02:00.';
    let problem;
    try {
      await completeTimes(ALL_TIMES, one, name);
      if (one[key] !== value)
        problem = 'It is sent with the time zone of the workspace, and a day as its first moment.';
    } catch (error) {
      problem = plain(error.description);
    }
    if (problem)
      report.otherwise(nodeAt(node, ['fields', key]), `If this field holds dates: ${problem}`, fix);
  }
}
