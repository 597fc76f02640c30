import type { ErrorCode, ErrorOutcome } from '../types/errors.js';
import type { Dictionary } from '../types/json.js';

export type { ErrorCode, ErrorOutcome, ItemCode } from '../types/errors.js';

export interface ErrorDetails {
  code: ErrorCode;
  /** One sentence: what happened. */
  description: string;
  /** One or two sentences: what whoever wrote the job should do. */
  fix: string;
  /** The HTTP status that RapidPro answered with, where it answered. */
  statusCode?: number | undefined;
  /** Seconds until RapidPro takes requests again. */
  retryAfter?: number | undefined;
  /** What RapidPro said of each key of the body, flat: `urns[1]: Invalid URN: tel:…67`. */
  errors?: string[] | undefined;
  /** Details that a job can use; JSON only. */
  details?: Dictionary | undefined;
  cause?: unknown;
  /** What became of the request. Default: `none`. */
  outcome?: ErrorOutcome | undefined;
}

/** What an error can hold besides its code, description and fix. */
type MoreDetails = Omit<ErrorDetails, 'code' | 'description' | 'fix'>;

/**
 * The one class of error that this package throws.
 *
 * `name`, `code`, `description`, `fix` and, where they apply, `statusCode`, `retryAfter` (seconds),
 * `errors` and `details` are own enumerable properties: the platform prints and keeps just those.
 * `cause` and `outcome` are not enumerable. No token, name, URN or message text is in any of them.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets what the interface promises
export class RapidProError extends Error {
  static {
    // Its own name, also where a build gives classes short ones: a console prints it.
    Object.defineProperty(RapidProError, 'name', { value: 'RapidProError' });
  }

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

/** An interface, since a field of the class would be there also where it does not apply. */
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
  /** What RapidPro said of each key of the body. */
  readonly errors?: string[];
  /** Details that a job can use. */
  readonly details?: Dictionary;
  /** What became of the request. A job can read it; it is not printed. */
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

/** The same error but for what is changed. Where its words change, the first one becomes the cause. */
export function changed(error: RapidProError, changes: Partial<ErrorDetails>): RapidProError {
  const { code, description, fix, statusCode, retryAfter, errors, details, outcome } = error;
  const cause = 'description' in changes || 'code' in changes ? error : error.cause;
  return new RapidProError({
    ...{ code, description, fix, statusCode, retryAfter, errors, details, outcome, cause },
    ...changes,
  });
}

/** Why one of many failed. */
export type Reason = Pick<RapidProError, 'code' | 'description' | 'fix'> &
  Partial<Pick<RapidProError, 'outcome'>>;
