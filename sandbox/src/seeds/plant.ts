import { fillSmartGroup } from '../engine/membership.js';
import type { Server } from '../state/server.js';
import type { Workspace } from '../state/workspace.js';
import { Bed } from './bed.js';
import { inOrder } from './order.js';
import { plantCampaign, plantCampaignEvent } from './plant-campaigns.js';
import { plantContact } from './plant-contacts.js';
import { plantCurrentFlow, plantFlow, plantRun, plantStart } from './plant-flows.js';
import { plantResthook, plantResthookEvent, plantSubscriber } from './plant-hooks.js';
import { plantBroadcast, plantMedia, plantMessage } from './plant-messages.js';
import { plantArchive, plantChannelEvent, plantPlain } from './plant-rest.js';
import * as settings from './plant-settings.js';
import { plantTicket, plantTopic } from './plant-tickets.js';
import type { Seed } from './types.js';

/** Fills a workspace from a seed, in the order in which rows name others. One that names what it lacks is an error. */
export function plant(server: Server, workspace: Workspace, seed: Seed): void {
  const bed = new Bed(server, workspace, seed);
  const each = <T>(rows: readonly T[] | undefined, add: (bed: Bed, row: T) => void) => {
    for (const row of rows ?? []) add(bed, row);
  };
  each(seed.users, settings.plantUser);
  each(
    seed.boundaries?.toSorted((a, b) => a.level - b.level),
    settings.plantBoundary,
  );
  workspace.settingsChanged();
  each(seed.channels, settings.plantChannel);
  each(inOrder(seed.fields), settings.plantField);
  each(inOrder(seed.groups), settings.plantGroup);
  workspace.groupsChanged();
  each(inOrder(seed.labels), settings.plantLabel);
  each(seed.globals, settings.plantGlobal);
  each(inOrder(seed.flows), plantFlow);
  each(inOrder(seed.topics), plantTopic);
  each(inOrder(seed.contacts), plantContact);
  each(seed.tickets, plantTicket);
  for (const group of workspace.smartGroups()) fillSmartGroup(workspace, group);
  each(inOrder(seed.flow_starts), plantStart);
  each(inOrder(seed.runs), plantRun);
  each(seed.contacts, plantCurrentFlow);
  each(inOrder(seed.broadcasts), plantBroadcast);
  each(seed.media, plantMedia);
  each(inOrder(seed.messages), plantMessage);
  each(inOrder(seed.campaigns), plantCampaign);
  each(inOrder(seed.campaign_events), plantCampaignEvent);
  each(inOrder(seed.resthooks), plantResthook);
  each(inOrder(seed.resthook_subscribers), plantSubscriber);
  each(inOrder(seed.resthook_events), plantResthookEvent);
  each(seed.archives, plantArchive);
  each(inOrder(seed.channel_events), plantChannelEvent);
  for (const kind of ['classifiers', 'optins', 'templates'] as const) {
    for (const row of seed[kind] ?? []) plantPlain(bed, workspace[kind], row);
  }
}
