import type { Contact, Field } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { pathOf } from './urns.js';

/**
 * Smart groups by a subset of RapidPro's queries:
 *
 * - conditions `property operator value`, joined by `AND`, `OR` (AND binds tighter) and parentheses;
 * - operators `=`, `!=`, `~` (contains), `>`, `>=`, `<`, `<=`; a value that is empty or has spaces is quoted;
 * - properties `name`, `language`, `status`, `group`, `urn`, a URN scheme such as `tel`, `tickets`, and field keys,
 *   alone or after `fields.`;
 * - number fields and `tickets` compare as numbers, datetime fields by their day in UTC (`YYYY-MM-DD`), all others as
 *   text, ignoring case. `= ""` matches what is not set, `!= ""` what is.
 *
 * Creating a group with any other query is an error.
 */
export type Matcher = (contact: Contact, workspace: Workspace) => boolean;

const TOKEN = /\s*(\(|\)|!=|>=|<=|=|~|>|<|"(?:[^"\\]|\\.)*"|[^\s()!=~<>"]+)/y;

function tokensOf(query: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < query.trimEnd().length) {
    const found = TOKEN.exec(query);
    if (!found?.[1]) throw new TypeError(`The sandbox does not support the query: ${query}`);
    tokens.push(found[1]);
  }
  return tokens;
}

/** Compiles a query. Throws if it is not in the subset. */
export function compileQuery(query: string): Matcher {
  const tokens = tokensOf(query);
  let at = 0;
  const fail = (): never => {
    throw new TypeError(`The sandbox does not support the query: ${query}`);
  };
  const isWord = (word: string) => tokens[at]?.toUpperCase() === word;

  const condition = (): Matcher => {
    if (tokens[at] === '(') {
      at++;
      const inner = either();
      if (tokens[at++] !== ')') fail();
      return inner;
    }
    const [property, operator, given] = tokens.slice(at, at + 3);
    if (!property || !operator || given === undefined || !OPERATORS.has(operator)) return fail();
    at += 3;
    return compare(property.toLowerCase(), operator, unquote(given));
  };
  const both = (): Matcher => {
    let left = condition();
    while (at < tokens.length && !isWord('OR') && tokens[at] !== ')') {
      if (isWord('AND')) at++;
      const [first, second] = [left, condition()];
      left = (contact, ws) => first(contact, ws) && second(contact, ws);
    }
    return left;
  };
  const either = (): Matcher => {
    let left = both();
    while (isWord('OR')) {
      at++;
      const [first, second] = [left, both()];
      left = (contact, ws) => first(contact, ws) || second(contact, ws);
    }
    return left;
  };

  const matcher = either();
  return at === tokens.length ? matcher : fail();
}

const OPERATORS = new Set(['=', '!=', '~', '>', '>=', '<', '<=']);

const unquote = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;

function compare(property: string, operator: string, wanted: string): Matcher {
  return (contact, workspace) => {
    const values = valuesOf(property, contact, workspace);
    if (wanted === '' && operator === '=') return values.length === 0;
    if (wanted === '' && operator === '!=') return values.length > 0;
    if (operator === '!=') return !values.some(found => holds(found, '=', wanted));
    return values.some(found => holds(found, operator, wanted));
  };
}

/** A contact's value in a form that can be compared. */
type Found = { number: number } | { day: string } | { text: string };

function valuesOf(property: string, contact: Contact, workspace: Workspace): Found[] {
  const text = (found: string | null): Found[] => (found === null ? [] : [{ text: found }]);
  switch (property) {
    case 'name':
      return text(contact.name);
    case 'language':
      return text(contact.language);
    case 'status':
      return text(contact.status);
    case 'group':
      return [...contact.groups].map(group => ({ text: group.name }));
    case 'urn':
      return contact.urns.map(urn => ({ text: pathOf(urn.identity) }));
    case 'tickets':
      return [{ number: workspace.openTickets.get(contact) ?? 0 }];
  }
  const field = workspace.fieldsByKey.get(property.replace(/^fields\./, ''));
  if (field) return fieldValue(field, contact);
  const scheme = `${property.replace(/^urns\./, '')}:`;
  return contact.urns
    .filter(urn => urn.identity.startsWith(scheme))
    .map(urn => ({ text: pathOf(urn.identity) }));
}

function fieldValue(field: Field, contact: Contact): Found[] {
  const shown = contact.fields.get(field)?.[field.type] ?? null;
  if (shown === null) return [];
  if (field.type === 'number') return [{ number: Number(shown) }];
  if (field.type === 'datetime') return [{ day: new Date(shown).toISOString().slice(0, 10) }];
  return [{ text: shown.split(' > ').at(-1) ?? shown }];
}

function holds(found: Found, operator: string, wanted: string): boolean {
  if ('number' in found) return order(found.number, operator, Number(wanted));
  if ('day' in found) return order(found.day, operator, wanted.slice(0, 10));
  const [text, part] = [found.text.toLowerCase(), wanted.toLowerCase()];
  return operator === '~' ? text.includes(part) : order(text, operator, part);
}

function order<T extends number | string>(a: T, operator: string, b: T): boolean {
  switch (operator) {
    case '=':
      return a === b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    default:
      return false;
  }
}
