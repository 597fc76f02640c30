import { fail } from '../../errors/errors.js';
import { plural } from '../../input/log.js';
import { didYouMean } from '../../input/nearest.js';
import { type ResourceName, resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import { adviceFor } from '../base/nameAdvice.js';
import type { Access } from '../base/operation.js';
import { collect } from './list.js';

/**
 * What a check reads of the things that a filter names; undefined where the token may not read them. The list itself was
 * answered, so that is no error, but the log says what is not certain.
 *
 * @param isBegun - records were read, by a name that may have changed since
 */
export function readNamed<T>(
  { facts }: Access,
  resource: ResourceName,
  filter: string,
  isBegun: boolean,
  read: () => Promise<T>,
): Promise<T | undefined> {
  const nouns = plural(resources[resource].nouns);
  const risk = isBegun
    ? `still exists under this name: if not, records are missing`
    : `exists: if not, the list is always empty`;
  return facts.unlessForbidden(nouns, read, `it was not checked that filters.${filter} ${risk}`);
}

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
  access: Access,
  filter: ByReference,
  wanted: string,
  isBegun = false,
): Promise<Dictionary | undefined> {
  const { resource, fix, queries = () => [{}] }: Listed = LISTED[filter];
  const names: unknown[] = [];
  for (const query of queries(wanted)) {
    const read = () => collect(access.client, resource, query);
    const listed = await readNamed(access, resource, filter, isBegun, read);
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
  return async (access: Access, query: Query, isBegun: boolean): Promise<unknown> => {
    let named: unknown;
    for (const filter of filters) {
      const { isNamed }: Listed = LISTED[filter];
      const wanted = isBegun && !isNamed ? undefined : query[filter];
      if (wanted === undefined) continue;
      const found = await checkReferenced(access, filter, String(wanted), isBegun);
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
export async function checkGroupExists(
  access: Access,
  { group }: Query,
  isBegun: boolean,
): Promise<unknown> {
  if (group === undefined) return undefined;
  const wanted = String(group);
  // All of them, usually one page, to suggest what was meant.
  const read = () => collect(access.client, 'groups', {});
  const find = (groups: Dictionary[]) =>
    groups.find(({ uuid, name }) => uuid === wanted || name === wanted);
  const readNew = async () =>
    access.client.limiter.untilShown(await read(), read, groups => find(groups) !== undefined);
  const groups = await readNamed(access, 'groups', 'group', isBegun, readNew);
  if (groups === undefined) return undefined;
  const found = find(groups);
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
