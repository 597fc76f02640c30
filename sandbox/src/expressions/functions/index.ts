import type { Dialect } from '../../../../src/resources.js';
import { FunctionValue } from '../values.js';
import type { Functions } from './checks.js';
import { collections } from './collections.js';
import { conversions } from './conversions.js';
import { dates } from './dates.js';
import { formats } from './formats.js';
import { numbers } from './numbers.js';
import { tests } from './tests.js';
import { texts } from './texts.js';

/** The functions by what they are about, each by its name. */
export const GROUPS: Record<string, Functions> = {
  Conversions: conversions,
  Texts: texts,
  Numbers: numbers,
  'Dates and times': dates,
  'Arrays and objects': collections,
  Formats: formats,
  Tests: tests,
};

/** The functions that only `textit` has. */
export const ONLY_TEXTIT: readonly string[] = ['prompt', 'slice'];

const byName = new Map(
  Object.values(GROUPS).flatMap(group =>
    Object.entries(group).map(([name, run]) => [name, new FunctionValue(name, run)] as const),
  ),
);

/** A function by its name in lower case; undefined if the line of servers has none. */
export function functionNamed(name: string, dialect: Dialect): FunctionValue | undefined {
  return dialect === 'v9' && ONLY_TEXTIT.includes(name) ? undefined : byName.get(name);
}

/** A test of a router by its type; undefined if there is none. */
export function testNamed(type: string): FunctionValue | undefined {
  const lower = type.toLowerCase();
  return Object.hasOwn(tests, lower) ? byName.get(lower) : undefined;
}
