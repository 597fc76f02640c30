import type { RapidProError } from '../errors/errors.js';

const unsure = new WeakSet<RapidProError>();

/** Notes that a write that can be repeated may have been done before it came to this error. */
export function noteUnsure(error: RapidProError): RapidProError {
  unsure.add(error);
  return error;
}

export function isUnsure(error: RapidProError): boolean {
  return unsure.has(error);
}

/** What is said of a contact that may have been written before all was stopped. */
export function unsureReason({ code, description }: RapidProError) {
  return {
    code,
    description: `${description} The contact may have been written before that.`,
    fix: 'Run the same step again: to write it a second time does no harm. With { resume: true } it continues from here.',
  };
}
