import { newUuid, timedUuid } from '../state/ids.js';
import type { Contact, Flow, Ticket, Topic, User } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { bump } from './contacts.js';
import { reviewSmartGroups } from './membership.js';

interface TicketDetails {
  topic?: Topic;
  body?: string | null;
  assignee?: User | null;
  openedBy?: User | null;
  openedIn?: Flow | null;
}

function defaultTopic(workspace: Workspace): Topic {
  for (const topic of workspace.topics) if (topic.system) return topic;
  throw new TypeError('The workspace has no default topic');
}

/** Opens a ticket for a contact. `textit` keeps no body. */
export function addTicket(workspace: Workspace, contact: Contact, details: TicketDetails): Ticket {
  const openedOn = workspace.tick();
  const v9 = workspace.dialect === 'v9';
  const ticket = workspace.tickets.add({
    id: workspace.nextId('ticket'),
    uuid: v9 ? newUuid() : timedUuid(openedOn),
    contact,
    status: 'open',
    topic: details.topic ?? defaultTopic(workspace),
    body: v9 ? (details.body ?? null) : null,
    assignee: details.assignee ?? null,
    openedOn,
    openedBy: details.openedBy ?? null,
    openedIn: details.openedIn ?? null,
    modifiedOn: openedOn,
    closedOn: null,
    notes: [],
  });
  count(workspace, contact, 1);
  return ticket;
}

function count(workspace: Workspace, contact: Contact, by: number): void {
  const open = (workspace.openTickets.get(contact) ?? 0) + by;
  if (open > 0) workspace.openTickets.set(contact, open);
  else workspace.openTickets.delete(contact);
  reviewSmartGroups(workspace, contact);
}

/** Closes or reopens a ticket, which changes the contact. False if the ticket already has that status. */
export function setTicketStatus(
  workspace: Workspace,
  ticket: Ticket,
  status: Ticket['status'],
  at: number,
): boolean {
  if (ticket.status === status) return false;
  ticket.status = status;
  ticket.closedOn = status === 'closed' ? at : null;
  count(workspace, ticket.contact, status === 'open' ? 1 : -1);
  bump(workspace, ticket.contact, workspace.tick());
  return true;
}
