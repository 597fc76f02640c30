import type { Method } from '../resources.js';
import type { Json } from '../types/json.js';

/** What may stand in a query: a list repeats its key. */
export type QueryValue = string | number | boolean | readonly (string | number | boolean)[];
export type Query = { readonly [key: string]: QueryValue | undefined };

/** One call of the API, before it becomes bytes. */
export interface ApiRequest {
  method: Method;
  /** The endpoint without `.json`: `contacts`. */
  path: string;
  query?: Query | undefined;
  body?: Json | undefined;
  /** True where a second time does no harm. GET and DELETE always are. */
  repeatable?: boolean | undefined;
  /**
   * True where the body names groups or fields. For about five seconds after one is made RapidPro
   * answers 500 to that, and does nothing.
   */
  namesObjects?: boolean | undefined;
}

/** What a server answered. */
export interface ApiResponse {
  statusCode: number;
  /** The parsed JSON; null for a 204. */
  body: unknown;
  /** True where an earlier attempt at the same request may have done the work. */
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
