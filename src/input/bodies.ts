import { z } from 'zod';
import { fail } from '../errors/errors.js';
import { resources } from '../resources.js';
import type { Recipients } from '../types/bodies.js';
import type { Dictionary } from '../types/json.js';
import { bodyCheck, record, refuseNearMisses, text, uuid, uuidOrName, warnOfKeys } from './body.js';
import { checkEach, checkEachInTurns, findPart, isObject, isShown, shownKey } from './check.js';
import { refuseExpressions } from './expressions.js';
import { asUuid, contactKey, requireUrn, URN_EXAMPLE } from './identifiers.js';
import { refuseMissing } from './missing.js';
import { suggest } from './nearest.js';
import { RECIPIENTS } from './options.js';
import { giveWay } from './turns.js';

/** What is there instead of text: usually a number in place of a URN, or a whole record. */
const notText =
  (expected: string, takesUrn: boolean, uuids = 'state => state.data.map(one => one.uuid)') =>
  (issue: { input?: unknown }) => {
    if (takesUrn && typeof issue.input === 'number') {
      return `is a number, and a URN is text: ${URN_EXAMPLE.replace(/\.$/, '')}`;
    }
    if (takesUrn && Array.isArray(issue.input)) {
      return 'is a list within the list: write the inner one alone, as urns: () => util.phoneUrns(…)';
    }
    if (takesUrn && issue.input === null) {
      return 'is null: leave out what is missing, as urns: () => util.phoneUrns(…) does with { ifInvalid: "null" }';
    }
    return expected.includes('uuid') && isObject(issue.input) && 'uuid' in issue.input
      ? `${expected}. Use uuids: ${uuids}`
      : expected;
  };

const notList = (example: string) => (issue: { input?: unknown }) =>
  typeof issue.input === 'string' || typeof issue.input === 'number'
    ? `must be a list: put it in square brackets, as ${example}`
    : 'must be a list';

/**
 * `overwrite()` and not `transform()`, here and in what else a contact is made of: what zod makes for a transform stays
 * in memory until V8 collects old objects. Of a hundred thousand contacts, these are 60 MB.
 *
 * @param example - lists as a job writes them
 */
const listOf = (what: string, example: string, takesUrn = false) =>
  z.array(
    z
      .string({
        error: notText(`must be ${what} as text, not an object, and not empty`, takesUrn),
      })
      .trim()
      .min(1, { error: `must be ${what} as text: it is empty` })
      .overwrite(value => asUuid(value) ?? value),
    { error: notList(example) },
  );

const urns = listOf(
  'a URN, such as "tel:+250788123123",',
  '["tel:+250788123123"] or [$.data.urn]',
  true,
);
const contacts = listOf(
  'the uuid or a URN of a contact',
  '["tel:+250788123123"] or [$.data.uuid]',
  true,
);
const groups = listOf('the uuid or the name of a group', '["Mothers"] or [$.data.name]');
// Version 2 passed numbers on, and RapidPro takes them as text.
const textOrNumber = z.union([z.string(), z.number()], { error: 'must be text' });
const translated = z.union(
  [textOrNumber, record(z.unknown(), 'must be text, or an object with a text for each language')],
  {
    error: 'must be text, or an object with a text for each language: { eng: "…" }',
  },
);

const contactShape = {
  name: z.union([z.string(), z.number()], { error: 'must be text or null' }).nullish(),
  language: text.trim().toLowerCase().nullish(),
  urns: urns.optional(),
  groups: groups.optional(),
  fields: record(
    z.union([z.string(), z.number(), z.null(), z.undefined()], {
      error:
        'must be text, a number or null: RapidPro does not accept true, false, lists or objects here',
    }),
    'must be an object of field keys and values',
  ).optional(),
  note: text.optional(),
};

const CONTACT_KEYS = Object.keys(contactShape);
const ANSWERED = resources.contacts.answers;

const recipientShape = {
  contacts: contacts.optional(),
  urns: urns.optional(),
  groups: groups.optional(),
};

/** The newer servers crash on plain texts; RapidPro 9 takes no quick replies at all. */
const quickReplies = z.unknown().transform(value => {
  const typed = (item: unknown) =>
    ['string', 'number'].includes(typeof item) ? { type: 'text', text: String(item) } : item;
  if (Array.isArray(value)) return value.map(typed);
  if (!isObject(value)) return value;
  const lists = Object.entries(value);
  return Object.fromEntries(
    lists.map(([key, list]) => [key, Array.isArray(list) ? list.map(typed) : list]),
  );
});

/** They leave people out of a flow start. Without a value, everyone would be started. */
const LEAVE_OUT = ['restart_participants', 'exclude_active'];

const broadcastShape = {
  ...recipientShape,
  text: translated.optional(),
  attachments: z.unknown().optional(),
  quick_replies: quickReplies.optional(),
  base_language: text.optional(),
};

const flowStartShape = {
  ...recipientShape,
  flow: uuidOrName('a flow'),
  restart_participants: z.unknown().optional(),
  exclude_active: z.unknown().optional(),
  params: record(z.unknown(), 'must be an object').optional(),
  extra: record(z.unknown(), 'must be an object').optional(),
};

const ONE_CONTACT = 'must be the uuid or a URN of one contact; for many, use sendBroadcast()';

const messageShape = {
  contact: z
    .string({
      error: issue =>
        issue.input === undefined
          ? `is missing: it ${ONE_CONTACT}`
          : notText(ONE_CONTACT, true, '$.data.uuid')(issue),
    })
    .overwrite(value => asUuid(value) ?? value.trim()),
  text: textOrNumber.optional(),
  attachments: z.unknown().optional(),
  quick_replies: quickReplies.optional(),
  ticket: z.unknown().optional(),
};

function refuse(description: string, fix: string): never {
  throw fail('INVALID_INPUT', description, fix);
}

/** A list that is empty by mistake would make the contact unreachable. */
function refuseNoUrns(body: { urns?: string[] | undefined }, where: string): void {
  if (body.urns?.length !== 0) return;
  refuse(
    `${where}.urns is empty: this would remove all addresses of the contact.`,
    'Nothing was sent. To keep them, leave "urns" out. To remove them on purpose, use http.post("contacts", { urns: [] }, { query: { uuid } }).',
  );
}

function requireUrns(body: { urns?: string[] | undefined }, where: string): void {
  checkEach(body.urns, (urn, index) => requireUrn(urn, `${where}.urns[${index}]`, 'write'));
}

/**
 * A contact without any value is missing data, not a wish for an empty contact. The same is true if RapidPro would
 * take none of its keys.
 */
function requireSomething(body: object, given: unknown, where: string): void {
  const keys = Object.keys(body);
  if (keys.some(key => CONTACT_KEYS.includes(key)) || Object.keys(given as object).length === 0) {
    return;
  }
  if (keys.length === 0) {
    refuse(
      `${where} is empty: none of its keys has a value.`,
      'Nothing was sent. Check the names after $ or state.',
    );
  }
  const strange = keys.find(key => !ANSWERED.includes(key));
  const advice = strange ? suggest(strange, CONTACT_KEYS) : `Possible: ${CONTACT_KEYS.join(', ')}.`;
  refuse(
    `${where} has no key that RapidPro takes: ${keys.filter(isShown).join(', ') || 'its keys are no words'}.`,
    `Nothing was sent. ${advice} To send it all the same, use http.post("contacts", …).`,
  );
}

/**
 * Checks the recipients of a send. RapidPro would refuse a whole request because of one of them, perhaps after others were
 * sent.
 *
 * @param where - the name of the body in the job
 */
export async function checkRecipients(
  { urns, contacts }: Recipients,
  where: string,
): Promise<void> {
  await giveWay({ length: (urns?.length ?? 0) + (contacts?.length ?? 0) });
  await checkEachInTurns(
    urns,
    (urn, index) => void requireUrn(urn, `${where}.urns[${index}]`, 'write'),
  );
  await checkEachInTurns(
    contacts,
    (one, index) => void contactKey(one, `${where}.contacts[${index}]`),
  );
}

const QUICK_REPLY = ['type', 'text', 'extra'];

/** Quick replies: one list, or one for each language. The newer servers crash on anything else. */
function checkQuickReplies(value: unknown, where: string, path: 'broadcasts' | 'messages'): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkQuickReply(item, `${where}[${index}]`, path);
  } else if (isObject(value)) {
    for (const [language, list] of Object.entries(value)) {
      if (Array.isArray(list)) checkQuickReplies(list, `${where}.${language}`, path);
    }
  }
}

function checkQuickReply(item: unknown, where: string, path: 'broadcasts' | 'messages'): void {
  if (!isObject(item)) {
    const isMissing = item === null || item === undefined;
    refuse(
      `${where} ${isMissing ? 'is empty' : 'must be text, or an object'}.`,
      `Nothing was sent. Write each quick reply as text: ["Yes", "No"].${isMissing ? ' If it comes from $ or state, check that the data is there.' : ''}`,
    );
  }
  const keys = { path, known: QUICK_REPLY, answered: [] };
  refuseNearMisses(item, keys, where);
  warnOfKeys(item, keys, where);
}

/** What a person will read of a broadcast or message. */
function checkTexts(
  { text, quick_replies }: Dictionary,
  where: 'broadcast' | 'message',
  isLiteral: boolean,
): void {
  if (!isLiteral) {
    refuseExpressions(text, `${where}.text`, where);
    refuseExpressions(quick_replies, `${where}.quick_replies`, where);
  }
  checkQuickReplies(quick_replies, `${where}.quick_replies`, `${where}s`);
}

function refuseEmptyNarrowing(given: Dictionary): void {
  const empty = LEAVE_OUT.find(key => Object.hasOwn(given, key) && (given[key] ?? null) === null);
  if (empty === undefined) return;
  refuse(
    `flowStart.${empty} is empty: it refers to missing data.`,
    'Nothing was sent. Write true or false, or check the name after $ or state.',
  );
}

/** Who gets something, and what they get: RapidPro would send without it. */
function refuseLost(given: Dictionary, keys: readonly string[], where: string): void {
  for (const key of keys.filter(one => Object.hasOwn(given, one))) {
    const found = findPart(given[key], part => part === undefined);
    if (!found) continue;
    refuse(
      `${where}.${key}${found.path} is empty: it refers to missing data.`,
      'Nothing was sent. Check the name after $ or state, or leave the key out.',
    );
  }
}

/** True for nothing, too, in each language. RapidPro accepts a broadcast of no attachments, and sends nothing. */
function isEmptyContent(value: unknown): boolean {
  if (isObject(value) || Array.isArray(value)) return Object.values(value).every(isEmptyContent);
  return value === undefined || value === null || value === '';
}

function requireContent(body: Dictionary, where: string): void {
  if (!isEmptyContent(body.text) || !isEmptyContent(body.attachments)) return;
  refuse(
    `${where} has no text.`,
    'Add "text" or "attachments". If it comes from $ or state, check that the data is there.',
  );
}

const ofContact = {
  resource: 'contacts',
  texts: {
    name: 'contactName',
    groups: 'name',
    fields: 'value',
    note: 'message',
    // In lower case, NaN is a language: Min Nan.
    language: 'name',
  },
} as const;

const contact = bodyCheck('contact', contactShape, ofContact);
const contactWithUuid = bodyCheck(
  'contact',
  { ...contactShape, uuid: uuid('a contact').optional() },
  ofContact,
);
const broadcast = bodyCheck('broadcast', broadcastShape, {
  resource: 'broadcasts',
  texts: {
    text: 'message',
    attachments: 'message',
    quick_replies: 'message',
    groups: 'name',
    base_language: 'name',
  },
});
const flowStart = bodyCheck('flowStart', flowStartShape, {
  resource: 'flow_starts',
  texts: { flow: 'name', groups: 'name', params: 'contactName', extra: 'contactName' },
});
const message = bodyCheck('message', messageShape, {
  resource: 'messages',
  texts: { text: 'message', attachments: 'message', quick_replies: 'message' },
});

/** @param isLiteral - the option `literal`, here and below */
export function checkContact(value: unknown, where = 'contact', isLiteral = false) {
  const body = contact(value, where, isLiteral);
  requireSomething(body, value, where);
  if (where !== 'contact') refuseNoUrns(body, where);
  requireUrns(body, where);
  return body;
}

/**
 * A contact that may have a `uuid`.
 *
 * @param replacesUrns - true if the list replaces the contact's URNs: an empty one would remove them all.
 *   Otherwise, an empty one adds none.
 */
export function checkContactWithUuid(
  value: unknown,
  { replacesUrns = false, isLiteral = false } = {},
) {
  const given = contactWithUuid(value, undefined, isLiteral);
  // If a uuid or URN is there but empty, a later check says so.
  if (!['uuid', 'urns'].some(key => key in (value as object))) {
    requireSomething(given, value, 'contact');
  }
  if (replacesUrns) refuseNoUrns(given, 'contact');
  const { urns, ...others } = given;
  const body = urns?.length === 0 ? (others as typeof given) : given;
  requireUrns(body, 'contact');
  return body;
}

/** A text for each language has the languages as its keys. */
function refuseMissingLanguages(value: unknown, where: string, isLiteral: boolean): void {
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    refuseMissing(key, `a language of ${where}`, 'name', isLiteral);
  }
}

/** RapidPro would fail, and leave it unclear whether it sent anything. */
function refuseBaseWithoutText({ base_language, text }: Dictionary): void {
  if (base_language === undefined || !isEmptyContent(text)) return;
  refuse(
    'broadcast.base_language is there without a text, on which RapidPro fails.',
    'Nothing was sent. Add "text", or leave "base_language" out.',
  );
}

/** Without its recipients: see {@link checkRecipients}. */
export function checkBroadcast(value: unknown, isLiteral = false) {
  const body = broadcast(value, undefined, isLiteral);
  // A text may be missing where there are attachments, but not in one of its languages.
  refuseLost(
    value as Dictionary,
    isObject(body.text) ? [...RECIPIENTS, 'text'] : RECIPIENTS,
    'broadcast',
  );
  for (const key of ['text', 'attachments', 'quick_replies'] as const) {
    refuseMissingLanguages(body[key], `broadcast.${key}`, isLiteral);
  }
  checkTexts(body, 'broadcast', isLiteral);
  requireContent(body, 'broadcast');
  refuseBaseWithoutText(body);
  return body;
}

/** Whoever writes the flow names the parameters, so a key that was built from missing data is read by nobody. */
function refuseMissingKeys(value: unknown, where: string, isLiteral: boolean): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      refuseMissingKeys(item, `${where}[${index}]`, isLiteral);
    }
  }
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    refuseMissing(key, `a key of ${where}`, 'name', isLiteral);
    refuseMissingKeys(item, `${where}.${shownKey(key)}`, isLiteral);
  }
}

/** Without its recipients: see {@link checkRecipients}. */
export function checkFlowStart(value: unknown, isLiteral = false) {
  const body = flowStart(value, undefined, isLiteral);
  refuseEmptyNarrowing(value as Dictionary);
  refuseMissingKeys(body.params, 'flowStart.params', isLiteral);
  refuseMissingKeys(body.extra, 'flowStart.extra', isLiteral);
  refuseLost(value as Dictionary, [...RECIPIENTS, 'params', 'extra'], 'flowStart');
  return body;
}

export function checkMessage(value: unknown, isLiteral = false) {
  const body = message(value, undefined, isLiteral);
  checkTexts(body, 'message', isLiteral);
  contactKey(body.contact, 'message.contact');
  requireContent(body, 'message');
  return body;
}
