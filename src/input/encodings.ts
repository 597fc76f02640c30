/** How programs write a text as bytes, and bytes as text: what to look for where a secret may be. */

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A pattern for a text as it is. */
export const asPattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** A pattern for hex digits in either letter case, which the rest of a secret need not have. */
export function hexPattern(code: number, length: number): string {
  const digits = code.toString(16).padStart(length, '0');
  return digits.replace(/[a-f]/g, letter => `[${letter}${letter.toUpperCase()}]`);
}

/** The bytes of a text: in UTF-8, one for each letter if that is possible, and two for each, in both orders. */
export function bytesOf(text: string): Buffer[] {
  const wide = Buffer.from(text, 'utf16le');
  const forms = [Buffer.from(text), wide, Buffer.from(wide).swap16()];
  const isNarrow = Array.from(text).every(letter => letter <= '\u00ff');
  // The same in ASCII.
  if (isNarrow && Buffer.byteLength(text) > text.length) forms.push(Buffer.from(text, 'latin1'));
  return forms;
}

function toBase32(bytes: Uint8Array): string {
  let written = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) written += BASE32.charAt((held >> (bits - 5)) & 31);
  }
  return written;
}

/**
 * Bytes in an encoding, for each position where they can begin, without the letters that depend on their neighbors.
 *
 * @param bits - of each letter
 * @param starts - how many positions there are
 */
function coresOf(
  bytes: Uint8Array,
  encode: (bytes: Buffer) => string,
  bits: number,
  starts: number,
): string[] {
  return Array.from({ length: starts }, (_, before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    const [start, end] = [Math.ceil((before * 8) / bits), Math.floor((all.length * 8) / bits)];
    return encode(all).slice(start, end);
  });
}

/** Bytes in base64, for addresses too. */
export function base64Of(bytes: Uint8Array): string[] {
  const cores = coresOf(bytes, all => all.toString('base64'), 6, 3);
  return [...new Set([...cores, ...cores.map(core => core.replace(/[+/]/g, toUrl))])];
}

const toUrl = (letter: string) => (letter === '+' ? '-' : '_');

/** Bytes in base32, in capitals. */
export function base32Of(bytes: Uint8Array): string[] {
  return coresOf(bytes, toBase32, 5, 5);
}

/** Bytes as in the JSON of a Buffer or of a list, without spaces. */
export function numbersOf(bytes: Uint8Array): string {
  return bytes.join(',');
}

/**
 * A space or line break, also as JSON or an address writes it. Repetitions are limited, and a row of backslashes can be
 * read in one way only, so that a search ends.
 */
const BREAK = '(?:\\s|\\\\{1,31}(?!\\\\)[rnt]?|\\\\{31}(?=\\\\)|%(?:25){0,9}(?:0[aAdD9]|20))';
const BREAKS = new RegExp(BREAK, 'g');
const IN_ADDRESSES: { readonly [digits: string]: string } = { '2B': '+', '2F': '/', '2C': ',' };
/** Characters of the encodings as an address writes them. */
const ESCAPED = /%(?:25){0,9}(2[bBfFcC])/g;

/** Characters from which on a binary file is not unwrapped, because that would take seconds. */
const LARGE = 1_000_000;

/** A text as an encoder wrote it, before long lines were wrapped and others encoded it. Undefined if it is the same. */
export function unwrapped(text: string): string | undefined {
  // Files are searched, too. A large one with such a byte is a picture or a recording, which wraps nothing.
  if (text.length > LARGE && text.includes('\0')) return undefined;
  if (!/[\s\\%]/.test(text)) return undefined;
  const left = text
    .replace(BREAKS, '')
    .replace(ESCAPED, (_, digits: string) => IN_ADDRESSES[digits.toUpperCase()] ?? '');
  return left.length < text.length ? left : undefined;
}

/** A pattern for what {@link unwrapped} makes this of. */
export function wrappedPattern(code: string): RegExp {
  const letters = Array.from(code, letter => {
    if (letter === '+') return '(?:\\+|%(?:25){0,9}2[bB])';
    if (letter === '/') return '(?:/|%(?:25){0,9}2[fF])';
    return letter === ',' ? '(?:,|%(?:25){0,9}2[cC])' : letter;
  });
  return new RegExp(letters.join(`${BREAK}{0,40}`), 'g');
}
