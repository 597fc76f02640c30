import type { Client } from '../../client/client.js';
import { AbortedError } from '../../client/limiter.js';
import { pages } from '../../client/pages.js';
import { fromPlain, toPlain } from '../../client/seams.js';
import { RapidProError } from '../../errors/errors.js';
import { paysToRead } from '../../operations/many/lookUp.js';
import { PAGE_SIZE } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import type { BulkPosition, ReadSoFar } from '../bulkCheckpoint.js';
import type { SyncFacts } from '../predict/syncFacts.js';
import type { Matches, MatchesParts } from './matches.js';

interface MatchReaderParts extends MatchesParts {
  client: Client;
  /** Where an earlier run stopped. */
  earlier: BulkPosition | undefined;
}

/** So many that are not members of a group are looked up without reading all contacts. */
const FEW = 100;

/** Reads contacts of RapidPro, as far as it pays, for those of the list among them. */
export class MatchReader {
  readonly #end: ReadEnd = { cursor: undefined, complete: false, pages: 0 };
  readonly #parts: MatchReaderParts;
  readonly #matches: Matches;
  /** True if contacts outside of the group are read too. */
  #isWide = false;

  constructor(parts: MatchReaderParts, matches: Matches) {
    this.#parts = parts;
    this.#matches = matches;
  }

  /** True if every contact of the workspace has been seen. */
  get hasAll(): boolean {
    return this.#end.complete && this.#isWide;
  }

  /**
   * Reads the members of the group, and where that is not enough all contacts.
   *
   * @param take - is given the contacts of a page, while the next one is on its way
   */
  async read(take: (contacts: Dictionary[]) => Promise<void>): Promise<void> {
    const { facts, matcher, earlier, inputs, client } = this.#parts;
    const { scope } = facts;
    const byField = matcher.field !== undefined;
    this.#isWide = scope === undefined || earlier?.isWide === true;
    if (earlier?.complete && !byField) this.#end.complete = true;
    else await this.#pages(this.#isWide ? undefined : scope, earlier?.cursor, take);
    if (this.#isWide || client.limiter.stopped) return;
    const missing = inputs.filter(({ index }) => this.#matches.isMissing(index)).length;
    // RapidPro finds nobody by a field. Who is not among the members may be elsewhere: made without a
    // look at all contacts, they would be there twice.
    if (missing < (byField ? 1 : FEW)) return;
    this.#isWide = true;
    Object.assign(this.#end, { cursor: undefined, complete: false });
    await this.#pages(undefined, undefined, take);
  }

  /** Where the next run goes on, if this one has stopped. */
  position(): ReadSoFar {
    const { inputs, outcome, earlier, client } = this.#parts;
    const { cursor, complete, pages } = this.#end;
    const found = inputs.flatMap(({ index }): [number, string][] => {
      const uuid = this.#matches.uuidOf(index);
      return uuid !== undefined && !outcome.isDone(index) ? [[index, uuid]] : [];
    });
    // Each of them costs a look-up then: reading all once more may cost less, and gets somewhere if
    // this run, which did the same, got to write.
    const isFresh = complete && earlier?.cursor === undefined && client.writes > 0;
    return isFresh && found.length > pages + 1
      ? { found: [] }
      : { found, cursor, pages, complete, isWide: this.#isWide };
  }

  async #pages(
    scope: SyncFacts['scope'],
    start: Query | undefined,
    take: (contacts: Dictionary[]) => Promise<void>,
  ): Promise<void> {
    const { facts, matcher, inputs, client, earlier } = this.#parts;
    const { limiter } = client;
    const byField = matcher.field !== undefined;
    const matches = this.#matches;
    // Of these nobody comes again.
    const passed = start ? (earlier?.pages ?? 0) : 0;
    const most = Math.max(0, ...facts.groups.map(({ count }) => Number(count) || 0));
    const atLeast = most - passed * PAGE_SIZE;
    const exactly = scope && scope.count - passed * PAGE_SIZE;
    const before = matches.found;
    const expected = inputs.filter(({ index }) => matches.isMissing(index)).length;
    const goesOn = (pages: number) => {
      if (limiter.stopped) return false;
      if (byField) return inputs.length > 0;
      const found = matches.found - before;
      return paysToRead({ pages, missing: expected - found, found, atLeast, exactly });
    };
    const query = {
      ...(scope ? { group: scope.uuid } : {}),
      // Oldest change first: who is changed meanwhile comes again at the end, and nobody is missed.
      ...(byField ? { reverse: true } : {}),
    };
    const plan = { query, start, passed, keepsLast: byField, goesOn, take };
    try {
      await readContacts(client, plan, this.#end);
    } catch (error) {
      if (error instanceof AbortedError) return;
      if (!(error instanceof RapidProError)) throw error;
      limiter.stop(error);
    }
  }
}

interface ReadPlan {
  query: Query;
  /** Where an earlier run stopped. */
  start: Query | undefined;
  /** How many pages lie before it. */
  passed: number;
  /** True if the last page is read again by the next run, to see what has changed since. */
  keepsLast: boolean;
  /** Whether to go on after so many pages. */
  goesOn(pages: number): boolean;
  /** What to do with a page, while the next one is on its way. */
  take(contacts: Dictionary[]): Promise<void>;
}

/** Where reading stopped. */
interface ReadEnd {
  cursor: Query | undefined;
  complete: boolean;
  /** How many pages lie before it. */
  pages: number;
}

/** Reads contacts page by page. What is done with a page runs beside the request for the next one. */
async function readContacts(client: Client, plan: ReadPlan, end: ReadEnd): Promise<void> {
  const { query, start, passed, goesOn, take } = plan;
  const source = pages(client, 'contacts', query, start && fromPlain(start));
  end.cursor = start;
  end.pages = passed;
  let current = start;
  if (!goesOn(0)) return;
  let upcoming = source.next();
  for (let count = 1; ; count++) {
    const { value: page, done } = await upcoming;
    if (done) {
      end.complete = true;
      return;
    }
    const match = take(page.records);
    const next = page.next && toPlain(page.next);
    const more = next !== undefined && goesOn(count);
    if (more) {
      upcoming = source.next();
      // It is awaited below; until then its failure is nobody's.
      upcoming.catch(() => {});
    }
    try {
      await match;
    } finally {
      if (!more) await source.return();
    }
    const isKept = plan.keepsLast || next === undefined;
    end.cursor = isKept ? current : next;
    end.pages = passed + (isKept ? count - 1 : count);
    if (next === undefined) end.complete = true;
    if (!more) return;
    current = next;
  }
}
