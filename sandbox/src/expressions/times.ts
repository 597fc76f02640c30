import { memoized } from '../values/memoized.js';
import { offsetAt, toInstant } from '../values/timezone.js';
import { OverLimit } from './errors.js';

/** A place's clock: an IANA name, or a fixed offset in seconds, which has no name. */
export type Zone = { name: string } | { name: ''; offset: number };

export const UTC: Zone = { name: 'UTC' };

const DAY = 86_400;

/** Seconds that JavaScript's calendar reaches, to either side of 1970. */
const REACH = 8.6e12;

function withinReach(seconds: number): number {
  if (!(Math.abs(seconds) <= REACH)) throw new OverLimit('a date this far away');
  return seconds;
}

/** The days from 1970 to a date, whose month and day may be out of range: they count on. */
export function dayNumber(year: number, month: number, day: number): number {
  const months = year * 12 + month - 1;
  const fullYear = Math.floor(months / 12);
  withinReach(fullYear * 365 * DAY);
  const first = new Date(0).setUTCFullYear(fullYear, months - fullYear * 12, 1) / 1000 / DAY;
  withinReach((first + day) * DAY);
  return first + day - 1;
}

/** A date of the calendar. It keeps what it was made from: the 31st of February counts as one of March where it is used. */
export class DateValue {
  constructor(
    readonly year: number,
    readonly month: number,
    readonly day: number,
  ) {}

  static ofDay(number: number): DateValue {
    const date = new Date(withinReach(number * DAY) * 1000);
    return new DateValue(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
  }

  get number(): number {
    return dayNumber(this.year, this.month, this.day);
  }

  /** 0 on a Sunday. */
  get weekday(): number {
    return (((this.number + 4) % 7) + 7) % 7;
  }

  /** Weeks start on Sunday; the one with January 1 is 1. */
  get weekNumber(): number {
    const date = DateValue.ofDay(this.number);
    const dayOfYear = date.number - dayNumber(date.year, 1, 1);
    return Math.floor((dayOfYear - this.weekday + 7) / 7) + 1;
  }

  /** Negative, zero or positive. */
  compare(other: DateValue): number {
    return this.year - other.year || this.month - other.month || this.day - other.day;
  }

  get isZero(): boolean {
    return this.year === 0 && this.month === 0 && this.day === 0;
  }

  toString(): string {
    const { year, month, day } = DateValue.ofDay(this.number);
    return `${yearText(year)}-${pad(month, 2)}-${pad(day, 2)}`;
  }
}

/** A time of day. It keeps what it was made from. */
export class TimeValue {
  constructor(
    readonly hour: number,
    readonly minute: number,
    readonly second: number,
    readonly nanos: number,
  ) {}

  compare(other: TimeValue): number {
    return (
      this.hour - other.hour ||
      this.minute - other.minute ||
      this.second - other.second ||
      this.nanos - other.nanos
    );
  }

  get seconds(): number {
    return this.hour * 3600 + this.minute * 60 + this.second;
  }

  /** The same within one day: 24:30 is 00:30. */
  get shown(): TimeValue {
    const seconds = this.seconds % DAY;
    return timeAt(seconds, this.nanos);
  }

  toString(): string {
    const { hour, minute, second, nanos } = this.shown;
    return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}.${pad(Math.floor(nanos / 1000), 6)}`;
  }
}

export const MIDNIGHT = new TimeValue(0, 0, 0, 0);

const timeAt = (seconds: number, nanos: number): TimeValue =>
  new TimeValue(
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    Math.floor(seconds) % 60,
    nanos,
  );

/** An instant, with the place whose clock shows it. */
export class DateTimeValue {
  #offset: number | undefined;

  constructor(
    /** Whole seconds since 1970. */
    readonly seconds: number,
    readonly nanos: number,
    readonly zone: Zone,
  ) {
    withinReach(seconds);
  }

  /** What a place's clock shows; parts out of range count on. */
  static local(date: DateValue, time: TimeValue, zone: Zone): DateTimeValue {
    const wall = withinReach(date.number * DAY + time.seconds);
    return new DateTimeValue(instantOf(wall, zone), time.nanos, zone);
  }

  /** Of nanoseconds since 1970. */
  static ofNanos(nanos: bigint, zone: Zone): DateTimeValue {
    const rest = ((nanos % BILLION) + BILLION) % BILLION;
    return new DateTimeValue(Number((nanos - rest) / BILLION), Number(rest), zone);
  }

  get inNanos(): bigint {
    return BigInt(this.seconds) * BILLION + BigInt(this.nanos);
  }

  /** Seconds east of Greenwich. */
  get offset(): number {
    this.#offset ??= zoneOffset(this.zone, this.seconds);
    return this.#offset;
  }

  get #wall(): number {
    return this.seconds + this.offset;
  }

  get date(): DateValue {
    return DateValue.ofDay(Math.floor(this.#wall / DAY));
  }

  get time(): TimeValue {
    const wall = this.#wall;
    return timeAt(wall - Math.floor(wall / DAY) * DAY, this.nanos);
  }

  in(zone: Zone): DateTimeValue {
    return new DateTimeValue(this.seconds, this.nanos, zone);
  }

  compare(other: DateTimeValue): number {
    return this.seconds - other.seconds || this.nanos - other.nanos;
  }

  toString(): string {
    return `${this.date}T${this.time}${this.offset === 0 ? 'Z' : offsetText(this.offset, ':')}`;
  }
}

const BILLION = 1_000_000_000n;

function zoneOffset(zone: Zone, seconds: number): number {
  if ('offset' in zone) return zone.offset;
  return zone.name === 'UTC' ? 0 : offsetAt(zone.name, seconds * 1000);
}

function instantOf(wall: number, zone: Zone): number {
  if ('offset' in zone) return wall - zone.offset;
  return zone.name === 'UTC' ? wall : toInstant(wall, zone.name).seconds;
}

/** `+02:00`, or `+0200` with an empty separator. */
export function offsetText(offset: number, separator: string): string {
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const sign = offset < 0 ? '-' : '+';
  return `${sign}${pad(Math.trunc(minutes / 60), 2)}${separator}${pad(minutes % 60, 2)}`;
}

export const yearText = (year: number): string => (year < 0 ? `-${pad(-year, 4)}` : pad(year, 4));

export const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** A zone by its IANA name, which is written exactly so; undefined if there is none. */
export function zoneNamed(name: string): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  if (name.length > LONGEST_NAME) return undefined;
  return zoneFound(name);
}

const MOST_KNOWN = 1000;

/** No zone has a longer one. */
const LONGEST_NAME = 64;

/** Finding one takes long. */
const zoneFound = memoized(MOST_KNOWN, (name: string): Zone | undefined => {
  try {
    const known = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    const sameLetters = known.toLowerCase() === name.toLowerCase();
    return (sameLetters && known !== name) || name === name.toLowerCase() ? undefined : { name };
  } catch {
    return undefined;
  }
});
