import { FormData } from 'undici';
import { RapidProError } from '../errors/errors.js';
import type { Method } from '../resources.js';
import type { Json } from '../types/json.js';

/** What may stand in a query: a list repeats its key. */
export type QueryValue = string | number | boolean | readonly (string | number | boolean)[];
export type Query = { readonly [key: string]: QueryValue | undefined };

export interface Upload {
  bytes: Uint8Array<ArrayBuffer>;
  filename: string;
  /** Its content type. */
  type: string;
}

/** One call of the API, before it becomes bytes. */
export interface ApiRequest {
  method: Method;
  /** The endpoint without `.json`: `contacts`. */
  path: string;
  query?: Query | undefined;
  body?: Json | undefined;
  /** A file that is sent in place of a body, as a form. */
  file?: Upload | undefined;
  /** True if a second time does no harm. GET and DELETE always are. */
  repeatable?: boolean | undefined;
  /**
   * Where in the job's own list each item of a list in the body stood: errors name places as the job
   * knows them. Undefined for an item that the job did not give.
   */
  positions?: { readonly [key: string]: readonly (number | undefined)[] } | undefined;
  /**
   * True if the body names groups, fields or a topic. For about five seconds after one is made
   * RapidPro answers 500 to that, and does nothing.
   */
  referencesGroupsOrFields?: boolean | undefined;
}

/** What a server answered. */
export interface ApiResponse {
  statusCode: number;
  /** The parsed JSON; null for a 204. */
  body: unknown;
  /** True if an earlier attempt at the same request may have done the work. */
  repeated: boolean;
}

/** Writes a query as RapidPro reads it: `+`, `&` and `#` encoded, lists repeated. */
export function encodeQuery(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) params.append(key, String(item));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * Writes what follows `/api/v2/` in the address. The token goes wherever this leads, so it leads to an
 * endpoint or nowhere.
 *
 * @throws RapidProError `INVALID_PATH`
 */
export function encodeTarget({ path, query }: Pick<ApiRequest, 'path' | 'query'>): string {
  if (/^[a-z_]+$/.test(path)) return `${path}.json${encodeQuery(query)}`;
  throw new RapidProError({
    code: 'INVALID_PATH',
    description: 'The path is not the name of an endpoint.',
    fix: 'Write the endpoint alone, as "contacts".',
  });
}

function toJson(body: Json): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new RapidProError({
      code: 'INVALID_INPUT',
      description: 'The body cannot be written as JSON. Nothing was sent.',
      fix: 'Take out what holds itself, and write a BigInt as text.',
      cause,
    });
  }
}

/**
 * What goes over the wire: JSON, or a form with a file.
 *
 * @throws RapidProError `INVALID_INPUT`
 */
export function encodeBody({ body, file }: ApiRequest): string | FormData | undefined {
  if (file) {
    const form = new FormData();
    form.set('file', new Blob([file.bytes], { type: file.type }), file.filename);
    return form;
  }
  return body === undefined ? undefined : toJson(body);
}
