import { fail } from '../errors/errors.js';
import type { State } from '../types/state.js';
import { type MarkName, markAt } from './rapidproState.js';

/**
 * How far the events of a resthook have been read, kept in `state.rapidpro.marks` from run to run.
 *
 * RapidPro shows an event when the contact's turn in the flow is over: each subscriber may take 15
 * seconds to answer before that. So each look goes back some minutes behind the newest event, and
 * drops what it has seen.
 */
export interface EventMark {
  /** When it was last looked, by this computer's clock. */
  looked: string;
  /** The time of the newest event, with microseconds. Absent until there is one. */
  time?: string;
  /** The events of the last minutes before it. */
  seen: string[];
}

/** Seconds that each look goes back. */
export const LOOK_BACK = 600;
/** Seconds for which RapidPro keeps events. */
export const KEPT = 48 * 3600;
/** More are not kept in the state. The rest may come twice. */
export const MOST_SEEN = 10_000;

/** An event has no id: its time and its content are one. */
export interface SeenEvent {
  time: string;
  key: string;
}

/** A time with all six digits of its second, so that times can be compared as text. */
export function comparable(time: string): string {
  const [, seconds = time, fraction = ''] = /^(.*:\d{2})(?:\.(\d+))?Z$/.exec(time) ?? [];
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}

export const nameOf = ({ time, key }: SeenEvent): string => `${comparable(time)} ${key}`;

/** The time down to which a look must go, or undefined for all there is. */
export function lookBackTo(mark: EventMark | undefined): string | undefined {
  if (mark?.time === undefined) return undefined;
  return comparable(new Date(Date.parse(mark.time) - LOOK_BACK * 1000).toISOString());
}

/** Whether a former look has handed an event on, or it is from before what the mark remembers. */
export function isKnown(
  event: SeenEvent,
  mark: EventMark | undefined,
  seen: ReadonlySet<string>,
): boolean {
  const from = lookBackTo(mark);
  return (from !== undefined && comparable(event.time) < from) || seen.has(nameOf(event));
}

/** The mark after some events have been dealt with. */
export function advanced(mark: EventMark, events: readonly SeenEvent[]): EventMark {
  const times = [...(mark.time ? [mark.time] : []), ...events.map(({ time }) => time)];
  const time = times.reduce<string | undefined>(
    (latest, one) => (latest && comparable(latest) >= comparable(one) ? latest : one),
    undefined,
  );
  if (time === undefined) return mark;
  const next = { looked: mark.looked, time, seen: [] };
  const from = lookBackTo(next) ?? '';
  const seen = [...new Set([...mark.seen, ...events.map(nameOf)])].filter(name => name >= from);
  return { ...next, seen: seen.sort().slice(-MOST_SEEN) };
}

export const isTime = (value: unknown): value is string =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value));

/**
 * Reads a mark.
 *
 * @throws RapidProError `INVALID_INPUT` if it is not a mark
 */
export function readEventMark(state: State, name: MarkName): EventMark | undefined {
  const mark = markAt(state, name);
  if (mark === undefined || mark === null) return undefined;
  const { looked, time, seen } = mark as { [key in keyof EventMark]?: unknown };
  const isSound = isTime(looked) && (time === undefined || isTime(time)) && Array.isArray(seen);
  if (isSound) return { looked, seen: seen.map(String), ...(time === undefined ? {} : { time }) };
  throw fail(
    'INVALID_INPUT',
    'state.rapidpro.marks is not as the adaptor left it.',
    'Take the mark out of the state: all events of the last 48 hours are then read.',
  );
}
