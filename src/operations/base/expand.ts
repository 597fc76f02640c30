import { type ErrorCode, RapidProError } from '../../client/errors.js';
import type { Dictionary } from '../../types/json.js';
import type { State } from '../../types/state.js';
import { isOperation } from './isOperation.js';

/** Deeper than any body of RapidPro; a circle gets here soon. */
const DEEPEST = 20;

interface Refusal {
  what: string;
  fix: string;
}

/** Arguments that say which objects are meant. */
const QUERIES = /^(filters|query|options\.query)\b/;
const DATE_FIX =
  'Write dates as ISO text with a time zone: date.toISOString(), or "2026-01-31T00:00:00Z".';
const PLAIN_FIX = 'Use plain objects, lists, text and numbers: what can be written as JSON.';

const ignore = () => {};

/** Objects that would become `{}` on their way. Looks at no class: values of a job have others. */
function strangeObject(value: object): Refusal | undefined {
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (kind === 'Date') return { what: 'is a Date object', fix: DATE_FIX };
  const { then, toJSON } = value as { then?: unknown; toJSON?: unknown };
  if (typeof then === 'function') {
    // Nobody waits for it: a failure of it must not end the process.
    then.call(value, ignore, ignore);
    return {
      what: 'is a promise',
      fix: 'Wait for it in an operation of its own, with fn(async state => …).',
    };
  }
  if (kind !== 'Object' && kind !== 'Array') return { what: `is a ${kind}`, fix: PLAIN_FIX };
  if (typeof toJSON === 'function') {
    return { what: 'is an object of a library', fix: `Write it as text. ${DATE_FIX}` };
  }
  return undefined;
}

/** What cannot travel as JSON, and what to write in its place. */
function whyNot(value: unknown): Refusal | undefined {
  if (typeof value === 'bigint')
    return { what: 'is a BigInt', fix: 'Write it as text: String(value).' };
  if (typeof value === 'symbol') return { what: 'is a symbol', fix: PLAIN_FIX };
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { what: 'is a number that cannot be sent', fix: 'Check the calculation before it.' };
  }
  return value !== null && typeof value === 'object' ? strangeObject(value) : undefined;
}

function codeFor(where: string): ErrorCode {
  if (QUERIES.test(where)) return 'INVALID_FILTER';
  return /^options(?!\.body\b)/.test(where) ? 'INVALID_OPTION' : 'INVALID_INPUT';
}

function refuse(where: string, { what, fix }: Refusal): never {
  throw new RapidProError({ code: codeFor(where), description: `${where} ${what}.`, fix });
}

function expandObject(state: State, value: object, where: string, depth: number): Dictionary {
  const expanded: Dictionary = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') {
      refuse(where, { what: 'has a key that cannot be sent: "__proto__"', fix: PLAIN_FIX });
    }
    expanded[key] = expand(state, item, `${where}.${key}`, depth + 1);
  }
  return expanded;
}

/** What a function of state stands for; any other value as it is. */
function resolve(state: State, value: unknown, where: string, depth = 0): unknown {
  if (depth > DEEPEST) {
    refuse(where, { what: 'is nested too deep, or in a circle', fix: 'Send a flatter value.' });
  }
  if (isOperation(value)) {
    refuse(where, {
      what: 'is an operation',
      fix: 'Operations stand one after the other. Write this one first, and use what it leaves: $.data',
    });
  }
  if (typeof value === 'function') return resolve(state, value(state), where, depth + 1);
  const refusal = whyNot(value);
  if (refusal) refuse(where, refusal);
  return value;
}

/**
 * Puts values in the place of functions of state (and so of `$` references), at any depth. Always
 * gives new objects.
 *
 * @param state - what the functions are called with
 * @param value - an argument of an operation
 * @param where - its name, for errors
 * @throws RapidProError `INVALID_INPUT`, or `INVALID_FILTER`, for what cannot travel as JSON
 */
export function expand(state: State, value: unknown, where: string, depth = 0): unknown {
  const plain = resolve(state, value, where, depth);
  if (Array.isArray(plain)) {
    return plain.map((item, index) => expand(state, item, `${where}[${index}]`, depth + 1));
  }
  if (plain !== null && typeof plain === 'object') return expandObject(state, plain, where, depth);
  return plain;
}

/** Stands in the place of one of a list that has something in it that cannot travel as JSON. */
export class Unsendable {
  constructor(readonly reason: RapidProError) {}
}

/**
 * As {@link expand}, for a list whose items go their own ways: what is wrong inside of one does not keep
 * the others. An item that is itself no plain value, such as a promise, is a mistake of the job.
 */
export function expandEach(state: State, value: unknown, name: string): unknown {
  const list = resolve(state, value, name);
  if (!Array.isArray(list)) return expand(state, list, name);
  return list.map((item, index) => {
    const where = `${name}[${index}]`;
    const plain = resolve(state, item, where);
    try {
      return expand(state, plain, where, 1);
    } catch (error) {
      if (error instanceof RapidProError) return new Unsendable(error);
      throw error;
    }
  });
}

/**
 * Expands one argument of an operation. Filters or a query that the job names, but that come out as
 * nothing, are missing data: without them RapidPro would answer with everything, or act on another
 * object.
 *
 * @throws RapidProError as {@link expand}
 */
export function expandArgument(state: State, value: unknown, name: string): unknown {
  const expanded = expand(state, value, name);
  const isEmpty = expanded === undefined || expanded === null;
  if (isEmpty && typeof value === 'function' && QUERIES.test(name)) {
    refuse(name, {
      what: 'came out empty',
      fix: 'It points to data that is not there. Nothing was sent. Check the name after $ or state.',
    });
  }
  return expanded;
}
