import type { Client } from '../client/client.js';
import { AbortedError, type Limiter } from '../client/limiter.js';
import { RapidProError, type Reason } from '../errors/errors.js';
import { urnIdentity } from '../input/identifiers.js';
import { findContact } from '../operations/contact/contactLookup.js';
import { findHolders } from '../operations/contact/contactUrns.js';
import { severalAnswer } from '../operations/contact/severalAnswer.js';
import { refuseTwoForms } from '../operations/contact/twoForms.js';
import { misreadFields } from '../operations/contact/unread.js';
import type { BulkItem } from '../types/bulk.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { BulkPosition, ReadSoFar } from './bulkCheckpoint.js';
import { Cost } from './cost.js';
import { type Change, predictMisread, reportMisread } from './diff.js';
import type { Facts } from './facts.js';
import { GroupChanges } from './groupChanges.js';
import type { Input } from './inputs.js';
import { Matches, type MatchesParts } from './matches.js';
import { isPlainUrn } from './predict.js';
import type { Progress } from './progress.js';
import { paysToRead, type ReadEnd, readContacts } from './reading.js';
import { UnreadPlaces } from './unreadPlaces.js';
import { create, newBody, writeChange } from './write.js';

export interface SyncParts extends MatchesParts {
  client: Client;
  progress: Progress;
  /** Where an earlier run stopped. */
  earlier: BulkPosition | undefined;
}

/** So many numbers in a local form are asked for before what they led to is written. */
const MOST_ASKED = 100;

/** What a look-up came to; without a URN where it was by uuid. */
type LookUp = { urn?: string; holder: Dictionary | null };

/** Whether RapidPro surely writes a URN in another way: with the code of the country. */
function isLocalNumber(urn: string): boolean {
  return /^tel:(?!\+)/.test(urnIdentity(urn));
}

/** So many that are not members of a group are looked up without reading all contacts. */
const FEW = 100;

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

function entersOrLeaves({ join, leave }: Change): boolean {
  return join.length + leave.length > 0;
}

/** One run of `syncContacts`: reads contacts of RapidPro, and writes what differs in them. */
export class SyncRun {
  /** What the writing would take, counted where nothing is written. */
  readonly cost = new Cost();
  readonly #end: ReadEnd = { cursor: undefined, complete: false, pages: 0 };
  readonly #parts: SyncParts;
  readonly #client: Client;
  readonly #limiter: Limiter;
  readonly #groups = new GroupChanges();
  readonly #matches: Matches;
  readonly #unreadPlaces = new UnreadPlaces();
  /** True if contacts outside of the group are read too. */
  #isWide = false;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#client = parts.client;
    this.#limiter = parts.client.limiter;
    this.#matches = new Matches(parts);
    for (const [index, uuid] of parts.earlier?.found ?? []) this.#matches.claim(index, uuid);
  }

  async run(): Promise<void> {
    await this.#askForLocal();
    if (this.#limiter.stopped) return;
    await this.#readAll();
    const changes = this.#matches.takeWaiting();
    if (this.#limiter.stopped) return;
    this.#matches.waits = false;
    await this.#writeAll(changes);
    await this.#goOnWithFound(new Set(changes.map(({ input }) => input.index)));
    await this.#addressOthers();
    await this.#flushGroups(true);
  }

  /** Where the next run goes on, if this one has stopped. */
  position(): ReadSoFar {
    const { inputs, outcome, earlier } = this.#parts;
    const { cursor, complete, pages } = this.#end;
    const found = inputs.flatMap(({ index }): [number, string][] => {
      const uuid = this.#matches.uuidOf(index);
      return uuid !== undefined && !outcome.isDone(index) ? [[index, uuid]] : [];
    });
    // Each of them costs a look-up then: reading all once more may cost less, and gets somewhere if
    // this run, which did the same, got to write.
    const isFresh = complete && earlier?.cursor === undefined && this.#client.writes > 0;
    return isFresh && found.length > pages
      ? { found: [] }
      : { found, cursor, complete, isWide: this.#isWide };
  }

  async #readAll(): Promise<void> {
    const { facts, matcher, earlier, inputs } = this.#parts;
    const { scope } = facts;
    const byField = matcher.field !== undefined;
    this.#isWide = scope === undefined || earlier?.isWide === true;
    if (earlier?.complete && !byField) this.#end.complete = true;
    else await this.#read(this.#isWide ? undefined : scope, earlier?.cursor);
    if (this.#isWide || this.#limiter.stopped) return;
    const missing = inputs.filter(({ index }) => this.#matches.isMissing(index)).length;
    // RapidPro finds nobody by a field. Who is not among the members may be elsewhere: made without a
    // look at all contacts, they would be there twice.
    if (missing < (byField ? 1 : FEW)) return;
    this.#isWide = true;
    Object.assign(this.#end, { cursor: undefined, complete: false });
    await this.#read(undefined, undefined);
  }

  async #read(scope: Facts['scope'], start: Query | undefined): Promise<void> {
    const { facts, matcher, inputs, progress } = this.#parts;
    const byField = matcher.field !== undefined;
    const matches = this.#matches;
    const atLeast = Math.max(0, ...facts.groups.map(({ count }) => Number(count) || 0));
    const exactly = scope?.count;
    const before = matches.found;
    const expected = inputs.filter(({ index }) => matches.isMissing(index)).length;
    const goesOn = (pages: number) => {
      if (this.#limiter.stopped) return false;
      if (byField) return inputs.length > 0;
      const found = matches.found - before;
      return paysToRead({ pages, missing: expected - found, found, atLeast, exactly });
    };
    const take = async (contacts: Dictionary[]) => {
      const changes = contacts.flatMap(contact => matches.see(contact));
      progress.log();
      await this.#writeAll(changes);
    };
    const query = {
      ...(scope ? { group: scope.uuid } : {}),
      // Oldest change first: who is changed meanwhile comes again at the end, and nobody is missed.
      ...(byField ? { reverse: true } : {}),
    };
    const plan = { query, start, keepsLast: byField, goesOn, take };
    try {
      await readContacts(this.#client, plan, this.#end);
    } catch (error) {
      if (error instanceof AbortedError) return;
      if (!(error instanceof RapidProError)) throw error;
      this.#limiter.stop(error);
    }
  }

  async #writeAll(changes: readonly Change[]): Promise<void> {
    await this.#limiter.each(changes, change => this.#write(change));
    await this.#flushGroups(false);
  }

  async #writeEach(changes: readonly Change[]): Promise<void> {
    for (const change of changes) await this.#write(change);
  }

  async #write(change: Change): Promise<void> {
    const { outcome, settings } = this.#parts;
    const { input, uuid, join } = change;
    const { index } = input;
    if (!outcome.isOpen(index)) return;
    this.#unreadPlaces.drop(change);
    if (settings.dryRun) {
      this.cost.ofChange(change);
      // Whether another contact holds a URN is only looked up where it is written.
      if (change.urns) change.uncertain.push('urns');
      if (change.inactive && join.length > 0) return outcome.fail({ index, uuid }, INACTIVE);
      if (entersOrLeaves(change)) this.#groups.add(change);
      return this.#complete(change);
    }
    await this.#attempt({ index, uuid }, async () => {
      change.changed = await writeChange(this.#client, change, settings.exactUrns);
      this.#unreadPlaces.learn(change);
      const others = change.changed.filter(key => key !== 'groups');
      if (others.length > 0) outcome.begin({ index, uuid, changed: others });
      if (change.inactive && join.length > 0) outcome.fail({ index, uuid }, INACTIVE);
      else if (entersOrLeaves(change)) this.#groups.add(change);
      else this.#complete(change);
    });
  }

  #complete(change: Change): void {
    const {
      input: { index },
      uuid,
      changed,
      uncertain,
      isIdle,
    } = change;
    const { outcome, progress } = this.#parts;
    const isUncertain = isIdle || uncertain.some(key => changed.includes(key));
    if (isUncertain) for (const key of uncertain) outcome.uncertain.add(key);
    const predicted = isUncertain ? { predicted: false as const } : {};
    const item: BulkItem = { index, uuid, ...reportMisread(change), ...predicted };
    if (changed.length === 0) outcome.complete('unchanged', item);
    else outcome.complete('updated', { ...item, changed: [...changed] });
    progress.log();
  }

  /** Does something for one contact, and sorts out what goes wrong. */
  async #attempt(
    { index, uuid }: { index: number; uuid?: string | undefined },
    work: () => Promise<void>,
  ): Promise<void> {
    const { outcome } = this.#parts;
    try {
      await work();
      this.#limiter.wentWell();
    } catch (error) {
      outcome.failWith({ index, ...(uuid === undefined ? {} : { uuid }) }, error);
    }
  }

  async #flushGroups(atEnd: boolean): Promise<void> {
    const { outcome, settings } = this.#parts;
    if (settings.dryRun) {
      if (atEnd) this.cost.add(this.#groups.requests);
      return;
    }
    const ends = {
      done: (change: Change) => this.#complete(change),
      failed: ({ uuid, input: { index } }: Change, error: unknown) =>
        outcome.failWith({ index, uuid }, error),
    };
    const isOpen = ({ input }: Change) => outcome.isOpen(input.index);
    await this.#limiter.each(this.#groups.take(atEnd, isOpen), batch =>
      this.#groups.send(batch, this.#client, ends),
    );
  }

  /** What an earlier run found but did not write is looked up by its uuid. */
  async #goOnWithFound(begun: ReadonlySet<number>): Promise<void> {
    const { inputs, earlier, outcome } = this.#parts;
    if (!earlier) return;
    const found = new Map(earlier.found);
    const left = inputs.filter(({ index }) => found.has(index) && !begun.has(index));
    await this.#limiter.each(left, async input => {
      const { index } = input;
      const uuid = found.get(index);
      if (uuid === undefined || !outcome.isOpen(index)) return;
      await this.#attempt({ index, uuid }, async () => {
        const contact = await findContact(this.#client, { uuid });
        const asked = { input, urns: [] };
        if (contact) await this.#writeEach(this.#matches.see(contact, asked));
        else outcome.fail({ index, uuid }, NOT_FOUND);
      });
    });
    await this.#flushGroups(false);
  }

  /**
   * Numbers in a local form are in no list of RapidPro's: each is asked for. Before anything is written,
   * since two of the list may turn out to be one contact.
   */
  async #askForLocal(): Promise<void> {
    const { inputs, matcher, earlier } = this.#parts;
    const matches = this.#matches;
    const local = inputs.filter(
      input =>
        matches.isMissing(input.index) &&
        matcher.usesUrns(input) &&
        (input.urns ?? []).every(isLocalNumber),
    );
    // What is asked in vain is forgotten by a stop: a run that goes on takes steps that surely fit in.
    const step = earlier ? this.#limiter.concurrency : MOST_ASKED;
    for (let start = 0; start < local.length && !this.#limiter.stopped; start += step) {
      await this.#ask(local.slice(start, start + step));
    }
  }

  async #ask(inputs: readonly Input[]): Promise<void> {
    const absent: Input[] = [];
    this.#matches.waits = true;
    await this.#limiter.each(inputs, input =>
      this.#attempt(input, async () => {
        if (!(await this.#look(input))) absent.push(input);
      }),
    );
    this.#matches.waits = false;
    if (this.#limiter.stopped) return;
    await this.#writeAll(this.#matches.takeWaiting());
    await this.#limiter.each(absent, input => this.#attempt(input, () => this.#make(input)));
  }

  /** Contacts of the list that were not met by reading are looked up, or made. */
  async #addressOthers(): Promise<void> {
    const { inputs } = this.#parts;
    const others = inputs.filter(({ index }) => this.#matches.isMissing(index));
    await this.#limiter.each(others, input => this.#attempt(input, () => this.#address(input)));
    await this.#flushGroups(false);
  }

  async #address(input: Input): Promise<void> {
    if (!this.#matches.isMissing(input.index)) return;
    const changes = this.#isSurelyNew(input) ? undefined : await this.#look(input);
    if (changes) await this.#writeEach(changes);
    else await this.#make(input);
  }

  /** If all has been read, who was not met is new, unless the URN can be written in another way. */
  #isSurelyNew({ uuid, urns = [] }: Input): boolean {
    const { matcher } = this.#parts;
    if (uuid !== undefined) return false;
    // RapidPro finds nobody by a field.
    if (matcher.field !== undefined) return true;
    return this.#end.complete && this.#isWide && urns.every(isPlainUrn);
  }

  /**
   * Looks a contact of the list up.
   *
   * @returns what is to be written now; undefined if RapidPro has no such contact
   */
  async #look(input: Input): Promise<Change[] | undefined> {
    const { outcome } = this.#parts;
    const { index } = input;
    const holdings = await this.#lookUp(input);
    const holders = holdings.flatMap(({ holder }) => (holder ? [holder] : []));
    const [contact, ...others] = new Map(holders.map(one => [one.uuid, one])).values();
    if (others.length > 0) outcome.fail({ index }, severalAnswer('Several'));
    else if (contact) {
      const urns = holdings.flatMap(({ urn, holder }) => (holder && urn ? [urn] : []));
      return this.#matches.see(contact, { input, urns });
    } else if (input.uuid === undefined) return undefined;
    else outcome.fail({ index }, this.#notFound());
    return [];
  }

  #notFound(): Reason {
    const { field } = this.#parts.matcher;
    if (field === undefined) return NOT_FOUND;
    return {
      code: 'NOT_FOUND',
      description: `RapidPro has no contact of this ${field}, and none can be made with a uuid. Nothing was sent.`,
      fix: `Leave "uuid" out to make a new contact. To give ${field} to the contact of the uuid, sync it once without "key".`,
    };
  }

  async #lookUp(input: Input): Promise<LookUp[]> {
    const { matcher } = this.#parts;
    if (matcher.field !== undefined) return [];
    if (matcher.usesUrns(input)) return findHolders(this.#client, input.urns ?? []);
    return [{ holder: await findContact(this.#client, { uuid: String(input.uuid) }) }];
  }

  /** Makes a contact; one that is there all the same is looked up. */
  async #make(input: Input): Promise<void> {
    if (!this.#parts.outcome.isOpen(input.index)) return;
    try {
      await this.#create(input);
    } catch (error) {
      const taken = error instanceof RapidProError && error.code === 'URN_TAKEN';
      // With a field for a key, whoever holds the URN is another contact.
      if (!taken || this.#parts.matcher.field !== undefined) throw error;
      const changes = await this.#look(input);
      if (!changes) throw error;
      await this.#writeEach(changes);
    }
  }

  /** With a field for a key, nobody was looked up by a URN. */
  #mayBeTaken({ urns = [] }: Input): boolean {
    return this.#parts.matcher.field !== undefined && urns.length > 0;
  }

  async #create(input: Input): Promise<void> {
    const { outcome, settings, progress } = this.#parts;
    const { index } = input;
    if (settings.dryRun) {
      refuseTwoForms(input.urns);
      this.cost.ofCreation(input);
      const misread = predictMisread(input.fields, this.#parts.facts.types);
      const isSure = (input.urns ?? []).every(isPlainUrn) && !this.#mayBeTaken(input);
      const predicted = isSure ? {} : { predicted: false as const };
      outcome.complete('created', { index, ...reportMisread(misread), ...predicted });
      return;
    }
    const contact = await create(this.#client, input);
    const misread = reportMisread(misreadFields(newBody(input), contact));
    outcome.complete('created', { index, uuid: String(contact.uuid), ...misread });
    this.#matches.made(input, contact);
    progress.log();
  }
}
