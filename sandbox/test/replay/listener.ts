import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request of a resthook. */
export interface Delivery {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

/** A listener on loopback that responds with the status in the URL. */
export async function listenForHooks() {
  const received: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const path = request.url ?? '';
    received.push({
      method: request.method ?? '',
      path,
      headers,
      body: JSON.parse(body || 'null'),
    });
    response.writeHead(Number(/status=(\d+)/.exec(path)?.[1] ?? 200)).end('{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
