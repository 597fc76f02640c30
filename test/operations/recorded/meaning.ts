import type { Recording } from '../../../recordings/read.js';
import { isUuid } from '../../../src/input/identifiers.js';
import { type Filter, type Resource, resources } from '../../../src/resources.js';
import { bodyOf, endpointOf, queryOf } from './exchange.js';

/** What a recorded answer means to whoever called the operation. */

export type Json = { [key: string]: unknown };

function answerOf({ response }: Recording): Json {
  const { body } = response;
  return body !== null && typeof body === 'object' ? (body as Json) : {};
}

/** What a refusal means, where its text says one thing alone. */
const MEANINGS: [RegExp, string][] = [
  [/^\{"urns":[^,]*(belongs to another contact|in use by another contact)[^,]*\}$/, 'URN_TAKEN'],
  [/^\{"(urns|detail)":[^,]*(Invalid URN|URN is not valid)[^,]*\}$/, 'INVALID_URN'],
  [/^\{"\w+":\["No such object: [^,]*"\]\}$/, 'UNKNOWN_REFERENCE'],
  [/^\{"fields":\["Invalid contact field key: \w+"\]\}$/, 'UNKNOWN_FIELD'],
  [/must be unique\.?"\]\}$/, 'NAME_TAKEN'],
  [/anonymous organizations/, 'ANONYMOUS_WORKSPACE'],
  [/workspace is currently (flagged|suspended)/, 'WORKSPACE_SUSPENDED'],
];

const FORBIDDEN: [RegExp, string][] = [
  [/do not have permission/, 'PERMISSION_DENIED'],
  [/Invalid token"/, 'INVALID_TOKEN'],
];

const BY_STATUS: { [status: number]: string[] } = {
  403: ['SYSTEM_OBJECT'],
  404: ['NOT_FOUND'],
  405: ['METHOD_NOT_ALLOWED'],
  409: ['LIMIT_REACHED'],
  415: ['REQUEST_FAILED'],
  429: ['RATE_LIMITED'],
};

/** Whether a second time would send, start or make something twice. */
function isHarmfulTwice(recorded: Recording): boolean {
  const { action, urns } = (bodyOf(recorded) ?? {}) as Json;
  const endpoint = endpointOf(recorded) ?? '';
  if (recorded.request.method !== 'POST') return false;
  if (endpoint === 'contacts') return queryOf(recorded).size === 0 && !Array.isArray(urns);
  return (
    action === 'add_note' || /^(broadcasts|flow_starts|messages|campaign_events)$/.test(endpoint)
  );
}

function isOffered(recorded: Recording): boolean {
  const endpoint = endpointOf(recorded);
  return endpoint !== undefined && !('only' in resources[endpoint]);
}

/**
 * The codes that the error for a refusal may have.
 *
 * @param isOnce - whether the request is never made a second time: a server that failed may have done it
 */
export function codesFor(recorded: Recording, isOnce = isHarmfulTwice(recorded)): string[] {
  const { status, body, body_is_text } = recorded.response;
  const text = JSON.stringify(body);
  if (status >= 500) return [isOnce ? 'OUTCOME_UNKNOWN' : 'SERVER_ERROR'];
  if (status === 400 && body_is_text) return ['NOT_RAPIDPRO'];
  if (status === 404 && body_is_text)
    return isOffered(recorded) ? ['NOT_RAPIDPRO'] : ['NOT_OFFERED'];
  if (status === 404 && queryOf(recorded).has('cursor')) return ['INVALID_CURSOR'];
  const meanings = status === 400 ? MEANINGS : status === 403 ? FORBIDDEN : [];
  const known = meanings.find(([pattern]) => pattern.test(text));
  if (known) return [known[1]];
  return status === 400 ? ['VALIDATION_FAILED', 'INVALID_URN'] : (BY_STATUS[status] ?? []);
}

/** Codes of errors that are thrown before anything is sent. */
export const BEFORE_SENDING = [
  'INVALID_CONFIGURATION',
  'INVALID_FILTER',
  'INVALID_INPUT',
  'INVALID_PATH',
  'INVALID_URN',
];

/** What no filter of a kind can find. */
const SENSELESS: Partial<Record<Filter['kind'], RegExp>> = {
  uuid: /^(?![0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)/i,
  datetime: /^(?!\d{4}-(0\d|1[0-2])-\d\dT.*Z$)/,
  date: /^(?!\d{4}-(0\d|1[0-2])-\d\d$)/,
};

/** Whether a server that answered with 200 did not do what it was asked, or read it in its own way. */
export function isSwallowed(recorded: Recording): boolean {
  const query = queryOf(recorded);
  const endpoint = endpointOf(recorded);
  const known: Resource['filters'] = endpoint ? resources[endpoint].filters : {};
  const { results, failures } = answerOf(recorded);
  const isEmpty = Array.isArray(results) && results.length === 0;
  const isBad = [...query].some(([key, value]) => {
    const filter = known[key];
    if (!filter || value.trim() === '') return true;
    if (query.getAll(key).length > 1 && !filter.many) return true;
    return SENSELESS[filter.kind]?.test(value) || (filter.kind === 'choice' && isEmpty);
  });
  const values = Object.values((bodyOf(recorded) ?? {}) as Json);
  return isBad || values.includes('') || (Array.isArray(failures) && failures.length > 0);
}

/** A filter that this server ignores, and of which the answer therefore says nothing. */
function isIgnored(recorded: Recording): boolean {
  const endpoint = endpointOf(recorded);
  const dialect = recorded.server === 'rapidpro-9.0.0' ? 'v9' : 'textit';
  const filters: Resource['filters'] = endpoint ? resources[endpoint].filters : {};
  return [...queryOf(recorded)].some(([key, value]) => {
    const { only, v9Choices = [], cosmetic }: Partial<Filter> = filters[key] ?? {};
    // A server that does not know it gives the same records.
    if (cosmetic) return false;
    return (only ?? dialect) !== dialect || (dialect === 'textit' && v9Choices.includes(value));
  });
}

function keptUrns(recorded: Recording): boolean {
  const sent = ((bodyOf(recorded) ?? {}) as Json).urns;
  const kept = answerOf(recorded).urns;
  return !Array.isArray(sent) || !Array.isArray(kept) || kept.length >= sent.length;
}

/** The error that an operation makes of a success, where the server hid something in it. */
export function hiddenError(recorded: Recording): string | undefined {
  const { results, flows } = answerOf(recorded);
  if (isIgnored(recorded)) return 'INVALID_FILTER';
  if (queryOf(recorded).has('group') && Array.isArray(results) && results.length === 0) {
    return 'UNKNOWN_GROUP';
  }
  // Of all that such a filter can name, the server that answers as recorded has nothing.
  const named = ['label', 'flow', 'campaign', 'contact', 'broadcast'];
  const names = named.some(key => queryOf(recorded).has(key));
  const found = endpointOf(recorded) === 'definitions' ? flows : results;
  if (names && Array.isArray(found) && found.length === 0) return 'UNKNOWN_REFERENCE';
  return keptUrns(recorded) ? undefined : 'URN_TAKEN';
}

/** The items of an action, each once and as RapidPro names them. */
function itemsOf(recorded: Recording): unknown[] {
  const key = endpointOf(recorded)?.replace('_actions', 's') ?? '';
  const list = ((bodyOf(recorded) ?? {}) as Json)[key];
  return Array.isArray(list) ? [...new Set(list)] : [];
}

/**
 * What became of the items of an action: undefined where the answer is about the action as a whole.
 * RapidPro refuses all items for one that it does not want; the operation sends the others again.
 */
export function actionResult(recorded: Recording): unknown {
  if (!endpointOf(recorded)?.endsWith('_actions')) return undefined;
  const items = itemsOf(recorded);
  const { failures = [], ...complaints } = answerOf(recorded);
  const text = JSON.stringify(complaints);
  const isRefused = recorded.response.status === 400;
  const failed = items.flatMap((value, index) => {
    const isNamed = isRefused
      ? new RegExp(`[: ]${value}\\b`).test(text)
      : (failures as unknown[]).includes(value);
    if (!isNamed) return [];
    const id = isUuid(value) || typeof value === 'number' ? { id: value } : {};
    return [{ index, ...id, code: codeOfItem(isRefused, text), description: expectText }];
  });
  if (recorded.response.status >= 400 && failed.length === 0) return undefined;
  return { requested: items.length, failures: failed };
}

function codeOfItem(isRefused: boolean, complaint: string): string {
  if (!isRefused) return 'NOT_CHANGED';
  if (complaint.includes('No such object')) return 'UNKNOWN_REFERENCE';
  return complaint.includes('Non-active') ? 'NOT_ACTIVE' : 'VALIDATION_FAILED';
}

/** Any sentence at all. */
const expectText = { asymmetricMatch: (text: unknown) => typeof text === 'string' && text !== '' };

/** What the answers of a list, or the one of anything else, should become in `state.data`. */
export function dataOf(pages: readonly Recording[]): unknown {
  const last = pages.at(-1);
  if (last?.request.method === 'DELETE') return { deleted: true };
  const results = pages.map(page => answerOf(page).results);
  return results.every(Array.isArray) ? results.flat() : last?.response.body;
}

/** A name, a URN or a text that was sent, which no error may repeat. */
export function personal(recorded: Recording): string[] {
  if (!/^(contacts|messages|broadcasts|flow_starts)$/.test(endpointOf(recorded) ?? '')) return [];
  const { name, urns, text } = (bodyOf(recorded) ?? {}) as Json;
  return [name, text, urns]
    .flat()
    .filter(value => typeof value === 'string' && /\S{5}/.test(value)) as string[];
}
