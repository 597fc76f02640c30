import { randomUUID } from 'node:crypto';
import { keyOf } from '../endpoints/fields.js';
import type { SeedContext } from './seed-context.js';
import type * as seed from './types.js';

/** The setup of a workspace: users, boundaries, channels, fields, groups, labels, globals. */

export function seedUser(context: SeedContext, row: seed.UserSeed): void {
  const { server, workspace } = context;
  const user = server.addUser(workspace, row.email, [row.first_name, row.last_name], row.role);
  user.uuid = row.uuid ?? user.uuid;
  user.team = row.team ?? null;
  user.createdOn = context.time(row.created_on);
  workspace.users.remove(user);
  workspace.users.add(user);
}

export function seedBoundary({ workspace }: SeedContext, row: seed.BoundarySeed): void {
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

export function seedChannel(context: SeedContext, row: seed.ChannelSeed): void {
  context.workspace.channels.add({
    id: context.workspace.nextId('channel'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    type: row.type ?? 'external',
    address: row.address ?? null,
    country: row.country ?? null,
    schemes: row.schemes ?? ['tel'],
    reportsDelivery: row.reports_delivery ?? false,
    device: row.device ?? null,
    lastSeen: context.timeOrNull(row.last_seen),
    createdOn: context.time(row.created_on),
  });
}

export function seedField(context: SeedContext, row: seed.FieldSeed): void {
  const { workspace } = context;
  const key = row.key ?? keyOf(row.name);
  const field = workspace.fields.add({
    id: workspace.nextId('field'),
    key,
    name: row.name,
    type: row.type ?? 'text',
    featured: row.featured ?? false,
    priority: row.priority ?? 0,
    agentAccess: row.agent_access ?? 'view',
    createdOn: context.time(row.created_on),
    madeOn: 0,
  });
  workspace.fieldsByKey.set(key, field);
}

export function seedGroup(context: SeedContext, row: seed.GroupSeed): void {
  context.workspace.groups.add({
    id: context.workspace.nextId('group'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    query: row.query ?? null,
    status: row.status ?? 'ready',
    system: row.system ?? false,
    members: new Set(),
    createdOn: context.time(row.created_on),
    madeOn: 0,
    deleted: false,
  });
}

export function seedLabel(context: SeedContext, row: seed.NamedSeed): void {
  context.workspace.labels.add({
    id: context.workspace.nextId('label'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    createdOn: context.time(row.created_on),
    deleted: false,
  });
}

export function seedGlobal(context: SeedContext, row: seed.GlobalSeed): void {
  context.workspace.globals.add({
    id: context.workspace.nextId('global'),
    uuid: randomUUID(),
    key: row.key ?? keyOf(row.name),
    name: row.name,
    value: row.value,
    modifiedOn: context.time(row.modified_on),
  });
}
