import { canonicalUuid } from '../state/ids.js';
import type { Limited } from '../state/workspace.js';
import type { Call } from './call.js';
import { last } from './incoming.js';
import { badRequest, conflict, type Reply } from './reply.js';

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
  /** Replaces `post` where the body is a form. */
  postForm?: (call: Call, form: FormData) => Reply | Promise<Reply>;
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
  postForm?: (call: Call, form: FormData) => Reply | Promise<Reply>;
  remove?: (call: Call, object: T) => Reply;
  limited?: Limited;
}): Endpoint {
  return parts as Endpoint;
}

/** Endpoints that only create still look up the object in the query; actions do not. */
const CREATE_ONLY_LOOKUPS = ['uuid'];

/** The object that the query of an update or a deletion refers to. */
export function lookupOf({ name, resource, incoming, workspace }: Call): Lookup | undefined {
  const creates = resource.methods.includes('GET') || name === 'media';
  const names = resource.lookups ?? (creates ? CREATE_ONLY_LOOKUPS : []);
  const given = names.filter(name => incoming.query.has(name));
  const uuid = given.includes('uuid') ? (last(incoming.query, 'uuid') ?? '') : undefined;
  // `textit` looks at it before anything else.
  if (workspace.dialect === 'textit' && uuid !== undefined && !canonicalUuid(uuid)) {
    throw badRequest(`Param 'uuid': ${uuid} is not a valid UUID.`);
  }
  if (given.length > 1) {
    throw badRequest(`URL can only contain one of the following parameters: ${names.join(', ')}`);
  }
  const [key] = given;
  return key === undefined ? undefined : { key, value: last(incoming.query, key) ?? '' };
}

/** Refuses to create more objects than a workspace may have. System objects do not count. */
export function checkLimit({ workspace }: Call, kind: NonNullable<Endpoint['limited']>): void {
  const most = workspace.settings.limits[kind];
  const count = [...workspace[kind]].filter(row => !('deleted' in row && row.deleted)).length;
  const system = kind === 'groups' || kind === 'topics' ? systemRows(workspace[kind]) : 0;
  if (count - system < most) return;
  const number = workspace.dialect === 'v9' ? ` of ${most}` : '';
  throw conflict(`Cannot create object because workspace has reached limit${number}.`);
}

const systemRows = (rows: Iterable<{ system: boolean }>): number =>
  [...rows].filter(row => row.system).length;
