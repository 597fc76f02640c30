import type { Client } from '../client/client.js';
import { fail, hasErrorCode, RapidProError } from '../errors/errors.js';
import { type Body, bodyCheck, filled, text } from '../input/body.js';
import { shownId } from '../input/identifiers.js';
import { count, log } from '../input/log.js';
import { isMissingPart } from '../input/missing.js';
import { didYouMean } from '../input/nearest.js';
import { resources } from '../resources.js';
import type { ResthookSubscriberBody } from '../types/bodies.js';
import type {
  ResthookEventFilters,
  ResthookFilters,
  ResthookSubscriberFilters,
} from '../types/filters.js';
import type { Dictionary } from '../types/json.js';
import type { ListOptions, Options } from '../types/options.js';
import type { Query } from '../types/request.js';
import type { Operation, Reference } from '../types/state.js';
import { parseUrl } from '../url.js';
import { requireDone } from './base/asObject.js';
import { add, createObject, findMade, remove } from './base/objects.js';
import { type Access, operation } from './base/operation.js';
import { collect, list } from './lists/list.js';
import { readNamed } from './lists/unknownReference.js';

/** Longer addresses make RapidPro fail instead of answer. */
const LONGEST_URL = 200;

const url = text
  .trim()
  .refine(value => parseUrl(value) !== undefined && /^https?:/i.test(value), {
    error: 'must be a full web address: https://…',
  })
  .refine(value => value.length <= LONGEST_URL, {
    error: `must have at most ${LONGEST_URL} characters`,
  });

/** Whoever reads the subscribers would read a password too. */
const openUrl = url
  .refine(
    value => {
      const { username, password } = parseUrl(value) ?? {};
      return !username && !password;
    },
    { error: 'must not contain a user name or password: remove the part before @' },
  )
  .refine(value => !isMissingPart(value), {
    error: 'has a part that is missing data: check the names after $ or state',
  });

const checkOf = (target_url: typeof url) =>
  bodyCheck(
    'subscriber',
    { resthook: filled('the name of a resthook'), target_url },
    { resource: 'resthook_subscribers' },
  );

const checkNewSubscriber = checkOf(openUrl);
const SUBSCRIBER = {
  resource: 'resthook_subscribers',
  check: checkNewSubscriber,
  find: async (client: Client, body: Body) => (await subscribersAt(client, body))[0],
  knownOptions: [],
} as const;
/** Of one that may be there since long. */
const checkSubscriber = checkOf(url);

async function resthookNames(client: Client): Promise<string[]> {
  const resthooks = await collect(client, 'resthooks', {});
  return resthooks.map(one => String(one.resthook));
}

/** The lists of a resthook are also empty if there is no resthook with this name. */
async function requireResthook(client: Client, resthook: string): Promise<void> {
  const names = await resthookNames(client);
  if (names.includes(resthook)) return;
  throw fail(
    'UNKNOWN_REFERENCE',
    'The workspace has no resthook with this name.',
    `${didYouMean(resthook, names)}Check the spelling: getResthooks() lists them. To create one, open the workspace settings in RapidPro.`,
  );
}

/** The same for the filter of an empty list, if the token is allowed to read the resthooks. */
export async function checkResthook(access: Access, { resthook }: Query): Promise<void> {
  if (resthook === undefined) return;
  const check = () => requireResthook(access.client, String(resthook));
  await readNamed(access, 'resthooks', 'resthook', false, check);
}

/**
 * Read the resthooks of the workspace: events that flows can send to other systems.
 * @public
 * @function
 * @namespace global
 * @example <caption>All resthooks</caption>
 * getResthooks();
 * @example <caption>The first ten</caption>
 * getResthooks({}, { limit: 10 });
 * @param {ResthookFilters} [filters] - `reverse`. Default: all resthooks.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The resthooks: `resthook` (its name), `created_on`, `modified_on`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/resthooks
 * @returns {Operation}
 */
export function getResthooks(
  filters?: Reference<ResthookFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getResthooks', arguments, { resource: 'resthooks', filters, options });
}

/**
 * Read what resthooks sent out in the last 48 hours, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>Of one resthook</caption>
 * getResthookEvents({ resthook: 'new-birth' });
 * @example <caption>The last ten of all</caption>
 * getResthookEvents({}, { limit: 10 });
 * @param {ResthookEventFilters} [filters] - `resthook`. Default: all events.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The events: `resthook`, `data` (what was sent), `created_on`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` if the list is empty because there is no such resthook; `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/resthook_events
 * @returns {Operation}
 */
export function getResthookEvents(
  filters?: Reference<ResthookEventFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getResthookEvents', arguments, {
    resource: 'resthook_events',
    filters,
    options,
    ifEmpty: checkResthook,
  });
}

/**
 * Read which addresses resthooks send to.
 * @public
 * @function
 * @namespace global
 * @example <caption>Of one resthook</caption>
 * getResthookSubscribers({ resthook: 'new-birth' });
 * @example <caption>The first ten of all</caption>
 * getResthookSubscribers({}, { limit: 10 });
 * @param {ResthookSubscriberFilters} [filters] - `resthook`, `id`. Default: all subscribers.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The subscribers: `id`, `resthook`, `target_url`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` if the list is empty because there is no such resthook; `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/resthook_subscribers
 * @returns {Operation}
 */
export function getResthookSubscribers(
  filters?: Reference<ResthookSubscriberFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getResthookSubscribers', arguments, {
    resource: 'resthook_subscribers',
    filters,
    options,
    ifEmpty: checkResthook,
  });
}

/**
 * Let a resthook send to an address, for example an OpenFn webhook.
 * @public
 * @function
 * @namespace global
 * @example <caption>Start a workflow at each birth</caption>
 * addResthookSubscriber({
 *   resthook: 'new-birth',
 *   target_url: 'https://app.openfn.org/i/6b1d0d54-3c47-4ba4-a2c5-9e7b5c3f4d10',
 * });
 * @example <caption>For every event of the workspace</caption>
 * getResthooks();
 * each(
 *   $.data,
 *   addResthookSubscriber({
 *     resthook: $.data.resthook,
 *     target_url: 'https://app.openfn.org/i/6b1d0d54-3c47-4ba4-a2c5-9e7b5c3f4d11',
 *   }),
 * );
 * @param {ResthookSubscriberBody} subscriber - `resthook` (its name) and `target_url`.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The subscriber; its `id` is needed to delete it.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `VALIDATION_FAILED` if the address is subscribed already or there is no such resthook; `INVALID_INPUT`; `OUTCOME_UNKNOWN`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/resthook_subscribers
 * @returns {Operation}
 */
export function addResthookSubscriber(
  subscriber: Reference<ResthookSubscriberBody>,
  options?: Reference<Options>,
): Operation {
  return add('addResthookSubscriber', arguments, SUBSCRIBER, subscriber, options);
}

/**
 * Stop a resthook from sending to an address.
 * @public
 * @function
 * @namespace global
 * @example <caption>Delete</caption>
 * deleteResthookSubscriber($.data.id);
 * @example <caption>All subscribers of a resthook</caption>
 * getResthookSubscribers({ resthook: 'new-birth' });
 * each($.data, deleteResthookSubscriber($.data.id));
 * @param {number} subscriber - The id of the resthook subscriber.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `deleted: true`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/resthook_subscribers
 * @returns {Operation}
 */
export function deleteResthookSubscriber(
  subscriber: Reference<number>,
  options?: Reference<Options>,
): Operation {
  return remove('deleteResthookSubscriber', arguments, 'resthook_subscribers', subscriber, options);
}

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
async function keepOldest(client: Client, subscribers: Dictionary[]) {
  const [oldest, ...others] = subscribers.sort((a, b) => Number(a.id) - Number(b.id));
  for (const { id } of others) await removeSubscriber(client, id);
  return oldest;
}

/** The subscriber that was just made, or an older one of another job. It is subscribed, whatever fails now. */
async function keepOne(client: Client, body: Body, made: Dictionary): Promise<Dictionary> {
  try {
    const subscribers = await subscribersAt(client, body);
    // A list that does not show it is that of a moment ago.
    const isShown = subscribers.some(({ id }) => id === made.id);
    return (isShown ? await keepOldest(client, subscribers) : undefined) ?? made;
  } catch (error) {
    if (!(error instanceof RapidProError)) throw error;
    log.warn(
      `Subscribed, but it could not be checked whether another job has subscribed the same address: ${error.code}. If it has, each push comes twice until the step runs again.`,
    );
    return made;
  }
}

async function ensureSubscriber(client: Client, body: Body): Promise<Dictionary> {
  const existing = await keepOldest(client, await subscribersAt(client, body));
  if (existing) {
    log.info(`Already subscribed, as resthook subscriber ${shownId(existing)}`);
    return existing;
  }
  try {
    const made = await createObject(client, 'resthook_subscribers', body);
    return await keepOne(client, body, made);
  } catch (error) {
    if (!hasErrorCode(error, 'VALIDATION_FAILED')) throw error;
    // Refused for one of three reasons. The server may translate its texts, but not its keys.
    if (error.errors?.some(text => text.startsWith('target_url'))) throw error;
    await requireResthook(client, String(body.resthook));
    // Somebody else has just subscribed the address.
    const find = () => SUBSCRIBER.find(client, body);
    const made = await findMade(client, 'resthook_subscribers', find);
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
  return operation('subscribe', arguments, {
    args: { resthook, targetUrl },
    options,
    run({ client, args }) {
      const { resthook, targetUrl } = args;
      return ensureSubscriber(client, checkNewSubscriber({ resthook, target_url: targetUrl }));
    },
  });
}

async function removeSubscriber(client: Client, id: unknown): Promise<void> {
  const query = { id: String(id) };
  try {
    requireDone(await client.request({ method: 'DELETE', path: 'resthook_subscribers', query }));
  } catch (error) {
    // Another job was faster, or an earlier attempt did it and its answer was lost.
    if (!hasErrorCode(error, 'NOT_FOUND')) throw error;
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
  return operation('unsubscribe', arguments, {
    args: { resthook, targetUrl },
    options,
    async run({ client, args }) {
      const { resthook, targetUrl } = args;
      const body = checkSubscriber({ resthook, target_url: targetUrl });
      const subscribers = await subscribersAt(client, body);
      for (const { id } of subscribers) await removeSubscriber(client, id);
      const removed = count(subscribers.length, resources.resthook_subscribers.nouns);
      log.info(`Deleted ${removed}`);
      const isThere =
        subscribers.length > 0 || (await resthookNames(client)).includes(String(body.resthook));
      if (!isThere) log.warn('The workspace has no resthook with this name. Check the spelling.');
      return { deleted: subscribers.length > 0 };
    },
  });
}
