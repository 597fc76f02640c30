import type { Client } from '../../client/client.js';
import { fail } from '../../errors/errors.js';
import { nearest } from '../../input/nearest.js';
import type { Query } from '../../types/request.js';
import { isRefused, NOT_READABLE } from '../base/workspaceFacts.js';
import { collect } from './list.js';

async function namesOf(client: Client): Promise<string[]> {
  const resthooks = await collect(client, 'resthooks', {});
  return resthooks.map(one => String(one.resthook));
}

/** Whether the workspace has a resthook with this name. */
export async function hasResthook(client: Client, resthook: string): Promise<boolean> {
  return (await namesOf(client)).includes(resthook);
}

/**
 * The lists of a resthook are also empty if there is no resthook with this name.
 *
 * @throws RapidProError `UNKNOWN_REFERENCE`
 */
export async function requireResthook(client: Client, resthook: string): Promise<void> {
  const names = await namesOf(client);
  if (names.includes(resthook)) return;
  const near = nearest(resthook, names);
  throw fail(
    'UNKNOWN_REFERENCE',
    'The workspace has no resthook with this name.',
    `${near ? `Did you mean "${near}"? ` : ''}Check the spelling: getResthooks() lists them. To create one, open the workspace settings in RapidPro.`,
  );
}

/** The same for the filter of an empty list, if the token is allowed to read the resthooks. */
export async function checkResthook(client: Client, { resthook }: Query): Promise<void> {
  if (resthook === undefined) return;
  try {
    await requireResthook(client, String(resthook));
  } catch (error) {
    if (!isRefused(error, NOT_READABLE)) throw error;
  }
}
