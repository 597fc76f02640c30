import { phoneIn } from '../../values/phone.js';
import { placesIn } from '../../values/place.js';
import { Decimal } from '../decimal.js';
import type { Evaluation } from '../environment.js';
import { jsonOf } from '../json.js';
import { lower, trimSpace, wordsOf } from '../letters.js';
import { Pattern } from '../regex.js';
import type { DateValue } from '../times.js';
import {
  attempt,
  ErrorValue,
  ObjectValue,
  readNumber,
  toArray,
  toDateTime,
  toNumber,
  toObject,
  toText,
  toTime,
  type Value,
} from '../values.js';
import { arg, atLeast, checked, exactly, type Functions } from './checks.js';

/** What a router's test finds: true with the match, and with what else it found. */
const found = (match: Value, extra?: ObjectValue): ObjectValue =>
  ObjectValue.of(extra ? { match, extra } : { match }, { value: true });

const NOT_FOUND = ObjectValue.of({ match: '' }, { value: false });

const textOf = (at: Evaluation, args: readonly Value[], index = 0): string =>
  toText(at, arg(args, index));

/** A test of one text. */
const ofText = (run: (text: string, at: Evaluation) => Value) =>
  exactly(1, (at, args) => run(textOf(at, args), at));

/** A test of a text for another. */
const ofTexts = (run: (text: string, wanted: string, at: Evaluation) => Value) =>
  exactly(2, (at, args) => run(textOf(at, args), textOf(at, args, 1), at));

/** The price of taking a word out of a text, to compare it with others. */
const WORD = 1.5;

/** A test of the words of a text for the words of another, in any case. */
const ofWords = (
  run: (words: readonly string[], wanted: readonly string[]) => string[] | undefined,
) =>
  ofTexts((text, wanted, at) => {
    at.meter.chargeLetters(text.length + wanted.length);
    const [words, others] = [wordsOf(text), wordsOf(wanted).map(lower)];
    at.meter.charge(WORD * (words.length + others.length) + (words.length * others.length) / 20);
    const match = run(words, others);
    return match ? found(match.join(' ')) : NOT_FOUND;
  });

/** The first place where all words follow each other. After a word that does not fit the search goes on behind it. */
function phrase(words: readonly string[], wanted: readonly string[]): string[] | undefined {
  let match: string[] = [];
  for (const word of words) {
    if (match.length === wanted.length) break;
    match = lower(word) === wanted[match.length] ? [...match, word] : [];
  }
  return match.length === wanted.length ? match : undefined;
}

const among = (words: readonly string[], wanted: readonly string[]): string[] =>
  words.filter(word => wanted.includes(lower(word)));

function allWords(words: readonly string[], wanted: readonly string[]): string[] | undefined {
  const match = among(words, wanted);
  const given = new Set(match.map(lower));
  return wanted.every(word => given.has(word)) ? match : undefined;
}

function anyWord(words: readonly string[], wanted: readonly string[]): string[] | undefined {
  const match = among(words, wanted);
  return match.length > 0 ? match : undefined;
}

const onlyPhrase = (words: readonly string[], wanted: readonly string[]): string[] | undefined =>
  words.length === wanted.length && words.every((word, index) => lower(word) === wanted[index])
    ? [...words]
    : undefined;

/** Whether a text starts with another, in any case; the match is as long in bytes. */
function beginning(text: string, wanted: string, at: Evaluation): Value {
  at.meter.chargeLetters(wanted.length);
  const [whole, start] = [trimSpace(text), trimSpace(wanted)];
  if (whole === '' || start === '') return NOT_FOUND;
  const bytes = Buffer.from(whole);
  const length = Buffer.byteLength(start);
  if (bytes.length < length) return NOT_FOUND;
  const segment = bytes.subarray(0, length).toString();
  return lower(segment) === lower(start) ? found(segment) : NOT_FOUND;
}

function pattern(text: string, wanted: string, at: Evaluation): Value {
  at.meter.chargeText(wanted.length);
  const compiled = Pattern.compile(trimSpace(wanted), at.meter);
  if (!compiled) throw new ErrorValue('must be called with a valid regular expression');
  const groups = compiled.match(text, at.meter);
  if (!groups) return NOT_FOUND;
  const entries = groups.map((group, index): [string, Value] => [String(index), group]);
  return found(groups[0] ?? '', new ObjectValue(() => entries));
}

/** What looks like a number: digits of any script with `,` between them, or a fraction alone. */
const NUMBERS = /[-+]?(?:[\p{N},]+(?:\.\p{N}+)?|(?:[^0-9A-Za-z_]|^)\.\p{N}+)/gu;

const ZEROS = ['٠', '۰', '০'].map(zero => zero.codePointAt(0) ?? 0);

/** Digits of Arabic, Persian and Bengali as those of ASCII. */
const westernDigits = (text: string): string =>
  text.replace(/[٠-٩۰-۹০-৯]/gu, letter => {
    const code = letter.codePointAt(0) ?? 0;
    const zero = ZEROS.find(one => code >= one && code < one + 10) ?? 0;
    return String(code - zero);
  });

/** `v9` also reads a plus. */
const SIGNED = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)$/;

function numberIn(at: Evaluation, text: string): Decimal | undefined {
  const plain = westernDigits(trimSpace(text).replaceAll(',', ''));
  if (!at.isOld) return readNumber(at, plain);
  return SIGNED.test(plain) ? Decimal.read(plain) : undefined;
}

/** The price of looking at what may be a number. */
const NUMBER = 9;

function numberWith(at: Evaluation, text: string, holds: (number: Decimal) => boolean): Value {
  at.meter.chargeText(text.length);
  for (const [candidate] of text.matchAll(NUMBERS)) {
    at.meter.charge(NUMBER);
    const number = numberIn(at, candidate);
    if (number && holds(number)) return found(number);
  }
  return NOT_FOUND;
}

/** A test of the numbers in a text against another number. */
const ofNumber = (holds: (order: number) => boolean) =>
  exactly(2, (at, args) => {
    const text = textOf(at, args);
    const wanted = toNumber(at, arg(args, 1));
    return numberWith(at, text, number => holds(number.compare(wanted)));
  });

function numberBetween(at: Evaluation, args: readonly Value[]): Value {
  const text = textOf(at, args);
  const [least, most] = [1, 2].map(index => toNumber(at, arg(args, index)));
  return numberWith(
    at,
    text,
    number =>
      number.compare(least ?? Decimal.zero) >= 0 && number.compare(most ?? Decimal.zero) <= 0,
  );
}

function dateIn(at: Evaluation, text: string, holds: (date: DateValue) => boolean): Value {
  const value = attempt(() => toDateTime(at, text, true));
  if (value instanceof ErrorValue || !holds(value.in(at.zone).date)) return NOT_FOUND;
  return found(value);
}

/** A test of the date in a text against another. */
const ofDate = (holds: (order: number) => boolean) =>
  exactly(2, (at, args) => {
    const text = textOf(at, args);
    const wanted = toDateTime(at, arg(args, 1)).in(at.zone).date;
    return dateIn(at, text, date => holds(date.compare(wanted)));
  });

const BEFORE_AT = /[\p{L}\p{N}][-_+$~.\p{L}\p{N}]*$/u;
const AFTER_AT = /^[\p{L}\p{N}][-_\p{L}\p{N}]*(?:\.[\p{L}\p{N}][-_\p{L}\p{N}]*)+/u;

/** No address is longer, to either side of its `@`. */
const LONGEST_SIDE = 300;

/** The price of looking at one. */
const AT_SIGN = 100;

/** The first e-mail address in a text. */
function emailIn(at: Evaluation, text: string): string | undefined {
  for (let sign = text.indexOf('@'); sign >= 0; sign = text.indexOf('@', sign + 1)) {
    at.meter.charge(AT_SIGN);
    const before = BEFORE_AT.exec(text.slice(Math.max(0, sign - LONGEST_SIDE), sign))?.[0];
    const after = AFTER_AT.exec(text.slice(sign + 1, sign + 1 + LONGEST_SIDE))?.[0];
    if (before && after) return `${before}@${after}`;
  }
  return undefined;
}

/** What looks like a phone number. */
const PHONE = /\+?[\d .\-()]{5,}/g;

/** The price of reading one. */
const PHONE_UNITS = 300;

function phone(at: Evaluation, args: readonly Value[]): Value {
  const text = textOf(at, args);
  const country = args.length > 1 ? textOf(at, args, 1) : at.environment.country;
  for (const [candidate] of text.matchAll(PHONE)) {
    at.meter.charge(PHONE_UNITS + candidate.length);
    const number = phoneIn(candidate, country, at.environment.dialect);
    if (number !== null) return found(number);
  }
  return NOT_FOUND;
}

/** The price of looking at a group. */
const GROUP = 4;

function group(at: Evaluation, args: readonly Value[]): Value {
  const groups = toArray(arg(args, 0));
  const wanted = textOf(at, args, 1);
  for (const one of groups) {
    at.meter.charge(GROUP);
    const object = toObject(one);
    if (toText(at, object.get('uuid') ?? null) === wanted) return found(object);
  }
  return NOT_FOUND;
}

/** An object as the engine reads a result back; undefined if it is none. */
function resultOf(at: Evaluation, value: Value): { category: string; extra: Value } | undefined {
  const object = toObject(value);
  jsonOf(at, object);
  const texts = ['name', 'value', 'category', 'category_localized', 'node_uuid', 'input'];
  const isResult =
    texts.every(
      name =>
        [undefined, null].includes(object.get(name) as null) ||
        typeof object.get(name) === 'string',
    ) &&
    Boolean(object.get('name')) &&
    isTime(at, object.get('created_on') ?? null);
  if (!isResult) return undefined;
  return { category: String(object.get('category') ?? ''), extra: object.get('extra') ?? null };
}

function isTime(at: Evaluation, value: Value): boolean {
  if (value === null) return false;
  return !(attempt(() => toDateTime(at, value)) instanceof ErrorValue);
}

function category(at: Evaluation, args: readonly Value[]): Value {
  const object = toObject(arg(args, 0));
  const wanted = args.slice(1).map(name => toText(at, name));
  const result = resultOf(at, object);
  if (!result) throw new ErrorValue('first argument must be a result');
  return wanted.includes(result.category) ? found(result.category) : NOT_FOUND;
}

/** A test of what a classifier found, which only `v9` still makes. */
const intent = (topOnly: boolean) =>
  exactly(3, (at, args) => {
    const object = toObject(arg(args, 0));
    const name = textOf(at, args, 1);
    const least = toNumber(at, arg(args, 2));
    if (!at.isOld) return NOT_FOUND;
    const result = resultOf(at, object);
    if (!result) throw new ErrorValue('first argument must be a result');
    return intentIn(at, result.extra, { name, least, topOnly });
  });

function intentIn(
  at: Evaluation,
  extra: Value,
  { name, least, topOnly }: { name: string; least: Decimal; topOnly: boolean },
): Value {
  if (!(extra instanceof ObjectValue)) return NOT_FOUND;
  const intents = attempt(() => toArray(extra.get('intents') ?? null));
  if (intents instanceof ErrorValue) return NOT_FOUND;
  for (const one of topOnly ? intents.slice(0, 1) : intents) {
    if (!(one instanceof ObjectValue) || one.get('name') !== name) continue;
    const confidence = attempt(() => toNumber(at, one.get('confidence') ?? null));
    if (confidence instanceof Decimal && confidence.compare(least) >= 0) {
      return found(name, entitiesOf(extra.get('entities') ?? null));
    }
  }
  return NOT_FOUND;
}

/** The first value of each entity. */
function entitiesOf(entities: Value): ObjectValue {
  if (!(entities instanceof ObjectValue)) return ObjectValue.of({});
  const entries = entities.names.flatMap((name): [string, Value][] => {
    const [first] = attemptArray(entities.at(name));
    return first instanceof ObjectValue ? [[name, first.get('value') ?? '']] : [];
  });
  return new ObjectValue(() => entries);
}

function attemptArray(value: Value): readonly Value[] {
  const items = attempt(() => toArray(value));
  return items instanceof ErrorValue ? [] : items;
}

/** The price of looking for a place, apart from that of each place there is. */
const PLACES = 10;

type Level = 'state' | 'district' | 'ward';

/** The places of a level in a text, within a place of the level above if one is given. */
function find(at: Evaluation, text: string, level: Level, within: string | null): string[] {
  const { places } = at.environment;
  if (!places) {
    throw new ErrorValue("can't find locations in environment which is not location enabled");
  }
  at.meter.charge(text.length / 2);
  at.meter.charge(PLACES + (places.length * (1 + wordsOf(text).length)) / 4);
  return placesIn(text, level, within, places).map(({ path }) => path);
}

/** The only place of a level that a text names, anywhere. */
function onlyOne(at: Evaluation, text: string, level: Level): Value {
  const all = find(at, text, level, null);
  return all.length === 1 ? found(all[0] ?? '') : NOT_FOUND;
}

function district(at: Evaluation, args: readonly Value[]): Value {
  find(at, '', 'state', null);
  const text = textOf(at, args);
  const stateText = args.length > 1 ? textOf(at, args, 1) : '';
  const [state] = find(at, stateText, 'state', null);
  const [match] = state === undefined ? [] : find(at, text, 'district', state);
  if (match !== undefined) return found(match);
  return stateText === '' ? onlyOne(at, text, 'district') : NOT_FOUND;
}

function ward(at: Evaluation, args: readonly Value[]): Value {
  if (args.length !== 1 && args.length !== 3) {
    throw new ErrorValue(`takes one or three arguments, got ${args.length}`);
  }
  find(at, '', 'state', null);
  const text = textOf(at, args);
  const [stateText, districtText] = [1, 2].map(index =>
    args.length > index ? textOf(at, args, index) : '',
  );
  const [state] = find(at, stateText ?? '', 'state', null);
  const [within] = state === undefined ? [] : find(at, districtText ?? '', 'district', state);
  const [match] = within === undefined ? [] : find(at, text, 'ward', within);
  if (match !== undefined) return found(match);
  return districtText === '' ? onlyOne(at, text, 'ward') : NOT_FOUND;
}

function someText(text: string): Value {
  const trimmed = trimSpace(text);
  return trimmed === '' ? NOT_FOUND : found(trimmed);
}

/** The tests of routers, which are functions too. */
export const tests: Functions = {
  has_error: exactly(1, (at, args) => {
    const value = arg(args, 0);
    if (!(value instanceof ErrorValue)) return NOT_FOUND;
    at.meter.chargeLetters(value.message.length);
    return found(value.message);
  }),
  has_only_text: ofTexts((text, wanted) => (text === wanted ? found(text) : NOT_FOUND)),
  has_phrase: ofWords(phrase),
  has_only_phrase: ofWords(onlyPhrase),
  has_any_word: ofWords(anyWord),
  has_all_words: ofWords(allWords),
  has_beginning: ofTexts(beginning),
  has_text: ofText(someText),
  has_value: ofText(someText),
  has_pattern: ofTexts(pattern),
  has_number: ofText((text, at) => numberWith(at, text, () => true)),
  has_number_between: exactly(3, numberBetween),
  has_number_lt: ofNumber(order => order < 0),
  has_number_lte: ofNumber(order => order <= 0),
  has_number_eq: ofNumber(order => order === 0),
  has_number_gte: ofNumber(order => order >= 0),
  has_number_gt: ofNumber(order => order > 0),
  has_date: ofText((text, at) => dateIn(at, text, () => true)),
  has_date_lt: ofDate(order => order < 0),
  has_date_eq: ofDate(order => order === 0),
  has_date_gt: ofDate(order => order > 0),
  has_time: ofText((text, at) => {
    const time = attempt(() => toTime(at, text));
    return time instanceof ErrorValue ? NOT_FOUND : found(time);
  }),
  has_phone: checked(1, 2, phone),
  has_email: ofText((text, at) => {
    const email = emailIn(at, text);
    return email === undefined ? NOT_FOUND : found(email);
  }),
  has_group: checked(2, 3, group),
  has_category: atLeast(2, category),
  has_intent: intent(false),
  has_top_intent: intent(true),
  has_state: ofText((text, at) => {
    const [state] = find(at, text, 'state', null);
    return state === undefined ? NOT_FOUND : found(state);
  }),
  has_district: checked(1, 2, district),
  has_ward: ward,
};
