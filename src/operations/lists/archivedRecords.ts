import { fromMicros, toMicros } from '../../input/times.js';
import type { Dictionary } from '../../types/json.js';

/** Converts records of archives into the shape of the live lists. */

/** `2017-08-12T21:11:59.89+00:00` as the live lists write it: `2017-08-12T21:11:59.890000Z`. */
export function liveTime(time: unknown): unknown {
  const live = liveRunTime(time);
  return typeof live !== 'string' || String(time).includes('.')
    ? live
    : live.replace('.000000Z', 'Z');
}

/** Within runs, the live lists always write six decimals. */
function liveRunTime(time: unknown): unknown {
  const at = toMicros(time);
  return at === undefined ? time : fromMicros(at);
}

function isObject(value: unknown): value is Dictionary {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function withLiveTimes(record: Dictionary, keys: readonly string[]): Dictionary {
  const times = keys.filter(key => key in record).map(key => [key, liveTime(record[key])]);
  return { ...record, ...Object.fromEntries(times) };
}

/** What an old archive may lack. */
const MESSAGE = { broadcast: null, urn: null, channel: null, flow: null, sent_on: null };

export function liveMessage(archived: Dictionary): Dictionary {
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

export function liveRun(archived: Dictionary): Dictionary {
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
