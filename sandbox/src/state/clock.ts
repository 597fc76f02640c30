/** Microseconds since 1970, as an integer: the resolution of a server's timestamps. */
export type Micros = number;

/** The sandbox's source of time. Tests inject one that they control. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** A clock that can be put forward. */
export class MovableClock implements Clock {
  #ahead = 0;
  #shown: number | undefined;

  constructor(readonly base: Clock) {}

  now(): number {
    return this.#shown ?? this.base.now() + this.#ahead;
  }

  /** Does something while the clock shows a time, in milliseconds. */
  showing<T>(time: number, act: () => T): T {
    this.#shown = time;
    try {
      return act();
    } finally {
      this.#shown = undefined;
    }
  }

  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
  }
}

/** The minimum interval between two timestamps, so that two events never share one. */
const STEP: Micros = 10;

/** Gives each event a unique timestamp, later than all before it, even with a coarse clock. */
export class Ticker {
  #last: Micros = 0;

  constructor(readonly clock: Clock) {}

  /** The latest timestamp. It changes with every event. */
  get last(): Micros {
    return this.#last;
  }

  /** A new timestamp. */
  tick(): Micros {
    this.#last = Math.max(this.#last + STEP, Math.round(this.clock.now() * 1000));
    return this.#last;
  }

  /** A timestamp just after the last one, for steps that a server takes within a microsecond or so. */
  next(): Micros {
    this.#last += 1;
    return this.#last;
  }

  /** The current time, without issuing a timestamp. */
  now(): Micros {
    return Math.max(this.#last, Math.round(this.clock.now() * 1000));
  }
}

const SECOND = 1_000_000;

function parts(at: Micros): { seconds: string; micros: string } {
  const whole = Math.floor(at / SECOND);
  const micros = String(at - whole * SECOND).padStart(6, '0');
  return { seconds: new Date(whole * 1000).toISOString().slice(0, 19), micros };
}

/** `2026-11-22T15:17:48.090903Z`. A fraction of zero is omitted, as in the servers' serializers. */
export function isoTime(at: Micros): string {
  const { seconds, micros } = parts(at);
  return micros === '000000' ? `${seconds}Z` : `${seconds}.${micros}Z`;
}

/** Always six fractional digits, as the flow engine writes times inside a run. */
export function engineTime(at: Micros): string {
  const { seconds, micros } = parts(at);
  return `${seconds}.${micros}Z`;
}

/** Python's text of a datetime, as used in cursors. */
export function cursorTime(at: Micros): string {
  const { seconds, micros } = parts(at);
  return `${seconds.replace('T', ' ')}${micros === '000000' ? '' : `.${micros}`}+00:00`;
}

const TIME =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,6})\d*)?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;

function offsetMinutes(zone: string | undefined): number {
  if (!zone || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Parses an ISO time to the microsecond: a date alone is its midnight, a missing zone is UTC. Undefined if invalid. */
export function parseTime(text: string): Micros | undefined {
  const found = TIME.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = found;
  const time = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const back = new Date(time);
  const real =
    back.getUTCMonth() === Number(month) - 1 &&
    back.getUTCDate() === Number(day) &&
    back.getUTCHours() === Number(hour) &&
    back.getUTCMinutes() === Number(minute);
  if (!real) return undefined;
  return (time / 1000 - offsetMinutes(zone) * 60) * SECOND + Number(fraction.padEnd(6, '0') || 0);
}
