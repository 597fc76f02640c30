import { Decimal } from '../decimal.js';
import type { Evaluation } from '../environment.js';
import { ErrorValue, kept, toArray, toInteger, toNumber, type Value } from '../values.js';
import { arg, atLeast, checked, exactly, type Functions } from './checks.js';

/** More places change no number. */
const MOST_PLACES = 1000;

/** The price of rounding a number, and of dividing for the rest. */
const ROUNDING = 9;

/** A function that rounds a number to some places, none if not given. */
function rounding(round: (number: Decimal, places: number) => Decimal) {
  return checked(1, 2, (at, args) => {
    at.meter.charge(ROUNDING);
    const number = toNumber(at, arg(args, 0));
    const places = args.length > 1 ? toInteger(at, arg(args, 1)) : 0;
    return kept(at, round(number, Math.min(Math.max(places, -MOST_PLACES), MOST_PLACES)));
  });
}

/** Up or down: half of the last place is added before rounding, unless there is nothing to round. */
const towards =
  (sign: bigint) =>
  (number: Decimal, places: number): Decimal =>
    number.rounded(places).equals(number)
      ? number
      : number.plus(new Decimal(5n * sign, -places - 1)).rounded(places);

const numbersOf = (at: Evaluation, values: readonly Value[]): Decimal[] =>
  values.map(value => toNumber(at, value));

/** The first of the numbers that no other surpasses. */
function extreme(at: Evaluation, args: readonly Value[], sign: number): Decimal {
  return numbersOf(at, args).reduce((best, one) => (one.compare(best) * sign > 0 ? one : best));
}

function sum(at: Evaluation, values: readonly Value[]): Decimal {
  at.meter.charge(values.length);
  return values.reduce<Decimal>(
    (total, value) => kept(at, total.plus(toNumber(at, value))),
    Decimal.zero,
  );
}

function modulo(at: Evaluation, dividend: Decimal, divisor: Decimal): Decimal {
  if (!at.isOld) {
    if (divisor.isZero) throw new ErrorValue('division by zero');
    return kept(at, dividend.remainder(divisor));
  }
  // `v9` rounds the quotient before it drops its fraction.
  const quotient = new Decimal(dividend.dividedBy(divisor).integer(), 0);
  return dividend.minus(divisor.times(quotient));
}

const RANDOM_DIGITS = 15;

/** The price of a random number. */
const RANDOM = 10;

/** From 0 up to 1, without 1. */
const random = (): Decimal =>
  new Decimal(BigInt(Math.floor(Math.random() * 10 ** RANDOM_DIGITS)), -RANDOM_DIGITS);

function randomBetween(at: Evaluation, least: Decimal, most: Decimal): Decimal {
  at.meter.charge(RANDOM);
  const span = most.minus(least).plus(Decimal.of(1));
  return kept(at, random().times(span).plus(least)).floor();
}

export const numbers: Functions = {
  abs: exactly(1, (at, args) => toNumber(at, arg(args, 0)).absolute()),
  round: rounding((number, places) => number.rounded(places)),
  round_up: rounding(towards(1n)),
  round_down: rounding(towards(-1n)),
  max: atLeast(1, (at, args) => extreme(at, args, 1)),
  min: atLeast(1, (at, args) => extreme(at, args, -1)),
  mean: atLeast(1, (at, args) => kept(at, sum(at, args).dividedBy(Decimal.of(args.length)))),
  mod: exactly(2, (at, args) => {
    at.meter.charge(ROUNDING);
    const [dividend, divisor] = numbersOf(at, args);
    return modulo(at, dividend ?? Decimal.zero, divisor ?? Decimal.zero);
  }),
  rand: exactly(0, at => {
    at.meter.charge(RANDOM);
    return random();
  }),
  rand_between: exactly(2, (at, args) => {
    const [least, most] = numbersOf(at, args);
    return randomBetween(at, least ?? Decimal.zero, most ?? Decimal.zero);
  }),
  sum: exactly(1, (at, args) => sum(at, toArray(arg(args, 0)))),
};
