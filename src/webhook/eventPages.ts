import type { Client } from '../client/client.js';
import { type Page, pages } from '../client/pages.js';
import type { Place } from '../client/seams.js';
import { timeIn } from '../input/times.js';
import { comparable } from '../state/feed.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';

/** Pages that are held in memory: 10,000 events. Newer ones are read a second time when their turn comes. */
const MOST_HELD = 40;

interface Visited {
  /** Where the page begins; undefined for the first. */
  place: Place | undefined;
  records: Dictionary[] | undefined;
}

/** One page, from where it begins: new events come before it and do not move it. */
async function readAgain(
  client: Client,
  query: Query,
  place: Place | undefined,
): Promise<Dictionary[]> {
  for await (const { records } of pages(client, 'resthook_events', query, place)) {
    if (records.length > 0) return records;
  }
  return [];
}

/** Whether a page ends below the time that is wanted. */
function reaches({ records }: Page, down: string | undefined): boolean {
  const last = records.at(-1);
  return down !== undefined && last !== undefined && comparable(timeIn(last, 'created_on')) < down;
}

/** Reads a list down to a time. Of the first page, which has no place of its own, the events stay. */
async function walk(client: Client, query: Query, down: string | undefined): Promise<Visited[]> {
  const visited: Visited[] = [];
  let place: Place | undefined;
  for await (const page of pages(client, 'resthook_events', query)) {
    visited.push({ place, records: page.records });
    const left = visited.at(-1 - MOST_HELD);
    if (left?.place) left.records = undefined;
    place = page.next;
    if (reaches(page, down)) break;
  }
  return visited;
}

/**
 * The pages of a list that RapidPro gives newest first only, oldest first. However long the list, the
 * memory that it takes is bounded.
 *
 * @param down - the time down to which to read; all there is where undefined
 */
export async function* oldestFirst(
  client: Client,
  query: Query,
  down: string | undefined,
): AsyncGenerator<Dictionary[], void, undefined> {
  const visited = await walk(client, query, down);
  for (let page = visited.pop(); page; page = visited.pop()) {
    const records = page.records ?? (await readAgain(client, query, page.place));
    yield [...records].reverse();
  }
}
