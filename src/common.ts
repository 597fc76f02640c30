import * as languageCommon from '@openfn/language-common';
import {
  helper,
  holds,
  isReader,
  listAt,
  listFor,
  lookedUp,
  readerOf,
  refuse,
  refuseMore,
  refuseUncalled,
  requireFunction,
  requirePath,
  stepOfJob,
  stepsOf,
  valueFor,
  whenGiven,
} from './operations/base/helper.js';
import { requireStateAtAll } from './operations/base/operation.js';
import type { Operation, Source, State, Step, ValueReader } from './types/state.js';
import { chunk as inPieces } from './util.js';

/**
 * The helpers of language-common that jobs use. They are declared here because its own types do not
 * resolve under every module resolution. Helpers that return an operation mark it, so that nobody uses
 * it as a value.
 */

/** Options of `cursor`. */
export interface CursorOptions {
  /** The key of state for the cursor. Default: `cursor`. */
  key?: string;
  /** Used if the value is null or undefined. */
  defaultValue?: unknown;
  /** Turns the value into the cursor, after words such as `today` became a date. */
  format?: (value: unknown) => unknown;
}

/**
 * The older name of `fn`.
 * @public
 * @function
 * @namespace global
 * @param {Function} func - Takes the state and returns the next one.
 * @returns {Operation}
 */
export function alterState(func: Step, ...more: never[]): Operation {
  return stepOfJob('alterState', func, more);
}

/**
 * Split a list into parts, like `util.chunk`.
 * @public
 * @function
 * @namespace global
 * @param {Array} array - The list.
 * @param {number} chunkSize - The maximum number of items in a part.
 * @returns {Array}
 */
export function chunk<Item>(array: readonly Item[], chunkSize: number): Item[][] {
  return inPieces(array, chunkSize);
}

/**
 * Run an operation, and save its result under a key of the state. `state.data` does not change.
 * @public
 * @function
 * @namespace global
 * @param {string} key - The key of state.
 * @param {Operation} operation - Its result is saved there.
 * @returns {Operation}
 */
export function as(
  key: string | ((state: State) => string),
  operation: Step,
  ...more: never[]
): Operation {
  const run: Step = state => {
    const given = valueFor('as', state, key, 'key');
    if (typeof given !== 'string' || given === '') refuse('as', 'key', given);
    requireFunction('as', 'operation', operation);
    refuseMore('as', 'operation', more);
    const keepData: Step = next =>
      whenGiven(operation(next), after => {
        refuseUncalled('as', after);
        requireStateAtAll(after);
        return after;
      });
    return languageCommon.as(given, keepData)(state);
  };
  return helper('as', run, [operation, ...more]);
}

/**
 * Combine several operations into one. They run one after the other.
 * @public
 * @function
 * @namespace global
 * @param {Operation} operations - The operations.
 * @returns {Operation}
 */
export function combine(...operations: Step[]): Operation {
  const run: Step = state => {
    for (const operation of operations) requireFunction('combine', 'operation', operation);
    const steps = operations.map(stepsOf('combine', state));
    return languageCommon.combine(...steps)(state);
  };
  return helper('combine', run, operations);
}

/**
 * Set `state.cursor`. Words such as `now`, `today`, `yesterday`, `2 hours ago`, `3 days ago` and `start` become dates.
 * @public
 * @function
 * @namespace global
 * @param {string} value - A date, one of these words, a page number, or a function of state.
 * @param {CursorOptions} [options] - `key`, `defaultValue`, `format`.
 * @returns {Operation}
 */
export function cursor(value: unknown, options: CursorOptions = {}): Operation {
  return helper('cursor', state =>
    languageCommon.cursor(valueFor('cursor', state, value, 'value'), options)(state),
  );
}

/**
 * The JSONPath of a key in `state.data`: `name` becomes `$.data.name`.
 * @public
 * @function
 * @namespace global
 * @param {string} path - The path in `state.data`.
 * @returns {string}
 */
export function dataPath(path: string): string {
  requirePath('dataPath', path);
  return languageCommon.dataPath(path);
}

/**
 * Read one value from `state.data`.
 * @public
 * @function
 * @namespace global
 * @param {string} path - A JSONPath in `state.data`.
 * @returns {Function} A function of state.
 */
export function dataValue(path: string): ValueReader {
  return readerOf('dataValue', languageCommon.dataValue, path);
}

/**
 * Run an operation for each item of a list. `state.data` is the item, and `state.index` its position.
 * @public
 * @function
 * @namespace global
 * @param {Array} source - A list, a JSONPath (`$.data[*]`), or a function of state.
 * @param {Operation} operation - Runs for each item.
 * @returns {Operation}
 */
export function each(source: Source, operation: Step, ...more: never[]): Operation {
  const run: Step = state => {
    requireFunction('each', 'operation', operation);
    refuseMore('each', 'operation', more);
    const list = listFor('each', state, source);
    return languageCommon.each(list, stepsOf('each', state)(operation))(state);
  };
  return helper('each', run, [operation, ...more]);
}

/**
 * A key and its value, for `fields`.
 * @public
 * @function
 * @namespace global
 * @param {string} key - The key.
 * @param {any} value - The value, or a function of state that returns it.
 * @returns {Array}
 */
export function field(key: string, value: unknown): [string, unknown] {
  return languageCommon.field(key, value);
}

/**
 * Make an object from keys and values.
 * @public
 * @function
 * @namespace global
 * @param {Array} fields - Pairs, as `field` returns them.
 * @returns {object}
 */
export function fields(...fields: [string, unknown][]): { [key: string]: unknown } {
  return languageCommon.fields(...fields);
}

/**
 * Run your own code as an operation. It must return the state.
 * @public
 * @function
 * @namespace global
 * @param {Function} func - Takes the state and returns the next one.
 * @returns {Operation}
 */
export function fn(func: Step, ...more: never[]): Operation {
  return stepOfJob('fn', func, more);
}

/**
 * Run an operation only if a condition is true.
 * @public
 * @function
 * @namespace global
 * @param {boolean} condition - A value, or a function of state.
 * @param {Operation} operation - Runs if the condition is truthy.
 * @returns {Operation}
 */
export function fnIf(condition: unknown, operation: Step, ...more: never[]): Operation {
  const run: Step = state => {
    requireFunction('fnIf', 'operation', operation);
    refuseMore('fnIf', 'operation', more);
    if (!holds('fnIf', state, condition)) return state;
    return whenGiven(operation(state), after => {
      refuseUncalled('fnIf', after);
      return after as State;
    });
  };
  return helper('fnIf', run, [operation, ...more]);
}

/**
 * Group a list by a key of its items. `state.data` becomes an object with a list for each value of the key. This has nothing to do with groups in RapidPro: see `addToGroup`.
 * @public
 * @function
 * @namespace global
 * @param {Array} source - A list, or a function of state.
 * @param {string} keyPath - The key, or a path to it.
 * @param {Function} [callback] - Called at the end with the next state.
 * @returns {Operation}
 */
export function group(
  source: Source,
  keyPath: string | ((state: State) => string),
  callback: Step = state => state,
  ...more: never[]
): Operation {
  const run: Step = state => {
    requireFunction('group', 'function', callback);
    refuseMore('group', 'function', more);
    const list = valueFor('group', state, source, 'list');
    if (!Array.isArray(list)) refuse('group', 'list', list);
    return languageCommon.group(list as unknown[], keyPath, callback)(state);
  };
  return helper('group', run, [callback, ...more]);
}

/**
 * Read one value from what was in `state.data` before the last operation.
 * @public
 * @function
 * @namespace global
 * @param {string} path - A JSONPath in the first entry of `state.references`.
 * @returns {Function} A function of state.
 */
export function lastReferenceValue(path: string): ValueReader {
  return readerOf('lastReferenceValue', languageCommon.lastReferenceValue, path);
}

/**
 * Write values to the log of the run. Inside a function, use `console.log`.
 * @public
 * @function
 * @namespace global
 * @param {any} values - Values, or functions of state.
 * @returns {Operation}
 */
export function log(...values: unknown[]): Operation {
  const run: Step = state => {
    const read = values.map((value, at) =>
      isReader(value) ? () => lookedUp('log', state, value, `value ${at + 1}`) : value,
    );
    return languageCommon.log(...read)(state);
  };
  return stepOfJob('log', run);
}

/**
 * Call a function for each item of a list, and put what it returns into `state.data`.
 * @public
 * @function
 * @namespace global
 * @param {Array} items - A list, a JSONPath (`$.data[*]`), or a function of state.
 * @param {Function} callback - Gets the item, its position and the state.
 * @returns {Operation}
 */
export function map(
  items: Source,
  callback: (item: unknown, index: number, state: State) => unknown,
  ...more: never[]
): Operation {
  const run: Step = state => {
    requireFunction('map', 'function', callback);
    refuseMore('map', 'function', more);
    const look = (made: unknown) => {
      refuseUncalled('map', made);
      return made as State;
    };
    const call: typeof callback = (...given) => whenGiven(callback(...given), look);
    return languageCommon.map(listFor('map', state, items), call)(state);
  };
  return helper('map', run, more);
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
  return state => {
    requirePath('merge', source);
    listAt('merge', state, source);
    return languageCommon.merge(source, fields)(state);
  };
}

/**
 * Read CSV, as text or a stream, into `state.data`. For text, `util.parseCsv` returns the rows as a value.
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
  ...more: never[]
): Operation {
  const run: Step = state => {
    refuseMore('parseCsv', 'function', more);
    const text = valueFor('parseCsv', state, csvData, 'text');
    if (text === undefined || text === null) refuse('parseCsv', 'text', text);
    return languageCommon.parseCsv(text, parsingOptions, callback)(state);
  };
  return helper('parseCsv', run, [callback, ...more]);
}

/**
 * Read one value from the state.
 * @public
 * @function
 * @namespace global
 * @param {string} path - A JSONPath in state: `$.data.name`.
 * @returns {Function} A function of state.
 */
export function sourceValue(path: string): ValueReader {
  return readerOf('sourceValue', languageCommon.sourceValue, path);
}

export * as dateFns from './dateFns.js';
export * as util from './util.js';
