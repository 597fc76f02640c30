import type { Client } from '../../client/client.js';
import { fail } from '../../errors/errors.js';
import { nearest } from '../../input/nearest.js';
import type { Query } from '../../types/request.js';
import { collect } from './list.js';

/** What may be wrong with the name of a group. */
function advise(wanted: string, names: readonly string[]): string {
  const guess = nearest(wanted, names);
  return `${guess ? `Did you mean "${guess}"? ` : ''}Check the spelling of the group, or list the groups with getGroups().`;
}

/**
 * RapidPro gives an empty list for a group that does not exist, and for one whose name is written
 * with other capitals. After an empty list, looks once whether the group is there.
 *
 * @throws RapidProError `UNKNOWN_GROUP`
 */
export async function checkGroupExists(client: Client, query: Query): Promise<void> {
  const { group } = query;
  if (group === undefined) return;
  const wanted = String(group);
  // All of them, a page as a rule: they show what was meant.
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
      ? `Write it like RapidPro: "${String(near.name)}".`
      : advise(
          wanted,
          groups.map(({ name }) => String(name)),
        ),
  );
}
