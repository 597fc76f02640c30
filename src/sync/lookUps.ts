import type { Client } from '../client/client.js';
import { pages } from '../client/pages.js';
import { RapidProError, type Reason } from '../errors/errors.js';
import { urnIdentity } from '../input/identifiers.js';
import { inTurns } from '../input/turns.js';
import { findContact, severalAnswer } from '../operations/contact/contactLookup.js';
import { findHolders } from '../operations/contact/contactUrns.js';
import type { Dictionary } from '../types/json.js';
import type { BulkPosition } from './bulkCheckpoint.js';
import type { Change } from './compare/compare.js';
import type { Input } from './inputs.js';
import type { Matches, MatchesParts } from './match/matches.js';
import type { Writer } from './write/writer.js';

export interface LookUpsParts extends MatchesParts {
  client: Client;
  /** Where an earlier run stopped. */
  earlier: BulkPosition | undefined;
}

/** So many contacts are looked up at most before what they led to is written. */
const MOST_ASKED = 100;

/** A page that shows fewer is not worth its request. */
const LEAST_SHOWN = 2;

const NOT_FOUND: Reason = {
  code: 'NOT_FOUND',
  description: 'RapidPro has no contact with this uuid. Nothing was sent.',
  fix: 'To find or create the contact by its URNs, leave "uuid" out. The contact may have been deleted.',
};

/** A contact that a look-up led to; without a URN where it was by uuid. */
type Holding = { urn?: string; holder: Dictionary | null };

/** Whether RapidPro surely writes a URN in another way: with the code of the country. */
function isLocalNumber(urn: string): boolean {
  return /^tel:(?!\+)/.test(urnIdentity(urn));
}

/** Contacts of the list that are in no page: each is looked up, and made where RapidPro has none. */
export class LookUps {
  readonly #parts: LookUpsParts;
  readonly #matches: Matches;
  readonly #writer: Writer;

  constructor(parts: LookUpsParts, matches: Matches, writer: Writer) {
    this.#parts = parts;
    this.#matches = matches;
    this.#writer = writer;
  }

  /**
   * Numbers in a local form are in no list of RapidPro's: each is asked for. Before anything is written,
   * since two of the list may turn out to be one contact.
   */
  async localNumbers(): Promise<void> {
    const { inputs, matcher } = this.#parts;
    const local: Input[] = [];
    await inTurns(inputs, input => {
      const isLooked = this.#matches.isMissing(input.index) && matcher.usesUrns(input);
      if (isLooked && (input.urns ?? []).every(isLocalNumber)) local.push(input);
    });
    await this.#inSteps(local, some => this.#ask(some));
  }

  /** What an earlier run found but did not write is looked up by its uuid; not what this one has met again. */
  async foundBefore(met: ReadonlySet<number>): Promise<void> {
    const { inputs, earlier, matcher, outcome, client } = this.#parts;
    if (!earlier) return;
    const found = new Map(earlier.found);
    const left = inputs.filter(
      ({ index }) => found.has(index) && !met.has(index) && this.#writer.isLeft(index),
    );
    const lookUp = async (input: Input) => {
      const { index } = input;
      const uuid = found.get(index);
      if (uuid === undefined || !outcome.isOpen(index)) return;
      if (matcher.usesUrns(input) && (input.urns ?? []).every(isLocalNumber)) {
        // No contact shows them.
        return this.#matches.release(input);
      }
      await this.#writer.attempt({ index, uuid }, async () => {
        const contact = await findContact(client, { uuid });
        if (contact && this.#matches.isStill(input, contact))
          await this.#write(this.#matches.see(contact, { input, urns: [] }));
        else if (matcher.usesUuid(input)) outcome.fail({ index, uuid }, NOT_FOUND);
        // Somebody has changed or deleted it since: who it is now is looked for as for all others.
        else this.#matches.release(input);
      });
    };
    const unseen = await this.#readNewest(left, found);
    await this.#inSteps(unseen, some => client.limiter.each(some, lookUp));
  }

  /**
   * Whoever was written last comes first in RapidPro's list. So one page often shows many of those that were
   * written in part, and wait for their groups.
   *
   * @returns those that it did not show
   */
  async #readNewest(
    inputs: readonly Input[],
    found: ReadonlyMap<number, string>,
  ): Promise<readonly Input[]> {
    const { client, matcher, outcome } = this.#parts;
    if (matcher.field !== undefined) return inputs;
    const wanted = new Map(inputs.map(input => [found.get(input.index), input]));
    if (wanted.size <= LEAST_SHOWN) return inputs;
    try {
      for await (const { records } of pages(client, 'contacts')) {
        const before = wanted.size;
        const changes = records.flatMap(contact => {
          const uuid = String(contact.uuid);
          const input = wanted.get(uuid);
          const isShown = input && outcome.isOpen(input.index);
          if (!isShown || !this.#matches.isStill(input, contact)) return [];
          wanted.delete(uuid);
          return this.#matches.see(contact, { input, urns: [] });
        });
        await this.#writer.changes(changes);
        if (before - wanted.size < LEAST_SHOWN || wanted.size <= LEAST_SHOWN) break;
      }
    } catch (error) {
      client.limiter.stopFor(error);
    }
    return [...wanted.values()];
  }

  /** All that were not met by reading. Who is surely new is made without a look. */
  async others(isSurelyNew: (input: Input) => boolean): Promise<void> {
    const { inputs, client } = this.#parts;
    const others = inputs.filter(({ index }) => this.#matches.isMissing(index));
    await client.limiter.each(others, input =>
      this.#writer.attempt(input, async () => {
        if (!this.#matches.isMissing(input.index)) return;
        const changes = isSurelyNew(input) ? undefined : await this.#find(input);
        if (changes) await this.#write(changes);
        else await this.#make(input);
      }),
    );
    await this.#writer.groups({ atEnd: false });
  }

  /** What is asked and not written is forgotten by a stop. So a run that goes on begins with steps that surely fit in. */
  async #inSteps(
    inputs: readonly Input[],
    work: (some: readonly Input[]) => Promise<void>,
  ): Promise<void> {
    const { earlier, client } = this.#parts;
    let size = earlier ? 1 : MOST_ASKED;
    for (let start = 0; start < inputs.length && !client.limiter.stopped; ) {
      await work(inputs.slice(start, start + size));
      await this.#writer.groups({ atEnd: size < MOST_ASKED });
      start += size;
      size = Math.min(2 * size, MOST_ASKED);
    }
  }

  async #ask(inputs: readonly Input[]): Promise<void> {
    const { limiter } = this.#parts.client;
    const absent: Input[] = [];
    this.#matches.waits = true;
    await limiter.each(inputs, input =>
      this.#writer.attempt(input, async () => {
        if (!(await this.#find(input))) absent.push(input);
      }),
    );
    this.#matches.waits = false;
    if (limiter.stopped) return;
    await this.#writer.changes(this.#matches.takeWaiting());
    await limiter.each(absent, input => this.#writer.attempt(input, () => this.#make(input)));
  }

  async #write(changes: readonly Change[]): Promise<void> {
    for (const change of changes) await this.#writer.change(change);
  }

  /** Makes a contact; one that is there all the same is looked up. */
  async #make(input: Input): Promise<void> {
    const { outcome, matcher, client } = this.#parts;
    if (!outcome.isOpen(input.index)) return;
    try {
      const contact = await this.#writer.create(input);
      if (contact) this.#matches.made(input, contact);
    } catch (error) {
      const taken = error instanceof RapidProError && error.code === 'URN_TAKEN';
      // With a field for a key, whoever holds the URN is another contact.
      if (!taken || matcher.field !== undefined) throw error;
      const changes = await client.after(error, () => this.#find(input));
      if (!changes) throw error;
      await this.#write(changes);
    }
  }

  /**
   * Looks a contact of the list up.
   *
   * @returns what is to be written now; undefined if RapidPro has no such contact
   */
  async #find(input: Input): Promise<Change[] | undefined> {
    const { outcome, matcher } = this.#parts;
    const { index } = input;
    const holdings = await this.#holdings(input);
    const holders = holdings.flatMap(({ holder }) => (holder ? [holder] : []));
    const [contact, ...others] = new Map(holders.map(one => [one.uuid, one])).values();
    if (others.length > 0) outcome.fail({ index }, severalAnswer('Several'));
    else if (contact) {
      const urns = holdings.flatMap(({ urn, holder }) => (holder && urn ? [urn] : []));
      return this.#matches.see(contact, { input, urns });
    } else if (input.uuid === undefined) return undefined;
    else outcome.fail({ index }, notFound(matcher.field));
    return [];
  }

  async #holdings(input: Input): Promise<Holding[]> {
    const { matcher, client } = this.#parts;
    // RapidPro finds nobody by a field.
    if (matcher.field !== undefined) return [];
    if (matcher.usesUrns(input)) return findHolders(client, input.urns ?? []);
    return [{ holder: await findContact(client, { uuid: String(input.uuid) }) }];
  }
}

function notFound(field: string | undefined): Reason {
  if (field === undefined) return NOT_FOUND;
  return {
    code: 'NOT_FOUND',
    description: `RapidPro has no contact with this ${field}, and cannot create one with a given uuid. Nothing was sent.`,
    fix: `To create a new contact, leave "uuid" out. To save ${field} in the contact with this uuid, sync it once without "key".`,
  };
}
