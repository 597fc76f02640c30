import { sendable } from '../engine/channels.js';
import { HIDDEN, pathOf, schemeOf, seenUrn } from '../engine/urns.js';
import { isoTime } from '../state/clock.js';
import { contactRef } from '../state/ids.js';
import type { Contact } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { ref, refOrNull } from './shown.js';

/** A contact's URNs: texts, or objects with the channel that would be used. */
export type UrnForm = 'texts' | 'sendable-first' | 'by-priority';

function showUrns(contact: Contact, workspace: Workspace, form: UrnForm): unknown[] {
  const mask = workspace.anonymous;
  if (form === 'texts') {
    return contact.urns.map(({ identity }) => seenUrn(workspace, identity));
  }
  const shown = contact.urns.map(({ identity, display }) => {
    const channel = refOrNull(sendable(workspace, identity));
    return {
      channel,
      scheme: schemeOf(identity),
      path: mask ? HIDDEN : pathOf(identity),
      // Servers do not mask it. The engine of `textit` leaves it out beside a channel.
      display: channel && workspace.dialect === 'textit' ? null : display,
    };
  });
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

/** The response to a write. `v9` lists groups there in the order in which they were joined. */
export function showWritten(contact: Contact, workspace: Workspace, form: UrnForm): ShownContact {
  const shown = showContact(contact, workspace, form);
  return workspace.dialect === 'v9' ? { ...shown, groups: [...contact.groups].map(ref) } : shown;
}

/** Replaces a contact's URN in an anonymous workspace. */
export function anonymousName(contact: Contact, workspace: Workspace): Record<string, string> {
  if (!workspace.anonymous) return {};
  if (workspace.dialect === 'v9') return { anon_display: String(contact.id).padStart(10, '0') };
  const code = contactRef(contact.id);
  return { ref: code, anon_display: code };
}
