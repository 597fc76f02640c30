import type { Dialect } from '../../../src/resources.js';
import type { Places } from './place.js';

/** The workspace settings that determine how values are stored. */
export interface Locale {
  /** Two letters, such as `RW`; empty if the workspace has none. */
  country: string;
  /** IANA name, such as `Africa/Kigali`. */
  timezone: string;
  dateStyle: 'day_first' | 'month_first' | 'year_first';
  dialect: Dialect;
  /** The current time in milliseconds: a date alone gets its time of day. */
  now(): number;
  places?: Places;
}

export const FIELD_TYPES = ['text', 'number', 'datetime', 'state', 'district', 'ward'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** The contact's other location fields, as shown: full paths. */
export interface PlaceContext {
  state?: string | null;
  district?: string | null;
}
