import { AbortedError } from '../../client/limiter.js';
import { pages } from '../../client/pages.js';
import { RapidProError, reachOf } from '../../errors/errors.js';
import { count } from '../../input/log.js';
import { UrnForms, urnIdentity } from '../../input/sameUrn.js';
import { anyForm, areHidden } from '../../input/stored.js';
import { giveWay, inPieces, inTurns } from '../../input/turns.js';
import { urnsOf } from '../../operations/contact/contactUrns.js';
import { ranges, sortOut } from '../../operations/many/items.js';
import { BATCH_LIMIT, PAGE_SIZE } from '../../resources.js';
import type { NotRemoved } from '../../types/bulk.js';
import type { Dictionary } from '../../types/json.js';
import { textOrNull } from '../compare.js';
import type { Input } from '../inputs.js';
import type { Matcher, Matches, SyncParts } from '../match/matches.js';
import { shown } from '../report/bulkOutcome.js';
import { moveContacts } from './changes.js';

/** Who is in the list: by uuid, by any URN, by the key. In doubt somebody is. */
class Named {
  readonly #matcher: Matcher;
  readonly #uuids: ReadonlySet<string>;
  readonly #urns = new UrnForms();
  readonly #keys = new Set<string>();

  private constructor(matcher: Matcher, uuids: ReadonlySet<string>) {
    this.#matcher = matcher;
    this.#uuids = uuids;
  }

  static async of(
    all: readonly Input[],
    matcher: Matcher,
    uuids: ReadonlySet<string>,
  ): Promise<Named> {
    const named = new Named(matcher, uuids);
    await inTurns(all, input => named.#add(input));
    return named;
  }

  #add(input: Input): void {
    for (const urn of input.urns ?? []) this.#urns.add(urn);
    for (const { token } of this.#matcher.namesOf(input)) this.#keys.add(anyForm(token));
  }

  has(contact: Dictionary): boolean {
    const value = keyOf(contact, this.#matcher);
    return (
      this.#uuids.has(String(contact.uuid)) ||
      (value !== undefined && this.#keys.has(anyForm(value))) ||
      urnsOf(contact).some(urn => this.#urns.has(urn))
    );
  }
}

/** What a contact is recognized by, as {@link Matcher.namesOf} writes it; undefined if it has none. */
function keyOf(contact: Dictionary, { field }: Matcher): string | undefined {
  if (field === undefined) return undefined;
  const value = textOrNull((contact.fields as Dictionary | undefined)?.[field])?.trim();
  return value ? `=${value}` : undefined;
}

/** The members, as far as it counts. */
interface Members {
  /** Without those who were none before the run. */
  total: number;
  /** By group: those whom the list does not name. */
  missing: Map<string, string[]>;
  unmatched: Set<string>;
}

/** Why nobody leaves. */
class Stay {
  constructor(readonly reason: NotRemoved) {}
}

const AGAIN = 'Correct that, and run the step again.';

/** Lets members leave the groups that the job names, whom the list does not name. Only if all else went well. */
export class Missing {
  readonly #parts: SyncParts;
  readonly #matches: Matches;

  constructor(parts: SyncParts, matches: Matches) {
    this.#parts = parts;
    this.#matches = matches;
  }

  async remove(): Promise<void> {
    const { options, outcome } = this.#parts;
    if (!options.removeMissing) return;
    try {
      const { all } = this.#parts;
      this.#requireSound();
      await giveWay(all);
      const members = await this.#read();
      this.#requireFailedKnown(members.named);
      await this.#requirePassedOverKnown(members.named);
      const unmatched = [...members.unmatched];
      const found = unmatched.length > 0 ? { unmatched } : {};
      outcome.removal = { left: [], ...found };
      this.#requireFew(members);
      outcome.removal = { ...(await this.#leave(members)), ...found };
    } catch (error) {
      outcome.removal = { left: [], ...outcome.removal, notRemoved: reasonOf(error) };
      this.#noteStop(error);
    }
  }

  /** What passes leaves a checkpoint: the next run need not read the list again. */
  #noteStop(error: unknown): void {
    const isStop = error instanceof AbortedError;
    this.#parts.outcome.isRemovalStopped ||=
      isStop || (error instanceof RapidProError && reachOf(error) !== 'one');
  }

  /** Whoever is in the list must be known before anybody is taken for missing. */
  #requireSound(): void {
    const { all, matcher, outcome, client, options } = this.#parts;
    const { total } = outcome;
    if (total === 0) throw stay('the list is empty', 'Check where the list comes from.');
    const { stopped } = client.limiter;
    if (stopped) throw stay(`the run stopped early (${stopped.code})`, stopped.fix);
    const indexes = (is: (index: number) => boolean) =>
      Array.from({ length: total }, (_, index) => index).filter(is);
    const open = indexes(index => outcome.isOpen(index));
    if (open.length > 0) throw stay('not all of the list was processed', AGAIN, open);
    // Whom the list names by a key or uuid stays, whatever else is wrong with the entry.
    const isLeftOver = (input: Input) => input.isUnsendable === true && this.#isNamed(input);
    const named = new Set(all.filter(isLeftOver).map(({ index }) => index));
    // What a field as key says of the others shows only when the members are known.
    const waiting = new Set(
      matcher.field === undefined
        ? []
        : all.filter(input => this.#isNamed(input)).map(({ index }) => index),
    );
    const isUnknown = (index: number) => this.#isFailed(index) && !named.has(index);
    this.#refuseFailed(indexes(index => isUnknown(index) && !waiting.has(index)));
    const lost = indexes(
      index =>
        this.#uuidOf(index) === undefined &&
        !outcome.isPassedOver(index) &&
        !named.has(index) &&
        !this.#isFailed(index),
    );
    if (!options.dryRun && lost.length > 0) {
      throw stay('some entries could not be identified', AGAIN, lost);
    }
  }

  /** Whether a key or uuid names the contact of an entry. */
  #isNamed(input: Input): boolean {
    const { matcher } = this.#parts;
    return !matcher.usesUrns(input) && matcher.namesOf(input).length > 0;
  }

  #isFailed(index: number): boolean {
    return !this.#parts.outcome.isDone(index) && this.#matches.uuidOf(index) === undefined;
  }

  /** An entry that failed before it was looked for is in the list, if its key is that of a member. */
  #requireFailedKnown(named: ReadonlySet<string>): void {
    const { all, matcher } = this.#parts;
    const isUnknown = (input: Input) =>
      input.isUnsendable !== true &&
      this.#isFailed(input.index) &&
      !matcher.namesOf(input).some(({ token }) => named.has(token));
    this.#refuseFailed(all.filter(isUnknown).map(({ index }) => index));
  }

  #refuseFailed(failed: readonly number[]): void {
    if (failed.length === 0) return;
    const what = `${count(failed.length, ['entry', 'entries'])} of the list failed before the contact was identified`;
    throw stay(what, `See data.failed. ${this.#sharingAdvice(failed)}${AGAIN}`, failed);
  }

  /** What lets people who share a phone be identified. With a key, who was passed over would still not be. */
  #sharingAdvice(failed: readonly number[]): string {
    const { outcome, options } = this.#parts;
    const clashes = new Set(outcome.indexes('failed', 'CONTACT_CLASH'));
    if (outcome.takes !== undefined || !failed.some(index => clashes.has(index))) return '';
    const isByUrn = options.key === undefined || options.key === 'urn';
    return isByUrn
      ? 'For people who share a phone, choose the one who counts: { duplicates: "first" } or "last". '
      : 'For people who share a phone, name its number only in one of the entries. ';
  }

  #uuidOf(index: number): string | undefined {
    return this.#parts.outcome.uuidOf(index) ?? this.#matches.uuidOf(index);
  }

  /** The contacts of the list. */
  #uuids(): Set<string> {
    const { all, outcome } = this.#parts;
    const uuids = new Set(all.flatMap(({ uuid }) => uuid ?? []));
    for (let index = 0; index < outcome.total; index++) {
      const uuid = this.#uuidOf(index);
      if (uuid !== undefined) uuids.add(uuid);
    }
    return uuids;
  }

  async #read(): Promise<Members & { named: ReadonlySet<string> }> {
    const { all, matcher, facts, client, outcome, options } = this.#parts;
    const uuids = this.#uuids();
    await giveWay(all);
    const inList = await Named.of(all, matcher, uuids);
    const namesUrns = all.some(({ urns = [] }) => urns.length > 0);
    const namesUuids = all.some(({ uuid }) => uuid !== undefined);
    /** Of each member, what was last seen of it. */
    const seen = new Map<string, 'named' | 'unmatched' | 'missing'>();
    /** Names of entries that are members' own. */
    const named = new Set<string>();
    const missing = new Map<string, Set<string>>();
    for (const { uuid: group } of facts.leave) {
      const left = new Set<string>();
      const members = new Set<string>();
      missing.set(String(group), left);
      // Oldest change first: contacts that change meanwhile come again at the end, and nobody is missed.
      const query = { group: String(group), reverse: true };
      for await (const { records } of pages(client, 'contacts', query)) {
        for (const contact of records) {
          const uuid = String(contact.uuid);
          if (options.dryRun) members.add(uuid);
          if (namesUrns && areHidden(urnsOf(contact))) {
            throw stay(
              'the workspace hides URNs, so URNs in the list cannot be matched',
              'Leave "urns" out of the list, and identify contacts by uuid or by a field.',
            );
          }
          for (const name of this.#namesOf(contact)) named.add(name);
          const isNamed = inList.has(contact);
          if (!isNamed) left.add(uuid);
          const other = this.#hasKey(contact, namesUuids) ? 'missing' : 'unmatched';
          seen.set(uuid, isNamed ? 'named' : other);
        }
      }
      if (options.dryRun) this.#countPages(String(group), members);
    }
    const { stopped } = client.limiter;
    if (stopped) throw stay(`not all members could be read (${stopped.code})`, stopped.fix);
    const those = (uuids: Iterable<string>, what: string) =>
      [...uuids].filter(uuid => seen.get(uuid) === what);
    const outsiders = new Set([...outcome.outsiders].map(index => this.#uuidOf(index) ?? ''));
    const joined = [...outsiders].filter(uuid => seen.has(uuid));
    return {
      total: seen.size - joined.length,
      missing: new Map([...missing].map(([group, left]) => [group, those(left, 'missing')])),
      unmatched: new Set(those(seen.keys(), 'unmatched')),
      named,
    };
  }

  /** The real run also reads those who enter the group. */
  #countPages(group: string, members: ReadonlySet<string>): void {
    const { all, outcome, cost } = this.#parts;
    const entering = all.filter(
      ({ index, groups = [] }) =>
        groups.includes(group) &&
        outcome.isDone(index) &&
        !outcome.isPassedOver(index) &&
        !members.has(this.#uuidOf(index) ?? ''),
    );
    const pagesOf = (count: number) => Math.max(1, Math.ceil(count / PAGE_SIZE));
    cost.add(pagesOf(members.size + entering.length) - pagesOf(members.size));
  }

  /** The names by which entries of the list look for a contact. */
  #namesOf(contact: Dictionary): string[] {
    const { matcher } = this.#parts;
    if (matcher.field === undefined) {
      return [String(contact.uuid), ...urnsOf(contact).map(urnIdentity)];
    }
    const name = keyOf(contact, matcher);
    return name === undefined ? [] : [name];
  }

  /** Whether a member could be in the list at all. */
  #hasKey(contact: Dictionary, namesUuids: boolean): boolean {
    const { matcher, options } = this.#parts;
    if (matcher.field !== undefined) return keyOf(contact, matcher) !== undefined;
    if (options.key === 'uuid') return true;
    const byUuid = options.key === undefined && namesUuids;
    return byUuid || urnsOf(contact).length > 0;
  }

  /** An entry that was passed over may be somebody else after all: its own name must lead to a contact. */
  async #requirePassedOverKnown(named: ReadonlySet<string>): Promise<void> {
    const { all, outcome, matcher } = this.#parts;
    const known = new Set(named);
    const passed: Input[] = [];
    await inTurns(all, input => {
      if (outcome.isPassedOver(input.index)) passed.push(input);
      else if (outcome.isDone(input.index)) {
        for (const { token } of matcher.namesOf(input)) known.add(token);
      }
    });
    // What turned out only in RapidPro to be the contact of another entry was matched to it.
    const matched = new Set(outcome.passedOver.flatMap(({ index, uuid }) => (uuid ? index : [])));
    const unknown = passed.filter(
      input =>
        !matched.has(input.index) && !matcher.namesOf(input).some(({ token }) => known.has(token)),
    );
    if (unknown.length === 0) return;
    throw stay(
      `${count(unknown.length, ['entry', 'entries'])} that "duplicates" skipped may be someone else`,
      `See data.passedOver. If it is, name the shared number only in the entry that counts. If not, leave the entry out of the list. ${AGAIN}`,
      unknown.map(({ index }) => index),
    );
  }

  #requireFew({ total, missing }: Members): void {
    const { options } = this.#parts;
    const atMost = options.removeMissing?.atMost ?? 0;
    const uuids = [...new Set([...missing.values()].flat())];
    const share = typeof atMost === 'string' ? Number.parseFloat(atMost) : undefined;
    const isMore =
      share === undefined ? uuids.length > Number(atMost) : uuids.length * 100 > share * total;
    if (!isMore) return;
    throw stay(
      `${uuids.length} of ${count(total, 'member')} are not in the list, which is more than atMost allows (${String(atMost).trim()})`,
      'Check them in data.notRemoved.uuids. If all of them should leave, raise removeMissing.atMost.',
      undefined,
      uuids,
    );
  }

  /** Takes them out, a hundred a request. What goes wrong on the way keeps those who are left. */
  async #leave({ missing }: Members): Promise<{ left: string[]; notRemoved?: NotRemoved }> {
    const { options, client, outcome, cost } = this.#parts;
    const queue = [...missing].flatMap(([group, all]) =>
      inPieces(all, BATCH_LIMIT).map(uuids => ({ group, uuids })),
    );
    if (options.dryRun) {
      cost.add(queue.length);
      return { left: [...new Set(queue.flatMap(({ uuids }) => uuids))] };
    }
    const left = new Set<string>();
    const stayed = new Set<string>();
    let reason: NotRemoved | undefined;
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      const { group, uuids } = batch;
      const items = uuids.map((value, index) => ({ value, index }));
      try {
        await moveContacts(client, uuids, { action: 'remove', group });
        for (const uuid of uuids) left.add(uuid);
        outcome.wrote += uuids.length;
      } catch (error) {
        const sorted =
          error instanceof RapidProError ? sortOut(error, 'contacts', items) : undefined;
        reason = reasonOf(error);
        this.#noteStop(error);
        for (const { value } of sorted?.refused ?? items) stayed.add(String(value));
        if (sorted) {
          queue.unshift(
            ...sorted.next.map(some => ({ group, uuids: some.map(({ value }) => String(value)) })),
          );
          continue;
        }
        for (const { uuids: rest } of queue.splice(0)) for (const uuid of rest) stayed.add(uuid);
      }
    }
    if (!reason || stayed.size === 0) return { left: [...left] };
    const who = `${count(stayed.size, 'member')} who ${stayed.size === 1 ? 'is' : 'are'}`;
    const description = `${who} not in the list may not have left. ${reason.description}`;
    return { left: [...left], notRemoved: { ...reason, description, uuids: [...stayed] } };
  }
}

function stay(what: string, fix: string, indexes?: readonly number[], uuids?: string[]): Stay {
  const where = indexes ? `: ${shown(indexes)}` : '';
  return new Stay({
    description: `Nobody left a group: ${what}${where}.`,
    fix,
    ...(indexes ? { indexes: ranges([...indexes]) } : {}),
    ...(uuids ? { uuids } : {}),
  });
}

/** What an error says of those who stay. */
function reasonOf(error: unknown): NotRemoved {
  if (error instanceof Stay) return error.reason;
  if (error instanceof RapidProError) {
    return { description: `Members were not removed: ${error.description}`, fix: error.fix };
  }
  if (!(error instanceof AbortedError)) throw error;
  return {
    description: 'Members were not removed, because the time or the rate limit was used up.',
    fix: 'Run the step again.',
  };
}
