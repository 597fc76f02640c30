/**
 * What a URN must look like before it is sent, judged by the text in the job. RapidPro ignores what it cannot read
 * in a phone number and dials the rest, and it cuts other addresses. The rest may be the number or address of a
 * stranger.
 *
 * Whether a number exists is left to RapidPro, because servers differ and numbering plans change.
 */

import type { ParsedPhoneNumber } from 'awesome-phonenumber';
import { PHONE_FIX, SCHEMES, URN_FIX, urnAdvice } from '../errors/urnAdvice.js';
import { UUID } from '../resources.js';
import { damageOf } from './damaged.js';
import { library } from './libraries.js';

/** What is wrong with a URN, and what to write instead. */
export interface UrnFault {
  /** Follows the place of the URN in a sentence: `urns[1] has …`. */
  what: string;
  fix: string;
}

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
const URN = /^[a-z][a-z0-9]*:.+$/s;
const BARE_PHONE = /^\+?[\d\s().-]{6,}$/;

/** Invisible characters. They are copied along with a number, and every server drops them. */
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const DASHES = '\\-\u2010-\u2015\u2212\uff0d';

/** An address with `?` or `#`. Servers cut off what comes after it. */
const PARTS = /^([^?#]*)(\?[^#]*)?(#.*)?$/s;

/** Schemes whose ids cannot contain `#` or `?`. What comes after it is the display name. */
const WITH_DISPLAY = new Set([
  'tel',
  'whatsapp',
  'telegram',
  'instagram',
  'facebook',
  'twitter',
  'twitterid',
  'discord',
]);

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

const fault = (what: string, fix: string): UrnFault => ({ what, fix: `Nothing was sent. ${fix}` });

/**
 * What is wrong with a URN, or undefined if it may be sent.
 *
 * @param urn - without spaces around it
 */
export function urnFault(urn: string, use: UrnUse): UrnFault | undefined {
  if (QUOTED.test(urn)) {
    return fault('is a reference in quotes', 'Remove the quotes.');
  }
  if (MISSING.test(urn) || TOO_SHORT.test(urn)) {
    return fault(
      'has no usable number or address: some of its data seems to be missing',
      'Check the name after $ or state, and leave out people without an address.',
    );
  }
  if (!URN.test(urn)) {
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
  const [, scheme = '', path = ''] = /^([^:]*):(.*)$/s.exec(urn) ?? [];
  const kind = MEANT[scheme];
  if (kind !== undefined) {
    return fault(`starts with "${scheme}:", which RapidPro does not know`, `Write "${kind}:".`);
  }
  if (SECOND_SCHEME.test(path.replace(UNSEEN, ''))) {
    return fault('has the scheme twice', `Write it once. ${urnAdvice(urn)}`);
  }
  return scheme === 'tel' ? phoneFault(path, use) : addressFault(scheme, path, use);
}

function addressFault(scheme: string, written: string, use: UrnUse): UrnFault | undefined {
  const [, path = '', query = '', display = ''] = PARTS.exec(written) ?? [];
  const advice = urnAdvice(`${scheme}:`);
  if ((query || display) && !WITH_DISPLAY.has(scheme)) {
    return fault('contains "#" or "?", where RapidPro would cut it off', advice);
  }
  // Servers themselves write some characters in this way.
  const rest = use === 'lookup' ? written.replace(/%(?:23|25|3f)/gi, '') : written;
  if (rest.includes('%')) {
    return fault('has a "%" in it, which makes RapidPro fail', advice);
  }
  const id = path.trim();
  // A display name follows, or `?x=y`. Digits would be the rest of the id.
  if (!QUERY.test(query) || DIGITS_SHOWN.test(display)) {
    return fault(
      'contains "#" or "?" before the rest of an id, where RapidPro would cut it off',
      advice,
    );
  }
  if ((query || display) && id.startsWith('ref:')) {
    return fault('contains "#" or "?", where RapidPro would cut it off', advice);
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
/** What can be between the digits of one number. */
const BETWEEN = `\\s${DASHES}.()/\\uff08\\uff09\\[\\]`;
const NUMBER = new RegExp(`^['’]?[${BETWEEN}]*[+\\uff0b]?[${BETWEEN}]*\\d[\\d${BETWEEN}]*$`);
/** Toll-free numbers are written with letters: `1-800-FLOWERS`. */
const VANITY = new RegExp(
  `^[+\\uff0b]?[${BETWEEN}]*(?:1[${BETWEEN}]*)?(?:8(?:00|22|33|44|55|66|77|88)|0?800|0[389]00|1[389]00)[${BETWEEN}]+[A-Za-z][A-Za-z\\d${BETWEEN}]{2,12}$`,
);
const EXPONENT = /^\+?\s*\d[\d.,\s]*e\s*[+-]?\s*\d+$/i;
/** No number has more digits, even with a prefix: there must be two numbers. */
const MOST_DIGITS = 17;
/** With this many digits on both sides of a slash, there are two numbers. A country code adds three. */
const WHOLE_NUMBER = 6;
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

const countDigits = (text: string) => text.replace(/\D/g, '').length;

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
  if (last === '00') return countDigits(head) >= 6;
  // "+250 700-000.000" has groups of three; a long run of digits before the dot is not one.
  const isRun = /^\+?\d{7,}$/.test(head.trim());
  return isRun && (last.length === 2 || /^0+$/.test(last));
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
/** One or two digits behind a group of three or more: they may not belong to the number. */
const SHORT_TAIL = new RegExp(`^(.*\\d{3})[${BETWEEN}]+\\d{1,2}[)\\]]?$`, 's');
const STRANGE =
  'contains characters that do not belong to a phone number: RapidPro would drop or dial them';
const LOOSE_DIGITS = 'has more digits next to the phone number, and RapidPro would dial them, too';

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
  const { parsePhoneNumber } = library('awesome-phonenumber');
  const read = (text: string) =>
    parsePhoneNumber(text, country === undefined ? {} : { regionCode: country });
  const { valid, type } = read(head);
  return valid && ((type === 'mobile' && ONE_BEHIND.test(number)) || !read(number).valid);
}

/** Pairs with slashes between them, as French numbers are written: "06/12/34/56/78". */
const PAIRS = /^\d{2}(?:\/\d{2}){3,}$/;
/** Groups with slashes between all of them, also behind a country code: "+221/70/123/45/67". */
const GROUPS = /^((?:(?:\+|00)\d{1,3}\/)?\d{1,4}(?:\/\d{2,3}){2,})\/\d{2}$/;
/** A calling code and a number that share a zero, as in Malaysia: "6-0123456789". */
const SHARED_ZERO = new RegExp(`^[2-9](?:/|\\s*[${DASHES}])\\s*(0\\d[\\d${BETWEEN}]*)$`);

const isLoose = (number: string) =>
  (STRAY_TAIL.test(number) && !PAIRS.test(number)) || NUMBERING.test(number);

const isInternational = (number: string) => /^\D*(?:\+|00)/.test(number);

/** Whether a number with its country code exists. */
function exists(number: string): boolean {
  const digits = number.replace(/\D/g, '').replace(number.includes('+') ? /^$/ : /^00/, '');
  return library('awesome-phonenumber').parsePhoneNumber(`+${digits}`).valid;
}

/** `+44 (0)20 7946 0018`: the zero in brackets is dialed only inside the country. */
const ZERO_IN_BRACKETS = new RegExp(
  `^([${BETWEEN}]*(?:[+\\uff0b]|00)[${BETWEEN}]*[1-9]\\d{0,2}[${BETWEEN}]*)[([\\uff08]\\s*0\\s*[)\\]\\uff09]`,
);

/** Whether such a zero makes another number of it, because nobody in the country dials one: `+65 (0)8123 4567`. */
const hasDeadZero = (number: string) =>
  ZERO_IN_BRACKETS.test(number) &&
  !exists(number) &&
  exists(number.replace(ZERO_IN_BRACKETS, '$1'));

/**
 * Whether digits that look loose can only be of one number: with its country code, in every country; else in some of
 * them ({@link unsureFault}).
 */
function mayBeOne(number: string): boolean {
  const [, head] = GROUPS.exec(number) ?? [];
  if (head !== undefined) return !isInternational(number) || (exists(number) && !exists(head));
  return SHARED_ZERO.test(number) && isTakenWhole(withoutPlus(`tel:${number}`)) && exists(number);
}

/** Whether they are of one number in a country. */
function isOneIn(number: string, country: string): boolean {
  const { getCountryCodeForRegionCode, parsePhoneNumber } = library('awesome-phonenumber');
  if (!getCountryCodeForRegionCode(country)) return false;
  const read = (text: string) => parsePhoneNumber(text, { regionCode: country });
  const [, head] = GROUPS.exec(number) ?? [];
  if (head !== undefined) return read(number).valid && !read(head).valid;
  const [, others = ''] = SHARED_ZERO.exec(number) ?? [];
  const meant = read(others);
  const digits = number.replace(/\D/g, '');
  const isSame = (text: string) => read(text).number?.e164 === meant.number?.e164;
  return meant.valid && isSame(`+${digits}`) && isSame(digits);
}

/** In Brazil, the code of a carrier is dialed between the 0 and the area: "(0xx11) 98765-4321". */
const CARRIER = new RegExp(
  `^((?:\\+?[\\s(]*55[${BETWEEN}]*)?\\(?)(0?)[\\s.-]*(?:xx|\\*\\*)[\\s.-]*([1-9]\\d[\\d${BETWEEN}]{8,14})$`,
  'i',
);
const BRAZIL = { name: 'BR', code: '55' };

/** A number without the letters for a carrier, which servers drop, if a number of Brazil is left. */
function withoutCarrier(number: string): { number: string; isNational: boolean } {
  const [, before = '', zero = '', rest = ''] = CARRIER.exec(number) ?? [];
  const hasCode = before.includes(BRAZIL.code);
  // Without a country code, the zero tells servers that an area follows.
  const left = `${before}${rest}`;
  const isRead = rest !== '' && (hasCode || zero !== '') && !isLoose(left);
  if (!isRead || !exists(`+${BRAZIL.code}${rest}`)) return { number, isNational: false };
  return { number: left, isNational: !hasCode };
}

/** Two local numbers, without a country code: "2252004 2252005". */
const ALIKE = /^(\d{3})\d{4,}[\s.\u2010-\u2015-]+\1\d{4,}$/;

function holdsTwo(number: string): boolean {
  if (countDigits(number) > MOST_DIGITS || ALIKE.test(number)) return true;
  const [first = '', ...others] = number.split('/');
  const isWhole = (part: string, more = 0) => countDigits(part) >= WHOLE_NUMBER + more;
  if (others.length === 0) return false;
  const whole = others.filter(part => isWhole(part)).length;
  return whole + Number(isWhole(first, codeDigits(first, number))) > 1;
}

/** How many digits more the first part of a number has, because it begins with "+" or 00 and a country code. */
function codeDigits(first: string, number: string): number {
  if (/^[\s([]*[+\uff0b]/.test(first)) return 3;
  return /^\D*00\D*[1-9]/.test(first) && exists(number) ? 5 : 0;
}

/** Every server refuses longer texts, so they need no further check. */
const LONGEST_URN = 255;

function phoneFault(written: string, use: UrnUse): UrnFault | undefined {
  if (written.length > LONGEST_URN) return fault('is too long for a phone number', PHONE_FIX);
  const [, before = '', query = '', display = ''] = PARTS.exec(written) ?? [];
  const whole = before.replace(UNSEEN, '').trim();
  const { number } = withoutCarrier(whole.replace(EXTENSION, '$1').trim());
  if (wasNumber(number)) {
    return fault(
      'looks like a number from a spreadsheet, with decimals (".0") or an exponent ("E+11"), and RapidPro would dial those, too',
      'Keep phone numbers as text: "tel:+250788123123". In a spreadsheet, format the column as text; in a job: String(phone).replace(/\\.0+$/, "").',
    );
  }
  if (use === 'lookup' && STORED_PHONE.test(written)) return undefined;
  if (OTHER_DIGITS.test(number)) {
    return fault(
      'is written in digits that RapidPro does not read',
      'Write it in digits from 0 to 9, or use util.phoneUrn($.data.phone, "RW"), which reads the others.',
    );
  }
  if (/^[^\d]*\p{L}/u.test(number) || !/\d/.test(number)) {
    return fault('starts with words instead of a phone number', PHONE_FIX);
  }
  if (!NUMBER.test(number) && !(VANITY.test(number) && number === whole)) {
    return fault(STRANGE, PHONE_FIX);
  }
  if (/[\r\n]/.test(number) || holdsTwo(number)) {
    return fault(
      'seems to contain two phone numbers',
      `Write a separate URN for each. ${PHONE_FIX}`,
    );
  }
  if (isLoose(number) && !mayBeOne(number)) return fault(LOOSE_DIGITS, PHONE_FIX);
  if (number.startsWith('+') && hasLooseTail(number)) return fault(LOOSE_DIGITS, PHONE_FIX);
  if (use === 'write' && hasDeadZero(number)) {
    return fault(
      'has "(0)" behind its country code, but numbers there have no such zero: RapidPro would store it, and reach nobody',
      `Leave "(0)" out. ${PHONE_FIX}`,
    );
  }
  // Servers ignore a full-width plus, and then it is another number.
  if (number.includes('\uff0b') && countDigits(number) < 11) {
    return fault('has a plus sign that is not the one on the keyboard', PHONE_FIX);
  }
  if (/%/.test(written) || DIGITS_SHOWN.test(display) || !QUERY.test(query)) {
    return fault('has characters after the phone number that do not belong to it', PHONE_FIX);
  }
  return undefined;
}

/** Servers refuse numbers with a plus and so many digits by themselves, if no country has them. */
const SURELY_READ = 11;

/**
 * What is wrong with a plus in front of digits that no country has. RapidPro 9 puts its own country code in front of
 * them, and the newer line drops the plus. Contacts may have been found by what was stored, so this is for writing.
 */
export function plusFault(urn: string): UrnFault | undefined {
  const [, written = ''] = /^tel:([^?#]*)/.exec(urn) ?? [];
  const digits = /^\+\d+$/.exec(digitsOf(written.replace(EXTENSION, '$1')) ?? '')?.[0].slice(1);
  if (digits === undefined || (digits.length >= SURELY_READ && !digits.startsWith('0'))) {
    return undefined;
  }
  if (library('awesome-phonenumber').parsePhoneNumber(`+${digits}`).possible) return undefined;
  return fault(
    'has a "+", but the digits after it are no number of any country: RapidPro would put its own country code in front of them, or drop the plus',
    `Check the number: digits are missing, or it has no country code and needs no "+". ${PHONE_FIX}`,
  );
}

/**
 * The digits of a phone number without plus that both lines of servers take for a whole international
 * one, whatever the country of the workspace: eleven or more that do not begin with 0.
 */
export function digitsTakenWhole(urn: string): string | undefined {
  const number = withoutPlus(urn);
  return isTakenWhole(number) ? number.digits : undefined;
}

const isTakenWhole = ({ digits, counted }: WithoutPlus) =>
  counted >= 11 && /^[1-9]\d{5}/.test(digits);

/** Whether a phone number means one person or another, depending on the country of the workspace. */
export function dependsOnCountry(urn: string): boolean {
  if (needsCountry(urn)) return true;
  const number = withoutPlus(urn);
  if (isTakenWhole(number) || BEHIND_00.test(number.digits)) return true;
  const forms = [SHORT_TAIL, ONE_BEHIND, LIST_NUMBER];
  return isDoubtful(urn) || forms.some(form => form.test(number.written));
}

/** What a number looks like that is only right in some countries, and refused where the country is unknown. */
function needsCountry(urn: string): 'plus' | 'carrier' | 'loose' | undefined {
  const [, written = ''] = /^\s*tel:([^?#]*)/.exec(urn) ?? [];
  const whole = written.replace(UNSEEN, '').trim();
  // Servers count the letters and digits, and put a plus before so many.
  const isShort = whole.replace(/[^0-9a-z]/gi, '').length < SURELY_READ;
  if (isShort && LATE_PLUS.test(written.trim())) return 'plus';
  const { number, isNational } = withoutCarrier(whole.replace(EXTENSION, '$1').trim());
  if (isNational) return 'carrier';
  return isLoose(number) && !isInternational(number) && mayBeOne(number) ? 'loose' : undefined;
}

/** A plus that is not the first character, which may be one that nobody sees: "(+220) 301 2345". */
const LATE_PLUS = /^[^+\d]+\+/;

/** Whether the digits of a number mean the same in a country without their plus. */
function isSameWithoutPlus(urn: string, country: string): boolean {
  const { getCountryCodeForRegionCode, parsePhoneNumber } = library('awesome-phonenumber');
  if (!getCountryCodeForRegionCode(country)) return false;
  const digits = urn.replace(/[?#].*$/s, '').replace(/\D/g, '');
  const read = (text: string) => parsePhoneNumber(text, { regionCode: country }).number?.e164;
  return read(digits) === read(`+${digits}`);
}

/**
 * What is wrong with a number that only people of some countries write so, or that only their servers read so: with slashes
 * between all its groups, with a shared zero, with letters for a carrier, with a plus behind a bracket, or with a digit or two
 * behind it.
 *
 * @param country - of the workspace, two letters; undefined if it is not known
 */
export function unsureFault(urn: string, country: string | undefined): UrnFault | undefined {
  if (country !== undefined && hasLooseTail(withoutPlus(urn).written, country)) {
    return fault(LOOSE_DIGITS, PHONE_FIX);
  }
  switch (needsCountry(urn)) {
    case 'carrier':
      return country === BRAZIL.name ? undefined : fault(STRANGE, PHONE_FIX);
    case 'plus':
      if (country !== undefined && isSameWithoutPlus(urn, country)) return undefined;
      return fault(
        'has a plus sign that is not its first character: RapidPro would drop it, and may read another number',
        PHONE_FIX,
      );
    case 'loose':
      if (country !== undefined && isOneIn(withoutPlus(urn).written, country)) return undefined;
      return fault(LOOSE_DIGITS, PHONE_FIX);
    default:
      return undefined;
  }
}

/** A WhatsApp URN with a number, which always begins with a country code. */
const ON_WHATSAPP = /^\s*whatsapp:\s*([1-9]\d{6,14})\s*(?:[?#].*)?$/s;

const isMobile = ({ valid, typeIsMobile }: ParsedPhoneNumber) => valid && typeIsMobile;

/** Whether a WhatsApp number seems to be nobody's mobile phone: its country code may be missing. */
function isDoubtful(urn: string): boolean {
  const [, digits] = ON_WHATSAPP.exec(urn) ?? [];
  return (
    digits !== undefined && !isMobile(library('awesome-phonenumber').parsePhoneNumber(`+${digits}`))
  );
}

/**
 * Why a WhatsApp number probably has no country code; undefined if it seems to have one. It cannot be written in
 * another way, so this is no reason to refuse it.
 *
 * @param country - of the workspace, two letters
 */
export function whatsappDoubt(urn: string, country: string): string | undefined {
  const [, digits = ''] = ON_WHATSAPP.exec(urn) ?? [];
  if (digits === '' || !isDoubtful(urn)) return undefined;
  const home = library('awesome-phonenumber').parsePhoneNumber(digits, { regionCode: country });
  if (!isMobile(home) || digits.startsWith(String(home.countryCode))) return undefined;
  return `A WhatsApp number seems to be one of the workspace's country (${country}: ${shownNumber(home)}) without its country code. WhatsApp takes its first digits for one, and reaches someone abroad or nobody. Write all digits: "whatsapp:250788123123", or use util.phoneUrn($.data.phone, "${country}", { scheme: "whatsapp" }).`;
}

/** What may be a number of a list, set off from a phone number: `2 250788123123`, `1.0788123123`. */
const LIST_NUMBER = new RegExp(`^([1-9]\\d{0,2})[\\s.${DASHES}]+((?:\\d[${BETWEEN}]*){6,}\\d)$`);

/** What is dialed from most countries in place of "+", and a whole number. */
const BEHIND_00 = /^00(?=[1-9]\d{6})/;

/** The digits of a phone number without plus, and how many letters and digits servers count in it. */
interface WithoutPlus {
  /** As it is written, without an extension. */
  written: string;
  digits: string;
  counted: number;
}

function withoutPlus(urn: string): WithoutPlus {
  const [, written = ''] = /^\s*tel:([^?#]*)/.exec(urn) ?? [];
  const whole = written.replace(UNSEEN, '').trim().replace('\uff0b', '');
  const number = whole.replace(EXTENSION, '$1');
  if (/\+|\p{L}/u.test(number)) return { written: '', digits: '', counted: 0 };
  // The servers count the letters and digits of an extension too.
  const counted = whole.replace(/[^0-9a-z]/gi, '').length;
  return { written: number.trim(), digits: number.replace(/\D/g, ''), counted };
}

/**
 * The digits of a phone number, with "+" if it has one or servers add one; undefined if it is not a number. Only for
 * comparing.
 */
export function plainNumber(path: string): string | undefined {
  const number = path.replace(UNSEEN, '').trim().replace(EXTENSION, '$1').trim();
  if (!NUMBER.test(number)) return undefined;
  const digits = number.replace(/\D/g, '');
  if (number.includes('+') || digitsTakenWhole(`tel:${path}`) !== undefined) return `+${digits}`;
  return digits.replace(/^00/, '+');
}

/** The digits of a phone number, with its plus and a space between its groups; undefined if there is more than digits. */
export function groupsOf(path: string): string | undefined {
  const { number } = withoutCarrier(path.replace(UNSEEN, '').trim());
  if (!NUMBER.test(number)) return undefined;
  return number
    .replace('\uff0b', '+')
    .replace(/[^\d+]+/g, ' ')
    .trim();
}

/** The digits of a phone number, with its plus; undefined if there is more than digits. */
export const digitsOf = (path: string) => groupsOf(path)?.replaceAll(' ', '');

/** A number without the digits between its country code and its last digits. */
export const hide = (code: string | number, digits: string) => `+${code}…${digits.slice(-2)}`;

/**
 * What is wrong with digits that RapidPro would read as the number of somebody else in another country.
 *
 * @param country - of the workspace, two letters
 */
export function foreignFault(urn: string, country: string): UrnFault | undefined {
  return (
    unsureFault(urn, country) ??
    homeFault(urn, country) ??
    listFault(urn, country) ??
    prefixFault(urn, country)
  );
}

const mobileLengths = new Map<string, number>();

/** How many digits a mobile number of a country has, about, without its country code. */
function mobileLength(country: string): number {
  const known = mobileLengths.get(country);
  if (known !== undefined) return known;
  const { number } = library('awesome-phonenumber').getExample(country, 'mobile');
  const length = number?.significant.length ?? 0;
  mobileLengths.set(country, length);
  return length;
}

/** A few digits in front of what is a number of the workspace's country without them. */
function listFault(urn: string, country: string): UrnFault | undefined {
  const number = withoutPlus(urn);
  const [, first = '', others = ''] = LIST_NUMBER.exec(number.written) ?? [];
  const { getCountryCodeForRegionCode, parsePhoneNumber } = library('awesome-phonenumber');
  const code = first && getCountryCodeForRegionCode(country);
  // Servers drop the wide plus, but whoever wrote it began with a country code.
  if (!code || first === String(code) || urn.includes('\uff0b')) return undefined;
  const rest = others.replace(/\D/g, '');
  // `201 555 0123`: of a hundred thousand, each may be written in groups.
  if (rest.length < mobileLength(country) - 1) return undefined;
  const meant = [
    parsePhoneNumber(rest, { regionCode: country }),
    parsePhoneNumber(`+${rest}`),
  ].find(({ valid, countryCode }) => valid && countryCode === code);
  if (!meant) return undefined;
  const isWhole = isTakenWhole(number);
  const taken = isWhole
    ? parsePhoneNumber(`+${number.digits}`)
    : parsePhoneNumber(number.digits, { regionCode: country });
  const isSame = taken.number?.e164 === meant.number?.e164;
  // Also a number of a neighbor, as people write it: `254 722 345 678`.
  const isCode = first.length === 3 && first === String(taken.countryCode);
  if (isSame || (taken.valid && (taken.countryCode === code || isCode))) return undefined;
  const shown = shownNumber(meant);
  const other = isWhole ? hide(taken.countryCode ?? first, number.digits) : 'another number';
  return fault(
    `has ${first} in front of a number of the workspace's country (${country}: ${shown}), as in a list: RapidPro would read all digits as ${other}`,
    `Write the number alone, with its country code: "tel:${shown}". Or, if ${first} belongs to it, write all digits with "+" in front.`,
  );
}

/** In some countries, another prefix is dialed to call abroad, and what 00 begins there is another number. */
function prefixFault(urn: string, country: string): UrnFault | undefined {
  const { digits } = withoutPlus(urn);
  if (!BEHIND_00.test(digits)) return undefined;
  const { getCountryCodeForRegionCode, parsePhoneNumber } = library('awesome-phonenumber');
  if (!getCountryCodeForRegionCode(country)) return undefined;
  const meant = parsePhoneNumber(digits.replace(BEHIND_00, '+'));
  const taken = parsePhoneNumber(digits, { regionCode: country });
  if (!meant.number || taken.number?.e164 === meant.number.e164) return undefined;
  const shown = shownNumber(meant);
  const other = shownNumber(taken);
  return fault(
    `starts with 00, which is not how people call abroad from the workspace's country (${country}): RapidPro would read it as ${other === shown ? 'another number' : other}, and not as ${shown}`,
    `Write "+" in place of 00: "tel:${shown}".`,
  );
}

const shownNumber = ({ countryCode = 0, number }: ParsedPhoneNumber): string =>
  number ? hide(countryCode, number.e164) : 'no number';

/** Prefixes of mobile numbers that are no longer dialed, but stand in many lists. */
const OLD_PREFIX: { [country: string]: RegExp } = { MX: /^1(?=\d{10}$)/ };

/** Digits that people in the country dial unchanged, but RapidPro puts a plus before them. */
function homeFault(urn: string, country: string): UrnFault | undefined {
  const digits = digitsTakenWhole(urn);
  // Servers drop a full-width plus and add it again, so it is the intended number.
  if (digits === undefined || urn.includes('\uff0b')) return undefined;
  const { getCountryCodeForRegionCode, parsePhoneNumber } = library('awesome-phonenumber');
  const code = getCountryCodeForRegionCode(country);
  if (!code || digits.startsWith(String(code))) return undefined;
  const home = parsePhoneNumber(digits.replace(OLD_PREFIX[country] ?? /^$/, ''), {
    regionCode: country,
  });
  if (!home.valid || home.countryCode !== code) return undefined;
  const abroad = parsePhoneNumber(`+${digits}`);
  const taken = hide(abroad.countryCode ?? digits.slice(0, 2), digits);
  const meant = hide(code, digits);
  return fault(
    `is a number of the workspace's country (${country}: ${meant}) without its country code: RapidPro would read it as ${taken}, which is someone abroad or nobody`,
    `Write it with its country code, "tel:${meant}", or, if you mean that number, "tel:${taken}".`,
  );
}
