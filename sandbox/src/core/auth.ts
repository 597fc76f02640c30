import type { Method, ResourceName } from '../../../src/resources.js';
import type { Role, User } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { forbidden } from './reply.js';

/** A token gives one user access to one workspace. */
export interface Access {
  token: string;
  workspace: Workspace;
  user: User;
  /** The name of the sandbox's token: a role, or a name such as `other_workspace`. */
  name: string;
}

const NOT_GIVEN = 'Authentication credentials were not provided.';

/** Identifies the caller, or refuses the request. Every refusal is a 403. */
export function authenticate(
  header: string | null,
  find: (token: string) => Access | undefined,
): Access {
  const [keyword = '', ...words] = (header ?? '').split(' ').filter(word => word !== '');
  switch (keyword.toLowerCase()) {
    case 'token':
      return byToken(words, find);
    case 'basic':
      return byBasic(words, find);
    default:
      throw forbidden(NOT_GIVEN);
  }
}

function onlyWord(words: string[], kind: string, noun: string): string {
  const [word, ...more] = words;
  if (word === undefined) throw forbidden(`Invalid ${kind} header. No credentials provided.`);
  if (more.length > 0)
    throw forbidden(`Invalid ${kind} header. ${noun} string should not contain spaces.`);
  return word;
}

function byToken(words: string[], find: (token: string) => Access | undefined): Access {
  const access = find(onlyWord(words, 'token', 'Token'));
  if (!access) throw forbidden('Invalid token');
  return access;
}

function byBasic(words: string[], find: (token: string) => Access | undefined): Access {
  const encoded = onlyWord(words, 'basic', 'Credentials');
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || encoded.length % 4 !== 0 || colon < 0) {
    throw forbidden('Invalid basic header. Credentials not correctly base64 encoded.');
  }
  const access = find(text.slice(colon + 1));
  // Both lines compare the login case-sensitively. For `v9` it is the username, which is the e-mail address here.
  if (!access || access.user.email !== text.slice(0, colon)) {
    throw forbidden('Invalid token or email');
  }
  return access;
}

const SURVEYOR: readonly ResourceName[] = [
  'boundaries',
  'contacts',
  'definitions',
  'fields',
  'flows',
  'groups',
];

/** Whether a role may use an endpoint. Tokens of other roles are refused everywhere. */
export function mayUse(role: Role, resource: ResourceName, method: Method | string): boolean {
  if (role === 'administrator' || role === 'editor') return true;
  return role === 'surveyor' && SURVEYOR.includes(resource) && method === 'GET';
}
