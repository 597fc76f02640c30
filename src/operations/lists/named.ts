import type { Client } from '../../client/client.js';
import { pages } from '../../client/pages.js';
import { shortHash } from '../../client/seenIds.js';
import { fail, type RapidProError } from '../../errors/errors.js';
import { isObject } from '../../input/check.js';
import { checkFilters } from '../../input/filters.js';
import { asUuid } from '../../input/identifiers.js';
import { plural } from '../../input/log.js';
import { didYouMean } from '../../input/nearest.js';
import { type ResourceName, resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query, QueryValue } from '../../types/request.js';

/** What RapidPro accepts only by uuid, but people know by name. */
type Named = 'flows' | 'campaigns' | 'topics';

const LISTS: Record<Named, string> = {
  flows: 'getFlows({ archived: false })',
  campaigns: 'getCampaigns()',
  topics: 'getTopics()',
};

/** A text that is a name, not a uuid. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && asUuid(value) === undefined;
}

function refuse(what: string, fix: string): RapidProError {
  return fail('UNKNOWN_REFERENCE', `${what} Nothing was sent.`, fix);
}

async function read(client: Client, resource: Named, query: Query = {}): Promise<Dictionary[]> {
  const listed: Dictionary[] = [];
  for await (const { records } of pages(client, resource, query)) listed.push(...records);
  return listed;
}

function pick(
  listed: readonly Dictionary[],
  resource: Named,
  name: string,
  where: string,
): Dictionary {
  const [noun, nouns] = resources[resource].nouns;
  const live = listed.filter(({ archived }) => archived !== true);
  const [found, other] = live.filter(one => one.name === name);
  if (found && !other) return found;
  if (found) {
    throw refuse(
      `${where} is the name of several ${nouns}.`,
      `Use the uuid of the one you mean: ${LISTS[resource]} lists them.`,
    );
  }
  if (listed.some(one => one.name === name)) {
    throw refuse(
      `${where} is the name of an archived ${noun}.`,
      `Restore it in RapidPro, or use another one: ${LISTS[resource]} lists them. To read its runs, use its uuid.`,
    );
  }
  const near = didYouMean(
    name,
    live.map(one => one.name),
  );
  throw refuse(
    `The workspace has no ${noun} with the name in ${where}.`,
    `${near}Check the spelling, including capitals: ${LISTS[resource]} lists them.`,
  );
}

/**
 * The uuid of something that a job gives by uuid, or by its exact name, which takes a read of the list.
 *
 * @throws RapidProError `UNKNOWN_REFERENCE` if none has the name, several have, or it is archived
 */
export async function uuidOf(
  client: Client,
  resource: Named,
  value: string,
  where: string,
): Promise<string> {
  const known = asUuid(value);
  if (known) return known;
  const name = value.trim();
  const before = client.requests;
  const listed = await read(client, resource);
  const uuid = String(pick(listed, resource, name, where).uuid);
  // Between two pages, names may have been swapped.
  if (client.requests - before > 1) {
    const again = await read(client, resource, resource === 'topics' ? {} : { uuid });
    if (String(pick(again, resource, name, where).uuid) !== uuid) {
      throw refuse(
        `${where} was the name of a different ${resources[resource].nouns[0]} a moment ago.`,
        'Run the job again, or use the uuid.',
      );
    }
  }
  return uuid;
}

/** A placeholder for a name while the rest is checked, before anything is sent. */
export const SOME_UUID = '00000000-0000-4000-8000-000000000000';

/** The filters that take only a uuid, and what it belongs to. */
const BY_NAME: Partial<Record<ResourceName, { readonly [filter: string]: Named }>> = {
  runs: { flow: 'flows' },
  definitions: { flow: 'flows', campaign: 'campaigns' },
};

/** The filters of a list that are names, to be replaced by uuids. */
const namedIn = (name: ResourceName, given: Dictionary) =>
  Object.entries(BY_NAME[name] ?? {}).filter(([key]) => [given[key]].flat().some(isName));

/** Whether filters contain names that must be looked up before the list can be read. */
export function hasNames(name: ResourceName, filters: unknown): boolean {
  return isObject(filters) && namedIn(name, filters).length > 0;
}

/**
 * The query of a list, with names replaced by uuids where RapidPro accepts only those.
 *
 * @throws RapidProError `INVALID_FILTER`, `UNKNOWN_REFERENCE`
 */
export async function queryOf(
  client: Client,
  name: ResourceName,
  filters: unknown,
): Promise<Query> {
  const given = (filters ?? {}) as Dictionary;
  const named = namedIn(name, given);
  if (named.length === 0) return checkFilters(name, filters);
  const orUuid = (item: unknown) => (isName(item) ? SOME_UUID : item);
  const standIn = named.map(([key]) => {
    const value = given[key];
    return [key, Array.isArray(value) ? value.map(orUuid) : orUuid(value)];
  });
  const query: { [filter: string]: QueryValue | undefined } = {
    ...checkFilters(name, { ...given, ...Object.fromEntries(standIn) }),
  };
  for (const [key, resource] of named) {
    const uuids = new Set<string>();
    for (const item of [given[key]].flat()) {
      uuids.add(await uuidOf(client, resource, String(item), `filters.${key}`));
    }
    const [first = ''] = uuids;
    query[key] = Array.isArray(given[key]) ? [...uuids] : first;
  }
  return query;
}

/** What a filter may name where the server looks the name up for each page, and the key under which a record has it. */
const IN_RECORDS = {
  contacts: { filter: 'group', key: 'groups', noun: 'group', code: 'UNKNOWN_GROUP' },
  messages: { filter: 'label', key: 'labels', noun: 'label', code: 'UNKNOWN_REFERENCE' },
  campaign_events: {
    filter: 'campaign',
    key: 'campaign',
    noun: 'campaign',
    code: 'UNKNOWN_REFERENCE',
  },
} as const;

/**
 * The group, label or campaign that had the name in a filter when the list began. If it is renamed and another one gets
 * its name, the server goes on with that one.
 */
export class NamedOne {
  /** A hash of its uuid. Undefined until a record shows it, and for a filter that is no name. */
  hash: string | undefined;
  readonly #resource: ResourceName;
  readonly #query: Query;

  /** @param hash - as an earlier run left it */
  constructor(resource: ResourceName, query: Query, hash?: string) {
    this.#resource = resource;
    this.#query = query;
    this.hash = hash;
  }

  /** For the next run. */
  get kept(): { named?: string } {
    return this.hash === undefined ? {} : { named: this.hash };
  }

  /** @throws RapidProError `UNKNOWN_GROUP`, `UNKNOWN_REFERENCE` */
  checkRecords(records: readonly Dictionary[]): void {
    const place = this.#place;
    if (!place) return;
    const name = this.#query[place.filter];
    for (const record of records) {
      const ones = [record[place.key]].flat().filter(one => isObject(one) && one.name === name);
      // The first one that has it is enough: a page is read at once.
      if (ones.length > 0) {
        this.check(ones.map(one => (one as Dictionary).uuid));
        return;
      }
    }
  }

  /**
   * @param uuids - of what has the name now
   * @throws RapidProError `UNKNOWN_GROUP`, `UNKNOWN_REFERENCE`
   */
  check(uuids: readonly unknown[]): void {
    const place = this.#place;
    const hashes = uuids.filter(uuid => typeof uuid === 'string').map(shortHash);
    if (!place || hashes.length === 0) return;
    this.hash ??= hashes[0];
    if (hashes.some(hash => hash === this.hash)) return;
    const { filter, noun, code } = place;
    throw fail(
      code,
      `The name in filters.${filter} was given to a different ${noun} since the list began: not all ${plural(resources[this.#resource].nouns)} came.`,
      `Use the uuid of the ${noun} that you mean: it stays the same. Then run the job again.`,
    );
  }

  get #place() {
    const place = IN_RECORDS[this.#resource as keyof typeof IN_RECORDS];
    return place && isName(this.#query[place.filter]) ? place : undefined;
  }
}
