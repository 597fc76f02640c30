import { fail } from '../errors/errors.js';
import type { State } from '../types/state.js';
import { comparable, isTime, LOOK_BACK, MOST_SEEN, nameOf, type SeenEvent } from './eventMark.js';
import { type MarkName, markAt } from './rapidproState.js';

/**
 * How far the calls of a flow have been read from its runs. Runs are listed by change, and a run that
 * called long ago can change today: so a call is known by its own time.
 */
export interface RunMark {
  /** Where the very first look began: changes of runs since then. */
  after: string;
  /** All calls before this time have been handed on. Absent until a look came to its end. */
  from?: string;
  /** Where a look stopped at its deadline: the change of the last run that it came to. */
  place?: string;
  /** The calls since `from` that have been handed on. */
  seen: string[];
}

const back = (time: string): string =>
  comparable(new Date(Date.parse(time) - LOOK_BACK * 1000).toISOString());

/** The change of runs from which to read on. */
export function readFrom({ after, from, place }: RunMark): string {
  const begin = from ?? after;
  if (place === undefined) return begin;
  const near = back(place);
  return Date.parse(near) > Date.parse(begin) ? near : begin;
}

export function isHandedOn(call: SeenEvent, mark: RunMark, seen: ReadonlySet<string>): boolean {
  const isOld = mark.from !== undefined && comparable(call.time) < mark.from;
  return isOld || seen.has(nameOf(call));
}

/** The mark of a look that came to its end. */
export function completed({ after, from }: RunMark, seen: ReadonlySet<string>): RunMark {
  const names = [...seen].sort();
  const newest = names.at(-1)?.split(' ')[0];
  if (newest === undefined) return { after, ...(from === undefined ? {} : { from }), seen: [] };
  const begin = [from ?? '', back(newest)].sort().at(-1) ?? '';
  const recent = names.filter(name => name >= begin).slice(-MOST_SEEN);
  return { after, from: begin, seen: recent };
}

/** The mark of a look that stopped on its way: nothing but the calls in `seen` is new. */
export function stopped(mark: RunMark, seen: ReadonlySet<string>, place?: string): RunMark {
  return { ...mark, ...(place === undefined ? {} : { place }), seen: [...seen].slice(-MOST_SEEN) };
}

/**
 * Reads a mark.
 *
 * @throws RapidProError `INVALID_INPUT` if it is not a mark
 */
export function readRunMark(state: State, name: MarkName): RunMark | undefined {
  const mark = markAt(state, name);
  if (mark === undefined || mark === null) return undefined;
  const { after, from, place, seen } = mark as { [key in keyof RunMark]?: unknown };
  const times = [from, place].filter(time => time !== undefined);
  if (isTime(after) && times.every(isTime) && Array.isArray(seen)) {
    return { ...(mark as RunMark), seen: seen.map(String) };
  }
  throw fail(
    'INVALID_INPUT',
    'state.rapidpro.marks is not as the adaptor left it.',
    'Take the mark out of the state, and say with "after" from when to read.',
  );
}
