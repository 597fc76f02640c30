import { RapidProError } from './errors.js';

/** Statuses after which RapidPro may have done the work all the same. */
function isUnclear({ statusCode }: RapidProError): boolean {
  // A success without a proper answer says no more than a failure in the middle.
  return statusCode === undefined || statusCode < 300 || statusCode === 408 || statusCode >= 500;
}

/** The error for a write that must not be repeated, and of which nobody knows whether it was done. */
export function outcomeUnknown(error: RapidProError): RapidProError {
  return new RapidProError({
    code: 'OUTCOME_UNKNOWN',
    description: `${error.description} Whether RapidPro did what it was asked is not known, so it was not asked again.`,
    fix: 'Look in RapidPro whether it was done before you run the job again: a second time could send or start it twice.',
    statusCode: error.statusCode,
    errors: error.errors,
    cause: error,
  });
}

/** Errors that arise from an answer that was read, and could not be used. */
const READ = new Set([
  'NOT_RAPIDPRO',
  'INVALID_RESPONSE',
  'RESPONSE_TOO_LARGE',
  'SERVER_ERROR',
  'SERVER_UNAVAILABLE',
  'REQUEST_FAILED',
]);

/** What a write that must not be repeated ends with. */
export function unrepeatedError(error: RapidProError): RapidProError {
  return READ.has(error.code) && isUnclear(error) ? outcomeUnknown(error) : error;
}
