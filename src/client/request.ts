import { FormData } from 'undici';
import { fail } from '../errors/errors.js';
import type { Json } from '../types/json.js';
import type { ApiRequest, Query } from '../types/request.js';

export interface ApiResponse {
  statusCode: number;
  /** The parsed JSON; null for a 204. */
  body: unknown;
  /** True if an earlier attempt at the same request may have done the work. */
  repeated: boolean;
}

/** Writes a query as RapidPro reads it: `+`, `&` and `#` encoded, lists repeated. */
function encodeQuery(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) params.append(key, String(item));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * Writes the part after `/api/v2/` in the address. The token goes there, so it must be an endpoint.
 *
 * @throws RapidProError `INVALID_PATH`
 */
export function encodeTarget({ path, query }: Pick<ApiRequest, 'path' | 'query'>): string {
  if (/^[a-z_]+$/.test(path)) return `${path}.json${encodeQuery(query)}`;
  throw fail(
    'INVALID_PATH',
    'The path is not an endpoint.',
    'Write only the endpoint, such as "contacts".',
  );
}

function toJson(body: Json): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw fail(
      'INVALID_INPUT',
      'The body cannot be written as JSON. Nothing was sent.',
      'Remove values that contain themselves, and write a BigInt as text.',
      { cause },
    );
  }
}

/**
 * The body as it is sent: JSON, or a form with a file.
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
