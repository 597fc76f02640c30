import { newUuid, timedUuid } from '../state/ids.js';
import type { Contact, FlowStart } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { bump } from './contacts.js';
import { contactsOf } from './messages.js';

/** Carries out a start: everyone once, a waiting run ends as interrupted. */
export function carryOut(workspace: Workspace, start: FlowStart): void {
  const everyone = new Set<Contact>([
    ...start.contacts,
    ...start.groups.flatMap(group => [...group.members]),
    ...contactsOf(workspace, start.urns),
  ]);
  for (const contact of everyone) enter(workspace, contact, start);
  start.status = 'completed';
  start.total = everyone.size;
  start.started = everyone.size;
  start.modifiedOn = workspace.tick();
  workspace.starts.moved(start);
}

function enter(workspace: Workspace, contact: Contact, start: FlowStart): void {
  const createdOn = workspace.tick();
  workspace.runs.add({
    id: workspace.nextId('run'),
    uuid: workspace.dialect === 'v9' ? newUuid() : timedUuid(createdOn),
    flow: start.flow,
    contact,
    start,
    responded: false,
    path: [],
    values: new Map(),
    state: 'waiting',
    createdOn,
    modifiedOn: workspace.tick(),
    exitedOn: null,
  });
  contact.flow = start.flow;
  bump(workspace, contact);
}
