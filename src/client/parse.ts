/** Reads JSON that somebody else wrote, with limits to what it may become in memory. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Amiss, parsePieces, setKey, Unfit } from './pieces.js';

const LIMITS = {
  /** RapidPro has a dozen levels; what writes state gives up at thousands. */
  levels: 200,
  /** An empty object has two characters, and takes thirty times that in memory. */
  parts: 1_000_000,
  /** To make an object of another shape each time is what takes longest. */
  names: 50_000,
  /** Characters that are parsed at once, unless there is no comma to stop at. */
  piece: 256 * 1024,
};
export const { levels: MOST_LEVELS, parts: MOST_PARTS, names: MOST_NAMES } = LIMITS;
/** Characters beyond which a text is parsed in pieces; bytes beyond which it is decoded in pieces. */
export const LARGE = 512 * 1024;
/** A shorter token could be a word of anybody's. */
const LEAST_OF_TOKEN = 8;

const [QUOTE, BACKSLASH, MINUS] = [0x22, 0x5c, 0x2d];

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
