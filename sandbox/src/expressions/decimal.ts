import { withoutZeros } from '../values/text.js';
import { EnginePanic, OverLimit } from './errors.js';

/** The digits after the point to which the engine divides. */
const DIVISION_PLACES = 16;

/** A number of more digits is refused: only sums that no message needs grow so long. */
const MOST_DIGITS = 4000;

/** The powers of ten that most numbers need, each made once. */
const POWERS: bigint[] = [];
const MOST_POWERS = 1000;

function powerOfTen(exponent: number): bigint {
  if (exponent > 2 * MOST_DIGITS)
    throw new OverLimit(`a number of more than ${MOST_DIGITS} digits`);
  if (exponent >= MOST_POWERS) return 10n ** BigInt(exponent);
  POWERS[exponent] ??= 10n ** BigInt(exponent);
  return POWERS[exponent];
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** The quotient rounded to the nearest integer, halves away from zero. */
function dividedHalfAway(value: bigint, divisor: bigint): bigint {
  const whole = value / divisor;
  const rest = value - whole * divisor;
  if (abs(rest) * 2n < abs(divisor)) return whole;
  return value < 0n === divisor < 0n ? whole + 1n : whole - 1n;
}

/** Digits that a float holds exactly. */
const EXACT = 15;

const SHORT = 10n ** BigInt(EXACT);

/** Counts the digits of a number by its logarithm: printing it costs far more. */
function digitsOf(value: bigint): number {
  const size = abs(value);
  if (size < 10n) return 1;
  if (size < SHORT) return String(Number(size)).length;
  const least = Math.floor(logarithmOf(size));
  // Near a power of ten the logarithm can be off by one to either side.
  if (size < powerOfTen(least)) return least;
  return size < powerOfTen(least + 1) ? least + 1 : least + 2;
}

/** The logarithm to base 10, as a float: of a number that no float holds, by its bits. */
function logarithmOf(size: bigint): number {
  const float = Number(size);
  if (Number.isFinite(float)) return Math.log10(float);
  const hex = size.toString(16);
  const bits = (hex.length - 1) * 4 + 32 - Math.clz32(Number.parseInt(hex.charAt(0), 16));
  return (bits - 1) * Math.LOG10E * Math.LN2;
}

/** An exact decimal number, `coefficient × 10 ^ exponent`, with the arithmetic of the flow engine. */
export class Decimal {
  static readonly zero = new Decimal(0n, 0);

  #digits: number | undefined;

  constructor(
    readonly coefficient: bigint,
    readonly exponent: number,
  ) {
    if (Math.abs(exponent) > MOST_DIGITS) {
      throw new OverLimit(`a number of more than ${MOST_DIGITS} digits`);
    }
  }

  static of(value: number | bigint): Decimal {
    return new Decimal(BigInt(value), 0);
  }

  /** Of digits with an optional sign, fraction and exponent, which the caller has checked. */
  static read(text: string): Decimal {
    const short = Decimal.readShort(text);
    if (short) return short;
    const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
    const [whole = '', fraction = ''] = mantissa.split('.');
    if (whole.length + fraction.length > MOST_DIGITS || power.length > 9) {
      throw new OverLimit(`a number of more than ${MOST_DIGITS} digits`);
    }
    const digits = `${whole}${fraction}`.replace(/^\+/, '');
    return new Decimal(BigInt(digits), Number(power) - fraction.length);
  }

  /** Of a few digits, with a fraction or without, as most numbers are; undefined for other texts. */
  static readShort(text: string): Decimal | undefined {
    if (text.length > EXACT) return undefined;
    if (/^\d+$/.test(text)) return Decimal.of(Number(text));
    if (!/^\d+\.\d+$/.test(text)) return undefined;
    const point = text.indexOf('.');
    const digits = text.slice(0, point) + text.slice(point + 1);
    return new Decimal(BigInt(Number(digits)), point + 1 - text.length);
  }

  /** Of a float, by its shortest text. */
  static ofFloat(value: number): Decimal {
    if (!Number.isFinite(value)) {
      const shown = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
      throw new EnginePanic(`Cannot create a Decimal from ${shown}`);
    }
    return Decimal.read(String(value));
  }

  /** How many digits the coefficient has. */
  get digits(): number {
    this.#digits ??= digitsOf(this.coefficient);
    return this.#digits;
  }

  /** Whether it has few digits, and its point is near them, as most numbers: then it costs nothing to speak of. */
  get isShort(): boolean {
    const { coefficient, exponent } = this;
    return coefficient < SHORT && coefficient > -SHORT && exponent < EXACT && exponent > -EXACT;
  }

  /** How many digits it takes to write it out, and so to align it with another number. */
  get width(): number {
    return this.digits + Math.abs(this.exponent);
  }

  get isZero(): boolean {
    return this.coefficient === 0n;
  }

  get sign(): number {
    return this.isZero ? 0 : this.coefficient < 0n ? -1 : 1;
  }

  #at(exponent: number): bigint {
    return this.coefficient * powerOfTen(this.exponent - exponent);
  }

  #with(other: Decimal, join: (a: bigint, b: bigint) => bigint): Decimal {
    if (this.exponent === other.exponent) {
      return new Decimal(join(this.coefficient, other.coefficient), this.exponent);
    }
    const exponent = Math.min(this.exponent, other.exponent);
    return new Decimal(join(this.#at(exponent), other.#at(exponent)), exponent);
  }

  plus(other: Decimal): Decimal {
    return this.#with(other, (a, b) => a + b);
  }

  minus(other: Decimal): Decimal {
    return this.#with(other, (a, b) => a - b);
  }

  times(other: Decimal): Decimal {
    if (this.digits + other.digits > MOST_DIGITS) {
      throw new OverLimit(`a number of more than ${MOST_DIGITS} digits`);
    }
    return new Decimal(this.coefficient * other.coefficient, this.exponent + other.exponent);
  }

  /** To 16 digits after the point, halves away from zero. The divisor is not zero. */
  dividedBy(other: Decimal, places: number = DIVISION_PLACES): Decimal {
    if (other.isZero) throw new EnginePanic('decimal division by 0');
    const shift = this.exponent - other.exponent + places;
    const value = shift > 0 ? this.coefficient * powerOfTen(shift) : this.coefficient;
    const divisor = shift < 0 ? other.coefficient * powerOfTen(-shift) : other.coefficient;
    return new Decimal(dividedHalfAway(value, divisor), -places);
  }

  /** The rest of an integer division, with the sign of the dividend. */
  remainder(other: Decimal): Decimal {
    if (other.isZero) throw new EnginePanic('decimal division by 0');
    return this.#with(other, (a, b) => a % b);
  }

  negated(): Decimal {
    return new Decimal(-this.coefficient, this.exponent);
  }

  absolute(): Decimal {
    return new Decimal(abs(this.coefficient), this.exponent);
  }

  /** Negative, zero or positive. */
  compare(other: Decimal): number {
    // The engine aligns both numbers, however far apart they are; signs and magnitudes tell the same.
    if (this.sign !== other.sign) return this.sign - other.sign;
    if (this.exponent !== other.exponent) return this.minus(other).sign;
    if (this.coefficient === other.coefficient) return 0;
    return this.coefficient < other.coefficient ? -1 : 1;
  }

  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  /** Rounded to digits after the point (before it, if negative), halves away from zero. */
  rounded(places: number): Decimal {
    const drop = -places - this.exponent;
    if (drop <= 0) return this;
    if (drop > this.digits + 1) return Decimal.zero;
    return new Decimal(dividedHalfAway(this.coefficient, powerOfTen(drop)), -places);
  }

  /** The digits before the point, with the sign. */
  integer(): bigint {
    if (this.exponent >= 0) return this.#at(0);
    return this.coefficient / powerOfTen(-this.exponent);
  }

  floor(): Decimal {
    const whole = new Decimal(this.integer(), 0);
    return this.sign < 0 && !whole.equals(this) ? whole.minus(Decimal.of(1)) : whole;
  }

  get isInteger(): boolean {
    return this.exponent >= 0 || new Decimal(this.integer(), 0).equals(this);
  }

  toNumber(): number {
    return Number(this.toString());
  }

  /** Without an exponent and without zeros at the end. */
  toString(): string {
    const text = this.#plain();
    if (!text.includes('.')) return text;
    const short = withoutZeros(text);
    return short.endsWith('.') ? short.slice(0, -1) : short;
  }

  /** With exactly so many digits after the point. */
  toFixed(places: number): string {
    const rounded = this.rounded(places);
    const text = rounded.#plain();
    const [whole = '', fraction = ''] = text.split('.');
    return places > 0 ? `${whole}.${fraction.slice(0, places).padEnd(places, '0')}` : whole;
  }

  #plain(): string {
    if (this.exponent >= 0) return this.#at(0).toString();
    const digits = abs(this.coefficient)
      .toString()
      .padStart(1 - this.exponent, '0');
    const whole = digits.slice(0, this.exponent);
    return `${this.coefficient < 0n ? '-' : ''}${whole}.${digits.slice(this.exponent)}`;
  }
}
