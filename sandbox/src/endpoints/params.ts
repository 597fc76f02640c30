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
 * How the server normalizes params: keys become identifiers, lists become objects, nulls become empty texts, long texts are
 * cut, and what comes after 256 values, at any depth, is left out.
 */
export const tidyParams = (input: unknown): unknown => tidied(input, { count: -1 });

function tidied(input: unknown, seen: { count: number }): unknown {
  seen.count++;
  if (input === null) return '';
  if (typeof input === 'string') return [...input].slice(0, MOST_LETTERS).join('');
  if (typeof input !== 'object') return input;
  const out: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(input as object)) {
    out[tidyKey(key)] = tidied(one, seen);
    if (seen.count >= MOST_VALUES) break;
  }
  return out;
}

function tidyKey(key: string): string {
  return [...key.replace(/[^A-Za-z0-9_]/g, '_')].slice(0, MOST_KEY_LETTERS).join('');
}
