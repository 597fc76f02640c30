import type { ApiResponse } from '../../client/request.js';
import { fail, RapidProError } from '../../errors/errors.js';
import { outcomeUnknown } from '../../errors/outcome.js';
import type { Dictionary } from '../../types/json.js';

/** Every object of RapidPro has one of these; an export has its version. */
const IDENTITIES = ['uuid', 'id', 'key', 'version'];

/**
 * Makes sure that an answer to a read or a write is the one object that RapidPro gives.
 *
 * @throws RapidProError `NOT_RAPIDPRO`
 */
export function asObject(body: unknown): Dictionary {
  if (
    body !== null &&
    typeof body === 'object' &&
    IDENTITIES.some(key => Object.hasOwn(body, key))
  ) {
    return body as Dictionary;
  }
  throw notLikeRapidPro();
}

function notLikeRapidPro(): RapidProError {
  return fail(
    'NOT_RAPIDPRO',
    'The server answered with data, but not like RapidPro.',
    'Check "host" in the credential.',
    { outcome: 'unknown' },
  );
}

/**
 * Makes sure that an answer to a deletion or an action says that it was done: RapidPro answers with nothing, or lists
 * what an action did not change. A page that stands before a server answers with a 200 to everything.
 *
 * @throws RapidProError `NOT_RAPIDPRO`
 */
export function requireDone({ statusCode, body }: ApiResponse): void {
  const { failures } = (body ?? {}) as { failures?: unknown };
  if (statusCode !== 204 && !Array.isArray(failures)) throw notLikeRapidPro();
}

/**
 * The same for a write that must not be repeated: it was accepted, but what became of it is not known.
 *
 * @param path - the endpoint
 * @throws RapidProError `OUTCOME_UNKNOWN`
 */
export function asOutcome(body: unknown, path: string): Dictionary {
  try {
    return asObject(body);
  } catch (error) {
    throw error instanceof RapidProError ? outcomeUnknown(error, path) : error;
  }
}
