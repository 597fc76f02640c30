import { type Micros, parseTime } from '../state/clock.js';
import type { CampaignEvent, Contact } from '../state/model.js';
import type { Planned } from '../state/schedule.js';
import type { Workspace } from '../state/workspace.js';
import { offsetAt, toInstant } from '../values/timezone.js';

/** When an event is due for a contact, and the date that it was counted from. */
interface Fire {
  from: Micros;
  /** Undefined if that time was already past. */
  planned: Planned | undefined;
}

/** The contacts that each campaign event is planned for. */
export type FireTable = Map<CampaignEvent, Map<Contact, Fire>>;

/** Plans all events that concern a contact, after a change. What has not changed stays planned, and what is past is not made up for. */
export function planForContact(workspace: Workspace, contact: Contact): void {
  for (const event of workspace.campaignEvents) plan(workspace, event, contact);
}

/** Plans an event anew for everyone in its campaign's group. */
export function planEvent(workspace: Workspace, event: CampaignEvent): void {
  dropEvent(workspace, event);
  for (const contact of event.campaign.group.members) plan(workspace, event, contact);
}

/** Plans all events anew. */
export function planAll(workspace: Workspace): void {
  for (const event of workspace.campaignEvents) planEvent(workspace, event);
}

/** Forgets an event that was deleted or replaced. */
export function dropEvent({ fires }: Workspace, event: CampaignEvent): void {
  for (const fire of fires.get(event)?.values() ?? []) cancel(fire);
  fires.delete(event);
}

function cancel({ planned }: Fire): void {
  if (planned) planned.act = undefined;
}

function plan(workspace: Workspace, event: CampaignEvent, contact: Contact): void {
  const { fires, schedule, ticker } = workspace;
  const from = startOf(workspace, event, contact);
  const known = fires.get(event)?.get(contact);
  if (known?.from === from) return;
  if (known) {
    cancel(known);
    fires.get(event)?.delete(contact);
  }
  if (from === undefined) return;
  const at = dueOn(event, from, workspace.locale.timezone);
  const planned =
    at !== undefined && at > ticker.now()
      ? schedule.plan(at, () => workspace.onDue?.(event, contact))
      : undefined;
  const ofEvent = fires.get(event) ?? new Map<Contact, Fire>();
  fires.set(event, ofEvent.set(contact, { from, planned }));
}

/** The date that an event counts from. Undefined if there is none, or the contact is not in the campaign's group. */
function startOf(
  { fieldsByKey }: Workspace,
  { campaign, relativeTo: { key } }: CampaignEvent,
  contact: Contact,
): Micros | undefined {
  if (!contact.groups.has(campaign.group)) return undefined;
  if (key === 'created_on') return contact.createdOn;
  if (key === 'last_seen_on') return contact.lastSeenOn ?? undefined;
  const field = fieldsByKey.get(key);
  const text = field && contact.fields.get(field)?.datetime;
  return text ? parseTime(text) : undefined;
}

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const SECONDS: Record<string, number> = {
  minutes: MINUTE,
  hours: 60 * MINUTE,
  days: DAY,
  weeks: 7 * DAY,
};

/** The seconds to either side of 1970 that a calendar reaches. */
const REACH = 8.6e12;

/**
 * When an event is due: the date, rounded up to a whole minute, and the offset. Days and weeks go by the workspace's
 * calendar; a delivery hour replaces the time of that day. Undefined beyond the calendar.
 */
function dueOn(
  { offset, unit, deliveryHour }: CampaignEvent,
  from: Micros,
  timezone: string,
): Micros | undefined {
  const start = Math.ceil(from / (MINUTE * 1_000_000)) * MINUTE;
  const length = offset * (SECONDS[unit] ?? 0);
  if (!(Math.abs(start + length) < REACH)) return undefined;
  const wallOf = (seconds: number) => seconds + offsetAt(timezone, seconds * 1000);
  const byCalendar = unit === 'days' || unit === 'weeks';
  const at = byCalendar ? toInstant(wallOf(start) + length, timezone).seconds : start + length;
  if (deliveryHour < 0) return at * 1_000_000;
  const day = Math.floor(wallOf(at) / DAY) * DAY;
  return toInstant(day + deliveryHour * 60 * MINUTE, timezone).seconds * 1_000_000;
}

/** Dates that every contact has in addition to the workspace's fields. */
const SYSTEM_FIELDS = [
  { key: 'created_on', name: 'Created On', type: 'datetime' as const },
  { key: 'last_seen_on', name: 'Last Seen On', type: 'datetime' as const },
];

export const systemField = (key: string) => SYSTEM_FIELDS.find(field => field.key === key);
