import { Decimal } from './decimal.js';
import type { Evaluation } from './environment.js';
import { OverLimit } from './errors.js';
import { checked } from './functions/checks.js';
import { functionNamed } from './functions/index.js';
import { compareText } from './letters.js';
import { MOST_LEVELS } from './limits.js';
import { type Node, shown } from './parse.js';
import { raised } from './powers.js';
import {
  attempt,
  chargeFor,
  described,
  ErrorValue,
  FunctionValue,
  isArray,
  kept,
  ObjectValue,
  readNumber,
  THROWN,
  toInteger,
  toNumber,
  toText,
  type Value,
} from './values.js';

/** What names in lower case mean: the arguments of a function, within what is around it. Undefined for a name that means nothing. */
export type Names = (name: string) => Value | undefined;

/** Adds the functions to what names mean. */
export const withFunctions =
  (names: Names, { environment }: Evaluation): Names =>
  name => {
    const own = names(name);
    return own === undefined ? functionNamed(name, environment.dialect) : own;
  };

/** The value of an expression. Errors of the engine are values too. */
export function evaluate(at: Evaluation, node: Node, names: Names): Value {
  at.meter.charge(1);
  if (++at.level > MOST_LEVELS) throw new OverLimit('an expression nested this deeply');
  const value = valueOfNode(at, node, names);
  at.level--;
  return value;
}

function valueOfNode(at: Evaluation, node: Node, names: Names): Value {
  switch (node.kind) {
    case 'text':
    case 'boolean':
      return node.value;
    case 'null':
      return null;
    case 'number':
      return node.short ?? literal(at, node.digits);
    case 'name':
      at.meter.chargeText(node.lower.length);
      return named(node, names);
    case 'dot':
    case 'index':
    case 'call':
      return chain(at, node, names);
    case 'function':
      return madeFunction(node, names);
    case 'negation': {
      const value = evaluate(at, node.of, names);
      return attempt(() => toNumber(at, value).negated());
    }
    case 'brackets':
      return evaluate(at, node.of, names);
    case 'binary':
      return operations(at, node, names);
  }
}

function literal(at: Evaluation, digits: string): Value {
  return readNumber(at, digits) ?? new ErrorValue(`number ${digits} is out of range`);
}

function named({ name, lower }: Node & { kind: 'name' }, names: Names): Value {
  const value = names(lower);
  return value === undefined ? new ErrorValue(`context has no property '${name}'`) : value;
}

/** The price of looking for a name among the arguments of one function, and for each argument. */
const NAME = 0.3;
const PARAMETER = 0.02;

function madeFunction({ names: own, body }: Node & { kind: 'function' }, names: Names): Value {
  const lower = own.map(name => name.toLowerCase());
  return new FunctionValue(
    '',
    checked(own.length, own.length, (at, args) =>
      evaluate(at, body, name => {
        at.meter.charge(NAME + own.length * PARAMETER);
        const index = lower.indexOf(name);
        return index < 0 ? names(name) : (args[index] ?? null);
      }),
    ),
  );
}

/** Lookups and calls after each other, of which there may be thousands: in a loop, not in each other. */
function chain(at: Evaluation, node: Node, names: Names): Value {
  const steps: Node[] = [];
  let start = node;
  while (start.kind === 'dot' || start.kind === 'index' || start.kind === 'call') {
    steps.push(start);
    start = start.kind === 'call' ? start.of : start.from;
  }
  let value = evaluate(at, start, names);
  for (const step of steps.reverse()) {
    if (value instanceof ErrorValue) return value;
    at.meter.charge(1);
    value = taken(at, step, value, names);
  }
  return value;
}

function taken(at: Evaluation, step: Node, value: Value, names: Names): Value {
  if (step.kind === 'dot') return attempt(() => lookedUp(at, value, step.name, true));
  if (step.kind === 'index') {
    const index = evaluate(at, step.index, names);
    if (index instanceof ErrorValue) return index;
    return attempt(() => lookedUp(at, value, index, false));
  }
  if (step.kind !== 'call') return value;
  if (!(value instanceof FunctionValue)) {
    return new ErrorValue(() => `${shown(step.of)} is not a function`);
  }
  return value.call(
    at,
    step.args.map(arg => evaluate(at, arg, names)),
  );
}

/** An item by its number, or a property by its name. With a dot the property has to exist. */
function lookedUp(at: Evaluation, value: Value, key: Value, isDot: boolean): Value {
  if (isArray(value)) return item(value, toInteger(at, key));
  if (!(value instanceof ObjectValue)) {
    throw new ErrorValue(() => `${described(value)} doesn't support lookups`);
  }
  const name = toText(at, key);
  at.meter.chargeText(2 * name.length);
  const found = value.get(name);
  if (found === undefined && isDot) {
    throw new ErrorValue(() => `${described(value)} has no property '${name}'`);
  }
  return found ?? null;
}

function item(items: readonly Value[], index: number): Value {
  if (index >= items.length || index < -items.length) {
    throw new ErrorValue(`index ${index} out of range for ${items.length} items`);
  }
  return items.at(index) ?? null;
}

/** `a + b + c + …`, of which there may be thousands: in a loop, not in each other. */
function operations(at: Evaluation, node: Node, names: Names): Value {
  const steps: (Node & { kind: 'binary' })[] = [];
  let start = node;
  while (start.kind === 'binary') {
    steps.push(start);
    start = start.left;
  }
  let value = evaluate(at, start, names);
  for (const { sign, right } of steps.reverse()) {
    const other = evaluate(at, right, names);
    // All operators hand the error of their left side on. Throwing it thousands of times takes long.
    if (value instanceof ErrorValue) continue;
    try {
      value = operated(at, sign, value, other);
    } catch (thrown) {
      if (!(thrown instanceof ErrorValue)) throw thrown;
      at.meter.charge(THROWN);
      value = thrown;
    }
    chargeFor(at, value);
  }
  return value;
}

type Compare = (order: number) => boolean;

const COMPARES: Record<string, Compare> = {
  '<': order => order < 0,
  '<=': order => order <= 0,
  '>': order => order > 0,
  '>=': order => order >= 0,
};

function operated(at: Evaluation, sign: string, left: Value, right: Value): Value {
  if (sign === '&' || sign === '=' || sign === '!=') {
    const [a, b] = [toText(at, left), toText(at, right)];
    if (sign === '&') return a + b;
    return (compareText(a, b) === 0) === (sign === '=');
  }
  const a = toNumber(at, left);
  const b = toNumber(at, right);
  const compare = COMPARES[sign];
  if (compare) return compare(a.compare(b));
  return kept(at, calculated(at, sign, a, b));
}

function calculated(at: Evaluation, sign: string, a: Decimal, b: Decimal): Decimal {
  switch (sign) {
    case '+':
      return a.plus(b);
    case '-':
      return a.minus(b);
    case '*':
      return a.times(b);
    case '/':
      if (b.isZero) throw new ErrorValue('division by zero');
      return a.dividedBy(b);
    default:
      return power(at, a, b);
  }
}

const MOST_EXPONENT = Decimal.of(100);

/** The price of a power. */
const POWER = 500;

/** The price of the digits of a root, which grows with their square, and how many there are at least. */
const ROOT_DIGIT = 3;
const MORE_PLACES = 6;

function power(at: Evaluation, base: Decimal, exponent: Decimal): Decimal {
  if (!at.isOld && exponent.absolute().compare(MOST_EXPONENT) > 0) {
    throw new ErrorValue('number value out of range');
  }
  at.meter.charge(POWER);
  // A root is found digit by digit, on `textit` with all digits of both numbers, from the point on.
  if (!exponent.isInteger) {
    const places = Math.max(-base.exponent, 0) + base.digits + exponent.digits;
    at.meter.charge(ROOT_DIGIT * (places + MORE_PLACES) ** 2);
  }
  return raised(base, exponent, at.environment.dialect);
}
