import { isPlainUrn } from '../../input/stored.js';
import type { Change } from '../compare/compare.js';
import type { Input } from '../inputs.js';

/** How many requests the writing takes that a dry run leaves out. */
export class Cost {
  /** True if only RapidPro knows by then whether all of them are needed. */
  isAtMost = false;
  #sure = 0;
  /** URNs to be written that RapidPro may write in another way, and the most that a new contact has. */
  #strange = 0;
  #longest = 0;

  /**
   * A strange URN may turn out to be taken, by another contact of the list too: a new one that comes second
   * is looked up by each of its URNs.
   */
  get requests(): number {
    return this.#sure + this.#strange * this.#longest;
  }

  add(requests: number): void {
    this.#sure += requests;
  }

  /** URNs are looked at before they are written: the contact, and who holds each that it lacks. */
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
