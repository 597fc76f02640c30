import { parseJson } from '../client/parse.js';
import { fail, RapidProError } from '../errors/errors.js';

/** Deeper than anything that RapidPro sends. */
const DEEPEST = 40;

/** The one error for an unreadable body. Says where, never what was there. */
export function unreadable(problems: readonly string[]): RapidProError {
  const [first = '', ...others] = problems;
  return fail(
    'INVALID_INPUT',
    `The push does not look like RapidPro: ${first}.`,
    'Check the body in the Call Webhook node of the flow, and the steps before this one: state.data must be the body of the push.',
    { errors: others.length > 0 ? problems.slice(0, 20) : undefined },
  );
}

/**
 * A copy of JSON data, without keys that would change how objects work.
 *
 * @throws RapidProError `INVALID_INPUT` for what is nested beyond any body
 */
export function plain(value: unknown, depth = 0): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (depth > DEEPEST) throw unreadable(['it is nested too deeply']);
  if (Array.isArray(value)) return value.map(item => plain(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== '__proto__' && item !== undefined)
      .map(([key, item]) => [key, plain(item, depth + 1)]),
  );
}

/** Parses text that is an object or a list in JSON. Any other value stays unchanged. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return plain(parseJson(value));
  } catch (error) {
    if (error instanceof RapidProError) throw error;
    return value;
  }
}
