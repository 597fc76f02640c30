/** Evaluates the expressions of flows: paths, texts, numbers and calls of a few functions. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/** An object with a default text: `@contact` is a name, `@results.cases` a value. */
export const DEFAULT = '__default__';

export type Roots = Record<string, () => Value>;

const PATH = /^[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*/i;
const FUNCTIONS: Record<string, (...args: Value[]) => Value> = {
  lower: text => textOf(text).toLowerCase(),
  upper: text => textOf(text).toUpperCase(),
  title: text => textOf(text).replace(/\p{L}+/gu, capitalized),
  trim: text => textOf(text).trim(),
  text: value => textOf(value),
  url_encode: text => encodeURIComponent(textOf(text)),
  default: (value, fallback) => (textOf(value) === '' ? (fallback ?? '') : (value ?? '')),
  if: (test, yes, no) => (isTrue(test) ? (yes ?? '') : (no ?? '')),
  json: value => JSON.stringify(plain(value ?? null)),
  object: (...pairs) => objectOf(pairs),
  extract_object: (from, ...keys) => picked(from, keys),
};

const capitalized = (word: string): string =>
  `${word.charAt(0).toUpperCase()}${word.slice(1).toLowerCase()}`;

function isTrue(value: Value | undefined): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== false &&
    value !== 'false' &&
    textOf(value) !== ''
  );
}

function objectOf(pairs: Value[]): Value {
  const object: { [key: string]: Value } = {};
  for (let i = 0; i + 1 < pairs.length; i += 2) object[textOf(pairs[i])] = pairs[i + 1] ?? null;
  return object;
}

function picked(from: Value | undefined, keys: Value[]): Value {
  return objectOf(keys.flatMap(key => [key, stepInto(from ?? null, textOf(key))]));
}

/** Removes the default texts of objects. */
function plain(value: Value): Value {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== DEFAULT);
  return Object.fromEntries(entries.map(([key, one]) => [key, plain(one)]));
}

export function textOf(value: Value | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (!Array.isArray(value) && DEFAULT in value) return textOf(value[DEFAULT]);
  return JSON.stringify(plain(value));
}

function stepInto(value: Value, key: string): Value {
  if (typeof value !== 'object' || value === null) return null;
  const found = (value as { [key: string]: Value })[key];
  return found === undefined ? null : found;
}

/** Fills in a text. `@` before an unknown root stays, as in an e-mail address. */
export function fillIn(text: string, roots: Roots): string {
  let out = '';
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('@', at);
    if (next < 0) break;
    out += text.slice(at, next);
    const [value, length] = evaluateAt(text, next, roots);
    out += value;
    at = next + length;
  }
  return out + text.slice(at);
}

function evaluateAt(text: string, at: number, roots: Roots): [string, number] {
  if (text.startsWith('@@', at)) return ['@', 2];
  if (text.startsWith('@(', at)) {
    const end = closing(text, at + 1);
    if (end < 0) return ['@', 1];
    return [textOf(new Reader(text.slice(at + 2, end), roots).whole()), end + 1 - at];
  }
  const path = PATH.exec(text.slice(at + 1))?.[0];
  if (!path || !hasRoot(path, roots)) return ['@', 1];
  return [textOf(valueAt(path, roots)), path.length + 1];
}

const hasRoot = (path: string, roots: Roots): boolean =>
  Object.hasOwn(roots, path.split('.')[0]?.toLowerCase() ?? '');

function valueAt(path: string, roots: Roots): Value {
  const [root = '', ...steps] = path.toLowerCase().split('.');
  const start = roots[root]?.() ?? null;
  return steps.reduce(stepInto, start);
}

/** The index of the closing parenthesis that matches an opening one. Parentheses in quotes are skipped. */
function closing(text: string, open: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = open; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"' && text[at - 1] !== '\\') quoted = !quoted;
    if (quoted) continue;
    if (letter === '(') depth++;
    if (letter === ')' && --depth === 0) return at;
  }
  return -1;
}

class Reader {
  #at = 0;

  constructor(
    readonly text: string,
    readonly roots: Roots,
  ) {}

  whole(): Value {
    return this.#value();
  }

  #skip(): void {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at++;
  }

  #value(): Value {
    this.#skip();
    const rest = this.text.slice(this.#at);
    const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
    if (quoted) {
      this.#at += quoted[0].length;
      return (quoted[1] ?? '').replace(/\\(.)/g, (_, letter: string) =>
        letter === 'n' ? '\n' : letter,
      );
    }
    const number = /^-?\d+(?:\.\d+)?/.exec(rest)?.[0];
    if (number) {
      this.#at += number.length;
      return Number(number);
    }
    const path = PATH.exec(rest)?.[0];
    if (!path) return null;
    this.#at += path.length;
    this.#skip();
    if (this.text[this.#at] === '(') return this.#call(path.toLowerCase());
    if (path === 'true' || path === 'false') return path === 'true';
    return valueAt(path, this.roots);
  }

  #call(name: string): Value {
    this.#at++;
    const args: (() => Value)[] = [];
    const names: string[] = [];
    for (;;) {
      this.#skip();
      if (this.text[this.#at] === ')' || this.#at >= this.text.length) break;
      names.push(PATH.exec(this.text.slice(this.#at))?.[0] ?? '');
      const value = this.#value();
      args.push(() => value);
      this.#skip();
      if (this.text[this.#at] === ',') this.#at++;
    }
    this.#at++;
    const values = args.map(arg => arg());
    if (name === 'foreach_value') return forEachValue(values, names);
    return FUNCTIONS[name]?.(...values) ?? null;
  }
}

/** `foreach_value(results, extract_object, "value", "category")`: the second argument is a function's name. */
function forEachValue([over, , ...args]: Value[], [, name = '']: string[]): Value {
  const apply = FUNCTIONS[name.toLowerCase()];
  if (!apply || typeof over !== 'object' || over === null || Array.isArray(over)) return null;
  const entries = Object.entries(over).filter(([key]) => key !== DEFAULT);
  return Object.fromEntries(entries.map(([key, one]) => [key, apply(one, ...args)]));
}
