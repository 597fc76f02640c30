import type { Dictionary } from '../types/json.js';

/**
 * What can go wrong, as a word that a job can test (`error.code === 'URN_TAKEN'`).
 * docs/errors.md says what each means and what to do; its texts are in scripts/generate/error-texts.ts.
 */
export type ErrorCode =
  // The job or its credential: nothing was sent.
  | 'INVALID_CONFIGURATION'
  | 'INVALID_FILTER'
  | 'INVALID_INPUT'
  | 'INVALID_OPTION'
  | 'INVALID_PATH'
  | 'UNKNOWN_GROUP'
  // RapidPro understood and refused.
  | 'MISSING_TOKEN'
  | 'INVALID_TOKEN'
  | 'PERMISSION_DENIED'
  | 'SYSTEM_OBJECT'
  | 'NOT_FOUND'
  | 'INVALID_CURSOR'
  | 'METHOD_NOT_ALLOWED'
  | 'VALIDATION_FAILED'
  | 'INVALID_URN'
  | 'URN_TAKEN'
  | 'CONTACT_CLASH'
  | 'NAME_TAKEN'
  | 'UNKNOWN_REFERENCE'
  | 'UNKNOWN_FIELD'
  | 'ANONYMOUS_WORKSPACE'
  | 'WORKSPACE_SUSPENDED'
  | 'LIMIT_REACHED'
  | 'TOO_LARGE'
  | 'RATE_LIMITED'
  | 'REQUEST_FAILED'
  | 'INVALID_LINK'
  | 'LINK_FAILED'
  // The server or the way to it.
  | 'NOT_OFFERED'
  | 'NOT_RAPIDPRO'
  | 'REDIRECTED'
  | 'SERVER_ERROR'
  | 'SERVER_UNAVAILABLE'
  | 'CONNECTION_REFUSED'
  | 'HOST_NOT_FOUND'
  | 'CONNECTION_LOST'
  | 'INSECURE_CONNECTION'
  | 'TIMEOUT'
  | 'INVALID_RESPONSE'
  | 'RESPONSE_TOO_LARGE'
  | 'PAGING_LOOP'
  | 'LIST_TOO_LONG'
  // A push of RapidPro that started the job.
  | 'INVALID_SECRET'
  | 'SIMULATION'
  // A write whose fate is not known, or that was done in part.
  | 'OUTCOME_UNKNOWN'
  | 'PARTIAL_SEND'
  | 'PARTIAL_ACTION'
  | 'BULK_FAILED';

/** What an item in `failures` of an action can have beside those: RapidPro took the request, but not this one. */
export type ItemCode = 'NOT_CHANGED' | 'NOT_ACTIVE' | 'SKIPPED';

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
}

/**
 * The one class of error that this package throws.
 *
 * `name`, `code`, `description`, `fix` and, where they apply, `statusCode`, `retryAfter` (seconds),
 * `errors` and `details` are own enumerable properties: the platform prints and keeps just those.
 * `cause` is not enumerable. No token, name, URN or message text is in any of them.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets what the interface promises
export class RapidProError extends Error {
  constructor({ cause, ...details }: ErrorDetails) {
    super(`${details.code}: ${details.description}`);
    Object.defineProperty(this, 'name', { value: 'RapidProError', enumerable: true });
    for (const [key, value] of Object.entries(details)) {
      if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
      Object.defineProperty(this, key, { value, enumerable: true });
    }
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
}
