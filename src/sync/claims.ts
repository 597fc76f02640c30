import { urnIdentity, urnTail } from '../input/identifiers.js';
import { inTurns } from '../input/turns.js';
import { sameUrn, urnsOf } from '../operations/contact/contactUrns.js';
import type { Dictionary } from '../types/json.js';
import type { Input } from './inputs.js';

/**
 * Which entries of a list name a contact. Writing the URNs of one of them would take the contact's other URNs away, and
 * they may be how another entry names the same contact.
 */
export class Claims {
  readonly #byUuid = new Map<string, number>();
  /** By what all forms of a URN have in common. */
  readonly #byTail = new Map<string, { urn: string; input: Input }[]>();

  /** @param inputs - the entries that count */
  static async of(inputs: Iterable<Input>): Promise<Claims> {
    const claims = new Claims();
    await inTurns(inputs, input => claims.#add(input));
    return claims;
  }

  #add(input: Input): void {
    if (input.uuid !== undefined) this.#byUuid.set(input.uuid, input.index);
    for (const urn of input.urns ?? []) {
      const tail = urnTail(urn);
      const claim = { urn: urnIdentity(urn), input };
      const others = this.#byTail.get(tail);
      if (others) others.push(claim);
      else this.#byTail.set(tail, [claim]);
    }
  }

  /** The entries that name a contact besides one of them. An entry with another uuid is another contact. */
  besides(index: number, contact: Dictionary): number[] {
    const uuid = String(contact.uuid);
    const found = new Set<number>();
    const byUuid = this.#byUuid.get(uuid);
    if (byUuid !== undefined) found.add(byUuid);
    for (const held of urnsOf(contact).map(urnIdentity)) {
      for (const { urn, input } of this.#byTail.get(urnTail(held)) ?? []) {
        const isOther = input.uuid !== undefined && input.uuid !== uuid;
        if (!isOther && sameUrn(urn, held)) found.add(input.index);
      }
    }
    found.delete(index);
    return [...found];
  }
}
