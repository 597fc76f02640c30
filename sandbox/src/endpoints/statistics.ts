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
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time)) throw badRequest(`Invalid date value for '${name}'.`);
  return time;
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
