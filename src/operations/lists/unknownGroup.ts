import type { Client } from '../../client/client.js';
import { RapidProError } from '../../client/errors.js';
import type { Query } from '../../client/request.js';
import { isUuid } from '../base/identifiers.js';
import { collect } from './list.js';

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
  const found = await collect(
    client,
    'groups',
    isUuid(wanted) ? { uuid: wanted } : { name: wanted },
  );
  if (found.some(({ uuid, name }) => uuid === wanted || name === wanted)) return;
  const [near] = found;
  throw new RapidProError({
    code: 'UNKNOWN_GROUP',
    description: near
      ? 'The workspace has this group, but with other capitals in its name or uuid.'
      : 'The workspace has no such group.',
    fix: near
      ? `Write it as RapidPro does: "${String(near.name)}".`
      : 'Check the spelling of the group, or list the groups with getGroups().',
  });
}
