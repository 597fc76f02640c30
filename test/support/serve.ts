import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { getResponse, type RequestHandler } from 'msw';
import { listen } from './closing.js';

/** A request as it arrived over the socket. */
export interface Received {
  method: string;
  /** Path and query as sent: `/api/v2/contacts.json?uuid=…`. */
  url: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Parsed where it is JSON, text where it is not, undefined where there was none. */
  body: unknown;
  text: string;
  /** Counts the server's connections: the same number twice means that a socket was used again. */
  connection: number;
}

export interface TestServer {
  /** For a credential: `http://127.0.0.1:4711/`. */
  host: string;
  origin: string;
  requests: Received[];
  close(): Promise<void>;
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Headers that belong to one message on the wire; node writes its own. */
const OF_THE_WIRE = new Set(['content-length', 'transfer-encoding', 'connection']);

function toRequest(message: IncomingMessage, origin: string, bytes: Buffer): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    if (OF_THE_WIRE.has(name) || value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) headers.append(name, item);
  }
  const { method = 'GET', url = '/' } = message;
  const body = method === 'GET' || method === 'HEAD' ? undefined : new Uint8Array(bytes);
  return new Request(new URL(url, origin), { method, headers, body });
}

/**
 * A loopback server whose answers are msw's handlers. Write their paths as `*` and the rest:
 * `http.get('*\/api/v2/contacts.json', () => HttpResponse.json(…))`. What no handler answers is a 501.
 *
 * Inside a test it closes itself when the test ends.
 */
export async function serve(...handlers: RequestHandler[]): Promise<TestServer> {
  const requests: Received[] = [];
  let connections = 0;
  const numbers = new WeakMap<object, number>();
  const server = createServer(async (message, response) => {
    const bytes = await buffer(message);
    const { method = 'GET', url = '/', headers } = message;
    const { pathname, searchParams } = new URL(url, 'http://any');
    requests.push({
      method,
      url,
      path: pathname,
      query: searchParams,
      headers,
      body: parse(bytes.toString()),
      text: bytes.toString(),
      connection: numbers.get(message.socket) ?? 0,
    });
    const answer =
      (await getResponse(handlers, toRequest(message, origin, bytes))) ??
      new Response(`No handler for ${method} ${url}`, { status: 501 });
    const sent = Buffer.from(await answer.arrayBuffer());
    response.writeHead(
      answer.status,
      [...answer.headers].filter(([name]) => !OF_THE_WIRE.has(name)).flat(),
    );
    response.end(sent);
  });
  server.on('connection', socket => numbers.set(socket, ++connections));
  const { port, close } = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
  return { host: `${origin}/`, origin, requests, close };
}
