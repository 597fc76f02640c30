import { randomUUID } from 'node:crypto';
import type { Channel, Contact } from '../state/model.js';
import type { SeedContext } from './seed-context.js';
import { stateOf } from './seed-flows.js';
import type { BroadcastSeed, MediaSeed, MessageSeed } from './types.js';

export function seedBroadcast(context: SeedContext, row: BroadcastSeed): void {
  context.workspace.broadcasts.add({
    id: context.id('broadcast', row.id),
    uuid: row.uuid ?? randomUUID(),
    status: stateOf(row.status),
    total: row.progress?.total ?? -1,
    started: row.progress?.started ?? 0,
    urns: row.urns ?? [],
    contacts: (row.contacts ?? []).map(given => context.contact(given)),
    groups: (row.groups ?? []).map(given => context.find('groups', given)),
    text: row.text,
    attachments: row.attachments ?? {},
    quickReplies: row.quick_replies ?? {},
    baseLanguage: row.base_language ?? Object.keys(row.text)[0] ?? 'und',
    createdOn: context.time(row.created_on),
  });
}

export function seedMedia({ workspace }: SeedContext, row: MediaSeed): void {
  const { uuid = randomUUID(), content_type: contentType, url, filename, size } = row;
  const id = workspace.nextId('media');
  workspace.media.add({ id, uuid, contentType, url, filename, size });
}

export function seedMessage(context: SeedContext, row: MessageSeed): void {
  const { workspace } = context;
  const contact = context.contact(row.contact);
  const createdOn = context.time(row.created_on);
  const status = row.status ?? (row.direction === 'in' ? 'handled' : 'sent');
  const sentAtOnce = row.sent_on === undefined && status === 'sent';
  workspace.messages.add({
    id: context.id('message', row.id),
    uuid: row.uuid ?? randomUUID(),
    contact,
    urn: row.urn === undefined ? (contact.urns[0]?.identity ?? null) : row.urn,
    channel: channelOf(context, row, contact),
    direction: row.direction,
    type: row.type ?? 'text',
    status,
    visibility: row.visibility ?? 'visible',
    text: row.text,
    attachments: (row.attachments ?? []).map(one => `${one.content_type}:${one.url}`),
    quickReplies: row.quick_replies ?? [],
    labels: (row.labels ?? []).map(given => context.find('labels', given)),
    flow: row.flow ? context.find('flows', row.flow) : null,
    broadcast: workspace.broadcasts.get(row.broadcast ?? 0) ?? null,
    createdOn,
    sentOn: sentAtOnce ? createdOn : context.timeOrNull(row.sent_on),
    modifiedOn: row.modified_on ? context.time(row.modified_on) : createdOn,
  });
}

function channelOf(
  context: SeedContext,
  { channel }: MessageSeed,
  contact: Contact,
): Channel | null {
  if (channel) return context.find('channels', channel);
  const usual = contact.urns.length > 0 ? [...context.workspace.channels][0] : undefined;
  return channel === null ? null : (usual ?? null);
}
