import { ref } from '../endpoints/shown.js';
import { seenUrn } from '../engine/urns.js';
import { isoTime } from '../state/clock.js';
import type { Broadcast, Contact, FlowStart, Message, Run } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import type { ContactLine, MessageLine, Newest, Ref, RunLine, SendLine } from './types.js';

/** One line for each kind of object, without what a workspace hides. */

const refOf = (contact: Contact): Ref => ref({ ...contact, name: nameOf(contact) });

const nameOf = ({ deleted, name }: Contact): string | null => (deleted ? null : name);

export const urnsOf = ({ urns }: Contact, workspace: Workspace): string[] =>
  urns.map(({ identity }) => seenUrn(workspace, identity));

export function contactLine(contact: Contact, workspace: Workspace): ContactLine {
  return {
    ...refOf(contact),
    status: contact.status,
    urn: urnsOf(contact, workspace)[0] ?? null,
    groups: [...contact.groups].map(({ name }) => name),
    flow: contact.waiting?.flow.name ?? null,
    on: isoTime(contact.modifiedOn),
  };
}

export function messageLine(message: Message): MessageLine {
  const { id, direction, text, attachments, status } = message;
  return {
    id,
    direction,
    text,
    attachments,
    status,
    flow: message.flow?.name ?? null,
    broadcast: message.broadcast?.id ?? null,
    contact: refOf(message.contact),
    on: isoTime(message.createdOn),
  };
}

export function runLine(run: Run): RunLine {
  return {
    uuid: run.uuid,
    flow: run.flow.name,
    contact: refOf(run.contact),
    state: run.state,
    answers: [...run.values.values()].map(({ name, value, category }) => ({
      name,
      value,
      category,
    })),
    on: isoTime(run.modifiedOn),
  };
}

const recipientsOf = ({ contacts, urns, groups }: Broadcast | FlowStart) => ({
  contacts: contacts.length,
  urns: urns.length,
  groups: groups.map(({ name }) => name),
});

export function broadcastLine(broadcast: Broadcast): SendLine {
  const { id, status, text, baseLanguage } = broadcast;
  const what = text[baseLanguage] ?? '';
  const on = isoTime(broadcast.createdOn);
  return { id, kind: 'broadcast', what, status, ...recipientsOf(broadcast), on };
}

export function startLine(start: FlowStart): SendLine {
  const { id, status, flow, createdOn } = start;
  const on = isoTime(createdOn);
  return { id, kind: 'start', what: flow.name, status, ...recipientsOf(start), on };
}

/**
 * The first matching rows, as the page shows them, and the number of all matches. If the total is known, no further
 * rows are read: there may be 100,000 of them.
 */
export function newest<T, Line>(
  rows: Iterable<T>,
  {
    most,
    show,
    holds = () => true,
    total,
  }: {
    most: number;
    show: (row: T) => Line;
    holds?: (row: T) => boolean;
    total?: number | undefined;
  },
): Newest<Line> {
  const items: Line[] = [];
  let found = 0;
  for (const row of rows) {
    if (!holds(row)) continue;
    found++;
    if (items.length < most) items.push(show(row));
    if (total !== undefined && items.length >= most) break;
  }
  return { total: total ?? found, items };
}
