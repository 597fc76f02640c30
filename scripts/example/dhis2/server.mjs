import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { importDataValues } from './data-values.mjs';
import { refusal } from './messages.mjs';
import { createStore, shownTime } from './store.mjs';
import { listPeople, onePerson } from './tracker-export.mjs';
import { importTracker, savePerson } from './tracker-import.mjs';

/**
 * A small stand-in for DHIS2 on loopback: the endpoints that the example uses, with DHIS2's checks, reports and statuses.
 *
 * @param {object} [options] - `metadata`, `clock` and `version`, as for the store
 */
export async function createDhis2(options = {}) {
  const store = createStore(options);
  const credential = { username: 'openfn', password: randomBytes(12).toString('hex') };
  const token = `d2p_${randomBytes(16).toString('hex')}`;
  const allowed = [
    `Basic ${Buffer.from(Object.values(credential).join(':')).toString('base64')}`,
    `ApiToken ${token}`,
  ];
  const requests = [];
  const faults = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://dhis2');
    const body = await text(request);
    const fault = takeFault(faults, request.method, url.pathname);
    const isKnown = allowed.includes(request.headers.authorization);
    const work = () =>
      isKnown ? route(store, request.method, url, body) : refusal(401, 'Unauthorized');
    const done = !fault || fault.after ? work() : undefined;
    const answer = fault ? refusal(fault.status ?? 503, 'The server is busy') : done;
    requests.push({
      method: request.method,
      path: url.pathname,
      query: url.search,
      status: answer.status,
    });
    if (fault?.kind === 'reset') return request.socket.destroy();
    response.writeHead(answer.status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer.body));
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
    dataValues: () => [...store.dataValues.values()],
    /** Somebody at a clinic enters or changes data. Throws where DHIS2 would refuse. */
    enter(payload) {
      const { body } = importTracker(store, new URLSearchParams(), payload);
      if (body.status !== 'OK') throw new Error(JSON.stringify(body.validationReport.errorReports));
    },
    /** Changes a tracked entity without a check, as data from older days may be. */
    seed: person => savePerson(store, person),
    /** Sets up more, such as an organisation unit. */
    setUp: (kind, row) => store[kind].set(row.id, row),
    /**
     * Lets the next such request go wrong: `{ method, path, status }`, or `{ …, kind: 'reset' }` for a connection that breaks.
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

function route(store, method, url, body) {
  const path = url.pathname.replace(/\/$/, '');
  const query = url.searchParams;
  if (method === 'GET' && path === '/api/system/info') {
    return { status: 200, body: { version: store.version, serverDate: shownTime(store.clock()) } };
  }
  if (method === 'GET' && path === '/api/tracker/trackedEntities') return listPeople(store, query);
  const one = /^\/api\/tracker\/trackedEntities\/(\w+)$/.exec(path);
  if (method === 'GET' && one) return onePerson(store, one[1], query);
  if (method !== 'POST') return refusal(404, `${path} is not part of this stand-in`);
  const payload = parsed(body);
  if (payload === undefined) return refusal(400, 'The body is no JSON');
  if (path === '/api/dataValueSets') return importDataValues(store, payload);
  if (path !== '/api/tracker') return refusal(404, `${path} is not part of this stand-in`);
  // DHIS2 imports asynchronously by default, and answers with the id of a job.
  if (query.get('async') !== 'false')
    return refusal(501, 'This stand-in only imports with async=false');
  return importTracker(store, query, payload);
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
