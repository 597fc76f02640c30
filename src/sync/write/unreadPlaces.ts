import type { Body } from '../../input/body.js';
import { trimmed } from '../../input/stored.js';
import type { Json } from '../../types/json.js';
import type { Change } from '../compare/compare.js';

/** A name, and where it is looked up. */
const nameOf = (key: string, value: unknown, above = '') =>
  `${key} ${above} ${trimmed(String(value))}`;

/**
 * Names of places that RapidPro turned out not to find. It stores them, and shows nothing: whoever has one
 * of them already shows nothing either, and would be written again in every run.
 */
export class UnreadPlaces {
  readonly #names = new Set<string>();

  /** Takes note of what the answer to a write left empty. */
  learn({ blank, body, unread }: Change): void {
    for (const [key, value] of fieldsOf(body)) {
      if (blank.has(key) && unread.includes(`fields.${key}`))
        this.#names.add(nameOf(key, value, blank.get(key)));
    }
  }

  /** Leaves out of a change what would change nothing. */
  drop(change: Change): void {
    const { blank, body, unread } = change;
    const known = fieldsOf(body).filter(
      ([key, value]) => blank.has(key) && this.#names.has(nameOf(key, value, blank.get(key))),
    );
    if (known.length === 0) return;
    const dropped = new Set(known.map(([key]) => `fields.${key}`));
    const left = fieldsOf(body).filter(([key]) => !dropped.has(`fields.${key}`));
    const { fields: _, ...others } = body;
    change.body = left.length > 0 ? { ...others, fields: Object.fromEntries(left) } : others;
    change.changed = change.changed.filter(key => !dropped.has(key));
    change.unread = [...new Set([...unread, ...dropped])];
  }
}

function fieldsOf({ fields }: Body): [string, Json][] {
  return Object.entries((fields ?? {}) as Body);
}
