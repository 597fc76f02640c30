import { RapidProError } from '../client/errors.js';
import { isDateOnly, isDatetime } from './datetimes.js';
import { suggest } from './nearest.js';

/** A period of time as archives and their records are chosen by it. */
export interface Period {
  /** Filters for the list of archives; a monthly one begins up to 31 days before its last record. */
  archives: { after?: string; before?: string };
  /** Tells whether a record of this time is of the period. */
  includes(time: string): boolean;
}

const DAY = 24 * 60 * 60 * 1000;
/** Days in the longest month. */
const MONTH = 31;

function refuse(description: string, fix: string): never {
  throw new RapidProError({ code: 'INVALID_FILTER', description, fix });
}

function readTime(value: unknown, name: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (isDatetime(text)) return text;
  return refuse(
    value === undefined || value === null || value === ''
      ? `The filter "${name}" is empty.`
      : `The filter "${name}" is not a date.`,
    'Write a day, as "2026-01-31", or a time with its zone, as "2026-01-31T08:00:00Z".',
  );
}

/** Milliseconds since 1970; a time without zone is in UTC, as in RapidPro's own filters. */
function instant(text: string): number {
  if (isDateOnly(text)) return Date.parse(text);
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
  return Date.parse(zoned.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
}

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/**
 * Checks the period that archives are read of.
 *
 * @throws RapidProError `INVALID_FILTER`
 */
export function checkPeriod(filters: unknown): Period {
  const known = ['after', 'before'];
  if (filters === null || typeof filters !== 'object' || Array.isArray(filters)) {
    refuse('The period is missing.', 'Write it as { after: "2026-01-01", before: "2026-01-31" }.');
  }
  for (const key of Object.keys(filters)) {
    if (!known.includes(key)) refuse(`Archives have no filter "${key}".`, suggest(key, known));
  }
  const given = filters as { after?: unknown; before?: unknown };
  if (!('after' in given || 'before' in given)) {
    refuse(
      'The period is missing.',
      'Give "after", "before" or both. Archives reach back for years.',
    );
  }
  const after = 'after' in given ? instant(readTime(given.after, 'after')) : undefined;
  const beforeText = 'before' in given ? readTime(given.before, 'before') : undefined;
  const before = beforeText === undefined ? undefined : instant(beforeText);
  // A day alone means all of it.
  const end = before !== undefined && isDateOnly(beforeText ?? '') ? before + DAY - 1 : before;
  return {
    archives: {
      ...(after === undefined ? {} : { after: dayOf(after - MONTH * DAY) }),
      ...(before === undefined ? {} : { before: dayOf(before) }),
    },
    includes(time) {
      const at = Date.parse(time);
      return at >= (after ?? Number.NEGATIVE_INFINITY) && at <= (end ?? Number.POSITIVE_INFINITY);
    },
  };
}
