import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { badRequest } from '../core/reply.js';
import type { Message } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';

const DAY = 86_400_000;
const MOST_DAYS = 366;

type Counts = Record<string, string | number>;

export const statistics = endpoint({
  get(call) {
    const { workspace, incoming } = call;
    const today = Math.floor(workspace.ticker.now() / 1000 / DAY) * DAY;
    const since = dayOf(last(incoming.query, 'since'), 'since') ?? today - 90 * DAY;
    const until = dayOf(last(incoming.query, 'until'), 'until') ?? today + DAY;
    if (until - since > MOST_DAYS * DAY) {
      throw badRequest(`Date range can't be more than ${MOST_DAYS} days.`);
    }
    return { status: 200, data: { results: count(workspace, since, until) } };
  },
});

function dayOf(text: string | null, name: string): number | undefined {
  if (!text) return undefined;
  const time = calendarDay(text) ?? weekDay(text);
  if (time === undefined) throw badRequest(`Invalid date value for '${name}'.`);
  return time;
}

/** `2026-02-28` and `20260228`. */
function calendarDay(text: string): number | undefined {
  const found = /^(\d{4})(-?)(\d\d)\2(\d\d)$/.exec(text);
  if (!found) return undefined;
  const iso = `${found[1]}-${found[3]}-${found[4]}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  // The 30th of February is one of March for JavaScript, and nothing for Python.
  const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso);
  return isReal && found[1] !== '0000' ? time : undefined;
}

/** `2026-W09`, its Monday, and `2026-W09-6`. */
function weekDay(text: string): number | undefined {
  const found = /^(\d{4})(-?)W(\d\d)(?:\2([1-7]))?$/.exec(text);
  if (!found) return undefined;
  const mondayOf = (year: number): number => {
    const fourth = Date.UTC(year, 0, 4);
    return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY;
  };
  const year = Number(found[1]);
  const week = Number(found[3]);
  const monday = mondayOf(year) + (week - 1) * 7 * DAY;
  if (week < 1 || monday >= mondayOf(year + 1)) return undefined;
  return monday + (Number(found[4] ?? 1) - 1) * DAY;
}

function count(workspace: Workspace, since: number, until: number): unknown[] {
  const days = new Map<string, Record<string, Counts>>();
  for (const message of workspace.messages) {
    const at = message.createdOn / 1000;
    if (!message.channel || at < since || at >= until) continue;
    const date = new Date(at).toISOString().slice(0, 10);
    const channels = days.get(date) ?? {};
    days.set(date, channels);
    const { uuid, type } = message.channel;
    channels[uuid] ??= { type };
    const key = keyOf(message);
    channels[uuid][key] = Number(channels[uuid][key] ?? 0) + 1;
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, channels]) => ({ date, channels }));
}

const keyOf = ({ type, direction }: Message): string =>
  `${type === 'voice' ? 'voice' : 'text'}:${direction}`;
