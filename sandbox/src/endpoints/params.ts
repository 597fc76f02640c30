import { isObject } from '../body/parse.js';
import { JsonNumber } from '../values/index.js';

const MOST_VALUES = 256;
const MOST_KEY_LETTERS = 255;
const MOST_LETTERS = 640;

/** The same JSON with plain numbers. */
export function plainJson(input: unknown): unknown {
  if (input instanceof JsonNumber) return Number(input.source);
  if (Array.isArray(input)) return input.map(plainJson);
  if (!isObject(input)) return input;
  return Object.fromEntries(Object.entries(input).map(([key, one]) => [key, plainJson(one)]));
}

/**
 * How the server normalizes params: keys become identifiers, lists become objects, nulls are dropped, long texts are
 * cut.
 */
export function tidyParams(input: unknown): unknown {
  if (input === null) return '';
  if (typeof input === 'string') return [...input].slice(0, MOST_LETTERS).join('');
  if (Array.isArray(input)) {
    return Object.fromEntries(
      input.slice(0, MOST_VALUES).map((one, index) => [String(index), tidyParams(one)]),
    );
  }
  if (typeof input !== 'object') return input;
  const entries = Object.entries(input as object).slice(0, MOST_VALUES);
  return Object.fromEntries(entries.map(([key, one]) => [tidyKey(key), tidyParams(one)]));
}

function tidyKey(key: string): string {
  return [...key.replace(/[^A-Za-z0-9_]/g, '_')].slice(0, MOST_KEY_LETTERS).join('');
}
