import type { Call } from '../core/call.js';
import type { Lookup } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { badRequest, notFound, ServerError } from '../core/reply.js';
import { canonicalUuid, isCanonicalUuid } from '../state/ids.js';

/** How `v9` treats a filter that is not a UUID depends on the column's type. */
export type BadUuid = 'nothing' | 'refused' | 'broken';

/**
 * The `uuid` filter: undefined if absent, null if nothing can match.
 * `textit` accepts any UUID format, uses the first value and refuses an empty one.
 */
export function uuidFilter(call: Call, onV9: BadUuid): string | null | undefined {
  const { query } = call.incoming;
  if (call.workspace.dialect === 'textit') {
    const text = query.get('uuid');
    return text === null ? undefined : checkedUuid(text);
  }
  const text = last(query, 'uuid');
  if (!text) return undefined;
  if (isCanonicalUuid(text)) return text;
  if (onV9 === 'nothing') return null;
  const canonical = canonicalUuid(text);
  if (canonical) return canonical;
  if (onV9 === 'broken') throw new ServerError('a filter that is not a UUID');
  throw badRequest('Value for uuid must be a valid UUID');
}

export function checkedUuid(text: string, param = 'uuid'): string {
  const uuid = canonicalUuid(text);
  if (!uuid) throw badRequest(`Param '${param}': ${text} is not a valid UUID.`);
  return uuid;
}

/** A filter by a row's numeric id. Undefined if absent. */
export function idFilter(call: Call, name: string): number | undefined {
  const text = last(call.incoming.query, name);
  if (!text) return undefined;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw badRequest(`Value for ${name} must be an integer`);
  return Number(text);
}

/** The object that `?uuid=` of an update or a deletion refers to. */
export function findByUuid<T>(
  call: Call,
  { value }: Lookup,
  what: string,
  find: (uuid: string) => T | undefined,
  onV9: 'missing' | 'broken' = 'missing',
): T {
  if (call.workspace.dialect === 'textit') {
    // `textit` validates the UUID format but looks up the text as sent.
    checkedUuid(value);
  } else if (onV9 === 'broken' && !canonicalUuid(value)) {
    throw new ServerError('a lookup that is not a UUID');
  }
  const found = find(value);
  if (!found) throw missing(what);
  return found;
}

export const missing = (what: string) => notFound(`No ${what} matches the given query.`);
