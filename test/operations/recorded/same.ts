import type { Recording } from '../../../recordings/read.js';
import { asUuid } from '../../../src/input/identifiers.js';
import type { Received } from '../../support/serve.js';
import { isTrue } from './calls.js';
import { bodyOf, headerOf, partOf, queryOf, tokenOf } from './exchange.js';

/** Whether a request is the recorded one, in two ways of looking: as bytes would, and by meaning. */

type Json = { [key: string]: unknown };

interface Essence {
  method: string;
  path: string;
  query: unknown;
  authorization: string | undefined;
  body: unknown;
}

/** What kind of answer is asked for: RapidPro takes no header for JSON. */
function acceptable(text: string | undefined): string {
  return text === undefined || text.startsWith('application/json') ? 'JSON' : text;
}

function mediaType(text: string | undefined): string | undefined {
  return text?.split(';')[0];
}

/** The part of a query that says something, in one way of writing. */
function meaningOf(query: URLSearchParams): string[] {
  return [...query]
    .map(([key, value]) => `${key}=${isTrue(value) ? 'true' : (asUuid(value) ?? value)}`)
    .sort();
}

/** The body as an operation writes it: lists without doubles, spaces and empty ends. */
function written(path: string, body: unknown): unknown {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  const { urns, ...rest } = body as Json;
  const isSend = /\/(broadcasts|flow_starts)\.json$/.test(path);
  const once = (list: unknown) => [...new Set((list as string[]).map(urn => urn.trim()))];
  const dropped = isSend && Array.isArray(urns) && urns.length === 0;
  return { ...rest, ...(urns === undefined || dropped ? {} : { urns: once(urns) }) };
}

/** What was recorded, as an operation would say it. */
export function meant(recorded: Recording): Essence {
  const { method, path, body } = recorded.request;
  const token = tokenOf(recorded);
  return {
    method,
    path,
    query: meaningOf(queryOf(recorded)),
    authorization: token === undefined ? undefined : `Token ${token}`,
    body: partOf(headerOf(recorded, 'content-type'), body) ?? written(path, bodyOf(recorded)),
  };
}

/** What arrived, in the same terms. */
export function said({ method, path, query, headers, body, text }: Received): Essence {
  const part = partOf(headers['content-type'], text);
  const { authorization } = headers;
  return { method, path, query: meaningOf(query), authorization, body: part ?? body };
}

/** The request to the letter: query, token, what is asked for and what is sent. */
export function letterOf(recorded: Recording): object {
  const { method, path, body } = recorded.request;
  const authorization = headerOf(recorded, 'authorization');
  const token = tokenOf(recorded);
  return {
    method,
    path,
    query: [...queryOf(recorded)].sort(),
    // What a credential holds is sent behind "Token"; all else stands as it was recorded.
    authorization: authorization?.startsWith('Token') ? `Token ${token}` : authorization,
    accept: acceptable(headerOf(recorded, 'accept')),
    type: mediaType(headerOf(recorded, 'content-type')),
    body: method === 'POST' ? asSent(body) : undefined,
  };
}

export function letterReceived({ method, path, query, headers, text }: Received): object {
  return {
    method,
    path,
    query: [...query].sort(),
    authorization: headers.authorization,
    accept: acceptable(headers.accept),
    type: mediaType(headers['content-type']),
    body: text === '' ? undefined : asSent(text),
  };
}

/** A body as JSON, or as the text that it is. */
function asSent(body: unknown): object {
  if (typeof body !== 'string') return { json: body };
  try {
    return { json: JSON.parse(body) };
  } catch {
    return { text: body };
  }
}
