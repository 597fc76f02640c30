import { newUuid, timedUuid } from '../state/ids.js';
import type { Contact, Message } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { destination } from './channels.js';
import { bump, setStatus } from './contacts.js';
import { resumeRun } from './runner.js';
import type { Work } from './work.js';

/** The longest text of a contact's message. The page shows all of it, every second. */
export const LONGEST_TEXT = 10_000;

/** Why a text cannot be a contact's message. */
export const TOO_LONG = 'A text has at most 10,000 characters.';

/**
 * Receives a message from a contact. It goes to the flow that waits for it, otherwise to the inbox. A message from a
 * blocked contact is archived; one from a stopped contact makes the contact active again.
 */
export function* receive(
  workspace: Workspace,
  contact: Contact,
  text: string,
  attachments: string[] = [],
): Work<Message> {
  const v9 = workspace.dialect === 'v9';
  const run = contact.waiting;
  const from = destination(workspace, contact);
  const sentOn = workspace.tick();
  const createdOn = v9 ? workspace.tick() : sentOn;
  const message = workspace.messages.add({
    id: workspace.nextId('message'),
    uuid: v9 ? newUuid() : timedUuid(createdOn),
    contact,
    urn: from?.urn.identity ?? contact.urns[0]?.identity ?? null,
    channel: from?.channel ?? null,
    direction: 'in',
    type: 'text',
    status: 'handled',
    visibility: contact.status === 'blocked' ? 'archived' : 'visible',
    text,
    attachments,
    quickReplies: [],
    labels: [],
    flow: run?.flow ?? null,
    broadcast: null,
    createdOn,
    sentOn,
    modifiedOn: v9 ? workspace.tick() : sentOn,
  });
  contact.lastSeenOn = workspace.tick();
  if (contact.status === 'stopped') setStatus(workspace, contact, 'active');
  if (run) yield* resumeRun(workspace, run, message);
  else bump(workspace, contact);
  return message;
}
