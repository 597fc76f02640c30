import type { Client } from '../../client/client.js';
import { type ErrorCode, RapidProError } from '../../errors/errors.js';
import type { Body } from '../../input/body.js';
import { log } from '../../input/log.js';
import { refuseMissing } from '../../input/missing.js';
import { LITERAL } from '../../input/options.js';
import { type ResourceName, resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Operation } from '../../types/state.js';
import { operation } from '../base/operation.js';
import { COPY_LAG, collect } from '../lists/list.js';
import { requireText } from '../many/items.js';
import { create, keptName, nounOf } from './objects.js';

/** What RapidPro says to the slower of two jobs that create the same thing at once. */
const BEATEN = new Set<ErrorCode>(['NAME_TAKEN', 'SERVER_ERROR']);

interface Wanted {
  resource: ResourceName;
  /** What to create if nothing is found. */
  body: Body;
  find(client: Client): Promise<Dictionary | undefined>;
}

/** How RapidPro compares names. */
export function sameName(a: unknown, b: unknown): boolean {
  const plain = (name: unknown) => String(name).trim().toLowerCase();
  return plain(a) === plain(b);
}

/** The key that RapidPro makes from the name of a field or a global: `Next visit` becomes `next_visit`. */
export function keyOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

/**
 * Finds an object by its name, or creates it. Safe to repeat, also while another job does the same: the second one finds
 * it.
 */
export async function ensure(
  client: Client,
  { resource, body, find }: Wanted,
): Promise<Dictionary> {
  const existing = await find(client);
  if (existing) {
    log.info(`The ${nounOf(resource)} already exists`);
    return existing;
  }
  try {
    return await create(client, resource, body);
  } catch (error) {
    if (!(error instanceof RapidProError) || !BEATEN.has(error.code)) throw error;
    const made = await client.after(error, () => lookAgain(client, find));
    if (made) return made;
    throw error.code === 'NAME_TAKEN' ? keptName(error, resource) : error;
  }
}

/** Looks for what somebody else has just made: a list shows it soon. */
export async function lookAgain(
  client: Client,
  find: Wanted['find'],
  most = 3,
): Promise<Dictionary | undefined> {
  for (let looks = 0; looks < most; looks++) {
    await client.clock.sleep(COPY_LAG);
    const made = await find(client);
    if (made) return made;
  }
  return undefined;
}

/** `ensureGroup` and `ensureLabel`: objects that have only a name, and can be found by it. */
export function ensureNamed(
  resource: 'groups' | 'labels',
  name: unknown,
  options: unknown,
): Operation {
  return operation({
    args: { name },
    options,
    knownOptions: LITERAL,
    run({ client, args, options }) {
      const wanted = requireText(args.name, 'name');
      refuseMissing(wanted, `${resources[resource].nouns[0]}.name`, 'name', options.literal);
      return ensure(client, {
        resource,
        body: { name: wanted },
        async find() {
          const found = await collect(client, resource, { name: wanted });
          return found.find(object => sameName(object.name, wanted));
        },
      });
    },
  });
}
