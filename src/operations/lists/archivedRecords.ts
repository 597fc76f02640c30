import { isObject } from '../../input/check.js';
import { periodBetween } from '../../input/filters.js';
import { fullTime, toMicros } from '../../input/times.js';
import { NOT_REACHED, type resources, WAITING } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';

/** Which records of archives a list would have, and how it would show them. */

/** `2017-08-12T21:11:59.89+00:00` as the live lists write it: `2017-08-12T21:11:59.890000Z`. */
function liveTime(time: unknown): unknown {
  const live = liveRunTime(time);
  return typeof live !== 'string' || String(time).includes('.')
    ? live
    : live.replace('.000000Z', 'Z');
}

/** Within runs, the live lists always write six decimals. */
function liveRunTime(time: unknown): unknown {
  return fullTime(time) ?? time;
}

function withLiveTimes(record: Dictionary, keys: readonly string[]): Dictionary {
  const times = keys.filter(key => key in record).map(key => [key, liveTime(record[key])]);
  return { ...record, ...Object.fromEntries(times) };
}

/** What an old archive may lack. */
const MESSAGE = { broadcast: null, urn: null, channel: null, flow: null, sent_on: null };

function liveMessage(archived: Dictionary): Dictionary {
  const record = withLiveTimes(archived, ['created_on', 'sent_on', 'modified_on']);
  const attachments = Array.isArray(record.attachments) ? record.attachments : [];
  const [first] = attachments.filter(isObject);
  return {
    ...MESSAGE,
    ...record,
    labels: record.labels ?? [],
    attachments,
    archived: record.visibility === 'archived',
    media: first ? `${first.content_type}:${first.url}` : null,
  };
}

function withTime(item: unknown): unknown {
  return isObject(item) && 'time' in item ? { ...item, time: liveRunTime(item.time) } : item;
}

/** Older archives have the results of a run as a list of objects. */
function liveValues(values: unknown): Dictionary {
  const entries = [values]
    .flat()
    .filter(isObject)
    .flatMap(Object.entries<unknown>);
  return Object.fromEntries(entries.map(([key, item]) => [key, withTime(item)]));
}

function liveRun(archived: Dictionary): Dictionary {
  const record = withLiveTimes(archived, ['created_on', 'modified_on', 'exited_on']);
  return {
    start: null,
    exited_on: null,
    exit_type: null,
    ...record,
    path: Array.isArray(record.path) ? record.path.map(withTime) : null,
    values: liveValues(record.values),
  };
}

/**
 * The lists whose older records are in archives: what archives of them are called, the time by which a record belongs to
 * one, how it becomes a live one, and what reads them alone.
 */
export const ARCHIVED = {
  messages: {
    type: 'message',
    time: 'created_on',
    toLive: liveMessage,
    reader: 'eachArchivedMessages()',
  },
  runs: { type: 'run', time: 'modified_on', toLive: liveRun, reader: 'eachArchivedRuns()' },
} as const;

export type ArchivedList = keyof typeof ARCHIVED;

type Matches = (record: Dictionary, wanted: string) => boolean;

const refersTo = (value: unknown, wanted: string) =>
  String((value as Dictionary | null | undefined)?.uuid).toLowerCase() === wanted.toLowerCase();

const isIncoming = ({ direction }: Dictionary) => direction === 'in';
/** In old archives, the type says it. */
const isOfFlow = ({ flow, type }: Dictionary) => Boolean(flow) || type === 'flow';

const FOLDER: { [folder: string]: (message: Dictionary) => boolean } = {
  inbox: message => isIncoming(message) && !message.archived && !isOfFlow(message),
  flows: message => isIncoming(message) && !message.archived && isOfFlow(message),
  archived: message => isIncoming(message) && message.archived === true,
  outbox: message => !isIncoming(message) && WAITING.includes(String(message.status)),
  failed: message => !isIncoming(message) && message.status === NOT_REACHED,
};

type FilterOf<List extends ArchivedList> = keyof (typeof resources)[List]['filters'];
/** The filters that select records: not the period, and not what only changes how records come or look. */
type Selecting = Exclude<
  FilterOf<'messages'> | FilterOf<'runs'>,
  'before' | 'after' | 'reverse' | 'paths'
>;

/** The filters of both lists. */
const FILTERS: { readonly [filter in Selecting]: Matches } = {
  id: ({ id }, wanted) => String(id) === wanted,
  uuid: ({ uuid }, wanted) => String(uuid).toLowerCase() === wanted.toLowerCase(),
  flow: ({ flow }, wanted) => refersTo(flow, wanted),
  contact: ({ contact }, wanted) => refersTo(contact, wanted),
  broadcast: ({ broadcast }, wanted) => String(broadcast) === wanted,
  responded: ({ responded }) => responded === true,
  folder: (message, wanted) => FOLDER[wanted]?.(message) === true,
  label: ({ labels }, wanted) =>
    Array.isArray(labels) &&
    labels.some(label => refersTo(label, wanted) || (label as Dictionary | null)?.name === wanted),
};

/**
 * Selects the records of archives that match a query.
 *
 * @returns the record as the list would have it, or undefined
 */
export function matcherOf(
  list: ArchivedList,
  query: Query,
): (record: Dictionary) => Dictionary | undefined {
  const period = periodBetween(toMicros(query.after), toMicros(query.before));
  const { time, toLive } = ARCHIVED[list];
  const filters = Object.entries(query).flatMap(([name, value]) => {
    const matches = Object.hasOwn(FILTERS, name) ? FILTERS[name as Selecting] : undefined;
    return matches ? [{ matches, wanted: String(value) }] : [];
  });
  return archived => {
    if (!period.includes(archived[time])) return undefined;
    const record = toLive(archived);
    if (!filters.every(({ matches, wanted }) => matches(record, wanted))) return undefined;
    return query.paths === false ? { ...record, path: null } : record;
  };
}
