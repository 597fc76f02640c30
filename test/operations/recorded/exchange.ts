import type { Recording } from '../../../recordings/read.js';
import { type ResourceName, resources } from '../../../src/resources.js';
import { TOKEN } from '../../support/credential.js';

/** What a recorded request says, read from its own words. */

/** The address of an endpoint as the adaptor writes it. */
const ENDPOINT = /^\/api\/v2\/([a-z_]+)\.json$/;

export function endpointOf({ request }: Recording): ResourceName | undefined {
  const name = ENDPOINT.exec(request.path)?.[1];
  return name !== undefined && Object.hasOwn(resources, name) ? (name as ResourceName) : undefined;
}

/** A header in any letter case. */
export function headerOf({ request }: Recording, name: string): string | undefined {
  return Object.entries(request.headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** A query without what says nothing. */
export function queryOf({ request }: Recording): URLSearchParams {
  return new URLSearchParams(request.query ?? '');
}

/** The token of a credential that sends the recorded header; undefined where there was none. */
export function tokenOf(recorded: Recording): string | undefined {
  const header = headerOf(recorded, 'authorization');
  const token = header?.replace(/^Token ?/, '');
  return token === 'TOKEN' ? TOKEN : token;
}

export function isJson(recorded: Recording): boolean {
  return /^application\/json\b/.test(headerOf(recorded, 'content-type') ?? '');
}

/** The body as JSON, or undefined where it is none. */
export function bodyOf(recorded: Recording): unknown {
  const { method, body } = recorded.request;
  if (method !== 'POST' || !isJson(recorded)) return undefined;
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export interface Part {
  name: string | undefined;
  filename: string | undefined;
  type: string | undefined;
  content: string;
}

/** The first part of a form with a file, as recorded or as received. */
export function partOf(contentType: string | undefined, text: unknown): Part | undefined {
  const boundary = /^multipart\/form-data; *boundary="?([^";]+)/.exec(contentType ?? '')?.[1];
  if (boundary === undefined || typeof text !== 'string') return undefined;
  const [head = '', ...rest] = (text.split(`--${boundary}`)[1] ?? '').split('\r\n\r\n');
  const field = (pattern: RegExp) => pattern.exec(head)?.[1];
  return {
    name: field(/[ ;]name="([^"]*)"/),
    filename: field(/filename="([^"]*)"/),
    type: field(/content-type: *(\S+)/i),
    content: rest.join('\r\n\r\n').replace(/\r\n$/, ''),
  };
}

const ADDRESS = 'the address is not /api/v2/<endpoint>.json';
const TOKEN_SCHEME = 'the token is not sent as "Authorization: Token …"';
const ACCEPT = 'the answer is not asked for as JSON';

/** What no call can bring about, whichever operation it is. */
export const OUTSIDE = [ADDRESS, TOKEN_SCHEME, ACCEPT];

/** One of {@link OUTSIDE}, or undefined for a request that could be an operation's. */
export function outside(recorded: Recording): string | undefined {
  const { path } = recorded.request;
  const scheme = headerOf(recorded, 'authorization') ?? 'Token';
  const accept = headerOf(recorded, 'accept') ?? 'application/json';
  // http.* takes these for names of endpoints, and writes the address itself.
  const isNamed = /^\/?(api\/v2\/)?[a-z_]+(\.json)?$/.test(path);
  if (!ENDPOINT.test(path) && (isNamed || recorded.response.status < 400)) return ADDRESS;
  if (!/^Token( |$)/.test(scheme)) return TOKEN_SCHEME;
  return /^application\/json\b/.test(accept) ? undefined : ACCEPT;
}
