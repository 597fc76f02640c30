import { createHash } from 'node:crypto';
import type { Dictionary } from '../types/json.js';

/** What distinguishes a record from all others of its list. */
export function identityOf(record: Dictionary): string {
  return String(record.uuid ?? record.id ?? record.key ?? JSON.stringify(record));
}

/** Characters of a uuid, and where its random end begins. */
const UUID_LENGTH = 36;
const UUID_END = 24;

/** Reads the hexadecimal digits from a place on; undefined if something else stands there. */
function hexNumber(text: string, from: number): number | undefined {
  let number = 0;
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const digit = code < 58 ? code - 48 : (code | 32) - 87;
    if (digit < 0 || digit > 15 || (code >= 58 && digit < 10)) return undefined;
    number = number * 16 + digit;
  }
  return number;
}

/** 48 bits of an identity: the random end of a uuid, or a hash of anything else. */
function shorten(identity: string): number {
  if (identity.length === UUID_LENGTH) {
    const end = hexNumber(identity, UUID_END);
    if (end !== undefined) return end;
  }
  return Number.parseInt(createHash('md5').update(identity).digest('hex').slice(0, 12), 16);
}

/**
 * Which records have been handed out, in eight bytes each: a list may have a million. Made to be
 * asked rarely.
 */
export class SeenIds {
  #numbers = new Float64Array(1024);
  #size = 0;

  add(record: Dictionary): void {
    if (this.#size === this.#numbers.length) {
      const larger = new Float64Array(this.#size * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#size++] = shorten(identityOf(record));
  }

  has(record: Dictionary): boolean {
    return this.#numbers.subarray(0, this.#size).includes(shorten(identityOf(record)));
  }
}
