import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** Who may use it, by their tokens. */
const projects = new Map();

const NOBODY = { requests: [], faults: [], work: () => ({ status: 401, body: {} }) };

/**
 * One server for the whole process: the adaptor for collections keeps its connection, to the first address that it was given, as
 * long as the process lives.
 */
const started = (() => {
  let address;
  return () => {
    address ??= listen();
    return address;
  };
})();

async function listen() {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://openfn');
    const body = await text(request);
    const token = request.headers.authorization?.replace('Bearer ', '');
    const { requests, faults, work } = projects.get(token) ?? NOBODY;
    const at = faults.findIndex(one => one.method === request.method);
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0];
    const done = !fault || fault.after ? work(request, url, body) : undefined;
    requests.push({ method: request.method, path: url.pathname, body });
    if (fault?.kind === 'reset') return request.socket.destroy();
    const answer = fault ? { status: 500, body: { error: 'The server is busy' } } : done;
    response.writeHead(answer.status, { 'Content-Type': 'application/json' });
    response.end(answer.body ? JSON.stringify(answer.body) : undefined);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return server;
}

/**
 * A stand-in for OpenFn's collections on loopback: what `@openfn/language-collections` asks for, and no more. No answer of a real
 * OpenFn was recorded; it is made by what that adaptor sends and reads.
 *
 * @param {string[]} names - the collections that somebody made in the project's settings
 */
export async function createCollections(names) {
  const token = randomBytes(12).toString('hex');
  const collections = new Map(names.map(name => [name, new Map()]));
  const requests = [];
  const faults = [];

  function work({ method }, url, body) {
    const [, , name, key] = url.pathname.split('/').map(decodeURIComponent);
    const values = collections.get(name);
    if (!values) return { status: 404, body: {} };
    if (method === 'POST') {
      const { items } = JSON.parse(body);
      for (const one of items) values.set(one.key, one.value);
      return { status: 200, body: { upserted: items.length, error: null } };
    }
    if (method === 'DELETE') {
      const keys = key ? [key] : matching(values, url.searchParams.get('key'));
      const deleted = keys.filter(one => values.delete(one));
      return { status: 200, body: { deleted: deleted.length, error: null } };
    }
    if (key) {
      if (!values.has(key)) return { status: 204 };
      return { status: 200, body: { key, value: values.get(key) } };
    }
    const start = Number(url.searchParams.get('cursor') ?? 0);
    const end = start + Number(url.searchParams.get('limit') ?? 1000);
    const keys = matching(values, url.searchParams.get('key'));
    const items = keys.slice(start, end).map(one => ({ key: one, value: values.get(one) }));
    return { status: 200, body: { items, cursor: end < keys.length ? String(end) : null } };
  }

  projects.set(token, { requests, faults, work });
  const server = await started();
  return {
    credential: {
      collections_endpoint: `http://127.0.0.1:${server.address().port}/collections`,
      collections_token: token,
    },
    requests: () => [...requests],
    /** The values of a collection, by their keys. */
    values: name =>
      Object.fromEntries(
        [...collections.get(name)].map(([key, value]) => [key, JSON.parse(value)]),
      ),
    /** Puts a value there, as another workflow would. */
    put: (name, key, value) => void collections.get(name).set(key, JSON.stringify(value)),
    /** Lets the next such request go wrong: `{ method }`, with `kind: 'reset'` for a connection that breaks, `after: true` when the work is done. */
    fault: order => faults.push(order),
    async close() {
      projects.delete(token);
      if (projects.size === 0) server.closeAllConnections();
    },
  };
}

function matching(values, pattern) {
  const parts = (pattern ?? '*').split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const form = new RegExp(`^${parts.join('.*')}$`);
  return [...values.keys()].filter(key => form.test(key)).sort();
}
