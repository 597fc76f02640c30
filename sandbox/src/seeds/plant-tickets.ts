import { randomUUID } from 'node:crypto';
import type { Bed } from './bed.js';
import type { TicketSeed, TopicSeed } from './types.js';

export function plantTopic(bed: Bed, row: TopicSeed): void {
  const { topics } = bed.workspace;
  if (row.system) for (const topic of [...topics]) if (topic.system) topics.remove(topic);
  topics.add({
    id: bed.workspace.nextId('topic'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    system: row.system ?? false,
    createdOn: bed.time(row.created_on),
  });
}

export function plantTicket(bed: Bed, row: TicketSeed): void {
  const { workspace } = bed;
  const contact = bed.contact(row.contact);
  const openedOn = bed.time(row.opened_on);
  const status = row.status ?? 'open';
  const general = [...workspace.topics].find(topic => topic.system);
  const topic = row.topic ? bed.find('topics', row.topic) : general;
  if (!topic) throw new TypeError('The seed has a ticket and no topic');
  workspace.tickets.add({
    id: workspace.nextId('ticket'),
    uuid: row.uuid ?? randomUUID(),
    contact,
    status,
    topic,
    body: row.body ?? null,
    assignee: bed.user(row.assignee),
    openedOn,
    openedBy: bed.user(row.opened_by),
    openedIn: row.opened_in ? bed.find('flows', row.opened_in) : null,
    modifiedOn: row.modified_on ? bed.time(row.modified_on) : openedOn,
    closedOn: bed.timeOrNull(row.closed_on),
    notes: [],
  });
  if (status === 'open') {
    workspace.openTickets.set(contact, (workspace.openTickets.get(contact) ?? 0) + 1);
  }
}
