import { getCountryCodeForRegionCode, parsePhoneNumber } from 'awesome-phonenumber';
import type { Dialect } from '../../../src/resources.js';

/**
 * A phone number as the servers write it: E.164 where it can be a number, else its letters and digits alone.
 * The country is the workspace's, two letters, empty where none is known.
 */
export function normalizePhone(text: string, country: string, dialect: Dialect): string {
  const plain = plainPhone(text);
  const isWhole = text.startsWith('+') || (plain.length >= 11 && !plain.startsWith('0'));
  return possibleNumber(isWhole ? `+${plain}` : plain, country, dialect) ?? plain;
}

/** Whether a written number can be one, by its country code and its length. */
export function isPossiblePhone(path: string, country: string, dialect: Dialect): boolean {
  return possibleNumber(path, country, dialect) !== null;
}

/**
 * A number that somebody wrote within a text, in E.164; null if it cannot be one. The country counts as it is written: the engine
 * does not know `rw`. `textit` also takes long numbers for whole ones that lack their plus.
 */
export function phoneIn(text: string, country: string, dialect: Dialect): string | null {
  const plain = text.replace(/[^0-9]/g, '');
  const hasPlus = text.trim().startsWith('+');
  const isKnown = country === country.toUpperCase() && getCountryCodeForRegionCode(country) > 0;
  const home = isKnown ? country : '';
  const isWhole =
    dialect === 'textit' &&
    !hasPlus &&
    (isKnown || country === '') &&
    plain.length >= 11 &&
    !plain.startsWith('0');
  const number =
    possibleNumber(hasPlus ? `+${plain}` : plain, home, dialect) ??
    (isWhole ? possibleNumber(`+${plain}`, home, dialect) : null);
  return number !== null && /^\+\d{7,15}$/.test(number) ? number : null;
}

/** Letters and digits; numbers that a spreadsheet wrote as `2.50788E+11` lose that tail and never fit. */
function plainPhone(text: string): string {
  const lower = text.toLowerCase();
  const whole = /e\+1[12]$/.test(lower) ? lower.slice(0, -4) : lower;
  return whole.replace(/[^0-9a-z]/g, '');
}

/** How a number is dialed in its own country, `0788 123 123`; any other text as it is. */
export function localPhone(path: string): string {
  const { number } = parse(path, NO_COUNTRY);
  return path.startsWith('+') && number ? number.national : path;
}

/** Stands in where no country is known. After a plus, neither its own code nor its prefixes can apply. */
const NO_COUNTRY = 'RU';

/** Google's code skips the bracket. With it, the wrapper does not judge "+800…" and "00…" by itself. */
const parse = (text: string, regionCode: string) => parsePhoneNumber(`(${text}`, { regionCode });

/** Numbers read before: a request asks several times for the same one, and reading it takes long. */
const readBefore = new Map<string, string | null>();
const MOST_KEPT = 20_000;

function possibleNumber(text: string, country: string, dialect: Dialect): string | null {
  const key = `${dialect} ${country} ${text}`;
  const known = readBefore.get(key);
  if (known !== undefined) return known;
  const number = readNumber(text, country.toUpperCase(), dialect);
  if (readBefore.size >= MOST_KEPT) readBefore.clear();
  readBefore.set(key, number);
  return number;
}

/** The number in E.164; null where there can be none of that length. */
function readNumber(text: string, country: string, dialect: Dialect): string | null {
  const isKnown = getCountryCodeForRegionCode(country) > 0;
  if (!isKnown && !/^[^0-9+]*\+/.test(text)) return null;
  const parsed = parse(text, isKnown ? country : NO_COUNTRY);
  const today = parsed.number?.e164;
  if (today === undefined) return null;
  const older = dialect === 'v9' ? readIn2024(text, today) : undefined;
  if (older !== undefined) return older;
  return parsed.possible ? today : null;
}

/**
 * What RapidPro 9, whose numbering plans are of early 2024, reads otherwise than the library: a number as
 * written or as read today, and what RapidPro 9 makes of it (null: no number).
 */
const EXCEPTIONS_OF_2024: readonly [number: RegExp, then: string | null][] = [
  // Mexico: the 1 before mobile numbers was dropped. Recorded.
  [/^\+521(\d{10})$/, '+52$1'],
  // Congo (Kinshasa): there were no numbers of eight digits, so a 0 before them was kept. Seen on a server.
  [/^\+2430\d{8}$/, '$&'],
  [/^\+243\d{8}$/, null],
  // Benin: ten digits are of the end of 2024.
  [/^\+229\d{10}$/, null],
];

function readIn2024(text: string, today: string): string | null | undefined {
  for (const [number, then] of EXCEPTIONS_OF_2024) {
    const form = [text, today].find(one => number.test(one));
    if (form !== undefined) return then === null ? null : form.replace(number, then);
  }
  return undefined;
}
