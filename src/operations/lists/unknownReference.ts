import type { Client } from '../../client/client.js';
import { fail } from '../../errors/errors.js';
import { didYouMean } from '../../input/nearest.js';
import { type ResourceName, resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import { adviceFor } from '../base/nameAdvice.js';
import { ifReadable } from '../base/workspaceFacts.js';
import { collect } from './list.js';

const listedBy = (by: string) => `Check the spelling, including capitals: ${by} lists them.`;

interface Listed {
  resource: ResourceName;
  fix: string;
  /** True if RapidPro looks it up by its name, which may change while a list is read. */
  isNamed?: true;
  /** What to ask for, one after the other, until it is found. Default: the whole list, to suggest what was meant. */
  queries?(wanted: string): Query[];
}

/** Filters by something that may not exist, and the list that has it. */
const LISTED = {
  label: { resource: 'labels', isNamed: true, fix: listedBy('getLabels()') },
  campaign: { resource: 'campaigns', isNamed: true, fix: listedBy('getCampaigns()') },
  flow: { resource: 'flows', fix: listedBy('getFlows()'), queries: uuid => [{ uuid }] },
  contact: {
    resource: 'contacts',
    fix: 'Check the uuid of the contact, and that the credential belongs to the right workspace.',
    // Nothing is left of a deleted contact, which is no mistake.
    queries: uuid => [{ uuid }, { uuid, deleted: true }],
  },
  broadcast: {
    resource: 'broadcasts',
    fix: 'Use the id that sendBroadcast() returned: getBroadcasts() lists the others.',
    queries: id => [{ id }],
  },
} as const satisfies { [filter: string]: Listed };

type ByReference = keyof typeof LISTED;

/**
 * RapidPro returns an empty list for a label, a flow or a contact that does not exist. After an empty list, checks once
 * whether it exists.
 *
 * @returns what is named, where it is sure
 * @throws RapidProError `UNKNOWN_REFERENCE`
 */
export async function checkReferenced(
  client: Client,
  filter: ByReference,
  wanted: string,
): Promise<Dictionary | undefined> {
  const { resource, fix, queries = () => [{}] }: Listed = LISTED[filter];
  const names: unknown[] = [];
  for (const query of queries(wanted)) {
    const listed = await ifReadable(() => collect(client, resource, query));
    const found = listed?.find(({ uuid, name, id }) =>
      filter === 'broadcast' ? String(id) === wanted : uuid === wanted || name === wanted,
    );
    if (listed === undefined || found) return found;
    names.push(...listed.map(({ name }) => name));
  }
  const [noun] = resources[resource].nouns;
  throw fail(
    'UNKNOWN_REFERENCE',
    `The workspace has no such ${noun}.`,
    `${didYouMean(wanted, names)}${fix}`,
  );
}

/**
 * The same for the filters of a list.
 *
 * @returns the uuid of the one that may be given by name
 */
export function referenceCheck(...filters: ByReference[]) {
  return async (client: Client, query: Query, isBegun: boolean): Promise<unknown> => {
    let named: unknown;
    for (const filter of filters) {
      const { isNamed }: Listed = LISTED[filter];
      const wanted = isBegun && !isNamed ? undefined : query[filter];
      if (wanted === undefined) continue;
      const found = await checkReferenced(client, filter, String(wanted));
      if (isNamed) named = found?.uuid;
    }
    return named;
  };
}

/**
 * RapidPro returns an empty list for a group that does not exist, or whose name has other capitals. After an empty list,
 * checks once whether the group exists.
 *
 * @returns its uuid
 */
export async function checkGroupExists(client: Client, query: Query): Promise<unknown> {
  const { group } = query;
  if (group === undefined) return undefined;
  const wanted = String(group);
  // All of them, usually one page, to suggest what was meant.
  const groups = await collect(client, 'groups', {});
  const found = groups.find(({ uuid, name }) => uuid === wanted || name === wanted);
  if (found) return found.uuid;
  const small = wanted.toLowerCase();
  const near = groups.find(({ uuid, name }) =>
    [uuid, name].some(text => String(text).toLowerCase() === small),
  );
  throw fail(
    'UNKNOWN_GROUP',
    near
      ? 'The workspace has this group, but with different capitals.'
      : 'The workspace has no such group.',
    near
      ? `Write it exactly as in RapidPro: "${String(near.name)}".`
      : adviceFor(
          wanted,
          groups.map(({ name }) => String(name)),
        ),
  );
}
