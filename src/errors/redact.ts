import { type Resource, resourceAt, UUID } from '../resources.js';
import type { ApiRequest } from '../types/request.js';
import { decoded } from '../url.js';
import { SCHEMES } from './urnAdvice.js';

/**
 * Keeps personal data out of error texts. RapidPro repeats what was sent, and errors are logged and kept. URNs are
 * masked to their scheme and last two characters; names and message texts are removed.
 */

const UUIDS = new RegExp(UUID, 'gi');
const WHOLE_UUID = new RegExp(`^${UUID}$`, 'i');
/** What looks like a phone number or address. A uuid is matched first, so that it stays whole. */
const PERSONAL = new RegExp(
  `${UUID}|\\b(?:${SCHEMES.join('|')}):\\S+|\\+\\d[\\d ().-]{3,}\\d|\\d{8,}`,
  'gi',
);

const setOf = (words: string) => new Set(words.split(' '));

/** Keys of a body with personal values, or texts to a person. */
const PERSONAL_KEYS = setOf(
  'name urn urns contact contacts text message note notes anon_display ref fields params extra value quick_replies attachments',
);
/** RapidPro's own words that people use as names when they try things out. */
const OURS = setOf(
  'contact contacts field fields group groups name number object phone test text the urn urns user uuid value',
);
/** Keys without names in parts: with URNs, or texts to a person, whose words are as common as those of a server. */
const WHOLE_KEYS = setOf(
  'attachments contact contacts message note notes quick_replies text urn urns',
);
/** Keys whose values say what the job's author chose, besides those that RapidPro answers with. */
const SETTINGS = setOf(
  'action assignee cursor direction folder group label label_name labels messages offset tickets topic',
);
/** A key of an API. Anything else may be personal data. */
const API_KEY = /^[a-z_][\w.-]*$/;
/** Keys of fields and parameters may be misspelled, and then the error names them. */
const AUTHORS_KEY = /^[\w.-]*$/;
const BY_AUTHOR = new Set(['extra', 'fields', 'params']);
/** A text of up to this many words may be a name, and each of its words identifies a person. */
const FEW_WORDS = 6;
/** Longer texts are not names. */
const LONGEST_NAME = 200;
/** Names of files that say nothing. */
const FILE_WORDS = setOf('audio document file image media photo picture recording video');
/** The most characters of a whole refusal that are read, so that it takes only a few ms, … */
const MOST_READ = 8000;
/** … the most of one text, … */
const LONGEST_READ = 2000;
/** … and the most that are shown. */
const LONGEST_SHOWN = 300;
/** The words at the end of a cut text. An echo could continue after them. */
const CUT_OFF = 3;
/** How many texts of a request are searched for numbers. */
const MOST_TEXTS = 2000;

/** `tel:+250788123123` becomes `tel:…23`. */
export function maskUrn(urn: string): string {
  const colon = urn.indexOf(':');
  const scheme = colon > 0 && colon <= 12 ? urn.slice(0, colon + 1) : '';
  const path = urn.slice(scheme.length);
  return path.length > 4 ? `${scheme}…${path.slice(-2)}` : `${scheme}…`;
}

const isUuid = (text: string) => WHOLE_UUID.test(text);

/** Adds a text, and its words if it may be a name. */
function collectText(written: string, found: Set<string>, isWhole: boolean): void {
  const text = written.normalize().trim();
  if (text === '' || isUuid(text)) return;
  found.add(text);
  // The part after a scheme may come back alone.
  const [, path] = /^[a-z]+:(\S{3,})$/i.exec(text) ?? [];
  if (path) found.add(path);
  else if (!isWhole && text.length <= LONGEST_NAME) collectWords(text, found);
}

/** Parts of a name come back alone, or in another order. */
function collectWords(text: string, found: Set<string>): void {
  const words = text.replace(UUIDS, '').match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length < 2 || words.length > FEW_WORDS) return;
  for (const word of words) if (/\p{L}/u.test(word)) collectNames(word, found);
}

/**
 * Adds all texts of a value, at any depth, and keys that no API has.
 *
 * @param key - whose value it is
 */
function collectTexts(value: unknown, found: Set<string>, key = ''): void {
  const isWhole = WHOLE_KEYS.has(key);
  // Without recursion: bodies can be deeper than the stack.
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' || typeof next === 'number') {
      collectText(String(next), found, isWhole);
    } else if (next !== null && typeof next === 'object') {
      for (const part of partsOf(next, key).reverse()) left.push(part);
    }
  }
}

/** What is in an object or a list, in its order. */
function partsOf(value: object, key: string): unknown[] {
  if (Array.isArray(value)) return [...value];
  return Object.entries(value).flatMap(([name, item]) => {
    // The type of a quick reply is RapidPro's word.
    if (key === 'quick_replies' && name === 'type') return [];
    const own = BY_AUTHOR.has(key) ? AUTHORS_KEY : API_KEY;
    return own.test(name) ? [item] : [name, item];
  });
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
  for (const [part] of name.normalize().matchAll(/[\p{L}\p{N}]{3,}/gu)) {
    if (OURS.has(part.toLowerCase())) continue;
    found.add(part);
    // Short ones are searched in their own letter case and in capitals, as servers may write them.
    found.add(part.toUpperCase());
  }
}

/** Whether RapidPro has the key, and its value says what a job does, not whom it is about. */
function isSetting(resource: Resource | undefined, key: string): boolean {
  if (!resource || PERSONAL_KEYS.has(key)) return false;
  const { answers = [], filters, lookups = [] } = resource;
  return (
    SETTINGS.has(key) ||
    answers.includes(key) ||
    lookups.includes(key) ||
    Object.hasOwn(filters, key)
  );
}

/** The name of a file may be that of a person. Its extension is shown. */
function collectFileName(name: string, found: Set<string>): void {
  const stem = name.normalize().replace(/\.[a-z\d]{1,5}$/i, '');
  if (FILE_WORDS.has(stem.toLowerCase())) return;
  found.add(stem);
  collectNames(stem, found);
}

/** The texts of a request that must not be in an error: everything except settings. */
export function personalTexts(
  request: Pick<ApiRequest, 'path' | 'query' | 'body' | 'file'>,
): string[] {
  const found = new Set<string>();
  const resource = resourceAt(request.path);
  for (const source of [request.query, request.body]) {
    if (source === null || typeof source !== 'object' || Array.isArray(source)) {
      collectTexts(source, found);
      continue;
    }
    for (const [key, value] of Object.entries(source)) {
      // The name of a group or field comes from the author of the job, and the error is about it.
      if (key === 'name' && resource && request.path !== 'contacts') continue;
      if (!API_KEY.test(key)) collectTexts(key, found);
      if (isSetting(resource, key)) collectNumbers(value, found);
      else collectTexts(value, found, key);
      if (key === 'name') collectNames(value, found);
    }
  }
  if (request.file) collectFileName(request.file.filename, found);
  return [...found];
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
 */
export function redactor(
  personal: readonly string[] = [],
  secrets: readonly string[] = [],
): (text: string) => string {
  const inOneForm = secrets.map(secret => secret.normalize());
  const dropEchoes = echoDropper(personal, inOneForm);
  const maskNumbers = numberDropper(personal);
  let left = MOST_READ;
  return text => {
    const length = Math.min(text.length, LONGEST_READ, left);
    left -= length;
    const plain =
      length === text.length ? toPlainLine(unescapeText(text)) : beginningOf(text, length);
    const mask = (match: string) => (isUuid(match) ? match : maskUrn(match));
    const clean = maskNumbers(dropEchoes(plain).replace(PERSONAL, mask))
      // An address, with everything around it up to the next space.
      .replace(/[^\s"'<>]+/g, word => (word.includes('@') ? '…' : word))
      .trim();
    if (clean.length <= LONGEST_SHOWN) return clean;
    return `${clean.slice(0, LONGEST_SHOWN).replace(/[\ud800-\udbff]$/, '')}…`;
  };
}

export function redact(
  text: string,
  personal: readonly string[] = [],
  secrets: readonly string[] = [],
): string {
  return redactor(personal, secrets)(text);
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
 * A digit of any script as 0 to 9. In each script they are consecutive, and no digit comes before its 0. Only the styles of
 * mathematics follow one another: each of their digits is written plainly first.
 */
export function plainDigit(digit: string): string {
  const plain = digit.normalize('NFKC');
  const code = plain.codePointAt(0) ?? 0;
  if (code < 0x80) return plain;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}

/** The digits of a text as 0 to 9. */
export function plainDigits(text: string): string {
  const digits = text.replace(/%20|&#\d{1,5};/g, ' ').matchAll(/\p{Nd}/gu);
  return Array.from(digits, ([digit]) => plainDigit(digit)).join('');
}

function endingsIn(text: string): string[] {
  return (text.slice(0, LONGEST_READ).match(SENT_RUN) ?? []).map(run =>
    plainDigits(run).slice(-KNOWN_BY),
  );
}

/**
 * Makes a function that masks numbers in texts: each run of digits that contains one of them.
 *
 * @param sent - the texts that were sent; texts without a number are ignored
 */
function numberDropper(sent: readonly string[]): (text: string) => string {
  const endings = new Set(sent.slice(0, MOST_TEXTS).flatMap(endingsIn));
  if (endings.size === 0) return text => text;
  const isSent = (digits: string) => {
    for (let end = KNOWN_BY; end <= digits.length; end++) {
      if (endings.has(digits.slice(end - KNOWN_BY, end))) return true;
    }
    return false;
  };
  return text => text.replace(RUN, run => (isSent(plainDigits(run)) ? `…${run.slice(-2)}` : run));
}

/**
 * Finds what was sent in the words of a server, also in other forms: in capitals, in part, in base64. Text in, text
 * out, in time that grows only with the length of the texts. It looks up rows of words, and never turns what was
 * sent into a pattern.
 */

/** This many characters of a secret in a row must not be shown. */
const LEAST_OF_SECRET = 8;
/** An address in an address in an address is percent-encoded this often. */
const MOST_PERCENT = 3;
/** From this length on, a row is found in any letter case. A name such as "May" must not hide "may". */
const LONG_ROW = 5;
const WORDS_IN_A_ROW = 3;
/** In scripts without spaces, each letter is a word. Endless words are cut into pieces. */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]|[\p{L}\p{M}\p{N}]{1,24}|\p{Extended_Pictographic}/gu;
/** The most characters of what was sent. If there are more, nothing that the server says is shown. */
const MOST_SENT = 2_000_000;
/** Up to this many, rows of words are looked up. With more, each word that occurs anywhere is hidden. */
const MOST_INDEXED = 50_000;
/** How many characters are searched for such words, which takes a few ms. The remaining words are hidden. */
const MOST_SEARCHED = 10_000_000;

const toKey = (row: readonly string[]) => {
  const key = row.join(' ');
  return key.length < LONG_ROW ? key : key.toLowerCase();
};

/** Every three consecutive words, or all of them if there are fewer. */
function rowsOf(texts: readonly string[]): Set<string> {
  const rows = new Set<string>();
  for (const text of texts) {
    const words = text.match(WORD) ?? [];
    const length = Math.min(WORDS_IN_A_ROW, words.length);
    for (let index = 0; length > 0 && index + length <= words.length; index++) {
      rows.add(toKey(words.slice(index, index + length)));
    }
  }
  return rows;
}

/** Whether all words of a row occur in what was sent, if only as parts of other words. */
function wordFinder(sent: readonly string[]): (key: string) => boolean {
  const all = sent.join('\n').toLowerCase();
  const found = new Map<string, boolean>();
  let left = MOST_SEARCHED;
  const occurs = (word: string): boolean => {
    if (left > 0 && !found.has(word)) {
      left -= all.length;
      found.set(word, all.includes(word));
    }
    return found.get(word) ?? true;
  };
  return key => key.toLowerCase().split(' ').every(occurs);
}

interface Span {
  start: number;
  end: number;
}

/** Where a text contains rows that were sent. Adjacent ones count as one. */
function findRows(text: string, isSent: (key: string) => boolean): Span[] {
  const words = [...text.matchAll(WORD)];
  const texts = words.map(([word]) => word);
  const spans: Span[] = [];
  for (let first = 0; first < words.length; first++) {
    for (let length = WORDS_IN_A_ROW; length > 0; length--) {
      const row = words.slice(first, first + length);
      if (row.length < length || !isSent(toKey(texts.slice(first, first + length)))) continue;
      const start = row[0]?.index ?? 0;
      const end = (row.at(-1)?.index ?? 0) + (row.at(-1)?.[0].length ?? 0);
      const last = spans.at(-1);
      if (last && start <= last.end) last.end = Math.max(last.end, end);
      else spans.push({ start, end });
      break;
    }
  }
  return spans;
}

/** A function that says whether a text contains a part of a secret, in any letter case. */
function secretFinder(secret: string): (text: string) => boolean {
  if (secret === '') return () => false;
  if (secret.length < LEAST_OF_SECRET) return text => text.includes(secret);
  const partsOf = (text: string) =>
    Array.from({ length: Math.max(0, text.length - LEAST_OF_SECRET + 1) }, (_, start) =>
      text.slice(start, start + LEAST_OF_SECRET),
    );
  const parts = new Set(partsOf(secret.toLowerCase()));
  return text => partsOf(text.toLowerCase()).some(part => parts.has(part));
}

/** What a run of letters may be an encoded form of, wherever in it the form begins. */
function decodeRuns(text: string): string[] {
  const found: string[] = [];
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{8,}/g)) {
    for (const start of [0, 1, 2, 3]) {
      found.push(Buffer.from(run.slice(start), 'base64').toString());
    }
  }
  for (const [run] of text.matchAll(/[\da-f]{8,}/gi)) {
    for (const start of [0, 1]) found.push(Buffer.from(run.slice(start), 'hex').toString());
  }
  return found;
}

/** What a word may be an encoded form of. */
function decodings(word: string): string[] {
  const found = decodeRuns(word);
  let text = word;
  for (let times = 0; times < MOST_PERCENT; times++) {
    const plain = text.replace(/(?:%[\da-f]{2})+/gi, run => decoded(run));
    if (plain === text) break;
    text = plain;
    found.push(text, ...decodeRuns(text));
  }
  // In a query a space is a plus.
  if (text.includes('+')) found.push(text.replaceAll('+', ' '));
  return found;
}

/** The marks and signs that web pages write by name. A letter and its mark become one letter. */
const MARKS: { readonly [name: string]: string } = {
  ...{ grave: '\u0300', acute: '\u0301', circ: '\u0302', tilde: '\u0303', uml: '\u0308' },
  ...{ ring: '\u030a', cedil: '\u0327', caron: '\u030c' },
};
const SIGNS: { readonly [name: string]: string } = {
  ...{ nbsp: ' ', lt: '<', gt: '>', quot: '"', apos: "'", lsquo: '‘', rsquo: '’', hellip: '…' },
  ...{ szlig: 'ß', aelig: 'æ', AElig: 'Æ', oelig: 'œ', OElig: 'Œ', oslash: 'ø', Oslash: 'Ø' },
};
const MARKED = new RegExp(`&([a-z])(${Object.keys(MARKS).join('|')});`, 'gi');
const SIGN = new RegExp(`&(${Object.keys(SIGNS).join('|')});`, 'g');

/** Undoes the escapes of JSON and web pages, and writes each letter in one way (NFC). */
function unescapeText(text: string): string {
  const letter = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : '�');
  return text
    .replaceAll('&amp;', '&')
    .replace(MARKED, (_, plain: string, mark: string) => plain + MARKS[mark.toLowerCase()])
    .replace(SIGN, (_, name: string) => SIGNS[name] ?? '')
    .replace(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#x([\da-f]{1,6});/gi, (_, hex: string) => letter(Number.parseInt(hex, 16)))
    .replace(/&#(\d{1,7});/g, (_, digits: string) => letter(Number(digits)))
    .normalize();
}

/** A word where an echo was cut: before dots, or after what was left out and before the closing quote. */
const CUT_WORD = /[\p{L}\p{M}\p{N}]{1,24}(?:…|\.{2,3})|(?<=… )[\p{L}\p{M}\p{N}]{1,24}(?=["'”»])/gu;

/** Makes a function that removes echoes of what was sent from texts, and any part of the secrets. */
function echoDropper(
  sent: readonly string[],
  secrets: readonly string[],
): (text: string) => string {
  const length = sent.reduce((sum, text) => sum + text.length, 0);
  if (length > MOST_SENT) return () => '…';
  // One that no single word contains.
  const inWords = secrets.filter(secret => /[\s"'<>]/.test(secret));
  const all = [...sent, ...inWords];
  const rows = length > MOST_INDEXED ? undefined : rowsOf(all);
  const occurs = wordFinder(all);
  const isSent = rows ? (key: string) => rows.has(key) : occurs;
  const finders = secrets.map(secretFinder);
  const holdsSecret = (text: string) => finders.some(isWithin => isWithin(text));

  const dropRows = (text: string) => {
    let clean = '';
    let position = 0;
    for (const { start, end } of findRows(text, isSent)) {
      const echo = text.slice(start, end);
      clean += text.slice(position, start) + (/^[a-z]+:\S+$/i.test(echo) ? maskUrn(echo) : '…');
      position = end;
    }
    return clean + text.slice(position);
  };
  const isLongRow = (key: string) => key.length >= LONG_ROW && isSent(key);
  const formsOf = (word: string) => decodings(word).map(form => form.normalize());
  const isEcho = (word: string) =>
    holdsSecret(word) ||
    formsOf(word).some(form => holdsSecret(form) || findRows(form, isLongRow).length > 0);
  const dropWhole = (text: string) =>
    inWords.reduce((left, secret) => left.replaceAll(secret, '…'), text);
  const dropCut = (text: string) =>
    text.replace(CUT_WORD, word => (occurs(word.replace(/[….]+$/, '')) ? '…' : word));
  return text =>
    dropCut(dropRows(dropWhole(text))).replace(/[^\s"'<>]+/g, word => (isEcho(word) ? '…' : word));
}
