import { util } from '@openfn/language-common';
import { RapidProError } from '../client/errors.js';
import type { State } from '../types/state.js';

const DEEPEST = 20;

/** Values from a job live in another realm, where `instanceof Date` is false. */
function isDate(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Date]';
}

function refuse(where: string, what: string, fix: string): never {
  const code = /^(filters|query)\b/.test(where) ? 'INVALID_FILTER' : 'INVALID_INPUT';
  throw new RapidProError({ code, description: `${where} ${what}.`, fix });
}

/** Throws on what cannot travel as JSON, and names where it stands. */
function checkValue(value: unknown, where: string, depth = 0): void {
  if (isDate(value)) {
    refuse(
      where,
      'is a Date object',
      'Write dates as ISO text with a time zone: date.toISOString(), or "2026-01-31T00:00:00Z".',
    );
  }
  if (typeof value === 'bigint') refuse(where, 'is a BigInt', 'Write it as text: String(value).');
  if (typeof value === 'number' && !Number.isFinite(value)) {
    refuse(where, 'is a number that cannot be sent', 'Check the calculation before it.');
  }
  if (value === null || typeof value !== 'object') return;
  if (typeof (value as { then?: unknown }).then === 'function') {
    refuse(
      where,
      'is a promise',
      'Wait for it in an operation of its own, with fn(async state => …).',
    );
  }
  if (depth >= DEEPEST)
    refuse(where, 'is nested too deep, or in a circle', 'Send a flatter value.');
  const isArray = Array.isArray(value);
  for (const [key, item] of Object.entries(value)) {
    checkValue(item, isArray ? `${where}[${key}]` : `${where}.${key}`, depth + 1);
  }
}

/**
 * Puts values in the place of functions and references.
 *
 * @param state - what the functions are called with
 * @param value - an argument of an operation
 * @param where - its name, for errors
 */
export function expand(state: State, value: unknown, where: string): unknown {
  // language-common turns a Date into {}: look before and after.
  checkValue(value, where);
  const [expanded] = util.expandReferences(state, value);
  checkValue(expanded, where);
  return expanded;
}
