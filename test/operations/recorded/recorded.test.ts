import { type HttpResponseResolver, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import type { RapidProError } from '../../../src/client/errors.js';
import { http } from '../../../src/index.js';
import { asUuid } from '../../../src/operations/identifiers.js';
import { BATCH_LIMIT, type Filter, resources } from '../../../src/resources.js';
import type { Operation } from '../../../src/types/state.js';
import { noSleep } from '../../support/noSleep.js';
import { type Recording, recordings, replay, servers } from '../../support/recordings.js';
import { type Received, serve, type TestServer } from '../../support/serve.js';
import { page, run } from '../run.js';
import { bodyOf, callFor, endpointOf, endpoints, isTrue } from './calls.js';

/** Every exchange that a real server had, made again by the operation that makes it. */

type Json = { [key: string]: unknown };

/** Look-ups before a write: the contact is there, and its URNs are free. */
const lookup = msw.get('*/api/v2/contacts.json', ({ request }) => {
  const uuid = new URL(request.url).searchParams.get('uuid');
  return page(uuid ? [{ uuid, urns: [] }] : []);
});

/** An answer for one method; msw asks the next handler for the others. */
function only(method: string, answer: HttpResponseResolver): HttpResponseResolver {
  return info => (info.request.method.toLowerCase() === method ? answer(info) : undefined);
}

function answerAs(recorded: Recording): Promise<TestServer> {
  const method = recorded.request.method.toLowerCase() as 'get';
  return method === 'get'
    ? serve(msw.get('*', replay(recorded)))
    : serve(msw.all(`*${recorded.request.path}`, only(method, replay(recorded))), lookup);
}

/** The part of a query that says something, in one way of writing. */
function meaningOf(query: URLSearchParams): string[] {
  return [...query]
    .map(([key, value]) => `${key}=${isTrue(value) ? 'true' : (asUuid(value) ?? value)}`)
    .sort();
}

/** The body as an operation writes it: lists without doubles, spaces and empty ends. */
function written(endpoint: string, body: unknown): unknown {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  const { urns, ...rest } = body as Json;
  const isSend = endpoint === 'broadcasts' || endpoint === 'flow_starts';
  const once = (list: unknown) => [...new Set((list as string[]).map(urn => urn.trim()))];
  const dropped = isSend && Array.isArray(urns) && urns.length === 0;
  return { ...rest, ...(urns === undefined || dropped ? {} : { urns: once(urns) }) };
}

function expectSame(received: Received | undefined, recorded: Recording): void {
  const { method, path, query } = recorded.request;
  expect(received).toMatchObject({ method, path });
  expect(meaningOf(received?.query ?? new URLSearchParams())).toEqual(
    meaningOf(new URLSearchParams(query)),
  );
  const endpoint = endpointOf(recorded);
  expect(received?.body).toEqual(written(endpoint, bodyOf(recorded)));
}

/** What the answer of a success should become in `state.data`. */
function dataOf({ request, response }: Recording): unknown {
  if (request.method === 'DELETE') return { deleted: true };
  const { body } = response;
  const { results } = (body ?? {}) as { results?: unknown[] };
  return Array.isArray(results) ? results : body;
}

/** A name, a URN or a text that was sent, which no error may repeat. */
function personal(recorded: Recording): string[] {
  if (!/^(contacts|messages|broadcasts|flow_starts)$/.test(endpointOf(recorded))) return [];
  const { name, urns, text } = (bodyOf(recorded) ?? {}) as Json;
  return [name, text, urns]
    .flat()
    .filter(value => typeof value === 'string' && /\S{5}/.test(value)) as string[];
}

function expectError(error: RapidProError, recorded: Recording): void {
  expect(error.name).toBe('RapidProError');
  expect(error.fix).toMatch(/\w/);
  const { message: _, ...shown } = error;
  for (const value of personal(recorded)) expect(JSON.stringify(shown)).not.toContain(value);
}

/** What a refusal of the server means, where its text says one thing alone. */
const MEANINGS: [RegExp, string][] = [
  [/^\{"urns":[^,]*(belongs to another contact|in use by another contact)[^,]*\}$/, 'URN_TAKEN'],
  [/^\{"(urns|detail)":[^,]*(Invalid URN|URN is not valid)[^,]*\}$/, 'INVALID_URN'],
  [/^\{"\w+":\["No such object: [^,]*"\]\}$/, 'UNKNOWN_REFERENCE'],
  [/^\{"fields":\["Invalid contact field key: \w+"\]\}$/, 'UNKNOWN_FIELD'],
  [/must be unique\.?"\]\}$/, 'NAME_TAKEN'],
  [/anonymous organizations/, 'ANONYMOUS_WORKSPACE'],
  [/workspace is currently (flagged|suspended)/, 'WORKSPACE_SUSPENDED'],
];

function codesFor({ response }: Recording): string[] {
  const { status, body } = response;
  if (status === 400) {
    const known = MEANINGS.find(([text]) => text.test(JSON.stringify(body)));
    return known ? [known[1]] : ['VALIDATION_FAILED', 'INVALID_URN'];
  }
  if (status === 403) return ['SYSTEM_OBJECT', 'PERMISSION_DENIED'];
  if (status === 404) return ['NOT_FOUND', 'NOT_OFFERED'];
  if (status === 409) return ['LIMIT_REACHED'];
  return ['SERVER_ERROR'];
}

/** Codes of errors that are thrown before anything is sent. */
const BEFORE_SENDING = ['INVALID_FILTER', 'INVALID_INPUT', 'INVALID_URN'];

/**
 * Answered with 200 by a server, refused by the operation: what a server swallows, or reads in its
 * own way.
 */
function isSwallowed({ request, response }: Recording): boolean {
  const query = new URLSearchParams(request.query);
  const { results } = (response.body ?? {}) as { results?: unknown[] };
  const isBad = [...query].some(
    ([key, value]) =>
      value.trim() === '' ||
      query.getAll(key).length > 1 ||
      (/^(before|after)$/.test(key) && !/^\d{4}-(0\d|1[0-2])-\d\dT.*Z$/.test(value)) ||
      (/^(uuid|contact|flow|campaign)$/.test(key) && !/^[0-9a-f-]{36}$/i.test(value)) ||
      (/^(type|folder|role|status)$/.test(key) && results?.length === 0) ||
      /^(foo|page_size|limit|page|offset)$/.test(key),
  );
  const body = (request.body ?? {}) as Json;
  return isBad || (request.method === 'POST' && Object.values(body).includes(''));
}

function keptUrns({ response }: Recording, body: unknown): boolean {
  const sent = (body as Json | undefined)?.urns;
  const kept = (response.body as Json | undefined)?.urns;
  return !Array.isArray(sent) || !Array.isArray(kept) || kept.length >= sent.length;
}

/** More recipients than one request may have: the operation makes several. */
function isSplit(recorded: Recording): boolean {
  const lists = Object.values((bodyOf(recorded) ?? {}) as Json);
  const isSend = /^(broadcasts|flow_starts)$/.test(endpointOf(recorded));
  return isSend && lists.some(list => Array.isArray(list) && list.length > BATCH_LIMIT);
}

/** A filter that this server ignores, and of which the answer therefore says nothing. */
function isIgnored(recorded: Recording): boolean {
  const dialect = recorded.server === 'rapidpro-9.0.0' ? 'v9' : 'textit';
  const endpoint = endpointOf(recorded) as keyof typeof resources;
  const filters: { [key: string]: Filter } = resources[endpoint].filters;
  return [...new URLSearchParams(recorded.request.query)].some(([key, value]) => {
    const { only: own, v9Choices = [], cosmetic } = filters[key] ?? {};
    // A server that does not know it gives the same records.
    if (cosmetic) return false;
    return (own ?? dialect) !== dialect || (dialect === 'textit' && v9Choices.includes(value));
  });
}

/** The error that an operation makes of a success, where the server hid something in it. */
function hiddenError(recorded: Recording): string | undefined {
  const { results } = (recorded.response.body ?? {}) as { results?: unknown[] };
  const query = new URLSearchParams(recorded.request.query);
  if (isIgnored(recorded)) return 'INVALID_FILTER';
  if (query.has('group') && results?.length === 0) return 'UNKNOWN_GROUP';
  return keptUrns(recorded, bodyOf(recorded)) ? undefined : 'URN_TAKEN';
}

async function outcome(operation: Operation, server: TestServer) {
  noSleep();
  return run(operation, server).then(
    ({ data }) => ({ data, error: undefined }),
    (error: RapidProError) => ({ data: undefined, error }),
  );
}

describe.each(servers)('%s', name => {
  const exchanges = recordings(name).filter(one =>
    endpoints.includes(one.name.split('/')[0] ?? ''),
  );
  const calls = exchanges.map(one => ({ one, call: callFor(one) }));
  const made = calls.flatMap(({ one, call }) =>
    'operation' in call ? [[one.name, one, call.operation] as const] : [],
  );

  test.each(made)('%s', async (_, one, operation) => {
    const server = await answerAs(one);
    const { data, error } = await outcome(operation, server);
    const { status } = one.response;
    if (error) expectError(error, one);
    const writes = server.requests.filter(({ method }) => method === one.request.method);
    if (writes.length === 0) {
      // Refused before it was sent: because the server refuses it too, or swallows it.
      expect(BEFORE_SENDING).toContain(error?.code);
      expect(status >= 400 || isSwallowed(one)).toBe(true);
      return;
    }
    if (isSplit(one)) {
      // The recorded answer to the first hundred: nobody was reached.
      expect(error?.code).toBe('VALIDATION_FAILED');
      return;
    }
    expectSame(one.request.method === 'GET' ? writes[0] : writes.at(-1), one);
    if (status >= 400) {
      expect(error?.statusCode).toBe(status);
      expect(codesFor(one)).toContain(error?.code);
      return;
    }
    expect(error?.code).toBe(hiddenError(one));
    if (!error) expect(data).toEqual(dataOf(one));
  });

  test('what no operation makes has a reason', () => {
    const reasons = calls.flatMap(({ call }) => ('none' in call ? [call.none] : []));
    expect([
      'RapidPro has no such method',
      'RapidPro makes none of these over the API',
      'lists are read from their first page',
      'no operation deletes these',
      'no operation sends a look-up here',
      'no operation takes two look-ups',
      'operations send JSON, and say so',
      'the workspace can only be read',
      'this list has no filters',
    ]).toEqual(expect.arrayContaining([...new Set(reasons)]));
    expect(made.length).toBeGreaterThan(exchanges.length * 0.85);
  });
});

describe.each(servers)('http of %s', name => {
  const plain = recordings(name).filter(
    ({ request }) =>
      /^(GET|POST|DELETE)$/.test(request.method) &&
      /^\/api\/v2\/[a-z_]+\.json$/.test(request.path ?? '') &&
      request.headers.Authorization === 'Token TOKEN' &&
      (request.headers['Content-Type'] ?? 'application/json') === 'application/json' &&
      typeof request.body !== 'string' &&
      !Object.hasOwn(request, 'form'),
  );

  test.each(plain.map(one => [one.name, one] as const))('%s', async (_, one) => {
    const { method, query: text, body } = one.request;
    const server = await answerAs(one);
    const pairs = new URLSearchParams(text);
    const query = Object.fromEntries(
      [...new Set(pairs.keys())].map(key => [key, pairs.getAll(key)]),
    );
    const options = { query, maxWait: 0, ...(method === 'POST' ? { body: body as never } : {}) };
    const { data, error } = await outcome(http.request(method, endpointOf(one), options), server);
    if (server.requests.length === 0) {
      const isEmpty = [...pairs.values()].some(value => value.trim() === '');
      expect(error?.code).toBe(isEmpty ? 'INVALID_FILTER' : 'INVALID_INPUT');
      expect(isEmpty || body === null).toBe(true);
      return;
    }
    expect(server.requests[0]).toMatchObject({ method, path: one.request.path });
    expect(server.requests[0]?.body).toEqual(method === 'POST' ? body : undefined);
    expect([...(server.requests[0]?.query ?? [])].sort()).toEqual([...pairs].sort());
    if (one.response.status >= 400) {
      expect(error?.statusCode).toBe(one.response.status);
    } else {
      expect(error).toBeUndefined();
      expect(data).toEqual(one.response.status === 204 ? null : one.response.body);
    }
  });
});
