import { Decimal } from '../decimal.js';
import type { Evaluation } from '../environment.js';
import { READING_LETTER, readBy } from '../layouts.js';
import {
  DateTimeValue,
  DateValue,
  dayNumber,
  offsetText,
  TimeValue,
  type Zone,
  zoneNamed,
} from '../times.js';
import {
  attempt,
  CLOCK,
  ErrorValue,
  kept,
  toDate,
  toDateTime,
  toInteger,
  toNumber,
  toText,
  toTime,
  type Value,
  wholeOf,
} from '../values.js';
import { arg, checked, exactly, type Functions } from './checks.js';

/** The price of looking for a zone, the first time in a template and later. */
const NEW_ZONE = 300;
const ZONE = 20;

/** A zone by its name. @throws ErrorValue */
export function zoneOf(at: Evaluation, name: string): Zone {
  at.meter.charge(at.zones.has(name) ? ZONE : NEW_ZONE);
  at.zones.add(name);
  const zone = zoneNamed(name);
  if (zone) return zone;
  const isPath = name.includes('..') || /^[/\\]/.test(name);
  throw new ErrorValue(isPath ? 'time: invalid location name' : `unknown time zone ${name}`);
}

const integers = (at: Evaluation, args: readonly Value[]): [number, number, number] => [
  toInteger(at, arg(args, 0)),
  toInteger(at, arg(args, 1)),
  toInteger(at, arg(args, 2)),
];

const UNITS = 's, m, h, D, W, M, Y';

function unknownUnit(at: Evaluation, unit: string): ErrorValue {
  at.meter.chargeText(unit.length);
  return new ErrorValue(`unknown unit: XText("${unit}"), must be one of ${UNITS}`);
}

const SECOND = 1_000_000_000n;
/** The nanoseconds of the units that a clock counts. */
const CLOCK_UNITS: Record<string, bigint> = { s: SECOND, m: 60n * SECOND, h: 3600n * SECOND };

/** The longest time that the engine measures: 64 bits of nanoseconds, some 292 years. */
const LONGEST = 2n ** 63n - 1n;

/** The price of finding a day in the calendar. */
const DAY = 5;

function difference(at: Evaluation, args: readonly Value[]): Value {
  at.meter.charge(DAY);
  const from = toDateTime(at, arg(args, 0));
  const to = toDateTime(at, arg(args, 1));
  const unit = toText(at, arg(args, 2));
  const clock = Object.hasOwn(CLOCK_UNITS, unit) ? CLOCK_UNITS[unit] : undefined;
  if (clock !== undefined) {
    const nanos = to.inNanos - from.inNanos;
    const measured = nanos > LONGEST ? LONGEST : nanos < -LONGEST ? -LONGEST - 1n : nanos;
    return Decimal.of(measured / clock);
  }
  const [a, b] = [from.date, to.date];
  const days = b.number - a.number;
  switch (unit) {
    case 'D':
      return Decimal.of(days);
    case 'W':
      return Decimal.of(Math.trunc(days / 7));
    case 'M':
      return Decimal.of(b.month - a.month + (b.year - a.year) * 12);
    case 'Y':
      return Decimal.of(b.year - a.year);
    default:
      throw unknownUnit(at, unit);
  }
}

function added(at: Evaluation, args: readonly Value[]): Value {
  if (args.length !== 3) {
    throw new ErrorValue(`takes exactly three arguments, received ${args.length}`);
  }
  at.meter.charge(CLOCK);
  const start = toDateTime(at, arg(args, 0));
  const count = toInteger(at, arg(args, 1));
  const unit = toText(at, arg(args, 2));
  const clock = Object.hasOwn(CLOCK_UNITS, unit) ? CLOCK_UNITS[unit] : undefined;
  if (clock !== undefined) {
    const nanos = BigInt.asIntN(64, BigInt(count) * clock);
    return DateTimeValue.ofNanos(start.inNanos + nanos, start.zone);
  }
  const { year, month, day } = start.date;
  switch (unit) {
    case 'D':
      return onDay(start, dayNumber(year, month, day + count));
    case 'W':
      return onDay(start, dayNumber(year, month, day + count * 7));
    case 'M':
      return onDay(start, dayNumber(year, month + count, day));
    case 'Y':
      return onDay(start, dayNumber(year + count, month, day));
    default:
      throw unknownUnit(at, unit);
  }
}

/** The same time of day on another day. */
const onDay = (start: DateTimeValue, day: number): DateTimeValue =>
  DateTimeValue.local(DateValue.ofDay(day), start.time, start.zone);

/** The price of a time by its seconds: what a clock shows then may have to be found. */
const EPOCH = 30;

/** A time by its seconds since 1970. */
function ofEpoch(at: Evaluation, args: readonly Value[]): Value {
  at.meter.charge(EPOCH);
  const nanos = kept(at, toNumber(at, arg(args, 0)).times(new Decimal(1n, 9)));
  const whole = wholeOf(at, nanos);
  if (whole === undefined) throw new ErrorValue('epoch time is out of range');
  return DateTimeValue.ofNanos(whole, at.zone);
}

function epoch(at: Evaluation, args: readonly Value[]): Value {
  const { inNanos } = toDateTime(at, arg(args, 0));
  return new Decimal(at.isOld ? BigInt.asIntN(64, inNanos) : inNanos, -9);
}

function parsedDateTime(at: Evaluation, args: readonly Value[]): Value {
  const text = toText(at, arg(args, 0));
  const layout = toText(at, arg(args, 1));
  const zone = args.length > 2 ? zoneOf(at, toText(at, arg(args, 2))) : at.zone;
  at.meter.charge(CLOCK + layout.length * READING_LETTER);
  return readBy(layout, text, 'datetime', zone);
}

function dateOfParts(at: Evaluation, args: readonly Value[]): Value {
  at.meter.charge(DAY);
  const [year, month, day] = integers(at, args);
  if (month < 1 || month > 12) throw new ErrorValue('invalid value for month, must be 1-12');
  return new DateValue(year, month, day);
}

function timeOfParts(at: Evaluation, args: readonly Value[]): Value {
  at.meter.charge(DAY);
  const [hour, minute, second] = integers(at, args);
  const within = (value: number, most: number, name: string) => {
    if (value < 0 || value > most) {
      throw new ErrorValue(`invalid value for ${name}, must be 0-${most}`);
    }
  };
  within(hour, 23, 'hour');
  within(minute, 59, 'minute');
  within(second, 59, 'second');
  return new TimeValue(hour, minute, second, 0);
}

const INT32 = 2n ** 31n;

/** A sum, or a date so many days on. */
function legacySum(at: Evaluation, args: readonly Value[]): Value {
  at.meter.charge(CLOCK);
  const [first, second] = [arg(args, 0), arg(args, 1)];
  const [date1, date2] = [first, second].map(value => attempt(() => toDateTime(at, value)));
  const [number1, number2] = [first, second].map(value => attempt(() => toNumber(at, value)));
  const isDate = [date1, date2].map(one => one instanceof DateTimeValue);
  if (isDate[0] && isDate[1]) throw new ErrorValue('cannot operate on two dates');
  if (date1 instanceof DateTimeValue && number2 instanceof Decimal)
    return later(at, date1, number2);
  if (date2 instanceof DateTimeValue && number1 instanceof Decimal)
    return later(at, date2, number1);
  if (number1 instanceof Decimal && number2 instanceof Decimal) {
    return kept(at, number1.plus(number2));
  }
  throw number1 instanceof ErrorValue ? number1 : number2;
}

function later(at: Evaluation, date: DateTimeValue, number: Decimal): Value {
  const days = wholeOf(at, number);
  if (days === undefined || days < -INT32 || days >= INT32) {
    throw new ErrorValue('cannot operate on integers greater than 32 bit');
  }
  return onDay(date, date.date.number + Number(days));
}

export const dates: Functions = {
  now: exactly(0, at => at.environment.now().in(at.zone)),
  today: exactly(0, at => at.environment.now().in(at.zone).date),
  parse_datetime: checked(2, 3, parsedDateTime),
  parse_time: exactly(2, (at, args) => {
    const text = toText(at, arg(args, 0));
    const layout = toText(at, arg(args, 1));
    at.meter.charge(CLOCK + layout.length * READING_LETTER);
    return readBy(layout, text, 'time', { name: 'UTC' }).time;
  }),
  datetime_from_epoch: exactly(1, ofEpoch),
  datetime_diff: exactly(3, difference),
  datetime_add: added,
  replace_time: exactly(2, (at, args) => {
    at.meter.charge(CLOCK);
    const { date, zone } = toDateTime(at, arg(args, 0));
    return DateTimeValue.local(date, toTime(at, arg(args, 1)), zone);
  }),
  tz: exactly(1, (at, args) => toDateTime(at, arg(args, 0)).zone.name),
  tz_offset: exactly(1, (at, args) => offsetText(toDateTime(at, arg(args, 0)).offset, '')),
  epoch: exactly(1, epoch),
  date_from_parts: exactly(3, dateOfParts),
  time_from_parts: exactly(3, timeOfParts),
  weekday: exactly(1, (at, args) => {
    at.meter.charge(DAY);
    return Decimal.of(toDate(at, arg(args, 0)).weekday);
  }),
  week_number: exactly(1, (at, args) => {
    at.meter.charge(2 * DAY);
    return Decimal.of(toDate(at, arg(args, 0)).weekNumber);
  }),
  legacy_add: exactly(2, legacySum),
};
