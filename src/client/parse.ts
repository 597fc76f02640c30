/** Reads JSON that somebody else wrote, with limits to what it may become in memory. */

import { setImmediate as nextTurn } from 'node:timers/promises';

export const LIMITS = {
  /** RapidPro has a dozen levels; what writes state gives up at thousands. */
  levels: 200,
  /** Objects, lists and what is in them. An empty object has two characters, and takes thirty times that in memory. */
  parts: 1_000_000,
  /** Names of keys, each counted once. To make an object of another shape each time is what takes longest. */
  names: 50_000,
  /** Characters that are parsed at once, unless there is no comma to stop at. */
  piece: 256 * 1024,
};
/** Characters beyond which a text is parsed in pieces; bytes beyond which it is decoded in pieces. */
export const LARGE = 512 * 1024;
/** A shorter token could be a word of anybody's. */
const LEAST_OF_TOKEN = 8;

const [COMMA, COLON, QUOTE, BACKSLASH, MINUS] = [0x2c, 0x3a, 0x22, 0x5c, 0x2d];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Each page of a long list goes through this, so it calls itself for objects and lists alone. */
function isDeeper(value: object, levels: number): boolean {
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (isNested(item) && isDeeper(item, levels - 1)) return true;
    return false;
  }
  for (const key in value) {
    const item = value[key as keyof typeof value];
    if (isNested(item) && isDeeper(item, levels - 1)) return true;
  }
  return false;
}

/** Takes the token out of what a server sends back: state is kept, and read by more people than the credential. */
function withoutToken(text: string, token: string): string {
  return text.includes(token) ? text.replaceAll(token, '…') : text;
}

/** Whether plain letters are escaped, which nobody needs: they can hide the token. Nearly always the first look is enough. */
const mayHide = (text: string) => text.includes('\\u00') && /\\u00[2-7]/.test(text);

function withoutHidden(value: unknown, token: string): unknown {
  if (typeof value === 'string') return withoutToken(value, token);
  if (!isNested(value)) return value;
  for (const key of Object.keys(value)) {
    const item = value[key as keyof typeof value];
    const [name, plain] = [withoutToken(key, token), withoutHidden(item, token)];
    if (name === key && plain === item) continue;
    if (name !== key) delete value[key as keyof typeof value];
    setKey(value, name, plain);
  }
  return value;
}

/** Digits of the shortest whole number that JavaScript may round. */
const LONG_RUN = 16;
/** Characters of the longest one that it may keep, with its sign. */
const LONGEST_SAFE = 17;
/** What a whole number has before and after it. */
const BEFORE = /^[[:,\s]?$/;
const AFTER = /^[\]},\s]?$/;

/** The rest of a number may have millions of digits. */
const DIGITS = /\d*/y;

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;

/** Whether there are sixteen digits in a row: wherever they begin, one is at a place that is looked at. */
function hasLongRun(text: string): boolean {
  for (let place = LONG_RUN - 1; place < text.length; place += LONG_RUN) {
    if (!isDigit(text.charCodeAt(place))) continue;
    let [start, end] = [place, place + 1];
    while (place - start < LONG_RUN && isDigit(text.charCodeAt(start - 1))) start--;
    while (end - start < LONG_RUN && isDigit(text.charCodeAt(end))) end++;
    if (end - start >= LONG_RUN) return true;
  }
  return false;
}

function endOfString(text: string, quote: number): number {
  let place = quote + 1;
  for (; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (code === QUOTE) break;
    if (code === BACKSLASH) place++;
  }
  return place;
}

/** Writes whole numbers that JavaScript would round in quotes: an id with other digits is somebody else's. */
function quoteLongIntegers(text: string): string {
  if (!hasLongRun(text)) return text;
  const parts: string[] = [];
  let copied = 0;
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (code === QUOTE) place = endOfString(text, place);
    else if (code === MINUS || isDigit(code)) {
      const start = place;
      DIGITS.lastIndex = start + 1;
      DIGITS.test(text);
      place = DIGITS.lastIndex - 1;
      const digits = text.slice(start, place + 1);
      if (digits.length < LONG_RUN) continue;
      if (digits.length <= LONGEST_SAFE && Number.isSafeInteger(Number(digits))) continue;
      if (/^-?0/.test(digits) || !BEFORE.test(text.charAt(start - 1))) continue;
      if (!AFTER.test(text.charAt(place + 1))) continue;
      parts.push(text.slice(copied, start), `"${digits}"`);
      copied = place + 1;
    }
  }
  return parts.join('') + text.slice(copied);
}

/**
 * As JSON.parse, but that whole numbers of more digits than JavaScript keeps become text.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  return JSON.parse(quoteLongIntegers(text));
}

type Limits = typeof LIMITS;

type Amiss = 'no JSON' | 'too large' | 'too deep';

/** A text that is not read. Never leaves the client. */
export class Unfit extends Error {
  constructor(readonly amiss: Amiss) {
    super(amiss);
  }
}

/** An object or list that has not been closed yet. */
interface Open {
  isList: boolean;
  content: number;
  /** Where its key is in the text, with the quotes. Means nothing in a list. */
  key: readonly [start: number, end: number];
  /** What of it has been parsed, once a piece has ended within it. */
  value?: object;
}

const isBlank = (text: string) => /^[ \t\n\r]*$/.test(text);

/** Sets a key of any name: assigned to, "__proto__" would be no key. */
function setKey(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function append(target: object, more: object): void {
  if (Array.isArray(target)) for (const item of more as unknown[]) target.push(item);
  else for (const key of Object.keys(more)) setKey(target, key, more[key as keyof typeof more]);
}

/**
 * The steps of parsing a large text, piece by piece: as a whole it may take a second, in which nothing else is done.
 *
 * @throws SyntaxError; `Unfit`
 */
export function* parsePieces(
  text: string,
  limits: Limits,
  read: (piece: string) => Generator<void, unknown>,
): Generator<void, unknown> {
  const open: Open[] = [];
  /** How many of those have a value. */
  let made = 0;
  let root: unknown;
  /** From where on the text has not been parsed, and what is right before that. */
  let begin = 0;
  let before: 'nothing' | 'comma' | 'value' = 'nothing';

  /** Parses up to a sign, and puts what is there into the objects and lists that are open. */
  function* take(end: number, sign: typeof before): Generator<void> {
    yield* takePiece(end);
    begin = end + 1;
    before = sign;
  }

  function* takePiece(end: number): Generator<void> {
    let piece = text.slice(begin, end);
    if (before === 'value') {
      if (isBlank(piece)) return;
      const comma = piece.indexOf(',');
      if (comma < 0 || !isBlank(piece.slice(0, comma))) throw new Unfit('no JSON');
      piece = piece.slice(comma + 1);
    }
    if (before !== 'nothing' && isBlank(piece)) throw new Unfit('no JSON');
    const host = open[made - 1];
    const within = open.slice(made);
    const last = within.at(-1);
    if (last && isBlank(text.slice(last.content, end))) throw new Unfit('no JSON');
    const ends = within.map(({ isList }) => (isList ? ']' : '}')).reverse();
    piece += ends.join('');
    if (host) piece = host.isList ? `[${piece}]` : `{${piece}}`;
    let value = yield* read(piece);
    if (host?.value) append(host.value, value as object);
    else root = value;
    for (const one of within) {
      if (Array.isArray(value) && one !== open[0]) value = value.at(-1);
      else if (one !== open[0]) {
        const key = String(yield* read(text.slice(...one.key)));
        value = (value as Record<string, unknown>)[key];
      }
      one.value = value as object;
    }
    made = open.length;
    yield;
  }

  const names = new Set<string>();
  let [parts, keys] = [0, 0];
  let isInString = false;
  let [start, end] = [0, 0];
  let key: Open['key'] = [0, 0];
  for (let place = 0, turn = limits.piece; place < text.length; place++) {
    if (place > turn) {
      yield;
      turn += limits.piece;
    }
    const code = text.charCodeAt(place);
    if (isInString) {
      if (code === BACKSLASH) place++;
      else if (code === QUOTE) [isInString, end] = [false, place];
    } else if (code === QUOTE) [isInString, start] = [true, place + 1];
    else if (code === COLON) {
      // A key comes after a brace or a comma. Where there are more keys, it is no JSON.
      if (++keys > parts) throw new Unfit('no JSON');
      names.add(text.slice(start, end));
      if (names.size > limits.names) throw new Unfit('too large');
      key = [start - 1, end + 1];
    } else if (code === COMMA) {
      if (++parts > limits.parts) throw new Unfit('too large');
      if (place - begin < limits.piece || open.length === 0) continue;
      yield* take(place, 'comma');
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++parts > limits.parts) throw new Unfit('too large');
      open.push({ isList: code === OPEN_LIST, content: place + 1, key });
      if (open.length > limits.levels) throw new Unfit('too deep');
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      if (open.at(-1)?.isList !== (code === CLOSE_LIST)) throw new Unfit('no JSON');
      if (made === open.length) {
        yield* take(place, 'value');
        made--;
      }
      open.pop();
    }
  }
  if (open.length > 0) throw new Unfit('no JSON');
  if (before === 'nothing') return yield* read(text);
  if (!isBlank(text.slice(begin))) throw new Unfit('no JSON');
  return root;
}

export type Parsed = { value: unknown } | { amiss: Amiss };

/** The steps of parsing a text as a whole. Those that take long in a large one are apart. */
function* parseWhole(text: string, token: string): Generator<void, unknown> {
  const isLarge = text.length > LARGE;
  const isSecret = token.length >= LEAST_OF_TOKEN;
  const plain = isSecret ? withoutToken(text, token) : text;
  if (isLarge) yield;
  const quoted = quoteLongIntegers(plain);
  if (isLarge) yield;
  const value: unknown = JSON.parse(quoted);
  if (isLarge) yield;
  return isSecret && mayHide(text) ? withoutHidden(value, token) : value;
}

function* parsing(text: string, token: string): Generator<void, Parsed> {
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    if (text.length > LARGE) {
      yield;
      return { value: yield* parsePieces(plain, LIMITS, piece => parseWhole(piece, token)) };
    }
    const value = yield* parseWhole(plain, token);
    return isNested(value) && isDeeper(value, LIMITS.levels) ? { amiss: 'too deep' } : { value };
  } catch (error) {
    return { amiss: error instanceof Unfit ? error.amiss : 'no JSON' };
  }
}

/**
 * Reads JSON within limits. Never throws.
 *
 * @param text - a byte order mark before it is no harm
 * @param token - what must not be in the value
 */
export function parse(text: string, token = ''): Parsed {
  const steps = parsing(text, token);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same of a text that may be large: the process does not stand still meanwhile. */
export async function parseInTurns(text: string, token = ''): Promise<Parsed> {
  const steps = parsing(text, token);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await nextTurn();
  }
}
