import { isPlainUrn } from '../../input/stored.js';
import type { Change } from '../compare.js';
import type { Input } from '../inputs.js';

/** How many requests the real run takes for writing. */
export class Cost {
  /** True if only RapidPro knows whether all of them are needed. */
  isAtMost = false;
  #sure = 0;
  /** URNs to write that RapidPro may write differently, and the most that a new contact has. */
  #strange = 0;
  #longest = 0;

  /**
   * Such a URN may turn out to be taken, also by another contact of the list. A new contact that comes second is then
   * looked up by each of its URNs.
   */
  get requests(): number {
    return this.#sure + this.#strange * this.#longest;
  }

  add(requests: number): void {
    this.#sure += requests;
  }

  /** Before URNs are written, the contact is read, and the holder of each missing URN. */
  ofChange({ input, urns, missing, body }: Change): void {
    if (urns) {
      this.add(2 + missing);
      this.#noteStrange(input);
      this.isAtMost = true;
    } else if (Object.keys(body).length > 0) this.add(1);
  }

  ofCreation({ urns = [] }: Input): void {
    this.add(1);
    this.#longest = Math.max(this.#longest, urns.length);
    this.#noteStrange({ urns });
  }

  #noteStrange({ urns = [] }: Pick<Input, 'urns'>): void {
    this.#strange += urns.filter(urn => !isPlainUrn(urn)).length;
    this.isAtMost ||= this.#strange > 0;
  }
}
