import type { Dialect } from '../../../src/resources.js';
import { characterErrors, isTextual } from './checks.js';
import { readDateTime } from './datetime.js';
import type { JsonNumber } from './json.js';
import { readPlace } from './place.js';
import { pythonText } from './python.js';
import { cut, trim, withoutZeros } from './text.js';
import type { FieldType, Locale, PlaceContext } from './types.js';

const LONGEST_TEXT = 640;

/** The stored field value: one reading for each type that the text can be parsed as. */
export type FieldValue = { text: string } & Record<Exclude<FieldType, 'text'>, string | null>;

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

/** The limits of `textit`: significant digits and magnitude. */
const MOST_DIGITS = 36;
const MOST_MAGNITUDE = 100;

/** A number as shown, exact and without extra zeros. Null if the text is not a plain decimal number. */
function readNumber(text: string, dialect: Dialect): string | null {
  const match = /^(-?)(\d*)(?:\.(\d+))?$/.exec(text);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (!match || whole + fraction === '') return null;
  const integer = whole.replace(/^0+/, '') || '0';
  const decimals = withoutZeros(fraction);
  if (dialect === 'textit' && !fits(integer, decimals)) return null;
  const shown = decimals === '' ? integer : `${integer}.${decimals}`;
  return shown === '0' ? shown : sign + shown;
}

function fits(integer: string, decimals: string): boolean {
  const digits = (integer + decimals).replace(/^0+/, '');
  const significant = withoutZeros(digits);
  const magnitude = digits.length - decimals.length - 1;
  return significant.length <= MOST_DIGITS && Math.abs(magnitude) <= MOST_MAGNITUDE;
}
