const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Words of 32 bits in a uuid. */
const WORDS = 4;
/** Set in the first word of the place of the nil uuid, which would look like an empty place. */
const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * A set of ids that only grows. A uuid takes 16 bytes and some room around it, a fifth of what it takes
 * as text: a list of a million records is remembered in 32 MB.
 */
export class IdSet {
  #table = new Uint32Array(1024 * WORDS);
  #count = 0;
  readonly #others = new Set<string>();

  /** @returns true where the id is new */
  add(id: string): boolean {
    if (!UUID.test(id) || id === NIL) {
      if (this.#others.has(id)) return false;
      this.#others.add(id);
      return true;
    }
    const words = [
      Number.parseInt(id.slice(0, 8), 16),
      Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16),
      Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16),
      Number.parseInt(id.slice(28), 16),
    ];
    if ((this.#count + 1) * 3 * WORDS > this.#table.length * 2) this.#grow();
    const isNew = place(this.#table, words);
    if (isNew) this.#count++;
    return isNew;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    for (let start = 0; start < old.length; start += WORDS) {
      const words = old.subarray(start, start + WORDS);
      if (words.some(word => word !== 0)) place(this.#table, words);
    }
  }
}

/** Puts a uuid at the first free place from where its bits point to, unless it is there. */
function place(table: Uint32Array, words: ArrayLike<number>): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = Array.from(words);
  const mask = table.length / WORDS - 1;
  const hash = Math.imul(a ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ d, 0x9e3779b1);
  for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
    const at = slot * WORDS;
    const [w, x, y, z] = [table[at], table[at + 1], table[at + 2], table[at + 3]];
    if (w === a && x === b && y === c && z === d) return false;
    if (w === 0 && x === 0 && y === 0 && z === 0) {
      table[at] = a;
      table[at + 1] = b;
      table[at + 2] = c;
      table[at + 3] = d;
      return true;
    }
  }
}
