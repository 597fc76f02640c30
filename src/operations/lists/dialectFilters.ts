import { fail } from '../../errors/errors.js';
import { type Dialect, type Filter, type ResourceName, resources } from '../../resources.js';
import type { Query } from '../../types/request.js';

const SERVERS: Record<Dialect, string> = { v9: 'RapidPro 9', textit: 'TextIt' };

function isUnderstood(filter: Filter | undefined, value: unknown, dialect: Dialect): boolean {
  if (filter?.cosmetic) return true;
  if (filter?.only && filter.only !== dialect) return false;
  const values = [value].flat().map(String);
  return dialect === 'v9' || !filter?.v9Choices?.some(choice => values.includes(choice));
}

/**
 * A server ignores a filter that only the other line has, and answers with the whole list. Which line
 * it is of, its first answer shows.
 *
 * @throws RapidProError `INVALID_FILTER`
 */
export function checkDialectFilters(
  name: ResourceName,
  query: Query,
  dialect: Dialect | undefined,
): void {
  if (!dialect) return;
  const filters: Record<string, Filter> = resources[name].filters;
  for (const [key, value] of Object.entries(query)) {
    if (isUnderstood(filters[key], value, dialect)) continue;
    throw fail(
      'INVALID_FILTER',
      `This server is ${SERVERS[dialect]} and does not support the filter "${key}" with this value. It would return everything, or nothing.`,
      'Leave the filter out, and filter the result with fn().',
    );
  }
}
