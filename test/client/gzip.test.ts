import { gzipSync } from 'node:zlib';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { MAX_BODY } from '../../src/client/body.js';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { answer, badGateway, gzipBomb, inTurn, json } from '../support/faults.js';
import { rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';

const GET = { method: 'GET', path: 'contacts' } as const;
const page = { next: null, previous: null, results: [{ name: 'Zoé 李雷 👋' }, { name: 'plain' }] };

function clientOf(server: { host: string }) {
  const clock = fakeClock();
  return new Client(parseConfiguration(credential(server)), { limiter: new Limiter({ clock }) });
}

describe('answers', () => {
  test.each([
    ['as they are', Buffer.from(JSON.stringify(page)), {}],
    [
      'said to be as they are',
      Buffer.from(JSON.stringify(page)),
      { 'Content-Encoding': 'identity' },
    ],
    ['gzipped', gzipSync(JSON.stringify(page)), { 'Content-Encoding': 'gzip' }],
    ['gzipped, in capitals', gzipSync(JSON.stringify(page)), { 'Content-Encoding': 'GZIP' }],
    ['x-gzip', gzipSync(JSON.stringify(page)), { 'Content-Encoding': 'x-gzip' }],
  ])('%s', async (_, bytes, headers: Record<string, string>) => {
    const said = captureConsole();
    const server = await serve(
      http.get('*', ({ request }) => {
        expect(request.headers.get('accept-encoding')).toBe('gzip');
        return new HttpResponse(bytes, {
          headers: { 'Content-Type': 'application/json', ...headers },
        });
      }),
    );
    expect(await clientOf(server).request(GET)).toMatchObject({ statusCode: 200, body: page });
    expect(said).toEqual([]);
  });

  test('errors come gzipped too', async () => {
    const packed = gzipSync(JSON.stringify({ detail: 'Invalid cursor' }));
    const server = await rawServer(answer(400, packed, { 'Content-Encoding': 'gzip' }));
    await expect(clientOf(server).request(GET)).rejects.toMatchObject({
      errors: ['Invalid cursor'],
    });
  });
});

describe('broken answers are asked for again', () => {
  test.each([
    ['what is not gzip', answer(200, 'not gzip', { 'Content-Encoding': 'gzip' })],
    [
      'half a gzip',
      answer(200, gzipSync('{"a": 1}').subarray(0, 15), { 'Content-Encoding': 'gzip' }),
    ],
    ['another coding', answer(200, 'xyz', { 'Content-Encoding': 'br' })],
    ['what is not JSON', answer(200, '{"results": [}')],
    ['an empty body', answer(200, '')],
    ['a 502', badGateway(502)],
  ])('%s', async (_, broken) => {
    const server = await rawServer(inTurn(broken, json(page)));
    const client = clientOf(server);
    expect(await client.request(GET)).toMatchObject({ body: page, repeated: true });
    expect(client.requests).toBe(2);
  });
});

describe('answers that are too large', () => {
  test('a small body that unpacks to a huge one', async () => {
    const server = await rawServer(gzipBomb(MAX_BODY + 1));
    await expect(clientOf(server).request(GET)).rejects.toMatchObject({
      code: 'RESPONSE_TOO_LARGE',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('a huge body', async () => {
    const server = await rawServer(answer(200, Buffer.alloc(MAX_BODY + 1, ' ')));
    await expect(clientOf(server).request(GET)).rejects.toMatchObject({
      code: 'RESPONSE_TOO_LARGE',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('a huge error body: the status says enough', async () => {
    const server = await rawServer(gzipBomb(MAX_BODY + 1, 403));
    await expect(clientOf(server).request(GET)).rejects.toMatchObject({
      code: 'NOT_RAPIDPRO',
      statusCode: 403,
    });
  });
});
