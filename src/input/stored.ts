import { isDay } from './times.js';

/** What RapidPro stores of a written value, as far as both lines of servers do the same. */

/** What RapidPro will show, or undefined if that is not certain. */
export type Stored = { value: string | null } | undefined;

/** White space in Python: some control characters are, the byte-order mark is not. */
const WHITE_SPACE =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const BLANK = new RegExp(WHITE_SPACE);

/** RapidPro refuses both. */
const REFUSED = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Whether a text has a character that no server stores: a null character, or half of a pair. */
export function hasRefusedCharacter(text: unknown): boolean {
  return typeof text === 'string' && REFUSED.test(text);
}

/** Characters of a text that servers keep. */
export const LONGEST_TEXT = 640;

/** Letter by letter: a pattern would be tried at each letter of a long row of white space within the text. */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && BLANK.test(text.charAt(start))) start++;
  while (end > start && BLANK.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The text that Python makes from a JSON number, if JavaScript writes the same. */
function numberText(value: number): string | undefined {
  const size = Math.abs(value);
  if (Number.isInteger(value)) return size < 1e21 ? String(value) : undefined;
  return size >= 1e-4 ? String(value) : undefined;
}

/** The raw text that RapidPro stores for a field; null if the value clears it. */
export function storedText(value: string | number | null): Stored {
  if (value === null) return { value: null };
  const text = typeof value === 'number' ? numberText(value) : value;
  if (text === undefined || REFUSED.test(text)) return undefined;
  const kept = trimmed(text);
  // A text with fewer units cannot have this many characters.
  if (kept.length <= LONGEST_TEXT) return { value: kept || null };
  const cut = Array.from(kept).slice(0, LONGEST_TEXT).join('');
  return trimmed(cut) === cut ? { value: cut } : undefined;
}

/** Beyond this, the two lines of servers differ. */
const MOST_DIGITS = 36;

function storedNumber(text: string): Stored {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d*)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole + fraction === '') return { value: null };
  if (whole.length + fraction.length > MOST_DIGITS) return undefined;
  const integer = whole.replace(/^0+/, '') || '0';
  const decimals = fraction.replace(/0+$/, '');
  const shown = decimals === '' ? integer : `${integer}.${decimals}`;
  return { value: shown === '0' ? shown : sign + shown };
}

const ISO =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

function storedDatetime(text: string): Stored {
  const [, day = '', hour, minute, second = '00', fraction = '', zone] = ISO.exec(text) ?? [];
  if (zone && isDay(day) && !/^[+-]00:00$/.test(zone)) {
    const micros = fraction.slice(0, 6).padEnd(6, '0');
    return { value: `${day}T${hour}:${minute}:${second}.${micros}${zone}` };
  }
  // A text without a digit contains no date.
  return /\d/.test(text) ? undefined : { value: null };
}

/** What RapidPro will show for a field. */
export function storedField(type: string, value: string | number | null): Stored {
  const raw = storedText(value);
  if (!raw || raw.value === null) return raw;
  switch (type) {
    case 'text':
      return raw;
    case 'number':
      return storedNumber(raw.value);
    case 'datetime':
      return storedDatetime(raw.value);
    default:
      return undefined;
  }
}

/** Whether RapidPro stores only the beginning of a value. */
export function isCut(value: unknown): boolean {
  if (typeof value !== 'string' || value.length <= LONGEST_TEXT) return false;
  return Array.from(trimmed(value)).length > LONGEST_TEXT;
}

/** Whether RapidPro will certainly show nothing for an existing value. */
export function isUnreadable(type: string, value: string | number | null): boolean {
  const isThere = storedText(value)?.value ?? null;
  return isThere !== null && storedField(type, value)?.value === null;
}

export function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** What names of one group have in common: RapidPro finds it in any letter case. Beyond ASCII, databases differ. */
export function groupIdentity(name: string): string {
  return isAscii(name) ? name.toLowerCase() : name;
}

/** A text in any letter case, with accents as separate characters or not. */
export const anyForm = (text: string) => text.normalize().toLowerCase();

export function sameGroupName(a: string, b: string): boolean {
  return groupIdentity(a) === groupIdentity(b);
}

/** RapidPro shows this instead of URNs if the workspace hides them. */
export function areHidden(urns: readonly string[]): boolean {
  return urns.some(urn => urn.endsWith(':********'));
}
