import { memoized } from '../values/memoized.js';
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

/** `repeats`: how often the innermost part of nested repetitions is written out; absent for once. */
type Tree =
  | (Letter & { repeats?: never })
  | { kind: 'place'; place: Place; repeats?: never }
  | { kind: 'all'; parts: Tree[]; repeats: number }
  | { kind: 'any'; parts: Tree[]; repeats: number }
  | { kind: 'repeat'; of: Tree; least: number; most: number; greedy: boolean; repeats: number }
  | { kind: 'group'; of: Tree; number: number; repeats: number };

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

/** The price of a pattern, of reading one letter of it, and of one step that it is written out to. */
const PATTERN = 40;
const READ = 2;
const WRITTEN = 0.75;

/** A compiled pattern: multi-line, and blind to case. */
export class Pattern {
  private constructor(
    readonly steps: readonly Step[],
    readonly groups: number,
  ) {}

  /** Undefined for what is no regular expression. @throws OverLimit */
  static compile(text: string, meter: Meter): Pattern | undefined {
    meter.charge(PATTERN + text.length * READ);
    try {
      const reader = new Reader(text);
      const tree = reader.whole();
      const steps: Step[] = [];
      emit(groupOf(tree, 0), steps);
      steps.push({ kind: 'match' });
      meter.charge(steps.length * WRITTEN);
      return new Pattern(steps, reader.groups + 1);
    } catch (thrown) {
      if (thrown instanceof Malformed) return undefined;
      throw thrown;
    }
  }

  /** The first match with its groups; undefined if there is none. */
  match(text: string, meter: Meter): string[] | undefined {
    meter.chargeLetters(text.length);
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

/** Where a way through a pattern is, and where the groups on it began and ended. */
interface Thread {
  step: number;
  marks: Marks;
}

type Marks = readonly number[];

/** The price of one letter of a text, of one step of one thread, of keeping where a group begins or ends for each mark so far, and of one test of a class. */
const PLACE = 1;
const STEP = 0.5;
const MARK = 0.05;
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

  run(): Marks | undefined {
    let threads: Thread[] = [];
    let best: Marks | undefined;
    for (let at = 0; at <= this.#codes.length; at++) {
      this.meter.charge(PLACE);
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
  #follow(threads: Thread[], start: number, startMarks: Marks, at: number): void {
    // The second ways of splits wait here, the one that was met last on top.
    const later: Thread[] = [];
    let step: number | undefined = start;
    let marks = startMarks;
    for (;;) {
      if (step === undefined || this.#seen[step] === this.#round) {
        const next = later.pop();
        if (!next) return;
        ({ step, marks } = next);
        continue;
      }
      this.#seen[step] = this.#round;
      this.meter.charge(STEP);
      const current: Step | undefined = this.pattern.steps[step];
      switch (current?.kind) {
        case 'jump':
          step = current.to;
          break;
        case 'split':
          later.push({ step: current.second, marks });
          step = current.first;
          break;
        case 'mark':
          this.meter.charge(marks.length * MARK);
          marks = marked(marks, current.slot, at);
          step++;
          break;
        case 'place':
          step = this.#isAt(current.place, at) ? step + 1 : undefined;
          break;
        default:
          threads.push({ step, marks });
          step = undefined;
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

function marked(marks: Marks, slot: number, at: number): Marks {
  const own = marks.slice();
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

const MOST_KNOWN = 5000;

/** A letter in all its cases. A class asks about the same letter for each of its ranges. */
const cases = memoized(MOST_KNOWN, (code: number): readonly number[] => {
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
});

/** What a repetition starts with. */
const REPEATS = new Set('*+?{');

const letterOf = (test: Test, size = 1): Letter => ({ kind: 'letter', test, size });

const groupOf = (of: Tree, number: number): Tree => ({
  kind: 'group',
  of,
  number,
  repeats: of.repeats ?? 1,
});

const partsOf = (kind: 'all' | 'any', parts: Tree[]): Tree => ({
  kind,
  parts,
  repeats: parts.reduce((most, part) => Math.max(most, part.repeats ?? 1), 1),
});

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
  /** The letters that mean themselves, by their codes: in any case, and in their own alone. */
  readonly #literals = { folded: new Map<number, Letter>(), exact: new Map<number, Letter>() };

  constructor(readonly text: string) {}

  whole(): Tree {
    const tree = this.#any();
    if (this.#at < this.text.length) throw new Malformed();
    return tree;
  }

  /** The next unit; empty at the end. */
  #peek(): string {
    return this.text.charAt(this.#at);
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
    return parts.length === 1 ? (parts[0] as Tree) : partsOf('any', parts);
  }

  #all(): Tree {
    const parts: Tree[] = [];
    let wasRepeat = false;
    for (
      let next = this.#peek();
      next !== '' && next !== '|' && next !== ')';
      next = this.#peek()
    ) {
      const repeat = REPEATS.has(next) ? this.#repeat() : undefined;
      if (repeat) {
        const of = parts.pop();
        if (!of || wasRepeat) throw new Malformed();
        const most = repeat.most === Number.POSITIVE_INFINITY ? repeat.least : repeat.most;
        const repeats = Math.max(most, 1) * (of.repeats ?? 1);
        if (repeats > MOST_REPEATS) throw new Malformed();
        parts.push({ kind: 'repeat', of, ...repeat, repeats });
        wasRepeat = true;
        continue;
      }
      wasRepeat = false;
      const part = this.#one();
      if (part) parts.push(part);
    }
    return partsOf('all', parts);
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
    const known = this.#flags.i ? this.#literals.folded : this.#literals.exact;
    const letter = known.get(code) ?? letterOf(this.#folded(between(code, code)));
    known.set(code, letter);
    return letter;
  }

  #folded(test: Test): Test {
    return this.#flags.i ? folded(test) : test;
  }

  #group(): Tree | undefined {
    if (!this.#eat('?')) {
      const number = ++this.groups;
      return groupOf(this.#inside(), number);
    }
    const name = this.#found(/^P?<([A-Za-z0-9_]+)>/)?.[1];
    if (name !== undefined) {
      if (this.#names.has(name)) throw new Malformed();
      this.#names.add(name);
      const number = ++this.groups;
      return groupOf(this.#inside(), number);
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
    return partsOf('all', parts);
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
    const posix = this.#peek() === '[' ? this.#found(/^\[:(\^?)([a-z]+):\]/) : undefined;
    if (posix) {
      const test = POSIX[posix[2] ?? ''];
      if (!test) throw new Malformed();
      return posix[1] ? not(this.#folded(test)) : this.#folded(test);
    }
    const set = this.#peek() === '\\' ? this.#set() : undefined;
    if (set) return set;
    const from = this.#classLetter();
    const end = this.text.charAt(this.#at + 1);
    if (this.#peek() !== '-' || end === ']' || end === '') return this.#folded(between(from, from));
    this.#at++;
    const to = this.#classLetter();
    if (to < from) throw new Malformed();
    return this.#folded(between(from, to));
  }

  #classLetter(): number {
    return this.#peek() === '\\' ? this.#coded() : this.#letter();
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
