import type { Client } from '../client/client.js';
import { fail, RapidProError } from '../errors/errors.js';
import { countIn, isObject, isShown } from '../input/check.js';
import { checkFilters, isBackwards, periodBetween } from '../input/filters.js';
import { asUuid } from '../input/identifiers.js';
import { count, log } from '../input/log.js';
import { suggest } from '../input/nearest.js';
import type { Settings } from '../input/options.js';
import { toMicros } from '../input/times.js';
import { HANDED_OVER, NOT_REACHED, WAITING } from '../resources.js';
import type { DeliveryFilters } from '../types/filters.js';
import type { Dictionary } from '../types/json.js';
import type { DeliveryOptions } from '../types/options.js';
import type { Query } from '../types/request.js';
import type { Operation, Reference } from '../types/state.js';
import { operation } from './base/operation.js';
import { inactiveStatus } from './contact/status.js';
import { warnOfArchives } from './lists/archiveFiles.js';
import { wholeList } from './lists/list.js';
import { type Found, lookUp } from './many/lookUp.js';

const KNOWN = ['broadcast', 'after', 'before'];

interface NotReached {
  contact: string | null;
  message: string | number;
  status: string;
  contactStatus: string | null;
}

function refuse(description: string, fix: string): never {
  throw fail('INVALID_FILTER', description, `Nothing was read. ${fix}`);
}

function checkBroadcasts(value: unknown): Query[] {
  const given = Array.isArray(value) ? value : [value];
  if (given.length === 0) {
    refuse('The filter "broadcast" is an empty list.', 'Use at least one broadcast.');
  }
  const queries = given.map((one): Query => {
    if (one === undefined || one === null || one === '') {
      refuse(
        'The filter "broadcast" is empty.',
        'Check the name after $ or state. A broadcast to more than 100 recipients has several ids: { broadcast: state => state.data.chunks.map(one => one.id) }.',
      );
    }
    const uuid = typeof one === 'string' ? asUuid(one) : undefined;
    return uuid ? { uuid } : { id: checkFilters('messages', { broadcast: one }).broadcast };
  });
  return [...new Map(queries.map(query => [JSON.stringify(query), query])).values()];
}

/** Checks which messages to count. */
function checkDeliveries(filters: unknown): { broadcasts: Query[] } | { period: Query } {
  if (!isObject(filters)) {
    refuse(
      'getDeliveries() needs "broadcast" or "after".',
      'Write { broadcast: $.data.id } or { after: "2026-01-31" }.',
    );
  }
  const unknown = Object.keys(filters).find(key => !KNOWN.includes(key));
  if (unknown !== undefined) {
    const called = isShown(unknown) ? `filter "${unknown}"` : 'filter of that name';
    refuse(`getDeliveries() has no ${called}.`, suggest(unknown, KNOWN));
  }
  const { broadcast, ...period } = filters;
  if ('broadcast' in filters && Object.keys(period).length > 0) {
    refuse(
      'getDeliveries() takes either "broadcast" or a period.',
      'Leave one out: all messages of a broadcast are read, whatever their time.',
    );
  }
  if ('broadcast' in filters) return { broadcasts: checkBroadcasts(broadcast) };
  const query = checkFilters('messages', period);
  if (isBackwards(query)) {
    refuse('"after" is later than "before".', 'Use the earlier time as "after".');
  }
  if ('after' in query) return { period: query };
  return refuse(
    'The filter "after" is missing.',
    'Add "broadcast" or "after". Without them, all messages would be read.',
  );
}

function isMeant({ id, uuid }: Dictionary, query: Query): boolean {
  return query.uuid === undefined ? String(id) === query.id : uuid === query.uuid;
}

/** The given broadcasts: a single one by its filter, several from the list, which has 250 on a page. */
async function readBroadcasts(client: Client, queries: readonly Query[]): Promise<Dictionary[]> {
  const [only = {}, ...others] = queries;
  const found = new Map<Query, Dictionary>();
  for await (const page of wholeList(client, 'broadcasts', others.length > 0 ? {} : only)) {
    for (const record of page) {
      for (const query of queries.filter(one => isMeant(record, one))) found.set(query, record);
    }
    if (found.size === queries.length) break;
  }
  const missing = queries.findIndex(query => !found.has(query));
  // By its id and by its uuid it is still one.
  if (missing < 0) return [...new Set(found.values())];
  throw fail(
    'UNKNOWN_REFERENCE',
    others.length > 0
      ? `The workspace has no broadcast with the id in filters.broadcast[${missing}].`
      : 'The workspace has no such broadcast.',
    'Use the id that sendBroadcast() returned, or that getBroadcasts() lists.',
  );
}

/** A server that no longer knows the filter would answer with everyone's messages. */
function requireMessagesOf(broadcast: unknown, page: readonly Dictionary[]): void {
  const isKnown = broadcast !== undefined && broadcast !== null;
  if (isKnown && page.every(message => String(message.broadcast) === String(broadcast))) return;
  throw fail(
    'INVALID_FILTER',
    'This server cannot filter messages by broadcast.',
    'Use the time when it was sent: { after: "2026-01-31T08:00:00Z" }.',
  );
}

async function* messagesOf(
  client: Client,
  broadcasts: readonly Dictionary[],
  options: Settings,
): AsyncGenerator<Dictionary[]> {
  for (const { id } of broadcasts) {
    requireMessagesOf(id, []);
    const query = checkFilters('messages', { broadcast: id });
    for await (const page of wholeList(client, 'messages', query, options)) {
      requireMessagesOf(id, page);
      yield page;
    }
  }
}

/** A server that no longer knows these filters would answer with the messages of all times. */
async function* messagesWithin(
  client: Client,
  period: Query,
  options: Settings,
): AsyncGenerator<Dictionary[]> {
  const { includes } = periodBetween(toMicros(period.after), toMicros(period.before));
  for await (const page of wholeList(client, 'messages', period, options)) {
    if (!page.every(({ created_on }) => includes(created_on))) {
      throw fail(
        'INVALID_FILTER',
        'This server cannot filter messages by time.',
        'Use broadcasts: { broadcast: $.data.id }. Or read getMessages(), and filter by created_on with fn().',
      );
    }
    yield page;
  }
}

/** RapidPro may have deleted the contact meanwhile. */
function contactUuid(contact: unknown): string | null {
  const { uuid } = (contact ?? {}) as { uuid?: unknown };
  return (typeof uuid === 'string' && asUuid(uuid)) || null;
}

/** Counts messages, and keeps the recipients of failed ones, but never a text. */
class Deliveries {
  total = 0;
  /** By status. A plain object would lose one that is called `__proto__`. */
  readonly counts = new Map<string, number>();
  readonly notReached: NotReached[] = [];

  add(page: readonly Dictionary[]): void {
    for (const message of page) {
      if (message.direction === 'in') continue;
      this.total++;
      countIn(this.counts, String(message.status));
      if (message.status !== NOT_REACHED) continue;
      this.notReached.push({
        contact: contactUuid(message.contact),
        message: (message.uuid ?? message.id) as string | number,
        status: NOT_REACHED,
        contactStatus: null,
      });
    }
  }

  get waiting(): number {
    return WAITING.reduce((sum, status) => sum + (this.counts.get(status) ?? 0), 0);
  }

  /** Adds RapidPro's status of each person whom no message reached. The counts are correct without it. */
  async lookUpContacts(client: Client): Promise<void> {
    const uuids = this.notReached.flatMap(({ contact }) => contact ?? []);
    let found: Found;
    try {
      found = await lookUp(client, [...new Set(uuids)]);
    } catch (error) {
      if (!(error instanceof RapidProError)) throw error;
      log.warn(
        `The contacts could not be read (${error.code}), so contactStatus is null for everyone who was not reached.`,
      );
      return;
    }
    for (const one of this.notReached) {
      const contact = one.contact && found.get(one.contact);
      if (contact) one.contactStatus = inactiveStatus(contact) ?? 'active';
    }
  }

  log(): void {
    const parts = [...this.counts].map(([status, times]) => `${times} ${status}`);
    const sent = count(this.total, ['outgoing message', 'outgoing messages']);
    log.info(`Found ${sent}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`);
    const known = [...WAITING, ...HANDED_OVER, NOT_REACHED];
    const unknown = [...this.counts.keys()].filter(status => !known.includes(status)).length;
    if (unknown === 0) return;
    log.warn(
      `Messages have ${count(unknown, ['status', 'statuses'])} that the adaptor does not know. They are only in "counts", not in "waiting" or "notReached".`,
    );
  }
}

function logMissing(broadcasts: readonly Dictionary[], total: number): void {
  if (broadcasts.length === 0 || total > 0) return;
  log.warn(
    'RapidPro lists no messages for this. It may not have created them yet, there was nobody to send to, or they are older than about 90 days and in the archives.',
  );
}

/**
 * Did it arrive? Count the messages of a broadcast, or all outgoing messages of a period, including those from flows, by status. The texts are not kept. RapidPro gives no reason why a message failed, but the status of the contact often explains it.
 * @public
 * @function
 * @namespace global
 * @example <caption>The last broadcast, and whom to call</caption>
 * getBroadcasts({}, { limit: 1 });
 * getDeliveries({ broadcast: $.data[0].id });
 *
 * fn(state => ({
 *   ...state,
 *   toCall: state.data.notReached.filter(one => one.contactStatus === 'active').map(one => one.contact),
 * }));
 * @example <caption>Everything sent since a day, with two parallel requests</caption>
 * getDeliveries({ after: '2026-11-01' }, { concurrency: 2 });
 * @param {DeliveryFilters} filters - `broadcast` (its `id`, or its `uuid` on TextIt; or a list of them), or `after` and optionally `before` (ISO dates, on `created_on`; both ends are included). Messages older than about 90 days are in the archives and are not counted; if `after` is earlier, the log says so.
 * @param {DeliveryOptions} [options] - `concurrency` (parallel requests, at most 10; default: 1), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `total` (messages), `counts` (how many have each status), `waiting` (how many RapidPro has not passed on yet: `queued`, `errored`), `notReached` (one entry for each failed message: `contact`, `message`, `status`, `contactStatus`). `contactStatus` is `active`, `blocked`, `stopped` or `archived`, or null if RapidPro no longer has the contact or contacts could not be read. `contact` is null if the message has none. With `broadcast` also `broadcasts`: how many have each status.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; `UNKNOWN_REFERENCE` for a broadcast that does not exist; `RATE_LIMITED`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/messages
 * @returns {Operation}
 */
export function getDeliveries(
  filters: Reference<DeliveryFilters>,
  options?: Reference<DeliveryOptions>,
): Operation {
  return operation('getDeliveries', arguments, {
    args: { filters },
    options,
    knownOptions: ['concurrency'],
    async run({ client, args, options }) {
      const meant = checkDeliveries(args.filters);
      const broadcasts =
        'broadcasts' in meant ? await readBroadcasts(client, meant.broadcasts) : [];
      const pages =
        'period' in meant
          ? messagesWithin(client, meant.period, options)
          : messagesOf(client, broadcasts, options);
      const deliveries = new Deliveries();
      for await (const page of pages) deliveries.add(page);
      await deliveries.lookUpContacts(client);
      deliveries.log();
      logMissing(broadcasts, deliveries.total);
      const { total, waiting, notReached } = deliveries;
      const counts = Object.fromEntries(deliveries.counts);
      if ('period' in meant) {
        const rest = 'are not counted. eachArchivedMessages() reads them.';
        warnOfArchives(client, 'messages', meant.period.after, rest);
        return { total, counts, waiting, notReached };
      }
      const statuses = new Map<string, number>();
      for (const { status } of broadcasts) countIn(statuses, String(status));
      return { total, counts, waiting, notReached, broadcasts: Object.fromEntries(statuses) };
    },
  });
}
