import { fail, type RapidProError } from '../../errors/errors.js';
import { maskUrn } from '../../errors/redact.js';
import { typeName } from '../../input/check.js';
import {
  asUuid,
  checkEach,
  contactKey,
  distinctBy,
  isUuid,
  urnIdentity,
} from '../../input/identifiers.js';
import { refuseMissing } from '../../input/missing.js';

/** Lists of contacts, messages and tickets as jobs write them. */

/** One item of an action, as RapidPro wants it, and its position in the job's list. */
export interface Item {
  value: string | number;
  index: number;
}

/** A single item becomes a list. */
function toList(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string' || typeof value === 'number') return [value];
  if (value === undefined || value === null) {
    throw fail(
      'INVALID_INPUT',
      `The list of ${what} is missing.`,
      `Use a list of ${what}. If it comes from $ or state, check that the data is there.`,
    );
  }
  const isOne = typeof value === 'object' && ('uuid' in value || 'id' in value);
  const id = what === 'messages' ? 'id' : 'uuid';
  throw fail(
    'INVALID_INPUT',
    `${what} is ${typeName(value)} where a list is expected.`,
    isOne
      ? `For one of them, use its ${id}: $.data.${id}. For several, use a list: state => state.data.map(one => one.${id})`
      : `If the list is inside of it, read it from there: state => state.data.results.map(one => one.${id})`,
  );
}

/** Leaves out duplicates; the first position in the list stays. */
function distinct(
  values: readonly (string | number)[],
  identity: (value: string) => string,
): Item[] {
  const items = values.map((value, index) => ({ value, index }));
  return distinctBy(items, ({ value }) => identity(String(value)));
}

export function contactItems(value: unknown): Item[] {
  const values = checkEach(toList(value, 'contacts'), (contact, index) => {
    const key = contactKey(contact, `contacts[${index}]`);
    return 'uuid' in key ? key.uuid : key.urn;
  });
  return distinct(values, text => (text.includes(':') ? urnIdentity(text) : text));
}

export function messageItems(value: unknown): Item[] {
  const values = toList(value, 'messages').map((message, index) => {
    // JavaScript would turn more digits into the id of another message; 0 is not an id.
    if (/^0*[1-9]\d{0,14}$/.test(String(message))) return Number(message);
    throw fail(
      'INVALID_INPUT',
      `messages[${index}] is not the id of a message.`,
      'RapidPro identifies messages by "id", a number: state => state.data.map(message => message.id)',
    );
  });
  return distinct(values, text => text);
}

export function ticketItems(value: unknown): Item[] {
  const values = toList(value, 'tickets').map((ticket, index) => {
    const uuid = typeof ticket === 'string' ? asUuid(ticket) : undefined;
    if (uuid) return uuid;
    throw fail(
      'INVALID_INPUT',
      `tickets[${index}] is not the uuid of a ticket.`,
      'Use the uuids: state => state.data.map(ticket => ticket.uuid)',
    );
  });
  return distinct(values, text => text);
}

/** A name or uuid that an action requires. */
export function requireText(value: unknown, what: string): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  if (text !== '') return text;
  throw fail(
    'INVALID_INPUT',
    value !== null && typeof value === 'object'
      ? `The ${what} is an object where text is expected.`
      : `The ${what} is empty.`,
    `Write the ${what} as text. If it comes from $ or state, check that the data is there.`,
  );
}

/**
 * A group or label of an action. RapidPro 9 recognizes a uuid only in its own form.
 *
 * @param isLiteral - the option `literal`
 * @throws RapidProError `INVALID_INPUT`
 */
export function requireReference(value: unknown, what: string, isLiteral: boolean): string {
  const text = requireText(value, what);
  refuseMissing(text, what, 'name', isLiteral);
  return asUuid(text) ?? text;
}

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
