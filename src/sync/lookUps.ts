import { pages } from '../client/pages.js';
import { hasErrorCode, type Reason } from '../errors/errors.js';
import { hasNoPlus } from '../input/sameUrn.js';
import { inTurns } from '../input/turns.js';
import {
  findContact,
  findHolders,
  NO_SUCH_CONTACT,
  severalAnswer,
} from '../operations/contact/contactUrns.js';
import type { Dictionary } from '../types/json.js';
import type { Change } from './compare.js';
import type { Input } from './inputs.js';
import type { Matches, SyncParts } from './match/matches.js';
import type { Writer } from './write/writer.js';

/** At most this many contacts are looked up before their changes are written. */
const MOST_ASKED = 100;

/** A page that shows fewer is not worth its request. */
const LEAST_SHOWN = 2;

/** Contacts of the list that are on no page. Each is looked up, and created if RapidPro has none. */
export class LookUps {
  readonly #parts: SyncParts;
  readonly #matches: Matches;
  readonly #writer: Writer;

  constructor(parts: SyncParts, matches: Matches, writer: Writer) {
    this.#parts = parts;
    this.#matches = matches;
    this.#writer = writer;
  }

  /**
   * RapidPro's lists have no numbers in local form, so each is looked up. This happens before anything is written, because
   * two entries may turn out to be one contact. With `exact`, one of them may take the number off it.
   */
  async localNumbers(): Promise<void> {
    const { inputs, matcher, options } = this.#parts;
    const isLocal = (urns: readonly string[]) =>
      options.urns === 'exact' ? urns.some(hasNoPlus) : urns.every(hasNoPlus);
    const local: Input[] = [];
    await inTurns(inputs, input => {
      const isLooked = this.#matches.isMissing(input.index) && matcher.usesUrns(input);
      if (isLooked && isLocal(input.urns ?? [])) local.push(input);
    });
    await this.#inSteps(local, some => this.#ask(some));
  }

  /** Contacts that an earlier run found, and neither it nor this one wrote, are looked up by uuid. */
  async foundBefore(): Promise<void> {
    const { inputs, earlier, matcher, outcome, client } = this.#parts;
    if (!earlier) return;
    const found = new Map(earlier.found);
    const left = inputs.filter(({ index }) => found.has(index) && this.#writer.isLeft(index));
    const lookUp = async (input: Input) => {
      const { index } = input;
      const uuid = found.get(index);
      if (uuid === undefined || !outcome.isOpen(index)) return;
      if (matcher.usesUrns(input) && (input.urns ?? []).every(hasNoPlus)) {
        // No contact shows them.
        return this.#matches.release(input);
      }
      await outcome.attempt({ index, uuid }, async () => {
        const contact = await findContact(client, { uuid });
        if (contact && this.#matches.isStill(input, contact))
          return this.#write(this.#matches.see(contact, { input, urns: [] }));
        if (matcher.usesUuid(input)) outcome.fail({ index, uuid }, NO_SUCH_CONTACT);
        // It was changed or deleted meanwhile, so it is looked up like all others.
        else this.#matches.release(input);
        return undefined;
      });
    };
    const unseen = await this.#readNewest(left, found);
    await this.#inSteps(unseen, some => client.limiter.each(some, lookUp));
  }

  /**
   * Contacts that were written last come first in RapidPro's list. So one page often shows many that were partly written
   * and wait for their groups. Returns those that it did not show.
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

  /** All contacts that the read did not find. Those that are certainly new are created without a look-up. */
  async others(isSurelyNew: (input: Input) => boolean): Promise<void> {
    const { inputs, client, outcome } = this.#parts;
    const others = inputs.filter(({ index }) => this.#matches.isMissing(index));
    await client.limiter.each(others, async input => {
      // Meanwhile, the look-up of another entry may have shown its contact.
      if (!this.#matches.isMissing(input.index)) return undefined;
      return outcome.attempt(input, async () => {
        const changes = isSurelyNew(input) ? undefined : await this.#find(input);
        return changes ? this.#write(changes) : this.#make(input);
      });
    });
    await this.#writer.groups({ atEnd: false });
  }

  /** After a stop, look-ups without a write are lost. So a run that continues starts with steps that certainly fit. */
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
    const { client, outcome } = this.#parts;
    const { limiter } = client;
    const absent: Input[] = [];
    this.#matches.waits = true;
    await limiter.each(inputs, input =>
      outcome.attempt(input, async () => {
        if (!(await this.#find(input))) absent.push(input);
      }),
    );
    this.#matches.waits = false;
    if (limiter.stopped) return;
    await this.#writer.changes(this.#matches.takeWaiting());
    await limiter.each(absent, input => outcome.attempt(input, () => this.#make(input)));
  }

  /** Returns what went wrong, if anything. */
  async #write(changes: readonly Change[]): Promise<unknown> {
    let error: unknown;
    for (const change of changes) error = (await this.#writer.change(change)) ?? error;
    return error;
  }

  /** Creates a contact; if it already exists, it is looked up. Returns what went wrong when that was written. */
  async #make(input: Input): Promise<unknown> {
    const { outcome, matcher, client } = this.#parts;
    if (!outcome.isOpen(input.index)) return undefined;
    try {
      const contact = await this.#writer.create(input);
      if (contact) this.#matches.made(input, contact);
    } catch (error) {
      // With a field as key, the holder of the URN is another contact.
      if (!hasErrorCode(error, 'URN_TAKEN') || matcher.field !== undefined) throw error;
      const changes = await client.after(error, () => this.#find(input));
      if (!changes) throw error;
      return this.#write(changes);
    }
    return undefined;
  }

  /**
   * Looks up a contact of the list.
   *
   * @returns what is to be written now; undefined if RapidPro has no such contact
   */
  async #find(input: Input): Promise<Change[] | undefined> {
    const { outcome, matcher } = this.#parts;
    const { index } = input;
    const { holders, urns } = await this.#holders(input);
    const [contact, ...others] = new Map(holders.map(one => [one.uuid, one])).values();
    if (others.length > 0) outcome.fail({ index }, severalAnswer('Several'));
    // Its change may be on the way.
    else if (contact && !this.#matches.isMissing(index)) return [];
    else if (contact) return this.#matches.see(contact, { input, urns });
    else if (input.uuid === undefined) return undefined;
    else outcome.fail({ index }, notFound(matcher.usesUrns(input) ? 'URN' : matcher.field));
    return [];
  }

  /** The contacts with the uuid or the URNs of an entry, and which URNs those are. */
  async #holders(input: Input): Promise<{ holders: Dictionary[]; urns: string[] }> {
    const { matcher, client } = this.#parts;
    // RapidPro cannot find contacts by a field.
    if (matcher.field !== undefined) return { holders: [], urns: [] };
    if (matcher.usesUrns(input)) {
      const { holders } = await findHolders(client, input.urns ?? []);
      return { holders: [...holders.values()], urns: [...holders.keys()] };
    }
    const holder = await findContact(client, { uuid: String(input.uuid) });
    return { holders: holder ? [holder] : [], urns: [] };
  }
}

/** @param key - what the contact was looked for by, unless that is its uuid */
function notFound(key: string | undefined): Reason {
  if (key === undefined) return NO_SUCH_CONTACT;
  return {
    code: 'NOT_FOUND',
    description: `RapidPro has no contact with this ${key}, and cannot create one with a given uuid. Nothing was sent.`,
    fix: `To create a new contact, leave "uuid" out. To save ${key === 'URN' ? 'the URN' : key} in the contact with this uuid, sync it once without "key".`,
  };
}
