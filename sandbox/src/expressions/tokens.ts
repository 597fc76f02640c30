import { isDigit, isPlainBlank } from '../values/text.js';
import { fromBytes } from './letters.js';

/** The smallest parts of an expression. */
type TokenKind =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'true'
  | 'false'
  | 'null'
  | 'name'
  | 'sign'
  | 'stray'
  | 'end';

export interface Token {
  kind: TokenKind;
  text: string;
  /** Its place, in UTF-16 units. */
  at: number;
}

const LETTER = '\\p{L}\\p{M}_\\u00aa-\\u00ba';
const NAME = new RegExp(`[${LETTER}][${LETTER}\\p{Nd}]*`, 'uy');
const SIGNS = new Set(',()[].+-*/^=<>&');
const PAIRS = new Set(['=>', '!=', '<=', '>=']);

const WORDS = new Set(['true', 'false', 'null']);

/** Splits an expression. What fits nowhere is stray; the last token is the end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (isPlainBlank(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function tokenAt(text: string, at: number): Token {
  if (isDigit(text.charCodeAt(at))) return number(text, at);
  const first = text.charAt(at);
  const literal = first === '"' ? textLiteral(text, at) : undefined;
  if (literal !== undefined) return { kind: 'text', text: literal, at };
  const next = text.charAt(at + 1);
  if ((next === '=' || next === '>') && PAIRS.has(first + next)) {
    return { kind: 'sign', text: first + next, at };
  }
  if (SIGNS.has(first)) return { kind: 'sign', text: first, at };
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[0];
  if (name !== undefined) {
    const word = name.toLowerCase();
    return { kind: WORDS.has(word) ? (word as TokenKind) : 'name', text: name, at };
  }
  return { kind: 'stray', text: String.fromCodePoint(text.codePointAt(at) ?? 0), at };
}

function number(text: string, at: number): Token {
  const end = digitsEnd(text, at + 1);
  const hasFraction = text.charAt(end) === '.' && isDigit(text.charCodeAt(end + 1));
  return hasFraction
    ? { kind: 'decimal', text: text.slice(at, digitsEnd(text, end + 1)), at }
    : { kind: 'integer', text: text.slice(at, end), at };
}

function digitsEnd(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** The longest text in quotes that starts here. A quote after a backslash may close it, but need not. */
function textLiteral(text: string, start: number): string | undefined {
  let closed: number | undefined;
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    closed = at;
    if (at === start + 1 || text.charAt(at - 1) !== '\\') break;
  }
  return closed === undefined ? undefined : text.slice(start, closed + 1);
}

const SIMPLE: Record<string, number> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  '"': 34,
};
const CODED = /^(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/;

/** What a text in quotes says. If one escape in it is none of Go's, all stay as they are: `\d` needs no doubling. */
export function unquoted(literal: string): string {
  const inner = literal.slice(1, -1);
  if (!/[\\"\n]/.test(inner)) return inner;
  if (inner.includes('\n')) return inner;
  return unescaped(inner) ?? inner;
}

function unescaped(inner: string): string | undefined {
  const parts: (string | number)[] = [];
  for (let at = 0; at < inner.length; ) {
    const slash = inner.indexOf('\\', at);
    const plain = inner.slice(at, slash < 0 ? inner.length : slash);
    if (plain.includes('"')) return undefined;
    parts.push(plain);
    if (slash < 0) break;
    const [part, length] = escapeAt(inner, slash + 1) ?? [];
    if (part === undefined || !length) return undefined;
    parts.push(part);
    at = slash + 1 + length;
  }
  if (parts.every(part => typeof part === 'string')) return parts.join('');
  const bytes = parts.map(part => Buffer.from(typeof part === 'string' ? part : [part]));
  return fromBytes(Buffer.concat(bytes));
}

/** The letter that an escape stands for, or a byte that is none alone. */
function escapeAt(inner: string, at: number): [string | number, length: number] | undefined {
  const letter = inner.charAt(at);
  const simple = Object.hasOwn(SIMPLE, letter) ? SIMPLE[letter] : undefined;
  if (simple !== undefined) return [String.fromCharCode(simple), 1];
  const [all, byte, octal, short, long] = CODED.exec(inner.slice(at, at + 9)) ?? [];
  if (all === undefined) return undefined;
  const code = octal ? Number.parseInt(octal, 8) : Number.parseInt(byte ?? short ?? long ?? '', 16);
  if (byte ?? octal) {
    if (code > 255) return undefined;
    return [code < 128 ? String.fromCharCode(code) : code, all.length];
  }
  const isLetter = code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  return isLetter ? [String.fromCodePoint(code), all.length] : undefined;
}

/** How many bytes of an expression a syntax error shows. */
const SHOWN = 10;

/** The place of a syntax error, as the engine shows it: ten bytes of its line, counted from as many letters. */
export function placeOf(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', start);
  const line = Buffer.from(text.slice(start, end < 0 ? text.length : end));
  const column = Array.from(text.slice(start, at)).length;
  return fromBytes(line.subarray(column, column + SHOWN));
}
