import type { Configuration } from '../configuration.js';
import { fail } from '../errors/errors.js';
import type { ApiRequest } from '../types/request.js';
import { parseUrl } from '../url.js';
import {
  asPattern,
  base32Of,
  base64Of,
  bytesOf,
  hexPattern,
  numbersOf,
  unwrapped,
} from './encodings.js';

/**
 * Keeps the secrets of the credential out of everything that is sent. The token goes into one header, which is not
 * checked here. Anywhere else it is a mistake in the job, such as the state instead of a value.
 */

/** Real tokens are longer. A shorter one comes from a test, and may be part of any word. */
const LONG = 16;
/** An address in an address in an address. */
const DEEPEST_ADDRESS = 3;
/** Characters that come after a backslash in JSON text. */
const QUOTED = '"\\/';

type Secret = 'token' | 'webhook secret';

/** Percent-encoded up to ten times. Repetitions are limited, because otherwise a search could take any time. */
const PERCENT = '%(?:25){0,9}';
const BACKSLASH = `(?:\\\\|${PERCENT}5[cC])`;
/** JSON in JSON, five times over. */
const MOST_BACKSLASHES = 31;

/**
 * A pattern for a character: unchanged, percent-encoded, or escaped as in JSON, with backslashes that may be
 * percent-encoded themselves. The variants differ early, so a search never goes back far.
 */
function waysToWrite(character: string, index: number): string {
  const literal = asPattern(character);
  const plain =
    QUOTED.includes(character) && index > 0 ? `\\\\{0,${MOST_BACKSLASHES}}${literal}` : literal;
  const percent = [...Buffer.from(character)]
    .map(byte => `${PERCENT}${hexPattern(byte, 2)}`)
    .join('');
  // A search can begin anywhere, so it needs only the last of many backslashes.
  const backslashes = `${BACKSLASH}${index > 0 ? `{1,${MOST_BACKSLASHES}}` : ''}`;
  const escaped = character
    .split('')
    .map(unit => `${backslashes}u${hexPattern(unit.charCodeAt(0), 4)}`)
    .join('');
  // In a query a space is a plus.
  return `(?:${plain}|${percent}|${escaped}${character === ' ' ? '|\\+' : ''})`;
}

const patternOf = (text: string) => [...text].map(waysToWrite).join('');

/** What programs make of a text, and of its bytes. In small letters, because no letter case counts. */
function codesOf(text: string): string[] {
  const codes = bytesOf(text).flatMap(bytes => [
    ...base64Of(bytes),
    ...base32Of(bytes),
    bytes.toString('hex'),
    numbersOf(bytes),
    // In a file.
    bytes.toString('latin1'),
  ]);
  return [...new Set(codes.map(code => code.toLowerCase()))];
}

/** A pattern that is created when first needed, because creating it costs more than most searches. */
function lazily(make: () => RegExp): () => RegExp {
  let made: RegExp | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * Finds a secret anywhere in a text, in its forms and any letter case: host names, for example, become lower case.
 *
 * @param codes - its other forms
 */
function finder(secret: string, codes: readonly string[] = []): (text: string) => boolean {
  const plain = lazily(() => new RegExp(asPattern(secret), 'i'));
  const encoded = lazily(() => new RegExp(patternOf(secret), 'i'));
  const shortest = Math.min(...codes.map(code => code.length));
  const isCoded = (text: string) => {
    if (text.length < shortest) return false;
    const small = text.toLowerCase();
    return codes.some(code => small.includes(code));
  };
  const isWithin = (text: string) =>
    plain().test(text) ||
    ((text.includes('%') || text.includes('\\') || text.includes('+')) && encoded().test(text)) ||
    isCoded(text);
  const isWrapped = (text: string) => {
    const flat = unwrapped(text);
    return flat !== undefined && (plain().test(flat) || isCoded(flat));
  };
  // Every text of a large list is checked here.
  return text =>
    text.length >= secret.length && (isWithin(text) || (codes.length > 0 && isWrapped(text)));
}

/** Finds a secret that is the whole text, apart from spaces and quotes around it. */
function matcher(secret: string): (text: string) => boolean {
  const pattern = lazily(() => new RegExp(`^[\\s"']*${patternOf(secret)}[\\s"']*$`));
  return text => pattern().test(text);
}

function addressesIn(text: string): URL[] {
  if (!text.includes('://')) return [];
  return [...text.matchAll(/https?:\/\/[^\s"'<>]+/gi)]
    .map(([address]) => parseUrl(address.replace(/[.,;:!?)\]]+$/, '')))
    .filter(url => url !== undefined);
}

/** The parts of an address. Each can be a whole value. */
function partsOf({ username, password, pathname, searchParams, hash }: URL): string[] {
  const behind = hash.slice(1);
  const inHash = new URLSearchParams(behind).values();
  return [username, password, ...pathname.split('/'), ...searchParams.values(), behind, ...inHash];
}

export const SECRET_FIX =
  'Take only what RapidPro needs from the state, such as $.data.name. Do not use the state itself, or anything in its configuration.';

function refuse(what: string, secret: Secret | undefined): void {
  if (!secret) return;
  throw fail(
    'INVALID_INPUT',
    `${what} contains the ${secret} of the credential. Nothing was sent.`,
    SECRET_FIX,
  );
}

interface Sought {
  secret: Secret;
  isWithin(text: string): boolean;
  /** For a secret that counts only as a whole value: whether a text is that value. */
  isWhole?(text: string): boolean;
}

const wholeValue = (secret: Secret, text: string): Sought => ({
  secret,
  isWithin: finder(text),
  isWhole: matcher(text),
});

/** Whether a text is a secret, or an address with a part that is one. */
function isWholeIn(text: string, isWhole: (text: string) => boolean, depth = 0): boolean {
  if (isWhole(text)) return true;
  if (depth === DEEPEST_ADDRESS) return false;
  return addressesIn(text)
    .flatMap(partsOf)
    .some(part => isWholeIn(part, isWhole, depth + 1));
}

/** Finds the secrets of one credential, without showing them. */
export class SecretGuard {
  readonly #sought: readonly Sought[];
  /** The length of the shortest secret. Shorter texts contain none. */
  readonly #least: number;

  constructor({ token, webhookSecret }: Pick<Configuration, 'token' | 'webhookSecret'>) {
    const isLong = token.length >= LONG;
    this.#sought = [
      isLong
        ? { secret: 'token', isWithin: finder(token, codesOf(token)) }
        : wholeValue('token', token),
      ...(webhookSecret ? [wholeValue('webhook secret', webhookSecret)] : []),
    ];
    this.#least = Math.min(token.length, webhookSecret?.length ?? token.length);
  }

  /** Which secret a value or a key contains; undefined if none. */
  secretIn(text: string): Secret | undefined {
    if (text.length < this.#least) return undefined;
    return this.#sought.find(
      ({ isWithin, isWhole }) => isWithin(text) && (!isWhole || isWholeIn(text, isWhole)),
    )?.secret;
  }

  /** Checks a whole request before it is sent, except its headers. */
  checkRequest({ path, query, body, file }: ApiRequest, url: string, json = ''): void {
    refuse('The path of the request', this.secretIn(path));
    refuse('The query of the request', this.#inValue(query));
    refuse('The address of the request', this.#anywhereIn(url));
    // This tells RapidPro where to send its pushes, which must contain the secret.
    const free = path === 'resthook_subscribers' ? 'target_url' : undefined;
    refuse('The body of the request', this.#anywhereIn(json) ?? this.#asValueIn(json, body, free));
    if (!file) return;
    refuse('The name of the file', this.secretIn(file.filename));
    refuse('The type of the file', this.secretIn(file.type));
    const { buffer, byteOffset, byteLength } = file.bytes;
    const bytes = Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
    refuse('The file', this.#anywhereIn(bytes));
  }

  /** Checks a text that is not part of an API request, such as a link, before it is used. */
  checkText(what: string, text: string): void {
    refuse(what, this.secretIn(text));
  }

  /** The secret in a text, among those that count anywhere. */
  #anywhereIn(text: string): Secret | undefined {
    return this.#sought.find(({ isWithin, isWhole }) => !isWhole && isWithin(text))?.secret;
  }

  /** The secret in a body, among those that count only as a whole value. Few bodies need a look at each value. */
  #asValueIn(json: string, body: unknown, free: string | undefined): Secret | undefined {
    const isPossible = this.#sought.some(({ isWithin, isWhole }) => isWhole && isWithin(json));
    return isPossible ? this.#inValue(body, free) : undefined;
  }

  /**
   * Searches a JSON value, including its keys.
   *
   * @param free - the key whose value may be the webhook secret
   */
  #inValue(value: unknown, free?: string): Secret | undefined {
    if (value === null || value === undefined) return undefined;
    if (typeof value !== 'object') return this.secretIn(String(value));
    for (const [key, item] of Object.entries(value)) {
      const found = this.secretIn(key) ?? this.#inValue(item);
      if (found && !(found === 'webhook secret' && key === free)) return found;
    }
    return undefined;
  }
}

const guards = new WeakMap<Configuration, SecretGuard>();

/** The guard of a credential. There is one for each. */
export function guardOf(configuration: Configuration): SecretGuard {
  const known = guards.get(configuration);
  if (known) return known;
  const guard = new SecretGuard(configuration);
  guards.set(configuration, guard);
  return guard;
}
