import { fail } from '../../errors/errors.js';
import { typeName } from '../../input/check.js';
import { asUuid, checkEach, contactKey, distinctBy, urnIdentity } from '../../input/identifiers.js';
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
