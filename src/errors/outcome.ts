import { changed, type RapidProError } from './errors.js';

/** The error for a write that must not be repeated, and of which nobody knows whether it was done. */
export function outcomeUnknown(error: RapidProError): RapidProError {
  return changed(error, {
    code: 'OUTCOME_UNKNOWN',
    description: `${error.description} Whether RapidPro did what it was asked is not known, so it was not asked again.`,
    fix: 'Look in RapidPro whether it was done before you run the job again: a second time could send or start it twice.',
    outcome: 'unknown',
    retryAfter: undefined,
  });
}
