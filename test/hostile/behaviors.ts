import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { answer, bytes, json } from '../support/faults.js';
import type { Behavior } from '../support/rawServer.js';

export const MEGABYTE = 1024 * 1024;

export const list = (results: unknown, next: unknown = null): Behavior =>
  json({ next, previous: null, results });

export const contact = (index: number) => ({
  uuid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  name: 'Ann',
  fields: {},
});

/** The head of a good answer, and after it whatever the socket is given. */
export const head = (...lines: string[]) => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;

/** Writes as long as somebody reads, in the pace in which it is read. */
export function stream(socket: Socket, start: string | Buffer, chunk: Buffer, times: number): void {
  socket.write(start);
  let left = times;
  const more = () => {
    while (left-- > 0 && !socket.destroyed) if (!socket.write(chunk)) return;
  };
  socket.on('drain', more);
  more();
}

/** A text, a part at a time. */
export function drip(start: string, part: string, milliseconds: number): Behavior {
  return ({ socket }) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(part), milliseconds);
    socket.on('close', () => clearInterval(timer));
  };
}

/** `megabytes` of the same letter, with or without a Content-Length. */
export function giant(
  megabytes: number,
  framing: 'length' | 'chunked' | 'none',
  status = 200,
): Behavior {
  const chunk = Buffer.alloc(MEGABYTE, '[');
  const type = 'Content-Type: application/json';
  return ({ socket }) => {
    const start = (line: string) => `HTTP/1.1 ${status} Status\r\n${type}\r\n${line}\r\n\r\n`;
    if (framing === 'length') {
      stream(socket, start(`Content-Length: ${megabytes * MEGABYTE}`), chunk, megabytes);
    } else if (framing === 'none') {
      stream(socket, start('Connection: close'), chunk, megabytes);
    } else {
      const framed = Buffer.concat([
        Buffer.from(`${MEGABYTE.toString(16)}\r\n`),
        chunk,
        Buffer.from('\r\n'),
      ]);
      stream(socket, start('Transfer-Encoding: chunked'), framed, megabytes);
    }
  };
}

/** A body in chunks of one letter, without an end: two million chunks a second, so that no machine reads all of 16 MB first. */
export function crumbs(): Behavior {
  return drip(head('Transfer-Encoding: chunked'), '1\r\n[\r\n'.repeat(100_000), 50);
}

/** A gzip of many members: `megabytes` times a megabyte of spaces. */
export function bomb(megabytes: number): Buffer {
  const member = gzipSync(Buffer.alloc(MEGABYTE, ' '));
  return Buffer.concat(Array.from({ length: megabytes }, () => member));
}

export const encoded = (body: Buffer, encoding: string): Behavior =>
  answer(200, body, { 'Content-Encoding': encoding });

/** A gzip that is as large as what is in it. */
export const stored = (text: Buffer): Buffer => gzipSync(text, { level: 0 });

/** A server with one archive, whose file is asked for under `/file`. */
export function archive(file: Behavior, link: string, records = 1): Behavior {
  const listed = list([
    {
      archive_type: 'message',
      start_date: '2026-01-01',
      period: 'monthly',
      record_count: records,
      hash: null,
      download_url: link,
    },
  ]);
  const runs = list([]);
  return request => {
    if (!request.text.startsWith('GET /api/')) return file(request);
    return /archive_type=(message|run)/.test(request.text) ? listed(request) : runs(request);
  };
}

export const packed = (text: string | Buffer): Behavior =>
  answer(200, gzipSync(text), { 'Content-Type': 'application/gzip' });

export const line = (status: string, ...headers: string[]): Behavior =>
  bytes(`HTTP/1.1 ${status}\r\n${headers.map(header => `${header}\r\n`).join('')}\r\n`);
