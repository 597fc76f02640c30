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

/** Whether a JSON is longer than so many letters because of its values alone: each has one at least, and a comma or bracket. */
export function hasValuesBeyond(input: unknown, letters: number): boolean {
  let left = letters / 2;
  const todo = [input];
  for (let one = todo.pop(); one !== undefined; one = todo.pop()) {
    if (--left < 0) return true;
    if (!Array.isArray(one) && !isObject(one)) continue;
    const values = Object.values(one);
    if (values.length > left) return true;
    todo.push(...values);
  }
  return false;
}

/**
 * How the server normalizes params: keys become identifiers, lists become objects, nulls become empty texts, long texts are
 * cut, and what comes after 256 values, at any depth, is left out.
 */
export const tidyParams = (input: unknown): unknown => tidied(input, { count: -1 });

function tidied(input: unknown, seen: { count: number }): unknown {
  seen.count++;
  if (input === null) return '';
  if (input instanceof JsonNumber) return Number(input.source);
  if (typeof input === 'string') return [...input].slice(0, MOST_LETTERS).join('');
  if (typeof input !== 'object') return input;
  const out: Record<string, unknown> = {};
  const values = input as Record<string, unknown>;
  for (const key of Object.keys(values)) {
    out[tidyKey(key)] = tidied(values[key], seen);
    if (seen.count >= MOST_VALUES) break;
  }
  return out;
}

function tidyKey(key: string): string {
  return [...key.replace(/[^A-Za-z0-9_]/g, '_')].slice(0, MOST_KEY_LETTERS).join('');
}
