/** How Go treats letters: by code point, each mapped to one. */

import { isUtf8 } from 'node:buffer';
import { isSpace, withoutEdges, withoutEnd, withoutStart } from '../values/text.js';

/** Trims white space from the start. */
export const trimStart = (text: string): string => withoutStart(text, isSpace);

/** Trims white space from the end. */
export const trimEnd = (text: string): string => withoutEnd(text, isSpace);

export const trimSpace = (text: string): string => withoutEdges(text, isSpace);

/** Texts without these are the same letter by letter as at once, which is faster. */
const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

const one = (mapped: string, letter: string): string =>
  mapped.length === 1 || (mapped.length === 2 && (mapped.codePointAt(0) ?? 0) > 0xffff)
    ? mapped
    : letter;

function each(text: string, map: (letter: string) => string): string {
  let out = '';
  for (const letter of text) out += map(letter);
  return out;
}

/** Greek letters with an iota below: JavaScript makes two capitals of each, and the capital of one letter is 8 or 9 further. */
const WITH_IOTA = /[\u1f80-\u1faf\u1fb3\u1fc3\u1ff3]/;

/** A letter's upper case: of `ß`, which has none of one letter, itself. */
function upperLetter(letter: string): string {
  if (!WITH_IOTA.test(letter)) return one(letter.toUpperCase(), letter);
  const further = [8, 9].map(by => String.fromCharCode(letter.charCodeAt(0) + by));
  return further.find(capital => capital.toLowerCase() === letter) ?? letter;
}

/** In JavaScript, the lower case of `İ` is two code points, and that of `Σ` depends on what follows. */
export const lower = (text: string): string =>
  (isAscii(text) ? text : text.replaceAll('İ', 'i').replaceAll('Σ', 'σ')).toLowerCase();

/** As a whole, unless a letter has a capital of its own here or of several letters in JavaScript. */
export function upper(text: string): string {
  const capitals = text.toUpperCase();
  const isWhole = capitals.length === text.length && !WITH_IOTA.test(text);
  return isWhole ? capitals : each(text, upperLetter);
}

/** Whether a letter separates words: of ASCII all but letters, digits and `_`; of the rest white space alone. */
function separates(letter: string): boolean {
  if (letter <= '\x7f') return !/[0-9A-Za-z_]/.test(letter);
  return isSpace(letter.codePointAt(0) ?? 0);
}

/** Letters that are two in one, each as capitals, as the first letter of a word and as small letters. */
const DIGRAPHS = ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ'];

/** A letter as the first of a word: of those that are two in one only the first half is upper-cased, and Georgian has no such letters. */
function firstLetter(letter: string): string {
  if (/[\u10d0-\u10ff]/.test(letter)) return letter;
  return DIGRAPHS.find(forms => forms.includes(letter))?.[1] ?? upperLetter(letter);
}

/** Upper-cases the first letter of each word. */
export function titled(text: string): string {
  let before = ' ';
  return each(text, letter => {
    const out = separates(before) ? firstLetter(letter) : letter;
    before = letter;
    return out;
  });
}

/** Negative, zero or positive, by code points. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // A surrogate sorts after every letter of one unit, as its code point does.
  const rank = (text: string): number => {
    const unit = text.charCodeAt(at);
    if (Number.isNaN(unit)) return -1;
    return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
  };
  return rank(a) - rank(b);
}

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** What Go does not print as it is. */
const UNPRINTED = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** A text in quotes, as Go shows it in messages. */
export function quoted(text: string): string {
  if (/^[ -~]*$/.test(text) && !/["\\]/.test(text)) return `"${text}"`;
  return `"${text.replace(UNPRINTED, letter => ESCAPES[letter] ?? escaped(letter))}"`;
}

function escaped(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');

/** Bytes read as UTF-8. Each byte that does not fit is one replacement character, as in Go. */
export function fromBytes(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return Buffer.from(bytes).toString('utf8');
  let out = '';
  for (let at = 0; at < bytes.length; ) {
    const size = sizeAt(bytes, at);
    out += size === 0 ? '\ufffd' : Buffer.from(bytes.subarray(at, at + size)).toString('utf8');
    at += size || 1;
  }
  return out;
}

/** The length of the letter at a place, 0 if there is none. */
function sizeAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const part = Buffer.from(bytes.subarray(at, at + size));
  const text = part.toString('utf8');
  return part.length === size && Buffer.from(text).equals(part) ? size : 0;
}

/** The words of a text: runs of letters, digits, `_` and `'`; other symbols, such as emoji, alone. */
export const wordsOf = (text: string): string[] => text.match(/[\p{M}\p{L}\p{N}_']+|\p{S}/gu) ?? [];

/** Splits at any of the letters, without empty parts. */
export function splitAt(text: string, delimiters: string): string[] {
  const ends = new Set(delimiters);
  const parts: string[] = [];
  let part = '';
  for (const letter of text) {
    if (!ends.has(letter)) part += letter;
    else if (part) {
      parts.push(part);
      part = '';
    }
  }
  if (part) parts.push(part);
  return parts;
}
