import type { Dialect } from '../../../src/resources.js';
import { JsonNumber } from './json.js';
import { isLanguageCode } from './language-codes.js';
import { pythonText } from './python.js';
import { lengthOf, trim } from './text.js';

interface TextLimits {
  min?: number;
  max?: number;
}

export type Checked = { value: string | null } | { errors: string[] };

/**
 * Validates a text field of the API: null is kept, blank is refused, numbers become text, the rest is trimmed and
 * measured.
 */
export function checkText(value: unknown, limits: TextLimits): Checked {
  if (value === null || value === undefined) return { value: null };
  if (!isTextual(value)) return { errors: ['Not a valid string.'] };
  const text = trim(pythonText(value));
  if (text === '') return { errors: ['This field may not be blank.'] };
  const errors = [...lengthErrors(text, limits), ...characterErrors(text)];
  return errors.length > 0 ? { errors } : { value: text };
}

/** Strings and numbers are accepted as text; booleans, lists and objects are not. */
export function isTextual(value: unknown): value is string | number | JsonNumber {
  return typeof value === 'string' || typeof value === 'number' || value instanceof JsonNumber;
}

export function lengthErrors(text: string, { min = 0, max = Infinity }: TextLimits): string[] {
  const length = lengthOf(text);
  if (length > max) return [`Ensure this field has no more than ${max} characters.`];
  return length < min ? [`Ensure this field has at least ${min} characters.`] : [];
}

/** Characters that the API refuses in any text. */
export function characterErrors(text: string): string[] {
  const errors: string[] = [];
  if (text.includes('\0')) errors.push('Null characters are not allowed.');
  const lone = /\p{Surrogate}/u.exec(text)?.[0];
  if (lone) {
    const code = lone.charCodeAt(0).toString(16).toUpperCase();
    errors.push(`Surrogate characters are not allowed: U+${code}.`);
  }
  return errors;
}

/** A contact's name as stored, or the validation messages. */
export function storeName(value: unknown): Checked {
  return checkText(value, { max: 64 });
}

/** A contact's language as stored, or the validation messages. A creation lowercases it, an update does not. */
export function storeLanguage(
  value: unknown,
  mode: 'create' | 'update',
  _dialect?: Dialect,
): Checked {
  const checked = checkText(value, { min: 3, max: 3 });
  if ('errors' in checked || checked.value === null) return checked;
  const code = checked.value.toLowerCase();
  if (!isLanguageCode(code)) return { errors: ['Not a valid ISO639-3 language code.'] };
  return { value: mode === 'create' ? code : checked.value };
}
