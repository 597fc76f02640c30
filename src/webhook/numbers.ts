import type { Numbers, PushResult } from './push.js';
import { resultKey } from './resultKey.js';

/** A number as RapidPro writes it. `0788123123` is not one: a leading zero says that it is not a quantity. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;
/** For values that somebody says are numbers. */
const ANY_NUMBER = /^[+-]?\d+(\.\d+)?$/;

function asNumber(value: string, pattern: RegExp): number | string {
  const text = value.trim();
  if (!pattern.test(text)) return value;
  const number = Number(text);
  // Digits that a number cannot hold would be lost.
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : value;
}

/** Numbers in place of text, for the results that are asked for. Text that is not a number stays. */
export function withNumbers(
  results: { [key: string]: PushResult },
  numbers: Numbers,
): { [key: string]: PushResult } {
  if (!numbers) return results;
  const wanted = new Set(
    Array.isArray(numbers) ? numbers.flatMap(one => [one, resultKey(one)]) : [],
  );
  const convert = (key: string, result: PushResult): PushResult => {
    const named = wanted.has(key);
    if (typeof result.value !== 'string' || !(numbers === true || named)) return result;
    return { ...result, value: asNumber(result.value, named ? ANY_NUMBER : NUMBER) };
  };
  return Object.fromEntries(
    Object.entries(results).map(([key, result]) => [key, convert(key, result)]),
  );
}
