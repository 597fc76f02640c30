import { withoutZeros } from '../values/text.js';
import { Decimal } from './decimal.js';
import type { Evaluation } from './environment.js';
import { ErrorValue, OverLimit } from './errors.js';
import { printed, printedDate, printedTime } from './layouts.js';
import { lower, quoted, trimSpace } from './letters.js';
import { readDate, readDateTime, readTime } from './reading.js';
import { DateTimeValue, DateValue, MIDNIGHT, TimeValue } from './times.js';

export { ErrorValue };

/** What an expression can be. */
export type Value =
  | null
  | boolean
  | string
  | Decimal
  | DateValue
  | DateTimeValue
  | TimeValue
  | readonly Value[]
  | ObjectValue
  | FunctionValue
  | ErrorValue;

/** Named values, which names find in any case. It may stand for another value: `@contact` for a name. */
export class ObjectValue {
  #entries: Map<string, Value> | undefined;
  #byName: Map<string, string> | undefined;
  #names: readonly string[] | undefined;

  constructor(
    readonly read: () => Iterable<readonly [name: string, value: Value]>,
    /** What it stands for; absent if only for itself. */
    readonly standsFor?: { value: Value },
  ) {}

  static of(entries: Record<string, Value>, standsFor?: { value: Value }): ObjectValue {
    return new ObjectValue(() => Object.entries(entries), standsFor);
  }

  get entries(): ReadonlyMap<string, Value> {
    this.#entries ??= new Map(this.read());
    return this.#entries;
  }

  /** In order. */
  get names(): readonly string[] {
    this.#names ??= [...this.entries.keys()].sort();
    return this.#names;
  }

  /** Undefined if there is none. */
  get(name: string): Value | undefined {
    this.#byName ??= byLowerName(this.entries);
    const known = this.#byName.get(lower(name));
    return known === undefined ? undefined : this.at(known);
  }

  /** By its exact name. */
  at(name: string): Value {
    return this.entries.get(name) ?? null;
  }
}

/** Names by what they are in lower case: of several, the first in order. Sorting thousands of names takes far longer. */
function byLowerName(entries: ReadonlyMap<string, Value>): Map<string, string> {
  const byName = new Map<string, string>();
  for (const name of entries.keys()) {
    const key = lower(name);
    const before = byName.get(key);
    if (before === undefined || name < before) byName.set(key, name);
  }
  return byName;
}

/** The price of one named value. */
const PROPERTY = 1;

/** The names of an object in order. They are paid for before they are sorted. @throws OverLimit */
export function namesOf(at: Evaluation, object: ObjectValue): readonly string[] {
  at.meter.charge(object.entries.size * PROPERTY);
  return object.names;
}

/** The price of an error that was thrown. */
export const THROWN = 10;

export type Call = (at: Evaluation, args: readonly Value[]) => Value;

/** A function: by its name, or of an expression, without a name. */
export class FunctionValue {
  constructor(
    readonly name: string,
    readonly run: Call,
  ) {}

  get shown(): string {
    return this.name || '<anon>';
  }

  /** What it returns; an error of it names it. */
  call(at: Evaluation, args: readonly Value[]): Value {
    const value = attempt(() => this.run(at, args));
    if (value instanceof ErrorValue) {
      if (value.isFatal) return value;
      at.meter.charge(THROWN);
      return new ErrorValue(() => `error calling ${this.shown}(...): ${value.message}`);
    }
    chargeFor(at, value);
    return value;
  }
}

/** A step, and the length of a text. */
export function chargeFor(at: Evaluation, value: Value): void {
  at.meter.charge(1);
  if (typeof value === 'string') at.meter.chargeText(value.length);
}

/** What runs to its end or throws an error of the engine. */
export function attempt<T>(run: () => T): T | ErrorValue {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof ErrorValue) return thrown;
    throw thrown;
  }
}

export const isArray = (value: Value): value is readonly Value[] => Array.isArray(value);

const unable = (value: Value, kind: string): ErrorValue =>
  new ErrorValue(() => `unable to convert ${described(value)} to ${kind}`);

/** How messages name a value. */
export function described(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean' || value instanceof Decimal) return String(value);
  if (value instanceof DateValue) return 'date';
  if (value instanceof DateTimeValue) return 'datetime';
  if (value instanceof TimeValue) return 'time';
  if (value instanceof FunctionValue) return `${value.shown}(...)`;
  if (value instanceof ErrorValue) return 'error';
  return isArray(value) ? 'array' : 'object';
}

/** How deeply values may be nested where they are printed. */
const MOST_NESTED = 250;

function nested(depth: number): number {
  if (depth > MOST_NESTED) throw new OverLimit('a value nested this deeply');
  return depth + 1;
}

/** The text of any value but an error, which is thrown. */
export function toText(at: Evaluation, value: Value): string {
  if (value instanceof ErrorValue) throw value;
  return rendered(at, value, 0);
}

function rendered(at: Evaluation, value: Value, depth: number): string {
  at.meter.charge(0.75);
  if (value === null) return '';
  if (typeof value === 'string') {
    at.meter.chargeText(value.length);
    return value;
  }
  if (isArray(value)) {
    let out = '';
    for (const item of value) {
      out += (out === '' ? '[' : ', ') + rendered(at, item, nested(depth));
    }
    return `${out || '['}]`;
  }
  if (value instanceof FunctionValue) return value.shown;
  if (value instanceof ErrorValue) {
    at.meter.chargeLetters(value.message.length);
    return value.message;
  }
  if (value instanceof ObjectValue) {
    if (value.standsFor) return rendered(at, value.standsFor.value, nested(depth));
    let out = '';
    for (const name of namesOf(at, value)) {
      at.meter.chargeText(name.length);
      out += `${out === '' ? '{' : ', '}${name}: ${rendered(at, value.at(name), nested(depth))}`;
    }
    return `${out || '{'}}`;
  }
  if (value instanceof DateTimeValue) at.meter.charge(CLOCK);
  if (value instanceof Decimal) at.meter.chargeDigits(value.width);
  return value.toString();
}

/** The price of finding what a clock shows, or when it shows it. */
export const CLOCK = 60;

/** The text of a value for readers: dates and numbers as the workspace writes them. */
export function formatted(at: Evaluation, value: Value, depth = 0): string {
  at.meter.charge(2);
  if (value instanceof ErrorValue) return '';
  if (value instanceof Decimal) return formattedNumber(at, value);
  if (value instanceof DateValue) return printedDate(value, at.dateLayout, at.words);
  if (value instanceof TimeValue) return printedTime(value, at.timeLayout, at.words);
  if (value instanceof DateTimeValue) {
    at.meter.charge(CLOCK);
    const layout = `${at.dateLayout} ${at.timeLayout}`;
    return printed(value.in(at.zone), layout, 'datetime', at.words);
  }
  if (value instanceof ObjectValue) return formattedObject(at, value, depth);
  if (isArray(value)) return formattedArray(at, value, depth);
  return rendered(at, value, depth);
}

function formattedObject(at: Evaluation, value: ObjectValue, depth: number): string {
  if (value.standsFor) return formatted(at, value.standsFor.value, nested(depth));
  return namesOf(at, value)
    .map(name => {
      const text = formatted(at, value.at(name), nested(depth));
      at.meter.chargeText(name.length + text.length);
      return text.includes('\n') ? `${name}:\n${indented(text)}` : `${name}: ${text}`;
    })
    .join('\n');
}

function formattedArray(at: Evaluation, value: readonly Value[], depth: number): string {
  const parts = value.map(item => formatted(at, item, nested(depth)));
  for (const part of parts) at.meter.chargeText(part.length);
  if (!parts.some(part => part.includes('\n'))) return parts.join(', ');
  return parts.map(part => `-${indented(part).slice(1)}`).join('\n');
}

const indented = (text: string): string => text.replace(/^(?=[^\n])/gm, '  ');

/** A number with `,` between thousands, and with so many decimal places, or as many as it has. */
export function formattedNumber(
  at: Evaluation,
  value: Decimal,
  places: number | null = null,
  grouped = true,
): string {
  at.meter.chargeDigits(value.width);
  const text = places === null ? value.toString() : value.toFixed(places);
  const [whole = '', fraction] = text.split('.');
  const shown = grouped ? groupedDigits(whole, at.isOld) : whole;
  return fraction === undefined ? shown : `${shown}.${fraction}`;
}

/** `v9` counts the sign as a digit: `-,123`. */
function groupedDigits(whole: string, countsSign: boolean): string {
  const sign = whole.startsWith('-') && !countsSign ? '-' : '';
  const digits = whole.slice(sign.length);
  let out = '';
  for (let index = 0; index < digits.length; index++) {
    out += digits.charAt(index);
    const left = digits.length - 1 - index;
    if (left > 0 && left % 3 === 0) out += ',';
  }
  return sign + out;
}

export function isTrue(value: Value): boolean {
  if (value === null || value instanceof ErrorValue) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value !== '' && !isFalse(value);
  if (value instanceof Decimal) return !value.isZero;
  if (value instanceof DateValue) return !value.isZero;
  if (value instanceof TimeValue) return value.compare(MIDNIGHT) !== 0;
  if (value instanceof DateTimeValue) return value.seconds !== ZERO_TIME || value.nanos !== 0;
  if (value instanceof ObjectValue) {
    return value.standsFor ? isTrue(value.standsFor.value) : value.entries.size > 0;
  }
  return isArray(value) ? value.length > 0 : true;
}

const isFalse = (text: string): boolean => text.length === 5 && lower(text) === 'false';

/** January 1 of the year 1, which is no time at all. */
const ZERO_TIME = -62_135_596_800;

export function toBoolean(value: Value): boolean {
  if (value instanceof ErrorValue) throw value;
  return isTrue(value);
}

const NUMBER = /^-?(\d+|\d+\.\d+|\.\d+)$/;

/** A number in plain digits; undefined if the text is none, or none that the line of servers keeps. */
export function readNumber(at: Evaluation, text: string): Decimal | undefined {
  at.meter.chargeText(text.length);
  const short = Decimal.readShort(text);
  if (short) return short;
  at.meter.chargeText(text.length);
  const trimmed = trimSpace(text);
  if (!NUMBER.test(trimmed) || (!at.isOld && isVast(trimmed))) return undefined;
  at.meter.charge(READING);
  at.meter.chargeDigits(Math.min(trimmed.length, MOST_READ));
  const number = Decimal.read(trimmed);
  return at.isOld || isKept(number) ? number : undefined;
}

/** Whether a number has more digits before its point than `textit` can keep. */
const isVast = (digits: string): boolean => /^-?0*[1-9]\d{101}/.test(digits);

/** The price of reading a number of many digits, or with a sign or a fraction. */
const READING = 3;

/** Longer ones are refused at once. */
const MOST_READ = 4000;

const MOST_DIGITS = 36;
const MOST_MAGNITUDE = 100;

/** Whether `textit` can keep a number: its digits and its magnitude. */
function isKept(number: Decimal): boolean {
  if (number.isZero) return true;
  if (Math.abs(number.exponent + number.digits - 1) > MOST_MAGNITUDE) return false;
  if (number.digits <= MOST_DIGITS) return true;
  const digits = number.coefficient.toString().replace('-', '');
  return withoutZeros(digits).length <= MOST_DIGITS;
}

/** The result of a sum. @throws ErrorValue where `textit` cannot keep it. */
export function kept(at: Evaluation, number: Decimal): Decimal {
  if (number.isShort) return number;
  if (!at.isOld && !isKept(number)) throw new ErrorValue('number value out of range');
  at.meter.chargeDigits(number.digits);
  return number;
}

export function toNumber(at: Evaluation, value: Value): Decimal {
  if (value instanceof ErrorValue) throw value;
  if (value instanceof Decimal) {
    if (!value.isShort) at.meter.chargeDigits(value.width);
    return value;
  }
  if (value instanceof ObjectValue && value.standsFor) return toNumber(at, value.standsFor.value);
  const number = typeof value === 'string' ? readNumber(at, value) : undefined;
  if (!number) throw unable(value, 'a number');
  return number;
}

const INT32 = 2n ** 31n;

/** The digits before the point, where they fit into 32 bits. */
export function toInteger(at: Evaluation, value: Value): number {
  const number = toNumber(at, value);
  const whole = wholeOf(at, number);
  if (whole === undefined || whole < -INT32 || whole >= INT32) {
    throw new ErrorValue(() => `number value ${number} is out of range for an integer`);
  }
  return Number(whole);
}

const INT64 = 2n ** 63n;

/** The digits before the point in 64 bits: `v9` drops what does not fit, `textit` refuses it. */
export function wholeOf(at: Evaluation, number: Decimal): bigint | undefined {
  const whole = number.integer();
  if (at.isOld) return BigInt.asIntN(64, whole);
  const isOver =
    number.compare(new Decimal(INT64 - 1n, 0)) > 0 || number.compare(new Decimal(-INT64, 0)) < 0;
  return isOver ? undefined : whole;
}

export function toDate(at: Evaluation, value: Value): DateValue {
  if (value instanceof ErrorValue) throw value;
  if (value instanceof DateValue) return value;
  at.meter.charge(CLOCK);
  if (value instanceof DateTimeValue) return value.in(at.zone).date;
  if (value instanceof ObjectValue && value.standsFor) return toDate(at, value.standsFor.value);
  const date = typeof value === 'string' ? readDate(at, value)?.date : undefined;
  if (!date) throw unable(value, 'a date');
  return date;
}

/** `fills`: a date without a time gets the current time of day instead of midnight. */
export function toDateTime(at: Evaluation, value: Value, fills = false): DateTimeValue {
  if (value instanceof ErrorValue) throw value;
  if (value instanceof DateTimeValue) return value;
  at.meter.charge(CLOCK);
  if (value instanceof DateValue) return DateTimeValue.local(value, MIDNIGHT, at.zone);
  if (value instanceof ObjectValue && value.standsFor) {
    return toDateTime(at, value.standsFor.value, fills);
  }
  const found = typeof value === 'string' ? readDateTime(at, value, fills) : undefined;
  if (!found) throw unable(value, 'a datetime');
  return found;
}

export function toTime(at: Evaluation, value: Value): TimeValue {
  if (value instanceof ErrorValue) throw value;
  if (value instanceof TimeValue) return value;
  at.meter.charge(CLOCK);
  if (value instanceof DateTimeValue) return value.time;
  if (value instanceof ObjectValue && value.standsFor) return toTime(at, value.standsFor.value);
  const time =
    value instanceof Decimal
      ? hourAlone(at, value)
      : typeof value === 'string'
        ? readTime(at, value)
        : undefined;
  if (!time) throw unable(value, 'a time');
  return time;
}

function hourAlone(at: Evaluation, value: Decimal): TimeValue | undefined {
  at.meter.chargeDigits(value.width);
  const hour = wholeOf(at, value);
  if (hour === undefined || hour < 0n || hour > 24n) return undefined;
  return new TimeValue(Number(hour) % 24, 0, 0, 0);
}

/** Nothing is an empty array. */
export function toArray(value: Value): readonly Value[] {
  if (value === null) return [];
  if (value instanceof ErrorValue) throw value;
  if (!isArray(value)) throw unable(value, 'an array');
  return value;
}

const EMPTY = ObjectValue.of({});

/** Nothing is an empty object. */
export function toObject(value: Value): ObjectValue {
  if (value === null) return EMPTY;
  if (value instanceof ErrorValue) throw value;
  if (!(value instanceof ObjectValue)) throw unable(value, 'an object');
  return value;
}

export function toFunction(value: Value): FunctionValue {
  if (!(value instanceof FunctionValue)) {
    throw new ErrorValue(() => `${described(value)} is not a function`);
  }
  return value;
}

/** Whether two values are of the same kind and the same. */
export function same(at: Evaluation, a: Value, b: Value): boolean {
  at.meter.charge(1);
  if (a === null || b === null || typeof a === 'boolean' || typeof b === 'boolean') return a === b;
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a === typeof b) at.meter.chargeText(String(a).length);
    return a === b;
  }
  if (isArray(a) || isArray(b)) {
    if (!isArray(a) || !isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => same(at, item, b[index] ?? null));
  }
  if (a instanceof ObjectValue) return b instanceof ObjectValue && sameObject(at, a, b);
  if (a instanceof ErrorValue) {
    if (!(b instanceof ErrorValue)) return false;
    at.meter.chargeText(a.message.length + b.message.length);
    return a.message === b.message;
  }
  if (a instanceof FunctionValue) {
    return b instanceof FunctionValue && a.name !== '' && a.name === b.name;
  }
  if (a instanceof Decimal) at.meter.chargeDigits(a.width);
  if (b instanceof Decimal) at.meter.chargeDigits(b.width);
  return kindOf(a) === kindOf(b) && compareValues(a, b) === 0;
}

function sameObject(at: Evaluation, a: ObjectValue, b: ObjectValue): boolean {
  if (a === b) return true;
  if (a.standsFor || b.standsFor) {
    const [left, right] = [a, b].map(one => (one.standsFor ? one.standsFor.value : one));
    if (!same(at, left ?? null, right ?? null)) return false;
  }
  if (a.entries.size !== b.entries.size) return false;
  const [names, others] = [namesOf(at, a), namesOf(at, b)];
  return (
    names.length === others.length &&
    names.every((name, index) => name === others[index] && same(at, a.at(name), b.at(name)))
  );
}

/** The kinds that can be put in order. */
type Sortable = boolean | string | Decimal | DateValue | DateTimeValue | TimeValue;

export function isSortable(value: Value): value is Sortable {
  return typeof value === 'boolean' || typeof value === 'string' || kindOf(value) !== undefined;
}

/** What has to be the same for two values to be put in order. */
export function kindOf(value: Value): unknown {
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value;
  return [Decimal, DateValue, DateTimeValue, TimeValue].find(kind => value instanceof kind);
}

/** Two of the same kind, but texts, which `compareText` puts in order. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Decimal && b instanceof Decimal) return a.compare(b);
  if (a instanceof DateValue && b instanceof DateValue) return a.compare(b);
  if (a instanceof DateTimeValue && b instanceof DateTimeValue) return a.compare(b);
  if (a instanceof TimeValue && b instanceof TimeValue) return a.compare(b);
  return 0;
}
