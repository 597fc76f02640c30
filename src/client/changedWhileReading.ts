import { type Resource, type ResourceName, resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Query } from '../types/request.js';
import type { Client } from './client.js';
import { type Page, pages } from './pages.js';
import { SeenIds } from './seenIds.js';

/**
 * Lists sorted by the time of change move while they are read. Newest first, a record that changes
 * jumps to the front, behind the reader, and would be missed. Oldest
 * first, it jumps to the end and comes twice.
 */

/** The key by which a list moves, or undefined for one that keeps its order. */
function movingKey(name: ResourceName, query: Query): string | undefined {
  const { order }: Resource = resources[name];
  const isFiltered = order?.filteredBy === order?.by && order?.reverse === true;
  // With an end in the past, what changes leaves the list rightly.
  return isFiltered && query.before === undefined ? order?.by : undefined;
}

/** Yields pages without the records that a moving list brings a second time. */
async function* once(
  source: AsyncIterable<Page>,
  client: Client,
  key: string,
): AsyncGenerator<Page> {
  const seenIds = new SeenIds();
  let began: number | undefined;
  for await (const page of source) {
    // Whole seconds, cut: anything from this second on may have changed since.
    began ??= client.serverTime ?? client.clock.now() - 60_000;
    const records = page.records.filter(record => {
      const moved = Date.parse(String(record[key])) >= (began ?? 0);
      if (moved && seenIds.has(record)) return false;
      seenIds.add(record);
      return true;
    });
    yield { ...page, records };
  }
}

function timeOf(record: Dictionary | undefined, key: string): string | undefined {
  const time = record?.[key];
  return typeof time === 'string' ? time : undefined;
}

/**
 * Yields the records that changed after a time and have not been handed out, newest first. Reads no
 * further than that time: an import may have put any number of records into that one instant.
 */
async function* changedSince(
  list: MovingList,
  since: string,
  seenIds: SeenIds,
): AsyncGenerator<Page> {
  const { client, name, query, key } = list;
  let newest = since;
  for (;;) {
    const end = newest;
    let count = 0;
    for await (const { records } of pages(client, name, { ...query, after: end })) {
      if (count++ === 0) newest = timeOf(records[0], key) ?? end;
      const past = records.findIndex(record => timeOf(record, key) === end);
      const changed = past < 0 ? records : records.slice(0, past);
      const unseen = changed.filter(record => !seenIds.has(record));
      for (const record of unseen) seenIds.add(record);
      if (unseen.length > 0) yield { records: unseen, next: undefined, since };
      if (past >= 0) break;
    }
    // One page is one moment: nothing can have moved behind it.
    if (count < 2) return;
  }
}

interface MovingList {
  client: Client;
  name: ResourceName;
  query: Query;
  /** The time that it is sorted by. */
  key: string;
}

/** Yields pages, and after the last one those records that changed behind the reader. */
async function* andMissed(list: MovingList, { place, since }: Start): AsyncGenerator<Page> {
  const seenIds = new SeenIds();
  let newest = since;
  let count = 0;
  // A place that is a time alone: an earlier run had only the last step left.
  if (place || since === undefined) {
    for await (const page of pages(list.client, list.name, list.query, place)) {
      count++;
      newest ??= timeOf(page.records[0], list.key);
      for (const record of page.records) seenIds.add(record);
      yield { ...page, since: newest };
    }
  }
  if (newest === undefined || (count < 2 && since === undefined)) return;
  yield* changedSince(list, newest, seenIds);
}

/** Where a reading begins. */
export interface Start {
  /** As a page's `next` said it. */
  place?: Query | undefined;
  /** The time of the newest record when the reading began in an earlier run. */
  since?: string | undefined;
}

/**
 * Reads a list from its first page, or from where an earlier run stopped, so that no record is missed
 * and none comes twice because it changed meanwhile. Costs one request more where a list has several
 * pages.
 */
export function stablePages(
  client: Client,
  name: ResourceName,
  query: Query,
  start: Start = {},
): AsyncGenerator<Page> {
  const key = movingKey(name, query);
  if (key === undefined) return pages(client, name, query, start.place);
  if (query.reverse === true) return once(pages(client, name, query, start.place), client, key);
  return andMissed({ client, name, query, key }, start);
}
