import { JsonNumber } from './json.js';
import type { FieldType, Locale, PlaceContext } from './types.js';

/** What the server keeps of one field value: one reading for each type that the text can be read as. */
export interface FieldValue {
  text: string;
  number: string | null;
  datetime: string | null;
  state: string | null;
  district: string | null;
  ward: string | null;
}

export function rawFieldText(value: string | JsonNumber | null): string | null {
  const text = value instanceof JsonNumber ? value.source : (value ?? '');
  return text.trim() || null;
}

export function readFieldValue(
  raw: string,
  _type: FieldType,
  _locale: Locale,
  _context?: PlaceContext,
): FieldValue {
  return { text: raw, number: null, datetime: null, state: null, district: null, ward: null };
}

export function shownFieldValue(
  raw: string | null,
  type: FieldType,
  locale: Locale,
  context?: PlaceContext,
): string | null {
  return raw === null ? null : readFieldValue(raw, type, locale, context)[type];
}

/** What the server answers for a value that is no text: nothing when it has a raw text. */
export function fieldErrors(value: unknown): string[] {
  const fits = value === null || typeof value === 'string' || value instanceof JsonNumber;
  return fits ? [] : ['Not a valid string.'];
}
