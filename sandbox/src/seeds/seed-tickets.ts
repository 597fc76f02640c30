import { randomUUID } from 'node:crypto';
import type { SeedContext } from './seed-context.js';
import type { TicketSeed, TopicSeed } from './types.js';

export function seedTopic(context: SeedContext, row: TopicSeed): void {
  const { topics } = context.workspace;
  if (row.system) for (const topic of [...topics]) if (topic.system) topics.remove(topic);
  topics.add({
    id: context.workspace.nextId('topic'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    system: row.system ?? false,
    createdOn: context.time(row.created_on),
  });
}

export function seedTicket(context: SeedContext, row: TicketSeed): void {
  const { workspace } = context;
  const contact = context.contact(row.contact);
  const openedOn = context.time(row.opened_on);
  const status = row.status ?? 'open';
  const general = [...workspace.topics].find(topic => topic.system);
  const topic = row.topic ? context.find('topics', row.topic) : general;
  if (!topic) throw new TypeError('The seed has a ticket and no topic');
  workspace.tickets.add({
    id: workspace.nextId('ticket'),
    uuid: row.uuid ?? randomUUID(),
    contact,
    status,
    topic,
    body: row.body ?? null,
    assignee: context.user(row.assignee),
    openedOn,
    openedBy: context.user(row.opened_by),
    openedIn: row.opened_in ? context.find('flows', row.opened_in) : null,
    modifiedOn: row.modified_on ? context.time(row.modified_on) : openedOn,
    closedOn: context.timeOrNull(row.closed_on),
    notes: [],
  });
  if (status === 'open') {
    workspace.openTickets.set(contact, (workspace.openTickets.get(contact) ?? 0) + 1);
  }
}
