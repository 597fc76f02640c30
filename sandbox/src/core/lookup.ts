import { canonicalUuid } from '../state/ids.js';
import type { Call } from './call.js';
import type { Lookup } from './endpoint.js';
import { last } from './incoming.js';
import { badRequest } from './reply.js';

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
