import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { badRequest, ServerError } from '../core/reply.js';
import { canonicalUuid } from '../state/ids.js';
import type { Campaign, CampaignEvent, Flow } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { ref } from './shown.js';

const DEPENDENCIES = ['none', 'flows', 'all'];

export const definitions = endpoint({
  get(call) {
    const { workspace, incoming } = call;
    const newestFirst = workspace.dialect === 'v9';
    const dependencies = last(incoming.query, 'dependencies') ?? 'all';
    if (!DEPENDENCIES.includes(dependencies)) {
      throw badRequest(`dependencies must be one of ${DEPENDENCIES.join(', ')}`);
    }
    const campaigns = pick(call, 'campaign', workspace.campaigns);
    const events = [...workspace.campaignEvents.by('created').walk(newestFirst)].filter(one =>
      campaigns.includes(one.campaign),
    );
    const flows = new Set<Flow>(pick(call, 'flow', workspace.flows));
    if (dependencies !== 'none') for (const { flow } of events) if (flow) flows.add(flow);
    const all = dependencies === 'all';
    return {
      status: 200,
      data: {
        version: '13',
        site: incoming.origin.replace(/^http:/, 'https:'),
        flows: [...flows].map(exportedFlow),
        campaigns: campaigns.map(one => exportedCampaign(one, events, workspace)),
        triggers: [],
        fields: all ? fieldsOf(events, workspace) : [],
        groups: all ? campaigns.map(({ group }) => ({ ...ref(group), query: group.query })) : [],
      },
    };
  },
});

/** Uuids may be repeated. Unknown ones are ignored. */
function pick<T extends { uuid: string }>(
  { incoming, workspace }: Call,
  param: string,
  rows: { find(uuid: string): T | undefined },
): T[] {
  return incoming.query.getAll(param).flatMap(given => {
    const uuid = canonicalUuid(given);
    if (!uuid && (workspace.dialect === 'textit' || param === 'campaign')) {
      throw new ServerError('a parameter that is not a UUID');
    }
    const written = workspace.dialect === 'v9' && param === 'flow' ? given : uuid;
    const row = written && rows.find(written);
    return row ? [row] : [];
  });
}

function exportedFlow({ uuid, name, definition, expires }: Flow): unknown {
  return { nodes: [], ...definition, uuid, name, expire_after_minutes: expires };
}

const UNIT: Record<string, string> = { minutes: 'M', hours: 'H', days: 'D', weeks: 'W' };

function exportedCampaign(
  campaign: Campaign,
  events: readonly CampaignEvent[],
  { dialect }: Workspace,
): unknown {
  return {
    ...ref(campaign),
    group: ref(campaign.group),
    events: events
      .filter(event => event.campaign === campaign)
      .map(event => ({
        uuid: event.uuid,
        offset: event.offset,
        unit: UNIT[event.unit] ?? event.unit,
        event_type: event.flow ? 'F' : 'M',
        delivery_hour: event.deliveryHour,
        ...(event.message || dialect === 'v9' ? { message: event.message } : {}),
        relative_to: { label: event.relativeTo.name, key: event.relativeTo.key },
        start_mode: 'I',
        ...(event.flow ? { flow: ref(event.flow) } : { base_language: baseOf(event) }),
      })),
  };
}

const baseOf = ({ message }: CampaignEvent): string => Object.keys(message ?? {})[0] ?? 'und';

function fieldsOf(events: readonly CampaignEvent[], workspace: Workspace): unknown[] {
  const keys = new Set(events.map(({ relativeTo }) => relativeTo.key));
  return [...workspace.fields]
    .filter(({ key }) => keys.has(key))
    .map(({ key, name, type }) => ({ key, name, type }));
}
