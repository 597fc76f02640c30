import type { Client } from '../../client/client.js';
import { pages } from '../../client/pages.js';
import { fromPlain, toPlain } from '../../client/seams.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';

interface ReadPlan {
  query: Query;
  /** Where an earlier run stopped. */
  start: Query | undefined;
  /** True if the last page is read again by the next run, to see what has changed since. */
  keepsLast: boolean;
  /** Whether to go on after so many pages. */
  goesOn(pages: number): boolean;
  /** What to do with a page, while the next one is on its way. */
  take(contacts: Dictionary[]): Promise<void>;
}

/** Where reading stopped. */
export interface ReadEnd {
  cursor: Query | undefined;
  complete: boolean;
  /** How many pages were read. */
  pages: number;
}

/** Reads contacts page by page. What is done with a page runs beside the request for the next one. */
export async function readContacts(client: Client, plan: ReadPlan, end: ReadEnd): Promise<void> {
  const { query, start, goesOn, take } = plan;
  const source = pages(client, 'contacts', query, start && fromPlain(start));
  end.cursor = start;
  let current = start;
  if (!goesOn(0)) return;
  let upcoming = source.next();
  for (let count = 1; ; count++) {
    const { value: page, done } = await upcoming;
    if (done) {
      end.complete = true;
      return;
    }
    end.pages = count;
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
    end.cursor = plan.keepsLast ? current : (next ?? current);
    if (next === undefined) end.complete = true;
    if (!more) return;
    current = next;
  }
}
