import * as rapidpro from '../../../src/index.js';
import { type Filter, resources } from '../../../src/resources.js';
import type { Operation } from '../../../src/types/state.js';
import type { Recording } from '../../support/recordings.js';

/**
 * From a recorded request to the call of an operation that a person would write for it. By the
 * endpoint's name, its method and its query alone: never by the recording.
 */

type Make = (...args: never[]) => Operation;

interface Noun {
  list?: Make;
  add?: Make;
  update?: Make;
  remove?: Make;
}

const nouns: { [endpoint: string]: Noun } = {
  boundaries: { list: rapidpro.getBoundaries },
  broadcasts: { list: rapidpro.getBroadcasts, add: rapidpro.sendBroadcast },
  campaigns: {
    list: rapidpro.getCampaigns,
    add: rapidpro.addCampaign,
    update: rapidpro.updateCampaign,
  },
  campaign_events: {
    list: rapidpro.getCampaignEvents,
    add: rapidpro.addCampaignEvent,
    update: rapidpro.updateCampaignEvent,
    remove: rapidpro.deleteCampaignEvent,
  },
  channels: { list: rapidpro.getChannels },
  channel_events: { list: rapidpro.getChannelEvents },
  classifiers: { list: rapidpro.getClassifiers },
  contacts: {
    list: rapidpro.getContacts,
    add: rapidpro.addContact,
    update: rapidpro.updateContact,
    remove: rapidpro.deleteContact,
  },
  fields: { list: rapidpro.getFields, add: rapidpro.addField, update: rapidpro.updateField },
  flow_starts: { list: rapidpro.getFlowStarts, add: rapidpro.startFlow },
  flows: { list: rapidpro.getFlows },
  groups: {
    list: rapidpro.getGroups,
    add: rapidpro.addGroup,
    update: rapidpro.updateGroup,
    remove: rapidpro.deleteGroup,
  },
  labels: {
    list: rapidpro.getLabels,
    add: rapidpro.addLabel,
    update: rapidpro.updateLabel,
    remove: rapidpro.deleteLabel,
  },
  messages: { list: rapidpro.getMessages, add: rapidpro.sendMessage },
  runs: { list: rapidpro.getFlowRuns },
  tickets: { list: rapidpro.getTickets },
  topics: { list: rapidpro.getTopics, add: rapidpro.addTopic, update: rapidpro.updateTopic },
  users: { list: rapidpro.getUsers },
};

export const endpoints = [...Object.keys(nouns), 'workspace'];

/** An operation that makes the request, or why there is none. */
export type Call = { operation: Operation } | { none: string };

const call = (make: unknown, ...args: unknown[]): Call => ({
  operation: (make as (...args: unknown[]) => Operation)(...args),
});

/** A query as filters: flags become true and false, repeated keys become lists. */
function filtersOf(endpoint: string, query: URLSearchParams): { [key: string]: unknown } {
  const known: { [key: string]: Filter } =
    resources[endpoint as keyof typeof resources]?.filters ?? {};
  const filters: { [key: string]: unknown } = {};
  for (const key of new Set(query.keys())) {
    const isFlag = known[key]?.kind === 'boolean';
    const values = query.getAll(key).map(text => (isFlag ? isTrue(text) : text));
    filters[key] = values.length > 1 ? values : values[0];
  }
  return filters;
}

export function isTrue(text: string): boolean {
  return /^(true|y|yes|1)$/i.test(text);
}

/** Where the server promised a second page, the first one is all that was recorded. */
function limitOf({ response }: Recording): { limit?: number } {
  const { next, results } = (response.body ?? {}) as { next?: unknown; results?: unknown[] };
  return next && results ? { limit: results.length } : {};
}

function read({ list }: Noun, endpoint: string, query: URLSearchParams, options: object): Call {
  const { filters = {} } = resources[endpoint as keyof typeof resources];
  if (Object.keys(filters).length > 0) return call(list, filtersOf(endpoint, query), options);
  return query.size > 0 ? { none: 'this list has no filters' } : call(list, options);
}

function write({ add, update }: Noun, query: URLSearchParams, body: unknown): Call {
  const [[key, value] = [], ...others] = [...query];
  if (others.length > 0) return { none: 'no operation takes two look-ups' };
  if (key === undefined) {
    return add ? call(add, body) : { none: 'RapidPro makes none of these over the API' };
  }
  if (key === 'urn') {
    return call(rapidpro.upsertContact, { ...(body as object), urns: [value] });
  }
  return update ? call(update, value, body) : { none: 'no operation sends a look-up here' };
}

/** The body as JSON, or undefined where it is none. */
function jsonBody({ body, headers }: Recording['request']): unknown {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type');
  if (!type?.[1].startsWith('application/json')) return undefined;
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** What is posted in the call of {@link callFor}. */
export function bodyOf({ request }: Recording): unknown {
  return request.method === 'POST' ? jsonBody(request) : undefined;
}

export function endpointOf({ request }: Recording): string {
  return request.path.replace('/api/v2/', '').replace('.json', '');
}

export function callFor(recorded: Recording): Call {
  const { method, query: text } = recorded.request;
  const query = new URLSearchParams(text);
  const endpoint = endpointOf(recorded);
  if (endpoint === 'workspace') {
    return method === 'GET'
      ? call(rapidpro.getWorkspace)
      : { none: 'the workspace can only be read' };
  }
  const noun = nouns[endpoint] ?? {};
  if (method === 'GET') {
    if (query.has('cursor')) return { none: 'lists are read from their first page' };
    return read(noun, endpoint, query, limitOf(recorded));
  }
  if (method === 'POST') {
    const body = bodyOf(recorded);
    if (body === undefined) return { none: 'operations send JSON, and say so' };
    return write(noun, query, body);
  }
  if (method === 'DELETE') {
    if (!noun.remove) return { none: 'no operation deletes these' };
    return call(noun.remove, [...query][0]?.[1]);
  }
  return { none: 'RapidPro has no such method' };
}
