import { type Checked, checkText } from './checks.js';

/** A contact's name as stored, or the validation messages. */
export function storeName(value: unknown): Checked {
  return checkText(value, { max: 64 });
}
