import type { Dialect } from '../../../src/resources.js';
import { Decimal } from './decimal.js';
import { OverLimit } from './errors.js';

/** The `^` operator, which the two lines of servers compute each in their own way. */
export function raised(base: Decimal, exponent: Decimal, dialect: Dialect): Decimal {
  return dialect === 'v9' ? raisedOld(base, exponent) : raisedNew(base, exponent);
}

/** `v9`: exact for an exponent that is an integer, otherwise by floats. */
function raisedOld(base: Decimal, exponent: Decimal): Decimal {
  if (!exponent.isInteger) {
    return Decimal.ofFloat(floatPower(base.toNumber(), exponent.toNumber()));
  }
  return halved(base, asExponent(exponent.integer()));
}

/** No larger one can be answered: its result would have thousands of digits. */
const MOST_EXPONENT = 100_000n;

function asExponent(exponent: bigint): number {
  if (exponent > MOST_EXPONENT || exponent < -MOST_EXPONENT) {
    throw new OverLimit('an exponent this large');
  }
  return Number(exponent);
}

/** Squares its way up, and for a negative exponent divides at each odd step, to 16 digits. */
function halved(base: Decimal, exponent: number): Decimal {
  if (exponent === 0) return Decimal.of(1);
  const half = halved(base, Math.trunc(exponent / 2));
  const squared = half.times(half);
  if (exponent % 2 === 0) return squared;
  return exponent > 0 ? squared.times(base) : squared.dividedBy(base);
}

/** Go's power of floats: the fraction of the exponent by logarithm, the rest by squaring. */
function floatPower(x: number, y: number): number {
  if (x === 0 || x === 1) return x ** y;
  if (y === 0.5) return Math.sqrt(x);
  if (y === -0.5) return 1 / Math.sqrt(x);
  if (x < 0) return Number.NaN;
  let whole = Math.trunc(Math.abs(y));
  let fraction = Math.abs(y) - whole;
  if (whole > 2 ** 31) return x ** y;
  if (fraction > 0.5) {
    fraction--;
    whole++;
  }
  let result = fraction === 0 ? 1 : Math.exp(fraction * Math.log(x));
  let power = x;
  for (; whole > 0; whole = Math.floor(whole / 2)) {
    if (whole % 2 === 1) result *= power;
    power *= power;
  }
  return y < 0 ? 1 / result : result;
}

/** `textit`: exact for the integer part of the exponent, times a rounded root for its fraction. */
function raisedNew(base: Decimal, exponent: Decimal): Decimal {
  if (base.isZero) return Decimal.zero;
  if (exponent.isZero) return Decimal.of(1);
  const whole = exponent.integer();
  const fraction = exponent.minus(new Decimal(whole, 0));
  if (base.sign < 0 && !fraction.isZero) return Decimal.zero;
  const power = wholePower(base, asExponent(whole));
  if (fraction.isZero) return power;
  const own = base.digits + (exponent.digits > base.digits ? exponent.digits : 0) + 6;
  const places = -base.exponent + own;
  const root = exponential(logarithm(base.absolute(), places).times(fraction), places);
  return power.times(root);
}

function wholePower(base: Decimal, exponent: number): Decimal {
  let result = Decimal.of(1);
  let power = base;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = result.times(power);
    if (left > 1) power = power.times(power);
  }
  return exponent < 0 ? Decimal.of(1).dividedBy(result) : result;
}

const ONE = Decimal.of(1);
const TENTH = new Decimal(1n, -1);

const MOST_TERMS = 2000;

const LN_10 =
  '302585092994045684017991454684364207601101488628772976033327900967572609677352480235997205089598298341967784042286248633409525465082806756666287369';

/** The logarithm of ten as the engine has it: with one digit less than the next power of two, the rest cut off. */
function logarithmOfTen(places: number): Decimal {
  const length = places < 1 ? 0 : 2 ** (Math.floor(Math.log2(places)) + 1) - 1;
  const digits = LN_10.slice(0, length);
  return new Decimal(BigInt(`2${digits}`), -digits.length);
}

const isNearOne = (value: Decimal): boolean => value.minus(ONE).absolute().compare(TENTH) <= 0;

/** The natural logarithm, rounded, with the last digits of the engine: of a mantissa below one, and the power of ten apart. */
function logarithm(value: Decimal, places: number): Decimal {
  const working = places + 2;
  if (isNearOne(value)) return series(value, working).rounded(places);
  const tens = value.digits + value.exponent;
  const mantissa = new Decimal(value.coefficient, value.exponent - tens);
  const own = isNearOne(mantissa) ? series(mantissa, working) : approached(mantissa, working);
  return own.plus(logarithmOfTen(working).times(Decimal.of(tens))).rounded(places);
}

/** By the series of a number near one. */
function series(value: Decimal, working: number): Decimal {
  const over = value.minus(ONE);
  const ratio = over.dividedBy(over.plus(Decimal.of(2)), working);
  const square = ratio.times(ratio);
  let power = ratio.plus(ratio);
  let sum = power;
  for (let step = 3; step < MOST_TERMS; step += 2) {
    power = power.times(square).rounded(working + POWER_DIGITS);
    const term = power.dividedBy(Decimal.of(step), working);
    sum = sum.plus(term);
    if (isTiny(term, working)) break;
  }
  return sum;
}

/** By Halley's steps from what a float knows. */
function approached(value: Decimal, working: number): Decimal {
  let found = Decimal.ofFloat(Math.log(value.toNumber()));
  let before = Decimal.zero;
  for (let steps = 0; steps < 2 * working + 10; steps++) {
    const power = exponential(found, working);
    const off = power.minus(value);
    const step = off.plus(off).dividedBy(power.plus(value), working);
    found = found.minus(step);
    if (before.plus(step).isZero || isTiny(step, working)) break;
    before = step;
  }
  return found;
}

const isTiny = (value: Decimal, places: number): boolean =>
  value.absolute().compare(new Decimal(1n, -places)) <= 0;

/** The digits of a power that are kept beyond the working ones. */
const POWER_DIGITS = 80;

/** e to the power of a number, rounded. Like the engine's, each step of the sum is rounded to one more digit only. */
function exponential(value: Decimal, places: number): Decimal {
  const working = places + 1;
  const least = new Decimal(1n, -working);
  const positive = value.absolute();
  let power = positive;
  let factorial = ONE;
  let sum = ONE;
  for (let step = 1; step < MOST_TERMS; step++) {
    const term = power.dividedBy(factorial, working);
    sum = sum.plus(term);
    if (term.compare(least) < 0) break;
    // The engine keeps all digits of it; these are more than any that shows.
    power = power.times(positive).rounded(working + POWER_DIGITS);
    factorial = factorial.times(Decimal.of(step + 1));
  }
  const result = value.sign < 0 ? ONE.dividedBy(sum, working) : sum;
  return result.rounded(places);
}
