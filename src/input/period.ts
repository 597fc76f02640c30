import { fail } from '../errors/errors.js';
import { isObject } from './check.js';
import { suggest } from './nearest.js';
import { fromMicros, isDatetime, isDay, type Micros, toMicros } from './times.js';

export interface Period {
  /** Filters for the list of archives; a monthly one begins up to 31 days before its last record. */
  archives: { after?: string; before?: string };
  /** Whether a record with this time is in the period, to the microsecond. */
  includes(time: unknown): boolean;
}

const DAY = 24 * 60 * 60 * 1_000_000;
const MONTH = 31;

function refuse(description: string, fix: string): never {
  throw fail('INVALID_FILTER', description, fix);
}

function readTime(value: unknown, name: string): { text: string; at: Micros } {
  const text = typeof value === 'string' ? value.trim() : '';
  const at = isDatetime(text) ? toMicros(text) : undefined;
  if (at !== undefined) return { text, at };
  refuse(
    value === undefined || value === null || value === ''
      ? `The filter "${name}" is empty.`
      : `The filter "${name}" is not a date.`,
    'Write a day, such as "2026-01-31", or a time with its zone, such as "2026-01-31T08:00:00Z".',
  );
}

const dayOf = (time: Micros) => fromMicros(time).slice(0, 10);

/**
 * The period between two times, both included. Without one of them, it is open at that end.
 *
 * @param last - the day of the last archive, if it is not the day of the end
 */
export function periodBetween(after?: Micros, end?: Micros, last = end): Period {
  return {
    archives: {
      ...(after === undefined ? {} : { after: dayOf(after - MONTH * DAY) }),
      ...(last === undefined ? {} : { before: dayOf(last) }),
    },
    includes(time) {
      const at = toMicros(time) ?? Number.NaN;
      return at >= (after ?? Number.NEGATIVE_INFINITY) && at <= (end ?? Number.POSITIVE_INFINITY);
    },
  };
}

/**
 * Checks the period of the archives to read.
 *
 * @throws RapidProError `INVALID_FILTER`
 */
export function checkPeriod(filters: unknown): Period {
  const known = ['after', 'before'];
  if (!isObject(filters)) {
    refuse('The period is missing.', 'Add it: { after: "2026-01-01", before: "2026-01-31" }.');
  }
  for (const key of Object.keys(filters)) {
    if (!known.includes(key)) refuse(`Archives have no filter "${key}".`, suggest(key, known));
  }
  const given = filters as { after?: unknown; before?: unknown };
  if (!('after' in given || 'before' in given)) {
    refuse('The period is missing.', 'Add "after", "before" or both. Archives go back for years.');
  }
  const after = 'after' in given ? readTime(given.after, 'after').at : undefined;
  const last = 'before' in given ? readTime(given.before, 'before') : undefined;
  const before = last?.at;
  // A day alone means all of it.
  const end = last && isDay(last.text) ? last.at + DAY - 1 : before;
  if (after !== undefined && end !== undefined && after > end) {
    refuse('"after" is later than "before".', 'Use the earlier time as "after". Nothing was read.');
  }
  return periodBetween(after, end, before);
}
