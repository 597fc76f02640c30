/**
 * What a URN must look like before it is sent, judged by the text in the job. RapidPro ignores what it cannot read
 * in a phone number and dials the rest, and it cuts other addresses. The rest may be the number or address of a
 * stranger.
 *
 * Whether a number exists is left to RapidPro, because servers differ and numbering plans change.
 *
 * Phone numbers are looked at in two steps. {@link phoneFault} judges the text alone. If {@link dependsOnCountry}, the rest is
 * for {@link foreignFault}: what people of the workspace's country mean, and what servers read ({@link read}), must be the same.
 */

import type { ParsedPhoneNumber } from 'awesome-phonenumber';
import type { Fault } from '../errors/fault.js';
import { PHONE_FIX, SCHEMES, URN_FIX, urnAdvice } from '../errors/urnAdvice.js';
import { UUID } from '../resources.js';
import { damageOf } from './damaged.js';
import { library } from './libraries.js';

/**
 * `write`: the URN is stored, or gets a message. `lookup`: it is used to find a contact, which may have had it for a
 * long time. Everything that a server may have stored is allowed, so that mistakes can be removed.
 */
export type UrnUse = 'write' | 'lookup';

/** Text that was built from missing data: `tel:undefined`. */
const MISSING =
  /^[a-z0-9]*:[^\p{L}\p{N}]*$|undefined|[:+\d](?:null|NaN)$|\[object|[Ii]nvalid [Dd]ate/u;
/** A reference that was put in quotes: `'$.data.phone'`. */
const QUOTED = /^(?:[a-z]+:)?\s*(?:\$\.[a-z_]|\$\{|state\.[a-z])/i;
/** Words that people write for schemes with other names. */
export const MEANT: { [word: string]: string } = {
  phone: 'tel',
  telephone: 'tel',
  phonenumber: 'tel',
  mobile: 'tel',
  cell: 'tel',
  sms: 'tel',
  wa: 'whatsapp',
  email: 'mailto',
  mail: 'mailto',
  fb: 'facebook',
  insta: 'instagram',
};
/** No country has numbers with so few digits: the rest is missing. */
const TOO_SHORT = /^tel:\+\d{0,6}$/;
const URN = /^([a-z][a-z0-9]*):(.+)$/s;
const BARE_PHONE = /^\+?[\d\s().-]{6,}$/;

/** Invisible characters. They are copied along with a number, and every server drops them. */
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const DASHES = '\\-\u2010-\u2015\u2212\uff0d';

/** An address with `?` or `#`. Servers cut off what comes after it. */
const PARTS = /^([^?#]*)(\?[^#]*)?(#.*)?$/s;

/** Schemes whose ids cannot contain `#` or `?`. What comes after it is the display name. */
const WITH_DISPLAY = new Set(
  'whatsapp telegram instagram facebook twitter twitterid discord'.split(' '),
);

const SECOND_SCHEME = new RegExp(`^\\s*(?:ref:)?(?:${SCHEMES.join('|')})\\s*[:\\uff1a]`, 'i');
const DIGITS = /^\d+$/;
const BUSINESS_ID = /^[a-z]{2}\.[a-z0-9]{1,128}$/i;

/** Both lines of servers refuse anything else. Only schemes for which they agree. */
const PATHS: { [scheme: string]: RegExp } = {
  whatsapp: new RegExp(`${DIGITS.source}|${BUSINESS_ID.source}`, 'i'),
  bsuid: BUSINESS_ID,
  telegram: DIGITS,
  instagram: DIGITS,
  twitterid: DIGITS,
  discord: DIGITS,
  facebook: /^(?:\d+|ref:.+)$/,
  twitter: /^@?\w{1,15}$/,
  mailto: /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/,
  viber: /^[\w=+/]{1,24}$/,
  freshchat: new RegExp(`^${UUID}/${UUID}$`, 'i'),
};

const fault = (what: string, fix = PHONE_FIX): Fault => ({ what, fix });

/**
 * What is wrong with a URN, or undefined if it may be sent.
 *
 * @param urn - without spaces around it
 */
export function urnFault(urn: string, use: UrnUse): Fault | undefined {
  if (QUOTED.test(urn)) {
    return fault('is a reference in quotes', 'Remove the quotes.');
  }
  if (MISSING.test(urn) || TOO_SHORT.test(urn)) {
    return fault(
      'has no usable number or address: some of its data seems to be missing',
      'Check the name after $ or state, and leave out people without an address.',
    );
  }
  const [, scheme, path = ''] = URN.exec(urn) ?? [];
  if (scheme === undefined) {
    const isPhone = BARE_PHONE.test(urn);
    return fault(
      'is not a URN',
      isPhone
        ? 'Write "tel:" in front of a phone number: "tel:+250788123123".'
        : /^[A-Za-z]+:/.test(urn)
          ? `Write the scheme in lowercase. ${URN_FIX}`
          : URN_FIX,
    );
  }
  const kind = MEANT[scheme];
  if (kind !== undefined) {
    return fault(`starts with "${scheme}:", which RapidPro does not know`, `Write "${kind}:".`);
  }
  if (SECOND_SCHEME.test(path.replace(UNSEEN, ''))) {
    return fault('has the scheme twice', `Write it once. ${urnAdvice(urn)}`);
  }
  return scheme === 'tel' ? phoneFault(path, use) : addressFault(scheme, path, use);
}

function addressFault(scheme: string, written: string, use: UrnUse): Fault | undefined {
  const [, path = '', query = '', display = ''] = PARTS.exec(written) ?? [];
  const id = path.trim();
  const advice = urnAdvice(`${scheme}:`);
  // A display name may follow some ids, or `?x=y`. Other text and digits would be the rest of the id.
  const hasMore = query !== '' || display !== '';
  const mayHave = WITH_DISPLAY.has(scheme) && !id.startsWith('ref:');
  if ((hasMore && !mayHave) || !QUERY.test(query) || DIGITS_SHOWN.test(display)) {
    return fault('contains "#" or "?", where RapidPro would cut it off', advice);
  }
  // Servers themselves write some characters in this way.
  const rest = use === 'lookup' ? written.replace(/%(?:23|25|3f)/gi, '') : written;
  if (rest.includes('%')) {
    return fault('has a "%" in it, which makes RapidPro fail', advice);
  }
  const damage = use === 'write' ? damageOf(path) : undefined;
  // Other addresses have their own form: only what cannot be seen is not what their check says.
  if (damage && (scheme === 'ext' || damage.kind === 'hidden'))
    return fault(damage.what, damage.fix);
  if (PATHS[scheme]?.test(id) === false || scheme === 'deleted') {
    return fault(`is not a valid address for ${scheme}`, advice);
  }
  return undefined;
}

/** The end of a number that is dialed after the call is answered. Servers leave it out. */
const EXTENSION = /(\d\)?)[\s,;]*(?:ext(?:ensi[oó]n|n)?|x|int|anexo)\s*[.:=]?\s*\d{1,6}$/i;
/** Servers put "+" before so many letters and digits, if they do not begin with 0, whatever the country of the workspace. */
const LONG = 11;

const digitsIn = (text: string) => text.replace(/\D/g, '');

/** Every server refuses longer texts, so they need no further check, which would take time. */
const LONGEST_URN = 255;

/** A phone number as it is written in a URN, before "?" and "#". Of a text that is too long, nothing is read. */
class Phone {
  /** Without what nobody sees. */
  readonly whole: string;
  /** Without an extension, too. */
  readonly number: string;

  constructor(readonly written: string) {
    this.whole = written.length > LONGEST_URN ? '' : written.replace(UNSEEN, '').trim();
    this.number = this.whole.replace(EXTENSION, '$1').trim();
  }

  static of(urn: string): Phone {
    return new Phone(/^\s*tel:([^?#]*)/.exec(urn)?.[1] ?? '');
  }

  /** The number if it has no plus; servers drop a full-width one. */
  get withoutPlus(): string {
    return /\+|\p{L}/u.test(this.number) ? '' : this.number.replace('\uff0b', '').trim();
  }

  /** Servers count the letters and digits of an extension, too. */
  get isLong(): boolean {
    return this.whole.replace(/[^0-9a-z]/gi, '').length >= LONG;
  }

  /** The digits of a number without plus, if servers put one before them. */
  get takenWhole(): string | undefined {
    const digits = digitsIn(this.withoutPlus);
    return /^[1-9]\d{5}/.test(digits) && this.isLong ? digits : undefined;
  }
}

/** What servers read in a text: they have the rules of this library, which only knows a plus that is the first character. */
export const read = (text: string, country?: string): ParsedPhoneNumber =>
  library('awesome-phonenumber').parsePhoneNumber(text.replace(/^[^\d+\uff0b]*[+\uff0b]/, '+'), {
    regionCode: country,
  });

/** 0 if the library does not know the country. */
export const callingCode = (country: string): number =>
  library('awesome-phonenumber').getCountryCodeForRegionCode(country);

/** A phone number with its country code; undefined if the country has no such number. */
export function wholeNumber(urn: string, country: string): string | undefined {
  const { possible, number } = read(withoutCarrier(Phone.of(urn).number), country);
  return possible && number ? `tel:${number.e164}` : undefined;
}

const isSame = (one: ParsedPhoneNumber, other: ParsedPhoneNumber) =>
  one.number !== undefined && one.number.e164 === other.number?.e164;

/** Whether the first text is a number, and the second one is none: so that is where the number ends, or how it is dialed. */
const isOnly = (first: string, second: string, country?: string) =>
  read(first, country).valid && !read(second, country).valid;

const HAS_PLUS = /[+\uff0b]/;

const isInternational = (number: string) => /^\D*(?:\+|00)/.test(number);

/** The digits of a number that has its country code, with nothing but "+" before it. */
const inFull = (number: string) =>
  `+${HAS_PLUS.test(number) ? digitsIn(number) : digitsIn(number).replace(/^00/, '')}`;

/** What can be between the digits of one number. */
const BETWEEN = `\\s${DASHES}.()/\\uff08\\uff09\\[\\]`;
const NUMBER = new RegExp(`^['’]?[${BETWEEN}]*[+\\uff0b]?[${BETWEEN}]*\\d[\\d${BETWEEN}]*$`);
/** Toll-free numbers are written with letters: `1-800-FLOWERS`. */
const VANITY = new RegExp(
  `^[+\\uff0b]?[${BETWEEN}]*(?:1[${BETWEEN}]*)?(?:8(?:00|22|33|44|55|66|77|88)|0?800|0[389]00|1[389]00)[${BETWEEN}]+[A-Za-z][A-Za-z\\d${BETWEEN}]{2,12}$`,
);
/**
 * Texts as servers store them, including names and numbers of senders. Letters after digits would be dialed, and
 * short ones before a number ignored.
 */
const STORED_PHONE = /^(?:\+?\d{1,64}|[A-Za-z]{1,64}|[a-z]+\d{1,4}|(?=.{11,64}$)[a-z][0-9a-z]*)$/;

/** What may follow `?`, if anything does: `?x=y`. */
const QUERY = /^(?:\?[a-z]\w*=.*)?$/is;
/** The rest of a number after `#`, where the display name should be. */
const DIGITS_SHOWN = /^#[\s\d]{5,}$/;

/** Digits of other scripts, such as Arabic ones. */
const OTHER_DIGITS = /^[^\p{L}]*(?!\d)\p{Nd}/u;

const EXPONENT = /^\+?\s*\d[\d.,\s]*e\s*[+-]?\s*\d+$/i;

/** Whether a number was stored as a numeric value: `254712345678.0`. */
function wasNumber(number: string): boolean {
  if (EXPONENT.test(number)) return true;
  // Servers ignore what comes after the decimals: "254712345678.0."
  const tail = /[.,]\s*(\d+)[\s.,)\]/-]*$/.exec(number);
  if (!tail) return false;
  const [, last = ''] = tail;
  // Nobody separates the last digit of a number.
  if (last.length === 1) return true;
  const head = number.slice(0, tail.index);
  // Several dots separate groups of digits: "06.12.34.56.78".
  if (/[.,]/.test(head)) return false;
  if (last === '00') return digitsIn(head).length >= 6;
  // "+250 700-000.000" has groups of three; a long run of digits before the dot is not one.
  const isRun = /^\+?\d{7,}$/.test(head.trim());
  return isRun && (last.length === 2 || /^0+$/.test(last));
}

/** No number has more digits, even with a prefix: there must be two numbers. */
const MOST_DIGITS = 17;
/** With this many digits on both sides of a slash, there are two numbers. */
const WHOLE_NUMBER = 6;
/** Two local numbers, without a country code: "2252004 2252005". */
const ALIKE = /^(\d{3})\d{4,}[\s.\u2010-\u2015-]+\1\d{4,}$/;

function holdsTwo(number: string): boolean {
  if (digitsIn(number).length > MOST_DIGITS || ALIKE.test(number)) return true;
  if (!number.includes('/')) return false;
  const parts = number.split('/').map(part => digitsIn(part).length);
  // A country code adds three digits to the first, and 00 before it two more.
  const hasPlus = /^[\s([]*[+\uff0b]/.test(number);
  const hasZeros = !hasPlus && /^\D*00[^\d/]*[1-9]/.test(number) && read(inFull(number)).valid;
  const added = hasPlus ? 3 : hasZeros ? 5 : 0;
  return parts.filter((count, at) => count >= WHOLE_NUMBER + (at === 0 ? added : 0)).length > 1;
}

/** `+44 (0)20 7946 0018`: the zero in brackets is dialed only inside the country. */
const ZERO_IN_BRACKETS = new RegExp(
  `^([${BETWEEN}]*(?:[+\\uff0b]|00)[${BETWEEN}]*[1-9]\\d{0,2}[${BETWEEN}]*)[([\\uff08]\\s*0\\s*[)\\]\\uff09]`,
);

/** Whether such a zero makes another number of it, because nobody in the country dials one: `+65 (0)8123 4567`. */
const hasDeadZero = (number: string) =>
  ZERO_IN_BRACKETS.test(number) &&
  isOnly(inFull(number.replace(ZERO_IN_BRACKETS, '$1')), inFull(number));

/** In Brazil, the code of a carrier is dialed between the 0 and the area: "(0xx11) 98765-4321". */
const CARRIER = new RegExp(
  `^((?:\\+?[\\s(]*55[${BETWEEN}]*)?\\(?)(0?)[\\s.-]*(?:xx|\\*\\*)[\\s.-]*([1-9]\\d[\\d${BETWEEN}]{8,14})$`,
  'i',
);

/** A number without the letters for a carrier, which servers drop, if a number of Brazil is left. */
function withoutCarrier(number: string): string {
  const [, before = '', zero = '', rest = ''] = CARRIER.exec(number) ?? [];
  // Without a country code, the zero tells servers that an area follows.
  if (rest === '' || (zero === '' && !before.includes('55'))) return number;
  const left = `${before}${rest}`;
  return isLoose(left) || !read(`+55${digitsIn(rest)}`).valid ? number : left;
}

/** A whole number, and one or two digits that do not belong to it: `0712345678 (2)`, `254712345678/0`. */
const STRAY_TAIL = new RegExp(
  [
    // "+4930123456-78" is one number: a dash without a space does not end it, unless it is very long.
    `\\d{9}[${BETWEEN}]*[\\s/([][${BETWEEN}]*\\d{1,2}[)\\]]?$`,
    `\\d{12}[${DASHES}]\\d{1,2}$`,
    '\\s[([]\\s*\\d{1,2}\\s*[)\\]]$|[([]\\s*\\d\\s*[)\\]]$',
    `(?:\\d[${BETWEEN}]*){7}/\\s*\\d{1,2}$`,
  ].join('|'),
);
/** The place in a list before a number: `1) 0712345678`, `1. 712345678`, `[1] 712345678`, `1 - 0712345678`. */
const NUMBERING = new RegExp(
  `^\\d{1,2}\\s*\\)|^\\(1?\\d\\)\\s*0|^\\[1?\\d\\]|^1?\\d\\.\\s+\\d|^1?\\d(?:/|\\s*[${DASHES}])\\s*0\\d{6}`,
);
/** Pairs with slashes between them, as French numbers are written: "06/12/34/56/78". */
const PAIRS = /^\d{2}(?:\/\d{2}){3,}$/;

const isLoose = (number: string) =>
  (STRAY_TAIL.test(number) && !PAIRS.test(number)) || NUMBERING.test(number);

/** Groups with slashes between all of them, also behind a country code: "+221/70/123/45/67". */
const GROUPS = /^((?:(?:\+|00)\d{1,3}\/)?\d{1,4}(?:\/\d{2,3}){2,})\/\d{2}$/;
/** A calling code and a number that share a zero, as in Malaysia: "6-0123456789". */
const SHARED_ZERO = new RegExp(`^[2-9](?:/|\\s*[${DASHES}])\\s*(0\\d[\\d${BETWEEN}]*)$`);

/** Whether digits that look loose are of one number in a country; without one, whether they are in some country. */
function isOneNumber(number: string, country?: string): boolean {
  const [, head] = GROUPS.exec(number) ?? [];
  if (head !== undefined) {
    if (isInternational(number)) return isOnly(inFull(number), inFull(head));
    return country === undefined || isOnly(number, head, country);
  }
  const [, others] = SHARED_ZERO.exec(number) ?? [];
  if (others === undefined || digitsIn(number).length < LONG) return false;
  const abroad = read(inFull(number));
  if (!abroad.valid) return false;
  // The newer line reads it as a number of the country, the older one with a plus.
  return (
    country === undefined ||
    [others, digitsIn(number)].every(text => isSame(read(text, country), abroad))
  );
}

/** One or two digits behind a group of three or more: they may not belong to the number. */
const SHORT_TAIL = new RegExp(`^(.*\\d{3})[${BETWEEN}]+\\d{1,2}[)\\]]?$`, 's');
/**
 * A single digit behind a dash, and a group of two or more. Nobody writes a mobile number so: it is its place in a list, or the
 * second SIM.
 */
const ONE_BEHIND = new RegExp(`^(.*\\d{2})[${BETWEEN}]*[${DASHES}]\\s*\\d$`, 's');

/**
 * Whether a number exists, and does not go on with the digits that follow it: `0712345678-1` in Kenya. A switchboard's may:
 * `01 2345678-0` in Austria.
 */
function hasLooseTail(number: string, country?: string): boolean {
  const [, head] = SHORT_TAIL.exec(number) ?? ONE_BEHIND.exec(number) ?? [];
  if (head === undefined) return false;
  const isMobile = ONE_BEHIND.test(number) && read(head, country).type === 'mobile';
  return isMobile || isOnly(head, number, country);
}

const STRANGE = fault(
  'contains characters that do not belong to a phone number: RapidPro would drop or dial them',
);
const LOOSE_DIGITS = fault(
  'has more digits next to the phone number, and RapidPro would dial them, too',
);

function phoneFault(path: string, use: UrnUse): Fault | undefined {
  if (path.length > LONGEST_URN) return fault('is too long for a phone number');
  const [, written = '', query = '', display = ''] = PARTS.exec(path) ?? [];
  const phone = new Phone(written);
  const number = withoutCarrier(phone.number);
  if (wasNumber(number)) {
    return fault(
      'looks like a number from a spreadsheet, with decimals (".0") or an exponent ("E+11"), and RapidPro would dial those, too',
      'Keep phone numbers as text: "tel:+250788123123". In a spreadsheet, format the column as text; in a job: String(phone).replace(/\\.0+$/, "").',
    );
  }
  if (use === 'lookup' && STORED_PHONE.test(path)) return undefined;
  if (OTHER_DIGITS.test(number)) {
    return fault(
      'is written in digits that RapidPro does not read',
      'Write it in digits from 0 to 9, or use util.phoneUrn($.data.phone, "RW"), which reads the others.',
    );
  }
  if (/^[^\d]*\p{L}/u.test(number) || !/\d/.test(number)) {
    return fault('starts with words instead of a phone number');
  }
  if (!NUMBER.test(number) && !(VANITY.test(number) && number === phone.whole)) return STRANGE;
  if (/[\r\n]/.test(number) || holdsTwo(number)) {
    return fault(
      'seems to contain two phone numbers',
      `Write a separate URN for each. ${PHONE_FIX}`,
    );
  }
  if (isLoose(number) && !isOneNumber(number)) return LOOSE_DIGITS;
  if (HAS_PLUS.test(number) && hasLooseTail(number)) return LOOSE_DIGITS;
  if (use === 'write' && hasDeadZero(number)) {
    return fault(
      'has "(0)" behind its country code, but numbers there have no such zero: RapidPro would store it, and reach nobody',
      `Leave "(0)" out. ${PHONE_FIX}`,
    );
  }
  // Servers ignore a full-width plus, and then it is another number.
  if (number.includes('\uff0b') && digitsIn(number).length < LONG) {
    return fault('has a plus sign that is not the one on the keyboard');
  }
  if (/%/.test(path) || DIGITS_SHOWN.test(display) || !QUERY.test(query)) {
    return fault('has characters after the phone number that do not belong to it');
  }
  return undefined;
}

/**
 * What is wrong with a plus in front of digits that no country has. RapidPro 9 puts its own country code in front of
 * them, and the newer line drops the plus. Contacts may have been found by what was stored, so this is for writing.
 */
export function plusFault(urn: string): Fault | undefined {
  const number = withoutCarrier(Phone.of(urn).number);
  if (!HAS_PLUS.test(number) || !NUMBER.test(number)) return undefined;
  const digits = digitsIn(number);
  // Servers refuse so many by themselves, if no country has them.
  if (digits.length >= LONG && !digits.startsWith('0')) return undefined;
  if (read(`+${digits}`).possible) return undefined;
  return fault(
    'has a "+", but the digits after it are no number of any country: RapidPro would put its own country code in front of them, or drop the plus',
    `Check the number: digits are missing, or it has no country code and needs no "+". ${PHONE_FIX}`,
  );
}

/**
 * The digits of a phone number without plus that both lines of servers take for a whole international
 * one, whatever the country of the workspace: eleven or more that do not begin with 0.
 */
export const digitsTakenWhole = (urn: string): string | undefined => Phone.of(urn).takenWhole;

/**
 * The digits of a phone number, with "+" if it has one or servers add one; undefined if it is not a number. Only for
 * comparing.
 */
export function plainNumber(path: string): string | undefined {
  const phone = new Phone(path);
  if (!NUMBER.test(phone.number)) return undefined;
  const digits = digitsIn(phone.number);
  if (phone.number.includes('+') || phone.takenWhole !== undefined) return `+${digits}`;
  return digits.replace(/^00/, '+');
}

/** The digits of a phone number, with its plus and a space between its groups; undefined if there is more than digits. */
export function groupsOf(path: string): string | undefined {
  const number = withoutCarrier(new Phone(path).whole);
  if (!NUMBER.test(number)) return undefined;
  return number
    .replace('\uff0b', '+')
    .replace(/[^\d+]+/g, ' ')
    .trim();
}

/** A form of numbers that only people, or servers, of some countries read as the number that is meant. */
interface UnsureForm {
  has(phone: Phone): boolean;
  isRightIn(country: string, phone: Phone): boolean;
  fault: Fault;
}

const UNSURE_FORMS: readonly UnsureForm[] = [
  {
    // A plus that is not the first character, which may be one that nobody sees: "(+220) 301 2345". Servers drop it.
    has: ({ written, isLong }) => !isLong && /^[^+\d]+\+/.test(written.trim()),
    isRightIn: (country, { number }) =>
      isSame(read(digitsIn(number), country), read(inFull(number), country)),
    fault: fault(
      'has a plus sign that is not its first character: RapidPro would drop it, and may read another number',
    ),
  },
  {
    // Letters for a carrier, without a country code.
    has: ({ number }) => /^\(?0/.test(number) && withoutCarrier(number) !== number,
    isRightIn: country => country === 'BR',
    fault: STRANGE,
  },
  {
    // Slashes between all groups, or a shared zero.
    has: ({ number }) => isLoose(number) && !isInternational(number) && isOneNumber(number),
    isRightIn: (country, { number }) => isOneNumber(number, country),
    fault: LOOSE_DIGITS,
  },
];

/**
 * What is wrong with a number of such a form, or with a digit or two behind it.
 *
 * @param country - of the workspace, two letters; undefined if it is not known
 */
export function unsureFault(urn: string, country: string | undefined): Fault | undefined {
  const phone = Phone.of(urn);
  if (country !== undefined && hasLooseTail(phone.withoutPlus, country)) return LOOSE_DIGITS;
  const form = UNSURE_FORMS.find(({ has }) => has(phone));
  return country !== undefined && form?.isRightIn(country, phone) ? undefined : form?.fault;
}

/** What may be a number of a list, set off from a phone number: `2 250788123123`, `1.0788123123`. */
const LIST_NUMBER = new RegExp(`^([1-9]\\d{0,2})[\\s.${DASHES}]+((?:\\d[${BETWEEN}]*){6,}\\d)$`);
/** What is dialed from most countries in place of "+", and a whole number. */
const BEHIND_00 = /^00(?=[1-9]\d{6})/;

/** Whether a phone number means one person or another, depending on the country of the workspace. */
export function dependsOnCountry(urn: string): boolean {
  const phone = Phone.of(urn);
  const { withoutPlus } = phone;
  return (
    phone.takenWhole !== undefined ||
    BEHIND_00.test(digitsIn(withoutPlus)) ||
    [SHORT_TAIL, ONE_BEHIND, LIST_NUMBER].some(form => form.test(withoutPlus)) ||
    UNSURE_FORMS.some(({ has }) => has(phone)) ||
    doubtfulDigits(urn) !== undefined
  );
}

/**
 * What is wrong with digits that RapidPro would read as the number of somebody else in another country.
 *
 * @param country - of the workspace, two letters
 */
export function foreignFault(urn: string, country: string): Fault | undefined {
  const unsure = unsureFault(urn, country);
  if (unsure || callingCode(country) === 0) return unsure;
  const phone = Phone.of(urn);
  // Servers drop the full-width plus, but whoever wrote it began with a country code.
  const isHome = !phone.whole.includes('\uff0b');
  return (
    (isHome ? (homeFault(phone, country) ?? listFault(phone, country)) : undefined) ??
    prefixFault(phone, country)
  );
}

/** Prefixes of mobile numbers that are no longer dialed, but stand in many lists. */
const OLD_PREFIX: { [country: string]: RegExp } = { MX: /^1(?=\d{10}$)/ };

/** Digits that people in the country dial unchanged, but RapidPro puts a plus before them. */
function homeFault({ takenWhole }: Phone, country: string): Fault | undefined {
  const code = callingCode(country);
  if (takenWhole === undefined || takenWhole.startsWith(String(code))) return undefined;
  const home = read(takenWhole.replace(OLD_PREFIX[country] ?? /^$/, ''), country);
  if (!home.valid || home.countryCode !== code) return undefined;
  const meant = shownNumber(home);
  const taken = shownWhole(takenWhole);
  return fault(
    `is a number of the workspace's country (${country}: ${meant}) without its country code: RapidPro would read it as ${taken}, which is someone abroad or nobody`,
    `Write it with its country code, "tel:${meant}", or, if you mean that number, "tel:${taken}".`,
  );
}

/** Of Tristan da Cunha, which has no mobile phones, the library has no example. */
const mobileLengths: { [country: string]: number } = { TA: 4 };

/** How many digits a mobile number of a country has, about, without its country code. */
function mobileLength(country: string): number {
  mobileLengths[country] ??=
    library('awesome-phonenumber').getExample(country, 'mobile').number?.significant.length ?? 0;
  return mobileLengths[country];
}

/** A few digits in front of what is a number of the workspace's country without them. */
function listFault(phone: Phone, country: string): Fault | undefined {
  const [, first = '', others = ''] = LIST_NUMBER.exec(phone.withoutPlus) ?? [];
  const code = callingCode(country);
  const rest = digitsIn(others);
  // `201 555 0123`: of a hundred thousand, each may be written in groups.
  if (first === String(code) || rest.length < mobileLength(country) - 1) return undefined;
  const isOfCountry = ({ valid, countryCode }: ParsedPhoneNumber) => valid && countryCode === code;
  const meant = [read(rest, country), read(`+${rest}`)].find(isOfCountry);
  if (!meant) return undefined;
  const { takenWhole } = phone;
  const taken = takenWhole ? read(`+${takenWhole}`) : read(first + rest, country);
  // Also a number of a neighbor, as people write it: `254 722 345 678`.
  const isCode = first.length === 3 && first === String(taken.countryCode);
  if (isSame(taken, meant) || isOfCountry(taken) || (taken.valid && isCode)) return undefined;
  const shown = shownNumber(meant);
  const other = takenWhole ? shownWhole(takenWhole) : 'another number';
  return fault(
    `has ${first} in front of a number of the workspace's country (${country}: ${shown}), as in a list: RapidPro would read all digits as ${other}`,
    `Write the number alone, with its country code: "tel:${shown}". Or, if ${first} belongs to it, write all digits with "+" in front.`,
  );
}

/** In some countries, another prefix is dialed to call abroad, and what 00 begins there is another number. */
function prefixFault({ withoutPlus }: Phone, country: string): Fault | undefined {
  const digits = digitsIn(withoutPlus);
  if (!BEHIND_00.test(digits)) return undefined;
  const meant = read(inFull(digits));
  const taken = read(digits, country);
  if (!meant.number || isSame(taken, meant)) return undefined;
  const shown = shownNumber(meant);
  const other = shownNumber(taken);
  return fault(
    `starts with 00, which is not how people call abroad from the workspace's country (${country}): RapidPro would read it as ${other === shown ? 'another number' : other}, and not as ${shown}`,
    `Write "+" in place of 00: "tel:${shown}".`,
  );
}

/** A number without the digits between its country code and its last digits. */
const hide = (code: string | number, digits: string) => `+${code}…${digits.slice(-2)}`;

export const shownNumber = ({ countryCode = 0, number }: ParsedPhoneNumber): string =>
  number ? hide(countryCode, number.e164) : 'no number';

/** The same of digits that servers put a plus before, also if they are no number. */
const shownWhole = (digits: string) =>
  hide(read(`+${digits}`).countryCode ?? digits.slice(0, 2), digits);

/** A WhatsApp URN with a number, which always begins with a country code. */
const ON_WHATSAPP = /^\s*whatsapp:\s*([1-9]\d{6,14}|0\d{6,16})\s*(?:[?#].*)?$/s;

const isMobile = ({ valid, typeIsMobile }: ParsedPhoneNumber) => valid && typeIsMobile;

/** A zero for calls within a country, before all digits or behind the country code. */
function hasZero(digits: string, { countryCode, number }: ParsedPhoneNumber): boolean {
  return digits.startsWith('0') || digits === `${countryCode}0${number?.significant}`;
}

/** The digits of a WhatsApp number that seems to be nobody's mobile phone: its country code may be missing. */
function doubtfulDigits(urn: string): string | undefined {
  const [, digits] = ON_WHATSAPP.exec(urn) ?? [];
  if (digits === undefined) return undefined;
  const number = read(`+${digits}`);
  return isMobile(number) && !hasZero(digits, number) ? undefined : digits;
}

const WRITE_ALL = 'Write all digits: "whatsapp:250788123123", or use util.phoneUrn($.data.phone,';

/**
 * Why a WhatsApp number probably has no country code, or a zero too many; undefined if it seems to be right. Somebody may
 * have it in RapidPro, so this is no reason to refuse it.
 *
 * @param country - of the workspace, two letters
 */
export function whatsappDoubt(urn: string, country: string): string | undefined {
  const digits = doubtfulDigits(urn);
  if (digits === undefined) return undefined;
  const advice = `${WRITE_ALL} "${country}", { scheme: "whatsapp" }).`;
  if (hasZero(digits, read(`+${digits}`))) {
    return `A WhatsApp number has a 0 for calls within a country, in front or behind its country code. WhatsApp knows no such number, so it reaches nobody. ${advice}`;
  }
  const home = read(digits, country);
  if (!isMobile(home) || digits.startsWith(String(home.countryCode))) return undefined;
  return `A WhatsApp number seems to be one of the workspace's country (${country}: ${shownNumber(home)}) without its country code. WhatsApp takes its first digits for one, and reaches someone abroad or nobody. ${advice}`;
}
