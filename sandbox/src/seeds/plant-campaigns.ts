import { randomUUID } from 'node:crypto';
import { systemField } from '../state/system-fields.js';
import type { Bed } from './bed.js';
import type { CampaignEventSeed, CampaignSeed } from './types.js';

export function plantCampaign(bed: Bed, row: CampaignSeed): void {
  bed.workspace.campaigns.add({
    id: bed.workspace.nextId('campaign'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    group: bed.find('groups', row.group),
    createdOn: bed.time(row.created_on),
  });
}

export function plantCampaignEvent(bed: Bed, row: CampaignEventSeed): void {
  const { workspace } = bed;
  const key = typeof row.relative_to === 'string' ? row.relative_to : row.relative_to.key;
  const relativeTo = systemField(key) ?? workspace.fieldsByKey.get(key);
  if (!relativeTo) {
    throw new TypeError(`The seed has an event relative to a field that it does not have: ${key}`);
  }
  const createdOn = bed.time(row.created_on);
  workspace.campaignEvents.add({
    id: workspace.nextId('campaign event'),
    uuid: row.uuid ?? randomUUID(),
    campaign: bed.find('campaigns', row.campaign),
    relativeTo,
    offset: row.offset,
    unit: row.unit,
    deliveryHour: row.delivery_hour ?? -1,
    flow: row.flow ? bed.find('flows', row.flow) : null,
    message: row.message ?? null,
    createdOn,
    scheduledOn: createdOn,
  });
}
