import * as languageCommon from '@openfn/language-common';
import { makeOperation, named } from './input/isOperation.js';
import type { Operation, Source, State, Step, ValueReader } from './types/state.js';
import { chunk as inPieces } from './util.js';

/**
 * The helpers of language-common that jobs use. They are declared here because its own types do not
 * resolve under every module resolution. What makes an operation marks it as one, so that nobody takes
 * it for a value.
 */

/** Options of `cursor`. */
export interface CursorOptions {
  /** The key of state that holds the cursor. Default: `cursor`. */
  key?: string;
  /** Taken where the value is null or undefined. */
  defaultValue?: unknown;
  /** Makes the cursor of the value, after words such as `today` became a date. */
  format?: (value: unknown) => unknown;
}

/**
 * The same as `fn`, by its older name.
 * @public
 * @function
 * @namespace global
 * @param {Function} func - Takes the state and returns the next one.
 * @returns {Operation}
 */
export function alterState(func: Step): Operation {
  return named('alterState', makeOperation(languageCommon.alterState(func)), func);
}

/**
 * A list in pieces, as `util.chunk` gives it.
 * @public
 * @function
 * @namespace global
 * @param {Array} array - The list.
 * @param {number} chunkSize - The most that a piece may hold.
 * @returns {Array}
 */
export function chunk<Item>(array: readonly Item[], chunkSize: number): Item[][] {
  return inPieces(array, chunkSize);
}

/**
 * Run an operation, and keep its result under a key of state. `state.data` stays as it was.
 * @public
 * @function
 * @namespace global
 * @param {string} key - The key of state.
 * @param {Operation} operation - Its `state.data` goes there.
 * @returns {Operation}
 */
export function as(key: string | ((state: State) => string), operation: Step): Operation {
  return named('as', makeOperation(languageCommon.as(key, operation)), operation);
}

/**
 * Make one operation of several, which run one after the other.
 * @public
 * @function
 * @namespace global
 * @param {Operation} operations - The operations.
 * @returns {Operation}
 */
export function combine(...operations: Step[]): Operation {
  return named('combine', makeOperation(languageCommon.combine(...operations)), operations);
}

/**
 * Set `state.cursor`. Words such as `now`, `today`, `yesterday`, `2 hours ago`, `3 days ago` and `start` become dates.
 * @public
 * @function
 * @namespace global
 * @param {string} value - A date, one of these words, a number of a page, or a function of state.
 * @param {CursorOptions} [options] - `key`, `defaultValue`, `format`.
 * @returns {Operation}
 */
export function cursor(value: unknown, options: CursorOptions = {}): Operation {
  return named('cursor', makeOperation(languageCommon.cursor(value, options)));
}

/**
 * The JSONPath of a key of `state.data`: `$.data.name` of `name`.
 * @public
 * @function
 * @namespace global
 * @param {string} path - Where in `state.data`.
 * @returns {string}
 */
export function dataPath(path: string): string {
  return languageCommon.dataPath(path);
}

/**
 * Pick one value out of `state.data`.
 * @public
 * @function
 * @namespace global
 * @param {string} path - A JSONPath in `state.data`.
 * @returns {Function} A function of state.
 */
export function dataValue(path: string): ValueReader {
  return languageCommon.dataValue(path);
}

/**
 * Run an operation for each item of a list. The operation finds the item in `state.data`, and its place in `state.index`.
 * @public
 * @function
 * @namespace global
 * @param {Array} source - A list, a JSONPath (`$.data[*]`), or a function of state.
 * @param {Operation} operation - Runs for each item.
 * @returns {Operation}
 */
export function each(source: Source, operation: Step): Operation {
  return named('each', makeOperation(languageCommon.each(source, operation)), operation);
}

/**
 * A key and its value, for `fields`.
 * @public
 * @function
 * @namespace global
 * @param {string} key - The key.
 * @param {any} value - The value, or a function of state that gives it.
 * @returns {Array}
 */
export function field(key: string, value: unknown): [string, unknown] {
  return languageCommon.field(key, value);
}

/**
 * Make an object of keys and values.
 * @public
 * @function
 * @namespace global
 * @param {Array} fields - Each as `field` gives it.
 * @returns {object}
 */
export function fields(...fields: [string, unknown][]): { [key: string]: unknown } {
  return languageCommon.fields(...fields);
}

/**
 * Run code of your own as a step of the job. It must return the state.
 * @public
 * @function
 * @namespace global
 * @param {Function} func - Takes the state and returns the next one.
 * @returns {Operation}
 */
export function fn(func: Step): Operation {
  return named('fn', makeOperation(languageCommon.fn(func)), func);
}

/**
 * Run an operation only where a condition holds.
 * @public
 * @function
 * @namespace global
 * @param {boolean} condition - A value, or a function of state.
 * @param {Operation} operation - Runs where the condition is truthy.
 * @returns {Operation}
 */
export function fnIf(condition: unknown, operation: Step): Operation {
  return named('fnIf', makeOperation(languageCommon.fnIf(condition, operation)), operation);
}

/**
 * Group a list by a key of its items. `state.data` becomes an object with a list for each value of the key. Not about RapidPro's groups: see `addToGroup`.
 * @public
 * @function
 * @namespace global
 * @param {Array} source - A list, or a function of state.
 * @param {string} keyPath - The key, or a path to it.
 * @param {Function} [callback] - Called last with the next state.
 * @returns {Operation}
 */
export function group(
  source: Source,
  keyPath: string | ((state: State) => string),
  callback: Step = state => state,
): Operation {
  return named('group', makeOperation(languageCommon.group(source, keyPath, callback)), callback);
}

/**
 * Pick one value out of what was in `state.data` before the last operation.
 * @public
 * @function
 * @namespace global
 * @param {string} path - A JSONPath in the first entry of `state.references`.
 * @returns {Function} A function of state.
 */
export function lastReferenceValue(path: string): ValueReader {
  return languageCommon.lastReferenceValue(path);
}

/**
 * Write values to the log of the run. Inside a function use `console.log`.
 * @public
 * @function
 * @namespace global
 * @param {any} values - Values, or functions of state.
 * @returns {Operation}
 */
export function log(...values: unknown[]): Operation {
  return named('log', makeOperation(languageCommon.log(...values)));
}

/**
 * Call a function for each item of a list, and put what it returns into `state.data`.
 * @public
 * @function
 * @namespace global
 * @param {Array} items - A list, or a JSONPath (`$.data[*]`).
 * @param {Function} callback - Takes the item, its place and the state.
 * @returns {Operation}
 */
export function map(
  items: string | readonly unknown[],
  callback: (item: unknown, index: number, state: State) => unknown,
): Operation {
  return named('map', makeOperation(languageCommon.map(items, callback)));
}

/**
 * Add the same keys to each item of a list.
 * @public
 * @function
 * @namespace global
 * @param {string} source - A JSONPath to the list.
 * @param {object} fields - The keys and their values; values may be functions of state.
 * @returns {Function} A function of state that gives the list.
 */
export function merge(source: string, fields: unknown): ValueReader {
  return languageCommon.merge(source, fields);
}

/**
 * Read a table that is written as text, or a stream of it, into `state.data`. Where the text is at hand, `util.parseCsv` gives its rows as a value.
 * @public
 * @function
 * @namespace global
 * @param {string} csvData - The text, a stream, or a function of state.
 * @param {object} [parsingOptions] - `delimiter`, `quote`, `escape`, `columns`, `bom`, `trim`, `skip_empty_lines`, `chunkSize` (rows at a time; default: all).
 * @param {function} [callback] - Called with the state and the rows of each chunk.
 * @returns {Operation}
 */
export function parseCsv(
  csvData: unknown,
  parsingOptions: object = {},
  callback?: (state: State, rows: unknown[]) => State | Promise<State>,
): Operation {
  const parse = languageCommon.parseCsv(csvData, parsingOptions, callback);
  return named('parseCsv', makeOperation(parse), callback);
}

/**
 * Pick one value out of state.
 * @public
 * @function
 * @namespace global
 * @param {string} path - A JSONPath in state: `$.data.name`.
 * @returns {Function} A function of state.
 */
export function sourceValue(path: string): ValueReader {
  return languageCommon.sourceValue(path);
}

export * as dateFns from './dateFns.js';
export * as util from './util.js';
