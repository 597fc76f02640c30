import type { Contact, FlowStart } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { contactsOf } from './messages.js';
import { enterFlow } from './runner.js';
import type { Work } from './work.js';

/** Carries out a start: each recipient once, even if it is named several ways. */
export function* carryOut(workspace: Workspace, start: FlowStart): Work<void> {
  // The engine does not know archived flows.
  if (start.flow.archived) return close(workspace, start, 'failed');
  const named = new Set<Contact>([
    ...start.contacts,
    ...start.groups.flatMap(group => [...group.members]),
    ...contactsOf(workspace, start.urns),
  ]);
  const been = start.restartParticipants ? undefined : everBeen(workspace, start);
  const everyone = [...named].filter(
    contact => !contact.deleted && !been?.has(contact) && !isBusy(contact, start),
  );
  start.status = 'started';
  if (everyone.length > 0) start.total = everyone.length;
  for (const contact of everyone) {
    yield* enterFlow(workspace, contact, start.flow, {
      start,
      amongOthers: everyone.length > 1,
    });
    start.started++;
  }
  close(workspace, start, 'completed');
}

function close(workspace: Workspace, start: FlowStart, status: 'completed' | 'failed'): void {
  start.status = status;
  start.modifiedOn = workspace.tick();
  workspace.starts.moved(start);
}

function everBeen(workspace: Workspace, { flow }: FlowStart): Set<Contact> {
  const been = new Set<Contact>();
  for (const run of workspace.runs) if (run.flow === flow) been.add(run.contact);
  return been;
}

/** `exclude_active` skips contacts that wait in another flow. */
function isBusy(contact: Contact, { excludeActive, flow }: FlowStart): boolean {
  return excludeActive && contact.waiting !== null && contact.waiting.flow !== flow;
}
