import { type Failure, isPassingStatus, mayBeDone } from '../errors/outcome.js';
import type { ApiRequest } from '../types/request.js';

/**
 * When to try again, and after how long. Pure: no clock, no sleep, no socket.
 * Follows rule 4 of docs/architecture.md.
 */

interface Attempt {
  failure: Failure;
  /** How many attempts have been made: 1 after the first. */
  attempts: number;
  /** True if repeating does no harm: a GET, or a write with the same result. */
  repeatable: boolean;
  /** Seconds that this operation has waited so far. */
  waited: number;
  /** The most seconds that it may wait in all. */
  maxWait: number;
  /** A number from 0 to 1, so that jobs do not all come back at the same time. */
  random: number;
}

/** Seconds to wait before the next attempt, or why there is none. */
type Decision = { wait: number } | { giveUp: 'unsafe' | 'attempts' | 'too-long'; wait: number };

/** Attempts for a request that fails for a reason other than throttling. */
const MAX_ATTEMPTS = 4;
/** Attempts for a request without an answer in time. Each takes a whole timeout. */
const MAX_TIMEOUTS = 2;
/**
 * Seconds between attempts to use something new or busy. The engine looks for new groups, fields and topics every five:
 * the waits between all attempts must outlast that.
 */
const UNREADY_WAIT = 2.5;
/** The longest Retry-After that is reported, in seconds: a year. Nobody means more. */
const LONGEST_RETRY_AFTER = 365 * 24 * 60 * 60;
/** The longest back-off between two attempts, in seconds. */
const LONGEST_BACKOFF = 30;

/** 0.5 s, 1 s, 2 s, … plus or minus a quarter. */
export function backoff(attempts: number, random: number): number {
  const base = Math.min(0.5 * 2 ** (attempts - 1), LONGEST_BACKOFF);
  return base * (0.75 + random / 2);
}

function delay({ failure, attempts, random }: Attempt): number {
  if (failure.kind === 'unready' || failure.kind === 'busy') return UNREADY_WAIT;
  const asked = 'retryAfter' in failure ? failure.retryAfter : undefined;
  // A server that says "0" again and again must not be asked in a tight loop.
  if (asked !== undefined) return asked < 1 ? backoff(attempts, random) : asked;
  // Without the header, the rate was lowered below the current use: start with seconds.
  return backoff(failure.kind === 'throttled' ? attempts + 3 : attempts, random);
}

function attemptsAllowed(kind: Failure['kind']): number {
  if (kind === 'throttled') return Number.POSITIVE_INFINITY;
  return kind === 'timeout' ? MAX_TIMEOUTS : MAX_ATTEMPTS;
}

/**
 * Decides what follows a failed attempt. It is over where a second time could do harm, if there were enough attempts, or
 * if the wait would exceed `maxWait`.
 */
export function decide(attempt: Attempt): Decision {
  const { failure, repeatable, attempts, waited, maxWait } = attempt;
  const wait = delay(attempt);
  const isUnsafe = mayBeDone(failure) || failure.kind === 'unread';
  if (isUnsafe && !repeatable) return { giveUp: 'unsafe', wait };
  if (attempts >= attemptsAllowed(failure.kind)) return { giveUp: 'attempts', wait };
  if (waited + wait > maxWait) return { giveUp: 'too-long', wait };
  return { wait };
}

/** What an unsuccessful answer says besides its status. */
interface Told {
  retryAfter: number | undefined;
  /** True if its text could not be read. */
  isLost: boolean;
  /** True if the refusal is temporary. */
  isBusy: boolean;
}

/**
 * What an unsuccessful answer means for a retry.
 *
 * @returns undefined where the same request would get the same answer
 */
export function failureOf(
  statusCode: number,
  { referencesGroupsOrFields }: Pick<ApiRequest, 'referencesGroupsOrFields'>,
  { retryAfter, isLost, isBusy }: Told,
): Failure | undefined {
  if (statusCode === 429) return { kind: 'throttled', retryAfter };
  if (statusCode === 500) return { kind: referencesGroupsOrFields ? 'unready' : 'ambiguous' };
  if (isPassingStatus(statusCode)) return { kind: 'ambiguous', retryAfter };
  if (isBusy) return { kind: 'busy' };
  return statusCode < 500 && isLost ? { kind: 'unread' } : undefined;
}

/**
 * Reads a `Retry-After` header: whole seconds, or an HTTP date.
 *
 * @param now - the time in milliseconds, for dates
 * @returns seconds, never less than 0; undefined if the text says nothing usable
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Number(text), LONGEST_RETRY_AFTER);
  // An HTTP date begins with the day of the week. The parser would also read other things as dates.
  const date = /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  return Math.min(Math.max(0, Math.ceil((date - now) / 1000)), LONGEST_RETRY_AFTER);
}
