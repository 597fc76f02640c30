import { fail } from '../errors/errors.js';
import { type Filter, type Resource, type ResourceName, resources } from '../resources.js';
import type { Query, QueryValue } from '../types/request.js';
import { capitalize, isObject, isShown } from './check.js';
import { asUuid, requireUrn } from './identifiers.js';
import { isQuotedReference, UNQUOTED } from './missing.js';
import { suggest } from './nearest.js';
import { cutToMicros, DAY, fromMicros, isDatetime, isDay, type Micros, toMicros } from './times.js';

const DATE_FIX =
  'Write ISO 8601: "2026-01-31", "2026-01-31T08:00:00Z" or "2026-01-31T10:00:00+02:00". For a Date object: date.toISOString().';

function refuse(description: string, fix: string): never {
  throw fail('INVALID_FILTER', description, fix);
}

function refuseUnknown(noun: string, key: string, hint: string): never {
  refuse(`${noun} have no ${isShown(key) ? `filter "${key}"` : 'filter of that name'}.`, hint);
}

/** Refuses a reference that is just text: RapidPro would find nothing, and say nothing. */
export function refuseQuoted(value: unknown, what: string): void {
  if (typeof value !== 'string' || !isQuotedReference(value)) return;
  refuse(`${what} contains a reference in quotes, or code.`, `Nothing was sent. ${UNQUOTED}`);
}

type Check = (value: unknown, name: string, filter: Filter) => QueryValue;

/** What a value of each kind must be. Returns what goes into the query. */
const CHECKS: Record<Filter['kind'], Check> = {
  uuid(value, name) {
    const uuid = typeof value === 'string' ? asUuid(value) : undefined;
    if (uuid) return uuid;
    refuse(
      `The filter "${name}" is not a uuid.`,
      'RapidPro finds these only by uuid, not by name. Copy the uuid from the address of its page, or look it up in the list.',
    );
  },
  urn(value, name) {
    return requireUrn(value, `filters.${name}`, 'lookup', 'INVALID_FILTER');
  },
  text(value, name) {
    refuseQuoted(value, `The filter "${name}"`);
    // RapidPro's names have no spaces at their ends, so a space in the filter would return an empty list.
    if (typeof value === 'string') return asUuid(value) ?? value.trim();
    if (typeof value === 'number') return value;
    refuse(
      `The filter "${name}" is not text.`,
      'Write its name or uuid as text, not an object or a list.',
    );
  },
  integer(value, name) {
    // RapidPro ignores a filter of 0, and answers with the whole list.
    if (/^0*[1-9]\d*$/.test(String(value))) return String(value);
    refuse(
      `The filter "${name}" must be a whole number above 0.`,
      'Use the id from RapidPro. If it comes from $ or state, check that the data is there.',
    );
  },
  boolean(value, name) {
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    refuse(`The filter "${name}" must be true or false.`, 'Write it without quotes.');
  },
  datetime(value, name) {
    if (typeof value === 'string' && isDatetime(value)) return cutToMicros(value.trim());
    refuse(`The filter "${name}" is not a date that RapidPro can read.`, DATE_FIX);
  },
  date(value, name) {
    if (typeof value === 'string' && isDay(value.trim()) && isDatetime(value)) return value.trim();
    refuse(`The filter "${name}" is not a date.`, 'Write year, month and day: "2026-01-31".');
  },
  choice(value, name, { choices = [] }) {
    if (typeof value === 'string' && choices.includes(value.toLowerCase()))
      return value.toLowerCase();
    const hint =
      typeof value === 'string' ? suggest(value, choices) : `Possible here: ${choices.join(', ')}.`;
    refuse(`The filter "${name}" has a value that RapidPro does not know.`, hint);
  },
};

/** What RapidPro does not filter by, but jobs try. */
const ELSEWHERE = new Map([
  ['limit', 'Move limit into the options, the second argument.'],
  [
    'name',
    'RapidPro cannot search by name. Read a group or the whole list, then keep who has the name: fn(state => ({ ...state, data: state.data.filter(one => one.name === "…") })).',
  ],
]);

function checkOne(name: string, value: unknown, filter: Filter): QueryValue {
  if (value === undefined || value === null || (typeof value === 'string' && !value.trim())) {
    refuse(
      `The filter "${name}" is empty.`,
      'It refers to missing data. Without the filter, RapidPro would return the whole list, so nothing was read. Check the name after $ or state.',
    );
  }
  if (Array.isArray(value)) {
    if (!filter.many)
      refuse(
        `The filter "${name}" is a list.`,
        'RapidPro accepts one value here. Read the list once for each value.',
      );
    if (value.length === 0)
      refuse(
        `The filter "${name}" is an empty list.`,
        'Add at least one value, or leave the filter out.',
      );
    return value.map(item => checkOne(name, item, { ...filter, many: false }) as string);
  }
  return CHECKS[filter.kind](value, name, filter);
}

/**
 * Checks the filters of a list and makes its query. RapidPro ignores unknown filters, and answers bad values with
 * an empty or a full list. Nobody would notice either.
 */
export function checkFilters(name: ResourceName, filters: unknown): Query {
  if (filters === undefined || filters === null) return {};
  const resource: Resource = resources[name];
  const known = Object.keys(resource.filters);
  if (!isObject(filters)) {
    refuse(
      'The filters are not an object.',
      known.includes('group')
        ? 'Write them as an object: { group: "Mothers" }.'
        : `Write them as { ${known[0] ?? 'name'}: … }.`,
    );
  }
  const query: Record<string, QueryValue> = {};
  for (const [key, value] of Object.entries(filters)) {
    const filter = Object.hasOwn(resource.filters, key) ? resource.filters[key] : undefined;
    if (!filter) {
      const hint = ELSEWHERE.get(key) ?? suggest(key, known);
      refuseUnknown(capitalize(resource.nouns[1]), key, hint);
    }
    const checked = checkOne(key, value, filter);
    // To RapidPro, most flags that are absent are false.
    if (checked !== false || filter.sendsFalse) query[key] = checked;
  }
  const clash = (resource.exclusive ?? []).filter(key => key in query);
  if (clash.length > 1) {
    refuse(
      `RapidPro accepts only one of the filters ${clash.map(key => `"${key}"`).join(' and ')}.`,
      'Leave one out, and filter the result with fn().',
    );
  }
  return query;
}

/** Some requests make no sense without one of their filters. */
export function requireOne(query: Query, keys: readonly string[]): void {
  if (keys.some(key => key in query)) return;
  const names = keys.map(key => `"${key}"`).join(' or ');
  refuse(`The filter ${names} is missing.`, 'Without it, RapidPro would return nothing.');
}

/** The filters of archives. */
export interface Period {
  /** Filters for the list of archives; a monthly one begins up to 31 days before its last record. */
  archives: { after?: string; before?: string };
  /** Whether a record with this time is in the period, to the microsecond. */
  includes(time: unknown): boolean;
}

const MONTH = 31 * DAY;

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
      ...(after === undefined ? {} : { after: dayOf(after - MONTH) }),
      ...(last === undefined ? {} : { before: dayOf(last) }),
    },
    includes(time) {
      const at = toMicros(time) ?? Number.NaN;
      return at >= (after ?? Number.NEGATIVE_INFINITY) && at <= (end ?? Number.POSITIVE_INFINITY);
    },
  };
}

/** Whether `after` is later than `before`: such a list is empty. */
export function isBackwards({ after, before }: Query): boolean {
  const [from, until] = [toMicros(after), toMicros(before)];
  return from !== undefined && until !== undefined && from > until;
}

/** Checks the period of the archives to read. */
export function checkPeriod(filters: unknown): Period {
  const known = ['after', 'before'];
  if (!isObject(filters)) {
    refuse('The period is missing.', 'Add it: { after: "2026-01-01", before: "2026-01-31" }.');
  }
  for (const key of Object.keys(filters)) {
    if (!known.includes(key)) refuseUnknown('Archives', key, suggest(key, known));
  }
  if (Object.keys(filters).length === 0) {
    refuse('The period is missing.', 'Add "after", "before" or both. Archives go back for years.');
  }
  const after = 'after' in filters ? readTime(filters.after, 'after').at : undefined;
  const last = 'before' in filters ? readTime(filters.before, 'before') : undefined;
  // A day alone means all of it.
  const end = last && isDay(last.text) ? last.at + DAY - 1 : last?.at;
  if (after !== undefined && end !== undefined && after > end) {
    refuse('"after" is later than "before".', 'Use the earlier time as "after". Nothing was read.');
  }
  return periodBetween(after, end, last?.at);
}
