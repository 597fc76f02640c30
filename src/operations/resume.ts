import { createHash } from 'node:crypto';
import { RapidProError } from '../client/errors.js';
import type { Query } from '../client/request.js';
import type { State } from '../types/state.js';
import { rapidproOf } from './rapidproState.js';

/**
 * The place at which an operation stopped, kept in `state.rapidpro.resume`. Plain values, no secrets:
 * what was asked for is kept as a fingerprint only.
 */
export interface ResumeMark {
  /** What was being done: the name of a list. */
  operation: string;
  /** Tells whether it is the same list with the same filters. */
  fingerprint: string;
  /** Where to go on, as RapidPro said it. */
  place: Query;
  /** Records that were read before. */
  done: number;
  /** Seconds after which RapidPro takes requests again, where that was the reason. */
  retryAfter?: number;
}

/** A short name for a request that tells nothing of it. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

/**
 * The mark that a former run left for this very list, or undefined.
 *
 * @throws RapidProError `INVALID_INPUT` for a mark that is none
 */
export function findMark(state: State, operation: string, query: Query): ResumeMark | undefined {
  const mark = rapidproOf(state).resume as ResumeMark | null | undefined;
  if (!mark || mark.operation !== operation || mark.fingerprint !== fingerprint(query)) {
    return undefined;
  }
  const { place } = mark;
  const keys = place !== null && typeof place === 'object' ? Object.keys(place) : [];
  const known = ['cursor', 'offset', 'since'];
  if (keys.length > 0 && keys.every(key => known.includes(key))) return mark;
  throw new RapidProError({
    code: 'INVALID_INPUT',
    description: 'state.rapidpro.resume is not as the adaptor left it.',
    fix: 'Take it out of the state: the list is then read from its start.',
  });
}

/** Puts a mark on state, or takes away the one that this list left before. */
export function withMark(
  state: State,
  operation: string,
  query: Query,
  mark: Omit<ResumeMark, 'operation' | 'fingerprint'> | undefined,
): State {
  const { resume, ...others } = rapidproOf(state);
  if (mark) {
    const own = { operation, fingerprint: fingerprint(query), ...mark };
    return { ...state, rapidpro: { ...others, resume: own } };
  }
  const left = resume as ResumeMark | null | undefined;
  const isOwn = left?.operation === operation && left.fingerprint === fingerprint(query);
  return isOwn ? { ...state, rapidpro: others } : state;
}
