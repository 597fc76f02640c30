import { uniqueName } from '../body/names.js';
import { group as groupRule } from '../body/references.js';
import { readShape, required } from '../body/rules.js';
import { endpoint } from '../core/endpoint.js';
import { listPage } from '../core/list.js';
import { planEvent } from '../engine/campaigns.js';
import { isoTime } from '../state/clock.js';
import { newUuid } from '../state/ids.js';
import type { Campaign } from '../state/model.js';
import { findByUuid, uuidFilter } from './filters.js';
import { ref } from './shown.js';

export const campaigns = endpoint<Campaign>({
  get(call) {
    const uuid = uuidFilter(call, 'broken');
    return listPage(call, {
      rows: call.workspace.campaigns.by('created'),
      holds: one => uuid === undefined || one.uuid === uuid,
      show: showCampaign,
    });
  },

  find: (call, lookup) =>
    findByUuid(lookup, 'Campaign', uuid => call.workspace.campaigns.find(uuid)),

  post(call, body, campaign) {
    const { workspace } = call;
    const name = uniqueName(() => workspace.campaigns, campaign);
    const kept = readShape({ name: required(name), group: required(groupRule) }, body, call);
    if (campaign) {
      const moved = campaign.group !== kept.group;
      Object.assign(campaign, kept);
      // `v9` leaves what is planned as it is.
      if (moved && workspace.dialect === 'textit') {
        for (const event of workspace.campaignEvents) {
          if (event.campaign !== campaign) continue;
          event.scheduledOn = workspace.tick();
          planEvent(workspace, event);
        }
      }
      return { status: 200, data: showCampaign(campaign) };
    }
    const made = workspace.campaigns.add({
      id: workspace.nextId('campaign'),
      uuid: newUuid(),
      ...kept,
      createdOn: workspace.tick(),
    });
    return { status: 201, data: showCampaign(made) };
  },
});

function showCampaign(campaign: Campaign): unknown {
  return {
    uuid: campaign.uuid,
    name: campaign.name,
    archived: false,
    group: ref(campaign.group),
    created_on: isoTime(campaign.createdOn),
  };
}
