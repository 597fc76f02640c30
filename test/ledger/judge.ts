import { inspect } from 'node:util';
import { RapidProError } from '../../src/errors/errors.js';
import type { Dictionary } from '../../src/types/json.js';
import type { End, Scene } from './scene.js';
import { FAULTS, type Fault } from './server/faults.js';

/** What an operation says of the work that it was asked for. */
export type Claim = 'done' | 'not done' | 'unknown';

/** Errors of a request that was answered with nothing usable, or not at all. */
const UNKNOWN = new Set([
  'OUTCOME_UNKNOWN',
  'SERVER_ERROR',
  'SERVER_UNAVAILABLE',
  'CONNECTION_LOST',
  'TIMEOUT',
  'INVALID_RESPONSE',
  'RESPONSE_TOO_LARGE',
]);

interface Told {
  code?: unknown;
  outcome?: unknown;
  details?: Dictionary;
}

/** What an error says; one that carries its outcome is taken at its word. */
export function claimOfError(error: Told): 'not done' | 'unknown' {
  if (error.outcome !== undefined) return error.outcome === 'unknown' ? 'unknown' : 'not done';
  return UNKNOWN.has(String(error.code)) ? 'unknown' : 'not done';
}

export function claimOf({ error }: End): Claim {
  return error === undefined ? 'done' : claimOfError(error as Told);
}

export const codeOf = ({ error }: End): string => String((error as Told | undefined)?.code);

/** Faults that pass, and that a read or a safe write is to survive. */
export const PASSING: ReadonlySet<string> = new Set<Fault>(
  FAULTS.filter(fault => fault !== '429 huge' && !fault.startsWith('web page')),
);

/** A 429 means that nothing was done: whatever is asked can be asked again. */
export const isThrottle = (fault: string) => fault.startsWith('429') && fault !== '429 huge';

/** What is wrong with an error as such, whatever it is about. */
export function wrongError({ error }: End, { token }: Scene): string[] {
  if (error === undefined) return [];
  if (!(error instanceof RapidProError)) {
    return [`not a RapidProError: ${inspect(error).slice(0, 200)}`];
  }
  const { code, description, fix } = error;
  const lacks = Object.entries({ code, description, fix }).filter(
    ([, text]) => typeof text !== 'string' || text === '',
  );
  const everything = [JSON.stringify(error), error.message, error.stack, inspect(error.cause)];
  return [
    ...lacks.map(([name]) => `the error has no ${name}`),
    ...(everything.join('\n').includes(token) ? ['the token is in the error'] : []),
  ];
}

/** Compares what is claimed with how often it was done. */
export function wrongCount(claim: Claim, count: number, what: string): string[] {
  if (count > 1) return [`${what}: done ${count} times`];
  if (claim === 'done' && count === 0) return [`${what}: reported as done, and was not`];
  if (claim === 'not done' && count > 0) return [`${what}: reported as not done, and was`];
  return [];
}

interface Failure {
  index: number;
  description: string;
}

type Ranges = [number, number][];

function spread(ranges: unknown): number[] {
  return ((ranges ?? []) as Ranges).flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  );
}

/**
 * What an operation on many claims for each place of the job's list.
 *
 * @returns a text where a place is in none or in several of the error's lists
 */
export function claimsOfMany(end: End, count: number): Claim[] | string {
  if (end.error === undefined) {
    const { failures = [] } = (end.state?.data ?? {}) as { failures?: Failure[] };
    const failed = new Map(failures.map(one => [one.index, one.description]));
    return Array.from({ length: count }, (_, place) => {
      const text = failed.get(place);
      if (text === undefined) return 'done';
      return text.includes('may have done it') ? 'unknown' : 'not done';
    });
  }
  const { details } = end.error as Told;
  if (!details || !('notAttempted' in details)) {
    return Array.from({ length: count }, () => claimOf(end));
  }
  const claims: (Claim | undefined)[] = Array.from({ length: count }, () => undefined);
  const lists: [string, Claim][] = [
    ['done', 'done'],
    ['unknown', 'unknown'],
    ['failed', 'not done'],
    ['notAttempted', 'not done'],
  ];
  for (const [name, claim] of lists) {
    for (const place of spread(details[name])) {
      if (claims[place] !== undefined) return `place ${place} is in two lists of the error`;
      claims[place] = claim;
    }
  }
  const missing = claims.indexOf(undefined);
  return missing < 0 ? (claims as Claim[]) : `place ${missing} is in no list of the error`;
}

/** The first few, so that a failure can be read. */
export function few(texts: readonly string[]): string[] {
  return texts.length <= 3 ? [...texts] : [...texts.slice(0, 3), `… ${texts.length} in all`];
}

/** Compares what was handed on with who was there all the time. */
export function wrongList(handed: readonly string[], throughout: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const name of handed) counts.set(name, (counts.get(name) ?? 0) + 1);
  const twice = [...counts.values()].filter(count => count > 1).length;
  const there = [...throughout];
  const missed = there.filter(name => !counts.has(name)).length;
  return [
    ...(missed > 0 ? [`${missed} of ${there.length} that were there throughout are missing`] : []),
    ...(twice > 0 ? [`${twice} handed on twice`] : []),
  ];
}
