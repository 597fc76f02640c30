import type { Client } from '../../client/client.js';
import { fail } from '../../errors/errors.js';
import { didYouMean } from '../../input/nearest.js';
import { type ResourceName, resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import { adviceFor } from '../base/nameAdvice.js';
import { ifReadable } from '../base/workspaceFacts.js';
import { collect } from './list.js';

/** Filters by something that may not exist, and the list that has it. */
const LISTED = {
  label: { resource: 'labels', by: 'getLabels()' },
  campaign: { resource: 'campaigns', by: 'getCampaigns()' },
  flow: { resource: 'flows', by: 'getFlows()' },
} as const satisfies { [filter: string]: { resource: ResourceName; by: string } };

/**
 * RapidPro returns an empty list for a label, a flow or a campaign that does not exist. After an empty list, checks once
 * whether it exists.
 *
 * @returns what is named, where it is sure
 * @throws RapidProError `UNKNOWN_REFERENCE`
 */
export async function checkReferenced(
  client: Client,
  filter: keyof typeof LISTED,
  wanted: string,
): Promise<Dictionary | undefined> {
  const { resource, by } = LISTED[filter];
  const query = resource === 'flows' ? { uuid: wanted } : {};
  const listed = await ifReadable(() => collect(client, resource, query));
  const found = listed?.find(({ uuid, name }) => uuid === wanted || name === wanted);
  if (listed === undefined || found) return found;
  const [noun] = resources[resource].nouns;
  const guess = didYouMean(
    wanted,
    listed.map(({ name }) => name),
  );
  throw fail(
    'UNKNOWN_REFERENCE',
    `The workspace has no such ${noun}.`,
    `${guess}Check the spelling, including capitals: ${by} lists them.`,
  );
}

/** The same for the filter of a list. */
export function referenceCheck(filter: keyof typeof LISTED) {
  return async (client: Client, query: Query): Promise<void> => {
    const wanted = query[filter];
    if (wanted !== undefined) await checkReferenced(client, filter, String(wanted));
  };
}

/**
 * RapidPro returns an empty list for a group that does not exist, or whose name has other capitals. After an empty list,
 * checks once whether the group exists.
 *
 * @throws RapidProError `UNKNOWN_GROUP`
 */
export async function checkGroupExists(client: Client, query: Query): Promise<void> {
  const { group } = query;
  if (group === undefined) return;
  const wanted = String(group);
  // All of them, usually one page, to suggest what was meant.
  const groups = await collect(client, 'groups', {});
  if (groups.some(({ uuid, name }) => uuid === wanted || name === wanted)) return;
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
