import type { Reason } from '../../errors/errors.js';
import type { BulkItem } from '../../types/bulk.js';

const FIX = 'Combine them in the list, or correct the wrong one.';
const MOST_SHOWN = 5;

function shown(indexes: readonly number[]): string {
  const names = indexes.slice(0, MOST_SHOWN).map(index => `contacts[${index}]`);
  const more = indexes.length - MOST_SHOWN;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}

/** Why contacts of the list with something in common fail before anything is sent. */
export function inCommon(indexes: readonly number[], what: string): Reason {
  return {
    code: 'CONTACT_CLASH',
    description: `${shown(indexes)} are the same contact: they share ${what}.`,
    fix: `Nothing was sent for them. ${FIX}`,
  };
}

/** Contacts of the list that turned out to be one in RapidPro, and what was written of them. */
export class Clashes {
  readonly #groups = new Map<number, Set<number>>();
  readonly #written = new Map<number, BulkItem>();
  readonly #perhaps = new Set<number>();

  /** @returns all that are the same contact as these, as far as is known */
  add(indexes: Iterable<number>): ReadonlySet<number> {
    const all = new Set<number>();
    for (const index of indexes) {
      for (const each of this.#groups.get(index) ?? [index]) all.add(each);
    }
    for (const index of all) this.#groups.set(index, all);
    return all;
  }

  wrote(item: BulkItem): void {
    this.#written.set(item.index, item);
  }

  perhapsWrote(index: number): void {
    this.#perhaps.add(index);
  }

  /** What to say about one of them. */
  report(index: number): BulkItem & Reason {
    const group = [...(this.#groups.get(index) ?? [index])].sort((a, b) => a - b);
    const written = group.filter(each => this.#written.has(each));
    const perhaps = group.filter(each => this.#perhaps.has(each) && !this.#written.has(each));
    const sentences = [`${shown(group)} are the same contact in RapidPro.`];
    if (written.length === 1)
      sentences.push(`${shown(written)} was saved before this was noticed.`);
    if (written.length > 1) sentences.push(`${shown(written)} were saved, one over the other.`);
    if (perhaps.length > 0)
      sentences.push(`It is unclear whether ${shown(perhaps)} was saved, too.`);
    const isUntouched = sentences.length === 1;
    return {
      ...this.#written.get(index),
      index,
      code: 'CONTACT_CLASH',
      description: sentences.join(' '),
      fix: `${isUntouched ? 'Nothing was sent for them.' : 'Check the contact in RapidPro.'} ${FIX}`,
    };
  }
}
