import { isDay } from '../../input/times.js';

/**
 * What RapidPro would show after a write, predicted, so that a write that changes nothing can be
 * left out. Conservative: what two servers were not seen to do alike is `unknown`, and is written.
 */

export type Prediction = 'same' | 'different' | 'unknown';

/** What RapidPro will show, or undefined if that is not certain. */
export type Stored = { value: string | null } | undefined;

/** What Python calls white space: some control characters are, the byte-order mark is not. */
const BLANK =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const EDGES = new RegExp(`^${BLANK}+|${BLANK}+$`, 'g');

/** RapidPro refuses both. */
const REFUSED = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const LONGEST_TEXT = 640;

export function trimmed(text: string): string {
  return text.replace(EDGES, '');
}

/** The text that Python makes of a JSON number, where it writes it as JavaScript does. */
function numberText(value: number): string | undefined {
  const size = Math.abs(value);
  if (Number.isInteger(value)) return size < 1e21 ? String(value) : undefined;
  return size >= 1e-4 ? String(value) : undefined;
}

/** The raw text that RapidPro keeps of a field's value; null if the value clears it. */
export function storedText(value: string | number | null): Stored {
  if (value === null) return { value: null };
  const text = typeof value === 'number' ? numberText(value) : value;
  if (text === undefined || REFUSED.test(text)) return undefined;
  const kept = trimmed(text);
  // Only beyond so many units can there be so many characters.
  if (kept.length <= LONGEST_TEXT) return { value: kept || null };
  const cut = Array.from(kept).slice(0, LONGEST_TEXT).join('');
  return trimmed(cut) === cut ? { value: cut } : undefined;
}

/** Beyond it, the two lines of servers differ. */
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
  // No date can be found where there is no digit.
  return /\d/.test(text) ? undefined : { value: null };
}

/** What RapidPro will show of a field's value. */
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

/** Whether RapidPro keeps only the beginning of a value. */
export function isCut(value: unknown): boolean {
  if (typeof value !== 'string' || value.length <= LONGEST_TEXT) return false;
  return Array.from(trimmed(value)).length > LONGEST_TEXT;
}

/** Whether RapidPro will surely show nothing of a value that is there. */
export function isUnreadable(type: string, value: string | number | null): boolean {
  const isThere = storedText(value)?.value ?? null;
  return isThere !== null && storedField(type, value)?.value === null;
}

function compare(stored: Stored, current: string | null): Prediction {
  if (!stored) return 'unknown';
  return stored.value === current ? 'same' : 'different';
}

/** How many names the full path of a place has: the country's, the state's, and so on. */
export const LEVELS: { [type: string]: number } = { state: 2, district: 3, ward: 4 };

/**
 * Places are found by name in the workspace's own map. What is known without the map: the full
 * path that is shown gives itself, and so does the name of a state.
 */
function predictPlace(type: string, value: string | number | null, current: string): Prediction {
  const raw = storedText(value)?.value;
  const names = current.split(' > ');
  if (!raw || names.length !== LEVELS[type]) return 'unknown';
  return raw === current || (type === 'state' && raw === names.at(-1)) ? 'same' : 'unknown';
}

/** Compares the value of a contact field with the one that RapidPro shows. */
export function predictField(
  type: string,
  value: string | number | null,
  current: string | null,
): Prediction {
  const stored = storedField(type, value);
  if (stored || current === null || ['text', 'number', 'datetime'].includes(type)) {
    return compare(stored, current);
  }
  return predictPlace(type, value, current);
}

const LONGEST_NAME = 64;

export function predictName(value: string | number | null, current: string | null): Prediction {
  const stored = storedText(value);
  // RapidPro refuses what is blank or too long.
  if (stored?.value === null && value !== null) return 'unknown';
  if (stored?.value && Array.from(stored.value).length > LONGEST_NAME) return 'unknown';
  return compare(stored, current);
}

/** A language is sent in small letters: RapidPro stores an update as it was sent. */
export function predictLanguage(value: string | null, current: string | null): Prediction {
  if (value !== null && !/^[a-z]{3}$/.test(value)) return 'unknown';
  return compare({ value }, current);
}

/** Calling codes; those of three digits are all the others. */
const CALLING_CODE = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/**
 * A whole international number. Shorter ones, a zero after the calling code and Mexico's former 1 are
 * read in ways that would take a table of all countries.
 */
function isWholeNumber(digits: string): boolean {
  const national = digits.replace(CALLING_CODE, '');
  return /^[1-9]\d{9,14}$/.test(digits) && !national.startsWith('0') && !/^521/.test(digits);
}

const PLAIN_URNS =
  /^(?:(?:telegram|instagram|whatsapp):\d+|mailto:[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|ext:[^\s?#%]{1,200})$/;

/** Whether every server stores a URN just as it is written, or refuses it. */
export function isPlainUrn(urn: string): boolean {
  return urn.startsWith('tel:+') ? isWholeNumber(urn.slice(5)) : PLAIN_URNS.test(urn);
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** RapidPro finds groups in any letter case; beyond ASCII, databases differ in what that is. */
export function sameGroupName(a: string, b: string): boolean {
  return a === b || (isAscii(a) && isAscii(b) && a.toLowerCase() === b.toLowerCase());
}
