import { pages } from '../../client/pages.js';
import { fromPlain, toPlain } from '../../client/seams.js';
import { paysToRead } from '../../operations/many/lookUp.js';
import { PAGE_SIZE } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import type { ReadSoFar } from '../bulkCheckpoint.js';
import type { SyncFacts } from '../syncFacts.js';
import type { Matches, SyncParts } from './matches.js';

/** Up to this many contacts outside the group are looked up without reading all contacts. */
const FEW = 100;

/** Returns how many of the contacts of a page still have to be written. */
type Take = (contacts: Dictionary[]) => Promise<number>;

/** Reads RapidPro's contacts, as far as it pays, to find those of the list. */
export class MatchReader {
  readonly #end: Pick<ReadSoFar, 'cursor'> & {
    isHalfDone: boolean;
    complete: boolean;
    pages: number;
  };
  readonly #parts: SyncParts;
  readonly #matches: Matches;
  #isWide: boolean;

  constructor(parts: SyncParts, matches: Matches) {
    this.#parts = parts;
    this.#matches = matches;
    const { earlier, facts, matcher } = parts;
    this.#isWide = facts.scope === undefined || earlier?.isWide === true;
    this.#end = {
      cursor: earlier?.cursor,
      isHalfDone: earlier?.isHalfDone === true,
      // With a field as key, reading on shows who has changed.
      complete: earlier?.complete === true && matcher.field === undefined,
      pages: earlier?.pages ?? 0,
    };
  }

  /** True if every contact of the workspace has been seen. */
  get hasAll(): boolean {
    return this.#end.complete && this.#isWide;
  }

  /**
   * Reads the members of the group, and if that is not enough, all contacts.
   *
   * @param take - gets the contacts of a page, while the next page is being read
   */
  async read(take: Take): Promise<void> {
    await this.#pages(this.#isWide ? undefined : this.#parts.facts.scope, take);
    await this.readOutside(take);
  }

  /** Reads all contacts after those of the group, if so many are missing that it pays, or that they are needed. */
  async readOutside(take: Take): Promise<void> {
    const { matcher, inputs, client } = this.#parts;
    const byField = matcher.field !== undefined;
    if (this.#isWide || client.limiter.stopped) return;
    const missing = inputs.filter(({ index }) => this.#matches.isMissing(index)).length;
    // RapidPro cannot find contacts by a field. Those who are not members may exist elsewhere. Created without a look at
    // all contacts, they would exist twice.
    if (missing < (byField ? 1 : FEW)) return;
    this.#isWide = true;
    Object.assign(this.#end, { cursor: undefined, isHalfDone: false, complete: false, pages: 0 });
    await this.#pages(undefined, take);
  }

  /** Where the next run continues, if this one has stopped. */
  position(): ReadSoFar {
    const { inputs, outcome, earlier, client } = this.#parts;
    const { cursor, isHalfDone, complete, pages } = this.#end;
    const found = inputs.flatMap(({ index }): [number, string][] => {
      const uuid = this.#matches.uuidOf(index);
      return uuid !== undefined && !outcome.isDone(index) ? [[index, uuid]] : [];
    });
    // Each of them would take a look-up. Reading everything again may take less, and makes progress if this run, which did
    // the same, got to writing.
    const isFresh = complete && earlier?.cursor === undefined && client.writes > 0;
    return isFresh && found.length > pages + 1
      ? { found: [] }
      : { found, cursor, isHalfDone, pages, complete, isWide: this.#isWide };
  }

  async #pages(scope: SyncFacts['scope'], take: Take): Promise<void> {
    const { facts, matcher, inputs, client } = this.#parts;
    const { limiter } = client;
    const byField = matcher.field !== undefined;
    const matches = this.#matches;
    // Contacts on the pages before it do not come again.
    const { pages: passed, isHalfDone } = this.#end;
    const most = Math.max(0, ...facts.groups.map(({ count }) => Number(count) || 0));
    const atLeast = most - passed * PAGE_SIZE;
    const exactly = scope && scope.count - passed * PAGE_SIZE;
    const before = matches.found;
    const expected = inputs.filter(({ index }) => matches.isMissing(index)).length;
    const goesOn = (pages: number) => {
      if (limiter.stopped) return false;
      if (byField) return inputs.length > 0;
      if (isHalfDone && pages === 0) return true;
      if (this.#end.complete) return false;
      const found = matches.found - before;
      return paysToRead({ pages, missing: expected - found, found, atLeast, exactly });
    };
    const query = {
      ...(scope ? { group: scope.uuid } : {}),
      // Oldest change first: contacts that change meanwhile come again at the end, and nobody is missed.
      ...(byField ? { reverse: true } : {}),
    };
    try {
      await this.#readEach(query, goesOn, take);
    } catch (error) {
      limiter.stopFor(error);
    }
  }

  /** Reads contacts page by page. A page is processed during the request for the next one. */
  async #readEach(query: Query, goesOn: (pages: number) => boolean, take: Take): Promise<void> {
    const { client, matcher } = this.#parts;
    const end = this.#end;
    const { cursor: start, pages: passed } = end;
    const source = pages(client, 'contacts', query, start && fromPlain(start));
    let current = start;
    if (!goesOn(0)) return;
    let upcoming = source.next();
    for (let count = 0; ; ) {
      const { value: page, done } = await upcoming;
      if (done) {
        end.complete = true;
        return;
      }
      const before = count;
      // A page that had to be requested again is empty.
      if (page.records.length > 0) count++;
      const match = take(page.records);
      const next = page.next && toPlain(page.next);
      const more = next !== undefined && goesOn(count);
      if (more) {
        upcoming = source.next();
        // It is awaited below. Until then, nobody handles its failure.
        upcoming.catch(() => {});
      }
      let left: number;
      try {
        left = await match;
      } catch (error) {
        // Waits for the next page if it is on its way: no request outlives the operation.
        await source.return();
        throw error;
      }
      if (!more) await source.return();
      // Each contact that is left costs a look-up, unless the page is read again.
      end.isHalfDone = left > 1;
      // With a field as key, the next run reads the last page again, to see what has changed.
      const isKept = matcher.field !== undefined || next === undefined || end.isHalfDone;
      end.cursor = isKept ? current : next;
      end.pages = passed + (isKept ? before : count);
      if (next === undefined) end.complete = true;
      if (!more) return;
      if (end.isHalfDone && client.limiter.stopped) {
        await source.return();
        return;
      }
      current = next;
    }
  }
}
