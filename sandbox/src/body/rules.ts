import type { Call } from '../core/call.js';
import { type Issue, type Issues, invalid } from '../core/reply.js';
import { characterErrors } from '../values/checks.js';
import { JsonNumber } from '../values/index.js';
import { pythonText } from '../values/python.js';
import { lengthOf, trim } from '../values/text.js';
import { isObject } from './parse.js';

/** The result of a rule: the value to keep, or the server's messages. */
export type Read<T> = { value: T } | { issue: Issue };

/** Checks one value of a body and converts it to what an endpoint works with. */
export interface Rule<T> {
  read(input: unknown, call: Call): Read<T>;
  /** Accepts null. Otherwise null is refused before the rule runs. */
  takesNull?: true;
  required?: true;
}

export type Shape = Record<string, Rule<unknown>>;
type Kept<R> = R extends Rule<infer T> ? T : never;
/** The result of a body's rules. Keys that were not sent are undefined. */
export type Body<S extends Shape> = {
  [K in keyof S]: S[K] extends { required: true } ? Kept<S[K]> : Kept<S[K]> | undefined;
};

export const value = <T>(kept: T): Read<T> => ({ value: kept });
export const issue = (...messages: string[]): { issue: Issue } => ({ issue: messages });

const NULL = 'This field may not be null.';

/** Applies a rule, with null handled first. */
export function readValue<T>(rule: Rule<T>, input: unknown, call: Call): Read<T> {
  return input === null && !rule.takesNull ? issue(NULL) : rule.read(input, call);
}

/** Reads a whole body. Every invalid key is reported; keys without a rule are ignored. */
export function readShape<S extends Shape>(
  shape: S,
  body: Record<string, unknown>,
  call: Call,
): Body<S> {
  const kept: Record<string, unknown> = {};
  const issues: Issues = {};
  for (const [key, rule] of Object.entries(shape)) {
    const input = Object.hasOwn(body, key) ? body[key] : undefined;
    if (input === undefined) {
      if (rule.required) issues[key] = ['This field is required.'];
      continue;
    }
    const read = readValue(rule, input, call);
    if ('issue' in read) issues[key] = read.issue;
    else kept[key] = read.value;
  }
  if (Object.keys(issues).length > 0) throw invalid(issues);
  return kept as Body<S>;
}

export function required<T>(rule: Rule<T>): Rule<T> & { required: true } {
  return { ...rule, required: true };
}

export function orNull<T>(rule: Rule<T>): Rule<T | null> {
  return {
    takesNull: true,
    read: (input, call) => (input === null ? value(null) : rule.read(input, call)),
  };
}

/** A further check of a value that a rule accepted. Undefined if it passes. */
export function also<T>(rule: Rule<T>, check: (kept: T, call: Call) => Issue | undefined): Rule<T> {
  return {
    ...rule,
    read: (input, call) => {
      const read = rule.read(input, call);
      if ('issue' in read) return read;
      const found = check(read.value, call);
      return found ? { issue: found } : read;
    },
  };
}

/** The server's name for a value's type. */
export function typeName(input: unknown): string {
  if (input === null) return 'NoneType';
  if (Array.isArray(input)) return 'list';
  if (input instanceof JsonNumber) return /^-?\d+$/.test(input.source) ? 'int' : 'float';
  if (typeof input === 'boolean') return 'bool';
  return typeof input === 'string' ? 'str' : 'dict';
}

interface TextOptions {
  most?: number | ((call: Call) => number);
  blank?: true;
  /** Checks that run before the length check; their messages are reported together. */
  checks?: (text: string, call: Call) => string[];
  /** Checks that run after all others; their messages are reported together too. */
  last?: (text: string, call: Call) => string[];
}

/** A text: numbers are converted, surrounding spaces are dropped. */
export function text(options: TextOptions = {}): Rule<string> {
  return {
    read(input, call) {
      if (typeof input !== 'string' && !(input instanceof JsonNumber)) {
        return issue('Not a valid string.');
      }
      const kept = trim(pythonText(input));
      if (kept === '') return options.blank ? value('') : issue('This field may not be blank.');
      const messages = options.checks?.(kept, call) ?? [];
      const most = typeof options.most === 'function' ? options.most(call) : options.most;
      if (most !== undefined && lengthOf(kept) > most) {
        messages.push(`Ensure this field has no more than ${most} characters.`);
      }
      messages.push(...characterErrors(kept), ...(options.last?.(kept, call) ?? []));
      return messages.length > 0 ? issue(...messages) : value(kept);
    },
  };
}

/** True, false, and the texts and numbers that the server accepts for them. */
export function flag(): Rule<boolean> {
  const yes = ['t', 'y', 'yes', 'true', 'on', '1'];
  const no = ['f', 'n', 'no', 'false', 'off', '0'];
  return {
    read(input) {
      if (typeof input === 'boolean') return value(input);
      const number = input instanceof JsonNumber ? Number(input.source) : undefined;
      if (number === 0 || number === 1) return value(number === 1);
      const word = wordOf(input)?.toLowerCase();
      if (word !== undefined && yes.includes(word)) return value(true);
      if (word !== undefined && no.includes(word)) return value(false);
      return issue('Must be a valid boolean.');
    },
  };
}

function wordOf(input: unknown): string | undefined {
  if (typeof input === 'string') return input.trim();
  return input instanceof JsonNumber ? pythonText(input) : undefined;
}

/** Django REST framework reads no longer text as an integer. */
const MOST_INTEGER = 1000;

export function integer(bounds: { least?: number; most?: number } = {}): Rule<number> {
  return {
    read(input) {
      if (typeof input === 'string' && lengthOf(input) > MOST_INTEGER) {
        return issue('String value too large.');
      }
      const word = wordOf(input)?.replace(/\.0*\s*$/, '');
      if (word === undefined || !/^\s*[+-]?\d+(?:_\d+)*\s*$/.test(word)) {
        return issue('A valid integer is required.');
      }
      const number = Number(word.replaceAll('_', ''));
      if (bounds.most !== undefined && number > bounds.most) {
        return issue(`Ensure this value is less than or equal to ${bounds.most}.`);
      }
      if (bounds.least !== undefined && number < bounds.least) {
        return issue(`Ensure this value is greater than or equal to ${bounds.least}.`);
      }
      return value(number);
    },
  };
}

export function choice<const C extends string>(...choices: readonly C[]): Rule<C> {
  return {
    read(input) {
      const word = pythonText(input);
      const found = choices.find(one => one === word);
      return found === undefined ? issue(`"${word}" is not a valid choice.`) : value(found);
    },
  };
}

const tooMany = (most: number): { issue: Issue } =>
  issue(`Ensure this field has no more than ${most} elements.`);

/** Values that have a length for the server: lists, objects and also texts. */
function sizeOf(input: unknown): number {
  if (typeof input === 'string') return lengthOf(input);
  if (Array.isArray(input)) return input.length;
  return isObject(input) ? Object.keys(input).length : 0;
}

/**
 * How many values of a list or an object are looked at, where the server looks at all of them before it counts them: enough
 * for every list that is meant, and no work for hundreds of thousands of values.
 */
const MOST_READ = 1000;

/** A list of values, each read by a rule. Errors are reported by index; only a list without any can be too long. */
export function listOf<T>(rule: Rule<T>, most: number): Rule<T[]> {
  return {
    read(input, call) {
      if (!Array.isArray(input)) {
        return issue(`Expected a list of items but got type "${typeName(input)}".`);
      }
      const read = collect(
        input.slice(0, MOST_READ).map((one, index) => [String(index), readValue(rule, one, call)]),
        kept => kept.map(([, one]) => one),
      );
      return 'value' in read && input.length > most ? tooMany(most) : read;
    },
  };
}

/**
 * An object whose values are read by a rule. Errors are reported by key: first those of values, then those of keys, then
 * that there are too many.
 */
export function mapOf<T>(
  rule: Rule<T>,
  options: { most: number; empty?: false; keyIssue?: (key: string) => string | undefined },
): Rule<Map<string, T>> {
  return {
    read(input, call) {
      if (!isObject(input)) {
        return issue(`Expected a dictionary of items but got type "${typeName(input)}".`);
      }
      const names = Object.keys(input);
      if (options.empty === false && names.length === 0) {
        return issue('This dictionary may not be empty.');
      }
      const entries = names.slice(0, MOST_READ).map(name => [name, input[name]] as const);
      const read = collect(
        entries.map(([key, one]) => [key, readValue(rule, one, call)]),
        kept => new Map(kept),
      );
      if ('issue' in read) return read;
      const keys: Issues = {};
      for (const [key] of entries) {
        const wrong = options.keyIssue?.(key);
        if (wrong) keys[key] = [wrong];
      }
      if (Object.keys(keys).length > 0) return { issue: keys };
      return names.length > options.most ? tooMany(options.most) : read;
    },
  };
}

function collect<T, R>(reads: [string, Read<T>][], keep: (kept: [string, T][]) => R): Read<R> {
  const issues: Issues = {};
  const kept: [string, T][] = [];
  for (const [key, read] of reads) {
    if ('issue' in read) issues[key] = read.issue;
    else kept.push([key, read.value]);
  }
  return Object.keys(issues).length > 0 ? { issue: issues } : value(keep(kept));
}

/** References to objects. Only the first that does not exist is reported, without its index. */
export function refsOf<T>(one: Rule<T>, most: number): Rule<T[]> {
  return {
    read(input, call) {
      if (sizeOf(input) > most) return tooMany(most);
      // The server accepts anything iterable here: an object gives its keys.
      const items = isObject(input) ? Object.keys(input) : input;
      if (!Array.isArray(items)) {
        return issue(`Expected a list of items but got type "${typeName(input)}".`);
      }
      const kept: T[] = [];
      for (const item of items) {
        const read = one.read(item, call);
        if ('issue' in read) return read;
        kept.push(read.value);
      }
      return value(kept);
    },
  };
}

/** A reference to one object by a text or an integer. `find` returns undefined if it does not exist. */
export function refTo<T>(
  find: (text: string, call: Call) => T | undefined,
  check?: (found: T, given: string) => string | undefined,
): Rule<T> {
  return {
    read(input, call) {
      const whole = input instanceof JsonNumber && typeName(input) === 'int';
      if (typeof input !== 'string' && typeof input !== 'boolean' && !whole) {
        return issue('Must be a string or integer');
      }
      const given = pythonText(input);
      const found = find(given, call);
      if (found === undefined) return issue(`No such object: ${given}`);
      const wrong = check?.(found, given);
      return wrong === undefined ? value(found) : issue(wrong);
    },
  };
}

/** A single reference. An empty text counts as null. */
export function oneRef<T>(rule: Rule<T>): Rule<T> {
  return { read: (input, call) => (input === '' ? issue(NULL) : rule.read(input, call)) };
}

/** A single reference that null takes away. */
export function oneRefOrNull<T>(rule: Rule<T>): Rule<T | null> {
  return {
    takesNull: true,
    read: (input, call) => (input === null || input === '' ? value(null) : rule.read(input, call)),
  };
}
