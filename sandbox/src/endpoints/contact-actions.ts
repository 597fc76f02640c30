import { setTimeout as pause } from 'node:timers/promises';
import { contacts as contactsRule, manualGroup } from '../body/references.js';
import { also, choice, readShape, required } from '../body/rules.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { invalid, invalidAsAWhole } from '../core/reply.js';
import { bump, deleteContact, setStatus } from '../engine/contacts.js';
import { join, leave } from '../engine/membership.js';
import { interruptContact } from '../engine/runner.js';
import type { Contact, Group } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';

const shape = {
  contacts: required(
    also(contactsRule, kept => (kept.length === 0 ? ["Contacts can't be empty."] : undefined)),
  ),
  action: required(
    choice(
      'add',
      'remove',
      'block',
      'unblock',
      'interrupt',
      'archive',
      'archive_messages',
      'delete',
    ),
  ),
  group: manualGroup,
};

export const contactActions = endpoint({
  post(call, body) {
    const { contacts, action, group } = readShape(shape, body, call);
    checkGroup(action, group);
    if (action === 'add') checkActive(contacts);
    perform(call, new Set(contacts), action, group);
    return { status: 204, emptyAction: true };
  },
});

function checkGroup(action: string, group: Group | undefined): void {
  const wants = action === 'add' || action === 'remove';
  if (wants && !group) {
    throw invalidAsAWhole(`For action "${action}" you should also specify a group`);
  }
  if (!wants && group) {
    throw invalidAsAWhole(`For action "${action}" you should not specify a group`);
  }
}

function checkActive(contacts: readonly Contact[]): void {
  const others = new Set(contacts.filter(({ status }) => status !== 'active'));
  if (others.size === 0) return;
  const uuids = [...others].map(({ uuid }) => uuid).join(', ');
  throw invalidAsAWhole(`Non-active contacts cannot be added to groups: ${uuids}`);
}

/** All contacts that an action changes get the same `modified_on`. */
function perform(
  { workspace, engine }: Call,
  contacts: Set<Contact>,
  action: string,
  group: Group | undefined,
): void {
  if (action === 'archive' || action === 'archive_messages') {
    for (const contact of contacts) archiveMessages(workspace, contact);
    return;
  }
  if (action === 'interrupt' || action === 'delete') engine.requireInTextit(workspace);
  else engine.require(workspace, { groups: group ? [group] : [] });
  if (action === 'interrupt' && isQueued(workspace, contacts)) {
    engine.queued(workspace, () => interruptLater(workspace, contacts));
    return;
  }
  const at = workspace.tick();
  for (const contact of contacts) {
    if (action === 'delete') deleteContact(workspace, contact, at);
    else if (change(workspace, contact, action, group, at)) bump(workspace, contact, at);
  }
}

/** How long a queued interruption waits. */
const QUEUE_MILLISECONDS = 100;

/** `v9` queues each interruption, `textit` those of several contacts. */
const isQueued = ({ dialect }: Workspace, { size }: Set<Contact>): boolean =>
  dialect === 'v9' || size > 1;

async function interruptLater(workspace: Workspace, contacts: Set<Contact>): Promise<void> {
  await pause(QUEUE_MILLISECONDS, undefined, { ref: false });
  const at = workspace.tick();
  for (const contact of contacts) {
    if (interruptContact(workspace, contact, at)) bump(workspace, contact, at);
  }
}

function change(
  workspace: Workspace,
  contact: Contact,
  action: string,
  group: Group | undefined,
  at: number,
): boolean {
  switch (action) {
    case 'add':
      return group !== undefined && join(contact, group);
    case 'remove':
      return group !== undefined && leave(contact, group);
    case 'block':
      return setStatus(workspace, contact, 'blocked');
    case 'unblock':
      return setStatus(workspace, contact, 'active');
    case 'interrupt':
      return interruptContact(workspace, contact, at);
    default:
      throw invalid({ action: ['Unknown action.'] });
  }
}

function archiveMessages(workspace: Workspace, contact: Contact): void {
  const at = workspace.tick();
  for (const message of workspace.messages) {
    if (message.contact !== contact || message.direction !== 'in') continue;
    if (message.visibility !== 'visible') continue;
    message.visibility = 'archived';
    message.modifiedOn = at;
    workspace.messages.moved(message);
  }
}
