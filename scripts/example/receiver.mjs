import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Takes in what a flow pushes and starts a workflow with it, as the webhook of OpenFn does: the answer first, the work later.
 *
 * @param {(state: object) => Promise<unknown>} start - what is done with the state that a push makes
 */
export async function createReceiver(start) {
  const underWay = [];
  const received = [];
  const server = createServer(async (request, response) => {
    const state = stateOf(request, await text(request));
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end('{}');
    received.push(state);
    const work = start(state);
    // `settled` reports its failure.
    work.catch(() => {});
    underWay.push(work);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/registration`,
    /** The states that pushes have made, in order. */
    received,
    /** Waits until the workflows that were started have ended, and gives what they left. */
    settled: () => Promise.all(underWay.splice(0)),
    close() {
      server.closeAllConnections();
      return new Promise(resolve => server.close(resolve));
    },
  };
}

/** What OpenFn makes of a request: the body as `data`, and the request itself. */
function stateOf({ method, url, headers }, body) {
  const { pathname, searchParams } = new URL(url, 'http://receiver');
  return {
    data: body === '' ? {} : JSON.parse(body),
    request: {
      method,
      path: pathname.split('/').filter(Boolean),
      query_params: Object.fromEntries(searchParams),
      headers: { ...headers },
    },
  };
}
