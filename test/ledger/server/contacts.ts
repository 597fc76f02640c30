import { type Answer, writeContact } from './lists.js';
import { type Contact, isUrn, type Named, normalUrn, type Store } from './store.js';

/** Writing contacts, and actions on many of them. */

/** Raised where RapidPro refuses a request: nothing of it is done. */
export class Refusal extends Error {
  constructor(readonly answer: Answer) {
    super('refused');
  }
}

export function refuse(body: unknown, status = 400): never {
  throw new Refusal({ status, body });
}

export type Body = { [key: string]: unknown };

export function strings(body: Body, key: string): string[] | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) return refuse({ [key]: ['Expected a list of items.'] });
  if (value.length > 100) return refuse({ [key]: ['Exceeds maximum number of items.'] });
  return value.map(item =>
    typeof item === 'string' ? item : refuse({ [key]: ['Must be a string or integer'] }),
  );
}

function readGroups(store: Store, body: Body): Named[] | undefined {
  return strings(body, 'groups')?.map(
    name => store.find('groups', name) ?? refuse({ groups: [`No such object: ${name}`] }),
  );
}

function readFields(store: Store, body: Body): [Named, string][] {
  return Object.entries((body.fields ?? {}) as Body).map(([key, value]) => {
    const field = store.named.fields.find(one => one.key === key);
    if (!field) return refuse({ fields: [`Invalid contact field key: ${key}`] });
    return [field, String(value ?? '').trim()];
  });
}

function readUrns(body: Body): string[] | undefined {
  const urns = strings(body, 'urns');
  const bad = urns?.findIndex(urn => !isUrn(urn)) ?? -1;
  if (bad >= 0) {
    const text = `Invalid URN: ${urns?.[bad]}. Ensure phone numbers contain country codes.`;
    refuse({ urns: { [bad]: [text] } });
  }
  return urns?.map(normalUrn);
}

function checkTexts({ name, language }: Body): void {
  if (name === '') refuse({ name: ['This field may not be blank.'] });
  if (typeof name === 'string' && [...name.trim()].length > 64) {
    refuse({ name: ['Ensure this field has no more than 64 characters.'] });
  }
  if (typeof language === 'string' && !/^[a-z]{3}$/i.test(language)) {
    refuse({ language: ['Not an allowed ISO 639-3 language code.'] });
  }
}

const same = (a: readonly string[], b: readonly string[]) => a.join() === b.join();

/** URNs of a contact that exists: RapidPro 9 takes them from others, the newer line drops those. */
function setUrns(store: Store, contact: Contact, urns: readonly string[], now: number): boolean {
  const kept = [...new Set(urns)].filter(urn => {
    const holder = store.contactOfUrn(urn);
    if (!holder || holder === contact) return true;
    if (store.line === 'newer') return false;
    holder.urns = holder.urns.filter(one => one !== urn);
    holder.modified = now;
    store.enter('URN taken away', holder.uuid);
    return true;
  });
  const isChanged = store.line === 'v9' || !same(contact.urns, kept);
  contact.urns = kept;
  return isChanged;
}

/** Sets what the body has, and tells whether anything differs now. */
function apply(store: Store, contact: Contact, body: Body, now: number): boolean {
  const groups = readGroups(store, body);
  const fields = readFields(store, body);
  const urns = readUrns(body);
  for (const one of [...(groups ?? []), ...fields.map(([field]) => field)]) store.requireKnown(one);
  const before = JSON.stringify([contact.name, contact.language, contact.fields]);
  if ('name' in body) contact.name = body.name === null ? null : String(body.name).trim();
  if ('language' in body)
    contact.language = (body.language as string | null)?.toLowerCase() ?? null;
  for (const [{ key }, value] of fields) {
    if (value === '') delete contact.fields[key];
    else contact.fields[key] = value;
  }
  let isChanged = before !== JSON.stringify([contact.name, contact.language, contact.fields]);
  if (groups) {
    const uuids = groups.map(({ uuid }) => uuid);
    isChanged ||= !same([...contact.groups].sort(), [...new Set(uuids)].sort());
    contact.groups = new Set(uuids);
  }
  if (urns) isChanged = setUrns(store, contact, urns, now) || isChanged;
  return isChanged;
}

function create(store: Store, body: Body): Answer {
  checkTexts(body);
  const urns = readUrns(body) ?? [];
  const taken = urns.findIndex(urn => store.contactOfUrn(urn));
  if (taken >= 0) {
    refuse({
      urns:
        store.line === 'v9'
          ? [`URN belongs to another contact: ${urns[taken]}`]
          : { [taken]: ['URN is in use by another contact.'] },
    });
  }
  const isTwice = new Set(urns).size < urns.length;
  const draft: Contact = {
    id: 0,
    uuid: '',
    name: null,
    language: null,
    urns: [],
    groups: new Set(),
    fields: {},
    isBlocked: false,
    isDeleted: false,
    created: 0,
    modified: 0,
  };
  const { urns: _, ...rest } = body;
  const isMore = apply(store, draft, rest, 0) && (draft.groups.size > 0 || 'fields' in body);
  if (isTwice) refuse({ urns: ['URN is in use by another contact.'] });
  const { name, language, groups, fields } = draft;
  const contact = store.addContact({ name, language, groups, fields, urns });
  // Groups and fields are set in a second step.
  if (isMore) contact.modified = store.clock.tick(211);
  store.enter('contact created', contact.uuid);
  return { status: 201, body: writeContact(contact, store) };
}

function update(store: Store, contact: Contact, body: Body): Answer {
  if (contact.isDeleted) refuse({ non_field_errors: ["Deleted contacts can't be modified."] });
  checkTexts(body);
  const now = store.clock.tick();
  if (apply(store, contact, body, now)) contact.modified = now;
  store.enter('contact updated', contact.uuid);
  return { status: 200, body: writeContact(contact, store) };
}

const NONE = { detail: 'No Contact matches the given query.' };

export function postContact(store: Store, filters: URLSearchParams, body: Body): Answer {
  const uuid = filters.get('uuid');
  const urn = filters.get('urn');
  if (uuid && urn) {
    refuse({ detail: 'URL can only contain one of the following parameters: urn, uuid' });
  }
  if (uuid) return update(store, store.contacts.get(uuid) ?? refuse(NONE, 404), body);
  if (!urn) return create(store, body);
  if (!isUrn(urn)) refuse({ detail: `Invalid URN: ${urn}` });
  if ('urns' in body) refuse({ urns: ['Field not allowed when using URN in URL'] });
  const contact = store.contactOfUrn(normalUrn(urn));
  return contact ? update(store, contact, body) : create(store, { ...body, urns: [urn] });
}

export function deleteContact(store: Store, filters: URLSearchParams): Answer {
  const uuid = filters.get('uuid');
  const urn = filters.get('urn');
  if (!uuid && !urn) {
    refuse({ detail: 'URL must contain one of the following parameters: urn, uuid' });
  }
  const contact = uuid ? store.contacts.get(uuid) : store.contactOfUrn(normalUrn(urn ?? ''));
  if (!contact) return refuse(NONE, 404);
  store.deleteContact(contact, store.clock.tick());
  return { status: 204 };
}

function actOn(store: Store, action: string, contact: Contact, group: string, now: number): void {
  const before = `${[...contact.groups]} ${contact.isBlocked}`;
  if (action === 'add') contact.groups.add(group);
  if (action === 'remove') contact.groups.delete(group);
  if (action === 'block') {
    contact.isBlocked = true;
    contact.groups.clear();
  }
  if (action === 'unblock') contact.isBlocked = false;
  // All contacts of one request get the same moment; those who do not change keep theirs.
  if (before !== `${[...contact.groups]} ${contact.isBlocked}`) contact.modified = now;
  store.enter(`contact ${action}`, contact.uuid);
}

const ACTIONS = ['add', 'remove', 'block', 'unblock', 'interrupt', 'archive_messages', 'delete'];

export function postContactActions(store: Store, body: Body): Answer {
  const references = strings(body, 'contacts') ?? refuse({ contacts: ['This field is required.'] });
  if (references.length === 0) refuse({ contacts: ['This list may not be empty.'] });
  const contacts = references.map(
    one => store.findContact(one) ?? refuse({ contacts: [`No such object: ${one}`] }),
  );
  const action = String(body.action);
  if (!ACTIONS.includes(action)) refuse({ action: [`Invalid action name: ${action}`] });
  const needsGroup = action === 'add' || action === 'remove';
  const name = String(body.group ?? '');
  const group = needsGroup
    ? (store.find('groups', name) ?? refuse({ group: [`No such object: ${name}`] }))
    : undefined;
  const blocked = contacts.filter(({ isBlocked }) => isBlocked).map(({ uuid }) => uuid);
  if (action === 'add' && blocked.length > 0) {
    const text = `Non-active contacts cannot be added to groups: ${blocked.join(', ')}`;
    refuse({ non_field_errors: [text] });
  }
  if (group) store.requireKnown(group);
  const now = store.clock.tick();
  for (const contact of new Set(contacts)) {
    if (action === 'delete') store.deleteContact(contact, now);
    else actOn(store, action, contact, group?.uuid ?? '', now);
  }
  return { status: 204 };
}
