import type { ApiResponse } from '../../client/client.js';
import { type ErrorOutcome, fail, RapidProError } from '../../errors/errors.js';
import { outcomeUnknown } from '../../errors/outcome.js';
import type { Dictionary } from '../../types/json.js';

/** Every object of RapidPro has one of these; an export has its version. */
const IDENTITIES = ['uuid', 'id', 'key', 'version'];

function isOneObject(body: unknown): body is Dictionary {
  return (
    body !== null && typeof body === 'object' && IDENTITIES.some(key => Object.hasOwn(body, key))
  );
}

/**
 * Makes sure that an answer to a read is the one object that RapidPro gives.
 *
 * @throws RapidProError `NOT_RAPIDPRO`
 */
export function asObject(body: unknown): Dictionary {
  if (!isOneObject(body)) throw notLikeRapidPro('none');
  return body;
}

/**
 * The same for a write, which may have been done whatever the answer is.
 *
 * @throws RapidProError `NOT_RAPIDPRO`
 */
export function asWritten(body: unknown): Dictionary {
  if (!isOneObject(body)) throw notLikeRapidPro('unknown');
  return body;
}

function notLikeRapidPro(outcome: ErrorOutcome): RapidProError {
  return fail(
    'NOT_RAPIDPRO',
    'The server answered with data, but not like RapidPro.',
    'Check "host" in the credential.',
    { outcome },
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
  if (statusCode !== 204 && !Array.isArray(failures)) throw notLikeRapidPro('unknown');
}

/**
 * The same for a write that must not be repeated: it was accepted, but what became of it is not known.
 *
 * @throws RapidProError `OUTCOME_UNKNOWN`
 */
export function asOutcome(body: unknown, path: string): Dictionary {
  try {
    return asWritten(body);
  } catch (error) {
    throw error instanceof RapidProError ? outcomeUnknown(error, path) : error;
  }
}
