import type { Client } from '../client/client.js';
import { RapidProError } from '../client/errors.js';
import { pages } from '../client/pages.js';
import type { Query } from '../client/request.js';
import { type ResourceName, resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Operation } from '../types/state.js';
import { checkFilters } from './filters.js';
import { count, log } from './log.js';
import { operation } from './operation.js';
import { checkUnderstood } from './understood.js';

/** Records that an array may hold: beyond it no worker has the memory. */
export const MOST_RECORDS = 1_000_000;

/** Reads a list into an array, page by page, up to a limit. */
export async function collect(
  client: Client,
  name: ResourceName,
  query: Query,
  limit = Number.POSITIVE_INFINITY,
): Promise<Dictionary[]> {
  const records: Dictionary[] = [];
  for await (const page of pages(client, name, query)) {
    if (records.length === 0) checkUnderstood(name, query, client.dialect);
    for (const record of page.records) records.push(record);
    if (records.length >= limit) return records.slice(0, limit);
    if (records.length > MOST_RECORDS) {
      throw new RapidProError({
        code: 'LIST_TOO_LONG',
        description: `The list is longer than ${MOST_RECORDS} ${resources[name].nouns[1]}.`,
        fix: 'Read less at once: a filter such as "after" or "group", or options.limit.',
      });
    }
  }
  return records;
}

export interface ListPlan {
  name: ResourceName;
  filters: unknown;
  options: unknown;
  /** Looks at the result, to tell an empty list from a misspelled filter. */
  afterwards?: (client: Client, query: Query, records: Dictionary[]) => Promise<void>;
}

/** Every list operation: check the filters, read all the pages, say how many. */
export function list({ name, filters, options, afterwards }: ListPlan): Operation {
  return operation({
    args: { filters },
    options,
    knownOptions: ['limit'],
    async run({ client, args, options: { limit } }) {
      const query = checkFilters(name, args.filters);
      const records = await collect(client, name, query, limit);
      await afterwards?.(client, query, records);
      const read = count(records.length, resources[name].nouns);
      log.info(`Fetched ${read} in ${count(client.requests, ['request', 'requests'])}`);
      return records;
    },
  });
}
