import { randomUUID } from 'node:crypto';
import { deleteContact, setFields } from '../engine/contacts.js';
import { join } from '../engine/membership.js';
import type * as model from '../state/model.js';
import { normalizeUrn, rawFieldText } from '../values/index.js';
import type { Bed } from './bed.js';
import type { ContactSeed, RefSeed } from './types.js';

export function plantContact(bed: Bed, row: ContactSeed): void {
  const { workspace } = bed;
  const createdOn = bed.time(row.created_on);
  const contact: model.Contact = {
    id: workspace.nextId('contact'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name ?? null,
    status: row.status ?? 'active',
    language: row.language ?? null,
    urns: (row.urns ?? []).map(text => urnOf(bed, text)),
    groups: new Set(),
    notes: notesOf(bed, row.notes),
    fields: new Map(),
    waiting: null,
    createdOn,
    modifiedOn: row.modified_on ? bed.time(row.modified_on) : createdOn,
    lastSeenOn: bed.timeOrNull(row.last_seen_on),
    deleted: false,
  };
  for (const { identity } of contact.urns) workspace.urns.set(identity, contact);
  setFields(workspace, contact, valuesOf(bed, row.fields));
  for (const given of row.groups ?? []) joinManual(bed, contact, given);
  workspace.contacts.add(contact);
  if (row.status === null) deleteContact(workspace, contact, contact.modifiedOn);
}

function urnOf({ workspace }: Bed, text: string): model.Urn {
  const found = normalizeUrn(text, workspace.locale, 'body');
  if (!('urn' in found)) throw new TypeError(`The seed has a URN that a server refuses: ${text}`);
  return { identity: found.urn, display: found.display };
}

function notesOf(bed: Bed, given: ContactSeed['notes']): model.Contact['notes'] {
  return (given ?? []).flatMap(({ text, created_on, created_by }) => {
    const author = bed.user(created_by) ?? [...bed.workspace.users][0];
    return author ? [{ text, createdOn: bed.time(created_on), author }] : [];
  });
}

function joinManual(bed: Bed, contact: model.Contact, given: RefSeed): void {
  const group = bed.find('groups', given);
  if (group.query === null && contact.status === 'active') join(contact, group);
}

function valuesOf({ workspace }: Bed, given: ContactSeed['fields']) {
  const values = new Map<model.Field, string | null>();
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value === null) continue;
    const field = workspace.fieldsByKey.get(key);
    if (!field) {
      throw new TypeError(`The seed has a value for a field that it does not have: ${key}`);
    }
    values.set(field, rawFieldText(String(value)));
  }
  return values;
}
