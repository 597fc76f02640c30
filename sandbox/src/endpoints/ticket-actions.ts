import { BATCH_LIMIT } from '../../../src/resources.js';
import { ticketRef } from '../body/references.js';
import {
  choice,
  oneRef,
  oneRefOrNull,
  readShape,
  refsOf,
  refTo,
  required,
  text,
} from '../body/rules.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { invalidAsAWhole } from '../core/reply.js';
import { setTicketStatus } from '../engine/tickets.js';
import { canonicalUuid } from '../state/ids.js';
import type { Role, Ticket, Topic, User } from '../state/model.js';

const topic = refTo((given, { workspace }: Call) =>
  workspace.topics.find(canonicalUuid(given) ?? given),
);
/** Roles of `v9` that a ticket cannot be given to. */
const NOT_ASSIGNABLE: readonly Role[] = ['viewer', 'surveyor'];

const assignee = refTo((given, { workspace }: Call) =>
  [...workspace.users].find(
    ({ email, role }) =>
      email.toLowerCase() === given.toLowerCase() && !NOT_ASSIGNABLE.includes(role),
  ),
);

const shape = {
  tickets: required(refsOf(ticketRef, BATCH_LIMIT)),
  action: required(choice('assign', 'add_note', 'change_topic', 'close', 'reopen')),
  assignee: oneRefOrNull(assignee),
  topic: oneRef(topic),
  note: text({ most: ({ workspace }) => (workspace.dialect === 'v9' ? 4096 : 10_000) }),
};

interface Details {
  assignee: User | null | undefined;
  topic: Topic | undefined;
  note: string | undefined;
}

/** The parameter that each action requires. */
const NEEDED: Record<string, keyof Details> = {
  assign: 'assignee',
  add_note: 'note',
  change_topic: 'topic',
};

export const ticketActions = endpoint({
  post(call, body) {
    const kept = readShape(shape, body, call);
    const details: Details = { assignee: kept.assignee, topic: kept.topic, note: kept.note };
    const needed = NEEDED[kept.action];
    if (needed && details[needed] === undefined) {
      throw invalidAsAWhole(`For action "${kept.action}" you must specify the ${needed}`);
    }
    call.engine.require(call.workspace);
    // Each ticket is acted on once, however often it is named.
    const changed = new Set(
      [...new Set(kept.tickets)].filter(one => act(call, one, kept.action, details)),
    );
    const failures = kept.tickets.filter(one => !changed.has(one));
    const reportsFailures = call.workspace.dialect === 'textit' && failures.length > 0;
    return reportsFailures
      ? { status: 200, data: { failures: failures.map(({ uuid }) => uuid) } }
      : { status: 204, emptyAction: true };
  },
});

/** False if the ticket is already in the requested state. */
function act(
  { workspace, access }: Call,
  ticket: Ticket,
  action: string,
  details: Details,
): boolean {
  const at = workspace.tick();
  const changed = change(ticket, action, details, access.user, () =>
    setTicketStatus(workspace, ticket, action === 'close' ? 'closed' : 'open', at),
  );
  if (changed) {
    ticket.modifiedOn = at;
    workspace.tickets.moved(ticket);
  }
  return changed;
}

function change(
  ticket: Ticket,
  action: string,
  { assignee, topic, note }: Details,
  author: User,
  setStatus: () => boolean,
): boolean {
  switch (action) {
    case 'assign':
      return set(ticket, 'assignee', assignee ?? null);
    case 'change_topic':
      return topic !== undefined && set(ticket, 'topic', topic);
    case 'add_note':
      ticket.notes.push({ text: note ?? '', author });
      return true;
    default:
      return setStatus();
  }
}

function set<K extends 'assignee' | 'topic'>(ticket: Ticket, key: K, to: Ticket[K]): boolean {
  if (ticket[key] === to) return false;
  ticket[key] = to;
  return true;
}
