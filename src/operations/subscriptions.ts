import type { Client } from '../client/client.js';
import { RapidProError } from '../errors/errors.js';
import type { Body } from '../input/body.js';
import { shownId } from '../input/identifiers.js';
import { named } from '../input/isOperation.js';
import { count, log } from '../input/log.js';
import { resources } from '../resources.js';
import type { Dictionary } from '../types/json.js';
import type { Options } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { requireDone } from './base/asObject.js';
import { operation } from './base/operation.js';
import { collect } from './lists/list.js';
import { hasResthook, requireResthook } from './lists/unknownReference.js';
import { lookAgain } from './objects/ensure.js';
import { create } from './objects/objects.js';
import { checkNewSubscriber, checkSubscriber } from './resthooks.js';

/** The subscribers of a resthook with this address; more than one only by accident. */
async function subscribersAt(client: Client, { resthook, target_url }: Body) {
  const subscribers = await collect(client, 'resthook_subscribers', {
    resthook: String(resthook),
  });
  return subscribers.filter(one => one.resthook === resthook && one.target_url === target_url);
}

/**
 * Two jobs that subscribe an address at the same moment may both succeed, because RapidPro reads first and writes
 * later. Then each push would come twice. So the oldest stays, and every job picks the same one.
 */
async function keepOldest(client: Client, body: Body): Promise<Dictionary | undefined> {
  const subscribers = await subscribersAt(client, body);
  const [oldest, ...others] = subscribers.sort((a, b) => Number(a.id) - Number(b.id));
  for (const { id } of others) await removeSubscriber(client, id);
  return oldest;
}

async function ensureSubscriber(client: Client, body: Body): Promise<Dictionary> {
  const existing = await keepOldest(client, body);
  if (existing) {
    log.info(`Already subscribed, as resthook subscriber ${shownId(existing)}`);
    return existing;
  }
  try {
    const made = await create(client, 'resthook_subscribers', body);
    return (await keepOldest(client, body)) ?? made;
  } catch (error) {
    if (!(error instanceof RapidProError) || error.code !== 'VALIDATION_FAILED') throw error;
    // Refused for one of three reasons. The server may translate its texts, but not its keys.
    if (error.errors?.some(text => text.startsWith('target_url'))) throw error;
    await requireResthook(client, String(body.resthook));
    // Somebody else has just subscribed the address.
    const find = async () => (await subscribersAt(client, body))[0];
    const made = (await find()) ?? (await lookAgain(client, find, 2));
    if (made) return made;
    throw error;
  }
}

/**
 * Let a resthook send to an address, for example an OpenFn webhook. Safe to repeat: an address is subscribed only once.
 * @public
 * @function
 * @namespace global
 * @example <caption>Start a workflow at each birth</caption>
 * subscribe('new-birth', 'https://app.openfn.org/i/6b1d0d54-3c47-4ba4-a2c5-9e7b5c3f4d10');
 * @example <caption>To every event of the workspace</caption>
 * getResthooks();
 * each(
 *   $.data,
 *   subscribe($.data.resthook, 'https://app.openfn.org/i/6b1d0d54-3c47-4ba4-a2c5-9e7b5c3f4d10'),
 * );
 * @param {string} resthook - The name of the resthook. It must exist: resthooks can only be created in RapidPro.
 * @param {string} targetUrl - The address to send to; at most 200 characters, without a user name or a password.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The subscriber: `id`, `resthook`, `target_url`, `created_on`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` if there is no such resthook; `VALIDATION_FAILED` if RapidPro does not accept the address; `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/resthooks
 * @returns {Operation}
 */
export function subscribe(
  resthook: Reference<string>,
  targetUrl: Reference<string>,
  options?: Reference<Options>,
): Operation {
  return named(
    'subscribe',
    operation({
      args: { resthook, targetUrl },
      options,
      run({ client, args }) {
        const { resthook, targetUrl } = args;
        return ensureSubscriber(client, checkNewSubscriber({ resthook, target_url: targetUrl }));
      },
    }),
  );
}

async function removeSubscriber(client: Client, id: unknown): Promise<void> {
  const { path } = resources.resthook_subscribers;
  try {
    requireDone(await client.request({ method: 'DELETE', path, query: { id: String(id) } }));
  } catch (error) {
    // Another job was faster, or an earlier attempt did it and its answer was lost.
    if (!(error instanceof RapidProError) || error.code !== 'NOT_FOUND') throw error;
  }
}

/**
 * Stop a resthook from sending to an address. Safe to repeat.
 * @public
 * @function
 * @namespace global
 * @example <caption>Stop sending births</caption>
 * unsubscribe('new-birth', 'https://app.openfn.org/i/6b1d0d54-3c47-4ba4-a2c5-9e7b5c3f4d10');
 * @example <caption>All addresses of a resthook</caption>
 * getResthookSubscribers({ resthook: 'new-birth' });
 * each($.data, unsubscribe($.data.resthook, $.data.target_url));
 * @param {string} resthook - The name of the resthook.
 * @param {string} targetUrl - The address, exactly as it was subscribed.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `deleted: true`, or `deleted: false` if it was not subscribed.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/resthook_subscribers
 * @returns {Operation}
 */
export function unsubscribe(
  resthook: Reference<string>,
  targetUrl: Reference<string>,
  options?: Reference<Options>,
): Operation {
  return named(
    'unsubscribe',
    operation({
      args: { resthook, targetUrl },
      options,
      async run({ client, args }) {
        const { resthook, targetUrl } = args;
        const body = checkSubscriber({ resthook, target_url: targetUrl });
        const subscribers = await subscribersAt(client, body);
        for (const { id } of subscribers) await removeSubscriber(client, id);
        const removed = count(subscribers.length, resources.resthook_subscribers.nouns);
        log.info(`Deleted ${removed}`);
        if (subscribers.length === 0 && !(await hasResthook(client, String(body.resthook)))) {
          log.warn('The workspace has no resthook with this name. Check the spelling.');
        }
        return { deleted: subscribers.length > 0 };
      },
    }),
  );
}
