import type { RapidProError } from '../../errors/errors.js';
import { maskUrn } from '../../errors/redact.js';
import { isUuid } from '../../input/identifiers.js';
import type { Item } from './items.js';

/** Finds the items of an action that RapidPro does not accept. Because of one, it refuses all of them. */

const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

function uuidsIn(text: string): string[] {
  return (text.match(UUIDS) ?? []).map(uuid => uuid.toLowerCase());
}

/** What RapidPro says about items. Everything else is about the whole action. */
function complaints({ errors = [], statusCode }: RapidProError, key: string, items: Item[]) {
  if (statusCode !== 400) return [];
  const values = new Set(items.map(({ value }) => value));
  return errors.filter(
    text =>
      text.startsWith(`${key}:`) ||
      text.startsWith(`${key}[`) ||
      /^Non-active contacts/i.test(text) ||
      // "Non-active" in another language. A group may also have a uuid here, so only those of items count.
      uuidsIn(text).some(uuid => values.has(uuid)),
  );
}

/** URNs are masked in errors. */
function isMasked({ value }: Item): boolean {
  return typeof value === 'string' && !isUuid(value);
}

function isNamed(item: Item, texts: readonly string[], uuids: ReadonlySet<string>): boolean {
  const value = String(item.value);
  if (isUuid(value)) return uuids.has(value);
  const shown = isMasked(item) ? maskUrn(value) : value;
  return texts.some(text => text.endsWith(` ${shown}`));
}

/** A batch that was refused, sorted out. */
interface Sorted {
  /** Those that were certainly refused. */
  refused: Item[];
  /** What to try next, in one request each. */
  next: Item[][];
}

/**
 * Removes the items that RapidPro names from a batch. If it names none, or a masked URN that may be one of several, the
 * batch is split, so that the next answers say more.
 *
 * @returns undefined if the refusal is about the action as a whole
 */
export function sortOut(error: RapidProError, key: string, items: Item[]): Sorted | undefined {
  const texts = complaints(error, key, items);
  if (texts.length === 0) return undefined;
  if (items.length === 1) return { refused: items, next: [] };
  const uuids = new Set(texts.flatMap(uuidsIn));
  const named = items.filter(item => isNamed(item, texts, uuids));
  const certain = named.filter(item => !isMasked(item));
  const refused = certain.length > 0 || named.length > 1 ? certain : named;
  if (refused.length > 0) {
    const rest = items.filter(item => !refused.includes(item));
    return { refused, next: rest.length > 0 ? [rest] : [] };
  }
  if (named.length > 0 && named.length < items.length) {
    return { refused: [], next: [named, items.filter(item => !named.includes(item))] };
  }
  const middle = Math.ceil(items.length / 2);
  return { refused: [], next: [items.slice(0, middle), items.slice(middle)] };
}
