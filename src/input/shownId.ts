import type { Dictionary } from '../types/json.js';
import { isUuid } from './identifiers.js';

/** The longest key of a field or global. */
const KEY = /^[a-z][a-z0-9_]{0,35}$/;

/**
 * What a log or an error calls an object by: its uuid, key or id. A server may write anything in their place, the
 * token in another form or controls of a terminal: what is not RapidPro's is shown as `…`.
 */
export function shownId({ uuid, key, id }: Dictionary): string | number {
  if (isUuid(uuid)) return String(uuid);
  if (typeof key === 'string' && KEY.test(key)) return key;
  return Number.isSafeInteger(id) ? Number(id) : '…';
}
