import { z } from 'zod';
import { RapidProError } from '../../client/errors.js';
import type { Dictionary } from '../../types/json.js';
import { bodyCheck, record, text, uuid } from './body.js';
import { asUuid, contactKey, distinctUrns, requireUrn } from './identifiers.js';

/** What RapidPro takes in the bodies of writes (API reference, sections 2.10 and 4). */

const listOf = (what: string) =>
  z.array(
    z
      .string({ error: `must be ${what} as text: not an object, and not empty` })
      .trim()
      .min(1, { error: `must be ${what} as text: it is empty` })
      .transform(value => asUuid(value) ?? value),
    { error: 'must be a list' },
  );

const urns = listOf('a URN, such as "tel:+250788123123",');
const contacts = listOf('the uuid or a URN of a contact');
const groups = listOf('the uuid or the name of a group');
// Version 2 passed a number on, and RapidPro takes it as text.
const textOrNumber = z.union([z.string(), z.number()], { error: 'must be text' });
const translated = z.union(
  [textOrNumber, record(z.unknown(), 'must be text, or an object of languages')],
  {
    error: 'must be text, or an object with a text for each language, as { eng: "…" }',
  },
);

const contactShape = {
  name: z.union([z.string(), z.number()], { error: 'must be text or null' }).nullish(),
  language: text.nullish().transform(value => value?.trim().toLowerCase() ?? value),
  urns: urns.optional(),
  groups: groups.optional(),
  fields: record(
    z.union([z.string(), z.number(), z.null(), z.undefined()], {
      error: 'must be text, a number or null: RapidPro takes no true, false, list or object here',
    }),
    'must be an object of field keys and values',
  ).optional(),
  note: text.optional(),
};

const recipientShape = {
  contacts: contacts.optional(),
  urns: urns.optional(),
  groups: groups.optional(),
};

const broadcastShape = {
  ...recipientShape,
  text: translated.optional(),
  attachments: z.unknown().optional(),
  quick_replies: z.unknown().optional(),
  base_language: text.optional(),
};

const flowStartShape = {
  ...recipientShape,
  flow: uuid('a flow', ': getFlows() lists them'),
  restart_participants: z.unknown().optional(),
  exclude_active: z.unknown().optional(),
  params: record(z.unknown(), 'must be an object').optional(),
  extra: record(z.unknown(), 'must be an object').optional(),
};

const messageShape = {
  contact: z
    .string({ error: 'must be the uuid or a URN of one contact; sendBroadcast() writes to many' })
    .transform(value => asUuid(value) ?? value.trim()),
  text: textOrNumber.optional(),
  attachments: z.unknown().optional(),
  quick_replies: z.unknown().optional(),
  ticket: z.unknown().optional(),
};

/** A list that came out empty would leave the contact where nobody can reach it. */
function refuseNoUrns(body: { urns?: string[] | undefined }, where: string): void {
  if (body.urns?.length !== 0) return;
  throw new RapidProError({
    code: 'INVALID_INPUT',
    description: `${where}.urns is empty: that would take all its addresses from the contact.`,
    fix: 'Nothing was sent. Leave "urns" out to keep them. To take them away on purpose: http.post("contacts", { urns: [] }, { query: { uuid } }).',
  });
}

function requireUrns(body: { urns?: string[] | undefined }, where: string): void {
  for (const [index, urn] of (body.urns ?? []).entries())
    requireUrn(urn, `${where}.urns[${index}]`);
}

/** A contact of which nothing is left is missing data, not a wish for an empty contact. */
function requireSomething(body: object, given: unknown, where: string): void {
  if (Object.keys(body).length > 0 || Object.keys(given as object).length === 0) return;
  throw new RapidProError({
    code: 'INVALID_INPUT',
    description: `${where} is empty: all that it should hold came out as nothing.`,
    fix: 'Nothing was sent. Check the names after $ or state.',
  });
}

/** RapidPro would refuse the whole request for one of them, perhaps after others went out. */
function requireContacts(body: { contacts?: string[] | undefined }, where: string): void {
  for (const [index, contact] of (body.contacts ?? []).entries())
    contactKey(contact, `${where}.contacts[${index}]`);
}

/** RapidPro 9 fails on a contact that has a URN twice, or keeps its old list without a word. */
function oncePerUrn<T extends { urns?: string[] | undefined }>(body: T): T {
  return body.urns ? { ...body, urns: distinctUrns(body.urns) } : body;
}

/** What text becomes that is put together from data that is not there: `Dear undefined`. */
const MISSING = /\bundefined\b|\[object \w+\]/;

/** Nobody writes these words to a person: data is missing. */
function refuseMissing(text: unknown, where: string): void {
  const texts = text !== null && typeof text === 'object' ? Object.values(text) : [text];
  if (!texts.some(one => typeof one === 'string' && MISSING.test(one))) return;
  throw new RapidProError({
    code: 'INVALID_INPUT',
    description: `${where} has the word "undefined" or "[object …]" in it: data that it is made of is missing.`,
    fix: 'Nothing was sent. Check the names after $ or state, and put text together in a function of state.',
  });
}

function requireContent(body: Dictionary, where: string): void {
  refuseMissing(body.text, `${where}.text`);
  const empty = (value: unknown) => value === undefined || value === null || value === '';
  if (!empty(body.text) || !empty(body.attachments)) return;
  throw new RapidProError({
    code: 'INVALID_INPUT',
    description: `${where} has no text.`,
    fix: 'Give "text", or "attachments". If it comes from $ or state, check that the data is there.',
  });
}

const contact = bodyCheck('contact', contactShape);
const contactWithUuid = bodyCheck('contact', {
  ...contactShape,
  uuid: uuid('a contact').optional(),
});
const broadcast = bodyCheck('broadcast', broadcastShape);
const flowStart = bodyCheck('flowStart', flowStartShape);
const message = bodyCheck('message', messageShape);

export function checkContact(value: unknown, where = 'contact') {
  const body = contact(value, where);
  requireSomething(body, value, where);
  if (where !== 'contact') refuseNoUrns(body, where);
  requireUrns(body, where);
  refuseMissing(body.name, `${where}.name`);
  return oncePerUrn(body);
}

/** A contact that may name itself by `uuid`. */
export function checkContactWithUuid(value: unknown) {
  const body = contactWithUuid(value);
  refuseNoUrns(body, 'contact');
  requireUrns(body, 'contact');
  refuseMissing(body.name, 'contact.name');
  return oncePerUrn(body);
}

export function checkBroadcast(value: unknown) {
  const body = broadcast(value);
  requireUrns(body, 'broadcast');
  requireContacts(body, 'broadcast');
  requireContent(body, 'broadcast');
  return body;
}

export function checkFlowStart(value: unknown) {
  const body = flowStart(value);
  requireUrns(body, 'flowStart');
  requireContacts(body, 'flowStart');
  return body;
}

export function checkMessage(value: unknown) {
  const body = message(value);
  contactKey(body.contact, 'message.contact');
  requireContent(body, 'message');
  return body;
}
