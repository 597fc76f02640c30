import { createHash } from 'node:crypto';
import type { Query } from '../client/request.js';
import { identityOf } from '../client/seenIds.js';
import { fail } from '../errors/errors.js';
import { isDatetime } from '../input/datetimes.js';
import type { Dictionary } from '../types/json.js';
import type { State } from '../types/state.js';
import { type MarkName, markAt, withMarkAt } from './rapidproState.js';

/**
 * How far a list has been read, kept in `state.rapidpro.marks` from run to run.
 *
 * A record is written some time after the moment that it carries, and lists are read from a copy that
 * lags behind. So each run looks back a little, and drops what it has seen.
 */
export interface ChangeMark {
  /** The time of the newest record, with microseconds, as RapidPro wrote it. */
  time: string;
  /** Where the next run begins to read: a little before. */
  from: string;
  /** What has been seen since `from`: a short name of each record, and how many ms before `time`. */
  seen: { [name: string]: number };
}

/** Seconds that each run looks back. */
const LOOK_BACK = 30;

/** An import can put any number of records into one instant; of more than these some come twice. */
const MOST_SEEN = 50_000;

/** A time with all six digits of its second, so that times can be compared as text. */
function comparable(time: string): string {
  const [, seconds = time, fraction = ''] = /^(.*:\d{2})(?:\.(\d+))?Z$/.exec(time) ?? [];
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}

/** Sorts records by time, oldest first. */
export function byTime(records: readonly Dictionary[], key: string): Dictionary[] {
  return records
    .map(record => ({ record, time: comparable(String(record[key])) }))
    .sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)))
    .map(({ record }) => record);
}

/** What is remembered of a record: a name that changes with it. Taken before a job can touch it. */
export interface Version {
  name: string;
  time: string;
}

export function versionOf(record: Dictionary, key: string): Version {
  const time = String(record[key]);
  const text = `${identityOf(record)} ${time}`;
  return { time, name: createHash('sha256').update(text).digest('base64url').slice(0, 10) };
}

/** Whether an earlier run has handed on a record as it is now. */
export function isSeen(mark: ChangeMark | undefined, { name }: Version): boolean {
  return mark !== undefined && Object.hasOwn(mark.seen, name);
}

/** The mark after these have been dealt with. */
export function advance(
  mark: ChangeMark | undefined,
  versions: readonly Version[],
): ChangeMark | undefined {
  const times = versions.map(({ time }) => time);
  const time = [...times, ...(mark ? [mark.time] : [])].reduce<string | undefined>(
    (latest, each) => (latest && comparable(latest) >= comparable(each) ? latest : each),
    undefined,
  );
  if (time === undefined) return mark;
  const now = Date.parse(time);
  const moved = mark ? now - Date.parse(mark.time) : 0;
  const all = new Map<string, number>();
  for (const [name, ago] of Object.entries(mark?.seen ?? {})) all.set(name, ago + moved);
  for (const { name, time: at } of versions) all.set(name, now - Date.parse(at));
  const recent = [...all].filter(([, ago]) => ago <= LOOK_BACK * 1000).sort((a, b) => a[1] - b[1]);
  const kept = recent.slice(0, MOST_SEEN);
  // If not all fit, the next run looks back no further than what is remembered.
  const oldest = kept.at(-1)?.[1] ?? 0;
  const back = kept.length < recent.length ? oldest : LOOK_BACK * 1000;
  return { time, from: new Date(now - back).toISOString(), seen: Object.fromEntries(kept) };
}

function shortHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
}

/**
 * A name for a list of a server with its filters that reveals none of them. The token is no part of it:
 * a new one must not make a job start again.
 */
export function markName(server: string, resource: string, query: Query): MarkName {
  const { after: _, ...rest } = query;
  return {
    name: `${resource}-${shortHash([server, rest])}`,
    former: `${resource}-${shortHash(rest)}`,
  };
}

/**
 * Reads a mark.
 *
 * @throws RapidProError `INVALID_INPUT` if it is not a mark
 */
export function readMark(state: State, name: MarkName): ChangeMark | undefined {
  const mark = markAt(state, name) as Partial<ChangeMark> | null | undefined;
  if (mark === undefined || mark === null) return undefined;
  const { time, from, seen = {} } = mark;
  const isGood = [time, from].every(text => typeof text === 'string' && isDatetime(text));
  if (isGood && seen !== null && typeof seen === 'object') return mark as ChangeMark;
  throw fail(
    'INVALID_INPUT',
    'state.rapidpro.marks is not as the adaptor left it.',
    'Take the mark out of the state: the list is then read from its start.',
  );
}

export function writeMark(state: State, name: MarkName, mark: ChangeMark | undefined): State {
  return mark ? withMarkAt(state, name, mark) : state;
}
