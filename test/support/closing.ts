import type { Server } from 'node:net';
import { onTestFinished, TestRunner } from 'vitest';

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/**
 * Starts a server on a free loopback port and keeps hold of its sockets, so that closing never waits
 * for one. Inside a test it is closed when the test ends; in a hook whoever starts it closes it.
 */
export async function listen(server: Server, host = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise<void>(resolve => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
    return closing;
  };
  if (TestRunner.getCurrentTest()) onTestFinished(close);
  return { port: address.port, close };
}
