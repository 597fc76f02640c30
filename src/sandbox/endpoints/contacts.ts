import { type GivenUrn, manualGroups, urns as urnsRule } from '../body/references.js';
import { also, mapOf, type Rule, readShape, text, value } from '../body/rules.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { badRequest, invalid, invalidAsAWhole, ServerError } from '../core/reply.js';
import { sendable } from '../engine/channels.js';
import {
  addContact,
  addNote,
  type ContactChanges,
  changeContact,
  deleteContact,
} from '../engine/contacts.js';
import { isoTime } from '../state/clock.js';
import { canonicalUuid, contactRef } from '../state/ids.js';
import type { Contact, Field, Group, Urn } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import {
  fieldErrors,
  JsonNumber,
  normalizeUrn,
  rawFieldText,
  storeLanguage,
  storeName,
} from '../values/index.js';
import { findByUuid, missing, uuidFilter } from './filters.js';
import { MASK, pathOf, ref, refOrNull, schemeOf } from './shown.js';

const MOST_FIELDS = 100;

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
      return findByUuid(call, lookup, 'Contact', uuid => call.workspace.contacts.find(uuid));
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
    if (found?.deleted) throw invalidAsAWhole("Deleted contacts can't be modified.");
    const changes = readChanges(call, body, found, byUrn);
    if (object && 'urn' in object) changes.urns = [urnToCreate(call, object.urn)];
    call.engine.require(call.workspace, {
      groups: changes.groups ?? [],
      fields: changes.fields?.keys() ?? [],
    });
    const contact = found ?? create(call, changes);
    if (found) {
      changeContact(call.workspace, found, changes);
      if (changes.note !== undefined)
        addNote(call.workspace, found, changes.note, call.access.user);
    }
    return { status: found ? 200 : 201, data: showWritten(contact, call.workspace) };
  },

  remove(call, object) {
    if ('urn' in object) throw missing('Contact');
    call.engine.require(call.workspace);
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

/** By uuid or by the exact name. Null is an unknown group, which lists nothing. */
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

/** A URN that was only looked up so far is checked like one of a body before a contact gets it. */
function urnToCreate({ workspace }: Call, urn: Urn): Urn {
  const checked = normalizeUrn(urn.identity, workspace.locale, 'body');
  if ('urn' in checked) return { identity: checked.urn, display: urn.display };
  if (checked.error === 'server-error') throw new ServerError('a URN that breaks the engine');
  if (checked.error === 'not-valid') throw invalid({ urns: { 0: ['URN is not valid.'] } });
  throw invalidAsAWhole(
    `Invalid URN: ${urn.identity}. Ensure phone numbers contain country codes.`,
  );
}

const name: Rule<string | null> = {
  takesNull: true,
  read(input) {
    const stored = storeName(input);
    return 'errors' in stored ? { issue: stored.errors } : value(stored.value);
  },
};

const language = (mode: 'create' | 'update'): Rule<string | null> => ({
  takesNull: true,
  read(input, { workspace }) {
    const stored = storeLanguage(input, mode, workspace.dialect);
    return 'errors' in stored ? { issue: stored.errors } : value(stored.value);
  },
});

const fieldText: Rule<string | null> = {
  takesNull: true,
  read(input) {
    const errors = fieldErrors(input);
    if (errors.length > 0) return { issue: errors };
    const isText = typeof input === 'string' || input instanceof JsonNumber;
    return value(rawFieldText(isText ? input : null));
  },
};

const fields = also(mapOf(fieldText, { most: MOST_FIELDS }), (kept, { workspace }) => {
  for (const key of kept.keys()) {
    if (!workspace.fieldsByKey.has(key)) return [`Invalid contact field key: ${key}`];
  }
  return undefined;
});

function contactShape(found: Contact | undefined, byUrn: boolean) {
  return {
    name,
    language: language(found ? 'update' : 'create'),
    urns: also(urnsRule, (_, { workspace }) => {
      if (byUrn) return ['Field not allowed when using URN in URL'];
      if (found && workspace.anonymous) {
        return ['Updating URNs not allowed for anonymous organizations'];
      }
      return undefined;
    }),
    groups: also(manualGroups, kept =>
      found && found.status !== 'active' && kept.length > 0
        ? ["Non-active contacts can't be added to groups"]
        : undefined,
    ),
    fields,
  };
}

const note = text({ most: 10_000, blank: true });

function readChanges(
  call: Call,
  body: Record<string, unknown>,
  found: Contact | undefined,
  byUrn: boolean,
): ContactChanges & { note?: string | undefined } {
  const shape = contactShape(found, byUrn);
  const withNote = call.workspace.dialect === 'textit' ? { ...shape, note } : shape;
  const kept = readShape(withNote, body, call) as ReturnType<typeof readShape<typeof shape>> & {
    note?: string;
  };
  return {
    name: kept.name,
    language: kept.language,
    urns: kept.urns && enginesUrns(kept.urns),
    groups: kept.groups,
    fields: kept.fields && fieldValues(call.workspace, kept.fields),
    note: kept.note,
  };
}

/** URNs that the server lets through and the engine refuses. */
function enginesUrns(given: readonly GivenUrn[]): Urn[] {
  if (given.some(({ engine }) => engine === 'server-error')) {
    throw new ServerError('a URN that breaks the engine');
  }
  const refused = given.findIndex(({ engine }) => engine === 'not-valid');
  if (refused >= 0) throw invalid({ urns: { [refused]: ['URN is not valid.'] } });
  return given.map(({ urn, display }) => ({ identity: urn, display }));
}

function fieldValues(
  workspace: Workspace,
  given: Map<string, string | null>,
): Map<Field, string | null> {
  const values = new Map<Field, string | null>();
  for (const [key, raw] of given) {
    const field = workspace.fieldsByKey.get(key);
    if (field) values.set(field, raw);
  }
  return values;
}

function create(call: Call, changes: ContactChanges): Contact {
  const { workspace } = call;
  const urns = changes.urns ?? [];
  const seen = new Set<string>();
  for (const [index, { identity }] of urns.entries()) {
    if (workspace.urns.has(identity)) {
      throw workspace.dialect === 'v9'
        ? invalid({ urns: [`URN belongs to another contact: ${identity}`] })
        : invalid({ urns: { [index]: ['URN is in use by another contact.'] } });
    }
    if (seen.has(identity)) {
      if (workspace.dialect === 'v9') throw new ServerError('the same URN twice');
      throw invalid({ urns: { 0: ['URN is in use by another contact.'] } });
    }
    seen.add(identity);
  }
  return addContact(workspace, changes);
}

/** How a contact's URNs are written: as texts, or as objects with the channel that would reach them. */
type UrnForm = 'texts' | 'sendable-first' | 'by-priority';

function urnForm(call: Call): UrnForm {
  if (!isTrue(last(call.incoming.query, 'expand_urns'))) return 'texts';
  const byPriority =
    call.workspace.dialect === 'textit' && last(call.incoming.query, 'urn_order') === 'priority';
  return byPriority ? 'by-priority' : 'sendable-first';
}

function showUrns(contact: Contact, workspace: Workspace, form: UrnForm): unknown[] {
  const mask = workspace.anonymous;
  if (form === 'texts') {
    return contact.urns.map(({ identity }) => (mask ? `${schemeOf(identity)}:${MASK}` : identity));
  }
  const shown = contact.urns.map(({ identity, display }) => ({
    channel: refOrNull(sendable(workspace, identity)),
    scheme: schemeOf(identity),
    path: mask ? MASK : pathOf(identity),
    display: mask ? null : display,
  }));
  if (form === 'by-priority') return shown;
  return [...shown.filter(urn => urn.channel), ...shown.filter(urn => !urn.channel)];
}

function showFields(contact: Contact, workspace: Workspace): Record<string, string | null> {
  const fields: Record<string, string | null> = {};
  for (const field of workspace.fields) {
    fields[field.key] = contact.fields.get(field)?.[field.type] ?? null;
  }
  return fields;
}

const showNote = ({ text, createdOn, author }: Contact['notes'][number]) => ({
  text,
  created_on: isoTime(createdOn),
  created_by: { email: author.email, name: `${author.firstName} ${author.lastName}` },
});

/** A contact as the API shows it. */
export interface ShownContact {
  uuid: string;
  name: string | null;
  status: string | null;
  language: string | null;
  urns: unknown[];
  groups: { uuid: string; name: string | null }[];
  fields: Record<string, string | null>;
  flow: { uuid: string; name: string | null } | null;
  created_on: string;
  modified_on: string;
  last_seen_on: string | null;
  blocked: boolean | null;
  stopped: boolean | null;
}

export function showContact(
  contact: Contact,
  workspace: Workspace,
  form: UrnForm = 'texts',
): ShownContact {
  const gone = contact.deleted;
  return {
    uuid: contact.uuid,
    name: gone ? null : contact.name,
    ...anonymousName(contact, workspace),
    status: gone ? null : contact.status,
    language: gone ? null : contact.language,
    urns: showUrns(contact, workspace, form),
    groups: [...contact.groups].sort((a, b) => a.id - b.id).map(ref),
    ...(workspace.dialect === 'textit' ? { notes: contact.notes.map(showNote) } : {}),
    fields: gone ? {} : showFields(contact, workspace),
    flow: refOrNull(contact.waiting?.flow ?? null),
    created_on: isoTime(contact.createdOn),
    modified_on: isoTime(contact.modifiedOn),
    last_seen_on: contact.lastSeenOn === null ? null : isoTime(contact.lastSeenOn),
    blocked: gone ? null : contact.status === 'blocked',
    stopped: gone ? null : contact.status === 'stopped',
  };
}

/** The answer to a write: there the older line tells groups in the order in which they were joined. */
function showWritten(contact: Contact, workspace: Workspace): ShownContact {
  const shown = showContact(contact, workspace);
  return workspace.dialect === 'v9' ? { ...shown, groups: [...contact.groups].map(ref) } : shown;
}

/** What stands in for a contact's URN in an anonymous workspace. */
export function anonymousName(contact: Contact, workspace: Workspace): Record<string, string> {
  if (!workspace.anonymous) return {};
  if (workspace.dialect === 'v9') return { anon_display: String(contact.id).padStart(10, '0') };
  const code = contactRef(contact.id);
  return { ref: code, anon_display: code };
}
