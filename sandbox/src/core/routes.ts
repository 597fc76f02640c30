import type { Dialect } from '../../../src/resources.js';
import { type Resource, type ResourceName, resourceAt, resources } from '../../../src/resources.js';

/** The target of a path. */
export type Route =
  | { kind: 'endpoint'; resource: Resource; name: ResourceName; suffix: boolean }
  | { kind: 'map'; suffix: boolean }
  | { kind: 'redirect'; status: number; to: string }
  | { kind: 'authenticate' }
  | { kind: 'unknown' };

const ENDPOINT = /^\/api\/v2\/([a-z_]+)(\.json\/?)?$/;

export function routeOf(path: string, dialect: Dialect): Route {
  if (path === '/api') return { kind: 'redirect', status: 301, to: '/api/' };
  if (path === '/api/') return { kind: 'redirect', status: 302, to: '/api/v2/' };
  if (path === '/api/v2') return { kind: 'redirect', status: 301, to: '/api/v2/' };
  if (path === '/api/v2/') return { kind: 'map', suffix: false };
  if (path === '/api/v2/.json') return { kind: 'map', suffix: true };
  if (path === '/api/v2/explorer/') {
    return { kind: 'redirect', status: 302, to: '/accounts/login/?next=/api/v2/explorer/' };
  }
  if (path === '/api/v2/authenticate' && dialect === 'v9') return { kind: 'authenticate' };
  const [, name = '', suffix] = ENDPOINT.exec(path) ?? [];
  const resource = resourceAt(name);
  if (!resource || (resource.only && resource.only !== dialect)) return { kind: 'unknown' };
  return { kind: 'endpoint', resource, name: name as ResourceName, suffix: suffix !== undefined };
}

const UNLISTED: Record<Dialect, readonly ResourceName[]> = {
  v9: ['definitions', 'optins', 'org'],
  textit: ['boundaries', 'channel_events', 'definitions', 'org', 'statistics'],
};

/** The endpoints that the index at `/api/v2/` shows. */
export function listedEndpoints(dialect: Dialect): string[] {
  return Object.entries(resources as Record<ResourceName, Resource>)
    .filter(([name]) => !UNLISTED[dialect].includes(name as ResourceName))
    .filter(([, { only }]) => !only || only === dialect)
    .map(([name]) => name);
}
