import { log } from '../../input/log.js';
import { OPTIONS } from '../../input/options.js';
import type { Callback } from '../../types/state.js';

/** Texts and comments, in which a name is only a word. */
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const withoutText = (quoted: string) =>
  `""${[...quoted.matchAll(/\$\{([^{}]*)\}/g)].map(([, value]) => `+${value}`).join('')}`;
/** An arrow function without braces: its parameter or the parts of it, if it has one, and what it returns. */
const CONCISE =
  /^(?:async\s*)?(?:\(\s*\{(?:(?!\.\.\.)[^()])*\}\s*\)|\(?\s*([\w$]*)\s*\)?)\s*=>\s*(?!\{)(\S[\s\S]*)$/;
/** It does something, and returns what that gives. */
const CALLS = /^(?:await\s+)?[\w$.]+\s*\(/;

/** Keys of an object in the text of a function. */
const KEYS = /[{,]\s*["']?([\w$]+)["']?\s*[:,}]/g;
const plain = (key: string) => key.toLowerCase().replaceAll('_', '');
/** Options of any operation: one that the operation does not have is refused, and nothing is sent. */
const NAMES = new Set(Object.keys(OPTIONS).map(plain));

/**
 * Whether a function gives options, and is no callback. OpenFn's compiler makes `state => ({ dryRun: state.test })` of
 * `{ dryRun: $.test }`. Taken for a callback, it would be called after the messages were sent.
 *
 * A callback returns the state, with more in it or not. So it uses all of it: `state => ({ ...state, sent: true })`.
 */
function givesOptions(given: object): boolean {
  const source = Function.prototype.toString.call(given);
  const [, parameter = '', result = ''] = CONCISE.exec(source.replace(QUOTED, withoutText)) ?? [];
  if (result === '' || CALLS.test(result)) return false;
  if (parameter !== '' && usesWhole(result, parameter)) return false;
  return (
    isOrSpreadsPart(result, parameter) ||
    [...source.matchAll(KEYS)].some(([, key = '']) => NAMES.has(plain(key)))
  );
}

const inPattern = (name: string) => name.replaceAll('$', '\\$');

/** `state.options`, `({ ...state.options })`. */
function isOrSpreadsPart(result: string, name: string): boolean {
  if (name === '') return false;
  const part = String.raw`${inPattern(name)}\s*(?:\?\.|\.|\[)`;
  return new RegExp(String.raw`^${part}[\w$.?[\]"]*$|\.\.\.\s*\(?\s*${part}`).test(result.trim());
}

/** Whether more than the parts of a value are used: `...state`, `f(state)`, but not `state.test` or the key `state:`. */
function usesWhole(result: string, name: string): boolean {
  const uses = new RegExp(
    String.raw`(?<![\w$]|[\w$)\]]\s*\??\.\s*)${inPattern(name)}(?![\w$])(?!\s*(?:\?\.|\.(?!\.)|\[))`,
    'g',
  );
  return [...result.matchAll(uses)].some(({ index }) => {
    const isKey =
      /[{,]\s*$/.test(result.slice(0, index)) && /^\s*:/.test(result.slice(index + name.length));
    return !isKey;
  });
}

/** As in version 2, a function as the second argument is a callback, so it returns the state. */
export function logStrangeResult(result: unknown): void {
  const isState = result !== null && typeof result === 'object' && 'configuration' in result;
  if (isState) return;
  log.warn(
    'A function as the second argument is a callback, and this one returned no state. For options from data, write an object: { onlyActive: $.test }.',
  );
}

interface Given {
  options?: unknown;
  callback?: Callback | undefined;
}

/**
 * The ways to call operations of version 2: `op(params, callback)`, and `op(params, options?, callback?)`, where the
 * options may be a function of state as usual.
 */
export function withCallback<Plan extends Given>(plan: Plan): Plan {
  const { options } = plan;
  const takesOne = 'callback' in plan && plan.callback === undefined;
  if (!takesOne || typeof options !== 'function') return plan;
  if (givesOptions(options)) return plan;
  return { ...plan, options: undefined, callback: options as Callback };
}
