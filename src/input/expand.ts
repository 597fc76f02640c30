import { changed, type ErrorCode, fail, RapidProError } from '../errors/errors.js';
import type { Fault } from '../errors/fault.js';
import type { Dictionary } from '../types/json.js';
import type { State } from '../types/state.js';
import { shownKey } from './check.js';
import { askForValue, handOver, holdsOperation, isOperation } from './run.js';
import { SECRET_FIX, type SecretGuard } from './secrets.js';
import { inTurns } from './turns.js';

/** Deeper than any body of RapidPro. A circular value soon gets here. */
const DEEPEST = 20;

interface Refusal extends Fault {
  /** Default: what the argument says. */
  code?: ErrorCode;
}

interface Context {
  state: State;
  secrets?: SecretGuard | undefined;
}

/** Arguments that select objects. */
const QUERIES = /^(filters|query|options\.query)\b/;
/** Where RapidPro learns what its pushes must carry. */
const TARGET = /(^|\.)target_?url$/i;
const DATE_FIX =
  'Write dates as ISO text with a time zone: date.toISOString() or "2026-01-31T00:00:00Z".';
const PLAIN_FIX = 'Use only plain objects, lists, text and numbers, as in JSON.';
const INHERITED_FIX =
  'Nothing was sent. Write every key in the object itself, such as { dryRun: true }.';
const PROMISE_FIX = 'Wait for it in a separate operation: fn(async state => …).';
const STREAM_FIX =
  'Read it in a separate operation, fn(async state => …), and pass on its contents.';
const OPERATION_FIX =
  'Operations run one after the other. Write this one first, and use its result: $.data';
const STATE_FIX =
  'Nothing was sent. Take only what you need from the state: state => state.data, or $.data.name';

const ignore = () => {};

const kindOf = (value: unknown) =>
  Object.prototype.toString.call(value).slice('[object '.length, -1);

/** Objects and lists: what may have values in it. */
const isNested = (value: unknown): value is Dictionary =>
  value !== null && typeof value === 'object';

/** Functions that return no plain value. They are recognized by their kind, without calling them. */
function strangeFunction(value: object): Refusal | undefined {
  if (isOperation(value)) {
    handOver(value);
    return { what: 'is an operation', fix: OPERATION_FIX };
  }
  const kind = kindOf(value);
  if (kind === 'AsyncFunction') {
    return { what: 'is an async function, which returns a promise', fix: PROMISE_FIX };
  }
  // Called without `new`, it throws, or makes text of the state.
  const isClass = Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
  if (kind === 'Function' && !isClass) return undefined;
  const what = `is a ${isClass ? 'class' : kind}`;
  return { what, fix: 'Write a plain function of state: state => state.data' };
}

/** Whether a value is the credential, or a copy of it. */
function isCredential(value: unknown, { configuration }: State): boolean {
  if (!isNested(value) || !isNested(configuration)) return false;
  if (value === configuration) return true;
  const { token } = configuration;
  return typeof token === 'string' && token !== '' && value.token === token;
}

/** The state, a copy of it with or without its credential, or the credential. */
function partOfState(value: Dictionary, state: State): Refusal | undefined {
  if (isCredential(value, state)) return { what: 'is the credential', fix: STATE_FIX };
  const isLikeState = Array.isArray(value.references) && Object.hasOwn(value, 'data');
  if (value === state || isLikeState || isCredential(value.configuration, state)) {
    return { what: 'is the state, or a copy of it', fix: STATE_FIX };
  }
  return undefined;
}

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** Streams and similar objects, which report their own failure. A field may be called "on". */
function isStream(value: Dictionary): value is Dictionary & NodeJS.EventEmitter {
  return typeof value.on === 'function' && !Object.hasOwn(value, 'on');
}

/**
 * Nobody waits for the promises in a refused value, and nobody reads its streams. If one fails, the process must
 * not end.
 */
export function ignoreFailures(value: unknown, seen = new Set<unknown>()): void {
  if (!isNested(value) || ArrayBuffer.isView(value) || seen.has(value)) return;
  seen.add(value);
  try {
    if (isStream(value)) value.on('error', ignore);
    else if (isThenable(value)) value.then(of => ignoreFailures(of, seen), ignore);
    else for (const item of Object.values(value)) ignoreFailures(item, seen);
  } catch {
    // The author's object throws, or is endless. The refusal says what is wrong with it.
  }
}

/** Like {@link ignoreFailures}, but only as deep as jobs nest, to save time in long lists. */
function ignoreNearFailures(item: unknown): void {
  let left = 100;
  const look = (value: Dictionary, depth: number) => {
    if (depth > 4 || left-- <= 0) return;
    if (isThenable(value) || isStream(value)) return ignoreFailures(value);
    if (Array.isArray(value)) {
      for (const within of value) if (isNested(within)) look(within, depth + 1);
      return;
    }
    for (const key in value) {
      const within = value[key];
      if (isNested(within)) look(within, depth + 1);
    }
  };
  try {
    if (isNested(item)) look(item, 0);
  } catch {
    // The author's object throws. The refusal says what is wrong with it.
  }
}

/** What is never a value. */
function whyNoValue(value: unknown, state: State): Refusal | undefined {
  if (typeof value === 'function') return strangeFunction(value);
  if (!isNested(value)) return undefined;
  if (isThenable(value)) {
    ignoreFailures(value);
    return { what: 'is a promise', fix: PROMISE_FIX };
  }
  if (holdsOperation(value)) {
    return { what: 'was made by spreading an operation, which has no keys', fix: OPERATION_FIX };
  }
  return Array.isArray(value) ? undefined : partOfState(value, state);
}

/** Whether an object has a key that is not its own. JSON leaves it out, and so would we: `dryRun` would write. */
export function inherits(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  for (const key in prototype) {
    if (!Object.hasOwn(value, key)) return true;
  }
  return false;
}

/** Objects that would become `{}` in JSON. Does not compare classes, because a job has its own. */
function strangeObject(value: object): Refusal | undefined {
  const kind = kindOf(value);
  if (kind === 'Date') return { what: 'is a Date object', fix: DATE_FIX };
  if (isStream(value as Dictionary)) return { what: 'is a stream', fix: STREAM_FIX };
  if (kind !== 'Object' && kind !== 'Array') return { what: `is a ${kind}`, fix: PLAIN_FIX };
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return { what: 'is an object from a library', fix: `Write it as text. ${DATE_FIX}` };
  }
  if (inherits(value)) {
    return { what: 'has a key that it only inherits from another object', fix: INHERITED_FIX };
  }
  return undefined;
}

function strangeNumber(value: number): Refusal | undefined {
  if (!Number.isFinite(value)) {
    return { what: 'is not a valid number', fix: 'Check the calculation.' };
  }
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return undefined;
  return {
    what: 'is a number with more digits than JavaScript can store, so the last ones may be wrong',
    fix: 'Nothing was sent. Write it as text, in quotes, at its source.',
  };
}

/** What cannot travel as JSON, and what to write in its place. */
function whyNot(value: unknown): Refusal | undefined {
  if (typeof value === 'bigint')
    return { what: 'is a BigInt', fix: 'Write it as text: String(value).' };
  if (typeof value === 'symbol') return { what: 'is a symbol', fix: PLAIN_FIX };
  if (typeof value === 'number') return strangeNumber(value);
  return isNested(value) ? strangeObject(value) : undefined;
}

function whySecret(text: string, secrets: SecretGuard | undefined, where: string) {
  const secret = secrets?.secretIn(text);
  if (!secret || (secret === 'webhook secret' && TARGET.test(where))) return undefined;
  const what = `contains the ${secret} of the credential. Nothing was sent`;
  return { what, fix: SECRET_FIX, code: 'INVALID_INPUT' } as const;
}

function codeFor(where: string): ErrorCode {
  if (QUERIES.test(where)) return 'INVALID_FILTER';
  return /^options(?!\.body\b)/.test(where) ? 'INVALID_OPTION' : 'INVALID_INPUT';
}

function refuse(where: string, { what, fix, code = codeFor(where) }: Refusal): never {
  throw fail(code, `${where} ${what}.`, fix);
}

function checkObjectKey(key: string, where: string, { secrets }: Context): void {
  if (key === '__proto__') {
    refuse(where, { what: 'has a key that cannot be sent: "__proto__"', fix: PLAIN_FIX });
  }
  const refusal = whySecret(key, secrets, where);
  if (refusal) refuse(where, { ...refusal, what: `has a key that ${refusal.what}` });
}

/** By far most values. They need no path, and in large lists, paths take most of the time. */
function isSurelyGood(value: unknown, { secrets }: Context): boolean {
  if (typeof value === 'string') return secrets?.secretIn(value) === undefined;
  return (
    value === null ||
    value === undefined ||
    typeof value === 'boolean' ||
    Number.isSafeInteger(value)
  );
}

function expandObject(
  context: Context,
  value: Dictionary,
  where: string,
  depth: number,
): Dictionary {
  const expanded: Dictionary = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    checkObjectKey(key, where, context);
    expanded[key] = isSurelyGood(item, context)
      ? item
      : expandWithin(context, item, `${where}.${shownKey(key)}`, depth + 1);
  }
  return expanded;
}

/** V8's messages about reading from missing data. */
const NOWHERE = [
  /^Cannot read properties of (?:undefined|null) \(reading '([^']*)'\)$/,
  /^Cannot destructure property '([^']*)' of .{1,200} as it is (?:undefined|null)\.$/,
  /^(?:Cannot set properties of (?:undefined|null) \(setting '([^']*)'\)|Cannot convert undefined or null to object)$/,
  /^(?:undefined|null|[\w$.]{1,200}) is not iterable(?: \(cannot read property Symbol\(Symbol\.iterator\)\))?$/,
  /^Spread syntax requires \.\.\.iterable\[Symbol\.iterator\] to be a function$/,
  /^Cannot use 'in' operator to search for '[^']*' in (?:undefined|null)$/,
  /^"undefined" is not valid JSON$/,
];
/** The same for data of another type than expected, but not for helpers and JavaScript's own functions. */
const OTHER_KIND =
  /^(?![A-Z_]|(?:util|dateFns|http|webhook|console)\.)[\w$.?()[\] ]{1,200}\.([\w$]{1,60}) is not a function$/;

/** What a function of state found instead of data, if an error says so. The names come from the job, not from data. */
function whatWasMissing(error: unknown, give: unknown): string | undefined {
  // A job's errors come from another realm, so their class is different.
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  if (name !== 'TypeError' && name !== 'SyntaxError') return undefined;
  const isOwn = (key: string) => /^[a-z_$][\w$]{0,60}$/i.test(key) && String(give).includes(key);
  const text = String(message);
  const [, method] = OTHER_KIND.exec(text) ?? [];
  if (method && isOwn(method)) return `a different kind of data, which has no ${method}()`;
  for (const pattern of NOWHERE) {
    const match = pattern.exec(text);
    if (!match) continue;
    const key = match.slice(1).find(Boolean);
    const wanted = key && isOwn(key) ? `: there is nothing to read "${key}" from` : '';
    return `missing data${wanted}`;
  }
  return undefined;
}

/** Errors from references that lead to nothing. Only the operation knows its own name. */
const nowhere = new WeakSet<RapidProError>();
/** Errors that a function of state threw, such as `util.phoneUrn()` in it. */
const thrown = new WeakSet<RapidProError>();

/**
 * Asks a function of state for its value. Its errors are passed on unchanged, unless it read from nothing or from
 * data of another type.
 */
export function askFor(give: (state: State) => unknown, state: State, where: string) {
  try {
    return askForValue(give, state);
  } catch (error) {
    const missing = whatWasMissing(error, give);
    if (!missing) {
      if (error instanceof RapidProError) thrown.add(error);
      throw error;
    }
    const refusal = fail(
      codeFor(where),
      `${where} refers to ${missing}.`,
      'Nothing was sent. Check the name after $ or state, and the result of the previous operation.',
    );
    nowhere.add(refusal);
    throw refusal;
  }
}

/**
 * Adds the name of the operation to errors about references that lead to nothing.
 *
 * @param argument - where this begins what an error says, it is one of the operation's too
 */
export function inOperation(error: unknown, name: string, argument?: string): unknown {
  if (!(error instanceof RapidProError) || !name) return error;
  const isOurs = nowhere.has(error) || (argument && error.description.startsWith(argument));
  if (!isOurs) return error;
  return changed(error, { description: `${name}(): ${error.description}` });
}

/**
 * The value of a function of state; any other value unchanged. For values that need not be JSON.
 *
 * @throws RapidProError `INVALID_INPUT` if it is not a value: an operation, a promise, the state itself
 */
export function resolveValue(state: State, value: unknown, where: string, depth = 0): unknown {
  if (depth > DEEPEST) {
    refuse(where, {
      what: 'is nested too deeply, or contains itself',
      fix: 'Send a simpler value.',
    });
  }
  const refusal = whyNoValue(value, state);
  if (refusal) refuse(where, refusal);
  if (typeof value !== 'function') return value;
  const asked = askFor(value as (state: State) => unknown, state, where);
  if (asked.hasCalled) refuse(where, { what: 'calls an operation', fix: OPERATION_FIX });
  return resolveValue(state, asked.value, where, depth + 1);
}

/** The same for values that must be JSON. */
function resolve({ state, secrets }: Context, value: unknown, where: string, depth = 0): unknown {
  const plain = resolveValue(state, value, where, depth);
  const refusal = typeof plain === 'string' ? whySecret(plain, secrets, where) : whyNot(plain);
  if (!refusal) return plain;
  ignoreFailures(plain);
  return refuse(where, refusal);
}

function expandWithin(context: Context, value: unknown, where: string, depth = 0): unknown {
  const plain = resolve(context, value, where, depth);
  try {
    return expandParts(context, plain, where, depth);
  } catch (error) {
    ignoreFailures(plain);
    throw error;
  }
}

function expandParts(context: Context, plain: unknown, where: string, depth: number): unknown {
  if (Array.isArray(plain)) {
    return plain.map((item, index) =>
      isSurelyGood(item, context)
        ? item
        : expandWithin(context, item, `${where}[${index}]`, depth + 1),
    );
  }
  return isNested(plain) ? expandObject(context, plain, where, depth) : plain;
}

/**
 * Replaces functions of state (and so `$` references) by their values, at any depth. Always returns new
 * objects.
 *
 * @throws RapidProError `INVALID_INPUT`, or `INVALID_FILTER`, for what cannot travel as JSON
 */
export function expand(
  state: State,
  value: unknown,
  where: string,
  secrets?: SecretGuard,
): unknown {
  return expandWithin({ state, secrets }, value, where);
}

/** Replaces an item of a list that contains something that cannot be JSON. */
export class Unsendable {
  readonly #item: unknown;
  readonly #expand: (part: unknown) => unknown;

  constructor(
    readonly reason: RapidProError,
    item: unknown,
    expand: (part: unknown) => unknown,
  ) {
    this.#item = item;
    this.#expand = expand;
  }

  /** As the job wrote it; undefined if the function that makes it failed. */
  get item(): unknown {
    return this.#item;
  }

  /**
   * A part of it, as it would be sent by itself.
   *
   * @throws RapidProError if the part cannot be sent either
   */
  expand(part: unknown): unknown {
    return this.#expand(part);
  }
}

/**
 * Like {@link expand}, for a list of independent items: a mistake inside one, or in a function that makes one, does not
 * affect the others. An item that is not a value itself, such as a promise, is a mistake in the job.
 */
export async function expandEach(
  state: State,
  value: unknown,
  name: string,
  secrets?: SecretGuard,
): Promise<unknown> {
  const context = { state, secrets };
  const list = resolve(context, value, name);
  if (!Array.isArray(list)) return expand(state, list, name, secrets);
  const expandItem = (item: unknown, index: number) => {
    const where = `${name}[${index}]`;
    let plain: unknown;
    try {
      plain = resolve({ state }, item, where);
      return expandWithin(context, plain, where, 1);
    } catch (error) {
      if (!(error instanceof RapidProError)) throw error;
      if (plain === undefined && !thrown.has(error) && !nowhere.has(error)) throw error;
      return new Unsendable(error, plain, part => expandWithin(context, part, where, 1));
    }
  };
  // Between two turns, one of them could fail before it is seen.
  for (const item of list) ignoreNearFailures(item);
  try {
    const expanded: unknown[] = [];
    await inTurns(list, (item, index) => expanded.push(expandItem(item, index)));
    return expanded;
  } catch (error) {
    ignoreFailures(list);
    throw error;
  }
}

/**
 * Expands one argument of an operation. Filters or a query that evaluate to nothing are missing data. Without
 * them, RapidPro would answer with everything, or act on another object.
 */
export function expandArgument(
  state: State,
  value: unknown,
  name: string,
  secrets?: SecretGuard,
): unknown {
  const expanded = expand(state, value, name, secrets);
  const isEmpty = expanded === undefined || expanded === null;
  if (isEmpty && typeof value === 'function' && QUERIES.test(name)) {
    refuse(name, {
      what: 'is empty',
      fix: 'It refers to missing data. Nothing was sent. Check the name after $ or state.',
    });
  }
  return expanded;
}
