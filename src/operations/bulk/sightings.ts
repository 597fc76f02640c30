import { RapidProError } from '../../client/errors.js';
import type { Dictionary } from '../../types/json.js';
import { urnsOf } from '../contactLookup.js';
import { areHidden, type Change, compareContact } from './diff.js';
import type { Facts } from './facts.js';
import { type Input, sameContact } from './inputs.js';
import type { Recognition } from './match.js';
import type { SyncSettings } from './options.js';
import type { Outcome, Reason } from './outcome.js';

export interface SightingParts {
  inputs: readonly Input[];
  outcome: Outcome;
  facts: Facts;
  recognition: Recognition;
  settings: SyncSettings;
}

export function twoContacts(what: string): Reason {
  return {
    code: 'CONTACT_CLASH',
    description: `${what} in RapidPro answer to this one. Nothing was sent.`,
    fix: 'Decide which contact is the right one, and name that one alone.',
  };
}

/** Which contact in RapidPro each of the list is, as far as they have been seen. */
export class Sightings {
  /** How many of the list were found. */
  found = 0;
  /**
   * With a field for a key, two contacts in RapidPro may have the same: only when all are read is it
   * sure which one is meant. Until then changes wait.
   */
  waits: boolean;
  readonly #parts: SightingParts;
  readonly #uuids: (string | undefined)[] = [];
  readonly #owners = new Map<string, number>();
  /** Changes that wait; null stands for no change. */
  readonly #waiting = new Map<Input, Change | null>();

  constructor(parts: SightingParts) {
    this.#parts = parts;
    this.waits = parts.recognition.field !== undefined;
  }

  uuidOf(index: number): string | undefined {
    return this.#uuids[index];
  }

  /** Notes which contact one of the list is. */
  claim(index: number, uuid: string): void {
    this.#uuids[index] = uuid;
    this.#owners.set(uuid, index);
  }

  isMissing(index: number): boolean {
    return this.#uuids[index] === undefined && this.#parts.outcome.isOpen(index);
  }

  /**
   * Looks at a contact in RapidPro.
   *
   * @param asked - one of the list that was looked up and answered to by this contact
   * @returns what is to be written now
   */
  see(contact: Dictionary, asked?: Input): Change[] {
    const { recognition, outcome } = this.#parts;
    const inputs = recognition.of(contact);
    if (asked) inputs.add(asked);
    const [input] = inputs;
    if (!input) {
      this.#requireUrns(contact);
      return [];
    }
    const uuid = String(contact.uuid);
    const indexes = new Set([...inputs].map(({ index }) => index));
    const owner = this.#owners.get(uuid);
    if (owner !== undefined) indexes.add(owner);
    if (indexes.size > 1) {
      const all = [...indexes];
      this.#failAll(all, sameContact(all, 'a contact in RapidPro'));
      return [];
    }
    const clash = this.#clashOf(input, uuid);
    if (clash) this.#failAll([input.index], clash);
    return outcome.isOpen(input.index) ? this.#compare(input, contact, uuid) : [];
  }

  /** All has been read: who was found once is the one. Gives what waited to be written. */
  settle(): Change[] {
    const { outcome } = this.#parts;
    const changes: Change[] = [];
    for (const [{ index }, change] of this.#waiting) {
      const uuid = this.#uuids[index];
      if (change) changes.push(change);
      else outcome.settle('unchanged', { index, ...(uuid ? { uuid } : {}) });
    }
    this.#waiting.clear();
    return changes;
  }

  #clashOf({ index, uuid: named }: Input, uuid: string): Reason | undefined {
    const before = this.#uuids[index];
    if (before !== undefined && before !== uuid) return twoContacts('Two contacts');
    if (named === undefined || named === uuid) return undefined;
    return twoContacts('A contact of another uuid and the one of this uuid');
  }

  #compare(input: Input, contact: Dictionary, uuid: string): Change[] {
    const { facts, settings, outcome } = this.#parts;
    const { index } = input;
    if (this.#uuids[index] === undefined) this.found++;
    this.claim(index, uuid);
    const change = compareContact(input, contact, facts, settings);
    const same = change.changed.length === 0;
    if (this.waits) this.#waiting.set(input, same ? null : change);
    else if (same) outcome.settle('unchanged', { index, uuid });
    else return [change];
    return [];
  }

  #failAll(indexes: readonly number[], reason: Reason): void {
    const { outcome } = this.#parts;
    const failed = new Set(indexes);
    for (const index of indexes) outcome.fail({ index }, reason);
    for (const input of this.#waiting.keys()) {
      if (failed.has(input.index)) this.#waiting.delete(input);
    }
  }

  /** Where the workspace hides URNs, nobody can be recognized by them. */
  #requireUrns(contact: Dictionary): void {
    const { recognition, inputs } = this.#parts;
    if (!areHidden(urnsOf(contact)) || !inputs.some(input => recognition.usesUrns(input))) return;
    throw new RapidProError({
      code: 'ANONYMOUS_WORKSPACE',
      description: 'The workspace hides URNs, so contacts cannot be recognized by them.',
      fix: 'Name the contacts by uuid, or by a field: { key: "fields.…" }.',
    });
  }
}
