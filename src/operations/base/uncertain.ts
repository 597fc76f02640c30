import type { ErrorCode, RapidProError } from '../../errors/errors.js';

/** Errors that mean that no request reached RapidPro. */
const NOT_REACHED = new Set<ErrorCode>([
  'CONNECTION_REFUSED',
  'HOST_NOT_FOUND',
  'INSECURE_CONNECTION',
]);

/**
 * Whether RapidPro may have done what a request that failed asked for: unless it refused, or
 * was never reached.
 */
export function isUncertain({ code, statusCode = 0 }: RapidProError): boolean {
  if (code === 'OUTCOME_UNKNOWN') return true;
  return !NOT_REACHED.has(code) && !(statusCode >= 300 && statusCode < 500);
}
