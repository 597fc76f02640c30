import type { Client } from '../../client/client.js';
import { fail } from '../../errors/errors.js';
import { collect } from './list.js';

/** Whether the workspace has a resthook of this name. */
export async function hasResthook(client: Client, resthook: string): Promise<boolean> {
  const resthooks = await collect(client, 'resthooks', {});
  return resthooks.some(one => one.resthook === resthook);
}

/**
 * Lists of one resthook are empty too when there is none of its name.
 *
 * @throws RapidProError `UNKNOWN_REFERENCE`
 */
export async function requireResthook(client: Client, resthook: string): Promise<void> {
  if (await hasResthook(client, resthook)) return;
  throw fail(
    'UNKNOWN_REFERENCE',
    'The workspace has no resthook with this name.',
    'Check the spelling: getResthooks() lists them. To create one, open the workspace settings in RapidPro.',
  );
}
