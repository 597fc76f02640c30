import { OverLimit } from './errors.js';
import type { Meter } from './limits.js';

/**
 * Regular expressions as Go has them: no lookarounds, no references back, and a time that grows with the text alone.
 * JavaScript's own know other signs, and can take forever.
 */

type Test = (code: number) => boolean;
type Place = 'start' | 'end' | 'textStart' | 'textEnd' | 'edge' | 'inside';

/** What a letter may be. `size`: how many tests it is made of. */
interface Letter {
  kind: 'letter';
  test: Test;
  size: number;
}

type Tree =
  | Letter
  | { kind: 'place'; place: Place }
  | { kind: 'all'; parts: Tree[] }
  | { kind: 'any'; parts: Tree[] }
  | { kind: 'repeat'; of: Tree; least: number; most: number; greedy: boolean }
  | { kind: 'group'; of: Tree; number: number };

type Step =
  | Letter
  | { kind: 'place'; place: Place }
  | { kind: 'split'; first: number; second: number }
  | { kind: 'jump'; to: number }
  | { kind: 'mark'; slot: number }
  | { kind: 'match' };

/** Thrown for what is no regular expression. */
class Malformed {}

const MOST_STEPS = 20_000;
const MOST_DEPTH = 200;
const MOST_REPEATS = 1000;

/** The price of reading one letter of a pattern. */
const READ = 1;

/** A compiled pattern: multi-line, and blind to case. */
export class Pattern {
  private constructor(
    readonly steps: readonly Step[],
    readonly groups: number,
  ) {}

  /** Undefined for what is no regular expression. @throws OverLimit */
  static compile(text: string, meter: Meter): Pattern | undefined {
    meter.charge(text.length * READ);
    try {
      const reader = new Reader(text);
      const tree = reader.whole();
      const steps: Step[] = [];
      emit({ kind: 'group', of: tree, number: 0 }, steps);
      steps.push({ kind: 'match' });
      return new Pattern(steps, reader.groups + 1);
    } catch (thrown) {
      if (thrown instanceof Malformed) return undefined;
      throw thrown;
    }
  }

  /** The first match with its groups; undefined if there is none. */
  match(text: string, meter: Meter): string[] | undefined {
    const letters = Array.from(text);
    const found = new Matcher(this, letters, meter).run();
    if (!found) return undefined;
    let length = 0;
    const places = [0, ...letters.map(letter => (length += letter.length))];
    const place = (mark: number | undefined): number => places[mark ?? 0] ?? 0;
    return Array.from({ length: this.groups }, (_, group) =>
      text.slice(place(found[2 * group]), place(found[2 * group + 1])),
    );
  }
}

function emit(tree: Tree, steps: Step[]): void {
  if (steps.length > MOST_STEPS) throw new OverLimit('a regular expression this large');
  switch (tree.kind) {
    case 'letter':
    case 'place':
      steps.push(tree);
      return;
    case 'all':
      for (const part of tree.parts) emit(part, steps);
      return;
    case 'any':
      emitAny(tree.parts, steps);
      return;
    case 'group':
      steps.push({ kind: 'mark', slot: 2 * tree.number });
      emit(tree.of, steps);
      steps.push({ kind: 'mark', slot: 2 * tree.number + 1 });
      return;
    case 'repeat':
      emitRepeat(tree, steps);
  }
}

function emitAny(parts: readonly Tree[], steps: Step[]): void {
  const jumps: { kind: 'jump'; to: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(part, steps);
      break;
    }
    const split = { kind: 'split' as const, first: steps.length + 1, second: 0 };
    steps.push(split);
    emit(part, steps);
    const jump = { kind: 'jump' as const, to: 0 };
    steps.push(jump);
    jumps.push(jump);
    split.second = steps.length;
  }
  for (const jump of jumps) jump.to = steps.length;
}

function emitRepeat(tree: Tree & { kind: 'repeat' }, steps: Step[]): void {
  const { of, least, most, greedy } = tree;
  for (let count = 0; count < least; count++) emit(of, steps);
  if (most === Number.POSITIVE_INFINITY) {
    const start = steps.length;
    const split = fork(steps);
    emit(of, steps);
    steps.push({ kind: 'jump', to: start });
    aim(split, start + 1, steps.length, greedy);
    return;
  }
  const splits: [Fork, number][] = [];
  for (let count = least; count < most; count++) {
    splits.push([fork(steps), steps.length]);
    emit(of, steps);
  }
  for (const [split, inside] of splits) aim(split, inside, steps.length, greedy);
}

type Fork = { kind: 'split'; first: number; second: number };

function fork(steps: Step[]): Fork {
  const split: Fork = { kind: 'split', first: 0, second: 0 };
  steps.push(split);
  return split;
}

function aim(split: Fork, inside: number, after: number, greedy: boolean): void {
  split.first = greedy ? inside : after;
  split.second = greedy ? after : inside;
}

const isWord: Test = code =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  code === 95 ||
  (code >= 97 && code <= 122);

interface Thread {
  step: number;
  marks: readonly number[];
}

/** The price of one step of one thread, of keeping where a group begins or ends for each mark so far, and of one test of a class. */
const STEP = 0.5;
const MARK = 0.1;
const TEST = 0.3;

/** Follows all ways through a pattern at once, the preferred one first. */
class Matcher {
  readonly #codes: number[];
  #seen = new Uint32Array(0);
  #round = 0;
  /** What letters were found to be. */
  readonly #known = new Map<Letter, Map<number, boolean>>();

  constructor(
    readonly pattern: Pattern,
    letters: readonly string[],
    readonly meter: Meter,
  ) {
    this.#codes = letters.map(letter => letter.codePointAt(0) ?? 0);
    this.#seen = new Uint32Array(pattern.steps.length);
  }

  run(): readonly number[] | undefined {
    let threads: Thread[] = [];
    let best: readonly number[] | undefined;
    for (let at = 0; at <= this.#codes.length; at++) {
      this.meter.charge(STEP);
      this.#round++;
      const here: Thread[] = [];
      for (const { step, marks } of threads) this.#follow(here, step, marks, at);
      if (!best) this.#follow(here, 0, [], at);
      if (here.length === 0 && best) break;
      threads = [];
      for (const { step, marks } of here) {
        this.meter.charge(STEP);
        const current = this.pattern.steps[step];
        if (current?.kind === 'match') {
          best = marks;
          break;
        }
        const code = this.#codes[at];
        if (current?.kind === 'letter' && code !== undefined && this.#fits(current, code)) {
          threads.push({ step: step + 1, marks });
        }
      }
      if (threads.length === 0 && best) break;
    }
    return best;
  }

  #fits(letter: Letter, code: number): boolean {
    let known = this.#known.get(letter);
    if (!known) {
      known = new Map();
      this.#known.set(letter, known);
    }
    let fits = known.get(code);
    if (fits === undefined) {
      this.meter.charge(letter.size * TEST);
      fits = letter.test(code);
      known.set(code, fits);
    }
    return fits;
  }

  /** Adds the letters and matches that a step leads to without reading. */
  #follow(threads: Thread[], start: number, startMarks: readonly number[], at: number): void {
    const todo: Thread[] = [{ step: start, marks: startMarks }];
    for (let next = todo.pop(); next; next = todo.pop()) {
      const { step, marks } = next;
      if (this.#seen[step] === this.#round) continue;
      this.#seen[step] = this.#round;
      this.meter.charge(STEP);
      const current = this.pattern.steps[step];
      if (!current) continue;
      switch (current.kind) {
        case 'letter':
        case 'match':
          threads.push(next);
          break;
        case 'jump':
          todo.push({ step: current.to, marks });
          break;
        case 'split':
          todo.push({ step: current.second, marks }, { step: current.first, marks });
          break;
        case 'mark':
          this.meter.charge(marks.length * MARK);
          todo.push({ step: step + 1, marks: marked(marks, current.slot, at) });
          break;
        case 'place':
          if (this.#isAt(current.place, at)) todo.push({ step: step + 1, marks });
      }
    }
  }

  #isAt(place: Place, at: number): boolean {
    const [before, after] = [this.#codes[at - 1], this.#codes[at]];
    switch (place) {
      case 'textStart':
        return before === undefined;
      case 'textEnd':
        return after === undefined;
      case 'start':
        return before === undefined || before === 10;
      case 'end':
        return after === undefined || after === 10;
      default: {
        const [left, right] = [before, after].map(code => code !== undefined && isWord(code));
        return (left !== right) === (place === 'edge');
      }
    }
  }
}

function marked(marks: readonly number[], slot: number, at: number): readonly number[] {
  const own = [...marks];
  own[slot] = at;
  return own;
}

interface Flags {
  i: boolean;
  m: boolean;
  s: boolean;
  U: boolean;
}

const LETTERS: Record<string, number> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

const between =
  (from: number, to: number): Test =>
  code =>
    code >= from && code <= to;
const either =
  (tests: readonly Test[]): Test =>
  code =>
    tests.some(test => test(code));
const not =
  (test: Test): Test =>
  code =>
    !test(code);

const digit = between(48, 57);
const space: Test = code => code === 32 || code === 9 || code === 10 || code === 12 || code === 13;

const PERL: Record<string, Test> = {
  d: digit,
  D: not(digit),
  s: space,
  S: not(space),
  w: isWord,
  W: not(isWord),
};

const upperCase = between(65, 90);
const lowerCase = between(97, 122);
const alpha = either([upperCase, lowerCase]);
const graph = between(33, 126);

const POSIX: Record<string, Test> = {
  alnum: either([alpha, digit]),
  alpha,
  ascii: between(0, 127),
  blank: code => code === 9 || code === 32,
  cntrl: either([between(0, 31), between(127, 127)]),
  digit,
  graph,
  lower: lowerCase,
  print: between(32, 126),
  punct: code => graph(code) && !alpha(code) && !digit(code),
  space: code => code === 32 || (code >= 9 && code <= 13),
  upper: upperCase,
  word: isWord,
  xdigit: either([digit, between(65, 70), between(97, 102)]),
};

/** The other cases of a letter. */
function cases(code: number): number[] {
  if (code < 65) return [code];
  const letter = String.fromCodePoint(code);
  const found = new Set([code]);
  for (const other of [letter.toLowerCase(), letter.toUpperCase()]) {
    for (const form of [other, other.toLowerCase(), other.toUpperCase()]) {
      if (Array.from(form).length === 1) found.add(form.codePointAt(0) ?? code);
    }
  }
  if (found.has(107)) found.add(0x212a);
  if (found.has(115)) found.add(0x17f);
  return [...found];
}

const letterOf = (test: Test, size = 1): Letter => ({ kind: 'letter', test, size });

const folded =
  (test: Test): Test =>
  code =>
    test(code) || cases(code).some(test);

class Reader {
  groups = 0;
  #at = 0;
  #depth = 0;
  #flags: Flags = { i: true, m: true, s: false, U: false };
  readonly #names = new Set<string>();

  constructor(readonly text: string) {}

  whole(): Tree {
    const tree = this.#any();
    if (this.#at < this.text.length) throw new Malformed();
    return tree;
  }

  #peek(): string {
    const code = this.text.codePointAt(this.#at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #eat(text: string): boolean {
    if (!this.text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #letter(): number {
    const code = this.text.codePointAt(this.#at);
    if (code === undefined) throw new Malformed();
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }

  #found(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.text.slice(this.#at, this.#at + 64));
    if (found) this.#at += found[0].length;
    return found ?? undefined;
  }

  #any(): Tree {
    if (++this.#depth > MOST_DEPTH) throw new OverLimit('a regular expression nested this deeply');
    const parts = [this.#all()];
    while (this.#eat('|')) parts.push(this.#all());
    this.#depth--;
    return parts.length === 1 ? (parts[0] as Tree) : { kind: 'any', parts };
  }

  #all(): Tree {
    const parts: Tree[] = [];
    let wasRepeat = false;
    while (this.#at < this.text.length && !'|)'.includes(this.#peek())) {
      const repeat = this.#repeat();
      if (repeat) {
        const of = parts.pop();
        if (!of || wasRepeat) throw new Malformed();
        parts.push({ kind: 'repeat', of, ...repeat });
        if (repeats(parts.at(-1) as Tree) > MOST_REPEATS) throw new Malformed();
        wasRepeat = true;
        continue;
      }
      wasRepeat = false;
      const part = this.#one();
      if (part) parts.push(part);
    }
    return { kind: 'all', parts };
  }

  #repeat(): { least: number; most: number; greedy: boolean } | undefined {
    const sign = this.#found(/^(?:[*+?]|\{(\d+)(,?)(\d*)\})/);
    if (!sign) return undefined;
    const [all, least, comma, most] = sign;
    const lazy = this.#eat('?');
    const greedy = lazy === this.#flags.U;
    if (least === undefined) {
      return {
        least: all === '+' ? 1 : 0,
        most: all === '?' ? 1 : Number.POSITIVE_INFINITY,
        greedy,
      };
    }
    const from = Number(least);
    const to = most ? Number(most) : comma ? Number.POSITIVE_INFINITY : from;
    if (from > MOST_REPEATS || (most && to > MOST_REPEATS) || to < from) throw new Malformed();
    return { least: from, most: to, greedy };
  }

  /** One part; undefined for flags, which are none. */
  #one(): Tree | undefined {
    if (this.#eat('(')) return this.#group();
    if (this.#eat('[')) return this.#class();
    if (this.#eat('.')) {
      const { s } = this.#flags;
      return letterOf(code => s || code !== 10);
    }
    if (this.#eat('^')) return { kind: 'place', place: this.#flags.m ? 'start' : 'textStart' };
    if (this.#eat('$')) return { kind: 'place', place: this.#flags.m ? 'end' : 'textEnd' };
    if (this.#peek() === '\\') return this.#escape();
    return this.#literal(this.#letter());
  }

  #literal(code: number): Tree {
    return letterOf(this.#folded(between(code, code)));
  }

  #folded(test: Test): Test {
    return this.#flags.i ? folded(test) : test;
  }

  #group(): Tree | undefined {
    if (!this.#eat('?')) {
      const number = ++this.groups;
      return { kind: 'group', of: this.#inside(), number };
    }
    const name = this.#found(/^P?<([A-Za-z0-9_]+)>/)?.[1];
    if (name !== undefined) {
      if (this.#names.has(name)) throw new Malformed();
      this.#names.add(name);
      const number = ++this.groups;
      return { kind: 'group', of: this.#inside(), number };
    }
    return this.#flagged();
  }

  /** What is in brackets: its flags end with it. */
  #inside(flags: Flags = this.#flags): Tree {
    const around = this.#flags;
    this.#flags = flags;
    const of = this.#any();
    if (!this.#eat(')')) throw new Malformed();
    this.#flags = around;
    return of;
  }

  /** `(?i)`, `(?s-m:…)`. */
  #flagged(): Tree | undefined {
    const [all, on = '', off, end] = this.#found(/^([imsU]*)(-[imsU]+)?([:)])/) ?? [];
    if (all === undefined || all === ')') throw new Malformed();
    const flags = { ...this.#flags };
    for (const flag of on) flags[flag as keyof Flags] = true;
    for (const flag of off?.slice(1) ?? '') flags[flag as keyof Flags] = false;
    if (end === ':') return this.#inside(flags);
    this.#flags = flags;
    return undefined;
  }

  #escape(): Tree | undefined {
    const place = this.#found(/^\\([AzbB])/)?.[1];
    if (place) {
      const places: Record<string, Place> = {
        A: 'textStart',
        z: 'textEnd',
        b: 'edge',
        B: 'inside',
      };
      return { kind: 'place', place: places[place] as Place };
    }
    if (this.#eat('\\Q')) return this.#quoted();
    const test = this.#set();
    if (test) return letterOf(test);
    return this.#literal(this.#coded());
  }

  /** `\Q…\E`: letters that mean themselves. */
  #quoted(): Tree {
    const end = this.text.indexOf('\\E', this.#at);
    const quoted = this.text.slice(this.#at, end < 0 ? this.text.length : end);
    this.#at += quoted.length + (end < 0 ? 0 : 2);
    const parts = Array.from(quoted, letter => this.#literal(letter.codePointAt(0) ?? 0));
    return { kind: 'all', parts };
  }

  /** `\d`, `\pL`, `\p{Greek}`. */
  #set(): Test | undefined {
    const perl = this.#found(/^\\([dDsSwW])/)?.[1];
    if (perl) return this.#foldedSet(PERL[perl] as Test, /[DSW]/.test(perl), perl);
    const found = this.#found(/^\\([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Za-z]))/);
    if (!found) return undefined;
    const [, sign, negated, name, short] = found;
    const test = this.#folded(propertyOf(name ?? short ?? ''));
    return (sign === 'P') === (negated === '^') ? test : not(test);
  }

  /** A set without one is folded before it is turned around. */
  #foldedSet(test: Test, isNegated: boolean, name: string): Test {
    if (!isNegated) return this.#folded(test);
    return not(this.#folded(PERL[name.toLowerCase()] as Test));
  }

  /** The code of an escaped letter. */
  #coded(): number {
    const hex = this.#found(/^\\x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))/);
    if (hex) {
      const code = Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
      if (code > 0x10ffff) throw new Malformed();
      return code;
    }
    const octal = this.#found(/^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/)?.[1];
    if (octal) return Number.parseInt(octal, 8);
    this.#at++;
    const letter = String.fromCodePoint(this.#letter());
    if (Object.hasOwn(LETTERS, letter)) return LETTERS[letter] as number;
    const code = letter.codePointAt(0) ?? 0;
    if (code > 127 || /[0-9A-Za-z]/.test(letter)) throw new Malformed();
    return code;
  }

  #class(): Letter {
    const negated = this.#eat('^');
    const tests: Test[] = [];
    for (let first = true; first || !this.#eat(']'); first = false) {
      if (this.#at >= this.text.length) throw new Malformed();
      tests.push(this.#classItem());
    }
    const test = either(tests);
    return letterOf(negated ? not(test) : test, tests.length);
  }

  #classItem(): Test {
    const posix = this.#found(/^\[:(\^?)([a-z]+):\]/);
    if (posix) {
      const test = POSIX[posix[2] ?? ''];
      if (!test) throw new Malformed();
      return posix[1] ? not(this.#folded(test)) : this.#folded(test);
    }
    const set = this.#peek() === '\\' ? this.#set() : undefined;
    if (set) return set;
    const from = this.#classLetter();
    const isRange = /^-[^\]]/s.test(this.text.slice(this.#at, this.#at + 2));
    if (!isRange) return this.#folded(between(from, from));
    this.#at++;
    const to = this.#classLetter();
    if (to < from) throw new Malformed();
    return this.#folded(between(from, to));
  }

  #classLetter(): number {
    return this.#peek() === '\\' ? this.#coded() : this.#letter();
  }
}

/** What `repeats` found before: a repetition asks about all that is in it. */
const counted = new WeakMap<Tree, number>();

/** How often the innermost part of nested repetitions is written out. */
function repeats(tree: Tree): number {
  const known = counted.get(tree);
  if (known !== undefined) return known;
  const count = repeatsIn(tree);
  counted.set(tree, count);
  return count;
}

function repeatsIn(tree: Tree): number {
  switch (tree.kind) {
    case 'repeat': {
      const times = tree.most === Number.POSITIVE_INFINITY ? Math.max(tree.least, 1) : tree.most;
      return Math.max(times, 1) * repeats(tree.of);
    }
    case 'group':
      return repeats(tree.of);
    case 'all':
    case 'any':
      return tree.parts.reduce((most, part) => Math.max(most, repeats(part)), 1);
    default:
      return 1;
  }
}

/** A class or script of Unicode. */
function propertyOf(name: string): Test {
  if (name === 'Any') return () => true;
  const known = properties.get(name) ?? propertyRead(name);
  if (!known) throw new Malformed();
  if (properties.size < MOST_PROPERTIES) properties.set(name, known);
  return known;
}

const properties = new Map<string, Test>();
const MOST_PROPERTIES = 500;

function propertyRead(name: string): Test | undefined {
  for (const form of [name, `Script=${name}`]) {
    try {
      const pattern = new RegExp(`^\\p{${form}}$`, 'u');
      return code => pattern.test(String.fromCodePoint(code));
    } catch {
      // Not one of these.
    }
  }
  return undefined;
}
