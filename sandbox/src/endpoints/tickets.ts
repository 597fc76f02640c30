import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { ServerError } from '../core/reply.js';
import { isoTime } from '../state/clock.js';
import { canonicalUuid } from '../state/ids.js';
import type { Ticket, User } from '../state/model.js';
import { ref, refOrNull } from './shown.js';

export const tickets = endpoint({
  get(call) {
    const { workspace, incoming } = call;
    const alias = workspace.dialect === 'v9' ? last(incoming.query, 'ticket') : null;
    const given = last(incoming.query, 'uuid') || alias;
    const uuid = given ? canonicalUuid(given) : undefined;
    if (given && !uuid) throw new ServerError('a filter that is not a UUID');
    const contact = last(incoming.query, 'contact');
    return listPage(call, {
      rows: workspace.tickets.by('modified'),
      ascending: isTrue(last(incoming.query, 'reverse')),
      holds: one => (!uuid || one.uuid === uuid) && (!contact || one.contact.uuid === contact),
      show: showTicket,
    });
  },
});

const userRef = (user: User | null) =>
  user && { email: user.email, name: `${user.firstName} ${user.lastName}` };

function showTicket(ticket: Ticket): unknown {
  return {
    uuid: ticket.uuid,
    contact: ref(ticket.contact),
    status: ticket.status,
    topic: ref(ticket.topic),
    body: ticket.body,
    assignee: userRef(ticket.assignee),
    opened_on: isoTime(ticket.openedOn),
    opened_by: userRef(ticket.openedBy),
    opened_in: refOrNull(ticket.openedIn),
    modified_on: isoTime(ticket.modifiedOn),
    closed_on: ticket.closedOn === null ? null : isoTime(ticket.closedOn),
  };
}
