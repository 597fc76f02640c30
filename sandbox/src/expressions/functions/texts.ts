import { lengthOf } from '../../values/text.js';
import { Decimal } from '../decimal.js';
import type { Evaluation } from '../environment.js';
import {
  compareText,
  fromBytes,
  lower,
  splitAt,
  titled,
  trimEnd,
  trimSpace,
  trimStart,
  upper,
  wordsOf,
} from '../letters.js';
import { Pattern } from '../regex.js';
import { ErrorValue, kept, toInteger, toNumber, toText, type Value, wholeOf } from '../values.js';
import { arg, checked, exactly, type Functions, limited, MOST_ITEMS } from './checks.js';
import { withoutEntities } from './entities.js';

const textOf = (at: Evaluation, args: readonly Value[], index = 0): string =>
  toText(at, arg(args, index));

/** A function of one text. */
const ofText = (run: (text: string, at: Evaluation) => Value) =>
  exactly(1, (at, args) => run(textOf(at, args), at));

/** A function that trims white space, or else some letters. */
function trimming(blank: (text: string) => string, start: boolean, end: boolean) {
  return checked(1, 2, (at, args) => {
    const text = textOf(at, args);
    const letters = args.length > 1 ? textOf(at, args, 1) : '';
    // An empty text of letters trims nothing in `textit`.
    const isGiven = letters !== '' || (!at.isOld && args.length > 1 && arg(args, 1) !== null);
    if (!isGiven) return blank(text);
    at.meter.chargeLetters(text.length + letters.length);
    return trimmed(text, new Set(letters), start, end);
  });
}

function trimmed(text: string, letters: Set<string>, start: boolean, end: boolean): string {
  const all = Array.from(text);
  let [from, to] = [0, all.length];
  while (start && from < to && letters.has(all[from] ?? '')) from++;
  while (end && to > from && letters.has(all[to - 1] ?? '')) to--;
  return all.slice(from, to).join('');
}

/** The words, or the parts between delimiters. */
function partsOf(at: Evaluation, text: string, delimiters: string): string[] {
  at.meter.chargeLetters(text.length + delimiters.length);
  return delimiters === '' ? wordsOf(text) : splitAt(text, delimiters);
}

/** An optional text: nothing counts as empty. */
const optional = (at: Evaluation, args: readonly Value[], index: number): string =>
  args.length > index ? textOf(at, args, index) : '';

function word(at: Evaluation, args: readonly Value[]): Value {
  const text = textOf(at, args);
  const index = toInteger(at, arg(args, 1));
  const words = partsOf(at, text, optional(at, args, 2));
  const found = words.at(index);
  if (found === undefined) {
    throw new ErrorValue(`index ${index} is out of range for the number of words ${words.length}`);
  }
  return found;
}

function wordSlice(at: Evaluation, args: readonly Value[]): Value {
  const text = textOf(at, args);
  const start = toInteger(at, arg(args, 1));
  if (start < 0) throw new ErrorValue('must start with a positive index');
  const end = args.length > 2 ? toInteger(at, arg(args, 2)) : -1;
  if (end > 0 && end <= start) {
    throw new ErrorValue('must have a end which is greater than the start');
  }
  const words = partsOf(at, text, optional(at, args, 3));
  return words.slice(start, end > 0 ? end : words.length).join(' ');
}

/** What follows the first word, from the second one on. */
function withoutFirstWord(text: string, at: Evaluation): string {
  at.meter.chargeLetters(text.length);
  const [first = '', second] = wordsOf(text);
  if (second === undefined) return '';
  const after = text.slice(text.indexOf(first) + first.length);
  return after.slice(after.indexOf(second));
}

function field(at: Evaluation, args: readonly Value[]): Value {
  const text = textOf(at, args);
  const index = toInteger(at, arg(args, 1));
  if (index < 0) throw new ErrorValue('cannot use a negative index');
  const delimiter = textOf(at, args, 2);
  at.meter.chargeLetters(text.length);
  const all = delimiter === '' ? Array.from(text) : text.split(delimiter);
  const parts = delimiter === ' ' ? all.filter(part => part !== '') : all;
  return trimSpace(parts[index] ?? '');
}

/** The part between two places; negative ones count from the end. */
export function sliced<T>(items: readonly T[], start: number, end: number): T[] {
  const place = (index: number) => (index < 0 ? Math.max(items.length + index, 0) : index);
  return items.slice(place(start), place(end));
}

function textSlice(at: Evaluation, args: readonly Value[]): Value {
  const text = textOf(at, args);
  at.meter.chargeLetters(text.length);
  const letters = Array.from(text);
  const start = toInteger(at, arg(args, 1));
  // The engine lets a fourth argument pass, and ignores the third then.
  const end = args.length === 3 ? toInteger(at, arg(args, 2)) : letters.length;
  return sliced(letters, start, end).join('');
}

function repeated(at: Evaluation, args: readonly Value[]): Value {
  const text = textOf(at, args);
  const count = toInteger(at, arg(args, 1));
  if (count < 0) throw new ErrorValue(`must be called with a positive integer, got ${count}`);
  const length = lengthOf(text);
  if (!at.isOld && length > 0 && count > Math.floor(MOST_ITEMS / length)) {
    throw new ErrorValue(`cannot build a string longer than ${MOST_ITEMS} characters`);
  }
  at.meter.chargeText(text.length * count);
  return text === '' ? '' : text.repeat(count);
}

function replaced(at: Evaluation, args: readonly Value[]): Value {
  const [text, needle, replacement] = [0, 1, 2].map(index => textOf(at, args, index));
  const most = args.length > 3 ? toInteger(at, arg(args, 3)) : -1;
  return replace(at, text ?? '', needle ?? '', replacement ?? '', most);
}

function replace(at: Evaluation, text: string, needle: string, by: string, most: number): string {
  // An empty text is found before each letter and at the end.
  if (needle === '') at.meter.chargeLetters(text.length);
  const parts = needle === '' ? ['', ...Array.from(text)] : text.split(needle);
  const found = needle === '' ? parts.length : parts.length - 1;
  const count = most < 0 ? found : Math.min(most, found);
  at.meter.chargeText(count * by.length);
  at.meter.chargeLetters(parts.length);
  if (needle === '') {
    return parts.map((part, index) => part + (index < count ? by : '')).join('');
  }
  const start = parts.slice(0, count + 1).join(by);
  return [start, ...parts.slice(count + 1)].join(needle);
}

function matched(at: Evaluation, args: readonly Value[]): Value {
  const text = textOf(at, args);
  const pattern = textOf(at, args, 1);
  const group = args.length > 2 ? toInteger(at, arg(args, 2)) : 0;
  const compiled = Pattern.compile(pattern, at.meter);
  if (!compiled) throw new ErrorValue('invalid regular expression');
  const groups = compiled.match(text, at.meter) ?? [];
  const found = group < 0 ? undefined : groups[group];
  if (found === undefined) throw new ErrorValue('invalid regular expression group');
  return found;
}

/** The price of a percentage. */
const PERCENT = 8;

function percent(at: Evaluation, args: readonly Value[]): Value {
  at.meter.charge(PERCENT);
  const hundredfold = kept(at, toNumber(at, arg(args, 0)).times(Decimal.of(100)));
  const whole = wholeOf(at, hundredfold.rounded(0));
  if (whole === undefined) throw new ErrorValue('percentage value is out of range');
  return `${whole}%`;
}

/** Go's encoding of a query, with `%20` for spaces. */
function urlEncoded(text: string, at: Evaluation): string {
  at.meter.charge(text.length / 2);
  return encodeURIComponent(Buffer.from(text).toString()).replace(
    /[!'()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function char(at: Evaluation, args: readonly Value[]): Value {
  const code = toInteger(at, toNumber(at, arg(args, 0)));
  const isLetter = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  return isLetter ? String.fromCodePoint(code) : '\ufffd';
}

/** A number or code with pauses, for a voice to read: in groups of three or four, or digit by digit. */
function readable(text: string, isOld: boolean): string {
  const bare = text.replace(/^\++/, '');
  const letters = Array.from(bare);
  const size = [3, 4].find(one => letters.length % one === 0);
  if (!size) return letters.join(' , ');
  const groups: string[] = [];
  // `v9` counts letters and takes bytes.
  const bytes = Buffer.from(bare);
  for (let from = 0; from < letters.length; from += size) {
    const group = isOld
      ? Array.from(fromBytes(bytes.subarray(from, from + size)))
      : letters.slice(from, from + size);
    groups.push(group.join(' '));
  }
  return groups.join(' , ');
}

/** The price of one name or code of a letter. */
const ENTITY = 2;

/** What is not printed: controls, marks of direction, joiners. */
const UNPRINTED = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

export const texts: Functions = {
  char: exactly(1, char),
  code: ofText(text => {
    if (text === '') throw new ErrorValue('requires a string of at least one character');
    return Decimal.of(text.codePointAt(0) ?? 0);
  }),
  split: checked(1, 2, (at, args) => {
    const text = textOf(at, args);
    return limited(at, partsOf(at, text, optional(at, args, 1)));
  }),
  trim: trimming(trimSpace, true, true),
  trim_left: trimming(trimStart, true, false),
  trim_right: trimming(trimEnd, false, true),
  title: ofText((text, at) => {
    at.meter.charge(text.length);
    return titled(lower(text));
  }),
  word: checked(2, 3, word),
  remove_first_word: ofText(withoutFirstWord),
  word_count: checked(1, 2, (at, args) => {
    const text = textOf(at, args);
    return Decimal.of(partsOf(at, text, optional(at, args, 1)).length);
  }),
  word_slice: checked(2, 4, wordSlice),
  field: exactly(3, field),
  clean: ofText((text, at) => {
    at.meter.charge(text.length / 2);
    return text.replace(UNPRINTED, '');
  }),
  text_slice: checked(2, 4, textSlice),
  lower: ofText((text, at) => {
    at.meter.chargeLetters(text.length);
    return lower(text);
  }),
  upper: ofText((text, at) => {
    at.meter.charge(text.length / 2);
    return upper(text);
  }),
  regex_match: checked(2, 3, matched),
  text_length: ofText(text => Decimal.of(lengthOf(text))),
  text_compare: exactly(2, (at, args) =>
    Decimal.of(Math.sign(compareText(textOf(at, args), textOf(at, args, 1)))),
  ),
  repeat: exactly(2, repeated),
  replace: checked(3, 4, replaced),
  percent: exactly(1, percent),
  url_encode: ofText(urlEncoded),
  html_decode: ofText((text, at) =>
    withoutEntities(
      text,
      name => at.tell(`the letter &${name};`),
      () => at.meter.charge(ENTITY),
    ).replaceAll('\u00a0', ' '),
  ),
  read_chars: ofText((text, at) => {
    at.meter.charge(1.5 * text.length);
    return readable(text, at.isOld);
  }),
};
