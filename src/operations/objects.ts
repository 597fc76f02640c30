import type { Client } from '../client/client.js';
import { RapidProError } from '../client/errors.js';
import type { ResourceName } from '../resources.js';
import { resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Operation } from '../types/state.js';
import { asObject } from './answered.js';
import type { Body } from './body.js';
import { isUuid } from './identifiers.js';
import { log } from './log.js';
import { operation } from './operation.js';

/**
 * The three things that are done to any object of a workspace: add, update, delete. What the nouns
 * differ in stands in their own files.
 */

/** How a noun's objects are named in an address. */
type Key = 'uuid' | 'key' | 'id';

interface Write {
  resource: ResourceName;
  body: unknown;
  check(value: unknown, where?: string): Body;
  options: unknown;
}

/** A name for the log: never what people wrote. */
function nameOf(object: Dictionary): string {
  return String(object.uuid ?? object.key ?? object.id ?? '');
}

/** Adds an object, and says so. */
export async function create(
  client: Client,
  resource: ResourceName,
  body: Body,
  repeatable = false,
): Promise<Dictionary> {
  const { path, nouns } = resources[resource];
  const answer = await client.request({ method: 'POST', path, body, repeatable });
  const object = asObject(answer.body);
  log.info(`Added ${nouns[0]} ${nameOf(object)}`);
  return object;
}

export function add({ resource, body, check, options }: Write): Operation {
  return operation({
    args: { body },
    options,
    run: ({ client, args }) => create(client, resource, check(args.body)),
  });
}

/**
 * Checks what names an object: an empty name in an address would turn an update into an addition.
 *
 * @throws RapidProError `INVALID_INPUT`
 */
export function checkKey(value: unknown, key: Key, resource: ResourceName): string {
  const noun = resources[resource].nouns[0];
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  const good = key === 'uuid' ? isUuid(text) : key === 'id' ? /^\d+$/.test(text) : text !== '';
  if (good) return key === 'uuid' ? text.toLowerCase() : text;
  const article = /^[aeio]/.test(noun) ? 'an' : 'a';
  throw new RapidProError({
    code: 'INVALID_INPUT',
    description: `The first argument is not the ${key} of ${article} ${noun}.`,
    fix: `Give the ${key} as RapidPro wrote it, as text. If it comes from $ or state, check that the data is there.`,
  });
}

interface Update extends Write {
  key: Key;
  object: unknown;
  /** False where a second time does something else than the first. */
  repeatable?: boolean;
}

export function update(plan: Update): Operation {
  const { resource, key, object, body, check, options, repeatable = true } = plan;
  return operation({
    args: { object, changes: body },
    options,
    async run({ client, args }) {
      const { path, nouns } = resources[resource];
      const query = { [key]: checkKey(args.object, key, resource) };
      const changes = check(args.changes, 'changes');
      const answer = await client.request({
        method: 'POST',
        path,
        query,
        body: changes,
        repeatable,
      });
      const updated = asObject(answer.body);
      log.info(`Updated ${nouns[0]} ${nameOf(updated)}`);
      return updated;
    },
  });
}

interface Removal {
  resource: ResourceName;
  key: Key;
  object: unknown;
  options: unknown;
}

export function remove({ resource, key, object, options }: Removal): Operation {
  return operation({
    args: { object },
    options,
    async run({ client, args }) {
      const { path, nouns } = resources[resource];
      const query = { [key]: checkKey(args.object, key, resource) };
      await client.request({ method: 'DELETE', path, query });
      log.info(`Deleted ${nouns[0]} ${query[key]}`);
      return { deleted: true };
    },
  });
}
