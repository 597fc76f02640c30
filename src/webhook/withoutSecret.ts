import {
  base32Of,
  base64Of,
  bytesOf,
  numbersOf,
  unwrapped,
  wrappedPattern,
} from '../input/encodings.js';
import { hex } from '../input/secrets.js';

/**
 * Removes a secret from a value, in many forms: in an address, in JSON within JSON, in the base64 of a Basic header, in
 * bytes. Not in parts, in another letter case, compressed or encrypted: a job must not rely on that.
 */

/** A shorter piece of base64 could be anything. */
const LEAST_OF_BASE64 = 6;
const BASE64 = /[A-Za-z0-9+/=_-]/;
/** The same, with the signs of spaces and line breaks. */
const WRAPPED = /[A-Za-z0-9+/=_\s\\%-]/;

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** Characters that HTML writes by name. */
const ENTITIES: { readonly [character: string]: string } = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};

/** How one character may be written. */
function patternOf(character: string): string {
  // An address within an address is encoded again.
  const percent = [...Buffer.from(character)].map(byte => `%(?:25){0,4}${hex(byte, 2)}`).join('');
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const unicode = units.map(unit => `\\\\{1,8}u${hex(unit, 4)}`).join('');
  const [code] = [character.codePointAt(0) ?? 0];
  const html = `&#(?:0{0,4}${code}|[xX]0{0,4}${hex(code, 0)});`;
  const ways = [escaped(character), percent, unicode, html];
  const entity = ENTITIES[character];
  if (entity) ways.push(`&${entity};`);
  if (units.every(unit => unit < 256)) {
    ways.push(units.map(unit => `\\\\{1,8}x${hex(unit, 2)}`).join(''));
  }
  if (character === ' ') ways.push('\\+');
  // JSON within JSON escapes the escapes.
  if (/["\\/]/.test(character)) ways.push(`\\\\{1,8}${escaped(character)}`);
  return `(?:${ways.join('|')})`;
}

/** What programs make of the bytes of a secret. */
interface Code {
  text: string;
  /** True if the letters around it belong to it, too. */
  isPiece: boolean;
}

function codesOf(forms: readonly Buffer[]): Code[] {
  const pieces = forms.flatMap(bytes => [
    ...base64Of(bytes),
    ...base32Of(bytes).flatMap(code => [code, code.toLowerCase()]),
  ]);
  return [
    ...[...new Set(pieces)]
      .filter(piece => piece.length >= LEAST_OF_BASE64)
      .map(text => ({ text, isPiece: true })),
    ...forms.map(bytes => ({ text: numbersOf(bytes), isPiece: false })),
  ];
}

/** Extends a span by the letters around it. */
function extend(text: string, [from, to]: [number, number], least: number, letter: RegExp): Span {
  let [start, end] = [from, to];
  while (start > least && letter.test(text.charAt(start - 1))) start--;
  while (end < text.length && letter.test(text.charAt(end))) end++;
  return [start, end];
}

type Span = [start: number, end: number];

/** Removes the code, with the letters around it that belong to it. */
function withoutCode(text: string, { text: code, isPiece }: Code): string {
  let clean = '';
  let position = 0;
  for (let at = text.indexOf(code); at >= 0; at = text.indexOf(code, position)) {
    const span: Span = [at, at + code.length];
    const [start, end] = isPiece ? extend(text, span, position, BASE64) : span;
    clean += `${text.slice(position, start)}…`;
    position = end;
  }
  return clean + text.slice(position);
}

/** The same for a code that is wrapped, in JSON or in an address. */
function withoutWrapped(text: string, { text: code, isPiece }: Code): string {
  let clean = '';
  let position = 0;
  const pattern = wrappedPattern(code);
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const span: Span = [found.index, pattern.lastIndex];
    const [start, end] = isPiece ? extend(text, span, position, WRAPPED) : span;
    clean += `${text.slice(position, start)}…`;
    position = end;
    pattern.lastIndex = end;
  }
  // With more spaces in it than a pattern may count.
  return position === 0 ? '…' : clean + text.slice(position);
}

/** Symbols and hidden keys, where a job can have put them: what other classes keep in theirs is not touched. */
function hiddenIn(value: object, keys: number): [PropertyKey, PropertyDescriptor][] {
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain && !Array.isArray(value)) return [];
  const names = Object.getOwnPropertyNames(value);
  // The length of a list is one.
  const isFull = names.length === keys + (Array.isArray(value) ? 1 : 0);
  const hidden = isFull ? [] : names.filter(name => !isEnumerable.call(value, name));
  return [...hidden, ...Object.getOwnPropertySymbols(value)].flatMap(key => {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    return descriptor && 'value' in descriptor ? [[key, descriptor]] : [];
  });
}

const isEnumerable = Object.prototype.propertyIsEnumerable;

class Hider {
  readonly #forms: readonly Buffer[];
  readonly #pattern: RegExp;
  readonly #codes: readonly Code[];
  readonly #shortest: number;
  /** Objects that are being looked at: one may contain itself. */
  readonly #open = new Set<object>();

  constructor(secret: string) {
    // Letters with marks may come in two parts, or as the bytes that they are sent in.
    const texts = [secret, secret.normalize('NFC'), secret.normalize('NFD')];
    texts.push(Buffer.from(secret).toString('latin1'));
    const ways = [...new Set(texts)].map(text => Array.from(text, patternOf).join(''));
    this.#forms = bytesOf(secret);
    const inHex = this.#forms.map(bytes => [...bytes].map(byte => hex(byte, 2)).join(''));
    this.#pattern = new RegExp([...ways, ...inHex].join('|'), 'g');
    this.#codes = codesOf(this.#forms);
    this.#shortest = Math.min(...this.#codes.map(({ text }) => text.length));
  }

  hide(value: unknown): unknown {
    if (typeof value === 'string') return this.#hideText(value);
    if (value === null || typeof value !== 'object') return value;
    if (this.#open.has(value) || this.#isBytes(value)) return '…';
    this.#open.add(value);
    try {
      return this.#hideIn(value);
    } finally {
      this.#open.delete(value);
    }
  }

  #hideIn(value: object): unknown {
    // A job's objects come from another realm, so instanceof fails.
    const kind = Object.prototype.toString.call(value);
    if (kind === '[object Map]') return this.#hideMap(value as Map<unknown, unknown>);
    if (kind === '[object Set]') return this.#hideSet(value as Set<unknown>);
    if (kind !== '[object Object]' && !Array.isArray(value) && this.#isTextWith(value)) return '…';
    return this.#hideObject(value);
  }

  /** Addresses, headers, errors and similar objects, whose content is not in their keys. */
  #isTextWith(value: object): boolean {
    try {
      const isList = typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
      const text = `${value} ${isList ? JSON.stringify([...(value as Iterable<unknown>)]) : ''}`;
      return this.#hideText(text) !== text;
    } catch {
      // If it cannot become text, it is treated as an object.
      return false;
    }
  }

  #hideText(text: string): string {
    const plain = text.replace(this.#pattern, '…');
    if (plain.length < this.#shortest) return plain;
    const clean = this.#codes.reduce(withoutCode, plain);
    const flat = unwrapped(clean);
    if (flat === undefined) return clean;
    return this.#codes.filter(code => flat.includes(code.text)).reduce(withoutWrapped, clean);
  }

  #isBytes(value: object): boolean {
    if (ArrayBuffer.isView(value)) {
      return this.#isIn(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    }
    if (/^\[object (?:Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value))) {
      return this.#isIn(Buffer.from(value as ArrayBuffer));
    }
    // The form of a Buffer, or an array of bytes, in JSON.
    const isNumbered = Array.isArray(value) || Object.hasOwn(value, '0');
    const items: unknown[] = isNumbered ? Object.values(value) : [];
    return items.every(item => typeof item === 'number') && this.#isIn(Buffer.from(items));
  }

  #isIn(bytes: Buffer): boolean {
    return this.#forms.some(form => bytes.includes(form));
  }

  #hideMap(map: Map<unknown, unknown>): Map<unknown, unknown> {
    const before = [...map];
    const after = before.map(([key, item]) => [this.hide(key), this.hide(item)] as const);
    const isSame = before.every(
      ([key, item], at) => key === after[at]?.[0] && item === after[at]?.[1],
    );
    return isSame ? map : new Map(after);
  }

  #hideSet(set: Set<unknown>): Set<unknown> {
    const before = [...set];
    const after = before.map(item => this.hide(item));
    return before.every((item, at) => item === after[at]) ? set : new Set(after);
  }

  #hideObject(value: object): unknown {
    const before = Object.entries(value);
    const after = before.map(([key, item]) => [this.hide(key), this.hide(item)]);
    const isSame = before.every(([key, item], index) => {
      const [newKey, newItem] = after[index] ?? [];
      return key === newKey && item === newItem;
    });
    const hidden = hiddenIn(value, before.length);
    const hiddenAfter = hidden.map(([key, { value: item, ...how }]) => ({
      key: this.#hideKey(key),
      how: { ...how, value: this.hide(item) },
    }));
    const isSameHidden = hidden.every(
      ([key, how], at) => key === hiddenAfter[at]?.key && how.value === hiddenAfter[at]?.how.value,
    );
    if (isSame && isSameHidden) return value;
    const copy = Array.isArray(value) ? after.map(([, item]) => item) : Object.fromEntries(after);
    for (const { key, how } of hiddenAfter) Object.defineProperty(copy, key, how);
    return copy;
  }

  #hideKey(key: PropertyKey): PropertyKey {
    if (typeof key === 'number') return key;
    const name = typeof key === 'string' ? key : (key.description ?? '');
    const clean = this.#hideText(name);
    if (clean === name) return key;
    return typeof key === 'string' ? clean : Symbol(clean);
  }
}

/**
 * A value without a secret: RapidPro lists the addresses that a flow called among the results. A value that does not
 * contain it stays the same object.
 */
export function withoutSecret<T>(value: T, secret: string): T {
  return new Hider(secret).hide(value) as T;
}
