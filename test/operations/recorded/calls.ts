import type { Recording } from '../../../recordings/read.js';
import { type OperationName, roles } from '../../../scripts/generate/coverage-operations.js';
import * as Adaptor from '../../../src/Adaptor.js';
import { isUuid } from '../../../src/input/identifiers.js';
import {
  BATCH_LIMIT,
  type Filter,
  type Resource,
  type ResourceName,
  resources,
} from '../../../src/resources.js';
import type { Operation } from '../../../src/types/state.js';
import { bodyOf, endpointOf, headerOf, OUTSIDE, outside, partOf, queryOf } from './exchange.js';
import { isSwallowed } from './meaning.js';

/**
 * From a recorded request to the call of an operation that a person would write for it. By the
 * endpoint's name, its method, its query and the action in its body alone: never by the recording.
 */

export interface Made {
  name: OperationName;
  operation: Operation;
  /** Why the operation sends something else on purpose. */
  instead?: string;
}

/** An operation that makes the request, or why there is none. */
export type Call = Made | { none: string };

const functions: { readonly [name: string]: unknown } = { ...Adaptor };

function call(name: OperationName | undefined, ...args: unknown[]): Call {
  if (name === undefined) return { none: 'no operation is made for it' };
  const make = functions[name] as (...args: unknown[]) => Operation;
  return { name, operation: make(...args) };
}

/** A query as filters: flags become true and false, repeated keys become lists. */
export function filtersOf(resource: Resource, query: URLSearchParams): { [key: string]: unknown } {
  const known: { readonly [key: string]: Filter } = resource.filters;
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

/** Flows, campaigns and topics that are given by name are looked up before anything is sent. */
const NAMED = { none: 'the name is looked up first' };

const isName = (value: unknown) => typeof value === 'string' && value !== '' && !isUuid(value);

/** Where the server promised another page, those that were recorded are read and no more. */
function limitOf(pages: readonly Recording[]): { limit?: number } {
  const answers = pages.map(({ response }) => response.body as { next?: unknown; results?: [] });
  if (!answers.at(-1)?.next) return {};
  const limit = answers.reduce((sum, { results = [] }) => sum + results.length, 0);
  return limit > 0 ? { limit } : {};
}

function read(recorded: Recording, endpoint: ResourceName, pages: readonly Recording[]): Call {
  const resource: Resource = resources[endpoint];
  const { read: list } = roles[endpoint as keyof typeof roles];
  const [first = recorded] = pages;
  const query = queryOf(first);
  if (query.has('cursor')) return { none: 'the place in the list was not found by paging' };
  if (
    endpoint === 'definitions' &&
    ['flow', 'campaign'].some(key => isName(query.get(key) ?? undefined))
  )
    return NAMED;
  if (resource.paging === 'offset' && (query.has('limit') || query.has('offset'))) {
    return { none: 'pages are as long as the server makes them' };
  }
  const options = resource.paging === 'none' ? [] : [limitOf(pages)];
  if (Object.keys(resource.filters).length > 0) {
    return call(list, filtersOf(resource, query), ...options);
  }
  return query.size > 0 ? { none: 'the endpoint has no filters' } : call(list, ...options);
}

/** The look-up of an update or a deletion: undefined where there is none. */
function lookupOf(resource: Resource, query: URLSearchParams) {
  const [[key, value] = [], ...others] = [...query];
  const isOne = others.length === 0 && (key === undefined || resource.lookups?.includes(key));
  return isOne ? { key, value } : undefined;
}

const NO_LOOKUP = { none: 'there is no such look-up' };

function write(recorded: Recording, endpoint: ResourceName): Call {
  const role = roles[endpoint as keyof typeof roles];
  const body = bodyOf(recorded);
  if (body === undefined) return { none: 'the body is not JSON' };
  const lookup = lookupOf(resources[endpoint], queryOf(recorded));
  if (!lookup) return NO_LOOKUP;
  const { key, value } = lookup;
  if (key === undefined) {
    const { flow } = (body ?? {}) as { flow?: unknown };
    if (endpoint === 'flow_starts' && isName(flow)) return NAMED;
    // RapidPro sends the expression of a message as it is written, and so does the operation where it is meant.
    const meant = endpoint === 'messages' ? [{ literal: true }] : [];
    const made = call(role.add, body, ...meant);
    const instead = insteadOfSend(recorded);
    return 'operation' in made && instead ? { ...made, instead } : made;
  }
  if (key === 'urn') return call(role.upsert, { ...(body as object), urns: [value] });
  return call(role.update, value, body);
}

/** Where a send is written in another way than it was recorded. */
function insteadOfSend(recorded: Recording): string | undefined {
  if (isSplit(recorded)) return 'more than 100 go in several requests';
  const { quick_replies: replies } = (bodyOf(recorded) ?? {}) as { quick_replies?: unknown };
  const isText = Array.isArray(replies) && replies.some(reply => typeof reply === 'string');
  return isText ? 'texts are sent as quick replies of the type text' : undefined;
}

/** More recipients or items than one request may have: the operation makes several. */
export function isSplit(recorded: Recording): boolean {
  const lists = Object.values((bodyOf(recorded) ?? {}) as object);
  const endpoint = endpointOf(recorded) ?? '';
  const splits = /^(broadcasts|flow_starts)$|_actions$/.test(endpoint);
  return splits && lists.some(list => Array.isArray(list) && list.length > BATCH_LIMIT);
}

/** What an action needs beside its list. */
const NEEDS: { [action: string]: string } = {
  add: 'group',
  remove: 'group',
  label: 'label',
  unlabel: 'label',
  assign: 'assignee',
  add_note: 'note',
  change_topic: 'topic',
};

/** Where an operation on many understands what RapidPro does not. */
function insteadOf(recorded: Recording, list: unknown): string | undefined {
  if (isSplit(recorded)) return 'more than 100 go in several requests';
  if (!Array.isArray(list)) return list === undefined ? undefined : 'one thing is sent as a list';
  const numbers = list.some(item => typeof item === 'string' && /^\d+$/.test(item));
  return numbers ? 'numbers are sent as numbers' : undefined;
}

function act(recorded: Recording, endpoint: ResourceName): Call {
  const body = (bodyOf(recorded) ?? {}) as { [key: string]: unknown };
  const { action, ...rest } = body;
  const { actions = {} } = roles[endpoint as keyof typeof roles];
  const name = typeof action === 'string' ? actions[action] : undefined;
  if (typeof action !== 'string' || !name) return { none: 'there is no such action' };
  if (queryOf(recorded).size > 0) return NO_LOOKUP;
  const key = endpoint.replace('_actions', 's');
  const need = NEEDS[action];
  if (Object.keys(rest).some(given => given !== key && given !== need)) {
    return { none: 'the action has no such part' };
  }
  if (action === 'change_topic' && isName(rest.topic)) return NAMED;
  const made = call(name, rest[key], ...(need ? [rest[need]] : []));
  const instead = insteadOf(recorded, rest[key]);
  return instead ? { ...(made as Made), instead } : made;
}

function upload(recorded: Recording): Call {
  const part = partOf(headerOf(recorded, 'content-type'), recorded.request.body);
  if (!part) return { none: 'the body is not a form with a file' };
  const { filename, type: contentType, content } = part;
  return call(roles.media.add, Buffer.from(content), { filename, contentType });
}

/**
 * @param recorded - what was asked for
 * @param pages - a list's pages from the first to this one; itself alone where it is the first
 */
export function callFor(recorded: Recording, pages: readonly Recording[] = [recorded]): Call {
  const reason = outside(recorded);
  if (reason) return { none: reason };
  const { method } = recorded.request;
  const endpoint = endpointOf(recorded);
  if (!endpoint) return { none: 'the API has no such endpoint' };
  const resource: Resource = resources[endpoint];
  if (!resource.methods.some(known => known === method)) {
    return { none: 'the endpoint has no such method' };
  }
  if (method === 'GET') return read(recorded, endpoint, pages);
  if (endpoint === 'media') return upload(recorded);
  if (endpoint.endsWith('_actions')) return act(recorded, endpoint);
  if (method === 'POST') return write(recorded, endpoint);
  const lookup = lookupOf(resource, queryOf(recorded));
  return lookup ? call(roles[endpoint].remove, lookup.value) : NO_LOOKUP;
}

const anything = () => true;
const refused: Check = ({ response }) => response.status >= 400;
const answered =
  (...statuses: number[]): Check =>
  ({ response }) =>
    statuses.includes(response.status);

type Check = (recorded: Recording) => boolean;

/**
 * Why no named operation makes a request, and what a recording must be for that to be a reason: a
 * request that a server took well is one that an operation may be missing for.
 */
export const REASONS: { [reason: string]: Check } = {
  ...Object.fromEntries(OUTSIDE.map(reason => [reason, anything])),
  'more than 100 go in several requests': answered(400),
  'the name is looked up first': ({ response }) => response.status >= 400,
  'no operation is made for it': recorded => endpointOf(recorded) === 'org',
  'numbers are sent as numbers': isSwallowed,
  'one thing is sent as a list': answered(400),
  'pages are as long as the server makes them': anything,
  'the API has no such endpoint': answered(404),
  'the action has no such part': anything,
  'the body is not JSON': anything,
  'the body is not a form with a file': answered(415),
  'the endpoint has no filters': anything,
  'the endpoint has no such method': refused,
  'the place in the list was not found by paging': anything,
  // The newer servers break down on them, RapidPro 9 takes no quick replies.
  'texts are sent as quick replies of the type text': answered(500),
  'there is no such action': answered(400),
  'there is no such look-up': anything,
};
