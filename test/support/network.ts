import { readFileSync } from 'node:fs';
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { vi } from 'vitest';
import { listen } from './closing.js';

const read = (name: string) =>
  readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8');

/** Good for a hundred years: an authority of nobody, and a server's certificate for `rapidpro.test` that it signed. */
export const CERTIFICATES = {
  authority: read('authority'),
  another: read('another-authority'),
  server: read('server'),
  key: read('server-key'),
};

export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
}

/** A server that speaks TLS with a certificate of that authority, and answers everything with one JSON or picture. */
export async function tlsServer(body: unknown = { uuid: 'u', name: 'Workspace' }) {
  const requests: Seen[] = [];
  const { server: cert, key } = CERTIFICATES;
  const server = createTlsServer({ cert, key }, ({ method = '', url = '', headers }, response) => {
    requests.push({ method, url, headers });
    if (body === 'never') return;
    if (Buffer.isBuffer(body)) {
      response.setHeader('content-type', 'image/png').end(body);
      return;
    }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  return { ...(await listen(server)), requests };
}

interface ProxyBehavior {
  /** A status in place of a connection or a page. */
  refuse?: number;
  /** What it wants in `proxy-authorization`, or it answers 407. */
  password?: string;
  /** What it does of a tunnel: never answers, answers 201, or closes what it has opened. */
  tunnel?: 'hangs' | 'created' | 'closes';
}

/**
 * A forward proxy on loopback. Whatever name it is asked for, it finds it on this machine: so a test can
 * use names that nobody but the proxy knows.
 */
export async function forwardProxy({ refuse, password, tunnel }: ProxyBehavior = {}) {
  const requests: Seen[] = [];
  const verdict = ({ headers }: IncomingMessage) =>
    password !== undefined && headers['proxy-authorization'] !== password ? 407 : refuse;
  const server = createServer((message, response) => {
    const { method = '', url = '', headers } = message;
    requests.push({ method, url, headers });
    const status = verdict(message);
    if (status !== undefined) {
      response.writeHead(status).end();
      return;
    }
    const { port, pathname, search } = new URL(url);
    const onward = ask({ host: '127.0.0.1', port, path: pathname + search, method, headers });
    onward.on('response', answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    message.pipe(onward);
  });
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    requests.push({ method: 'CONNECT', url: message.url ?? '', headers: message.headers });
    socket.on('error', () => {});
    const status = verdict(message);
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    if (tunnel === 'hangs') return;
    if (tunnel === 'closes') {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.once('data', () => socket.destroy());
      return;
    }
    const [, port] = /:(\d+)$/.exec(message.url ?? '') ?? [];
    const onward = connect(Number(port), '127.0.0.1', () => {
      const status = tunnel === 'created' ? '201 Created' : '200 Connection established';
      socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  });
  const { port, close } = await listen(server);
  return { address: `http://127.0.0.1:${port}`, port, requests, close };
}

/** For tests that set a proxy of their own: call it before each of them, and put the environment back afterwards. */
export function withoutProxies(): void {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
}
