import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Workspace } from '../state/workspace.js';
import type { SeedContext } from './seed-context.js';
import type { ArchiveSeed, ChannelEventSeed, PlainSeed } from './types.js';

/** Objects that the API only shows. */

export function seedArchive({ workspace }: SeedContext, row: ArchiveSeed): void {
  const file = row.records && gzipSync(linesOf(row.records));
  workspace.archives.add({
    id: workspace.nextId('archive'),
    type: row.archive_type ?? 'message',
    startDate: row.start_date,
    period: row.period,
    recordCount: row.record_count ?? row.records?.length ?? 0,
    size: row.size ?? file?.length ?? 0,
    hash:
      row.hash ??
      createHash('md5')
        .update(file ?? '')
        .digest('hex'),
    downloadUrl: row.download_url || null,
    file: file ?? null,
  });
}

/** JSON Lines, as in the files of real servers. */
const linesOf = (records: readonly object[]): string =>
  records.map(record => `${JSON.stringify(record)}\n`).join('');

export function seedChannelEvent(context: SeedContext, row: ChannelEventSeed): void {
  const createdOn = context.time(row.created_on);
  context.workspace.channelEvents.add({
    id: context.id('channel event', row.id),
    uuid: randomUUID(),
    type: row.type,
    contact: context.contact(row.contact),
    channel: context.find('channels', row.channel),
    extra: row.extra ?? null,
    occurredOn: row.occurred_on ? context.time(row.occurred_on) : createdOn,
    createdOn,
  });
}

export function seedPlain(
  context: SeedContext,
  table: Workspace['classifiers'] | Workspace['templates'],
  { uuid = randomUUID(), name, created_on, modified_on, ...shown }: PlainSeed,
): void {
  const createdOn = context.time(created_on);
  const modifiedOn = modified_on ? context.time(modified_on) : createdOn;
  table.add({ id: context.workspace.nextId('plain'), uuid, name, createdOn, modifiedOn, shown });
}
