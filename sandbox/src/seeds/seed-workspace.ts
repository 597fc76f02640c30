import { planAll } from '../engine/campaigns.js';
import { fillSmartGroup } from '../engine/membership.js';
import { parseTime } from '../state/clock.js';
import type { Server } from '../state/server.js';
import type { Workspace } from '../state/workspace.js';
import { checkSeed } from './check-seed.js';
import { seedCampaign, seedCampaignEvent } from './seed-campaigns.js';
import { seedContact } from './seed-contacts.js';
import { SeedContext } from './seed-context.js';
import { seedFlow, seedFlowStart, seedRun, seedWaitingRun } from './seed-flows.js';
import { seedBroadcast, seedMedia, seedMessage } from './seed-messages.js';
import { seedArchive, seedChannelEvent, seedPlain } from './seed-read-only.js';
import { seedResthook, seedResthookEvent, seedResthookSubscriber } from './seed-resthooks.js';
import * as settings from './seed-settings.js';
import { seedTicket, seedTopic } from './seed-tickets.js';
import type { Seed } from './types.js';

/** Fills a workspace from a seed, in dependency order. A reference to a missing row is an error. */
export function seedWorkspace(server: Server, workspace: Workspace, seed: Seed): void {
  checkSeed(seed);
  const context = new SeedContext(server, workspace, seed);
  const each = <T>(rows: readonly T[] | undefined, add: (context: SeedContext, row: T) => void) => {
    for (const row of rows ?? []) add(context, row);
  };
  each(seed.users, settings.seedUser);
  each(
    seed.boundaries?.toSorted((a, b) => a.level - b.level),
    settings.seedBoundary,
  );
  workspace.settingsChanged();
  each(seed.channels, settings.seedChannel);
  each(newestFirst(seed.fields), settings.seedField);
  each(newestFirst(seed.groups), settings.seedGroup);
  workspace.groupsChanged();
  each(newestFirst(seed.labels), settings.seedLabel);
  each(seed.globals, settings.seedGlobal);
  each(inOrder(seed.flows), seedFlow);
  each(inOrder(seed.topics), seedTopic);
  each(inOrder(seed.contacts), seedContact);
  each(seed.tickets, seedTicket);
  for (const group of workspace.smartGroups()) fillSmartGroup(workspace, group);
  each(inOrder(seed.flow_starts), seedFlowStart);
  each(inOrder(seed.runs), seedRun);
  each(seed.contacts, seedWaitingRun);
  each(inOrder(seed.broadcasts), seedBroadcast);
  each(seed.media, seedMedia);
  each(inOrder(seed.messages), seedMessage);
  each(inOrder(seed.campaigns), seedCampaign);
  each(inOrder(seed.campaign_events), seedCampaignEvent);
  planAll(workspace);
  each(inOrder(seed.resthooks), seedResthook);
  each(inOrder(seed.resthook_subscribers), seedResthookSubscriber);
  each(inOrder(seed.resthook_events), seedResthookEvent);
  each(seed.archives, seedArchive);
  each(inOrder(seed.channel_events), seedChannelEvent);
  for (const kind of ['classifiers', 'optins', 'templates'] as const) {
    for (const row of seed[kind] ?? []) seedPlain(context, workspace[kind], row);
  }
}

/**
 * The API lists newest first; rows are created oldest first. A row without a time stays after the one that preceded it.
 */
function inOrder<T extends { created_on?: string }>(rows: readonly T[] | undefined): readonly T[] {
  if (!rows?.some(row => row.created_on)) return rows ?? [];
  let at = Number.NEGATIVE_INFINITY;
  return rows
    .map(row => {
      at = (row.created_on ? parseTime(row.created_on) : undefined) ?? at;
      return { row, at };
    })
    .sort((a, b) => a.at - b.at || 0)
    .map(({ row }) => row);
}

/** Groups, fields and labels, of which the API does not show when they were made: it lists the newest first. */
function newestFirst<T extends { created_on?: string }>(
  rows: readonly T[] | undefined,
): readonly T[] {
  return rows?.some(row => row.created_on) ? inOrder(rows) : (rows?.toReversed() ?? []);
}
