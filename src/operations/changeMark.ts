import { createHash } from 'node:crypto';
import { RapidProError } from '../client/errors.js';
import type { Query } from '../client/request.js';
import type { Dictionary } from '../types/json.js';
import type { State } from '../types/state.js';
import { isDatetime } from './datetimes.js';

/**
 * How far a list has been read, kept in `state.rapidpro.marks` from run to run.
 *
 * A record is written some time after the moment that it carries, and lists are read from a copy that
 * lags behind. So each run looks back a little, and drops what it has seen: by uuid and time.
 */
export interface ChangeMark {
  /** The time of the newest record, with microseconds, as RapidPro wrote it. */
  time: string;
  /** The times of the records of the last seconds before it, by uuid. */
  seen: { [id: string]: string };
}

/** Seconds that each run looks back. */
export const LOOK_BACK = 30;
/** More are not kept: an import can put any number into one instant. The rest may come twice. */
const MOST_SEEN = 10_000;

/** A time with all six digits of its second, so that times can be compared as text. */
function comparable(time: string): string {
  const [, seconds = time, fraction = ''] = /^(.*:\d{2})(?:\.(\d+))?Z$/.exec(time) ?? [];
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}

/** The time to read from: {@link LOOK_BACK} seconds before a mark. */
export function lookBack(time: string): string {
  return new Date(Date.parse(time) - LOOK_BACK * 1000).toISOString();
}

/** Sorts records by time, oldest first. */
export function byTime(records: readonly Dictionary[], key: string): Dictionary[] {
  return [...records].sort((a, b) => {
    const [first, second] = [comparable(String(a[key])), comparable(String(b[key]))];
    return first < second ? -1 : Number(first > second);
  });
}

function idOf(record: Dictionary): string {
  return String(record.uuid ?? record.id ?? record.key);
}

/** Those records that no former run has handed on as they are now. */
export function unseen(
  records: readonly Dictionary[],
  key: string,
  mark: ChangeMark | undefined,
): Dictionary[] {
  if (!mark) return [...records];
  return records.filter(record => mark.seen[idOf(record)] !== record[key]);
}

/** The mark after a page has been dealt with. */
export function advance(
  mark: ChangeMark | undefined,
  page: readonly Dictionary[],
  key: string,
): ChangeMark | undefined {
  const last = byTime(page, key).at(-1);
  if (!last) return mark;
  const newest = String(last[key]);
  const time = mark && comparable(mark.time) > comparable(newest) ? mark.time : newest;
  const oldest = comparable(lookBack(time));
  const entries = [
    ...Object.entries(mark?.seen ?? {}),
    ...page.map((record): [string, string] => [idOf(record), String(record[key])]),
  ];
  const recent = entries.filter(([, at]) => comparable(at) >= oldest).slice(-MOST_SEEN);
  return { time, seen: Object.fromEntries(recent) };
}

/** A name for a list with its filters that tells nothing of them. */
export function markName(resource: string, query: Query): string {
  const { after: _, ...rest } = query;
  const hash = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 12);
  return `${resource}-${hash}`;
}

function rapidproOf(state: State): Dictionary {
  const { rapidpro } = state;
  return rapidpro !== null && typeof rapidpro === 'object' ? (rapidpro as Dictionary) : {};
}

function marksOf(state: State): Dictionary {
  const { marks } = rapidproOf(state);
  return marks !== null && typeof marks === 'object' ? (marks as Dictionary) : {};
}

/**
 * Reads a mark.
 *
 * @throws RapidProError `INVALID_INPUT` for one that is none
 */
export function readMark(state: State, name: string): ChangeMark | undefined {
  const mark = marksOf(state)[name] as Partial<ChangeMark> | null | undefined;
  if (mark === undefined || mark === null) return undefined;
  const { time, seen = {} } = mark;
  if (typeof time === 'string' && isDatetime(time) && seen !== null && typeof seen === 'object') {
    return { time, seen };
  }
  throw new RapidProError({
    code: 'INVALID_INPUT',
    description: 'state.rapidpro.marks is not as the adaptor left it.',
    fix: 'Take the mark out of the state: the list is then read from its start.',
  });
}

export function writeMark(state: State, name: string, mark: ChangeMark | undefined): State {
  if (!mark) return state;
  const rapidpro = { ...rapidproOf(state), marks: { ...marksOf(state), [name]: mark } };
  return { ...state, rapidpro };
}
