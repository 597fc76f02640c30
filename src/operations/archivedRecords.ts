import type { Dictionary } from '../types/json.js';

/** Brings records of archives into the shape of the live lists (API reference, section 4.1). */

/** `2017-08-12T21:11:59.89+00:00` as the live lists write it: `2017-08-12T21:11:59.890000Z`. */
export function liveTime(time: unknown): unknown {
  if (typeof time !== 'string') return time;
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(?:\+00:00|Z)$/.exec(time);
  if (!match) return time;
  const [, seconds, fraction] = match;
  return fraction ? `${seconds}.${fraction.padEnd(6, '0')}Z` : `${seconds}Z`;
}

function withLiveTimes(record: Dictionary, keys: readonly string[]): Dictionary {
  const times = keys.filter(key => key in record).map(key => [key, liveTime(record[key])]);
  return { ...record, ...Object.fromEntries(times) };
}

export function liveMessage(archived: Dictionary): Dictionary {
  const record = withLiveTimes(archived, ['created_on', 'sent_on', 'modified_on']);
  const [first] = Array.isArray(record.attachments) ? record.attachments : [];
  return {
    ...record,
    archived: record.visibility === 'archived',
    media: first ? `${first.content_type}:${first.url}` : null,
  };
}

/** Older archives have the results of a run as a list of objects. */
function mergeValues(values: unknown): unknown {
  return Array.isArray(values) ? Object.assign({}, ...values) : values;
}

export function liveRun(archived: Dictionary): Dictionary {
  const record = withLiveTimes(archived, ['created_on', 'modified_on', 'exited_on']);
  return { start: null, ...record, values: mergeValues(record.values) };
}
