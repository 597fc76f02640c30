import { type Failure, isGatewayStatus, mayBeDone } from '../errors/outcome.js';
import type { ApiRequest } from '../types/request.js';

/**
 * When to try again, and after how long. Pure: no clock, no sleep, no socket.
 * Follows rule 4 of docs/architecture.md.
 */

interface Attempt {
  failure: Failure;
  /** How many attempts have been made: 1 after the first. */
  attempts: number;
  /** True if a second time does no harm: a GET, or a write with the same end. */
  repeatable: boolean;
  /** Seconds that this operation has waited so far. */
  waited: number;
  /** The most seconds that it may wait in all. */
  maxWait: number;
  /** A number from 0 to 1, so that many jobs do not come back in the same instant. */
  random: number;
}

/** Seconds to wait before the next attempt, or why there is none. */
type Decision = { wait: number } | { giveUp: 'unsafe' | 'attempts' | 'too-long'; wait: number };

/** Attempts at a request that fails for another reason than throttling. */
const MAX_ATTEMPTS = 4;
/** Attempts at a request that is not answered in time: each costs a whole timeout. */
const MAX_TIMEOUTS = 2;
/** Seconds between attempts at a write with what is new: the engine looks for groups, fields and topics every five. */
const UNREADY_WAIT = 2.5;
/** Seconds of the longest Retry-After that is reported: a year. More is no time that anybody means. */
const LONGEST_RETRY_AFTER = 365 * 24 * 60 * 60;
/** The longest back-off between two attempts, in seconds. */
const LONGEST_BACKOFF = 30;

/** 0.5 s, 1 s, 2 s, … give or take a quarter. */
export function backoff(attempts: number, random: number): number {
  const base = Math.min(0.5 * 2 ** (attempts - 1), LONGEST_BACKOFF);
  return base * (0.75 + random / 2);
}

function delay({ failure, attempts, random }: Attempt): number {
  if (failure.kind === 'unready' || failure.kind === 'busy') return UNREADY_WAIT;
  const asked = 'retryAfter' in failure ? failure.retryAfter : undefined;
  // A server that says "0" again and again must not be asked in a tight loop.
  if (asked !== undefined) return asked < 1 ? backoff(attempts, random) : asked;
  // Without the header the rate was lowered below today's use: start with seconds.
  return backoff(failure.kind === 'throttled' ? attempts + 3 : attempts, random);
}

function attemptsAllowed(kind: Failure['kind']): number {
  if (kind === 'throttled') return Number.POSITIVE_INFINITY;
  return kind === 'timeout' ? MAX_TIMEOUTS : MAX_ATTEMPTS;
}

/**
 * Decides what follows a failed attempt.
 *
 * @returns `wait` in seconds, and `giveUp` where it is over: `unsafe` where a second time could do harm,
 *   `attempts` where enough were made, `too-long` where the wait would exceed `maxWait`
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

/** What an answer that is not a success says besides its status. */
interface Told {
  retryAfter: number | undefined;
  /** True if its text could not be read. */
  isLost: boolean;
  /** True if it refuses only for the moment. */
  isBusy: boolean;
}

/**
 * What an answer that is not a success means for trying again.
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
  if (isGatewayStatus(statusCode)) return { kind: 'ambiguous', retryAfter };
  if (isBusy) return { kind: 'busy' };
  return statusCode < 500 && isLost ? { kind: 'unread' } : undefined;
}

/**
 * Reads a `Retry-After` header: whole seconds, or an HTTP date.
 *
 * @param header - the header's text, or undefined if there is none
 * @param now - the time in milliseconds, for dates
 * @returns seconds, never less than 0; undefined if the text says nothing usable
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Number(text), LONGEST_RETRY_AFTER);
  // An HTTP date begins with the day of the week; the parser would make dates of other things too.
  const date = /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  return Math.min(Math.max(0, Math.ceil((date - now) / 1000)), LONGEST_RETRY_AFTER);
}
