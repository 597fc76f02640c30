import * as languageCommon from '@openfn/language-common';
import { fail } from '../../errors/errors.js';
import { inOperation, resolveValue } from '../../input/expand.js';
import { handOver, isOperation, makeOperation, named } from '../../input/isOperation.js';
import type { Operation, State, Step, ValueReader } from '../../types/state.js';
import { requireStateAtAll } from './operation.js';

/**
 * What the helpers of language-common lack: each says by its name what it was given, and that an earlier
 * step lost the state.
 */

const EXAMPLES = {
  list: 'Write where it is, and look at what the step before left: each($.data, …). Lists within an object are named: $.data.results',
  operation:
    'Write operations one after the other, each with its brackets: each($.data, upsertContact({ … }))',
  function: 'Write a function there: fn(state => { …; return state; })',
  path: 'Write a path as text: dataValue("name")',
  text: 'Write where the text is, and look at what the step before left: parseCsv($.data)',
  key: 'Write the name of a key of state as text: as("people", getContacts())',
};

function kindOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (isOperation(value)) return 'an operation';
  if (typeof value === 'string') return 'a text';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return typeof (value as { then?: unknown }).then === 'function' ? 'a promise' : 'an object';
}

/** What a helper was given is not what belongs there. */
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

export function requirePath(name: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') refuse(name, 'path', path);
}

/** What a function of state stands for. */
export function valueFor(name: string, state: State, value: unknown, what: string): unknown {
  if (typeof value !== 'function') return value;
  try {
    return resolveValue(state, value, `its ${what}`);
  } catch (error) {
    throw inOperation(error, name, `its ${what}`);
  }
}

/** The list that a helper works on: a list, what a path leads to, or what a function of state gives. */
export function listFor(name: string, state: State, source: unknown): unknown[] {
  if (typeof source === 'string' && source !== '') return languageCommon.source(source)(state);
  const list = valueFor(name, state, source, 'list');
  return Array.isArray(list) ? list : refuse(name, 'list', list);
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** Calls `look` with what a step gave, at once or when it is there. */
export function whenGiven(given: unknown, look: (given: unknown) => State): ReturnType<Step> {
  return isThenable(given) ? Promise.resolve(given).then(look) : look(given);
}

/** A step that gives an operation in place of a state: it was to be called. */
export function refuseUncalled(name: string, given: unknown): void {
  if (!isOperation(given)) return;
  handOver(given);
  throw fail(
    'INVALID_INPUT',
    `${name}(): it was given ${(given as Operation).name || 'an operation'} without its brackets, or in a function that does not call it: it did not run.`,
    'Write the operation with its brackets: upsertContact({ … }). In a function, call it with the state: state => upsertContact({ … })(state)',
  );
}

/** Runs steps of a helper one after the other, as long as none of them loses the state. */
export function stepsOf(name: string, state: State): (step: Step) => Step {
  let before: unknown = state;
  const note = (after: unknown): State => {
    refuseUncalled(name, after);
    before = after;
    // language-common looks for `then` in it.
    return (after ?? {}) as State;
  };
  return step => next => {
    requireStateAtAll(before);
    return whenGiven(step(next), note);
  };
}

/** Makes an operation of a helper that works on the state. */
export function helper(name: string, run: Step, given: unknown = []): Operation {
  const checked = makeOperation(((state: State) => {
    requireStateAtAll(state);
    return run(state);
  }) as Operation);
  return named(name, checked, given);
}

/**
 * Makes an operation of a function of the job. It need not read the state; where it fails, a state that is
 * not there is why.
 */
export function stepOfJob(name: string, func: Step): Operation {
  const told = (error: unknown, state: State): never => {
    requireStateAtAll(state);
    throw error;
  };
  const run = (state: State) => {
    requireFunction(name, 'function', func);
    try {
      const given = languageCommon.fn(func)(state) as ReturnType<Step>;
      return isThenable(given) ? given.then(undefined, error => told(error, state)) : given;
    } catch (error) {
      return told(error, state);
    }
  };
  return named(name, makeOperation(run as Operation), func);
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
