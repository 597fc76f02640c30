import { randomUUID } from 'node:crypto';
import { keyOf } from '../endpoints/fields.js';
import type { Bed } from './bed.js';
import type * as seed from './types.js';

/** What a workspace is set up with: people, places, channels, fields, groups, labels, globals. */

export function plantUser(bed: Bed, row: seed.UserSeed): void {
  const { server, workspace } = bed;
  const user = server.addUser(workspace, row.email, [row.first_name, row.last_name], row.role);
  user.uuid = row.uuid ?? user.uuid;
  user.team = row.team ?? null;
  user.createdOn = bed.time(row.created_on);
  workspace.users.remove(user);
  workspace.users.add(user);
}

export function plantBoundary({ workspace }: Bed, row: seed.BoundarySeed): void {
  const parent = [...workspace.boundaries].find(one => one.osmId === row.parent?.osm_id);
  workspace.boundaries.add({
    id: workspace.nextId('boundary'),
    osmId: row.osm_id,
    name: row.name,
    parent: parent ?? null,
    level: row.level,
    aliases: row.aliases ?? [],
    geometry: row.geometry ?? null,
  });
}

export function plantChannel(bed: Bed, row: seed.ChannelSeed): void {
  bed.workspace.channels.add({
    id: bed.workspace.nextId('channel'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    type: row.type ?? 'external',
    address: row.address ?? null,
    country: row.country ?? null,
    schemes: row.schemes ?? ['tel'],
    device: row.device ?? null,
    lastSeen: bed.timeOrNull(row.last_seen),
    createdOn: bed.time(row.created_on),
  });
}

export function plantField(bed: Bed, row: seed.FieldSeed): void {
  const { workspace } = bed;
  const key = row.key ?? keyOf(row.name);
  const field = workspace.fields.add({
    id: workspace.nextId('field'),
    key,
    name: row.name,
    type: row.type ?? 'text',
    featured: row.featured ?? false,
    priority: row.priority ?? 0,
    agentAccess: 'view',
    createdOn: bed.time(row.created_on),
    madeOn: 0,
  });
  workspace.fieldsByKey.set(key, field);
}

export function plantGroup(bed: Bed, row: seed.GroupSeed): void {
  bed.workspace.groups.add({
    id: bed.workspace.nextId('group'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    query: row.query ?? null,
    status: row.status ?? 'ready',
    system: row.system ?? false,
    members: new Set(),
    createdOn: bed.time(row.created_on),
    madeOn: 0,
    deleted: false,
  });
}

export function plantLabel(bed: Bed, row: seed.NamedSeed): void {
  bed.workspace.labels.add({
    id: bed.workspace.nextId('label'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    createdOn: bed.time(row.created_on),
    deleted: false,
  });
}

export function plantGlobal(bed: Bed, row: seed.GlobalSeed): void {
  bed.workspace.globals.add({
    id: bed.workspace.nextId('global'),
    uuid: randomUUID(),
    key: row.key ?? keyOf(row.name),
    name: row.name,
    value: row.value,
    modifiedOn: bed.time(row.modified_on),
  });
}
