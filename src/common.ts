import * as languageCommon from '@openfn/language-common';
import { markOperation } from './operations/base/isOperation.js';
import type { Operation, State } from './types/state.js';

/**
 * The helpers of language-common that jobs use, with types of our own: those that it ships do not
 * resolve under every module resolution.
 */

type Step = (state: State) => State | Promise<State>;
/** A path into state, an array, or a function that gives one. */
type Source = string | unknown[] | ((state: State) => unknown);
type Reader = (state: State) => unknown;

interface Helpers {
  alterState(func: Step): Operation;
  as(key: string, operation: Step): Operation;
  combine(...operations: Step[]): Operation;
  cursor(value: unknown, options?: object): Operation;
  dataPath(path: string): string;
  dataValue(path: string): Reader;
  dateFns: {
    format(date: Date | number, format: string): string;
    parse(text: string, format: string, base: Date | number): Date;
  };
  each(source: Source, operation: Step): Operation;
  field(key: string, value: unknown): [string, unknown];
  fields(...fields: [string, unknown][]): { [key: string]: unknown };
  fn(func: Step): Operation;
  fnIf(condition: unknown, operation: Step): Operation;
  group(source: Source, keyPath: string, callback?: Step): Operation;
  lastReferenceValue(path: string): Reader;
  log(...values: unknown[]): Operation;
  map(path: string, callback: Step, state?: State): Operation;
  merge(source: Source, fields: unknown): Reader;
  sourceValue(path: string): Reader;
  util: { [helper: string]: unknown };
}

const helpers: Helpers = languageCommon;

/** The same helper. What it makes is known as an operation, so that nobody takes it for a value. */
function marking<Args extends unknown[]>(
  helper: (...args: Args) => Operation,
): (...args: Args) => Operation {
  const marked = (...args: Args) => markOperation(helper(...args));
  return Object.defineProperties(marked, {
    name: { value: helper.name },
    length: { value: helper.length },
  });
}

export const alterState = marking(helpers.alterState);
export const as = marking(helpers.as);
export const combine = marking(helpers.combine);
export const cursor = marking(helpers.cursor);
export const each = marking(helpers.each);
export const fn = marking(helpers.fn);
export const fnIf = marking(helpers.fnIf);
export const group = marking(helpers.group);
export const log = marking(helpers.log);
export const map = marking(helpers.map);

export const {
  dataPath,
  dataValue,
  dateFns,
  field,
  fields,
  lastReferenceValue,
  merge,
  sourceValue,
  util,
} = helpers;
