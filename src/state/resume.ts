import { createHash, createHmac } from 'node:crypto';
import type { Query } from '../client/request.js';
import { fail } from '../errors/errors.js';
import { log } from '../input/log.js';
import type { Dictionary } from '../types/json.js';
import type { State } from '../types/state.js';
import { sectionOf, withRapidpro } from './rapidproState.js';

/**
 * The places at which operations stopped, kept in `state.rapidpro.resume`: one for each list, under a
 * name that only the same operation with the same filters and credential has. Plain values, no secrets.
 */

/** What every mark begins with. */
export interface Owner {
  /** What was being done: the name of a list, or of an operation. */
  operation: string;
  /** Whether it is the same list with the same filters. */
  fingerprint: string;
}

const nameOf = ({ operation, fingerprint }: Owner) => `${operation}-${fingerprint}`;

/** A mark that stands there alone, without a name, as this package left it at first. */
function aloneIn(section: Dictionary): (Dictionary & Owner) | undefined {
  return typeof section.operation === 'string' ? (section as Dictionary & Owner) : undefined;
}

/** All marks by name. */
export function resumeMarks(state: State): Dictionary {
  const section = sectionOf(state, 'resume');
  const alone = aloneIn(section);
  return alone ? { [nameOf(alone)]: alone } : section;
}

/** The mark that its owner left, or undefined. */
export function ownMark(state: State, owner: Owner): unknown {
  return resumeMarks(state)[nameOf(owner)];
}

/**
 * Puts a mark on state in place of the one that its owner left before, or takes that one away. The
 * marks of others stay, but for the oldest of the same operation where there are too many.
 */
export function withOwnMark(
  state: State,
  owner: Owner,
  mark: object | undefined,
  most: number,
): State {
  const { operation, fingerprint } = owner;
  const { [nameOf(owner)]: former, ...others } = resumeMarks(state);
  if (!mark && former === undefined) return state;
  const rest = Object.entries(others);
  if (mark) {
    const isSame = ([, one]: [string, unknown]) =>
      (one as Partial<Owner> | null)?.operation === operation;
    if (rest.filter(isSame).length >= most) {
      rest.splice(rest.findIndex(isSame), 1);
      log.warn(
        `More than ${most} lists of the same kind have stopped: the place of the oldest is forgotten.`,
      );
    }
    rest.push([nameOf(owner), { operation, fingerprint, ...mark }]);
  }
  return withRapidpro(state, 'resume', rest.length > 0 ? Object.fromEntries(rest) : undefined);
}

/** Lists that are read in one go are few; those that a job reads for each of something may be many. */
const MOST_LISTS = 50;

/** Where a list was left. */
export interface ResumeMark {
  /** Where to go on, as RapidPro said it. */
  place: Query;
  /** Records that were read before. */
  done: number;
  /** Seconds after which RapidPro takes requests again, where that was the reason. */
  retryAfter?: number;
}

/** A list of a workspace, by the way in which it is read. */
export interface ListOwner extends Owner {
  /** What it was called when there was but one mark. */
  former: Owner;
}

/**
 * Names a list so that nobody without the token can tell what was asked for, and no other workspace
 * takes the mark for its own.
 */
export function listOwner(token: string, list: string, query: Query, isByPage: boolean): ListOwner {
  const text = JSON.stringify(query);
  return {
    operation: isByPage ? `eachPage-${list}` : list,
    fingerprint: createHmac('sha256', token).update(text).digest('hex').slice(0, 16),
    former: {
      operation: list,
      fingerprint: createHash('sha256').update(text).digest('hex').slice(0, 16),
    },
  };
}

/** Only a mark that stands alone can be of before; what is named is somebody's. */
function formerMark(state: State, { former }: ListOwner): unknown {
  return aloneIn(sectionOf(state, 'resume')) && ownMark(state, former);
}

/**
 * The mark that an earlier run left for this very list, or undefined.
 *
 * @throws RapidProError `INVALID_INPUT` if it is not a mark
 */
export function findMark(state: State, owner: ListOwner): ResumeMark | undefined {
  const mark = (ownMark(state, owner) ?? formerMark(state, owner)) as
    | Partial<ResumeMark>
    | null
    | undefined;
  if (!mark) return undefined;
  const { place } = mark;
  const keys = place !== null && typeof place === 'object' ? Object.keys(place) : [];
  const known = ['cursor', 'offset', 'since'];
  if (keys.length > 0 && keys.every(key => known.includes(key))) return mark as ResumeMark;
  throw fail(
    'INVALID_INPUT',
    'state.rapidpro.resume is not as the adaptor left it.',
    'Take it out of the state: the list is then read from its start.',
  );
}

/** Puts a mark on state, or takes away the one that this list left before. */
export function withMark(
  state: State,
  { former, ...owner }: ListOwner,
  mark: ResumeMark | undefined,
): State {
  const isFormer = aloneIn(sectionOf(state, 'resume')) !== undefined;
  const kept = isFormer ? withOwnMark(state, former, undefined, MOST_LISTS) : state;
  return withOwnMark(kept, owner, mark, MOST_LISTS);
}
