import type { RapidProError } from '../errors/errors.js';

const unsure = new WeakSet<RapidProError>();

/** Notes that a write that can be repeated may have been done before it came to this error. */
export function noteUnsure(error: RapidProError): RapidProError {
  unsure.add(error);
  return error;
}

export function isUnsure(error: unknown): boolean {
  return unsure.has(error as RapidProError);
}
