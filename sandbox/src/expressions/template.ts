import { type Environment, Evaluation } from './environment.js';
import { EnginePanic, OverLimit } from './errors.js';
import { evaluate, type Names, withFunctions } from './evaluate.js';
import { trimSpace } from './letters.js';
import { MOST_LETTERS } from './limits.js';
import { parse } from './parse.js';
import { ErrorValue, toText, type Value } from './values.js';

/** What a template can refer to by its first name, such as `contact`; each is made when it is needed. */
export type Roots = Readonly<Record<string, () => Value>>;

/** Something to tell of a template, and the expression that it is about. */
export interface Told {
  /** Such as `an expression nested this deeply`, or why an expression failed. */
  what: string;
  /** The expression, `@(…)`. */
  expression: string;
}

/** What a template becomes. */
export interface Filled {
  text: string;
  /** One for each expression that failed, in the words of the engine; it prints nothing. */
  errors: string[];
  /** The expressions that failed, and why, each once. */
  failed: Told[];
  /** What the sandbox does not know, each once. */
  unknown: Told[];
  /** Paths such as `results.age` that mean nothing here, and so stay in the text, each once. */
  plain: string[];
  /** What the engine breaks at; it gives nothing then. */
  panic?: string;
}

/** The same, with the value of a template that is one expression alone. */
export interface FilledValue extends Omit<Filled, 'text'> {
  value: Value;
}

/** `plain`: a path that means nothing. */
type Part = { kind: 'text' | 'plain' | 'path' | 'expression'; text: string };

const NAME = /[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*/uy;

/** Splits a template. `@` before anything but a root, a bracket that closes, or another `@` is text. */
function partsOf(template: string, roots: Roots): { parts: Part[]; plain: string[] } {
  const parts: Part[] = [];
  const plain = new Set<string>();
  let text = '';
  let at = 0;
  for (let next = template.indexOf('@'); next >= 0; next = template.indexOf('@', at)) {
    text += template.slice(at, next);
    const [part, length] = partAt(template, next, roots);
    at = next + length;
    if (part.kind === 'text') text += part.text;
    else if (part.kind === 'plain') {
      text += `@${part.text}`;
      if (plain.size < MOST_TOLD) plain.add(part.text);
    } else {
      if (text) parts.push({ kind: 'text', text });
      parts.push(part);
      text = '';
    }
  }
  text += template.slice(at);
  if (text) parts.push({ kind: 'text', text });
  return { parts, plain: [...plain] };
}

function partAt(template: string, at: number, roots: Roots): [Part, length: number] {
  const letter = template.charAt(at + 1);
  if (letter === '@') return [{ kind: 'text', text: '@' }, 2];
  if (letter === '(') return bracketAt(template, at);
  NAME.lastIndex = at + 1;
  const path = NAME.exec(template)?.[0];
  if (path === undefined) return [{ kind: 'text', text: '@' }, 1];
  const root = (path.split('.')[0] ?? '').toLowerCase();
  const kind = Object.hasOwn(roots, root) ? 'path' : 'plain';
  return [{ kind, text: path }, path.length + 1];
}

/** `@(…)` up to the bracket that closes it; without one, all that is left is text. */
function bracketAt(template: string, at: number): [Part, length: number] {
  const end = closing(template, at + 2);
  if (end < 0) {
    const text = template.slice(at);
    return [{ kind: 'text', text }, text.length];
  }
  return [{ kind: 'expression', text: template.slice(at + 2, end) }, end + 1 - at];
}

/** The place of the bracket that closes one before `start`; what is in quotes does not count. */
function closing(template: string, start: number): number {
  const signs = /[()"]/g;
  signs.lastIndex = start;
  let depth = 1;
  for (let sign = signs.exec(template); sign; sign = signs.exec(template)) {
    if (sign[0] === '(') depth++;
    else if (sign[0] === ')') depth--;
    else {
      const end = quoteEnd(template, sign.index);
      if (end < 0) return -1;
      signs.lastIndex = end + 1;
    }
    if (depth === 0) return sign.index;
  }
  return -1;
}

/** The quote that closes one; one after a backslash does not. */
function quoteEnd(template: string, start: number): number {
  let at = template.indexOf('"', start + 1);
  while (at > start + 1 && template.charAt(at - 1) === '\\') at = template.indexOf('"', at + 1);
  return at;
}

/** The units of one expression, and the letters of it that are read for one. */
const PART = 20;
const LETTERS = 2;

/** The price of telling that an expression failed, and where. */
const FAILURE = 20;

/** What is told of one template at most. */
const MOST_TOLD = 100;
const MOST_ERRORS = 1000;

/** Evaluates the parts of one template, which share what it may cost. */
class Filling {
  readonly errors: string[] = [];
  readonly failed: Told[] = [];
  readonly unknown: Told[] = [];
  readonly evaluation: Evaluation;
  readonly #made = new Map<string, Value>();
  readonly #names: Names;
  #expression = '';

  constructor(
    readonly roots: Roots,
    environment: Environment,
  ) {
    this.evaluation = new Evaluation(environment, what => this.#tell(this.unknown, what));
    this.#names = withFunctions(name => this.#root(name), this.evaluation);
  }

  #tell(list: Told[], what: string): void {
    if (list.length >= MOST_TOLD) return;
    const expression = this.#expression;
    const isTold = list.some(one => one.what === what && one.expression === expression);
    if (!isTold) list.push({ what, expression });
  }

  #root(name: string): Value | undefined {
    if (!Object.hasOwn(this.roots, name)) return undefined;
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const value = this.roots[name]?.() ?? null;
    this.#made.set(name, value);
    return value;
  }

  /** The value of one part, which may be an error. */
  value({ kind, text }: Part): Value {
    this.#expression = kind === 'path' ? `@${text}` : `@(${text})`;
    this.evaluation.level = 0;
    return this.#guarded(() => {
      this.evaluation.meter.charge(PART + text.length / LETTERS);
      const node = parse(text, this.evaluation.environment.dialect);
      return evaluate(this.evaluation, node, this.#names);
    });
  }

  /** The text of one part. If it is an error, it is noted, and there is none. */
  text(part: Part): string {
    // What comes after the limit would be told again for each.
    if (part.kind === 'text') return part.text;
    if (this.evaluation.meter.isSpent) return '';
    const value = this.value(part);
    const text =
      value instanceof ErrorValue ? value : this.#guarded(() => toText(this.evaluation, value));
    if (typeof text === 'string') return text;
    if (text instanceof ErrorValue) this.#fail(text);
    return '';
  }

  #fail(error: ErrorValue): void {
    if (this.errors.length >= MOST_ERRORS) return;
    if (!error.isFatal) {
      this.#guarded(() => {
        this.evaluation.meter.charge(FAILURE);
        this.evaluation.meter.chargeText(error.message.length);
        return null;
      });
    }
    this.errors.push(`error evaluating ${this.#expression}: ${error.message}`);
    this.tellFailure(error);
  }

  /** Tells why the part that was evaluated last failed. What the sandbox itself refused is told already. */
  tellFailure({ message, isFatal }: ErrorValue): void {
    if (!isFatal) this.#tell(this.failed, message);
  }

  #guarded(run: () => Value): Value {
    try {
      return run();
    } catch (thrown) {
      if (thrown instanceof ErrorValue) return thrown;
      if (!(thrown instanceof OverLimit)) throw thrown;
      this.#tell(this.unknown, thrown.what);
      return new ErrorValue('expression is too complex to evaluate', true);
    }
  }
}

const TOO_LONG: Omit<Filled, 'text'> = {
  errors: ['text is too long to evaluate'],
  failed: [],
  unknown: [{ what: 'a text this long', expression: '' }],
  plain: [],
};

/** Fills in a text: message texts, names, URLs, headers. */
export function fillIn(template: string, roots: Roots, environment: Environment): Filled {
  if (template.length > MOST_LETTERS) return { text: '', ...TOO_LONG };
  const { parts, plain } = partsOf(template, roots);
  const filling = new Filling(roots, environment);
  const { errors, failed, unknown } = filling;
  try {
    const text = parts.map(part => filling.text(part)).join('');
    return { text, errors, failed, unknown, plain };
  } catch (thrown) {
    if (!(thrown instanceof EnginePanic)) throw thrown;
    return { text: '', errors: [], failed: [], unknown, plain, panic: thrown.message };
  }
}

/** The value of a template that is one expression alone, otherwise its text: operands and arguments of routers. */
export function valueIn(template: string, roots: Roots, environment: Environment): FilledValue {
  if (template.length > MOST_LETTERS) return { value: '', ...TOO_LONG };
  const { parts, plain } = partsOf(trimSpace(template), roots);
  const [only] = parts;
  if (!only || parts.length > 1 || only.kind === 'text') {
    const { text, ...rest } = fillIn(trimSpace(template), roots, environment);
    return { value: text, ...rest };
  }
  const filling = new Filling(roots, environment);
  const { errors, failed, unknown } = filling;
  try {
    const value = filling.value(only);
    // The engine hands an error on as a value.
    if (value instanceof ErrorValue) filling.tellFailure(value);
    return { value, errors, failed, unknown, plain };
  } catch (thrown) {
    if (!(thrown instanceof EnginePanic)) throw thrown;
    return { value: null, errors: [], failed: [], unknown, plain, panic: thrown.message };
  }
}
