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

/** Working digits beyond the ones that are kept. */
const SPARE = 12;

const ONE = Decimal.of(1);
const TWO = Decimal.of(2);

const MOST_TERMS = 2000;

/** The natural logarithm, rounded. */
function logarithm(value: Decimal, places: number): Decimal {
  const working = places + SPARE;
  // 2 * artanh((m - 1) / (m + 1)) of a mantissa near 1, after taking out powers of two.
  let mantissa = value;
  let twos = 0;
  while (mantissa.compare(Decimal.read('1.5')) > 0) {
    mantissa = mantissa.dividedBy(TWO, working + value.digits);
    twos++;
  }
  while (mantissa.compare(Decimal.read('0.75')) < 0) {
    mantissa = mantissa.times(TWO);
    twos--;
  }
  const own = series(mantissa, working);
  const two = series(TWO, working).times(Decimal.of(twos));
  return own.plus(two).rounded(places);
}

function series(value: Decimal, working: number): Decimal {
  const ratio = value.minus(Decimal.of(1)).dividedBy(value.plus(Decimal.of(1)), working);
  const square = ratio.times(ratio).rounded(working);
  let term = ratio;
  let sum = ratio;
  for (let step = 3; !term.isZero && step < MOST_TERMS; step += 2) {
    term = term.times(square).rounded(working);
    sum = sum.plus(term.dividedBy(Decimal.of(step), working));
  }
  return sum.times(TWO);
}

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
    power = power.times(positive);
    factorial = factorial.times(Decimal.of(step + 1));
  }
  const result = value.sign < 0 ? ONE.dividedBy(sum, working) : sum;
  return result.rounded(places);
}
