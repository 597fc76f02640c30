import { Decimal } from '../decimal.js';
import type { Evaluation } from '../environment.js';
import { jsonOf, readJson } from '../json.js';
import { compareText, lower } from '../letters.js';
import { urnParts } from '../urns.js';
import {
  compareValues,
  described,
  ErrorValue,
  isArray,
  isSortable,
  kindOf,
  namesOf,
  ObjectValue,
  same,
  toArray,
  toBoolean,
  toFunction,
  toInteger,
  toObject,
  toText,
  type Value,
} from '../values.js';
import { arg, atLeast, checked, exactly, type Functions, limited } from './checks.js';
import { sliced } from './texts.js';

function throwErrors(values: readonly Value[]): void {
  const error = values.find(value => value instanceof ErrorValue);
  if (error !== undefined) throw error;
}

function object(at: Evaluation, args: readonly Value[]): Value {
  throwErrors(args);
  if (args.length % 2 !== 0) throw new ErrorValue('requires an even number of arguments');
  const entries: [string, Value][] = [];
  for (let index = 0; index < args.length; index += 2) {
    entries.push([toText(at, arg(args, index)), arg(args, index + 1)]);
  }
  return made(at, entries);
}

/** An object of names and values, of which one named `__default__` is what it stands for. */
function made(at: Evaluation, entries: readonly [string, Value][]): ObjectValue {
  at.meter.charge(entries.length);
  const own = new Map(entries);
  const standsFor = own.get('__default__');
  own.delete('__default__');
  return new ObjectValue(() => own, standsFor === undefined ? undefined : { value: standsFor });
}

/** How much of two texts is looked at to put them in order: most differ early. */
const IN_ORDER = 1 / 4;

/** The prices of copying one item, and one argument that is passed on. */
const COPIED = 1 / 32;
const PASSED_ON = 1 / 8;

function sorted(at: Evaluation, items: readonly Value[]): Value {
  if (items.length < 2) return items;
  const kind = kindOf(arg(items, 0));
  for (const item of items) {
    if (!isSortable(item)) throw new ErrorValue(() => `${described(item)} isn't a comparable type`);
    if (kindOf(item) !== kind) throw new ErrorValue("can't sort array of different types");
  }
  at.meter.charge((items.length * Math.log2(items.length)) / 4);
  return [...items].sort((a, b) => {
    if (typeof a === 'string' && typeof b === 'string') {
      at.meter.chargeText(Math.min(a.length, b.length) * IN_ORDER);
      return compareText(a, b);
    }
    if (a instanceof Decimal && b instanceof Decimal) at.meter.chargeDigits(a.width + b.width);
    return compareValues(a, b);
  });
}

function unique(at: Evaluation, items: readonly Value[]): Value {
  const found: Value[] = [];
  for (const item of items) {
    if (!found.some(one => same(at, item, one))) found.push(item);
  }
  return found;
}

/** Calls a function with each item and the arguments that follow the function. */
function forEach(at: Evaluation, args: readonly Value[]): Value {
  const items = toArray(arg(args, 0));
  const run = toFunction(arg(args, 1));
  const others = args.slice(2);
  return items.map(item => {
    at.meter.charge(others.length * PASSED_ON);
    const value = run.call(at, [item, ...others]);
    if (value instanceof ErrorValue) throw value;
    return value;
  });
}

function forEachValue(at: Evaluation, args: readonly Value[]): Value {
  const from = toObject(arg(args, 0));
  const run = toFunction(arg(args, 1));
  const others = args.slice(2);
  const entries = namesOf(at, from).map((name): [string, Value] => {
    at.meter.charge(others.length * PASSED_ON);
    const value = run.call(at, [from.at(name), ...others]);
    if (value instanceof ErrorValue) throw value;
    return [name, value];
  });
  return made(at, entries);
}

function filtered(at: Evaluation, args: readonly Value[]): Value {
  const items = toArray(arg(args, 0));
  const keeps = toFunction(arg(args, 1));
  return items.filter(item => toBoolean(keeps.call(at, [item])));
}

function joined(at: Evaluation, args: readonly Value[]): Value {
  const items = toArray(arg(args, 0));
  const separator = toText(at, arg(args, 1));
  at.meter.chargeText(separator.length * items.length);
  return items.map(item => toText(at, item)).join(separator);
}

function extractObject(at: Evaluation, args: readonly Value[]): Value {
  const from = toObject(arg(args, 0));
  const names = args.slice(1).map(name => toText(at, name));
  return made(
    at,
    names.map(name => [name, from.get(name) ?? null]),
  );
}

function count(value: Value): Value {
  if (value === null) return Decimal.zero;
  if (isArray(value)) return Decimal.of(value.length);
  if (value instanceof ObjectValue) return Decimal.of(value.entries.size);
  throw new ErrorValue("value isn't countable");
}

const CONTENT_TYPE = /^(image|audio|video|application|geo|unavailable|(\w+\/[-+.\w]+))$/;

/** `image/jpeg:https://…` */
function attachmentParts(attachment: string): Value {
  const colon = attachment.indexOf(':');
  const type = lower(attachment.slice(0, Math.max(colon, 0)));
  return CONTENT_TYPE.test(type)
    ? ObjectValue.of({ content_type: type, url: attachment.slice(colon + 1) })
    : ObjectValue.of({ content_type: '', url: attachment });
}

export const collections: Functions = {
  array: (at, args) => {
    throwErrors(args);
    return limited(at, args);
  },
  object,
  count: exactly(1, (_, args) => count(arg(args, 0))),
  slice: checked(2, 3, (at, args) => {
    const items = toArray(arg(args, 0));
    const start = toInteger(at, arg(args, 1));
    at.meter.charge(items.length * COPIED);
    return sliced(items, start, args.length > 2 ? toInteger(at, arg(args, 2)) : items.length);
  }),
  contains: exactly(2, (at, args) => {
    const items = toArray(arg(args, 0));
    throwErrors(args);
    return items.some(item => same(at, item, arg(args, 1)));
  }),
  join: exactly(2, joined),
  reverse: exactly(1, (at, args) => {
    const items = toArray(arg(args, 0));
    at.meter.charge(items.length * COPIED);
    return items.toReversed();
  }),
  sort: exactly(1, (at, args) => sorted(at, toArray(arg(args, 0)))),
  unique: exactly(1, (at, args) => unique(at, toArray(arg(args, 0)))),
  concat: exactly(2, (at, args) => {
    const [first, second] = [toArray(arg(args, 0)), toArray(arg(args, 1))];
    return limited(at, [...first, ...second]);
  }),
  filter: exactly(2, filtered),
  foreach: atLeast(2, forEach),
  foreach_value: atLeast(2, forEachValue),
  keys: exactly(1, (at, args) => namesOf(at, toObject(arg(args, 0)))),
  extract: exactly(2, (at, args) => {
    const from = toObject(arg(args, 0));
    return from.get(toText(at, arg(args, 1))) ?? null;
  }),
  extract_object: atLeast(2, extractObject),
  json: exactly(1, (at, args) => jsonOf(at, arg(args, 0))),
  parse_json: exactly(1, (at, args) => readJson(at, toText(at, arg(args, 0)))),
  urn_parts: exactly(1, (at, args) => {
    const text = toText(at, arg(args, 0));
    at.meter.chargeLetters(text.length);
    const { scheme, path, display } = urnParts(text);
    return ObjectValue.of({ scheme, path, display });
  }),
  attachment_parts: exactly(1, (at, args) => attachmentParts(toText(at, arg(args, 0)))),
};
