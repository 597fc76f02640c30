import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { makeToken, whoAsks } from './access.mjs';
import { refusal } from './messages.mjs';
import { route } from './routes.mjs';
import { createStore, setUp } from './store.mjs';
import { importTracker, savePerson } from './tracker-import.mjs';

/**
 * A small stand-in for DHIS2 on loopback: the endpoints that programs with RapidPro use, with DHIS2's checks, reports and statuses.
 *
 * @param {object} [options] - as for the store
 */
export async function createDhis2(options = {}) {
  const store = createStore(options);
  const credential = { username: 'openfn', password: randomBytes(12).toString('hex') };
  const openfn = [...store.users.values()].find(one => one.username === credential.username);
  const passwordOf = user => (user.id === openfn.id ? credential.password : user.username);
  const { key: token } = makeToken(store, openfn);
  const requests = [];
  const faults = [];

  function work(request, url, body) {
    const { user, answer } = whoAsks(store, request.headers, baseUrl, passwordOf);
    if (answer) return answer;
    const payload = parsed(body);
    const { method } = request;
    return route({ store, user, method, url, query: url.searchParams, payload, baseUrl });
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://dhis2');
    const body = await text(request);
    const fault = takeFault(faults, request.method, url.pathname);
    const done = !fault || fault.after ? work(request, url, body) : undefined;
    const status = fault?.status ?? 503;
    const refused = fault && {
      status,
      body: fault.body ?? refusal(status, 'The server is busy').body,
      headers: fault.headers,
    };
    const answer = refused ?? done;
    requests.push({
      method: request.method,
      path: url.pathname,
      query: url.search,
      body,
      status: answer.status,
    });
    if (fault?.kind === 'reset') return request.socket.destroy();
    response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers });
    const isText = typeof answer.body === 'string';
    response.end(isText ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  return {
    baseUrl,
    token,
    /** What a credential for this server holds. */
    credential: { baseUrl, ...credential },
    requests: () => [...requests],
    people: () =>
      [...store.people.values()].map(one => ({ ...one, values: Object.fromEntries(one.values) })),
    enrollments: () => [...store.enrollments.values()],
    events: () =>
      [...store.events.values()].map(({ values, ...one }) => ({
        ...one,
        values: Object.fromEntries([...values].map(([key, { value }]) => [key, value])),
      })),
    /** What is in a namespace of the dataStore, by its keys. */
    dataStore: namespace =>
      Object.fromEntries(
        [...(store.namespaces.get(namespace) ?? [])].map(([key, { value }]) => [key, value]),
      ),
    dataValues: () => [...store.dataValues.values()],
    users: () => [...store.users.values()],
    /** The data sets that are marked as complete. */
    registrations: () => [...store.registrations.values()],
    /** Somebody at a clinic enters or changes data. Throws where DHIS2 would refuse. */
    enter(payload) {
      const query = new URLSearchParams();
      const { status, validationReport } = importTracker(store, openfn, query, payload);
      if (status !== 'OK') throw new Error(JSON.stringify(validationReport.errorReports));
    },
    /** Changes a tracked entity without a check, as data from older days may be. */
    seed: person => savePerson(store, person),
    /** Sets up more, such as an organisation unit, or changes what is set up. */
    setUp: (kind, row) => setUp(store, kind, row),
    /**
     * Lets the next such request go wrong: `{ method, path, status, body, headers }`, or `{ …, kind: 'reset' }` for a connection that breaks.
     * With `after: true` DHIS2 has done the work by then.
     */
    fault: order => faults.push(order),
    close() {
      server.closeAllConnections();
      return new Promise(resolve => server.close(resolve));
    },
  };
}

function takeFault(faults, method, path) {
  const index = faults.findIndex(one => one.method === method && path.startsWith(one.path));
  return index < 0 ? undefined : faults.splice(index, 1)[0];
}

/** What a body holds; undefined where it is no JSON. */
function parsed(body) {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    return undefined;
  }
}
