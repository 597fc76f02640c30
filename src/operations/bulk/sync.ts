import { RapidProError } from '../../client/errors.js';
import type { BulkItem } from '../../types/bulk.js';
import type { Dictionary } from '../../types/json.js';
import { findContact, urnsOf } from '../contactLookup.js';
import { findHolders } from '../contactUrns.js';
import { areHidden, type Change, compareContact } from './diff.js';
import type { Facts } from './facts.js';
import { Halt } from './gate.js';
import { GroupChanges } from './groupChanges.js';
import { type Input, sameContact } from './inputs.js';
import type { Lane } from './lane.js';
import type { BulkMark } from './mark.js';
import type { Recognition } from './match.js';
import type { SyncSettings } from './options.js';
import type { Outcome, Reason } from './outcome.js';
import type { Pool } from './pool.js';
import { isPlainUrn } from './predict.js';
import type { Progress } from './progress.js';
import { paysToRead, type ReadEnd, readContacts } from './reading.js';
import { create, requestsOf, writeChange } from './write.js';

export interface SyncParts {
  inputs: Input[];
  pool: Pool;
  outcome: Outcome;
  facts: Facts;
  recognition: Recognition;
  settings: SyncSettings;
  progress: Progress;
  mark: BulkMark | undefined;
}

const NOT_FOUND: Reason = {
  code: 'NOT_FOUND',
  description: 'RapidPro has no contact of this uuid. Nothing was sent.',
  fix: 'Leave "uuid" out to find or make the contact by its URNs. The contact may have been deleted.',
};

const INACTIVE: Reason = {
  code: 'VALIDATION_FAILED',
  description: 'The contact is blocked, stopped or archived: RapidPro adds it to no group.',
  fix: 'Leave "groups" out for it, or make it active with unblockContacts(). Its other keys match.',
};

function twoContacts(what: string): Reason {
  return {
    code: 'CONTACT_CLASH',
    description: `${what} in RapidPro answer to this one. Nothing was sent.`,
    fix: 'Decide which contact is the right one, and name that one alone.',
  };
}

/** One run of `syncContacts`: sees contacts of RapidPro, finds what differs, writes it. */
export class SyncRun {
  /** Requests that the writing would take, counted where nothing is written. */
  requests = 0;
  readonly end: ReadEnd = { place: undefined, complete: false };
  readonly #parts: SyncParts;
  readonly #groups = new GroupChanges();
  /** The contact that each of the list was found to be, and the other way round. */
  readonly #uuids: (string | undefined)[] = [];
  readonly #owners = new Map<string, number>();
  /**
   * With a field for a key, two contacts in RapidPro may have the same: only when all are read is it
   * sure which one is meant. Until then changes wait here; null stands for no change.
   */
  readonly #waiting = new Map<Input, Change | null>();
  #found = 0;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { pool } = this.#parts;
    await this.#goOnWithFound();
    await this.#read();
    if (pool.gate.stopped) return this.#leave();
    await this.#writeAll(this.#settleWaiting());
    await this.#addressOthers();
    await this.#flushGroups(true);
  }

  /** Contacts that were found, by this run or a former one, but are not as they should be. */
  unwritten(): [index: number, uuid: string][] {
    const { inputs, outcome, mark } = this.#parts;
    const former = new Map(mark?.found);
    return inputs.flatMap(({ index }): [number, string][] => {
      const uuid = this.#uuids[index] ?? former.get(index);
      return uuid !== undefined && !outcome.isDone(index) ? [[index, uuid]] : [];
    });
  }

  /** What a former run found but did not write is looked up by its uuid. */
  async #goOnWithFound(): Promise<void> {
    const { inputs, mark, pool } = this.#parts;
    if (!mark || mark.found.length === 0) return;
    const byIndex = new Map(inputs.map(input => [input.index, input]));
    await pool.each(mark.found, async ([index, uuid], client) => {
      const input = byIndex.get(index);
      if (!input) return;
      await this.#attempt(input, async () => {
        const contact = await findContact(client, { uuid });
        if (contact) await this.#writeEach(this.#see(contact, input), client);
      });
    });
  }

  async #read(): Promise<void> {
    const { pool, facts, recognition, mark, inputs, progress } = this.#parts;
    const byField = recognition.field !== undefined;
    if (mark?.complete && !byField) {
      this.end.complete = true;
      return;
    }
    const atLeast = Math.max(0, ...facts.groups.map(({ count }) => Number(count) || 0));
    const open = () => inputs.reduce((sum, { index }) => sum + Number(this.#isMissing(index)), 0);
    const expected = open();
    const before = this.#found;
    const goesOn = (pages: number) => {
      if (pool.gate.stopped) return false;
      if (byField) return expected > 0;
      const found = this.#found - before;
      const exactly = facts.scope?.count;
      return paysToRead({ pages, missing: expected - found, found, atLeast, exactly });
    };
    const take = async (contacts: Dictionary[]) => {
      const changes = contacts.flatMap(contact => this.#see(contact));
      progress.tell();
      await this.#writeAll(changes);
    };
    const query = {
      ...(facts.scope ? { group: facts.scope.uuid } : {}),
      // Oldest change first: who is changed meanwhile comes again at the end, and nobody is missed.
      ...(byField ? { reverse: true } : {}),
    };
    const start = mark?.place;
    try {
      const plan = { query, start, keepsLast: byField, goesOn, take };
      await readContacts(pool.reader, plan, this.end);
    } catch (error) {
      if (error instanceof Halt) return;
      if (!(error instanceof RapidProError)) throw error;
      pool.gate.stop(error);
    }
  }

  #isMissing(index: number): boolean {
    return this.#uuids[index] === undefined && this.#parts.outcome.isOpen(index);
  }

  /** Finds what a contact in RapidPro lacks of what the list says of it. */
  #see(contact: Dictionary, asked?: Input): Change[] {
    const { recognition, outcome, facts, settings } = this.#parts;
    const inputs = recognition.of(contact);
    if (asked) inputs.add(asked);
    const [input] = inputs;
    if (!input) return this.#requireUrns(contact);
    const uuid = String(contact.uuid);
    const owner = this.#owners.get(uuid);
    const indexes = new Set([...inputs].map(({ index }) => index));
    if (owner !== undefined) indexes.add(owner);
    if (indexes.size > 1) {
      this.#failAll([...indexes], sameContact([...indexes], 'a contact in RapidPro'));
      return [];
    }
    const { index } = input;
    const before = this.#uuids[index];
    if (before !== undefined && before !== uuid) {
      this.#waiting.delete(input);
      outcome.fail({ index }, twoContacts('Two contacts'));
      return [];
    }
    if (!outcome.isOpen(index)) return [];
    if (input.uuid !== undefined && input.uuid !== uuid) {
      outcome.fail(
        { index, uuid },
        twoContacts('A contact of another uuid and the one of this uuid'),
      );
      return [];
    }
    if (before === undefined) this.#found++;
    this.#uuids[index] = uuid;
    this.#owners.set(uuid, index);
    const change = compareContact(input, contact, facts, settings);
    const same = change.changed.length === 0;
    if (recognition.field !== undefined && !this.end.complete) {
      this.#waiting.set(input, same ? null : change);
      return [];
    }
    if (same) outcome.settle('unchanged', { index, uuid });
    return same ? [] : [change];
  }

  /** Where the workspace hides URNs, nobody can be recognized by them. */
  #requireUrns(contact: Dictionary): Change[] {
    const { recognition, inputs } = this.#parts;
    if (!areHidden(urnsOf(contact)) || !inputs.some(input => recognition.usesUrns(input)))
      return [];
    throw new RapidProError({
      code: 'ANONYMOUS_WORKSPACE',
      description: 'The workspace hides URNs, so contacts cannot be recognized by them.',
      fix: 'Name the contacts by uuid, or by a field: { key: "fields.…" }.',
    });
  }

  #failAll(indexes: readonly number[], reason: Reason): void {
    const { outcome, inputs } = this.#parts;
    for (const index of indexes) outcome.fail({ index }, reason);
    if (this.#waiting.size === 0) return;
    const failed = new Set(indexes);
    for (const input of inputs) if (failed.has(input.index)) this.#waiting.delete(input);
  }

  /** All has been read: who was found once is the one. */
  #settleWaiting(): Change[] {
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

  /** It stops before all has been read: what does not differ is done all the same. */
  #leave(): void {
    this.#settleWaiting();
  }

  async #writeAll(changes: readonly Change[]): Promise<void> {
    const { pool } = this.#parts;
    await pool.each(changes, (change, client) => this.#write(change, client));
    await this.#flushGroups(false);
  }

  async #writeEach(changes: readonly Change[], client: Lane): Promise<void> {
    for (const change of changes) await this.#write(change, client);
  }

  async #write(change: Change, client: Lane): Promise<void> {
    const { outcome, settings } = this.#parts;
    const { input, uuid } = change;
    const { index } = input;
    if (!outcome.isOpen(index)) return;
    if (settings.dryRun) {
      this.requests += requestsOf(change);
      if (change.join.length + change.leave.length > 0) this.#groups.add(change);
      return this.#settle(change, change.changed);
    }
    await this.#attempt({ index, uuid }, async () => {
      const keys = await writeChange(client, change, settings.exactUrns);
      change.changed = keys;
      const others = keys.filter(key => key !== 'groups');
      if (others.length > 0) outcome.begin({ index, uuid, changed: others });
      if (change.inactive && change.join.length > 0) outcome.fail({ index, uuid }, INACTIVE);
      else if (change.join.length + change.leave.length > 0) this.#groups.add(change);
      else this.#settle(change, keys);
    });
  }

  #settle(change: Change, keys: readonly string[]): void {
    const { outcome, progress } = this.#parts;
    const { uuid, uncertain } = change;
    const { index } = change.input;
    const item: BulkItem = { index, uuid };
    if (keys.length === 0) outcome.settle('unchanged', item);
    else {
      const predicted = uncertain.some(key => keys.includes(key))
        ? { predicted: false as const }
        : {};
      outcome.settle('updated', { ...item, changed: [...keys], ...predicted });
    }
    progress.tell();
  }

  /** Does something for one contact, and sorts out what goes wrong. */
  async #attempt(item: { index: number; uuid?: string | undefined }, work: () => Promise<void>) {
    const { outcome, pool } = this.#parts;
    const { index, uuid } = item;
    try {
      await work();
      pool.gate.wentWell();
    } catch (error) {
      outcome.failWith({ index, ...(uuid === undefined ? {} : { uuid }) }, error);
    }
  }

  async #flushGroups(atEnd: boolean): Promise<void> {
    const { pool, outcome, settings } = this.#parts;
    if (settings.dryRun) {
      if (atEnd) this.requests += this.#groups.requests;
      return;
    }
    const ends = {
      done: (change: Change) => this.#settle(change, change.changed),
      failed: ({ uuid, input: { index } }: Change, error: unknown) =>
        outcome.failWith({ index, uuid }, error),
    };
    await pool.each(this.#groups.take(atEnd), (batch, client) =>
      this.#groups.send(batch, client, ends),
    );
  }

  /** Contacts of the list that were not met by reading are looked up, or made. */
  async #addressOthers(): Promise<void> {
    const { inputs, pool } = this.#parts;
    const others = inputs.filter(({ index }) => this.#isMissing(index));
    await pool.each(others, (input, client) =>
      this.#attempt({ index: input.index, uuid: input.uuid }, () => this.#address(input, client)),
    );
    await this.#flushGroups(false);
  }

  async #address(input: Input, client: Lane): Promise<void> {
    const { outcome } = this.#parts;
    if (!this.#isMissing(input.index)) return;
    if (this.#isSurelyNew(input) && (await this.#makeUnlessTaken(input, client))) return;
    const found = await this.#lookUp(input, client);
    const [contact] = found;
    if (found.length > 1) outcome.fail({ index: input.index }, twoContacts('Several contacts'));
    else if (contact) await this.#writeEach(this.#see(contact, input), client);
    else if (input.uuid !== undefined) outcome.fail({ index: input.index }, NOT_FOUND);
    else await this.#make(input, client);
  }

  /** Where all has been read, who was not met is new, unless the URN can be written in another way. */
  #isSurelyNew({ uuid, urns = [] }: Input): boolean {
    const { recognition, facts } = this.#parts;
    if (uuid !== undefined || !this.end.complete) return false;
    if (recognition.field !== undefined) return true;
    return facts.scope === undefined && urns.every(isPlainUrn);
  }

  async #makeUnlessTaken(input: Input, client: Lane): Promise<boolean> {
    try {
      await this.#make(input, client);
      return true;
    } catch (error) {
      const taken = error instanceof RapidProError && error.code === 'URN_TAKEN';
      // With a field for a key, whoever holds the URN is another contact.
      if (!taken || this.#parts.recognition.field !== undefined) throw error;
      return false;
    }
  }

  async #make(input: Input, client: Lane): Promise<void> {
    const { outcome, settings, progress } = this.#parts;
    const { index } = input;
    if (settings.dryRun) {
      this.requests++;
      return outcome.settle('created', { index });
    }
    const uuid = String((await create(client, input)).uuid);
    this.#uuids[index] = uuid;
    this.#owners.set(uuid, index);
    outcome.settle('created', { index, uuid });
    progress.tell();
  }

  async #lookUp(input: Input, client: Lane): Promise<Dictionary[]> {
    const { recognition } = this.#parts;
    if (recognition.field !== undefined) return [];
    if (!recognition.usesUrns(input)) {
      const contact = await findContact(client, { uuid: String(input.uuid) });
      return contact ? [contact] : [];
    }
    const holdings = await findHolders(client, input.urns ?? []);
    const byUuid = new Map(
      holdings.flatMap(({ holder }) => (holder ? [[holder.uuid, holder]] : [])),
    );
    return [...byUuid.values()];
  }
}
