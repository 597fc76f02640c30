import { flow as flowRule } from '../body/references.js';
import { also, choice, integer, oneRef, readShape, refTo, required, text } from '../body/rules.js';
import { translated } from '../body/translated.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { listPage } from '../core/list.js';
import { invalidAsAWhole, ServerError } from '../core/reply.js';
import { dropEvent, planEvent, systemField } from '../engine/campaigns.js';
import { isoTime } from '../state/clock.js';
import { canonicalUuid, newUuid } from '../state/ids.js';
import type { Campaign, CampaignEvent } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { findByUuid, uuidFilter } from './filters.js';
import { mostLetters } from './messages.js';
import { ref, refOrNull } from './shown.js';

const LARGEST_OFFSET = 2 ** 31 - 1;

const UNITS = ['minutes', 'hours', 'days', 'weeks'] as const;

export const campaignEvents = endpoint<CampaignEvent>({
  get(call) {
    const { workspace, incoming } = call;
    const uuid = uuidFilter(call, 'broken');
    const campaign = last(incoming.query, 'campaign');
    return listPage(call, {
      rows: workspace.campaignEvents.by('created'),
      holds: one =>
        (uuid === undefined || one.uuid === uuid) &&
        (!campaign ||
          one.campaign.name === campaign ||
          one.campaign.uuid === canonicalUuid(campaign)),
      show: showEvent,
    });
  },

  find: (call, lookup) =>
    findByUuid(lookup, 'CampaignEvent', uuid => call.workspace.campaignEvents.find(uuid)),

  post(call, body, event) {
    const { workspace } = call;
    const details = readEvent(call, body, event);
    if (event && workspace.dialect === 'textit') {
      const moved = MOVING.some(key => event[key] !== details[key]);
      Object.assign(event, details, moved ? { scheduledOn: workspace.tick() } : {});
      if (moved) planEvent(workspace, event);
      return { status: 200, data: showEvent(event) };
    }
    // `v9` replaces the event with a new one.
    if (event) forget(workspace, event);
    const createdOn = workspace.tick();
    const made = workspace.campaignEvents.add({
      id: workspace.nextId('campaign event'),
      uuid: newUuid(),
      ...details,
      createdOn,
      scheduledOn: createdOn,
    });
    planEvent(workspace, made);
    return { status: event ? 200 : 201, data: showEvent(made) };
  },

  remove({ workspace }, event) {
    forget(workspace, event);
    return { status: 204 };
  },
});

function forget(workspace: Workspace, event: CampaignEvent): void {
  workspace.campaignEvents.remove(event);
  dropEvent(workspace, event);
}

/** The attributes that determine an event's schedule. */
const MOVING = ['relativeTo', 'offset', 'unit', 'deliveryHour'] as const;

function isBusy({ scheduledOn }: CampaignEvent, { ticker, settings }: Workspace): boolean {
  return ticker.now() < scheduledOn + settings.scheduling * 1_000_000;
}

const findCampaign = (given: string, { workspace }: Call): Campaign | undefined =>
  workspace.campaigns.find(canonicalUuid(given) ?? given);

/** System fields of `v9` that are not dates. */
const NO_DATES = [
  { key: 'id', name: 'ID', type: 'number' as const },
  { key: 'name', name: 'Name', type: 'text' as const },
  { key: 'language', name: 'Language', type: 'text' as const },
];

const findField = (key: string, { workspace }: Call) =>
  systemField(key) ??
  workspace.fieldsByKey.get(key) ??
  (workspace.dialect === 'v9' ? NO_DATES.find(field => field.key === key) : undefined);

const isText = (input: unknown): boolean => typeof input === 'string';

const primary = ({ settings }: Workspace): string => settings.languages[0] ?? 'und';

function eventShape(event: CampaignEvent | undefined) {
  const campaign = also(oneRef(refTo(findCampaign)), found =>
    event && event.campaign !== found ? ['Cannot change campaign for existing events'] : undefined,
  );
  const message = also(translated(text({ most: mostLetters }), isText), (kept, { workspace }) =>
    kept.has(primary(workspace))
      ? undefined
      : ['Message text in default flow language is required.'],
  );
  return {
    campaign: required(campaign),
    offset: required(integer()),
    unit: required(choice(...UNITS)),
    delivery_hour: required(integer({ least: -1, most: 23 })),
    relative_to: required(oneRef(refTo(findField))),
    message,
    flow: flowRule,
  };
}

function readEvent(
  call: Call,
  body: Record<string, unknown>,
  event: CampaignEvent | undefined,
): Omit<CampaignEvent, 'id' | 'uuid' | 'createdOn' | 'scheduledOn'> {
  const kept = readShape(eventShape(event), body, call);
  if (event && call.workspace.dialect === 'textit' && isBusy(event, call.workspace)) {
    throw invalidAsAWhole('Cannot modify events which are currently being scheduled.');
  }
  if ((kept.message === undefined) === (kept.flow === undefined)) {
    throw invalidAsAWhole('Flow or a message text required.');
  }
  if (Math.abs(kept.offset) > LARGEST_OFFSET)
    throw new ServerError('an offset that its column cannot hold');
  // Only a new event's field is checked.
  if (!event && kept.relative_to.type !== 'datetime')
    throw new ServerError('an event relative to a field that is not a date');
  call.engine.requireInTextit(call.workspace);
  return {
    campaign: kept.campaign,
    relativeTo: kept.relative_to,
    offset: kept.offset,
    unit: kept.unit,
    deliveryHour: kept.delivery_hour,
    flow: kept.flow ?? null,
    message: kept.message ? Object.fromEntries(kept.message) : null,
  };
}

function showEvent(event: CampaignEvent): unknown {
  const { key, name } = event.relativeTo;
  return {
    uuid: event.uuid,
    campaign: ref(event.campaign),
    relative_to: { key, name, label: name },
    offset: event.offset,
    unit: event.unit,
    delivery_hour: event.deliveryHour,
    flow: refOrNull(event.flow),
    message: event.message,
    created_on: isoTime(event.createdOn),
  };
}
