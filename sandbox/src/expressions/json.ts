import { isPlainBlank } from '../values/text.js';
import { Decimal } from './decimal.js';
import type { Evaluation } from './environment.js';
import { OverLimit } from './errors.js';
import { DateTimeValue, DateValue, TimeValue } from './times.js';
import { CLOCK, ErrorValue, isArray, kept, namesOf, ObjectValue, type Value } from './values.js';

const MOST_NESTED = 250;

/** A value as JSON: names in order, what an object stands for left out. An error is thrown. */
export function jsonOf(at: Evaluation, value: Value): string {
  if (value instanceof ErrorValue) throw value;
  return written(at, value, 0);
}

function written(at: Evaluation, value: Value, depth: number): string {
  if (depth > MOST_NESTED) throw new OverLimit('a value nested this deeply');
  at.meter.charge(1);
  if (typeof value === 'string') {
    at.meter.chargeText(value.length);
    return textAsJson(value);
  }
  if (isArray(value)) {
    let out = '';
    for (const item of value) out += (out === '' ? '[' : ',') + written(at, item, depth + 1);
    return `${out || '['}]`;
  }
  if (value instanceof Decimal) {
    at.meter.chargeDigits(value.width);
    return value.toString();
  }
  if (value instanceof DateValue || value instanceof DateTimeValue || value instanceof TimeValue) {
    at.meter.charge(CLOCK);
    return textAsJson(value.toString());
  }
  if (value instanceof ObjectValue) return writtenObject(at, value, depth);
  return typeof value === 'boolean' ? String(value) : 'null';
}

function writtenObject(at: Evaluation, value: ObjectValue, depth: number): string {
  let out = '';
  for (const name of namesOf(at, value)) {
    const one = value.at(name);
    if (one instanceof ErrorValue) continue;
    at.meter.chargeText(name.length);
    out += `${out === '' ? '{' : ','}${textAsJson(name)}:${written(at, one, depth + 1)}`;
  }
  return `${out || '{'}}`;
}

/** Letters that JSON has as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Go escapes two line separators that JavaScript does not. */
const textAsJson = (text: string): string => {
  if (PLAIN.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  if (!/[\u2028\u2029]/.test(json)) return json;
  return json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
};

/** Reads JSON with exact numbers. Nothing is nothing. @throws ErrorValue */
export function readJson(at: Evaluation, text: string): Value {
  if (text === '') return null;
  const reader = new Reader(at, text);
  return reader.whole();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none in its texts
const TEXT = /"[^"\\\0-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\0-\x1f]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const WORDS = new Set('tfn');

/** The units of one letter: a webhook may answer with a megabyte. */
const LETTER = 1 / 128;

class Reader {
  #at = 0;

  constructor(
    readonly evaluation: Evaluation,
    readonly text: string,
  ) {}

  whole(): Value {
    const value = this.#value(0);
    this.#skip();
    if (this.#at < this.text.length) throw this.#invalid();
    return value;
  }

  #invalid(): ErrorValue {
    return new ErrorValue('invalid JSON');
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** White space. */
  #skip(): void {
    while (isPlainBlank(this.text.charCodeAt(this.#at))) this.#at++;
  }

  /** Takes one sign after white space. */
  #sign(sign: string): boolean {
    this.#skip();
    if (this.text.charAt(this.#at) !== sign) return false;
    this.#at++;
    return true;
  }

  #value(depth: number): Value {
    if (depth > MOST_NESTED) throw new OverLimit('JSON nested this deeply');
    this.evaluation.meter.charge(0.2);
    if (this.#sign('{')) return this.#object(depth);
    if (this.#sign('[')) return this.#array(depth);
    const first = this.text.charAt(this.#at);
    if (first === '"') return this.#string();
    const word = WORDS.has(first) ? this.#take(WORD) : undefined;
    if (word !== undefined) return word === 'null' ? null : word === 'true';
    const number = this.#take(NUMBER);
    if (number === undefined) throw this.#invalid();
    return this.#number(number);
  }

  /** In `textit` a number that it cannot keep is an error in its place. */
  #number(digits: string): Value {
    try {
      return kept(this.evaluation, Decimal.read(digits));
    } catch (thrown) {
      if (thrown instanceof ErrorValue) return thrown;
      throw thrown;
    }
  }

  #string(): string {
    const literal = this.#take(TEXT);
    if (literal === undefined) throw this.#invalid();
    this.evaluation.meter.charge(literal.length * LETTER);
    return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  }

  #array(depth: number): Value {
    const items: Value[] = [];
    if (this.#sign(']')) return items;
    do items.push(this.#value(depth + 1));
    while (this.#sign(','));
    if (!this.#sign(']')) throw this.#invalid();
    return items;
  }

  #object(depth: number): Value {
    const entries = new Map<string, Value>();
    if (this.#sign('}')) return new ObjectValue(() => entries);
    do {
      this.#skip();
      const name = this.#string();
      if (!this.#sign(':')) throw this.#invalid();
      entries.set(name, this.#value(depth + 1));
    } while (this.#sign(','));
    if (!this.#sign('}')) throw this.#invalid();
    const standsFor = entries.get('__default__');
    entries.delete('__default__');
    return new ObjectValue(
      () => entries,
      standsFor === undefined ? undefined : { value: standsFor },
    );
  }
}
