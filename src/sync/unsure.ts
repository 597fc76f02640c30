import type { RapidProError } from '../errors/errors.js';

/** What is said of a contact that may have been written before all was stopped. */
export function unsureReason({ code, description }: RapidProError) {
  return {
    code,
    description: `${description} The contact may have been written before that.`,
    fix: 'Run the same step again: to write it a second time does no harm. With { resume: true } it continues from here.',
  };
}
