import { type ErrorCode, fail, RapidProError } from '../errors/errors.js';
import { bareCause, networkFailure } from '../errors/networkErrors.js';

/** What went wrong on the way to a link. The host of the credential has no part in it. */

const DESCRIPTIONS: Partial<Record<ErrorCode, string>> = {
  HOST_NOT_FOUND: 'There is no server of the name in the link.',
  CONNECTION_REFUSED: 'The server behind the link does not take connections.',
  INSECURE_CONNECTION: 'An encrypted connection to the server behind the link could not be made.',
  TIMEOUT: 'The server behind the link took too long.',
};

/** Wraps what opening or reading a link threw; errors of this package stay what they are. */
export function linkFailure(thrown: unknown): RapidProError {
  if (thrown instanceof RapidProError) return thrown;
  const timedOut = (thrown as { name?: unknown } | null)?.name === 'TimeoutError';
  const { code } = networkFailure(thrown, 0).error;
  return fail(
    'LINK_FAILED',
    timedOut
      ? 'The server behind the link took too long.'
      : (DESCRIPTIONS[code] ?? 'The connection to the server behind the link was lost.'),
    'Run the job again. If it keeps failing, open the link in a browser to see what is wrong.',
    { cause: bareCause(thrown) },
  );
}

/** Whether the same link may well work the next moment. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof RapidProError) || error.code !== 'LINK_FAILED') return false;
  const { statusCode, cause } = error;
  if (statusCode !== undefined)
    return statusCode >= 500 || statusCode === 429 || statusCode === 408;
  return cause !== undefined && networkFailure(cause, 0).failure !== undefined;
}
