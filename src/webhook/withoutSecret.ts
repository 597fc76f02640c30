import { isAnyArrayBuffer, isMap, isSet } from 'node:util/types';
import {
  asPattern,
  base32Of,
  base64Of,
  bytesOf,
  hexPattern,
  numbersOf,
  unwrapped,
  wrappedPattern,
} from '../input/encodings.js';
import { inPieces } from '../input/turns.js';

/**
 * Removes a secret from a value, in many forms: in an address, in JSON within JSON, in the base64 of a Basic header, in
 * bytes. Not in parts, in another letter case, compressed or encrypted: a job must not rely on that.
 */

/** A shorter piece of base64 could be anything. */
const LEAST_OF_BASE64 = 6;
const BASE64 = /[A-Za-z0-9+/=_-]/;
/** The same, with the signs of spaces and line breaks. */
const WRAPPED = /[A-Za-z0-9+/=_\s\\%-]/;

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
  const percent = [...Buffer.from(character)]
    .map(byte => `%(?:25){0,4}${hexPattern(byte, 2)}`)
    .join('');
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const unicode = units.map(unit => `\\\\{1,8}u${hexPattern(unit, 4)}`).join('');
  const [code] = [character.codePointAt(0) ?? 0];
  const html = `&#(?:0{0,4}${code}|[xX]0{0,4}${hexPattern(code, 0)});`;
  const ways = [asPattern(character), percent, unicode, html];
  const entity = ENTITIES[character];
  if (entity) ways.push(`&${entity};`);
  if (units.every(unit => unit < 256)) {
    ways.push(units.map(unit => `\\\\{1,8}x${hexPattern(unit, 2)}`).join(''));
  }
  if (character === ' ') ways.push('\\+');
  // JSON within JSON escapes the escapes.
  if (/["\\/]/.test(character)) ways.push(`\\\\{1,8}${asPattern(character)}`);
  return `(?:${ways.join('|')})`;
}

/** What programs make of the bytes of a secret. */
interface Code {
  text: string;
  pattern: RegExp;
  /** True if the letters around it belong to it, too. */
  isPiece: boolean;
}

function codesOf(forms: readonly Buffer[]): Code[] {
  const pieces = forms.flatMap(bytes => [
    ...base64Of(bytes),
    ...base32Of(bytes).flatMap(code => [code, code.toLowerCase()]),
  ]);
  const long = [...new Set(pieces)].filter(piece => piece.length >= LEAST_OF_BASE64);
  const code = (text: string, isPiece: boolean): Code => {
    return { text, pattern: new RegExp(asPattern(text), 'g'), isPiece };
  };
  return [
    ...long.map(text => code(text, true)),
    ...forms.map(bytes => code(numbersOf(bytes), false)),
  ];
}

/** Removes what a pattern finds, with the letters around it that belong to it. */
function without(text: string, pattern: RegExp, letter: RegExp | false): string {
  let clean = '';
  let position = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    let [start, end] = [found.index, pattern.lastIndex];
    while (letter && start > position && letter.test(text.charAt(start - 1))) start--;
    while (letter && end < text.length && letter.test(text.charAt(end))) end++;
    clean += `${text.slice(position, start)}…`;
    position = end;
    pattern.lastIndex = end;
  }
  return clean + text.slice(position);
}

const withoutCode = (text: string, { pattern, isPiece }: Code) =>
  without(text, pattern, isPiece && BASE64);

/** The same for a code that is wrapped, in JSON or in an address. */
function withoutWrapped(text: string, { text: code, isPiece }: Code): string {
  const clean = without(text, wrappedPattern(code), isPiece && WRAPPED);
  // With more spaces in it than a pattern may count.
  return clean === text ? '…' : clean;
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
    const inHex = this.#forms.map(bytes => [...bytes].map(byte => hexPattern(byte, 2)).join(''));
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
    if (isMap(value)) return this.#hideMap(value);
    if (isSet(value)) return this.#hideSet(value);
    const kind = Object.prototype.toString.call(value);
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
    const codesIn = (where: string) => this.#codes.filter(code => where.includes(code.text));
    const clean = codesIn(plain).reduce(withoutCode, plain);
    const flat = unwrapped(clean);
    return flat === undefined ? clean : codesIn(flat).reduce(withoutWrapped, clean);
  }

  #isBytes(value: object): boolean {
    if (ArrayBuffer.isView(value)) {
      return this.#isIn(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    }
    if (isAnyArrayBuffer(value)) return this.#isIn(Buffer.from(value));
    // The form of a Buffer, or an array of bytes, in JSON.
    const isNumbered = Array.isArray(value) || Object.hasOwn(value, '0');
    const items: unknown[] = isNumbered ? Object.values(value) : [];
    return items.every(item => typeof item === 'number') && this.#isIn(Buffer.from(items));
  }

  #isIn(bytes: Buffer): boolean {
    return this.#forms.some(form => bytes.includes(form));
  }

  /** The same values without the secret; undefined if none of them contains it. */
  #hideEach(before: readonly unknown[]): unknown[] | undefined {
    const after = before.map(item => this.hide(item));
    return before.every((item, at) => item === after[at]) ? undefined : after;
  }

  #hideMap(map: Map<unknown, unknown>): Map<unknown, unknown> {
    const parts = this.#hideEach([...map].flat());
    return parts ? new Map(inPieces(parts, 2) as [unknown, unknown][]) : map;
  }

  #hideSet(set: Set<unknown>): Set<unknown> {
    const items = this.#hideEach([...set]);
    return items ? new Set(items) : set;
  }

  #hideObject(value: object): unknown {
    const before = Object.entries(value);
    const parts = this.#hideEach(before.flat());
    const hidden = hiddenIn(value, before.length);
    const hiddenAfter = hidden.map(([key, { value: item, ...how }]) => ({
      key: this.#hideKey(key),
      how: { ...how, value: this.hide(item) },
    }));
    const isSameHidden = hidden.every(
      ([key, how], at) => key === hiddenAfter[at]?.key && how.value === hiddenAfter[at]?.how.value,
    );
    if (!parts && isSameHidden) return value;
    const after = inPieces(parts ?? before.flat(), 2) as [string, unknown][];
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
