import type { ApiResponse } from '../../client/client.js';
import { type ErrorOutcome, fail, type RapidProError } from '../../errors/errors.js';
import { outcomeUnknown } from '../../errors/outcome.js';
import { isObject } from '../../input/check.js';
import type { Dictionary } from '../../types/json.js';

/** Every object of RapidPro has one of these; an export has its version. */
const IDENTITIES = ['uuid', 'id', 'key', 'version'];

function notLikeRapidPro(outcome: ErrorOutcome): RapidProError {
  return fail(
    'NOT_RAPIDPRO',
    'The server answered with data, but not like RapidPro.',
    'Check "host" in the credential.',
    { outcome },
  );
}

/** The error of a write, which may have been done whatever the answer is. */
function notWritten(unrepeatable: string | undefined): RapidProError {
  const error = notLikeRapidPro('unknown');
  return unrepeatable === undefined ? error : outcomeUnknown(error, unrepeatable);
}

const isIdentity = (key: string, value: unknown) =>
  typeof value === 'number' ? key !== 'uuid' : typeof value === 'string' && value !== '';

function isOneObject(body: unknown): body is Dictionary {
  return isObject(body) && IDENTITIES.some(key => isIdentity(key, body[key]));
}

/**
 * Makes sure that an answer to a read is the one object that RapidPro gives.
 *
 * @throws RapidProError `NOT_RAPIDPRO`
 */
export function asObject(body: unknown): Dictionary {
  if (isOneObject(body)) return body;
  throw notLikeRapidPro('none');
}

/**
 * The same for a write.
 *
 * @param unrepeatable - the endpoint, if the write must not be repeated: what became of it is not known then
 * @throws RapidProError `NOT_RAPIDPRO`, `OUTCOME_UNKNOWN`
 */
export function asWritten(body: unknown, unrepeatable?: string): Dictionary {
  if (isOneObject(body)) return body;
  throw notWritten(unrepeatable);
}

/**
 * Makes sure that an answer to a deletion or an action says that it was done: RapidPro answers with nothing, or lists
 * what an action did not change. A page that stands before a server answers with a 200 to everything.
 *
 * @param unrepeatable - as for `asWritten`
 * @throws RapidProError `NOT_RAPIDPRO`, `OUTCOME_UNKNOWN`
 */
export function requireDone({ statusCode, body }: ApiResponse, unrepeatable?: string): void {
  const { failures } = (body ?? {}) as { failures?: unknown };
  if (statusCode !== 204 && !Array.isArray(failures)) throw notWritten(unrepeatable);
}
