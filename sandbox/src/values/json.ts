import { isDigit, isPlainBlank, lengthOf } from './text.js';

/** A JSON number with its source text, so that `1.50`, `1e3`, `-0` and big integers are preserved. */
export class JsonNumber {
  constructor(readonly source: string) {}
}

/** JSON that is nested more deeply than Python reads: no fault of the JSON, and so a crash of a server. */
export class TooDeep extends Error {}

/** Python gives up at its recursion limit of 1000, some of which a server uses itself. */
const MOST_DEPTH = 900;

/** Python refuses to parse longer integers. */
const MOST_DIGITS = 4300;

/**
 * Parses JSON as Python does: numbers keep their text, the last of duplicate keys counts, and errors have Python's
 * message. The message does not include the server's prefix `JSON parse error - `.
 *
 * @throws TooDeep
 */
export function parseJson(text: string): unknown {
  return new Reader(text).document();
}

const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;

/** The numbers of one digit, which may come by the hundred thousand. */
const DIGITS = Array.from({ length: 10 }, (_, digit) => new JsonNumber(String(digit)));

const QUOTE = 34;
const BACKSLASH = 92;
const FIRST_PLAIN = 32;

/** Whether a code goes on with a number after its digits: `.`, `e`, `E`. */
const goesOn = (code: number): boolean =>
  isDigit(code) || code === 46 || code === 101 || code === 69;

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  document(): unknown {
    if (this.text.startsWith('\ufeff'))
      this.fail('Unexpected UTF-8 BOM (decode using utf-8-sig)', 0);
    this.skipBlank();
    const value = this.value();
    this.skipBlank();
    if (this.at < this.text.length) this.fail('Extra data', this.at);
    return value;
  }

  private value(): unknown {
    const char = this.text[this.at];
    if (char === '"') return this.string();
    if (char === '{' || char === '[') {
      if (++this.depth > MOST_DEPTH) throw new TooDeep();
      const inner = char === '{' ? this.object() : this.array();
      this.depth--;
      return inner;
    }
    if (char !== undefined && char >= '0' && char <= '9') return this.number();
    if (this.take('null')) return null;
    if (this.take('true')) return true;
    if (this.take('false')) return false;
    this.refuseConstants();
    return this.number();
  }

  /** Constants that Python would parse as numbers and the server forbids. */
  private refuseConstants(): void {
    for (const name of ['NaN', 'Infinity', '-Infinity']) {
      if (!this.text.startsWith(name, this.at)) continue;
      throw new Error(`Out of range float values are not JSON compliant: '${name}'`);
    }
  }

  private number(): JsonNumber {
    const digit = this.text.charCodeAt(this.at) - 48;
    if (digit >= 0 && digit <= 9 && !goesOn(this.text.charCodeAt(this.at + 1))) {
      this.at++;
      return DIGITS[digit] as JsonNumber;
    }
    NUMBER.lastIndex = this.at;
    const source = NUMBER.exec(this.text)?.[0];
    if (source === undefined) this.fail('Expecting value', this.at);
    refuseLongInteger(source);
    this.at += source.length;
    return new JsonNumber(source);
  }

  private array(): unknown[] {
    const items: unknown[] = [];
    this.at++;
    this.skipBlank();
    if (this.take(']')) return items;
    for (;;) {
      items.push(this.value());
      this.skipBlank();
      if (this.take(']')) return items;
      this.comma();
    }
  }

  private object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.at++;
    this.skipBlank();
    if (this.take('}')) return object;
    for (;;) {
      const key = this.key();
      const value = this.value();
      // Not an assignment: `__proto__` is an ordinary key.
      if (key === '__proto__') {
        Object.defineProperty(object, key, {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      } else object[key] = value;
      this.skipBlank();
      if (this.take('}')) return object;
      this.comma();
    }
  }

  private key(): string {
    if (this.text[this.at] !== '"') {
      this.fail('Expecting property name enclosed in double quotes', this.at);
    }
    const key = this.string();
    this.skipBlank();
    if (!this.take(':')) this.fail("Expecting ':' delimiter", this.at);
    this.skipBlank();
    return key;
  }

  private comma(): void {
    if (!this.take(',')) this.fail("Expecting ',' delimiter", this.at);
    this.skipBlank();
  }

  private string(): string {
    const start = this.at++;
    let text = '';
    for (;;) {
      text += this.plain();
      const char = this.text[this.at];
      if (char === undefined) this.fail('Unterminated string starting at', start);
      if (this.take('"')) return text;
      if (char !== '\\') this.fail('Invalid control character at', this.at);
      text += this.escape(start);
    }
  }

  /** The plain part of a string: no quote, backslash or control character. */
  private plain(): string {
    const start = this.at;
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE || code === BACKSLASH || code < FIRST_PLAIN) break;
    }
    return this.text.slice(start, this.at);
  }

  private escape(start: number): string {
    const letter = this.text[this.at + 1];
    if (letter === undefined) this.fail('Unterminated string starting at', start);
    if (letter === 'u') return this.unicode();
    const meaning = ESCAPES[letter];
    if (meaning === undefined) this.fail('Invalid \\escape', this.at);
    this.at += 2;
    return meaning;
  }

  private unicode(): string {
    const hex = this.text.slice(this.at + 2, this.at + 6);
    // Python requires another character after the four digits, at least the closing quote.
    if (!/^[0-9a-fA-F]{4}$/.test(hex) || this.at + 6 >= this.text.length) {
      this.fail('Invalid \\uXXXX escape', this.at + 1);
    }
    this.at += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  private take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  private skipBlank(): void {
    while (isPlainBlank(this.text.charCodeAt(this.at))) this.at++;
  }

  private fail(message: string, at: number): never {
    const before = this.text.slice(0, at);
    let line = 1;
    for (let end = before.indexOf('\n'); end >= 0; end = before.indexOf('\n', end + 1)) line++;
    const column = lengthOf(before.slice(before.lastIndexOf('\n') + 1)) + 1;
    throw new Error(`${message}: line ${line} column ${column} (char ${lengthOf(before)})`);
  }
}

function refuseLongInteger(source: string): void {
  if (source.length <= MOST_DIGITS) return;
  const digits = source.replace('-', '').length;
  if (digits <= MOST_DIGITS || !/^-?\d+$/.test(source)) return;
  throw new Error(
    `Exceeds the limit (${MOST_DIGITS} digits) for integer string conversion: value has ${digits} digits; ` +
      'use sys.set_int_max_str_digits() to increase the limit',
  );
}
