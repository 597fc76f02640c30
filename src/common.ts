import * as languageCommon from '@openfn/language-common';
import { fail } from './errors/errors.js';
import { type Given, isObject, refuseMore } from './input/check.js';
import { askFor, inOperation, isThenable, resolveValue } from './input/expand.js';
import { count } from './input/log.js';
import { isQuotedReference } from './input/missing.js';
import { refuseUnknownOptions } from './input/options.js';
import { isOperation, makeOperation, named, warnOnce } from './input/run.js';
import { asReader } from './operations/base/callback.js';
import { refuseUncalled, requireStateAtAll, whatItIs } from './operations/base/operation.js';
import type { Dictionary } from './types/json.js';
import type { Operation, Source, State, Step, ValueReader } from './types/state.js';
import { chunk as utilChunk } from './util.js';

/**
 * The helpers of language-common that jobs use. They are declared here because its own types do not
 * resolve under every module resolution. Helpers that return an operation mark it, so that nobody uses
 * it as a value.
 */

/** Options of `cursor`. */
interface CursorOptions {
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
  return utilChunk(array, chunkSize);
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
  return helper('as', [operation, ...more], state => {
    const given = valueFor('as', state, key, 'key');
    if (typeof given !== 'string' || given === '') refuse('as', 'key', given);
    requireOne('as', 'operation', operation, more);
    const keepData: Step = next =>
      whenGiven(operation(next), result => {
        const after = called('as', result);
        requireStateAtAll(after);
        return after;
      });
    return languageCommon.as(given, keepData)(state);
  });
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
  return helper('combine', operations, state => {
    for (const operation of operations) requireOne('combine', 'operation', operation);
    const steps = operations.map(stepsOf('combine', state));
    return languageCommon.combine(...steps)(state);
  });
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
  const given: Given = arguments;
  return helper('cursor', [], state => {
    refuseMore('cursor', given, [value, options]);
    requireOptions('cursor', options, ['key', 'defaultValue', 'format']);
    const { format } = options;
    if (format !== undefined) requireOne('cursor', 'function', format);
    return languageCommon.cursor(valueFor('cursor', state, value, 'value'), options)(state);
  });
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
 * Run an operation for each item of a list. `state.data` is the item, and `state.index` its position. Afterwards, `state.data` is what the last item left there.
 * @public
 * @function
 * @namespace global
 * @param {Array} source - A list, a JSONPath (`$.data[*]`), or a function of state.
 * @param {Operation} operation - Runs for each item.
 * @returns {Operation}
 */
export function each(source: Source, operation: Step, ...more: never[]): Operation {
  return helper('each', [operation, ...more], state => {
    requireOne('each', 'operation', operation, more);
    const list = listFor('each', state, source);
    return languageCommon.each(list, stepsOf('each', state)(operation))(state);
  });
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
  for (const one of fields)
    if (!Array.isArray(one) || one.length !== 2) refuse('fields', 'pair', one);
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
  return helper('fnIf', [operation, ...more], state => {
    requireOne('fnIf', 'operation', operation, more);
    if (!holds(state, condition)) return state;
    return whenGiven(operation(state), after => called('fnIf', after));
  });
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
  return helper('group', [callback, ...more], state => {
    requireOne('group', 'function', callback, more);
    const list = valueFor('group', state, source, 'list');
    if (!Array.isArray(list)) refuse('group', 'list', list);
    const last: Step = next => {
      const kept = Object.values(next.data as { [key: string]: unknown[] }).flat().length;
      if (kept < list.length)
        warnOnce(
          `group() left out ${list.length - kept} of ${count(list.length, 'item')}, because they have no such key. Check its second argument, and the list.`,
        );
      return callback(next);
    };
    return languageCommon.group(list, keyPath, last)(state);
  });
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
    const read = values.map((value, at) => shown(state, value, `its value ${at + 1}`));
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
  return helper('map', more, state => {
    requireOne('map', 'function', callback, more);
    const call: typeof callback = (...given) =>
      whenGiven(callback(...given), made => called('map', made));
    return languageCommon.map(listFor('map', state, items), call)(state);
  });
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
  return helper('parseCsv', [callback, ...more], async state => {
    refuseOthers('parseCsv', 'function', more);
    requireOptions('parseCsv', parsingOptions, CSV_OPTIONS);
    if (callback !== undefined) requireOne('parseCsv', 'function', callback);
    const text = valueFor('parseCsv', state, csvData, 'text');
    const { pipe, getReader } = (text ?? {}) as Dictionary;
    const isStream = typeof (pipe ?? getReader) === 'function';
    if (typeof text !== 'string' && !isStream) refuse('parseCsv', 'text', text);
    // Without a function that takes the parts, each would replace the one before.
    const options = callback ? parsingOptions : { ...parsingOptions, chunkSize: Infinity };
    const next = await languageCommon.parseCsv(text, options, callback)(state);
    // Of a table without rows, the state would keep what was there before.
    return callback || next !== state
      ? next
      : (languageCommon.composeNextState(state, []) as State);
  });
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

/**
 * What the helpers of language-common lack: each says, with its name, what is wrong with its arguments, and if an earlier
 * step lost the state.
 */

const EXAMPLES = {
  list: 'Say where the list is, and check the result of the previous operation: each($.data, …). For a list inside an object, add its name: $.data.results',
  operation:
    'Write operations one after the other, each with its parentheses: each($.data, upsertContact({ … }))',
  function: 'Write a function there: fn(state => { …; return state; })',
  path: 'Write a path as text: dataValue("name")',
  options:
    'Write options in braces: parseCsv($.data, { delimiter: ";" }). Without any, leave them out.',
  text: 'Say where the text is, and check the result of the previous operation: parseCsv($.data)',
  key: 'Write the name of a key of state as text: as("people", getContacts())',
  pair: 'Write a key and its value in each: fields(field("name", $.data.name), field("age", 28))',
  condition: 'Write it without quotes, or as a function of state: fnIf($.data.consent, …)',
};

function refuse(name: string, what: keyof typeof EXAMPLES, value: unknown): never {
  const is = what === 'options' ? 'are' : 'is';
  throw fail('INVALID_INPUT', `${name}(): its ${what} ${is} ${whatItIs(value)}.`, EXAMPLES[what]);
}

/** Makes sure that there is an operation or a function, and only one: a helper would ignore others after it. */
function requireOne(
  name: string,
  what: 'operation' | 'function',
  value: unknown,
  more: readonly unknown[] = [],
): void {
  if (typeof value !== 'function') refuse(name, what, value);
  refuseOthers(name, what, more);
}

function refuseOthers(
  name: string,
  what: 'operation' | 'function',
  more: readonly unknown[],
): void {
  if (!more.flat().some(value => typeof value === 'function')) return;
  throw fail(
    'INVALID_INPUT',
    `${name}() takes one ${what}, but got more.`,
    'None of them ran. Use combine() for several, one after the other: each($.data, combine(upsertContact({ … }), addToGroup(…)))',
  );
}

/** All that the library passes on to its parser. It drops any other key. */
const CSV_OPTIONS = [
  'delimiter',
  'quote',
  'escape',
  'columns',
  'bom',
  'trim',
  'ltrim',
  'rtrim',
  'skip_empty_lines',
  'chunkSize',
];

function requireOptions(name: string, options: unknown, known: readonly string[]): void {
  if (!isObject(options)) refuse(name, 'options', options);
  refuseUnknownOptions(options, known);
}

/** What a path leads to. The errors of its library contain data. */
function atPath<Result>(name: string, read: (state: State) => Result, state: State): Result {
  try {
    return read(state);
  } catch {
    throw fail('INVALID_INPUT', `${name}(): its path cannot be read.`, EXAMPLES.path);
  }
}

function requirePath(name: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') refuse(name, 'path', path);
}

/** The value of a function of state. */
function valueFor(name: string, state: State, value: unknown, what: string): unknown {
  if (typeof value !== 'function') return value;
  try {
    return resolveValue(state, value, `its ${what}`);
  } catch (error) {
    throw inOperation(error, name, `its ${what}`);
  }
}

/** A value as the log shows it: of a function of state, what it returns, which may be the state itself. */
function shown(state: State, value: unknown, what: string): unknown {
  if (typeof value !== 'function' || isOperation(value)) return value;
  return () => {
    try {
      return askFor(value as ValueReader, state, what).value;
    } catch (error) {
      throw inOperation(error, 'log', what);
    }
  };
}

/** Texts that mean no, but count as true. */
const NO = /^(?:false|no|n|off|0|null|undefined|none|nan)?$/i;

function holds(state: State, condition: unknown): boolean {
  const value = valueFor('fnIf', state, condition, 'condition');
  const text = typeof value === 'string' ? value.trim() : '';
  const isOwn = value === condition && text.startsWith('$');
  if (isOwn || (/^(?:\$|state\b)/.test(text) && isQuotedReference(text))) {
    throw fail(
      'INVALID_INPUT',
      `fnIf(): the condition is a reference in quotes. This is just text, so it would always be true.`,
      EXAMPLES.condition,
    );
  }
  if (isThenable(value)) refuse('fnIf', 'condition', value);
  if (typeof value === 'string' && value !== '' && NO.test(text)) {
    const shown = text === '' ? 'a text of spaces' : `the text "${text}"`;
    warnOnce(
      `fnIf(): the condition is ${shown}. Any text except an empty one counts as true, so the operation ran. Compare it: fnIf(state => state.data.consent === 'yes', …)`,
    );
  }
  return Boolean(value);
}

/** The plain parts of a path: keys, positions and `*`. */
const PART =
  /\.?\[(\*|\d+)\]|\.?\[(?:'([^'\]]*)'|"([^"\]]*)")\]|\.(\*)|(?:^|\.)([\p{L}_$][\p{L}\p{N}_$-]*)/uy;
const OWN_NAME = /^[a-z_$][\w$]{0,60}$/i;

/** The parts of a path, up to the first that needs a JSONPath library. */
function partsOf(path: string): { parts: string[]; isWhole: boolean } {
  const start = /^\s*\$(?=[.[]|\s*$)/.exec(path)?.[0].length ?? 0;
  const parts: string[] = [];
  PART.lastIndex = start;
  let end = start;
  for (let match = PART.exec(path); match; match = PART.exec(path)) {
    parts.push(match.slice(1).find(part => part !== undefined) as string);
    end = PART.lastIndex;
  }
  return { parts, isWhole: end === path.trimEnd().length };
}

/** Why a path finds nothing, unless a list is empty. */
function whyNothing(state: State, parts: readonly string[]): string | undefined {
  let values: unknown[] = [state];
  for (const part of parts) {
    const objects = values.filter(value => value !== null && typeof value === 'object') as object[];
    if (values.length === 0) return undefined;
    if (part === '*') {
      if (objects.length === 0) {
        const kind = whatItIs(values[0]);
        return kind === 'missing' ? 'it leads to nothing' : `it leads to ${kind}, not to a list`;
      }
      values = objects.flatMap(object => Object.values(object));
      continue;
    }
    values = objects
      .filter(object => Object.hasOwn(object, part))
      .map(object => (object as { [key: string]: unknown })[part]);
    const isPlace = /^\d+$/.test(part);
    if (values.length === 0 && isPlace) return undefined;
    if (values.length === 0) {
      return OWN_NAME.test(part) ? `there is no "${part}"` : 'one of its keys is missing';
    }
  }
  return undefined;
}

/** The list that a path leads to. A wrong path finds nothing, or the whole list as one item. */
function listAt(name: string, state: State, path: string): unknown[] {
  const list = atPath(name, languageCommon.source(path), state);
  const { parts, isWhole } = partsOf(path);
  const shown = parts.every(part => OWN_NAME.test(part)) ? `$.${parts.join('.')}` : '$.data';
  if (list.length === 0) {
    const why = whyNothing(state, parts);
    const line = `${name}() did nothing, because its path found nothing: ${why}. Check the path, and the result of the previous operation: ${name}('$.data[*]', …)`;
    if (why) warnOnce(line);
  } else if (isWhole && !parts.includes('*') && Array.isArray(list[0])) {
    const line = `${name}(): the path leads to a list. Without [*], the whole list is one item. To use each item, write ${name}('${shown}[*]', …)`;
    warnOnce(line);
  }
  return list;
}

/** The list that a helper works on: a list, the result of a path, or of a function of state. */
function listFor(name: string, state: State, source: unknown): unknown[] {
  if (typeof source === 'string' && source !== '') return listAt(name, state, source);
  const list = valueFor(name, state, source, 'list');
  return Array.isArray(list) ? list : refuse(name, 'list', list);
}

/** Calls `look` with the result of a step, now or when it is there. */
function whenGiven(given: unknown, look: (given: unknown) => State): ReturnType<Step> {
  return isThenable(given) ? Promise.resolve(given).then(look) : look(given);
}

/** What a step returned, if it is no operation that it should have called. */
function called(name: string, given: unknown): State {
  refuseUncalled(name, given);
  return given as State;
}

/** Runs steps of a helper one after the other, as long as none of them loses the state. */
function stepsOf(name: string, state: State): (step: Step) => Step {
  let before: unknown = state;
  const note = (after: unknown): State => {
    before = called(name, after);
    // language-common checks it for `then`.
    return (after ?? {}) as State;
  };
  return step => next => {
    requireStateAtAll(before);
    return whenGiven(step(next), note);
  };
}

/** @param given - what may be operations that the helper calls */
function helper(name: string, given: unknown, run: Step): Operation {
  const checked = makeOperation(((state: State) => {
    requireStateAtAll(state);
    return run(state);
  }) as Operation);
  return named(name, checked, given);
}

/**
 * Makes an operation from a function of the job. It need not read the state. If it fails without a state, that is the
 * reason.
 */
function stepOfJob(name: string, func: Step, more: readonly unknown[] = []): Operation {
  const told = (error: unknown, state: State): never => {
    requireStateAtAll(state);
    throw error;
  };
  const run = (state: State) => {
    requireOne(name, 'function', func, more);
    try {
      const given = languageCommon.fn(func)(state) as ReturnType<Step>;
      return isThenable(given) ? given.then(undefined, error => told(error, state)) : given;
    } catch (error) {
      return told(error, state);
    }
  };
  return named(name, makeOperation(run as Operation), func, more);
}

/** A function of state that reads one value, by a helper of language-common. */
function readerOf(name: string, make: (path: string) => ValueReader, path: string): ValueReader {
  return asReader(state => {
    requirePath(name, path);
    return atPath(name, make(path), state);
  });
}
