import type { Reason } from '../../errors/errors.js';
import { urnIdentity } from '../../input/identifiers.js';
import { storedField } from '../../input/stored.js';
import { urnsOf } from '../../operations/contact/contactUrns.js';
import type { Dictionary } from '../../types/json.js';
import { textOrNull } from '../compare/compare.js';
import { type Input, type Name, urnNames, uuidName } from '../inputs.js';
import { fieldOf, type SyncSettings } from '../options.js';

const KEY_FIX = 'Add the key to every contact, or choose another one in options.key.';

/** How contacts of the list are recognized in RapidPro. */
export class Matcher {
  /** The key of the field that identifies contacts, if a field does. */
  readonly field: string | undefined;
  readonly #key: SyncSettings['key'];
  readonly #type: string;
  readonly #inputs = new Map<string, Input>();

  constructor(key: SyncSettings['key'], types: ReadonlyMap<string, string>) {
    this.#key = key;
    this.field = fieldOf(key);
    this.#type = types.get(this.field ?? '') ?? 'text';
  }

  /** The names that identify a contact of the list. */
  namesOf(input: Input): Name[] {
    if (this.field !== undefined) {
      const value = storedField(this.#type, input.fields?.[this.field] ?? null)?.value;
      return value ? [{ token: `=${value}`, what: this.field }] : [];
    }
    return this.usesUrns(input) ? urnNames(input) : uuidName(input);
  }

  /** Whether URNs identify a contact of the list. */
  usesUrns({ uuid }: Input): boolean {
    if (this.field !== undefined || this.#key === 'uuid') return false;
    return this.#key === 'urn' || uuid === undefined;
  }

  /** Whether the uuid identifies a contact of the list. */
  usesUuid(input: Input): boolean {
    return this.field === undefined && !this.usesUrns(input);
  }

  /** Why a contact of the list cannot be identified; undefined if it can. */
  refusal(input: Input): Reason | undefined {
    if (this.namesOf(input).length > 0) return undefined;
    const wanted = this.#key === 'urn' ? 'URN' : (this.#key ?? 'URN or uuid');
    return {
      code: 'INVALID_INPUT',
      description: `The contact has no ${wanted} to recognize it by. Nothing was sent.`,
      fix: KEY_FIX,
    };
  }

  /** Adds a contact of the list to those that are searched. */
  expect(input: Input): void {
    for (const { token } of this.namesOf(input)) this.#inputs.set(token, input);
  }

  /** The contacts of the list that a contact in RapidPro matches. */
  of(contact: Dictionary): Set<Input> {
    const found = new Set<Input>();
    const look = (token: string) => {
      const input = this.#inputs.get(token);
      if (input) found.add(input);
    };
    if (this.field !== undefined) {
      const value = textOrNull((contact.fields as Dictionary | undefined)?.[this.field]);
      if (value !== null) look(`=${value}`);
      return found;
    }
    look(String(contact.uuid));
    for (const urn of urnsOf(contact)) look(urnIdentity(urn));
    return found;
  }
}
