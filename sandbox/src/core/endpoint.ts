import type { Limited } from '../state/workspace.js';
import type { Call } from './call.js';
import type { Reply } from './reply.js';

/** An object that an update or a deletion refers to in its query. */
export interface Lookup {
  key: string;
  value: string;
}

/** The methods of an endpoint. A missing one is refused before the endpoint is called. */
export interface Endpoint {
  get?: (call: Call) => Reply | Promise<Reply>;
  /** Finds the object of `?uuid=…`. Throws where the server would. */
  find?: (call: Call, lookup: Lookup) => unknown;
  /** The object is undefined for a creation. */
  post?: (call: Call, body: Record<string, unknown>, object: unknown) => Reply | Promise<Reply>;
  /** Replaces `post` where the body is not JSON. */
  postRaw?: (call: Call) => Reply | Promise<Reply>;
  remove?: (call: Call, object: unknown) => Reply;
  /** The kind of object whose number is limited per workspace. */
  limited?: Limited;
}

/** Hides the type of an endpoint's object. */
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
