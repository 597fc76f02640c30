import type { ErrorCode, RapidProError } from './errors.js';

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
