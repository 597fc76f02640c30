import { hasErrorCode, type RapidProError } from '../../errors/errors.js';

/** Whether RapidPro refused a contact for its language alone. */
function isOfLanguage(error: unknown): error is RapidProError {
  if (!hasErrorCode(error, 'VALIDATION_FAILED') || error.outcome !== 'refused') return false;
  const { errors = [] } = error;
  return errors.length > 0 && errors.every(text => text.startsWith('language'));
}

/**
 * Languages that RapidPro has refused in this run. Only it knows which ones it takes, but what it refuses once it refuses
 * for every contact: a list of thousands would use up the requests of an hour.
 */
export class RefusedLanguages {
  readonly #refusals = new Map<unknown, RapidProError>();

  /** Writes an entry, unless its language was refused before. */
  async write<T>(language: unknown, work: () => Promise<T>): Promise<T> {
    const before = this.#refusals.get(language);
    if (before) throw before;
    try {
      return await work();
    } catch (error) {
      if (isOfLanguage(error)) this.#refusals.set(language, error);
      throw error;
    }
  }
}
