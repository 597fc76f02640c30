import type { Method } from '../resources.js';
import type { Json } from './json.js';

/** What may stand in a query: a list repeats its key. */
export type QueryValue = string | number | boolean | readonly (string | number | boolean)[];
export type Query = { readonly [key: string]: QueryValue | undefined };

interface Upload {
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
  /** True if an earlier request, whose answer was lost, may have done the work or a part of it. */
  repeated?: boolean | undefined;
  /**
   * Where in the job's own list each item of a list in the body stood: errors name places as the job
   * knows them. Undefined for an item that the job did not give.
   */
  positions?: { readonly [key: string]: readonly (number | undefined)[] } | undefined;
  /**
   * True if the body names groups, fields or a topic. For about five seconds after one is made
   * RapidPro answers 500 to that.
   */
  referencesGroupsOrFields?: boolean | undefined;
  /** Called with the text of a good answer before it is parsed, which takes the longest. */
  onText?: ((text: string) => void) | undefined;
  /** Aborts when nobody waits for the answer any more. Then the request ends at once, and so does any wait for it. */
  canceled?: AbortSignal | undefined;
}
