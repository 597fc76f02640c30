import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/**
 * Watches the requests that undici sends in this process, whoever answers them. Keeps the method,
 * the endpoint and the status: no query, header or body, so nothing secret or personal.
 */
export function watchRequests() {
  const requests = [];
  const entries = new WeakMap();
  const onCreate = ({ request }) => {
    const entry = { method: request.method, endpoint: endpointOf(request.path), status: 0 };
    requests.push(entry);
    entries.set(request, entry);
  };
  const onHeaders = ({ request, response }) => {
    const entry = entries.get(request);
    if (entry) entry.status = response.statusCode;
  };
  subscribe('undici:request:create', onCreate);
  subscribe('undici:request:headers', onHeaders);
  return {
    /** @type {{ method: string, endpoint: string, status: number }[]} */
    requests,
    stop() {
      unsubscribe('undici:request:create', onCreate);
      unsubscribe('undici:request:headers', onHeaders);
    },
  };
}

function endpointOf(path) {
  return path
    .replace(/[?#].*$/, '')
    .replace(/^.*\/api\/v2\//, '')
    .replace(/\.json$/, '');
}
