/**
 * What can go wrong, as a word that a job can test (`error.code === 'URN_TAKEN'`).
 * docs/reference/errors.md says what each means and what to do; its texts are in scripts/generate/error-texts.ts.
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
  | 'PROXY_FAILED'
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
export type ItemCode = 'NOT_CHANGED' | 'NOT_ACTIVE' | 'SKIPPED' | 'NOT_VERIFIED';

/**
 * What became of the request that an error is about.
 *
 * - `none`: nothing was done. It was not sent, did not get as far as RapidPro, or only reads.
 * - `refused`: RapidPro read it and refused it. Nothing was done.
 * - `unknown`: RapidPro may have done it, or a part of it.
 */
export type ErrorOutcome = 'none' | 'refused' | 'unknown';
