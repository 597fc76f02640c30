import type { ApiRequest } from '../types/request.js';
import { echoDropper, unescapeText } from './echoes.js';
import { SCHEMES } from './urnAdvice.js';

/**
 * Keeps people out of error texts: RapidPro echoes what it was sent, and an error is logged and kept.
 * URNs shrink to their scheme and last two characters; names and message texts are left out.
 */

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** What looks like a person's number or address. A uuid is matched first, so that it stays whole. */
const PERSONAL = new RegExp(
  `${UUID}|\\b(?:${SCHEMES.join('|')}):\\S+|\\+\\d[\\d ().-]{3,}\\d|\\d{8,}`,
  'gi',
);

/** Keys of a body whose values are a person's, or were written to one. */
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
/** Words of RapidPro's own that people call a contact by when they try things out. */
const OURS = new Set(
  'contact contacts field fields group groups name number object phone test text the urn urns user uuid value'.split(
    ' ',
  ),
);
/** Levels of a body that are looked through. */
const DEEPEST = 50;
/** Of all texts of a refusal, this much is read, so that none takes longer than a few ms, … */
const MOST_READ = 8000;
/** … of one text this much, … */
const LONGEST_READ = 2000;
/** … and this much is shown. */
const LONGEST_SHOWN = 300;
/** Words at the end of a part, of which an echo could go on behind it. */
const CUT_OFF = 3;
/** Texts of a request in which numbers are looked for. */
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
    // What follows a scheme may come back alone.
    const [, path] = /^[a-z]+:(\S{3,})$/i.exec(text) ?? [];
    if (path) found.add(path);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      // A key that no field or list has was a value.
      if (/[^\w.-]/.test(key)) collectTexts(key, found, DEEPEST);
      // What kind of quick reply it is, is RapidPro's word.
      if (key !== 'type') collectTexts(item, found, depth + 1);
    }
  }
}

/** Numbers that stand where no person's are expected, as behind a key that RapidPro does not have. */
function collectNumbers(value: unknown, found: Set<string>): void {
  for (const one of Array.isArray(value) ? value : [value]) {
    const text = typeof one === 'string' || typeof one === 'number' ? String(one) : '';
    if (!isUuid(text) && !/[\p{L}_]/u.test(text) && endingsIn(text).length > 0) found.add(text);
  }
}

/** A person is known by each part of a name. */
function collectNames(name: unknown, found: Set<string>): void {
  if (typeof name !== 'string') return;
  for (const [part] of name.matchAll(/[\p{L}\p{N}]{3,}/gu)) {
    if (OURS.has(part.toLowerCase())) continue;
    found.add(part);
    // Short ones are looked for as they are written: a server may write them in capitals.
    found.add(part.toUpperCase());
  }
}

/** The texts of a request that must not come back in an error. */
export function personalTexts(request: Pick<ApiRequest, 'path' | 'query' | 'body'>): string[] {
  const found = new Set<string>();
  for (const source of [request.query, request.body]) {
    if (source === null || typeof source !== 'object') continue;
    for (const [key, value] of Object.entries(source)) {
      // A group's or a field's name is the job author's own word, and what the error is about.
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

/** An address, with whatever stands around it without a space. */
function maskAddress(word: string): string {
  return word.includes('@') ? '…' : word;
}

/** Letters that are not seen, or turn those around them: a log shows only what can be read. */
const UNSEEN =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Takes out of a text what does things to a terminal or makes lines of its own. */
function toPlainLine(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSEEN, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** The beginning of a text, without the last words: what is an echo only with the rest would be shown. */
function beginningOf(text: string, length: number): string {
  const part = toPlainLine(unescapeText(text.slice(0, length)));
  let end = part.length;
  for (let word = 0; word < CUT_OFF && end > 0; word++) end = part.lastIndexOf(' ', end - 1);
  return `${part.slice(0, Math.max(0, end))} …`;
}

/**
 * Makes what makes the texts of one refusal fit for a log. It never throws. However much the server
 * says, the time it takes is bounded: of what is beyond, nothing is shown.
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

/** Finds phone numbers that were sent in what a server says, however it groups or writes their digits. */

/** Digits at the end by which a number is known: countries and trunk zeros stand before them. */
const KNOWN_BY = 7;
/** What a server may put between two digits of a number. */
const BETWEEN = '(?:<\\/?\\w{1,8}>|&(?:\\w{2,8}|#\\d{1,5});|%20|[^\\p{L}\\p{Nd}])';
const RUN = new RegExp(`\\p{Nd}(?:${BETWEEN}{0,4}\\p{Nd})*`, 'gu');
/** Numbers in what was sent: a message may have one in it. Of a long text, the beginning is looked at. */
const SENT_RUN = /\p{Nd}(?:[ ().\u2010-\u2015/-]{0,3}\p{Nd}){6,}/gu;

/** The digits of a text as 0 to 9: those of each script stand in a row, and its 0 comes after no digit. */
export function digitsOf(text: string): string {
  return Array.from(text.replace(/%20|&#\d{1,5};/g, ' ').matchAll(/\p{Nd}/gu), ([digit]) => {
    const code = digit.codePointAt(0) ?? 0;
    if (code < 0x80) return digit;
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
 * Makes what masks numbers in texts: each run of digits that has one of them in it.
 *
 * @param sent - the texts that were sent; those without a number are left alone
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
