import { gzipSync } from 'node:zlib';
import type { Behavior } from './rawServer.js';

/** Ways in which a server, a proxy or the way between goes wrong, for {@link rawServer}. */

type Headers = Record<string, string | number>;

function head(status: number, headers: Headers): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`;
}

/** A whole, well-formed answer. */
export function answer(status: number, body: string | Buffer, headers: Headers = {}): Behavior {
  return ({ socket }) => {
    const bytes = Buffer.from(body);
    socket.write(
      head(status, {
        'Content-Type': 'application/json',
        'Content-Length': bytes.length,
        ...headers,
      }),
    );
    socket.write(bytes);
  };
}

/** A good answer. */
export function json(value: unknown, status = 200, headers: Headers = {}): Behavior {
  return answer(status, JSON.stringify(value), headers);
}

/** Exactly these bytes. */
export function bytes(text: string | Buffer): Behavior {
  return ({ socket }) => {
    socket.write(text);
  };
}

/** The connection is reset. */
export const reset: Behavior = ({ socket }) => {
  socket.resetAndDestroy();
};

/** The connection is closed in good order, but unanswered. */
export const hangUp: Behavior = ({ socket }) => {
  socket.end();
};

/** No answer, ever. */
export const stall: Behavior = () => {};

/** The head of an answer, and then nothing. */
export const stallInBody: Behavior = ({ socket }) => {
  socket.write(head(200, { 'Content-Type': 'application/json', 'Content-Length': 100 }));
  socket.write('{"results":');
};

/** The body breaks off before its announced end. */
export function truncatedAs(status: number): Behavior {
  return ({ socket }) => {
    socket.write(head(status, { 'Content-Type': 'application/json', 'Content-Length': 100 }));
    socket.end('{"results":');
  };
}

export const truncated = truncatedAs(200);

/** A chunked body without its last chunk. */
export const truncatedChunks: Behavior = ({ socket }) => {
  socket.write(head(200, { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }));
  socket.end('b\r\n{"results":\r\n');
};

/** A byte now and then, for ever: no pause is long, the whole is endless. */
export const slowDrip: Behavior = ({ socket }) => {
  socket.write(head(200, { 'Content-Type': 'application/json', 'Content-Length': 1_000_000 }));
  const timer = setInterval(() => socket.write(' '), 10);
  socket.on('close', () => clearInterval(timer));
};

/** More bytes than Content-Length says. */
export const tooManyBytes: Behavior = ({ socket }) => {
  socket.write(head(200, { 'Content-Type': 'application/json', 'Content-Length': 2 }));
  socket.write('{"results": []}');
};

/** The 204 that RapidPro 9 sends to actions: a length, and two bytes that belong to nothing. */
export const rapidPro204: Behavior = ({ socket }) => {
  socket.write(
    head(204, { 'Content-Type': 'application/json', 'X-Temba-Org': 1, 'Content-Length': 2 }),
  );
  socket.write('""');
};

/** What is not JSON. */
export const garbledJson = answer(200, '{"results": [}');

/** What a proxy says when what is behind it is down. */
export function badGateway(status = 502): Behavior {
  return answer(status, '<html><body>Bad Gateway</body></html>', { 'Content-Type': 'text/html' });
}

/** A small body that unpacks to `size` bytes of spaces. */
export function gzipBomb(size: number, status = 200): Behavior {
  const packed = gzipSync(Buffer.alloc(size, ' '));
  return answer(status, packed, { 'Content-Encoding': 'gzip' });
}

/** The first behavior for the first request, and so on; the last one for all that follow. */
export function inTurn(...behaviors: readonly Behavior[]): Behavior {
  return request => behaviors[Math.min(request.index, behaviors.length - 1)]?.(request);
}
