import type { Limited } from '../state/workspace.js';
import type { Call } from './call.js';
import type { Reply } from './reply.js';

/** An object that an update or a deletion names in its query. */
export interface Lookup {
  key: string;
  value: string;
}

/** What an endpoint can do. Methods that it has not are refused before it is asked. */
export interface Endpoint {
  get?: (call: Call) => Reply | Promise<Reply>;
  /** Finds the object of `?uuid=…`; throws where the server would. */
  find?: (call: Call, lookup: Lookup) => unknown;
  /** The object is undefined for a creation. */
  post?: (call: Call, body: Record<string, unknown>, object: unknown) => Reply | Promise<Reply>;
  /** In place of `post`, where the body is not JSON. */
  postRaw?: (call: Call) => Reply | Promise<Reply>;
  remove?: (call: Call, object: unknown) => Reply;
  /** The kind of object that a workspace may have only so many of. */
  limited?: Limited;
}

/** An endpoint with the type of its object kept inside. */
export function endpoint<T>(parts: {
  get?: (call: Call) => Reply | Promise<Reply>;
  find?: (call: Call, lookup: Lookup) => T;
  post?: (
    call: Call,
    body: Record<string, unknown>,
    object: T | undefined,
  ) => Reply | Promise<Reply>;
  postRaw?: (call: Call) => Reply | Promise<Reply>;
  remove?: (call: Call, object: T) => Reply;
  limited?: Limited;
}): Endpoint {
  return parts as Endpoint;
}
