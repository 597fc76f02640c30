import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Wire } from './core/incoming.js';

/** What the loopback server serves: a function from a request to its answer. */
export type Handler = (request: Request, wire: Wire) => Promise<Response>;

export interface Listener {
  /** `http://127.0.0.1:5000/` */
  host: string;
  close(): Promise<void>;
}

const NO_BODY = ['GET', 'HEAD'];
/** Methods that a Request object does not take. */
const FORBIDDEN = ['TRACE', 'CONNECT', 'TRACK'];

function toRequest(incoming: IncomingMessage): Request {
  const method = incoming.method ?? 'GET';
  const host = incoming.headers.host ?? '127.0.0.1';
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
  }
  const target = incoming.url ?? '/';
  const url = URL.canParse(`http://${host}${target}`)
    ? `http://${host}${target}`
    : 'http://127.0.0.1/';
  if (NO_BODY.includes(method)) return new Request(url, { method, headers });
  if (FORBIDDEN.includes(method)) return new Request(url, { headers });
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  return new Request(url, { method, headers, body, duplex: 'half' } as RequestInit);
}

async function send(response: Response, to: ServerResponse): Promise<void> {
  to.writeHead(response.status, response.statusText || undefined, [
    ...[...response.headers].flat(),
  ]);
  if (response.status === 204 && response.headers.get('content-length') === '2') {
    strayBytes(to);
    return;
  }
  to.end(response.body ? Buffer.from(await response.arrayBuffer()) : undefined);
}

/** The two bytes that stand after the head of an answer that must not have a body. */
function strayBytes(to: ServerResponse): void {
  const { socket } = to;
  socket?.cork();
  to.end();
  socket?.write('""');
  socket?.uncork();
}

/** Serves on loopback only. Port 0 takes any that is free. */
export async function listen(handler: Handler, port: number): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    const wire = { target: incoming.url ?? '/', method: incoming.method ?? 'GET' };
    handler(toRequest(incoming), wire)
      .then(response => send(response, outgoing))
      .catch(error => {
        outgoing.destroy(error instanceof Error ? error : undefined);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    host: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
