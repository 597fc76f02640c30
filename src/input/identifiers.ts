import { type ErrorCode, fail } from '../errors/errors.js';
import { unsent } from '../errors/fault.js';
import { UUID } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import { typeName } from './check.js';
import { plusFault, type UrnUse, urnFault } from './urns.js';

const WHOLE_UUID = new RegExp(`^${UUID}$`, 'i');

export function isUuid(value: unknown): boolean {
  return typeof value === 'string' && WHOLE_UUID.test(value);
}

/**
 * A uuid as RapidPro writes it, or undefined for other text. RapidPro 9 compares letter by letter, so it would not
 * find a uuid in capitals or without dashes.
 */
export function asUuid(text: string): string | undefined {
  const plain = text.trim().toLowerCase();
  const dashed = plain.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})$/, '$1-$2-$3-$4-$5');
  return isUuid(dashed) ? dashed : undefined;
}

/** Trims a URN, and refuses invalid ones ({@link urnFault}, {@link plusFault}).
 *
 * @throws RapidProError `INVALID_URN`, or the code given
 */
export function requireUrn(
  value: unknown,
  where: string,
  use: UrnUse = 'lookup',
  code: ErrorCode = 'INVALID_URN',
): string {
  const text = typeof value === 'string' ? value.trim() : '';
  const fault = urnFault(text, use) ?? (use === 'write' ? plusFault(text) : undefined);
  if (!fault) return text;
  throw unsent(code, where, fault);
}

export const URN_EXAMPLE =
  '"tel:+250788123123", or util.phoneUrn($.data.phone, "RW") of a number as people write it.';

/** How a query identifies a contact: `{ uuid }` or `{ urn }`. */
export type ContactKey = { uuid: string } | { urn: string };

/**
 * Reads a uuid or a URN.
 *
 * @throws RapidProError `INVALID_INPUT` for nothing or an object, `INVALID_URN` for other text
 */
export function contactKey(value: unknown, where = 'contact'): ContactKey {
  if (typeof value !== 'string' || value.trim() === '') {
    const isThere = value !== null && value !== undefined && typeof value !== 'string';
    throw fail(
      'INVALID_INPUT',
      isThere
        ? `${where} is ${typeName(value)} where a uuid or a URN is expected.`
        : `${where} is empty: it must be a uuid or a URN.`,
      typeof value === 'number'
        ? `A URN is text: ${URN_EXAMPLE}`
        : 'Use the uuid of the contact, such as $.data.uuid, or one of its URNs, such as "tel:+250788123123".',
    );
  }
  const uuid = asUuid(value);
  return uuid ? { uuid } : { urn: requireUrn(value, where) };
}

/** The longest key of a field or global. */
const KEY = /^[a-z][a-z0-9_]{0,35}$/;

/**
 * How a log or an error names an object: by its uuid, key or id. A server can put anything there, such as an encoded
 * token or terminal control characters. Anything that RapidPro would not write is shown as `…`.
 */
export function shownId({ uuid, key, id }: Dictionary): string | number {
  if (isUuid(uuid)) return String(uuid);
  if (typeof key === 'string' && KEY.test(key)) return key;
  return Number.isSafeInteger(id) ? Number(id) : '…';
}
