import { fail, type RapidProError } from '../../errors/errors.js';
import { maskUrn } from '../../errors/redact.js';
import { checkEachInTurns, typeName } from '../../input/check.js';
import { asUuid, contactKey, isUuid } from '../../input/identifiers.js';
import { urnIdentity } from '../../input/sameUrn.js';
import { distinctInTurns, giveWay } from '../../input/turns.js';

/** Lists of contacts, messages and tickets as jobs write them. */

/** One item of an action, as RapidPro wants it, and its position in the job's list. */
export interface Item<Value extends string | number = string | number> {
  value: Value;
  index: number;
}

/** A single item becomes a list. */
function toList(value: unknown, what: ItemList): unknown[] {
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

function contactValues(list: unknown[]): Promise<string[]> {
  return checkEachInTurns(list, (contact, index) => {
    const key = contactKey(contact, `contacts[${index}]`);
    return 'uuid' in key ? key.uuid : key.urn;
  });
}

function messageValue(message: unknown, index: number): number {
  // JavaScript would turn more digits into the id of another message; 0 is not an id.
  if (/^0*[1-9]\d{0,14}$/.test(String(message))) return Number(message);
  throw fail(
    'INVALID_INPUT',
    `messages[${index}] is not the id of a message.`,
    'RapidPro identifies messages by "id", a number: state => state.data.map(message => message.id)',
  );
}

function ticketValue(ticket: unknown, index: number): string {
  const uuid = typeof ticket === 'string' ? asUuid(ticket) : undefined;
  if (uuid) return uuid;
  throw fail(
    'INVALID_INPUT',
    `tickets[${index}] is not the uuid of a ticket.`,
    'Use the uuids: state => state.data.map(ticket => ticket.uuid)',
  );
}

const VALUES = {
  contacts: contactValues,
  // Unlike map(), from() does not pass over the holes of a list.
  messages: async (list: unknown[]) => Array.from(list, messageValue),
  tickets: async (list: unknown[]) => Array.from(list, ticketValue),
};

/** What an action works on, as RapidPro and jobs name the list. */
export type ItemList = keyof typeof VALUES;

/** The items of a job's list. Of duplicates, the first stays. */
export async function itemsOf(list: ItemList, value: unknown): Promise<Item[]> {
  const values: readonly (string | number)[] = await VALUES[list](toList(value, list));
  await giveWay(values);
  const items = values.map((one, index) => ({ value: one, index }));
  return distinctInTurns(items, ({ value }) => {
    const text = String(value);
    return text.includes(':') ? urnIdentity(text) : text;
  });
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

/** `[0, 5, 1, 2]` as `[[0, 2], [5, 5]]`: both ends included. */
export function ranges(indexes: readonly number[]): [number, number][] {
  const result: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = result.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else result.push([index, index]);
  }
  return result;
}
