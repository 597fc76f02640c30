import { createServer, type Socket } from 'node:net';
import { listen } from './closing.js';

/** A request of which nothing is known but its bytes. */
export interface RawRequest {
  /** Head and body as they came. */
  text: string;
  /** Counts requests from 0, over all connections. */
  index: number;
  /** Counts connections from 1. */
  connection: number;
  socket: Socket;
}

/** What a server does with a request: whatever can be done to a socket. */
export type Behavior = (request: RawRequest) => void;

export interface RawServer {
  host: string;
  origin: string;
  requests: RawRequest[];
  /** How many connections were made. */
  connections(): number;
  /** How many of them are still open. */
  open(): number;
  close(): Promise<void>;
}

/** The length of the first whole request in the text, or 0 while some of it is missing. */
function wholeRequest(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
  return text.length >= end + 4 + length ? end + 4 + length : 0;
}

/**
 * A server that gives an empty page to whoever reads, and does whatever `behave` does to what is written.
 * Its `requests` are those alone, counted from 0.
 */
export async function writtenServer(behave: Behavior): Promise<RawServer> {
  const written: RawRequest[] = [];
  const page = JSON.stringify({ next: null, previous: null, results: [] });
  const server = await rawServer(request => {
    if (request.text.startsWith('GET ')) {
      request.socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${page.length}\r\n\r\n${page}`,
      );
      return;
    }
    written.push(request);
    behave({ ...request, index: written.length - 1 });
  });
  return { ...server, requests: written };
}

/** A loopback server that does to each request whatever `behave` does to its socket. */
export async function rawServer(behave: Behavior): Promise<RawServer> {
  const requests: RawRequest[] = [];
  let connections = 0;
  let open = 0;
  const server = createServer(socket => {
    const connection = ++connections;
    let unread = '';
    open++;
    socket.on('close', () => open--);
    socket.on('error', () => {});
    socket.setEncoding('latin1').on('data', chunk => {
      unread += chunk;
      for (let length = wholeRequest(unread); length > 0; length = wholeRequest(unread)) {
        const request = {
          text: Buffer.from(unread.slice(0, length), 'latin1').toString(),
          index: requests.length,
          connection,
          socket,
        };
        unread = unread.slice(length);
        requests.push(request);
        behave(request);
      }
    });
  });
  const { port, close } = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
  return {
    host: `${origin}/`,
    origin,
    requests,
    connections: () => connections,
    open: () => open,
    close,
  };
}
