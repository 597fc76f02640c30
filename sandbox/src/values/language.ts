import type { Dialect } from '../../../src/resources.js';
import { type Checked, checkText } from './checks.js';
import { isLanguageCode } from './language-codes.js';

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
