import { fail, type Reason } from '../../errors/errors.js';
import { isObject } from '../../input/check.js';
import { type Damage, damageOf } from '../../input/damaged.js';
import { LITERAL_FIX } from '../../input/expressions.js';
import type { Settings } from '../../input/options.js';
import { urnIdentity } from '../../input/sameUrn.js';
import { areHidden, storedField } from '../../input/stored.js';
import {
  contactUuid,
  isBehind,
  severalAnswer,
  urnsOf,
} from '../../operations/contact/contactUrns.js';
import type { Misread } from '../../operations/contact/misread.js';
import { inactiveStatus } from '../../operations/contact/status.js';
import type { Dictionary } from '../../types/json.js';
import type { BulkRun } from '../bulkRun.js';
import { type Change, compareContact, reportOf, textOrNull } from '../compare.js';
import { fieldOf, type Input, type Name, urnNames, uuidName } from '../inputs.js';
import type { SyncFacts } from '../syncFacts.js';

const KEY_FIX = 'Add the key to every contact, or choose another one in options.key.';

/** A field of numbers stores a whole number without its decimals. Spreadsheets keep 15 digits. */
const WHOLE = /^[+-]?\d{1,15}\.0+$/;

/** What the option `literal` lets through. */
const MAY_BE_MEANT: ReadonlySet<Damage['kind']> = new Set(['word', 'hidden']);

export class Matcher {
  /** The key of the field that identifies contacts, if a field does. */
  readonly field: string | undefined;
  readonly #key: Settings['key'];
  readonly #type: string;
  readonly #isLiteral: boolean;
  readonly #inputs = new Map<string, Input>();

  /** @param isLiteral - the option `literal`: a word for missing data may be an id */
  constructor(key: Settings['key'], types: ReadonlyMap<string, string>, isLiteral = false) {
    this.#key = key;
    this.#isLiteral = isLiteral;
    this.field = fieldOf(key);
    this.#type = types.get(this.field ?? '') ?? 'text';
  }

  namesOf(input: Input): Name[] {
    if (this.field !== undefined) {
      if (this.#damage(input)) return [];
      const value = storedField(this.#type, input.fields?.[this.field] ?? null)?.value;
      return value ? [{ token: `=${value}`, what: this.field }] : [];
    }
    return this.usesUrns(input) ? urnNames(input) : uuidName(input);
  }

  usesUrns({ uuid }: Input): boolean {
    if (this.field !== undefined || this.#key === 'uuid') return false;
    return this.#key === 'urn' || uuid === undefined;
  }

  usesUuid(input: Input): boolean {
    return this.field === undefined && !this.usesUrns(input);
  }

  /** Why a contact of the list cannot be identified; undefined if it can. */
  refusal(input: Input): Reason | undefined {
    if (this.namesOf(input).length > 0) return undefined;
    const damage = this.#damage(input);
    if (damage) {
      const { kind, what, fix } = damage;
      return {
        code: 'INVALID_INPUT',
        description: `contact.fields.${this.field} ${what}. Nothing was sent.`,
        fix: MAY_BE_MEANT.has(kind) ? `${fix} ${LITERAL_FIX}` : fix,
      };
    }
    const wanted = this.#key === 'urn' ? 'URN' : (this.#key ?? 'URN or uuid');
    return {
      code: 'INVALID_INPUT',
      description: `The contact has no ${wanted} to recognize it by. Nothing was sent.`,
      fix: KEY_FIX,
    };
  }

  /** What became of the value of the key, if it is no id. */
  #damage({ fields }: Input): Damage | undefined {
    const value = this.field === undefined ? undefined : fields?.[this.field];
    const damage = value == null ? undefined : damageOf(String(value));
    if (damage && MAY_BE_MEANT.has(damage.kind) && this.#isLiteral) return undefined;
    const isWhole = this.#type === 'number' && WHOLE.test(String(value).trim());
    return damage?.kind === 'decimals' && isWhole ? undefined : damage;
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

/** What every step of `syncContacts` works with. */
export interface SyncParts extends BulkRun {
  /** Every entry of the list that could be read, whatever became of it. */
  all: readonly Input[];
  /** The entries that are still open when the steps begin. */
  inputs: readonly Input[];
  facts: SyncFacts;
  matcher: Matcher;
}

/** One of the list that was looked up. */
interface Asked {
  input: Input;
  urns: readonly string[];
}

const OTHER_UUID: Reason = {
  code: 'CONTACT_CLASH',
  description:
    'The contact that matches this one in RapidPro has another uuid. Nothing was changed.',
  fix: 'Correct the uuid, or what else identifies the contact.',
};

/** Which contact in RapidPro each contact of the list is, as far as they have been seen. */
export class Matches {
  found = 0;
  /**
   * With a field as key, two contacts in RapidPro may have the same value. Only after reading all of them is it certain
   * which one is meant. Until then, changes wait.
   */
  waits: boolean;
  readonly #parts: SyncParts;
  readonly #uuids: (string | undefined)[];
  readonly #owners = new Map<string, number>();
  /** Changes that wait, by the index of their entry. */
  readonly #waiting = new Map<number, Change>();
  /** 1 at the index of an entry that waits without a change. In a nightly sync that is nearly all of them. */
  readonly #waitingSame: Uint8Array;
  /** What RapidPro cannot read of those without a change. */
  readonly #misread = new Map<number, Misread>();
  /** Whether URNs identify some of the list, once that was asked. */
  #usesUrns: boolean | undefined;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.waits = parts.matcher.field !== undefined;
    // With the newest first, the last of the list comes first. V8 would keep an array that began empty as a table.
    this.#uuids = new Array(parts.outcome.total);
    this.#waitingSame = new Uint8Array(parts.outcome.total);
  }

  uuidOf(index: number): string | undefined {
    return this.#uuids[index];
  }

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
  see(contact: Dictionary, asked?: Asked): Change[] {
    const { matcher, outcome } = this.#parts;
    const uuid = contactUuid(contact);
    const inputs = matcher.of(contact);
    if (asked) this.#addAsked(inputs, asked.input);
    for (const one of inputs) if (outcome.isPassedOver(one.index)) inputs.delete(one);
    this.#letGo(uuid, inputs);
    this.#passOthersOver(uuid, inputs);
    const [input] = inputs;
    if (!input) {
      this.#requireUrns(contact);
      return [];
    }
    if (this.#isShared(uuid, inputs)) return [];
    const clash = this.#clashOf(input, uuid);
    if (clash) {
      outcome.fail({ index: input.index }, clash);
      this.#forget(input.index);
    }
    const held = asked?.input === input ? asked.urns : undefined;
    return outcome.isOpen(input.index) ? this.#compare(input, contact, held) : [];
  }

  /** Looks at a contact that was created for an entry. Only then does RapidPro show how it writes its URNs. */
  made(input: Input, contact: Dictionary): void {
    const uuid = String(contact.uuid);
    const { facts, matcher, outcome } = this.#parts;
    if (facts.leave.length > 0) outcome.outsiders.add(input.index);
    const inputs = matcher.of(contact);
    this.#addAsked(inputs, input);
    if (this.#isShared(uuid, inputs)) return;
    this.claim(input.index, uuid);
  }

  #addAsked(inputs: Set<Input>, input: Input): void {
    if (!inputs.has(input)) this.#parts.outcome.unshown.add(input.index);
    inputs.add(input);
  }

  /** Whether a contact that was found by key or URNs still has them. */
  isStill(input: Input, contact: Dictionary): boolean {
    const { matcher } = this.#parts;
    return matcher.usesUuid(input) || matcher.of(contact).has(input);
  }

  /** Forgets which contact an entry is, because somebody has changed that. */
  release({ index }: Input): void {
    const uuid = this.#uuids[index];
    if (uuid === undefined) return;
    this.#uuids[index] = undefined;
    this.#owners.delete(uuid);
    this.found--;
  }

  /**
   * With a field as key, all contacts are read before anything is written, and one that changes meanwhile comes again. If
   * its value no longer matches an entry, it is not that contact.
   */
  #letGo(uuid: string, inputs: ReadonlySet<Input>): void {
    const owner = this.#owners.get(uuid);
    if (owner === undefined || this.#parts.matcher.field === undefined) return;
    if ([...inputs].some(({ index }) => index === owner)) return;
    this.#owners.delete(uuid);
    this.#uuids[owner] = undefined;
    this.#parts.outcome.noteInactive(owner, uuid, undefined);
    this.#forget(owner);
  }

  /** Whether an entry waits until everything has been read. */
  #isWaiting(index: number): boolean {
    return this.#waiting.has(index) || this.#waitingSame[index] === 1;
  }

  #forget(index: number): void {
    this.#waiting.delete(index);
    this.#waitingSame[index] = 0;
    this.#misread.delete(index);
  }

  /** If several entries are one contact, one of them counts if the job says which, and none of the others was started. */
  #passOthersOver(uuid: string, inputs: Set<Input>): void {
    const { outcome } = this.#parts;
    const owner = this.#owners.get(uuid);
    const indexes = this.#entriesOf(uuid, inputs);
    if (outcome.takes === undefined || indexes.size < 2) return;
    const taken = outcome.takes === 'first' ? Math.min(...indexes) : Math.max(...indexes);
    const isUntouched = (index: number) =>
      outcome.isUntouched(index) && (this.#uuids[index] === undefined || this.#isWaiting(index));
    indexes.delete(taken);
    if (![...indexes].every(isUntouched)) return;
    for (const index of indexes) {
      outcome.passOver({ index, duplicateOf: taken, uuid });
      this.#forget(index);
      this.#uuids[index] = undefined;
    }
    if (owner !== undefined && owner !== taken) this.#owners.delete(uuid);
    for (const input of inputs) if (indexes.has(input.index)) inputs.delete(input);
  }

  /** The entries that a contact matches, now or before. */
  #entriesOf(uuid: string, inputs: ReadonlySet<Input>): Set<number> {
    const owner = this.#owners.get(uuid);
    const indexes = [...inputs].map(({ index }) => index);
    return new Set(owner === undefined ? indexes : [...indexes, owner]);
  }

  /** Entries that are the same contact all fail. */
  #isShared(uuid: string, inputs: ReadonlySet<Input>): boolean {
    const indexes = this.#entriesOf(uuid, inputs);
    if (indexes.size < 2) return false;
    this.#parts.outcome.clash(indexes);
    for (const index of indexes) this.#forget(index);
    return true;
  }

  /** After everything has been read, a contact that was found once is the right one. Returns the waiting changes. */
  takeWaiting(): Change[] {
    const { outcome } = this.#parts;
    for (const [index, isSame] of this.#waitingSame.entries()) {
      if (isSame === 0) continue;
      const uuid = this.#uuids[index];
      const misread = this.#misread.get(index);
      const report = misread ? reportOf(misread) : {};
      outcome.complete('unchanged', { index, ...(uuid ? { uuid } : {}), ...report });
    }
    this.#waitingSame.fill(0);
    this.#misread.clear();
    const changes = [...this.#waiting.values()];
    this.#waiting.clear();
    return changes;
  }

  #clashOf({ index, uuid: named }: Input, uuid: string): Reason | undefined {
    const before = this.#uuids[index];
    if (before !== undefined && before !== uuid) return severalAnswer('Two');
    return named === undefined || named === uuid ? undefined : OTHER_UUID;
  }

  #compare(input: Input, contact: Dictionary, held?: readonly string[]): Change[] {
    const { facts, options, outcome, matcher } = this.#parts;
    const { index } = input;
    const uuid = String(contact.uuid);
    if (this.#uuids[index] === undefined) this.found++;
    this.claim(index, uuid);
    outcome.noteInactive(index, uuid, inactiveStatus(contact));
    if (!this.#isMember(contact)) outcome.outsiders.add(index);
    const { urns = [] } = input;
    const isMeant = !matcher.usesUrns(input) && options.urns !== 'exact';
    if (isMeant && isBehind(urns, contact)) outcome.behind.add(index);
    if (urns.length > 0 && areHidden(urnsOf(contact))) outcome.hidden.add(index);
    const change = compareContact(input, contact, facts, options, held);
    const same = change.changed.length === 0;
    change.byUrns = matcher.usesUrns(input);
    change.isShown = !same && matcher.of(contact).has(input);
    if (this.waits) {
      this.#forget(index);
      if (!same) this.#waiting.set(index, change);
      else {
        this.#waitingSame[index] = 1;
        const { unread, altered } = change;
        if (unread.length + altered.length > 0) this.#misread.set(index, { unread, altered });
      }
    } else if (same) outcome.complete('unchanged', { index, uuid, ...reportOf(change) });
    else return [change];
    return [];
  }

  /** Whether a contact is in one of the groups that missing ones leave. True if there are none. */
  #isMember({ groups }: Dictionary): boolean {
    const { leave } = this.#parts.facts;
    if (leave.length === 0) return true;
    const uuids = new Set(leave.map(({ uuid }) => uuid));
    return Array.isArray(groups) && groups.some(group => isObject(group) && uuids.has(group.uuid));
  }

  /** If the workspace hides URNs, they identify nobody. */
  #requireUrns(contact: Dictionary): void {
    if (!areHidden(urnsOf(contact))) return;
    // Every contact of such a workspace comes here, and the list may be as long.
    const { matcher, inputs } = this.#parts;
    this.#usesUrns ??= inputs.some(input => matcher.usesUrns(input));
    if (!this.#usesUrns) return;
    throw fail(
      'ANONYMOUS_WORKSPACE',
      'The workspace hides URNs, so contacts cannot be recognized by URN.',
      'Use the uuids, or a field: { key: "fields.…" }.',
    );
  }
}
