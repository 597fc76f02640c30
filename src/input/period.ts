import { fail } from '../errors/errors.js';
import { suggest } from './nearest.js';
import { isDatetime, isDay } from './times.js';

/** A period of time as archives and their records are chosen by it. */
export interface Period {
  /** Filters for the list of archives; a monthly one begins up to 31 days before its last record. */
  archives: { after?: string; before?: string };
  /** Whether a record of this time is of the period, to the microsecond. */
  includes(time: unknown): boolean;
}

const DAY = 24 * 60 * 60 * 1_000_000;
/** Days in the longest month. */
const MONTH = 31;

function readTime(value: unknown, name: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (isDatetime(text)) return text;
  throw fail(
    'INVALID_FILTER',
    value === undefined || value === null || value === ''
      ? `The filter "${name}" is empty.`
      : `The filter "${name}" is not a date.`,
    'Write a day, as "2026-01-31", or a time with its zone, as "2026-01-31T08:00:00Z".',
  );
}

/** Microseconds since 1970, as finely as RapidPro writes time; one without zone is in UTC, as there. */
function instant(text: string): number {
  const [, seconds = '', fraction = '', zone = ''] =
    /^(.*?)(?:\.(\d+))?(Z|[+-]\d{2}:?\d{2})?$/.exec(isDay(text) ? `${text}T00:00Z` : text) ?? [];
  const offset = zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2') || 'Z';
  const milliseconds = Date.parse(`${seconds.replace(' ', 'T')}${offset}`);
  return milliseconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

const dayOf = (time: number) => new Date(time / 1000).toISOString().slice(0, 10);

/**
 * Checks the period that archives are read of.
 *
 * @throws RapidProError `INVALID_FILTER`
 */
export function checkPeriod(filters: unknown): Period {
  const known = ['after', 'before'];
  if (filters === null || typeof filters !== 'object' || Array.isArray(filters)) {
    throw fail(
      'INVALID_FILTER',
      'The period is missing.',
      'Write it as { after: "2026-01-01", before: "2026-01-31" }.',
    );
  }
  for (const key of Object.keys(filters)) {
    if (!known.includes(key))
      throw fail('INVALID_FILTER', `Archives have no filter "${key}".`, suggest(key, known));
  }
  const given = filters as { after?: unknown; before?: unknown };
  if (!('after' in given || 'before' in given)) {
    throw fail(
      'INVALID_FILTER',
      'The period is missing.',
      'Give "after", "before" or both. Archives reach back for years.',
    );
  }
  const after = 'after' in given ? instant(readTime(given.after, 'after')) : undefined;
  const beforeText = 'before' in given ? readTime(given.before, 'before') : undefined;
  const before = beforeText === undefined ? undefined : instant(beforeText);
  // A day alone means all of it.
  const end = before !== undefined && isDay(beforeText ?? '') ? before + DAY - 1 : before;
  if (after !== undefined && end !== undefined && after > end) {
    throw fail(
      'INVALID_FILTER',
      '"after" is later than "before".',
      'Give the earlier time as "after". Nothing was read.',
    );
  }
  return {
    archives: {
      ...(after === undefined ? {} : { after: dayOf(after - MONTH * DAY) }),
      ...(before === undefined ? {} : { before: dayOf(before) }),
    },
    includes(time) {
      const at = typeof time === 'string' && isDatetime(time) ? instant(time) : Number.NaN;
      return at >= (after ?? Number.NEGATIVE_INFINITY) && at <= (end ?? Number.POSITIVE_INFINITY);
    },
  };
}
