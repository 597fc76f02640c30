/** Chunks that are kept apart at most: a server can send a body byte by byte, and each costs far more than it holds. */
const MOST_LOOSE = 4096;

/** The chunks of a body as they come, in little more memory than the bytes themselves. */
export class Gathered {
  size = 0;
  readonly #merged: Uint8Array[] = [];
  #loose: Uint8Array[] = [];

  add(chunk: Uint8Array): void {
    this.size += chunk.length;
    this.#loose.push(chunk);
    if (this.#loose.length === MOST_LOOSE) this.#merge();
  }

  toBuffer(): Buffer<ArrayBuffer> {
    return Buffer.concat([...this.#merged, ...this.#loose], this.size);
  }

  #merge(): void {
    this.#merged.push(Buffer.concat(this.#loose));
    this.#loose = [];
  }
}
