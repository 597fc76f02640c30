import { isObject } from './match.js';

/** Compares only keys and types. Null matches anything, an empty list any list. */
export function shapeDifferences(expected: unknown, actual: unknown, at = 'body'): string[] {
  if (expected === null || actual === null) return [];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${at}: a list is ${kindOf(actual)}`];
    return expected.flatMap((one, i) => {
      const other = actual[i] ?? actual[0];
      return other === undefined ? [] : shapeDifferences(one, other, `${at}[${i}]`);
    });
  }
  if (isObject(expected)) return objectShape(expected, actual, at);
  return typeof expected === typeof actual
    ? []
    : [`${at}: ${typeof expected} is ${kindOf(actual)}`];
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'a list' : typeof value);

/** Objects whose keys are data and may differ between workspaces. */
const OPEN = /\.(fields|values|channels|params|extra|data|text|attachments|quick_replies|message)$/;

function objectShape(expected: Record<string, unknown>, actual: unknown, at: string): string[] {
  if (!isObject(actual)) return [`${at}: an object is ${kindOf(actual)}`];
  const open = OPEN.test(at);
  const missing = Object.keys(expected).filter(key => !Object.hasOwn(actual, key));
  const extra = Object.keys(actual).filter(key => !Object.hasOwn(expected, key));
  return [
    ...(open ? [] : missing.map(key => `${at}.${key} is missing`)),
    ...(open ? [] : extra.map(key => `${at}.${key} was not recorded`)),
    ...Object.keys(expected)
      .filter(key => Object.hasOwn(actual, key))
      .flatMap(key => shapeDifferences(expected[key], actual[key], `${at}.${key}`)),
  ];
}
