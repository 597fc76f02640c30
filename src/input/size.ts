import type { State } from '../types/state.js';
import { log } from './log.js';

/** OpenFn throws a larger result away, and the run stays green. In bytes. */
const PLATFORM_LIMIT = 10_000_000;
/** From here on it is said. */
const NEAR_LIMIT = 8_000_000;
/** Values that are looked at: some 20 ms. Beyond it a part of each list stands for the whole. */
const MOST_VALUES = 200_000;
/** A record of a long list is looked at this closely. */
const PER_ITEM = 20;
/** Deeper than any record of RapidPro; a circle ends here. */
const DEEPEST = 100;
/** Of a longer text the beginning stands for the whole. */
const TEXT_SAMPLE = 10_000;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** Bytes of a text in JSON, without its quotes. Of each text of a long list: counted here, no call leaves JavaScript. */
function bytesOf(text: string, end: number): number {
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
  return 2 + (end === 0 ? 0 : (bytesOf(text, end) * text.length) / end);
}

class Estimate {
  #left = 2 * MOST_VALUES;
  #jitter = 0;
  holdsToken = false;
  readonly #tokens: readonly unknown[];

  /** @param token - of the credential, which nothing else on the state should hold */
  constructor(token?: unknown) {
    // As it is, and as it is used: with no spaces around it.
    this.#tokens = typeof token === 'string' && token.trim() !== '' ? [token, token.trim()] : [];
  }

  /**
   * Which one to look at, of so many that are looked at: spread over all of them and never in step with them.
   * Of many short lists, such as the rows of a table, it is not always the same place.
   */
  #placeOf(turn: number, looked: number, all: number): number {
    if (looked === all) return turn;
    this.#jitter = (this.#jitter + 0.618034) % 1;
    return Math.min(all - 1, Math.floor(((turn + this.#jitter) * all) / looked));
  }

  /** @param share - how many values may be looked at within this one */
  of(value: unknown, share: number, depth = 0): number {
    if (typeof value === 'string') {
      if (this.#tokens.includes(value)) this.holdsToken = true;
      return sizeOfText(value);
    }
    if (typeof value === 'number') return Number.isFinite(value) ? String(value).length : 4;
    // What JSON leaves out, or writes as null within a list.
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

/**
 * Estimates how many bytes a value has as JSON, without writing it, in bounded time.
 *
 * @throws what getters of the job's own objects throw
 */
export function estimateSize(value: unknown): number {
  return new Estimate().of(value, MOST_VALUES);
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
    const size = value === undefined ? 0 : estimate.of(value, MOST_VALUES);
    return { key, size, holdsToken: estimate.holdsToken };
  };
  try {
    return (
      Object.entries(state)
        // The platform takes out both.
        .filter(([key]) => key !== 'configuration' && key !== 'response')
        .map(partOf)
        .sort((a, b) => b.size - a.size)
    );
  } catch {
    // The job's own object throws when it is looked at; that is not for a warning to tell.
    return [];
  }
}

/**
 * Says in time that a step leaves nearly more than the platform keeps, and where it is; and that it leaves the
 * token: the platform takes out only the credential in its own place.
 */
export function logLeft(state: unknown): void {
  if (state === null || typeof state !== 'object') return;
  const parts = partsOf(state);
  for (const { key } of parts.filter(({ holdsToken }) => holdsToken)) {
    log.warn(
      `state.${key} contains the token of the credential, and OpenFn saves it with the result. Do not keep whole states, only their data: (await upsertContact(…)(state)).data`,
    );
  }
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  if (total < NEAR_LIMIT) return;
  const largest = parts
    .slice(0, 3)
    .filter(({ size }) => size > total / 20)
    .map(({ key, size }) => `state.${key} ${inMegabytes(size)}`);
  log.warn(
    `The step leaves about ${inMegabytes(total)} on the state (${largest.join(', ')}). OpenFn keeps results of up to ${PLATFORM_LIMIT / 1_000_000} MB. It discards larger ones, and the run stays green. Read long lists with eachPage(), set a limit, or return less at the end: fn(state => ({ ...state, data: null, references: [] })).`,
  );
}
