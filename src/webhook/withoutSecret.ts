import { hex, inBase64 } from '../input/secrets.js';

/**
 * Removes a secret from a value, in any form: in an address, in JSON within JSON, in the base64 of a Basic header, in
 * bytes.
 */

/** A shorter piece of base64 could be anything. */
const LEAST_OF_BASE64 = 6;
const BASE64 = /[A-Za-z0-9+/=_-]/;

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

function base64Of(text: string): string[] {
  return inBase64(text)
    .filter(core => core.length >= LEAST_OF_BASE64)
    .flatMap(core => [core, core.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** Removes each piece of base64 that contains the letters. */
function withoutBase64(text: string, core: string): string {
  let clean = '';
  let position = 0;
  for (let at = text.indexOf(core); at >= 0; at = text.indexOf(core, position)) {
    let [start, end] = [at, at + core.length];
    while (start > position && BASE64.test(text.charAt(start - 1))) start--;
    while (end < text.length && BASE64.test(text.charAt(end))) end++;
    clean += `${text.slice(position, start)}…`;
    position = end;
  }
  return clean + text.slice(position);
}

class Hider {
  readonly #bytes: Buffer;
  readonly #pattern: RegExp;
  readonly #cores: readonly string[];

  constructor(secret: string) {
    this.#bytes = Buffer.from(secret);
    const bytes = Array.from(this.#bytes, byte => hex(byte, 2)).join('');
    this.#pattern = new RegExp(`${Array.from(secret, patternOf).join('')}|${bytes}`, 'g');
    this.#cores = base64Of(secret);
  }

  hide(value: unknown): unknown {
    if (typeof value === 'string') return this.#hideText(value);
    if (value === null || typeof value !== 'object') return value;
    if (this.#isBytes(value)) return '…';
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
    return this.#cores.reduce(withoutBase64, plain);
  }

  #isBytes(value: object): boolean {
    if (ArrayBuffer.isView(value)) {
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength).includes(this.#bytes);
    }
    if (/^\[object (?:Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value))) {
      return Buffer.from(value as ArrayBuffer).includes(this.#bytes);
    }
    // The form of a Buffer, or an array of bytes, in JSON.
    const isNumbered = Array.isArray(value) || Object.hasOwn(value, '0');
    const items: unknown[] = isNumbered ? Object.values(value) : [];
    return (
      items.length >= this.#bytes.length &&
      items.every(item => typeof item === 'number') &&
      Buffer.from(items as number[]).includes(this.#bytes)
    );
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
    if (isSame) return value;
    return Array.isArray(value) ? after.map(([, item]) => item) : Object.fromEntries(after);
  }
}

/**
 * A value without a secret: RapidPro lists the addresses that a flow called among the results. A value that does not
 * contain it stays the same object.
 */
export function withoutSecret<T>(value: T, secret: string): T {
  return new Hider(secret).hide(value) as T;
}
