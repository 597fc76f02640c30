import { RapidProError } from '../client/errors.js';
import type { Query, QueryValue } from '../client/request.js';

function invalidPath(description: string, fix: string): never {
  throw new RapidProError({ code: 'INVALID_PATH', description, fix });
}

/**
 * Reads the name of an endpoint: `contacts`, `contacts.json`, `/api/v2/contacts.json`.
 *
 * @throws RapidProError `INVALID_PATH`
 */
export function checkPath(path: unknown): string {
  const fix = 'Write the endpoint alone, as "contacts". What comes after ? belongs into the query.';
  if (typeof path !== 'string') return invalidPath('The path is not text.', fix);
  const text = path.trim();
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || text.startsWith('//')) {
    return invalidPath(
      'The path is a whole address. The token is only sent to the server of the credential.',
      'Write the endpoint alone, as "contacts". For other servers use @openfn/language-http.',
    );
  }
  const name = text.replace(/^\/?(api\/v2\/)?/, '').replace(/\.json$/, '');
  if (/^[a-z][a-z_]{0,63}$/.test(name)) return name;
  return invalidPath('The path is not the name of an endpoint.', fix);
}

function checkValue(key: string, value: unknown): QueryValue {
  if (Array.isArray(value)) return value.map(item => checkValue(key, item) as string);
  if (['string', 'number', 'boolean'].includes(typeof value) && value !== '') {
    return value as QueryValue;
  }
  const what = value === null || value === undefined || value === '' ? 'empty' : 'an object';
  throw new RapidProError({
    code: 'INVALID_FILTER',
    description: `"${key}" in the query is ${what}.`,
    fix: 'Without it RapidPro could answer with everything, or change another object. Nothing was sent. Check the data that it comes from.',
  });
}

/**
 * Checks a query whose keys are the job author's own.
 *
 * @throws RapidProError `INVALID_FILTER`
 */
export function checkQuery(query: unknown): Query | undefined {
  if (query === undefined || query === null) return undefined;
  if (typeof query !== 'object' || Array.isArray(query)) {
    throw new RapidProError({
      code: 'INVALID_FILTER',
      description: 'The query is not an object.',
      fix: 'Write it as { uuid: "…" }.',
    });
  }
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => [key, checkValue(key, value)]),
  );
}
