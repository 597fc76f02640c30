import { randomUUID } from 'node:crypto';
import { deleteContact, setFields } from '../engine/contacts.js';
import { join } from '../engine/membership.js';
import type * as model from '../state/model.js';
import { normalizeUrn, rawFieldText } from '../values/index.js';
import type { SeedContext } from './seed-context.js';
import type { ContactSeed, RefSeed } from './types.js';

export function seedContact(context: SeedContext, row: ContactSeed): void {
  const { workspace } = context;
  const createdOn = context.time(row.created_on);
  const contact: model.Contact = {
    id: workspace.nextId('contact'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name ?? null,
    status: row.status ?? 'active',
    language: row.language ?? null,
    urns: (row.urns ?? []).map(text => urnOf(context, text)),
    groups: new Set(),
    notes: notesOf(context, row.notes),
    fields: new Map(),
    waiting: null,
    createdOn,
    modifiedOn: row.modified_on ? context.time(row.modified_on) : createdOn,
    lastSeenOn: context.timeOrNull(row.last_seen_on),
    deleted: false,
  };
  for (const { identity } of contact.urns) {
    if (workspace.urns.has(identity)) {
      throw new TypeError(`The seed gives two contacts the same URN: ${identity}`);
    }
    workspace.urns.set(identity, contact);
  }
  setFields(workspace, contact, valuesOf(context, row.fields));
  for (const given of row.groups ?? []) joinManual(context, contact, given);
  workspace.contacts.add(contact);
  if (row.status === null) deleteContact(workspace, contact, contact.modifiedOn);
}

function urnOf({ workspace }: SeedContext, text: string): model.Urn {
  const found = normalizeUrn(text, workspace.locale, 'body');
  if (!('urn' in found)) {
    throw new TypeError(
      `The seed has a URN that a server refuses: ${text}. A URN has a scheme, such as tel:+250788123123.`,
    );
  }
  return { identity: found.urn, display: found.display };
}

function notesOf(context: SeedContext, given: ContactSeed['notes']): model.Contact['notes'] {
  return (given ?? []).flatMap(({ text, created_on, created_by }) => {
    const author = context.user(created_by) ?? [...context.workspace.users][0];
    return author ? [{ text, createdOn: context.time(created_on), author }] : [];
  });
}

function joinManual(context: SeedContext, contact: model.Contact, given: RefSeed): void {
  const group = context.find('groups', given);
  if (group.query === null && contact.status === 'active') join(contact, group);
}

function valuesOf({ workspace }: SeedContext, given: ContactSeed['fields']) {
  const values = new Map<model.Field, string | null>();
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value === null) continue;
    const field = workspace.fieldsByKey.get(key);
    if (!field) {
      throw new TypeError(`The seed has a value for a field that it does not contain: ${key}`);
    }
    values.set(field, rawFieldText(String(value)));
  }
  return values;
}
