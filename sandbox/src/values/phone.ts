import { getCountryCodeForRegionCode, parsePhoneNumber } from 'awesome-phonenumber';
import type { Dialect } from '../../../src/resources.js';
import { memoized } from './memoized.js';

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
  if (!path.startsWith('+') || path.length > LONGEST_PHONE) return path;
  return nationalForm(path);
}

/** No longer text can be a number. */
const LONGEST_PHONE = 250;

/** Stands in where no country is known. After a plus, neither its own code nor its prefixes can apply. */
const NO_COUNTRY = 'RU';

/** Google's code skips the bracket. With it, the wrapper does not judge "+800…" and "00…" by itself. */
const parse = (text: string, regionCode: string) => parsePhoneNumber(`(${text}`, { regionCode });

/** A request asks several times for the same number, and reading it takes long. */
const MOST_KEPT = 20_000;

const nationalForm = memoized(
  MOST_KEPT,
  (path: string) => parse(path, NO_COUNTRY).number?.national ?? path,
);

/** By line, country and text. */
const readBefore = new Map<string, string | null>();

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
  const fitted = dialect === 'v9' ? hasLength(today, lengthsOf2024) : undefined;
  const isPossible = fitted ?? (parsed.possible && !hasLength(today, localLengths));
  return isPossible ? today : null;
}

/**
 * The lengths of numbers that can only be dialed within a town or an area, with the calling codes of the countries that have
 * such numbers. The library takes them for possible; servers refuse them.
 */
const LOCAL_LENGTHS = {
  '2 3': '49',
  '3': '43',
  '3 4': '263',
  '3 4 7': '82',
  '3 5 6 7': '992',
  '4': '269',
  '4 5': '53 359 381',
  '4 5 6': '976',
  '4 5 6 8': '44',
  '4 5 7': '63',
  '4 7': '57',
  '5': '95 355 375 595 672',
  '5 6': '62 86 353 374 996',
  '5 6 7': '92 256 380',
  '6': '232 260 291 378 382 385 387 856 967 975',
  '6 7': '20 36 51 60 91 234 389 850 855 963 964 977 995',
  '6 7 8': '54',
  '7': '1 7 58 93 94 218 233 251 261 591 593 966 970 994',
  '7 8': '52',
  '8': '98',
};

/** The lengths of numbers in RapidPro 9, whose numbering plans are of early 2024, where they were others than today. */
const LENGTHS_OF_2024 = {
  '7': '220',
  '7 8 10 11 12 13 14': '234',
  '7 8 9 10 11 12 13': '62',
  '7 9': '243',
  '6 7 8 9': '385',
  '6 7 8 9 10 11 12 13': '598',
  '8': '229',
  '8 9': '383',
  '10 11': '52 57',
};

const localLengths = byCode(LOCAL_LENGTHS);
const lengthsOf2024 = byCode(LENGTHS_OF_2024);

function byCode(table: Record<string, string>): Map<string, ReadonlySet<number>> {
  return new Map(
    Object.entries(table).flatMap(([lengths, codes]) => {
      const all = new Set(lengths.split(' ').map(Number));
      return codes.split(' ').map(code => [code, all] as const);
    }),
  );
}

/** Whether a number in E.164 has one of the lengths of its country in a table; undefined if the country is not in it. */
function hasLength(number: string, table: Map<string, ReadonlySet<number>>): boolean | undefined {
  // No calling code is the beginning of another one.
  for (const digits of [1, 2, 3]) {
    const lengths = table.get(number.slice(1, 1 + digits));
    if (lengths) return lengths.has(number.length - 1 - digits);
  }
  return undefined;
}

/** What RapidPro 9 reads otherwise than the library: a number as written or as read today, and what RapidPro 9 makes of it. */
const EXCEPTIONS_OF_2024: readonly [number: RegExp, then: string][] = [
  // Mexico: the 1 before mobile numbers was dropped. Recorded.
  [/^\+521(\d{10})$/, '+52$1'],
  // Congo (Kinshasa): there were no numbers of eight digits, so a 0 before them was kept. Seen on a server.
  [/^\+2430\d{8}$/, '$&'],
];

function readIn2024(text: string, today: string): string | undefined {
  for (const [number, then] of EXCEPTIONS_OF_2024) {
    const form = [text, today].find(one => number.test(one));
    if (form !== undefined) return form.replace(number, then);
  }
  return undefined;
}
