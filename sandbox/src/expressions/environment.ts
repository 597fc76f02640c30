import type { Dialect } from '../../../src/resources.js';
import type { Micros } from '../state/clock.js';
import type { Places } from '../values/index.js';
import { Meter } from './limits.js';
import { DateTimeValue, UTC, type Zone, zoneNamed } from './times.js';
import { type Language, type Words, wordsIn } from './words.js';

/** Where expressions are evaluated: what their values are read and printed by. */
export interface Environment {
  dialect: Dialect;
  /** An IANA name. */
  timezone: string;
  dateStyle: 'day_first' | 'month_first' | 'year_first';
  /** Two letters, for phone numbers; empty if there is none. */
  country: string;
  /** Of the names of months and days. */
  language: Language;
  /** The current time. */
  now(): DateTimeValue;
  /** Undefined where the workspace has no locations. */
  places?: Places | undefined;
}

/** A time of the state. Servers read theirs in UTC. */
export const engineDateTime = (at: Micros): DateTimeValue =>
  DateTimeValue.ofNanos(BigInt(at) * 1000n, UTC);

/** Something in a template that the sandbox does not know how to answer. */
type Tell = (what: string) => void;

/** The evaluation of one template: its environment, and what it has cost so far. */
export class Evaluation {
  readonly meter = new Meter();
  /** How deep evaluation is at the moment. */
  level = 0;
  /** The names of the zones that the template has asked for. */
  readonly zones = new Set<string>();
  #zone: Zone | undefined;

  constructor(
    readonly environment: Environment,
    readonly tell: Tell,
  ) {}

  get isOld(): boolean {
    return this.environment.dialect === 'v9';
  }

  get zone(): Zone {
    this.#zone ??= zoneNamed(this.environment.timezone) ?? UTC;
    return this.#zone;
  }

  get words(): Words {
    return wordsIn(this.environment.language);
  }

  /** How dates are printed and read: `DD-MM-YYYY`. */
  get dateLayout(): string {
    return DATE_LAYOUTS[this.environment.dateStyle];
  }

  get timeLayout(): string {
    return this.environment.dateStyle === 'month_first' ? 'h:mm aa' : 'tt:mm';
  }
}

const DATE_LAYOUTS = {
  day_first: 'DD-MM-YYYY',
  month_first: 'MM-DD-YYYY',
  year_first: 'YYYY-MM-DD',
} as const;
