import { fail } from '../errors/errors.js';
import { Unreadable } from '../errors/fault.js';
import { plainDigit } from '../errors/redact.js';
import { library } from './libraries.js';
import { withCommas } from './log.js';
import { nearMiss } from './nearest.js';
import { callingCode, groupsOf, read, shownNumber, unsureFault, urnFault } from './urns.js';

/**
 * Phone numbers as people and spreadsheets write them, read with the country that they belong to. Damage from a
 * spreadsheet is repaired if there is only one way to do so.
 */

/** Options of `util.phoneUrn` and `util.phoneUrns`. */
export interface PhoneUrnOptions {
  /** `'tel'` (default), or `'whatsapp'`, whose URNs have no plus sign. */
  scheme?: 'tel' | 'whatsapp';
  /**
   * What to do with an invalid number. `'error'` (default): throw an error that says why. `'null'`: return null; from
   * several numbers, leave it out.
   */
  ifInvalid?: 'error' | 'null';
}

/** Why a text is not a phone number, as the rest of a sentence, and what to do. */
const noNumber = (what: string, fix = 'Write it with its country code: +250788123123.') =>
  new Unreadable(what, fix);

const isEmpty = (cell: unknown) =>
  cell === null || (typeof cell === 'string' && cell.trim() === '');

const EMPTY_FIX =
  'For cells that may be empty, write urns: () => util.phoneUrns(row.phone, "RW"), which then gives an empty list. To get null from util.phoneUrn(), use { ifInvalid: "null" }.';

/** A misspelled name is not an empty cell: it would be missing in every row of a table. */
const UNDEFINED_FIX =
  'Check the name after $ or state. In a table, it is the name of the column, exactly as written there: row["Phone number"]. util.parseCsv(text, { required: ["Phone number"] }) checks it once for all rows.';

/** A digit of any script that phones and forms write. What follows these are styles of mathematics. */
const PHONE_DIGIT = /(?![\u{10000}-\u{10ffff}])\p{Nd}/gu;

/** A cell as text. Rounded numbers are refused, because some of their digits have changed. */
function textOf(value: unknown): string {
  if (value === undefined)
    throw noNumber('is undefined: there is no column or key with this name', UNDEFINED_FIX);
  if (isEmpty(value)) throw noNumber('is empty', EMPTY_FIX);
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && value > 0) return String(value);
    throw noNumber('is a number with decimals, or with more digits than JavaScript can store');
  }
  if (typeof value !== 'string') {
    throw noNumber('must be text or a number', 'Write the phone number as text.');
  }
  return value
    .replace(PHONE_DIGIT, plainDigit)
    .trim()
    .replace(/^(?:tel|whatsapp):\s*/i, '')
    .replace(/^['’]/, '');
}

const EXPONENT = /^(\+?)(\d)[.,](\d+)e\+?(\d\d?)$/i;
const DECIMALS = /^(\+?\d{7,})[.,]0+$/;

const LOST = noNumber(
  'was shortened by a spreadsheet (it has an exponent), and has lost some of its digits',
  'Format the column as text in the spreadsheet, and export it again.',
);

const SEVERAL = noNumber(
  'contains several phone numbers',
  'To get all of them, use util.phoneUrns(). To get the first, use util.phoneUrns(…)[0].',
);

/** Undoes what a number cell did to a text. */
function withoutCellForm(text: string): string {
  const [, plus = '', first = '', others = '', exponent] = EXPONENT.exec(text) ?? [];
  if (exponent === undefined) return DECIMALS.exec(text)?.[1] ?? text;
  // If fewer digits are shown than the number has, the last ones were rounded away.
  if (others.length !== Number(exponent)) throw LOST;
  return `${plus}${first}${others}`;
}

/** What the digits can mean: each number that exists, as `+250788123123`. */
function readings(groups: string, country: string): string[] {
  const digits = groups.replace(/\D/g, '');
  const found = (text: string, region?: string) => {
    const parsed = read(text, region);
    return parsed.valid ? [parsed.number.e164] : [];
  };
  const whole = found(`+${digits}`);
  if (groups.includes('+')) return whole;
  const code = callingCode(country);
  // With the country code, which is also how servers read it.
  if (whole.length > 0 && digits.startsWith(String(code))) {
    // 84 199 5212 is a mobile number of Vietnam, and +84 1995212 another one there.
    const isMobile = (number: string) => read(number).type === 'mobile';
    const mobile = whole.some(isMobile) ? [] : found(`+${code}${digits}`).filter(isMobile);
    return [...whole, ...mobile];
  }
  const own = [
    ...found(digits, country),
    ...(digits.startsWith('00') ? found(`+${digits.slice(2)}`) : []),
    // Without the zero, which a number cell drops.
    ...(digits.startsWith('0') ? [] : found(`0${digits}`, country)),
  ];
  // With one digit lost or doubled, many numbers become a number abroad.
  if (own.length === 0) return [];
  const all = [...new Set([...own, ...whole])];
  const meant = plainlyNational(groups, country, all);
  return meant === undefined ? all : [meant];
}

/** A number cell with its thousands set apart. Spreadsheets do not use plain spaces. */
const THOUSANDS = /^\d{1,3}(\.|[^\S ])\d{3}(?:\1\d{3})*$/;
/** The same, with spaces that something else has made plain. */
const IN_THREES = /^\d{1,3}(?: \d{3})+$/;

/** Where groups of digits end, but for the last: 3 and 6 in `321 616 0064`. */
function endsOf(groups: string): number[] {
  let end = 0;
  return groups
    .split(' ')
    .slice(0, -1)
    .map(group => {
      end += group.replace(/\D/g, '').length;
      return end;
    });
}

/**
 * The number of the country, where the groups of a text say that it is meant, and none of the others that its digits can be:
 *
 * - It is written in groups of the country, in all of them if it can be one abroad, with the zero that people there write.
 * - No group ends where the calling code of another one would end. `32 161 60064` may be a number of Belgium.
 * - Another one is not written in the same groups, with its calling code in the first.
 * - A zero cannot be missing, because a number cell, which drops it, has no groups.
 */
function plainlyNational(groups: string, country: string, found: string[]): string | undefined {
  const digits = groups.replace(/\D/g, '');
  const { number } = read(digits, country);
  if (!number || !found.includes(number.e164)) return undefined;
  const ends = endsOf(groups);
  const usual = groupsOf(number.national) ?? '';
  if (usual.replaceAll(' ', '') !== digits) return undefined;
  const usualEnds = endsOf(usual);
  const [first = 0] = usualEnds;
  if (!ends.includes(first) || !ends.every(end => usualEnds.includes(end))) return undefined;
  const isExcluded = (other: string) => {
    if (other !== `+${digits}`) return !digits.startsWith('0') && !IN_THREES.test(groups);
    const { countryCode = 0, number: abroad } = read(other);
    const [, ...stuck] = endsOf(groupsOf(abroad?.international ?? '') ?? '');
    // `322 7060122` is how people in Brussels write theirs, with the calling code in the first group.
    const isUsual = `${ends}` === `${usualEnds}`;
    return isUsual && !ends.includes(`${countryCode}`.length) && `${ends}` !== `${stuck}`;
  };
  return found.every(other => other === number.e164 || isExcluded(other)) ? number.e164 : undefined;
}

/** Two numbers as errors may show them. If they look alike, what tells them apart is their length. */
function maskedApart(number: string, other: string): string {
  const [first, second] = [shownNumber(read(number)), shownNumber(read(other))];
  if (first !== second) return `${first} or ${second}`;
  const digits = (text: string) => text.length - '+'.length;
  return digits(number) === digits(other)
    ? `two different numbers ${first}`
    : `${first} with ${digits(number)} digits or with ${digits(other)}`;
}

/** Why digits are not a number of the country, or of the one whose code follows their plus. */
function whyNone(number: string, country: string): Unreadable {
  const isFull = number.includes('+');
  const of = isFull ? 'its country' : country;
  switch (read(number, isFull ? undefined : country).possibility) {
    case 'too-short':
      return noNumber(
        `has too few digits for ${of}`,
        'Digits are missing. Correct the number at its source.',
      );
    case 'too-long':
      return noNumber(
        `has too many digits for ${of}`,
        'Correct the number at its source: a digit may be doubled, or there may be several numbers.',
      );
    case 'invalid-country-code':
      return noNumber('has an unknown country code');
    default:
      return noNumber(
        `is not a valid number in ${of}`,
        isFull || number.startsWith(String(callingCode(country)))
          ? 'Digits are missing or wrong. Correct the number at its source.'
          : undefined,
      );
  }
}

/** `#N/A`, `none`, `-`: what stands in a cell for no number. */
const NO_DIGITS = noNumber(
  'has no digits',
  'The cell has no phone number, as in "N/A", "none" or "-". Leave it empty at its source. Or write util.phoneUrns(row.phone, "RW", { ifInvalid: "null" }), which then gives an empty list.',
);

/** In a longer text they are words. */
const LONGEST_LOOKALIKE = 40;

/** `O788123123`: letters that look like digits, in what is a number otherwise. */
const LOOKALIKES = /^\+?[\s().-]*(?=(?:\D*\d){5})(?=\P{L}*\p{L})[\doOlI\s().-]+$/u;

/** What somebody wrote, as `+250788123123`. */
function fullNumber(value: unknown, country: string): string {
  const text = withoutCellForm(textOf(value));
  if (!/\d/.test(text)) throw NO_DIGITS;
  if (text.length <= LONGEST_LOOKALIKE && LOOKALIKES.test(text)) {
    throw noNumber(
      'has letters among its digits',
      'Write digits instead, such as 0 for the letter O and 1 for l, at its source.',
    );
  }
  // Here, a plus counts wherever it is.
  const fault =
    urnFault(`tel:${text}`, 'write') ??
    unsureFault(`tel:${text.replace(/^[^+\d]+(?=\+)/, '')}`, country);
  if (fault) throw noNumber(fault.what, fault.fix);
  const groups = groupsOf(text);
  if (groups === undefined) throw noNumber('contains letters or an extension');
  const plain = groups.replaceAll(' ', '');
  const [number, other] = readings(THOUSANDS.test(text) ? plain : groups, country);
  if (other !== undefined) throw noNumber(`can be ${maskedApart(`${number}`, other)}`);
  if (number !== undefined) return number;
  const none = whyNone(plain, country);
  const abroad = read(`+${plain.replace('+', '')}`);
  if (!abroad.valid) throw none;
  throw noNumber(
    `${none.what}, and can be ${shownNumber(abroad)} of another country`,
    'Check it for a missing or doubled digit. If the number of the other country is meant, write it with "+" in front.',
  );
}

/** The same, or why it is not a number. */
function numberIn(value: unknown, country: string): string | Unreadable {
  try {
    return fullNumber(value, country);
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}

/** Names of countries are searched in these languages. */
const LANGUAGES = ['en', 'fr', 'es', 'pt'];

const withoutAccents = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '');

/** The country code for a name (`Rwanda`), a calling code (`+250`), or another code (`UK`). */
function meantCountry(text: string): string | undefined {
  const { getSupportedRegionCodes, getRegionCodeForCountryCode } = library('awesome-phonenumber');
  const regions = getSupportedRegionCodes();
  const calling = /^(?:\+|00)?(\d{1,3})$/.exec(text)?.[1];
  const [other] =
    calling !== undefined
      ? [getRegionCodeForCountryCode(Number(calling))]
      : /^[A-Z]{2}$/i.test(text)
        ? [new Intl.Locale(`und-${text}`).region]
        : [];
  if (other !== undefined && regions.includes(other)) return other;
  if (text.length < 4 || text.length > 60) return undefined;
  const codes = new Map<string, string>();
  for (const language of LANGUAGES) {
    const names = new Intl.DisplayNames(language, { type: 'region' });
    for (const region of regions) codes.set(withoutAccents(names.of(region) ?? region), region);
  }
  const name = nearMiss(withoutAccents(text), [...codes.keys()]);
  return name && codes.get(name);
}

function checkCountry(country: unknown, where: string): string {
  const text =
    typeof country === 'string' || typeof country === 'number' ? `${country}`.trim() : '';
  const code = text.toUpperCase();
  if (callingCode(code)) return code;
  const meant = meantCountry(text);
  const name = meant && new Intl.DisplayNames('en', { type: 'region' }).of(meant);
  throw fail(
    'INVALID_INPUT',
    `${where}: the country ${text === '' ? 'is missing' : 'is not valid'}: it must be its two-letter code, such as "RW".`,
    `${meant ? `Did you mean "${meant}" (${name})? ` : ''}The code says which country numbers without a country code belong to.`,
  );
}

function checkOptions(options: unknown, where: string): PhoneUrnOptions {
  const { scheme = 'tel', ifInvalid = 'error', ...others } = (options ?? {}) as PhoneUrnOptions;
  const isKnown = ['tel', 'whatsapp'].includes(scheme) && ['error', 'null'].includes(ifInvalid);
  if (isKnown && Object.keys(others).length === 0) return { scheme, ifInvalid };
  throw fail(
    'INVALID_OPTION',
    `${where}: an option is unknown or invalid.`,
    'The options are: scheme ("tel" or "whatsapp") and ifInvalid ("error" or "null").',
  );
}

/** What somebody wrote as a URN; null or an error if it is not a number. */
function asUrn(
  number: string | Unreadable,
  { scheme, ifInvalid }: PhoneUrnOptions,
  where: string,
): string | null {
  if (typeof number === 'string') {
    return scheme === 'whatsapp' ? `whatsapp:${number.slice(1)}` : `tel:${number}`;
  }
  if (ifInvalid === 'null') return null;
  throw fail('INVALID_URN', `${where}: the phone number ${number.what}.`, number.fix);
}

export function phoneUrn(text: unknown, country: unknown, options: unknown): string | null {
  const where = 'util.phoneUrn()';
  const settings = checkOptions(options, where);
  const code = checkCountry(country, where);
  const number = numberIn(text, code);
  const isSeveral = typeof number !== 'string' && parts(text, code, where).length > 1;
  return asUrn(isSeveral ? SEVERAL : number, settings, where);
}

const SPACE = /\s+(?=\+|0)/;
/** What people write between two numbers. */
const BETWEEN = [
  /[;,|\n\r\t&]+|\s+(?:or|and|ou|et|y|o|e|na|au)\s+/i,
  /[;,|\n\r\t&/]+|\s+(?:or|and|ou|et|y|o|e|na|au)\s+/i,
  SPACE,
];

/** Long rows of white space, shorter: a separator would be searched for at each of their letters. */
const shortened = (text: string) =>
  text.replace(/\s{4,}/g, row => (/[\r\n\t]/.test(row) ? ' \n ' : ' '));

/** A cell has a few numbers. Each part is tried as one, which takes about a millisecond. */
const MOST_PARTS = 2000;

/** The separate numbers of a cell. A cell that is one number is never split. */
function parts(value: unknown, country: string, where: string): unknown[] {
  if (typeof value !== 'string' || isNumber(value, country)) return [value];
  const cell = shortened(value);
  for (const separator of BETWEEN) {
    const found = cell
      .split(separator)
      .map(part => part.trim())
      .filter(part => part !== '');
    if (found.length > MOST_PARTS) {
      throw fail(
        'INVALID_INPUT',
        `${where}: the text has more than ${withCommas(MOST_PARTS)} parts that could be phone numbers.`,
        'Split it first, and give a list of its parts: util.phoneUrns(text.split("\\n"), "RW").',
      );
    }
    const [sure = '', ...unsure] = found.filter(part => isNumber(part, country));
    const isAll = unsure.length === found.length - 1;
    // If only a space is between them, each must be a number.
    if (sure !== '' && (isAll || separator !== SPACE)) return found;
  }
  return [value];
}

const isNumber = (value: unknown, country: string) => typeof numberIn(value, country) === 'string';

/** The URNs of all phone numbers of a cell, or of several, each once. */
export function phoneUrns(texts: unknown, country: unknown, options: unknown): string[] {
  const where = 'util.phoneUrns()';
  const settings = checkOptions(options, where);
  const code = checkCountry(country, where);
  const cells = Array.isArray(texts) ? texts : [texts];
  const urns = cells
    // An empty cell has no number. If there is no cell at all, a name is misspelled.
    .filter(cell => !isEmpty(cell))
    .flatMap(cell => parts(cell, code, where))
    .map(part => asUrn(numberIn(part, code), settings, where));
  return [...new Set(urns.filter(urn => urn !== null))];
}
