import type { ErrorCode, ErrorOutcome } from '../types/errors.js';
import type { Dictionary } from '../types/json.js';

export type { ErrorCode, ErrorOutcome, ItemCode } from '../types/errors.js';

export interface ErrorDetails {
  code: ErrorCode;
  /** One sentence: what happened. */
  description: string;
  /** One or two sentences: what the author of the job should do. */
  fix: string;
  /** The HTTP status of RapidPro's answer, if it answered. */
  statusCode?: number | undefined;
  /** Seconds until RapidPro takes requests again. */
  retryAfter?: number | undefined;
  /** What RapidPro said about each key of the body, as a flat list: `urns[1]: Invalid URN: tel:…67`. */
  errors?: string[] | undefined;
  /** Details that a job can use; JSON only. */
  details?: Dictionary | undefined;
  cause?: unknown;
  /** What happened to the request. Default: `none`. */
  outcome?: ErrorOutcome | undefined;
}

/** What an error can contain besides its code, description and fix. */
type MoreDetails = Omit<ErrorDetails, 'code' | 'description' | 'fix'>;

/**
 * The one class of error that this package throws.
 *
 * `name`, `code`, `description`, `fix` and, if they apply, `statusCode`, `retryAfter` (seconds), `errors` and
 * `details` are own enumerable properties: the platform prints and keeps only those. `cause` and `outcome` are not
 * enumerable. None of them contains a token, name, URN or message text.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets what the interface promises
export class RapidProError extends Error {
  constructor({ cause, outcome = 'none', ...details }: ErrorDetails) {
    super(`${details.code}: ${details.description}`);
    Object.defineProperty(this, 'name', { value: 'RapidProError', enumerable: true });
    for (const [key, value] of Object.entries(details)) {
      if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
      Object.defineProperty(this, key, { value, enumerable: true });
    }
    Object.defineProperty(this, 'outcome', { value: outcome, enumerable: false });
    if (cause !== undefined)
      Object.defineProperty(this, 'cause', { value: cause, enumerable: false });
  }
}
// Its own name, because a console prints it and a build may shorten names of classes.
Object.defineProperty(RapidProError, 'name', { value: 'RapidProError' });

/** An interface, because a field of the class would always be there. */
export interface RapidProError {
  /** What went wrong, as a word. */
  readonly code: ErrorCode;
  /** One sentence: what happened. */
  readonly description: string;
  /** What to do about it. */
  readonly fix: string;
  /** The HTTP status that RapidPro answered with. */
  readonly statusCode?: number;
  /** Seconds until RapidPro takes requests again. */
  readonly retryAfter?: number;
  /** What RapidPro said about each key of the body. */
  readonly errors?: string[];
  /** Details that a job can use. */
  readonly details?: Dictionary;
  /** What happened to the request. A job can read it; it is not printed. */
  readonly outcome: ErrorOutcome;
}

/** Makes an error: `throw fail('INVALID_INPUT', 'What happened.', 'What to do about it.')`. */
export function fail(
  code: ErrorCode,
  description: string,
  fix: string,
  more: MoreDetails = {},
): RapidProError {
  return new RapidProError({ code, description, fix, ...more });
}

/** An answer without something that RapidPro always sends: "a record without a valid id". */
export function invalidAnswer(what: string): RapidProError {
  return fail(
    'INVALID_RESPONSE',
    `The server answered with ${what}.`,
    'RapidPro never does this. Check that "host" is your RapidPro server, and ask the people who run it.',
  );
}

/** The same error, for those who see nothing of it but its message. */
export function withFixInMessage(error: RapidProError): RapidProError {
  error.message = `${error.code}: ${error.description} ${error.fix}`;
  return error;
}

/** The same error with changes. If its words change, the first error becomes the cause. */
export function changed(error: RapidProError, changes: Partial<ErrorDetails>): RapidProError {
  const { code, description, fix, statusCode, retryAfter, errors, details, outcome } = error;
  const cause = 'description' in changes || 'code' in changes ? error : error.cause;
  return new RapidProError({
    ...{ code, description, fix, statusCode, retryAfter, errors, details, outcome, cause },
    ...changes,
  });
}

export function hasErrorCode(
  error: unknown,
  ...codes: readonly ErrorCode[]
): error is RapidProError {
  return error instanceof RapidProError && codes.includes(error.code);
}

/** Why one of many failed. */
export type Reason = Pick<RapidProError, 'code' | 'description' | 'fix'> &
  Partial<Pick<RapidProError, 'outcome'>>;

/**
 * Whom an error concerns: `one` item; `all`, because the next request would fail too; or the `server` or the
 * connection, which can concern one or all.
 */
type Reach = 'one' | 'all' | 'server';

/** Whom a code concerns. A code that is not listed concerns one item. */
const REACH: Partial<Record<ErrorCode, Reach>> = {
  RATE_LIMITED: 'all',
  INVALID_TOKEN: 'all',
  MISSING_TOKEN: 'all',
  PERMISSION_DENIED: 'all',
  WORKSPACE_SUSPENDED: 'all',
  ANONYMOUS_WORKSPACE: 'all',
  NOT_RAPIDPRO: 'all',
  NOT_OFFERED: 'all',
  REDIRECTED: 'all',
  METHOD_NOT_ALLOWED: 'all',
  HOST_NOT_FOUND: 'all',
  CONNECTION_REFUSED: 'all',
  INSECURE_CONNECTION: 'all',
  PROXY_FAILED: 'all',
  SERVER_ERROR: 'server',
  SERVER_UNAVAILABLE: 'server',
  CONNECTION_LOST: 'server',
  TIMEOUT: 'server',
  INVALID_RESPONSE: 'server',
  RESPONSE_TOO_LARGE: 'server',
  OUTCOME_UNKNOWN: 'server',
};

export function reachOf({ code }: Pick<RapidProError, 'code'>): Reach {
  return REACH[code] ?? 'one';
}
