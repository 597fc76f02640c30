import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { TOO_LARGE_PAGE } from './core/html.js';
import { TooLarge, type Wire } from './core/incoming.js';
import { parseUrl } from './core/url.js';
import { faultOf, type WireFault } from './wire-fault.js';

/** Handles a request of the loopback server. */
export type Handler = (request: Request, wire: Wire) => Promise<Response>;

export interface Listener {
  /** `http://127.0.0.1:5000/` */
  host: string;
  close(): Promise<void>;
}

const NO_BODY = ['GET', 'HEAD'];
/** Methods that a Request object refuses. */
const FORBIDDEN = ['TRACE', 'CONNECT', 'TRACK'];

function toRequest(incoming: IncomingMessage): Request {
  const method = incoming.method ?? 'GET';
  // HTTP/1.0 need not name it.
  const host = incoming.headers.host ?? `127.0.0.1:${incoming.socket.localPort}`;
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
  }
  const target = `http://${host}${incoming.url ?? '/'}`;
  const url = parseUrl(target) ? target : 'http://127.0.0.1/';
  if (NO_BODY.includes(method)) return new Request(url, { method, headers });
  if (FORBIDDEN.includes(method)) return new Request(url, { headers });
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  return new Request(url, { method, headers, body, duplex: 'half' } as RequestInit);
}

async function send(response: Response, to: ServerResponse): Promise<void> {
  const fault = faultOf(response);
  if (fault?.kind === 'reset') return void to.socket?.resetAndDestroy();
  if (fault?.kind === 'stall') {
    if (fault.milliseconds === undefined) return;
    await pause(fault.milliseconds);
  }
  const body = response.body ? Buffer.from(await response.arrayBuffer()) : undefined;
  if (body && !response.headers.has('content-length')) {
    response.headers.set('content-length', String(body.length));
  }
  to.writeHead(response.status, [...response.headers].flat());
  if (response.status === 204 && response.headers.get('content-length') === '2') strayBytes(to);
  else if (fault && body) await sendFaulty(to, body, fault);
  else to.end(body);
}

/** Writes two bytes after the head of a response that must not have a body. */
function strayBytes(to: ServerResponse): void {
  const { socket } = to;
  socket?.cork();
  to.end();
  socket?.write('""');
  socket?.uncork();
}

const PIECES = 8;

async function sendFaulty(to: ServerResponse, body: Buffer, fault: WireFault): Promise<void> {
  const half = Math.floor(body.length / 2);
  const size = Math.max(1, Math.ceil(body.length / PIECES));
  switch (fault.kind) {
    case 'truncate':
      to.write(body.subarray(0, half), () => to.socket?.destroy());
      return;
    case 'drip':
      for (let at = 0; at < body.length; at += size) {
        to.write(body.subarray(at, at + size));
        await pause(fault.milliseconds ?? 2);
      }
      to.end();
      return;
    case 'drop-keep-alive': {
      const { socket } = to;
      to.end(body, () => socket?.end());
      return;
    }
    default:
      to.end(body);
  }
}

/** What a proxy answers to a body that it does not pass on. The rest of the body is not read. */
function refuseBody(incoming: IncomingMessage, to: ServerResponse): void {
  to.writeHead(413, { 'content-type': 'text/html', connection: 'close' });
  to.end(TOO_LARGE_PAGE, () => setTimeout(() => incoming.destroy(), CLOSING_MILLISECONDS).unref());
}

/** Time for the answer to arrive before the connection is closed on what is still being sent. */
const CLOSING_MILLISECONDS = 500;

/** Serves on loopback only. Port 0 selects any free port. */
export async function listen(handler: Handler, port: number): Promise<Listener> {
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const wire = { target: incoming.url ?? '/', method: incoming.method ?? 'GET' };
    handler(toRequest(incoming), wire)
      .then(response => send(response, outgoing))
      .catch(error => {
        if (error instanceof TooLarge) refuseBody(incoming, outgoing);
        else outgoing.destroy(error instanceof Error ? error : undefined);
      });
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, answer);
  // Front servers pass over an `Expect` that they do not know. Node.js would answer it with a 417.
  server.on('checkExpectation', answer);
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
