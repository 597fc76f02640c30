import type { Change } from './diff.js';
import type { Input } from './inputs.js';
import { isPlainUrn } from './predict.js';

/** How many requests the writing takes that a dry run leaves out. */
export class Cost {
  requests = 0;
  /** True where RapidPro only tells by then whether all of them are needed. */
  isAtMost = false;

  add(requests: number): void {
    this.requests += requests;
  }

  /** URNs are looked at before they are written: the contact, and who holds each that it lacks. */
  ofChange({ urns, missing, body }: Change): void {
    if (urns) {
      this.add(2 + missing);
      this.isAtMost = true;
    } else if (Object.keys(body).length > 0) this.add(1);
  }

  /** A URN that RapidPro writes in another way may be taken all the same, and is then looked up. */
  ofCreation({ urns = [] }: Input): void {
    const isSure = urns.every(isPlainUrn);
    this.add(isSure ? 1 : 1 + urns.length);
    this.isAtMost ||= !isSure;
  }
}
