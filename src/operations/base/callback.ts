import { log } from '../../input/log.js';
import { OPTIONS } from '../../input/options.js';
import { isOperation } from '../../input/run.js';
import type { Callback } from '../../types/state.js';

/** Texts and comments, in which a name is only a word. */
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
/** A comment becomes a space. Of texts, what they insert stays, and a text that is a key. */
function withoutText(quoted: string, at: number, source: string): string {
  if (quoted.startsWith('/')) return ' ';
  const isKey = /^\s*\]?\s*:/.test(source.slice(at + quoted.length));
  if (isKey && /^.[\w$]+.$/.test(quoted)) return quoted;
  return `""${[...quoted.matchAll(/\$\{([^{}]*)\}/g)].map(([, value]) => `+${value}`).join('')}`;
}
/** A function with one parameter, the parts of one, or none, and what it does. With `...`, it may have the whole state. */
const FUNCTION =
  /^(?:async\b\s*)?(?:function\b\s*)?[\w$]*?\s*(?:\(\s*(\{(?:(?!\.\.\.)[^()])*\}|[\w$]*)\s*\)|([\w$]+)(?=\s*=>))\s*(=>)?\s*(\S[\s\S]*)$/;
/** It does something, and returns what that gives. */
const CALLS = /^(?:await\s+)?[\w$.]+\s*\(/;
/** These make a new value. Other functions may be the job's own, with the state or a part of it. */
const MAKES = /^(?:await\s+)?(?:Object|JSON|Array)\s*\./;
const LOGS = /^(?:await\s+)?console\s*\./;
const OBJECT = /^\(?\s*\{/;
const NAME = /^(?:await\s+)?(?!(?:undefined|null)$)[\w$]+(?:\s*\??\.\s*[\w$]+)*$/;

/** Keys of an object in the text of a function. */
const KEYS = /[{,]\s*\[?["'`]?([\w$]+)["'`]?\]?\s*(?:[:,}]|$)/g;
const plain = (key: string) => key.toLowerCase().replaceAll('_', '');
/** Options of any operation: one that the operation does not have is refused, and nothing is sent. */
const NAMES = new Set(Object.keys(OPTIONS).map(plain));
/** Those that only this package has. */
const OURS = new Set(['dryRun', 'onlyActive', 'maxWait'].map(plain));
/** What a callback returns that builds the next state from parts of the one that it was given. */
const OF_STATE = new Set(['configuration', 'data', 'references', 'response']);

/** Functions of this package that read a value. */
const readers = new WeakSet<object>();
export function asReader<Reader extends object>(reader: Reader): Reader {
  readers.add(reader);
  return reader;
}

/**
 * Whether a function gives options, and is no callback. OpenFn's compiler makes `state => ({ dryRun: state.test })` of
 * `{ dryRun: $.test }`. Taken for a callback, it would be called after the messages were sent. What is wrongly taken for
 * options is refused before that.
 *
 * A callback returns the state, with more in it or not. So it uses all of it: `state => ({ ...state, sent: true })`.
 */
function givesOptions(callback: object): boolean {
  if (isOperation(callback)) return false;
  if (readers.has(callback)) return true;
  const source = Function.prototype.toString.call(callback);
  const text = source.replace(QUOTED, withoutText);
  const [, inBrackets, bare, arrow, body = ''] = FUNCTION.exec(text) ?? [];
  const parameter = inBrackets ?? bare ?? '';
  const results = body.startsWith('{') ? returnedIn(body) : arrow ? [body.trim()] : [];
  // Parameters with defaults or `...` are not read.
  const given = body === '' ? [text.slice(text.indexOf('=>') + 2)] : results;
  if (given.some(isOnlyOurs)) return true;
  if (results.length === 0 || /\b(?:arguments|this)\b/.test(body)) return false;
  const isNamed = /^[\w$]+$/.test(parameter);
  if (isNamed && usesWhole(withoutParts(body, parameter), parameter)) return false;
  // What a call is given is not what it returns: it may be the body of a request.
  const values = results.filter(result => MAKES.test(result) || !CALLS.test(result));
  const built = keysIn(values.some(value => NAME.test(value)) ? [body] : values);
  if (built.some(key => OF_STATE.has(key))) return false;
  if (keysIn(values).some(key => NAMES.has(plain(key)))) return true;
  if (keysIn(results).some(key => OURS.has(plain(key)))) return true;
  return results.every(result => {
    if (LOGS.test(result)) return false;
    // An object without any option may be what a callback of version 2 leaves.
    if ((parameter === '' && !OBJECT.test(result)) || MAKES.test(result) || NAME.test(result))
      return true;
    return isNamed && !CALLS.test(result) && isOrSpreadsPart(result, parameter);
  });
}

const keysIn = (texts: readonly string[]) =>
  texts.flatMap(text => [...text.matchAll(KEYS)].map(([, key = '']) => key));

/** An object in which only this package's options are, even where their values need the whole state. */
function isOnlyOurs(result: string): boolean {
  if (MAKES.test(result)) return false;
  const [, keys] = /(?:^|[?:&|])\s*\(?\s*(\{[^{}]*\})\s*\)?\s*(?:$|[:;])/.exec(result) ?? [];
  if (keys === undefined || keys.includes('...')) return false;
  const named = keysIn([keys]).map(plain);
  return named.some(key => OURS.has(key)) && named.every(key => NAMES.has(key));
}

/** Where the functions in a body are, whose results are not its own. */
const INNER = /=>\s*\{|\bfunction\b[\w$\s*]*\([^()]*\)\s*\{/g;

/** What a body in braces returns. */
function returnedIn(body: string): string[] {
  let own = body.slice(1);
  for (const { index, 0: head } of [...own.matchAll(INNER)].reverse()) {
    const from = index + head.length;
    let depth = 1;
    let end = from;
    for (; end < own.length && depth > 0; end++) {
      depth += own[end] === '{' ? 1 : own[end] === '}' ? -1 : 0;
    }
    own = `${own.slice(0, index)}${own.slice(end)}`;
  }
  const returns = own.matchAll(/\breturn\b(?![\w$])[^\S\n]*([^\s;}][^;]*)/g);
  // Without a semicolon, what ends the body stands behind it.
  const closes = (result: string) => result.split('}').length > result.split('{').length;
  return [...returns].map(([, result = '']) =>
    (closes(result) ? result.replace(/\s*\}\s*$/, '') : result).trim(),
  );
}

const inPattern = (name: string) => name.replaceAll('$', '\\$');

/** Without what takes parts of the state or shows it: `const { test } = state;`, `console.log(state);` */
function withoutParts(body: string, name: string): string {
  const parts = String.raw`\{(?:(?!\.\.\.)[^{}])*\}\s*=\s*${inPattern(name)}(?=\s*[;,\n])`;
  return body.replace(new RegExp(parts, 'g'), '').replace(/\bconsole\s*\.\s*\w+\([^()]*\)/g, '');
}

/** `state.options`, `({ ...state.options })`. */
function isOrSpreadsPart(result: string, name: string): boolean {
  const part = String.raw`${inPattern(name)}\s*(?:\?\.|\.|\[)`;
  return new RegExp(String.raw`^${part}[\w$.?[\]"]*$|\.\.\.\s*\(?\s*${part}`).test(result);
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
