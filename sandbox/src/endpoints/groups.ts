import { uniqueName } from '../body/names.js';
import { columnOf } from '../body/references.js';
import { readShape, required } from '../body/rules.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { badRequest, forbidden } from '../core/reply.js';
import { bump } from '../engine/contacts.js';
import { newUuid } from '../state/ids.js';
import type { Group } from '../state/model.js';
import { findByUuid, uuidFilter } from './filters.js';

/** The `v9` groups for contact statuses. They are never listed, but their names are reserved. */
const STATUS_GROUPS = ['Active', 'Blocked', 'Stopped', 'Archived'].map(name => ({ name }));

export const groups = endpoint<Group>({
  limited: 'groups',

  get(call) {
    const { workspace, incoming } = call;
    const uuid = uuidFilter(call, 'nothing');
    const name = last(incoming.query, 'name')?.toLowerCase();
    const manual = workspace.dialect === 'textit' && isTrue(last(incoming.query, 'manual_only'));
    return listPage(call, {
      rows: workspace.groups.by('created'),
      holds: group =>
        !group.deleted &&
        (uuid === undefined || group.uuid === uuid) &&
        (!name || group.name.toLowerCase() === name) &&
        (!manual || (group.query === null && !group.system)),
      show: showGroup,
    });
  },

  find: (call, lookup) =>
    findByUuid(
      lookup,
      'ContactGroup',
      uuid => {
        const group = call.workspace.groups.find(uuid);
        return group?.deleted ? undefined : group;
      },
      columnOf(call),
    ),

  post(call, body, group) {
    const { workspace } = call;
    if (group?.system) throw forbidden('Cannot modify system object.');
    const { name } = readShape({ name: required(uniqueName(takenNames, group)) }, body, call);
    if (group) {
      group.name = name;
      return { status: 200, data: showGroup(group) };
    }
    const made = workspace.groups.add({
      id: workspace.nextId('group'),
      uuid: newUuid(),
      name,
      query: null,
      status: 'ready',
      system: false,
      members: new Set(),
      createdOn: workspace.tick(),
      madeOn: workspace.ticker.now(),
      deleted: false,
    });
    workspace.groupsChanged();
    return { status: 201, data: showGroup(made) };
  },

  remove(call, group) {
    const { workspace } = call;
    if (group.system) throw forbidden('Cannot delete system object.');
    if ([...workspace.campaigns].some(campaign => campaign.group === group)) {
      throw badRequest('Group is being used by campaigns which must be archived first.');
    }
    group.deleted = true;
    workspace.groupsChanged();
    const at = workspace.tick();
    for (const contact of group.members) {
      contact.groups.delete(group);
      bump(workspace, contact, at);
    }
    group.members.clear();
    return { status: 204 };
  },
});

function* takenNames({ workspace }: Call): Generator<{ name: string }> {
  if (workspace.dialect === 'v9') yield* STATUS_GROUPS;
  for (const group of workspace.groups) if (!group.deleted) yield group;
}

function showGroup(group: Group): unknown {
  return {
    uuid: group.uuid,
    name: group.name,
    query: group.query,
    status: group.status,
    system: group.system,
    count: group.members.size,
  };
}
