const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Words of 32 bits in a uuid. */
const WORDS = 4;
/** Its words look like a free place. */
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
    if ((this.#count + 1) * 3 * WORDS > this.#table.length * 2) this.#grow();
    const isNew = place(
      this.#table,
      Number.parseInt(id.slice(0, 8), 16),
      Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16),
      Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16),
      Number.parseInt(id.slice(28), 16),
    );
    if (isNew) this.#count++;
    return isNew;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WORDS) {
      const [a = 0, b = 0, c = 0, d = 0] = [old[at], old[at + 1], old[at + 2], old[at + 3]];
      if ((a | b | c | d) !== 0) place(this.#table, a, b, c, d);
    }
  }
}

/** Puts a uuid at the first free place from where its bits point to, unless it is there. */
function place(table: Uint32Array, a: number, b: number, c: number, d: number): boolean {
  const mask = table.length / WORDS - 1;
  let hash = Math.imul(a ^ (b >>> 7) ^ (c << 5) ^ d, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x85ebca6b);
  for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
    const at = slot * WORDS;
    if (table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d) {
      return false;
    }
    const isFree =
      table[at] === 0 && table[at + 1] === 0 && table[at + 2] === 0 && table[at + 3] === 0;
    if (!isFree) continue;
    table[at] = a;
    table[at + 1] = b;
    table[at + 2] = c;
    table[at + 3] = d;
    return true;
  }
}
