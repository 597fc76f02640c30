import { changed, fail, hasErrorCode } from '../../errors/errors.js';
import type { Body } from '../../input/body.js';
import { isPlainUrn } from '../../input/sameUrn.js';
import { trimmed } from '../../input/stored.js';
import { refuseDuplicateNumbers } from '../../operations/contact/contactUrns.js';
import { misreadFields } from '../../operations/contact/misread.js';
import { lostUrns } from '../../operations/contact/writeContact.js';
import type { BulkItem } from '../../types/bulk.js';
import type { Dictionary, Json } from '../../types/json.js';
import {
  type Change,
  HIDDEN_URNS,
  INACTIVE,
  isKnownLanguage,
  predictMisread,
  reportOf,
} from '../compare.js';
import { type Input, wouldRefuse } from '../inputs.js';
import type { SyncParts } from '../match/matches.js';
import { create, GroupChanges, newBody, writeChange } from './changes.js';

/** Writes what differs, and says of each contact how that ended. In a dry run it only counts. */
export class Writer {
  readonly #parts: SyncParts;
  readonly #groups = new GroupChanges();
  readonly #unreadPlaces = new UnreadPlaces();

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  async changes(changes: readonly Change[]): Promise<void> {
    await this.#parts.client.limiter.each(changes, change => this.change(change));
    await this.groups({ atEnd: false });
  }

  /**
   * Writes a change. The groups of the contact wait until a hundred can go in one request.
   *
   * @returns what went wrong, if anything
   */
  async change(change: Change): Promise<unknown> {
    const { outcome, options, cost } = this.#parts;
    const { uuid } = change;
    const { index } = change.input;
    if (!outcome.isOpen(index)) return undefined;
    if (change.urns && change.isAnonymous) {
      outcome.fail({ index, uuid }, HIDDEN_URNS);
      return undefined;
    }
    this.#unreadPlaces.drop(change);
    if (options.dryRun) {
      cost.ofChange(change);
      if (this.#wouldFail(change.input, uuid)) return undefined;
      // Whether another contact holds a URN is only looked up where it is written.
      if (change.urns) {
        change.unpredicted.push('urns');
        outcome.perhapsTaken++;
      }
      this.#toGroups(change);
      return undefined;
    }
    // Nothing is sent for its groups yet, so this says nothing of the server.
    if (!change.urns && Object.keys(change.body).length === 0) {
      this.#toGroups(change);
      return undefined;
    }
    return outcome.attempt({ index, uuid }, async () => {
      try {
        change.changed = await outcome.languages.write(change.body.language, () =>
          writeChange(this.#parts, change, options.urns === 'exact'),
        );
      } catch (error) {
        if (!hasErrorCode(error, 'ANONYMOUS_WORKSPACE')) throw error;
        // Entries without URNs, and new contacts, can still be written.
        return outcome.fail({ index, uuid }, HIDDEN_URNS);
      }
      this.#unreadPlaces.learn(change);
      const others = change.changed.filter(key => key !== 'groups');
      if (others.length > 0) outcome.begin({ index, uuid, changed: others });
      this.#requireSame(change);
      this.#toGroups(change);
    });
  }

  /** Whoever has lost meanwhile by what it was recognized is perhaps somebody else, and joins no group. */
  #requireSame({ input, isShown, foundBy, urns, written }: Change): void {
    const { matcher } = this.#parts;
    if (!written) return;
    const isSame = isShown
      ? matcher.of(written).has(input)
      : foundBy.length === 0 || lostUrns(foundBy, written).length < foundBy.length;
    if (!isSame) {
      throw fail(
        'NOT_FOUND',
        `The contact lost its ${matcher.field === undefined ? 'phone number or address' : `value of "${matcher.field}"`} while it was written. Its groups were not changed.`,
        'Check in RapidPro who it is now. Then run the job again: it looks for the entry anew.',
      );
    }
    // Those of the entry that it had before, and that servers show as they are written.
    const had = urns ? [] : (input.urns ?? []).filter(isPlainUrn);
    if (lostUrns(had, written).length === 0) return;
    throw fail(
      'URN_TAKEN',
      'The contact lost a phone number or address of this entry while it was written. Its groups were not changed.',
      'Check in RapidPro who has it now. Then run the job again.',
    );
  }

  async create(input: Input): Promise<Dictionary | undefined> {
    const { outcome, options, facts, matcher, progress, cost } = this.#parts;
    const { index, urns = [] } = input;
    if (options.dryRun) {
      refuseDuplicateNumbers(urns);
      cost.ofCreation(input);
      if (this.#wouldFail(input)) return undefined;
      const misread = predictMisread(input.fields, facts.types);
      // With a field for a key, nobody was looked up by a URN: another contact may hold it.
      const mayBeTaken = matcher.field !== undefined && urns.length > 0;
      const isSure = urns.every(isPlainUrn) && !mayBeTaken && isKnownLanguage(input.language);
      outcome.complete('created', { index, ...reportOf(misread, isSure) });
      return undefined;
    }
    const contact = await this.#create(input);
    const report = reportOf(misreadFields(newBody(input), contact));
    outcome.complete('created', { index, uuid: String(contact.uuid), ...report });
    progress.log();
    return contact;
  }

  /** With a field for a key nobody was recognized by a URN, so it may be that of somebody who lacks the key. */
  async #create(input: Input): Promise<Dictionary> {
    const { client, matcher, outcome } = this.#parts;
    try {
      return await outcome.languages.write(input.language, () => create(client, input));
    } catch (error) {
      if (!hasErrorCode(error, 'URN_TAKEN') || matcher.field === undefined) throw error;
      const fix = `Another contact has this phone number or address, but not this value of "${matcher.field}". If it is the same person, run the sync once without "key": the number identifies the contact, which then gets the value. If it is somebody else, correct the number.`;
      throw changed(error, { fix });
    }
  }

  /** Whether one of the list has still to be written, and does not just wait for its groups. */
  isLeft(index: number): boolean {
    return this.#parts.outcome.isOpen(index) && !this.#groups.isWaiting(index);
  }

  /**
   * Sends what waits for its groups: full hundreds, or at the end all. A run that goes on may have few
   * requests: its first ones do not wait until there are a hundred.
   */
  async groups({ atEnd }: { atEnd: boolean }): Promise<void> {
    const { client, earlier, outcome, options, cost } = this.#parts;
    if (options.dryRun) {
      if (atEnd) cost.add(this.#groups.requests);
      return;
    }
    const ends = {
      begun: ({ uuid, changed, input: { index } }: Change) =>
        outcome.begin({ index, uuid, changed: [...changed] }),
      done: (change: Change) => this.#complete(change),
      failed: ({ uuid, input: { index } }: Change, error: unknown) =>
        outcome.failWith({ index, uuid }, error),
    };
    const isOpen = ({ input }: Change) => outcome.isOpen(input.index);
    const takesAll = atEnd || (earlier !== undefined && client.writes === 0);
    await client.limiter.each(this.#groups.take(takesAll, isOpen), batch =>
      this.#groups.send(batch, client, ends),
    );
  }

  /** Of a run that writes nothing: whether RapidPro would refuse the contact. The real run has found it by then. */
  #wouldFail(input: Input, uuid?: string): boolean {
    const refusal = wouldRefuse(input);
    if (!refusal) return false;
    this.#parts.outcome.fail({ index: input.index, ...(uuid ? { uuid } : {}) }, refusal);
    return true;
  }

  /** What is left of a change are its groups, if it has any. A dry run waits for nothing. */
  #toGroups(change: Change): void {
    const { outcome, options } = this.#parts;
    const { input, uuid, join, leave, inactive } = change;
    const { index } = input;
    if (inactive && join.length > 0) {
      const fix = `${INACTIVE.fix} Its other keys match.`;
      outcome.fail({ index, uuid }, { ...INACTIVE, fix });
      return;
    }
    const hasGroups = join.length + leave.length > 0;
    if (hasGroups) this.#groups.add(change);
    if (!hasGroups || options.dryRun) this.#complete(change);
  }

  #complete(change: Change): void {
    const { input, uuid, changed, unpredicted, hadNoEffect } = change;
    const { index } = input;
    const { outcome, progress } = this.#parts;
    const isUnpredicted = hadNoEffect || unpredicted.some(key => changed.includes(key));
    if (isUnpredicted) for (const key of unpredicted) outcome.unpredicted.add(key);
    const item: BulkItem = { index, uuid, ...reportOf(change, !isUnpredicted) };
    if (changed.length === 0) outcome.complete('unchanged', item);
    else outcome.complete('updated', { ...item, changed: [...changed] });
    progress.log();
  }
}

/** A name, and where it is looked up. */
const nameOf = (key: string, value: unknown, above = '') =>
  `${key} ${above} ${trimmed(String(value))}`;

/**
 * Names of places that RapidPro turned out not to find. It stores them, and shows nothing: whoever has one
 * of them already shows nothing either, and would be written again in every run.
 */
class UnreadPlaces {
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
