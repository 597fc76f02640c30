import type { State } from '../types/state.js';
import { shownKey } from './check.js';
import { log } from './log.js';

/** OpenFn discards a larger result, and the run stays green. In bytes. */
const PLATFORM_LIMIT = 10_000_000;
/** From here on, there is a warning. */
const NEAR_LIMIT = 8_000_000;
/** How many values are examined, which takes about 20 ms. Beyond that, samples of each list are used. */
const MOST_VALUES = 200_000;
/** How many values of a record in a long list are examined. */
const PER_ITEM = 20;
/** Deeper than any record of RapidPro. A circular value ends here. */
const DEEPEST = 100;
/** For a longer text, only the beginning is measured. */
const TEXT_SAMPLE = 10_000;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** Bytes of a text in JSON, without its quotes. Counted here, so that long lists need no calls out of JavaScript. */
function jsonBytes(text: string, end: number): number {
  let bytes = 0;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= 32 && code < 128) bytes += code === QUOTE || code === BACKSLASH ? 2 : 1;
    else if (code < 32) bytes += code >= 8 && code <= 13 && code !== 11 ? 2 : 6;
    // Half of a pair, which takes four bytes in all.
    else if (code >= 0xd800 && code < 0xe000) bytes += 2;
    else bytes += code < 0x800 ? 2 : 3;
  }
  return bytes;
}

function sizeOfText(text: string): number {
  const end = Math.min(text.length, TEXT_SAMPLE);
  return 2 + (end === 0 ? 0 : (jsonBytes(text, end) * text.length) / end);
}

/** Estimates how many bytes values have as JSON, without writing them, in bounded time. */
export class Estimate {
  #left = 2 * MOST_VALUES;
  #jitter = 0;
  holdsToken = false;
  readonly #tokens: readonly unknown[];

  /** @param token - of the credential, which nothing else on the state should hold */
  constructor(token?: unknown) {
    // As it is, and as it is used: without spaces around it.
    this.#tokens = typeof token === 'string' && token.trim() !== '' ? [token, token.trim()] : [];
  }

  /**
   * Which item to examine: spread over the whole list, and never in step with it. In many short lists, such as the
   * rows of a table, it is not always the same place.
   */
  #placeOf(turn: number, looked: number, all: number): number {
    if (looked === all) return turn;
    this.#jitter = (this.#jitter + 0.618034) % 1;
    return Math.min(all - 1, Math.floor(((turn + this.#jitter) * all) / looked));
  }

  /** @param share - how many values within this one may be examined */
  of(value: unknown, share = MOST_VALUES, depth = 0): number {
    if (typeof value === 'string') {
      if (this.#tokens.includes(value)) this.holdsToken = true;
      return sizeOfText(value);
    }
    if (typeof value === 'number') return Number.isFinite(value) ? String(value).length : 4;
    // JSON leaves it out, or writes null in a list.
    if (value === null || typeof value !== 'object') return 4;
    if (this.#left-- <= 0 || depth > DEEPEST) return 0;
    if (ArrayBuffer.isView(value)) return value.byteLength * 10;
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.of(toJSON.call(value, ''), share, depth + 1);
    return Array.isArray(value)
      ? this.#ofList(value, share, depth)
      : this.#ofObject(value, share, depth);
  }

  #ofList(list: readonly unknown[], share: number, depth: number): number {
    const looked = Math.min(list.length, Math.max(1, Math.floor(share / PER_ITEM)));
    let size = 0;
    for (let turn = 0; turn < looked; turn++) {
      const item = list[this.#placeOf(turn, looked, list.length)];
      size += this.of(item, share / looked, depth + 1) + 1;
    }
    return 2 + (looked === 0 ? 0 : (size * list.length) / looked);
  }

  #ofObject(object: object, share: number, depth: number): number {
    const keys = Object.keys(object);
    const looked = Math.min(keys.length, Math.max(1, Math.floor(share)));
    let size = 0;
    for (let turn = 0; turn < looked; turn++) {
      const key = keys[this.#placeOf(turn, looked, keys.length)] as string;
      const item = (object as Record<string, unknown>)[key];
      if (item === undefined || typeof item === 'function' || typeof item === 'symbol') continue;
      size += sizeOfText(key) + 2 + this.of(item, share / looked, depth + 1);
    }
    return 2 + (looked === 0 ? 0 : (size * keys.length) / looked);
  }
}

const inMegabytes = (size: number) => `${(size / 1_000_000).toFixed(1)} MB`;

interface Part {
  key: string;
  size: number;
  holdsToken: boolean;
}

/** What a step leaves, the largest first. */
function partsOf(state: object): Part[] {
  const { configuration } = state as State;
  const { token } = (configuration ?? {}) as { token?: unknown };
  const partOf = ([key, value]: [string, unknown]): Part => {
    const estimate = new Estimate(token);
    const size = value === undefined ? 0 : estimate.of(value);
    return { key, size, holdsToken: estimate.holdsToken };
  };
  try {
    return (
      Object.entries(state)
        // The platform removes both.
        .filter(([key]) => key !== 'configuration' && key !== 'response')
        .map(partOf)
        .sort((a, b) => b.size - a.size)
    );
  } catch {
    // The job's own object throws when it is read. A warning is not the place to report that.
    return [];
  }
}

/**
 * Warns in time if a step leaves almost more than the platform keeps, and says where. Also warns if it leaves the
 * token, because the platform removes the credential only from its own place.
 */
export function logLeft(state: unknown): void {
  if (state === null || typeof state !== 'object') return;
  const parts = partsOf(state);
  for (const { key } of parts.filter(({ holdsToken }) => holdsToken)) {
    log.warn(
      `state.${shownKey(key)} contains the token of the credential, and OpenFn saves it with the result. Do not keep whole states, only their data: (await upsertContact(…)(state)).data`,
    );
  }
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  if (total < NEAR_LIMIT) return;
  const largest = parts
    .slice(0, 3)
    .filter(({ size }) => size > total / 20)
    .map(({ key, size }) => `state.${shownKey(key)} ${inMegabytes(size)}`);
  log.warn(
    `The step leaves about ${inMegabytes(total)} on the state (${largest.join(', ')}). OpenFn keeps results of up to ${PLATFORM_LIMIT / 1_000_000} MB. It discards larger ones, and the run stays green. Read long lists with eachPage(), set a limit, or return less at the end: fn(state => ({ ...state, data: null, references: [] })).`,
  );
}
