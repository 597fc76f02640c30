import { newUuid, timedUuid } from '../state/ids.js';
import type { Broadcast, Contact, Flow, Message, QuickReply } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { destination } from './channels.js';
import { addContact } from './contacts.js';
import { onItsWay } from './statuses.js';
import { whole } from './templates.js';

export interface Content {
  text: string;
  attachments?: string[];
  quickReplies?: QuickReply[];
}

/** Creates an outgoing message to a contact; if it cannot be sent, as failed. */
export function sendMessage(
  workspace: Workspace,
  contact: Contact,
  content: Content,
  from: { flow?: Flow | null; broadcast?: Broadcast | null; at?: number; modifiedOn?: number } = {},
): Message {
  const to = destination(workspace, contact);
  const createdOn = from.at ?? workspace.tick();
  const message = workspace.messages.add({
    id: workspace.nextId('message'),
    uuid: workspace.dialect === 'v9' ? newUuid() : timedUuid(createdOn),
    contact,
    urn: to?.urn.identity ?? null,
    channel: to?.channel ?? null,
    direction: 'out',
    type: 'text',
    status: to && contact.status === 'active' ? 'queued' : 'failed',
    visibility: 'visible',
    text: content.text,
    attachments: (content.attachments ?? []).map(one => withAddress(one, workspace)),
    quickReplies: content.quickReplies ?? [],
    labels: [],
    flow: from.flow ?? null,
    broadcast: from.broadcast ?? null,
    createdOn,
    sentOn: null,
    modifiedOn: from.modifiedOn ?? workspace.tick(),
  });
  onItsWay(workspace, message);
  return message;
}

/** The contact of each URN. An unknown URN creates a contact. */
export function contactsOf(workspace: Workspace, urns: readonly string[]): Contact[] {
  return urns.map(
    identity =>
      workspace.urns.get(identity) ??
      addContact(workspace, { urns: [{ identity, display: null }] }),
  );
}

/**
 * A broadcast's content for a contact: each part in the contact's language if available, else in the base language.
 * Undefined if there is none: then nothing is sent.
 */
function contentFor(
  workspace: Workspace,
  broadcast: Broadcast,
  contact: Contact,
): Content | undefined {
  const known = workspace.settings.languages;
  const spoken = [contact.language, known[0]].filter(one => one && known.includes(one));
  const wishes = [...spoken, broadcast.baseLanguage] as string[];
  const best = <T extends { length: number }>(parts: Record<string, T | null>) =>
    wishes.map(language => parts[language]).find(part => part && part.length > 0);
  const written = best(broadcast.text) ?? '';
  const text = whole({ workspace, contact }, written, `broadcast ${broadcast.id}`);
  const attachments = best(broadcast.attachments) ?? [];
  const quickReplies = best(broadcast.quickReplies) ?? [];
  // `v9` looks at what the expressions printed.
  const shown = workspace.dialect === 'v9' ? text : written;
  const isEmpty = shown === '' && attachments.length + quickReplies.length === 0;
  return isEmpty ? undefined : { text, attachments, quickReplies };
}

/** The engine expands the path of an uploaded attachment to a full URL. */
function withAddress(attachment: string, { settings }: Workspace): string {
  const [, type = '', path] = /^([^:]*):(\/.*)$/.exec(attachment) ?? [];
  return path === undefined ? attachment : `${type}:https://${settings.site}${path}`;
}

/** Sends a broadcast to each recipient once, even if it is named several ways. */
export function sendBroadcast(workspace: Workspace, broadcast: Broadcast): void {
  const recipients = new Set<Contact>([
    ...broadcast.contacts,
    ...broadcast.groups.flatMap(group => [...group.members]),
    ...contactsOf(workspace, broadcast.urns),
  ]);
  const times = [...recipients].map(() => workspace.tick());
  const modifiedOn = workspace.tick();
  let started = 0;
  for (const [index, contact] of [...recipients].entries()) {
    if (contact.deleted) continue;
    const content = contentFor(workspace, broadcast, contact);
    if (!content) continue;
    started++;
    const at = times[index] ?? modifiedOn;
    sendMessage(workspace, contact, content, { broadcast, at, modifiedOn });
  }
  broadcast.status = 'completed';
  broadcast.total = recipients.size;
  broadcast.started = started;
}
