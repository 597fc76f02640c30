import type { ApiRequest } from '../types/request.js';
import { echoDropper, unescapeText } from './echoes.js';
import { SCHEMES } from './urnAdvice.js';

/**
 * Keeps personal data out of error texts. RapidPro repeats what was sent, and errors are logged and kept. URNs are
 * masked to their scheme and last two characters; names and message texts are removed.
 */

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** What looks like a phone number or address. A uuid is matched first, so that it stays whole. */
const PERSONAL = new RegExp(
  `${UUID}|\\b(?:${SCHEMES.join('|')}):\\S+|\\+\\d[\\d ().-]{3,}\\d|\\d{8,}`,
  'gi',
);

/** Keys of a body with personal values, or texts to a person. */
const PERSONAL_KEYS = new Set([
  'name',
  'urn',
  'urns',
  'contact',
  'contacts',
  'text',
  'message',
  'note',
  'fields',
  'params',
  'extra',
  'value',
  'quick_replies',
  'attachments',
]);
/** RapidPro's own words that people use as names when they try things out. */
const OURS = new Set(
  'contact contacts field fields group groups name number object phone test text the urn urns user uuid value'.split(
    ' ',
  ),
);
/** How many levels of a body are searched. */
const DEEPEST = 50;
/** The most characters of a whole refusal that are read, so that it takes only a few ms, … */
const MOST_READ = 8000;
/** … the most of one text, … */
const LONGEST_READ = 2000;
/** … and the most that are shown. */
const LONGEST_SHOWN = 300;
/** The words at the end of a cut text. An echo could continue after them. */
const CUT_OFF = 3;
/** How many texts of a request are searched for numbers. */
const MOST_SENT = 2000;

/** `tel:+250788123123` becomes `tel:…23`. */
export function maskUrn(urn: string): string {
  const colon = urn.indexOf(':');
  const scheme = colon > 0 && colon <= 12 ? urn.slice(0, colon + 1) : '';
  const path = urn.slice(scheme.length);
  return path.length > 4 ? `${scheme}…${path.slice(-2)}` : `${scheme}…`;
}

function isUuid(text: string): boolean {
  return new RegExp(`^${UUID}$`, 'i').test(text);
}

function collectTexts(value: unknown, found: Set<string>, depth = 0): void {
  if (depth > DEEPEST) return;
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value).trim();
    if (text === '' || isUuid(text)) return;
    found.add(text);
    // The part after a scheme may come back alone.
    const [, path] = /^[a-z]+:(\S{3,})$/i.exec(text) ?? [];
    if (path) found.add(path);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      // An unknown key must have been a value.
      if (/[^\w.-]/.test(key)) collectTexts(key, found, DEEPEST);
      // The type of a quick reply is RapidPro's word.
      if (key !== 'type') collectTexts(item, found, depth + 1);
    }
  }
}

/** Numbers in unexpected places, such as under a key that RapidPro does not have. */
function collectNumbers(value: unknown, found: Set<string>): void {
  for (const one of Array.isArray(value) ? value : [value]) {
    const text = typeof one === 'string' || typeof one === 'number' ? String(one) : '';
    if (!isUuid(text) && !/[\p{L}_]/u.test(text) && endingsIn(text).length > 0) found.add(text);
  }
}

/** Each part of a name identifies a person. */
function collectNames(name: unknown, found: Set<string>): void {
  if (typeof name !== 'string') return;
  for (const [part] of name.matchAll(/[\p{L}\p{N}]{3,}/gu)) {
    if (OURS.has(part.toLowerCase())) continue;
    found.add(part);
    // Short ones are searched in their own letter case and in capitals, as servers may write them.
    found.add(part.toUpperCase());
  }
}

/** The texts of a request that must not be in an error. */
export function personalTexts(request: Pick<ApiRequest, 'path' | 'query' | 'body'>): string[] {
  const found = new Set<string>();
  for (const source of [request.query, request.body]) {
    if (source === null || typeof source !== 'object') continue;
    for (const [key, value] of Object.entries(source)) {
      // The name of a group or field comes from the author of the job, and the error is about it.
      if (key === 'name' && request.path !== 'contacts') continue;
      if (PERSONAL_KEYS.has(key)) collectTexts(value, found);
      else collectNumbers(value, found);
      if (key === 'name') collectNames(value, found);
    }
  }
  return [...found];
}

function mask(match: string): string {
  return isUuid(match) ? match : maskUrn(match);
}

/** An address, with everything around it up to the next space. */
function maskAddress(word: string): string {
  return word.includes('@') ? '…' : word;
}

/** Invisible letters, or letters that change the direction of text. A log shows only readable text. */
const UNSEEN =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Removes terminal control characters and line breaks. */
function toPlainLine(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSEEN, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** The beginning of a text, without the last words, because they could be the beginning of an echo. */
function beginningOf(text: string, length: number): string {
  const part = toPlainLine(unescapeText(text.slice(0, length)));
  let end = part.length;
  for (let word = 0; word < CUT_OFF && end > 0; word++) end = part.lastIndexOf(' ', end - 1);
  return `${part.slice(0, Math.max(0, end))} …`;
}

/**
 * Makes a function that prepares the texts of one refusal for a log. It never throws. Its time is limited: what is
 * beyond the limit is not shown.
 *
 * @param personal - from `personalTexts`
 * @param token - the credential's token
 */
export function redactor(personal: readonly string[] = [], token = ''): (text: string) => string {
  const dropEchoes = echoDropper(personal, token, maskUrn);
  const maskNumbers = numberDropper(personal);
  let left = MOST_READ;
  return text => {
    const length = Math.min(text.length, LONGEST_READ, left);
    left -= length;
    const plain =
      length === text.length ? toPlainLine(unescapeText(text)) : beginningOf(text, length);
    const clean = maskNumbers(dropEchoes(plain).replace(PERSONAL, mask))
      .replace(/[^\s"'<>]+/g, maskAddress)
      .trim();
    if (clean.length <= LONGEST_SHOWN) return clean;
    return `${clean.slice(0, LONGEST_SHOWN).replace(/[\ud800-\udbff]$/, '')}…`;
  };
}

/** {@link redactor} for one text. */
export function redact(text: string, personal: readonly string[] = [], token = ''): string {
  return redactor(personal, token)(text);
}

/** Finds phone numbers that were sent in the words of a server, whatever the grouping and script of digits. */

/** The last digits, which identify a number. Country codes and trunk zeros come before them. */
const KNOWN_BY = 7;
/** What a server may write between two digits of a number. */
const BETWEEN = '(?:<\\/?\\w{1,8}>|&(?:\\w{2,8}|#\\d{1,5});|%20|[^\\p{L}\\p{Nd}])';
const RUN = new RegExp(`\\p{Nd}(?:${BETWEEN}{0,4}\\p{Nd})*`, 'gu');
/** Numbers in what was sent, including in messages. Only the beginning of a long text is searched. */
const SENT_RUN = /\p{Nd}(?:[ ().\u2010-\u2015/-]{0,3}\p{Nd}){6,}/gu;

/**
 * The digits of a text as 0 to 9. In each script they are consecutive, and no digit comes before its 0. Only the
 * styles of mathematics follow one another: each of their digits is written plainly first.
 */
export function digitsOf(text: string): string {
  return Array.from(text.replace(/%20|&#\d{1,5};/g, ' ').matchAll(/\p{Nd}/gu), ([digit]) => {
    const plain = digit.normalize('NFKC');
    const code = plain.codePointAt(0) ?? 0;
    if (code < 0x80) return plain;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
    return String(value);
  }).join('');
}

function endingsIn(text: string): string[] {
  return (text.slice(0, LONGEST_READ).match(SENT_RUN) ?? []).map(run =>
    digitsOf(run).slice(-KNOWN_BY),
  );
}

/**
 * Makes a function that masks numbers in texts: each run of digits that contains one of them.
 *
 * @param sent - the texts that were sent; texts without a number are ignored
 */
function numberDropper(sent: readonly string[]): (text: string) => string {
  const endings = new Set(sent.slice(0, MOST_SENT).flatMap(endingsIn));
  if (endings.size === 0) return text => text;
  const isSent = (digits: string) => {
    for (let end = KNOWN_BY; end <= digits.length; end++) {
      if (endings.has(digits.slice(end - KNOWN_BY, end))) return true;
    }
    return false;
  };
  return text => text.replace(RUN, run => (isSent(digitsOf(run)) ? `…${run.slice(-2)}` : run));
}
