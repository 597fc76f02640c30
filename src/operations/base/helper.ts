import * as languageCommon from '@openfn/language-common';
import { fail } from '../../errors/errors.js';
import { askFor, inOperation, isThenable, resolveValue } from '../../input/expand.js';
import { isOperation, makeOperation, named } from '../../input/isOperation.js';
import { log } from '../../input/log.js';
import { isQuotedReference } from '../../input/missing.js';
import { handOver, isToldFirst } from '../../input/run.js';
import type { Operation, State, Step, ValueReader } from '../../types/state.js';
import { kindOf, requireStateAtAll } from './operation.js';

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
  text: 'Say where the text is, and check the result of the previous operation: parseCsv($.data)',
  key: 'Write the name of a key of state as text: as("people", getContacts())',
  condition: 'Write it without quotes, or as a function of state: fnIf($.data.consent, …)',
};

/** A wrong argument of a helper. */
export function refuse(name: string, what: keyof typeof EXAMPLES, value: unknown): never {
  throw fail('INVALID_INPUT', `${name}(): its ${what} is ${kindOf(value)}.`, EXAMPLES[what]);
}

export function requireFunction(
  name: string,
  what: 'operation' | 'function',
  value: unknown,
): void {
  if (typeof value !== 'function') refuse(name, what, value);
}

/** A helper that takes one operation would ignore others after it. */
export function refuseMore(
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

export function requirePath(name: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') refuse(name, 'path', path);
}

/** The value of a function of state. */
export function valueFor(name: string, state: State, value: unknown, what: string): unknown {
  if (typeof value !== 'function') return value;
  try {
    return resolveValue(state, value, `its ${what}`);
  } catch (error) {
    throw inOperation(error, name, `its ${what}`);
  }
}

/** Whether a value is a function of state. */
export function isReader(value: unknown): value is ValueReader {
  return typeof value === 'function' && !isOperation(value);
}

/** Like {@link valueFor}, for any value: the log may show the state itself. */
export function lookedUp(name: string, state: State, value: ValueReader, what: string): unknown {
  try {
    return askFor(value, state, `its ${what}`).value;
  } catch (error) {
    throw inOperation(error, name, `its ${what}`);
  }
}

/** Texts that mean no, but count as true. */
const NO = /^(?:false|no|n|off|0|null|undefined|none|nan)?$/i;

/** Whether a condition is true. */
export function holds(name: string, state: State, condition: unknown): boolean {
  const value = valueFor(name, state, condition, 'condition');
  const text = typeof value === 'string' ? value.trim() : '';
  const isOwn = value === condition && text.startsWith('$');
  if (isOwn || (/^(?:\$|state\b)/.test(text) && isQuotedReference(text))) {
    throw fail(
      'INVALID_INPUT',
      `${name}(): the condition is a reference in quotes. This is just text, so it would always be true.`,
      EXAMPLES.condition,
    );
  }
  if (isThenable(value)) refuse(name, 'condition', value);
  if (typeof value === 'string' && value !== '' && NO.test(text)) {
    const shown = text === '' ? 'a text of spaces' : `the text "${text}"`;
    const line = `${name}(): the condition is ${shown}. Any text except an empty one counts as true, so the operation ran. Compare it: ${name}(state => state.data.consent === 'yes', …)`;
    if (isToldFirst(line)) log.warn(line);
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
        const kind = kindOf(values[0]);
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
export function listAt(name: string, state: State, path: string): unknown[] {
  const list = languageCommon.source(path)(state);
  const { parts, isWhole } = partsOf(path);
  const shown = parts.every(part => OWN_NAME.test(part)) ? `$.${parts.join('.')}` : '$.data';
  if (list.length === 0) {
    const why = whyNothing(state, parts);
    const line = `${name}() did nothing, because its path found nothing: ${why}. Check the path, and the result of the previous operation: ${name}('$.data[*]', …)`;
    if (why && isToldFirst(line)) log.warn(line);
  } else if (isWhole && !parts.includes('*') && Array.isArray(list[0])) {
    const line = `${name}(): the path leads to a list. Without [*], the whole list is one item. To use each item, write ${name}('${shown}[*]', …)`;
    if (isToldFirst(line)) log.warn(line);
  }
  return list;
}

/** The list that a helper works on: a list, the result of a path, or of a function of state. */
export function listFor(name: string, state: State, source: unknown): unknown[] {
  if (typeof source === 'string' && source !== '') return listAt(name, state, source);
  const list = valueFor(name, state, source, 'list');
  return Array.isArray(list) ? list : refuse(name, 'list', list);
}

/** Calls `look` with the result of a step, now or when it is there. */
export function whenGiven(given: unknown, look: (given: unknown) => State): ReturnType<Step> {
  return isThenable(given) ? Promise.resolve(given).then(look) : look(given);
}

/** A step that returns an operation instead of a state: it should have called it. */
export function refuseUncalled(name: string, given: unknown): void {
  if (!isOperation(given)) return;
  handOver(given);
  throw fail(
    'INVALID_INPUT',
    `${name}() got ${(given as Operation).name || 'an operation'} without its parentheses, or in a function that does not call it, so it did not run.`,
    'Write the operation with its parentheses: upsertContact({ … }). In a function, call it with the state: state => upsertContact({ … })(state)',
  );
}

/** Runs steps of a helper one after the other, as long as none of them loses the state. */
export function stepsOf(name: string, state: State): (step: Step) => Step {
  let before: unknown = state;
  const note = (after: unknown): State => {
    refuseUncalled(name, after);
    before = after;
    // language-common checks it for `then`.
    return (after ?? {}) as State;
  };
  return step => next => {
    requireStateAtAll(before);
    return whenGiven(step(next), note);
  };
}

/** Makes an operation from a helper that works on the state. */
export function helper(name: string, run: Step, given: unknown = []): Operation {
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
export function stepOfJob(name: string, func: Step, more: readonly unknown[] = []): Operation {
  const told = (error: unknown, state: State): never => {
    requireStateAtAll(state);
    throw error;
  };
  const run = (state: State) => {
    requireFunction(name, 'function', func);
    refuseMore(name, 'function', more);
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
export function readerOf(
  name: string,
  make: (path: string) => ValueReader,
  path: string,
): ValueReader {
  return state => {
    requirePath(name, path);
    return make(path)(state);
  };
}
