import type { Dialect } from '../../../src/resources.js';
import { Decimal } from './decimal.js';
import { ErrorValue, OverLimit } from './errors.js';
import { quoted } from './letters.js';
import { MOST_DEPTH } from './limits.js';
import { placeOf, type Token, tokensOf, unquoted } from './tokens.js';

/** An expression as a tree. */
export type Node =
  | { kind: 'text'; value: string }
  | { kind: 'number'; digits: string; short: Decimal | undefined }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' }
  | { kind: 'name'; name: string; lower: string }
  | { kind: 'dot'; from: Node; name: string }
  | { kind: 'index'; from: Node; index: Node }
  | { kind: 'call'; of: Node; args: Node[] }
  | { kind: 'function'; names: string[]; body: Node }
  | { kind: 'negation'; of: Node }
  | { kind: 'brackets'; of: Node }
  | { kind: 'binary'; sign: string; left: Node; right: Node };

/** How tightly operators bind: all from left to right, the sign before a number tightest of all. */
const BINDS: Record<string, number> = {
  '&': 1,
  '=': 2,
  '!=': 2,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '^': 6,
};
const NEGATION = 7;

/** `textit` refuses more brackets within each other, wherever they stand. */
const MOST_BRACKETS = 100;

/** Reads an expression. @throws ErrorValue for what the engine calls a syntax error; OverLimit if it nests too deeply. */
export function parse(text: string, dialect: Dialect): Node {
  if (dialect === 'textit' && bracketsExceed(text, MOST_BRACKETS)) {
    throw new ErrorValue('expression nesting too deep');
  }
  return new Reader(text).whole();
}

function bracketsExceed(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter === '(' || letter === '[' || letter === '{') depth++;
    else if (depth > 0 && (letter === ')' || letter === ']' || letter === '}')) depth--;
    if (depth > most) return true;
  }
  return false;
}

class Reader {
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;

  constructor(readonly text: string) {
    this.#tokens = tokensOf(text);
  }

  whole(): Node {
    const node = this.#expression(0);
    this.#take(token => token.kind === 'end');
    return node;
  }

  #peek(ahead = 0): Token {
    const last = this.#tokens.length - 1;
    return this.#tokens[Math.min(this.#next + ahead, last)] as Token;
  }

  /** Whether the next token is one of these signs. */
  #is(sign: string, ahead = 0): boolean {
    const { kind, text } = this.#peek(ahead);
    return kind === 'sign' && text === sign;
  }

  #take(fits: (token: Token) => boolean): Token {
    const token = this.#peek();
    if (!fits(token)) {
      throw new ErrorValue(`syntax error at ${placeOf(this.text, token.at)}`);
    }
    this.#next++;
    return token;
  }

  #sign(sign: string): void {
    this.#take(({ kind, text }) => kind === 'sign' && text === sign);
  }

  #name(): string {
    return this.#take(({ kind }) => kind === 'name').text;
  }

  #expression(least: number): Node {
    if (++this.#depth > MOST_DEPTH) throw new OverLimit('an expression nested this deeply');
    let left = this.#operand();
    for (;;) {
      const { kind, text } = this.#peek();
      const binds = kind === 'sign' ? (BINDS[text] ?? 0) : 0;
      if (binds === 0 || binds < least) break;
      this.#next++;
      left = { kind: 'binary', sign: text, left, right: this.#expression(binds + 1) };
    }
    this.#depth--;
    return left;
  }

  #operand(): Node {
    const { kind, text } = this.#peek();
    switch (kind) {
      case 'text':
        this.#next++;
        return { kind: 'text', value: unquoted(text) };
      case 'integer':
      case 'decimal':
        this.#next++;
        return { kind: 'number', digits: text, short: Decimal.readShort(text) };
      case 'true':
      case 'false':
        this.#next++;
        return { kind: 'boolean', value: kind === 'true' };
      case 'null':
        this.#next++;
        return { kind: 'null' };
      default:
        return this.#signed();
    }
  }

  #signed(): Node {
    if (this.#is('-')) {
      this.#next++;
      return { kind: 'negation', of: this.#expression(NEGATION) };
    }
    if (this.#startsFunction()) return this.#function();
    return this.#atom();
  }

  /** `(x) =>`, or `(x,`, which can be nothing else. */
  #startsFunction(): boolean {
    if (!this.#is('(') || this.#peek(1).kind !== 'name') return false;
    return this.#is(',', 2) || (this.#is(')', 2) && this.#is('=>', 3));
  }

  #function(): Node {
    this.#sign('(');
    const names = [this.#name()];
    while (this.#is(',')) {
      this.#next++;
      names.push(this.#name());
    }
    this.#sign(')');
    this.#sign('=>');
    return { kind: 'function', names, body: this.#expression(0) };
  }

  /** A name or brackets, with the lookups and calls that follow. */
  #atom(): Node {
    let node: Node;
    if (this.#is('(')) {
      this.#next++;
      node = { kind: 'brackets', of: this.#expression(0) };
      this.#sign(')');
    } else {
      const name = this.#name();
      node = { kind: 'name', name, lower: name.toLowerCase() };
    }
    for (;;) {
      if (this.#is('.')) node = this.#dot(node);
      else if (this.#is('[')) node = this.#index(node);
      else if (this.#is('(')) node = this.#call(node);
      else return node;
    }
  }

  #dot(from: Node): Node {
    this.#next++;
    const { text } = this.#take(({ kind }) => kind === 'name' || kind === 'integer');
    return { kind: 'dot', from, name: text };
  }

  #index(from: Node): Node {
    this.#next++;
    const index = this.#expression(0);
    this.#sign(']');
    return { kind: 'index', from, index };
  }

  #call(of: Node): Node {
    this.#next++;
    const args: Node[] = [];
    if (!this.#is(')')) {
      args.push(this.#expression(0));
      while (this.#is(',')) {
        this.#next++;
        args.push(this.#expression(0));
      }
    }
    this.#sign(')');
    return { kind: 'call', of, args };
  }
}

/** A tree as text again, for messages. What hangs on its left side may be thousands of steps long. */
export function shown(node: Node): string {
  const ends: string[] = [];
  let start = node;
  for (;;) {
    if (start.kind === 'dot') ends.push(`.${start.name}`);
    else if (start.kind === 'index') ends.push(`[${shown(start.index)}]`);
    else if (start.kind === 'call') ends.push(`(${start.args.map(shown).join(', ')})`);
    else if (start.kind === 'binary') ends.push(` ${start.sign} ${shown(start.right)}`);
    else break;
    start = leftOf(start);
  }
  return shownStart(start) + ends.reverse().join('');
}

function leftOf(node: Node & { kind: 'dot' | 'index' | 'call' | 'binary' }): Node {
  if (node.kind === 'call') return node.of;
  return node.kind === 'binary' ? node.left : node.from;
}

function shownStart(node: Node): string {
  switch (node.kind) {
    case 'text':
      return quoted(node.value);
    case 'number':
      return node.digits;
    case 'boolean':
      return String(node.value);
    case 'name':
      return node.lower;
    case 'function':
      return `(${node.names.join(', ')}) => ${shown(node.body)}`;
    case 'negation':
      return `-${shown(node.of)}`;
    case 'brackets':
      return `(${shown(node.of)})`;
    default:
      return 'null';
  }
}
