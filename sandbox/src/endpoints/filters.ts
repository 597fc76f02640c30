import type { Call } from '../core/call.js';
import type { Lookup } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { badRequest, notFound, ServerError } from '../core/reply.js';
import { canonicalUuid, isCanonicalUuid } from '../state/ids.js';

/** How `v9` treats a filter that is not a UUID depends on the column's type. */
type BadUuid = 'nothing' | 'refused' | 'broken';

/**
 * The `uuid` filter: undefined if absent, null if nothing can match.
 * `textit` accepts any UUID format, uses the first value and refuses an empty one.
 */
export function uuidFilter(call: Call, onV9: BadUuid): string | null | undefined {
  const { query } = call.incoming;
  if (call.workspace.dialect === 'textit') {
    return uuidParams(call, 'uuid')[0];
  }
  const text = last(query, 'uuid');
  if (text === null || (text === '' && onV9 !== 'refused')) return undefined;
  if (isCanonicalUuid(text)) return text;
  if (onV9 === 'nothing') return null;
  const canonical = canonicalUuid(text);
  if (canonical) return canonical;
  if (onV9 === 'broken') throw new ServerError('a filter that is not a UUID');
  throw badRequest('Value for uuid must be a valid UUID');
}

const MOST_UUIDS = 100;

/** The values of a parameter of `textit` that takes UUIDs. */
export function uuidParams({ incoming }: Call, param: string): string[] {
  const given = incoming.query.getAll(param);
  if (given.length > MOST_UUIDS) {
    throw badRequest(`Param '${param}' can have a maximum of ${MOST_UUIDS} values.`);
  }
  return given.map(one => checkedUuid(one, param));
}

function checkedUuid(text: string, param = 'uuid'): string {
  const uuid = canonicalUuid(text);
  if (!uuid) throw badRequest(`Param '${param}': ${text} is not a valid UUID.`);
  return uuid;
}

/** A whole number as Python reads it; undefined if it is none. */
export function wholeNumber(text: string): number | undefined {
  return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

/** A filter by a row's numeric id. Undefined if absent, and if it is 0: the server takes that for absent. */
export function idFilter(call: Call, name: string): number | undefined {
  const text = last(call.incoming.query, name);
  if (text === null) return undefined;
  const id = wholeNumber(text);
  if (id === undefined) throw badRequest(`Value for ${name} must be an integer`);
  return id === 0 ? undefined : id;
}

/**
 * The object that `?uuid=` of an update or a deletion refers to. A column of texts compares it as sent; one of UUIDs reads
 * it, which in `v9` breaks on anything else.
 */
export function findByUuid<T>(
  { value }: Lookup,
  what: string,
  find: (uuid: string) => T | undefined,
  column: 'uuids' | 'texts' = 'uuids',
): T {
  const read = column === 'texts' ? value : canonicalUuid(value);
  if (read === undefined) throw new ServerError('a lookup that is not a UUID');
  const found = find(read);
  if (!found) throw missing(what);
  return found;
}

export const missing = (what: string) => notFound(`No ${what} matches the given query.`);
