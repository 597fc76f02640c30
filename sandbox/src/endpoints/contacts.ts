import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { badRequest, invalid, invalidAsAWhole, ServerError } from '../core/reply.js';
import {
  addContact,
  addNote,
  type ContactChanges,
  changeContact,
  deleteContact,
} from '../engine/contacts.js';
import { canonicalUuid } from '../state/ids.js';
import type { Contact, Group, Urn } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { normalizeUrn } from '../values/index.js';
import { readChanges } from './contact-body.js';
import { showContact, showWritten, type UrnForm } from './contact-shown.js';
import { findByUuid, missing, uuidFilter } from './filters.js';

export const contacts = endpoint<Contact | { urn: Urn }>({
  get(call) {
    const { workspace } = call;
    const { holds, among } = contactFilter(call);
    const form = urnForm(call);
    if (form !== 'texts') call.engine.require(workspace);
    return listPage(call, {
      rows: workspace.contacts.by('modified'),
      ascending: isTrue(last(call.incoming.query, 'reverse')),
      timeOf: workspace.contacts.orders.modified,
      among,
      holds,
      show: contact => showContact(contact, workspace, form),
    });
  },

  find(call, lookup) {
    if (lookup.key === 'uuid') {
      const find = (uuid: string) => call.workspace.contacts.find(uuid);
      return findByUuid(lookup, 'Contact', find, 'texts');
    }
    const urn = urnLookup(call, lookup.value);
    const found = call.workspace.urns.get(urn.identity);
    if (found) return found;
    if (call.incoming.method === 'DELETE') throw missing('Contact');
    return { urn };
  },

  post(call, body, object) {
    const found = object && !('urn' in object) ? object : undefined;
    const byUrn = last(call.incoming.query, 'urn') !== null;
    const changes = readChanges(call, body, found, byUrn);
    if (found?.deleted) throw invalidAsAWhole("Deleted contacts can't be modified.");
    if (object && 'urn' in object) changes.urns = [urnToCreate(call, object.urn)];
    if (!found || asksEngine(found, changes)) {
      call.engine.require(call.workspace, {
        groups: changes.groups ?? [],
        fields: changes.fields?.keys() ?? [],
      });
    }
    const contact = found ?? create(call, changes);
    if (found) {
      changeContact(call.workspace, found, changes);
      if (changes.note !== undefined)
        addNote(call.workspace, found, changes.note, call.access.user);
    }
    return { status: found ? 200 : 201, data: showWritten(contact, call.workspace, urnForm(call)) };
  },

  remove(call, object) {
    if ('urn' in object) throw missing('Contact');
    call.engine.requireInTextit(call.workspace);
    deleteContact(call.workspace, object);
    return { status: 204 };
  },
});

function contactFilter(call: Call): {
  holds: (contact: Contact) => boolean;
  among: (Contact | undefined)[] | undefined;
} {
  const { workspace, incoming } = call;
  const deleted = isTrue(last(incoming.query, 'deleted'));
  const uuid = uuidFilter(call, 'nothing');
  const given = last(incoming.query, 'urn');
  const urn = given ? urnLookup(call, given).identity : undefined;
  const group = groupFilter(workspace, last(incoming.query, 'group'));
  const byUrn = urn === undefined ? undefined : workspace.urns.get(urn);
  const byUuid = uuid ? workspace.contacts.find(uuid) : undefined;
  return {
    among: urn !== undefined ? [byUrn] : uuid !== undefined ? [byUuid] : undefined,
    holds: contact =>
      contact.deleted === deleted &&
      (uuid === undefined || contact.uuid === uuid) &&
      (group === undefined || (group !== null && contact.groups.has(group))),
  };
}

/** Finds a group by uuid or exact name. Null if unknown: the list is empty then. */
function groupFilter(workspace: Workspace, given: string | null): Group | null | undefined {
  if (!given) return undefined;
  const uuid = workspace.dialect === 'textit' ? (canonicalUuid(given) ?? given) : given;
  const byUuid = workspace.groups.find(uuid);
  if (byUuid && !byUuid.deleted) return byUuid;
  for (const group of workspace.groups) if (!group.deleted && group.name === given) return group;
  return null;
}

function urnLookup({ workspace }: Call, given: string): Urn {
  if (workspace.anonymous) {
    throw badRequest('URN lookups not allowed for anonymous organizations');
  }
  const urn = normalizeUrn(given, workspace.locale, 'lookup');
  if ('urn' in urn) return { identity: urn.urn, display: urn.display };
  if (urn.error === 'server-error') throw new ServerError('a URN that breaks the server');
  throw badRequest(`Invalid URN: ${given}`);
}

/** A URN from the query is validated like one of a body before a contact gets it. */
function urnToCreate({ workspace }: Call, urn: Urn): Urn {
  const checked = normalizeUrn(urn.identity, workspace.locale, 'body');
  if ('urn' in checked) return { identity: checked.urn, display: urn.display };
  if (checked.error === 'server-error') throw new ServerError('a URN that breaks the engine');
  if (checked.error === 'not-valid') throw invalid({ urns: { 0: ['URN is not valid.'] } });
  throw invalidAsAWhole(
    `Invalid URN: ${urn.identity}. Ensure phone numbers contain country codes.`,
  );
}

/** Whether the server hands a change to its engine: it compares all but URNs and fields itself. */
function asksEngine(contact: Contact, { name, language, urns, fields, groups }: ContactChanges) {
  const manual = [...contact.groups].filter(({ query }) => query === null);
  return (
    (name !== undefined && name !== contact.name) ||
    (language !== undefined && language !== contact.language) ||
    urns !== undefined ||
    (fields?.size ?? 0) > 0 ||
    (groups !== undefined &&
      (groups.some(group => !manual.includes(group)) ||
        manual.some(group => !groups.includes(group))))
  );
}

function create(call: Call, changes: ContactChanges): Contact {
  const { workspace } = call;
  const urns = changes.urns ?? [];
  const seen = new Set<string>();
  for (const [index, { identity }] of urns.entries()) {
    if (workspace.urns.has(identity)) {
      throw invalid({ urns: { [index]: ['URN is in use by another contact.'] } });
    }
    if (seen.has(identity)) {
      if (workspace.dialect === 'v9') throw new ServerError('duplicate URNs');
      throw invalid({ urns: { 0: ['URN is in use by another contact.'] } });
    }
    seen.add(identity);
  }
  return addContact(workspace, changes);
}

function urnForm(call: Call): UrnForm {
  if (!isTrue(last(call.incoming.query, 'expand_urns'))) return 'texts';
  const byPriority =
    call.workspace.dialect === 'textit' && last(call.incoming.query, 'urn_order') === 'priority';
  return byPriority ? 'by-priority' : 'sendable-first';
}
