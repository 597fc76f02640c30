import { randomUUID } from 'node:crypto';
import type { Channel, Contact } from '../state/model.js';
import type { Bed } from './bed.js';
import { stateOf } from './plant-flows.js';
import type { BroadcastSeed, MediaSeed, MessageSeed } from './types.js';

export function plantBroadcast(bed: Bed, row: BroadcastSeed): void {
  bed.workspace.broadcasts.add({
    id: bed.id('broadcast', row.id),
    uuid: row.uuid ?? randomUUID(),
    status: stateOf(row.status),
    total: row.progress?.total ?? -1,
    started: row.progress?.started ?? 0,
    urns: row.urns ?? [],
    contacts: (row.contacts ?? []).map(given => bed.contact(given)),
    groups: (row.groups ?? []).map(given => bed.find('groups', given)),
    text: row.text,
    attachments: row.attachments ?? {},
    quickReplies: row.quick_replies ?? {},
    baseLanguage: row.base_language ?? Object.keys(row.text)[0] ?? 'und',
    createdOn: bed.time(row.created_on),
  });
}

export function plantMedia({ workspace }: Bed, row: MediaSeed): void {
  const { uuid = randomUUID(), content_type: contentType, url, filename, size } = row;
  const id = workspace.nextId('media');
  workspace.media.add({ id, uuid, contentType, url, filename, size });
}

export function plantMessage(bed: Bed, row: MessageSeed): void {
  const { workspace } = bed;
  const contact = bed.contact(row.contact);
  const createdOn = bed.time(row.created_on);
  const status = row.status ?? (row.direction === 'in' ? 'handled' : 'sent');
  const sentAtOnce = row.sent_on === undefined && status === 'sent';
  workspace.messages.add({
    id: bed.id('message', row.id),
    uuid: row.uuid ?? randomUUID(),
    contact,
    urn: row.urn === undefined ? (contact.urns[0]?.identity ?? null) : row.urn,
    channel: channelOf(bed, row, contact),
    direction: row.direction,
    type: row.type ?? 'text',
    status,
    visibility: row.visibility ?? 'visible',
    text: row.text,
    attachments: (row.attachments ?? []).map(one => `${one.content_type}:${one.url}`),
    quickReplies: row.quick_replies ?? [],
    labels: (row.labels ?? []).map(given => bed.find('labels', given)),
    flow: row.flow ? bed.find('flows', row.flow) : null,
    broadcast: workspace.broadcasts.get(row.broadcast ?? 0) ?? null,
    createdOn,
    sentOn: sentAtOnce ? createdOn : bed.timeOrNull(row.sent_on),
    modifiedOn: row.modified_on ? bed.time(row.modified_on) : createdOn,
  });
}

function channelOf(bed: Bed, { channel }: MessageSeed, contact: Contact): Channel | null {
  if (channel) return bed.find('channels', channel);
  const usual = contact.urns.length > 0 ? [...bed.workspace.channels][0] : undefined;
  return channel === null ? null : (usual ?? null);
}
