import { randomUUID } from 'node:crypto';
import { systemField } from '../engine/campaigns.js';
import type { SeedContext } from './seed-context.js';
import type { CampaignEventSeed, CampaignSeed } from './types.js';

export function seedCampaign(context: SeedContext, row: CampaignSeed): void {
  context.workspace.campaigns.add({
    id: context.workspace.nextId('campaign'),
    uuid: row.uuid ?? randomUUID(),
    name: row.name,
    group: context.find('groups', row.group),
    createdOn: context.time(row.created_on),
  });
}

export function seedCampaignEvent(context: SeedContext, row: CampaignEventSeed): void {
  const { workspace } = context;
  const key = typeof row.relative_to === 'string' ? row.relative_to : row.relative_to.key;
  const relativeTo = systemField(key) ?? workspace.fieldsByKey.get(key);
  if (!relativeTo) {
    throw new TypeError(
      `The seed has a campaign event relative to a field that it does not contain: ${key}`,
    );
  }
  const createdOn = context.time(row.created_on);
  workspace.campaignEvents.add({
    id: workspace.nextId('campaign event'),
    uuid: row.uuid ?? randomUUID(),
    campaign: context.find('campaigns', row.campaign),
    relativeTo,
    offset: row.offset,
    unit: row.unit,
    deliveryHour: row.delivery_hour ?? -1,
    flow: row.flow ? context.find('flows', row.flow) : null,
    message: row.message ?? null,
    createdOn,
    scheduledOn: createdOn,
  });
}
