import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { State } from '../../src/types/state.js';

/** One request as it came over the socket. */
export interface Received {
  method: string;
  path: string;
  /** As they were written, in their order. */
  headers: [string, string][];
  body: string;
}

type Answer = (response: ServerResponse, received: Received) => void | Promise<void>;

function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    pairs.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  }
  return pairs;
}

/** A receiver of pushes on loopback, until the test ends. Answers `{}` by default. */
export async function receiver(answer: Answer = response => void response.end('{}')) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: headersOf(request),
      body: await text(request),
    };
    received.push(one);
    await answer(response, one);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, received };
}

/** The state with which Lightning starts a job for a request. */
export function lightningState({ method, path, headers, body }: Received): State {
  const url = new URL(path, 'http://127.0.0.1');
  return {
    data: body === '' ? {} : JSON.parse(body),
    request: {
      method,
      path: url.pathname.split('/').filter(Boolean),
      query_params: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    },
  };
}
