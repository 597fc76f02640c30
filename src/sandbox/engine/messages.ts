import { newUuid, timedUuid } from '../state/ids.js';
import type { Broadcast, Contact, Flow, Message, QuickReply } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { destination } from './channels.js';
import { addContact } from './contacts.js';
import { fillIn } from './expressions.js';
import { rootsOf } from './scene.js';

export interface Content {
  text: string;
  attachments?: string[];
  quickReplies?: QuickReply[];
}

/** Makes the message that is to go out to a contact. One that cannot be sent is made too, as failed. */
export function sendMessage(
  workspace: Workspace,
  contact: Contact,
  content: Content,
  from: { flow?: Flow | null; broadcast?: Broadcast | null; at?: number; modifiedOn?: number } = {},
): Message {
  const to = destination(workspace, contact);
  const createdOn = from.at ?? workspace.tick();
  return workspace.messages.add({
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
    attachments: content.attachments ?? [],
    quickReplies: content.quickReplies ?? [],
    labels: [],
    flow: from.flow ?? null,
    broadcast: from.broadcast ?? null,
    createdOn,
    sentOn: null,
    modifiedOn: from.modifiedOn ?? workspace.tick(),
  });
}

/** A contact for each URN; one that nobody holds becomes a contact of its own. */
export function contactsOf(workspace: Workspace, urns: readonly string[]): Contact[] {
  return urns.map(
    identity =>
      workspace.urns.get(identity) ??
      addContact(workspace, { urns: [{ identity, display: null }] }),
  );
}

/** In the contact's own language where there is a text in it, else in the broadcast's. */
function languageFor(workspace: Workspace, broadcast: Broadcast, contact: Contact): string {
  const known = workspace.settings.languages;
  const wishes = [contact.language, known[0]].filter(
    language => language && known.includes(language) && language in broadcast.text,
  );
  return wishes[0] ?? broadcast.baseLanguage;
}

/** Sends a broadcast to everyone once, by whichever way they were named. */
export function sendBroadcast(workspace: Workspace, broadcast: Broadcast): void {
  const recipients = new Set<Contact>([
    ...broadcast.contacts,
    ...broadcast.groups.flatMap(group => [...group.members]),
    ...contactsOf(workspace, broadcast.urns),
  ]);
  const times = [...recipients].map(() => workspace.tick());
  const modifiedOn = workspace.tick();
  for (const [index, contact] of [...recipients].entries()) {
    if (contact.deleted) continue;
    const language = languageFor(workspace, broadcast, contact);
    const content = {
      text: fillIn(broadcast.text[language] ?? '', rootsOf({ workspace, contact })),
      attachments: broadcast.attachments[language] ?? [],
      quickReplies: broadcast.quickReplies[language] ?? [],
    };
    const at = times[index] ?? modifiedOn;
    sendMessage(workspace, contact, content, { broadcast, at, modifiedOn });
  }
  broadcast.status = 'completed';
  broadcast.total = recipients.size;
  broadcast.started = recipients.size;
}
