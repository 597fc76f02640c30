import { characterErrors, isTextual } from './checks.js';
import { readDateTime } from './datetime.js';
import type { JsonNumber } from './json.js';
import { readNumber } from './number.js';
import { readPlace } from './place.js';
import { pythonText } from './python.js';
import { cut, trim } from './text.js';
import type { FieldType, Locale, PlaceContext } from './types.js';

const LONGEST_TEXT = 640;

/** The stored field value: one reading for each type that the text can be parsed as. */
export interface FieldValue {
  text: string;
  number: string | null;
  datetime: string | null;
  state: string | null;
  district: string | null;
  ward: string | null;
}

/** The messages for a value that cannot be stored; none if `rawFieldText` applies. */
export function fieldErrors(value: unknown): string[] {
  if (value === null) return [];
  if (!isTextual(value)) return ['Not a valid string.'];
  return typeof value === 'string' ? characterErrors(trim(value)) : [];
}

/** The stored text of a field value in JSON; null if unset. */
export function rawFieldText(value: string | number | JsonNumber | null): string | null {
  if (value === null) return null;
  return cut(trim(pythonText(value)), LONGEST_TEXT) || null;
}

/** Every typed reading of a raw text. The field's type matters only for locations, where it determines the level. */
export function readFieldValue(
  raw: string,
  type: FieldType,
  locale: Locale,
  context: PlaceContext = {},
): FieldValue {
  const level = type === 'state' || type === 'district' || type === 'ward' ? type : null;
  const parent = { state: null, district: context.state, ward: context.district };
  return {
    text: raw,
    number: readNumber(trim(raw), locale.dialect),
    datetime: readDateTime(raw, locale),
    ...readPlace(raw, level, level && (parent[level] ?? null), locale.places),
  };
}

/** The value that a GET shows for a raw text and a field type. */
export function shownFieldValue(
  raw: string | null,
  type: FieldType,
  locale: Locale,
  context?: PlaceContext,
): string | null {
  return raw === null ? null : readFieldValue(raw, type, locale, context)[type];
}
