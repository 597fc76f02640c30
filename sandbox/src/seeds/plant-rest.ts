import { randomUUID } from 'node:crypto';
import type { Workspace } from '../state/workspace.js';
import type { Bed } from './bed.js';
import type { ArchiveSeed, ChannelEventSeed, PlainSeed } from './types.js';

/** What the API only shows. */

export function plantArchive({ workspace }: Bed, row: ArchiveSeed): void {
  workspace.archives.add({
    id: workspace.nextId('archive'),
    type: row.archive_type ?? 'message',
    startDate: row.start_date,
    period: row.period,
    recordCount: row.record_count,
    size: row.size,
    hash: row.hash,
    downloadUrl: row.download_url || null,
  });
}

export function plantChannelEvent(bed: Bed, row: ChannelEventSeed): void {
  const createdOn = bed.time(row.created_on);
  bed.workspace.channelEvents.add({
    id: bed.id('channel event', row.id),
    uuid: randomUUID(),
    type: row.type,
    contact: bed.contact(row.contact),
    channel: bed.find('channels', row.channel),
    extra: row.extra ?? null,
    occurredOn: row.occurred_on ? bed.time(row.occurred_on) : createdOn,
    createdOn,
  });
}

export function plantPlain(
  bed: Bed,
  table: Workspace['classifiers'] | Workspace['templates'],
  { uuid = randomUUID(), name, created_on, modified_on, ...shown }: PlainSeed,
): void {
  const createdOn = bed.time(created_on);
  const modifiedOn = modified_on ? bed.time(modified_on) : createdOn;
  table.add({ id: bed.workspace.nextId('plain'), uuid, name, createdOn, modifiedOn, shown });
}
