import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { recordedBytes } from '../../recordings/read.js';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { bytes, json, rapidPro204, stall } from '../support/faults.js';
import { rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';

const GET = { method: 'GET', path: 'contacts' } as const;
const ACTION = { method: 'POST', path: 'contact_actions', body: {} } as const;

const clientOf = (server: { host: string }) =>
  new Client(parseConfiguration(credential(server)), {
    limiter: new Limiter({ clock: fakeClock() }),
    timeout: 1,
  });

describe('sockets', () => {
  test('requests that follow each other share them: undici keeps two going in turn', async () => {
    const server = await serve(http.get('*', () => HttpResponse.json({ results: [], next: null })));
    for (let round = 0; round < 20; round++) await clientOf(server).request(GET);
    expect(server.requests).toHaveLength(20);
    expect(new Set(server.requests.map(({ connection }) => connection)).size).toBeLessThanOrEqual(
      2,
    );
  });

  test('a send has its own, and closes it', async () => {
    const server = await rawServer(json({ id: 1 }));
    const client = clientOf(server);
    await client.request(GET);
    for (let round = 0; round < 3; round++) {
      await client.request({ method: 'POST', path: 'broadcasts', body: { text: 'x' } });
    }
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2, 3, 4]);
    expect(server.requests[1]?.text).toMatch(/\r\nconnection: close\r\n/i);
  });

  test('one that the server gives up while it is idle does no harm', async () => {
    const server = await rawServer(request => {
      json({ ok: true })(request);
      setTimeout(() => request.socket.destroy(), 20);
    });
    const client = clientOf(server);
    await client.request(GET);
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(await client.request(GET)).toMatchObject({ body: { ok: true } });
    expect(server.requests).toHaveLength(2);
  });

  test('one that the server gives up in the very moment is replaced', async () => {
    const server = await rawServer(request => {
      if (request.connection === 1 && request.index === 1) request.socket.resetAndDestroy();
      else json({ ok: true })(request);
    });
    const client = clientOf(server);
    await client.request(GET);
    expect(await client.request(GET)).toMatchObject({ body: { ok: true } });
    expect(server.connections()).toBe(2);
  });

  test('a request that took too long leaves none open', async () => {
    const server = await rawServer(stall);
    const client = new Client(parseConfiguration(credential(server)), {
      limiter: new Limiter({ clock: fakeClock() }),
      timeout: 0.05,
    });
    await expect(client.request(GET)).rejects.toMatchObject({ code: 'TIMEOUT' });
    // One that is left would stay open for good: nothing else ends a request that stalls.
    await expect.poll(() => server.open(), { timeout: 10_000 }).toBe(0);
  });
});

describe('a 204', () => {
  const recorded = ['raw_204_gunicorn.txt', 'raw_204_nginx.txt'].map(
    name => [name, recordedBytes('rapidpro-9.0.0', `contact_actions/${name}`)] as const,
  );

  test.each(recorded)('as it was recorded: %s', async (_, raw) => {
    // The recording has the line ends that an editor left in it, or those of the wire.
    const wire = raw.includes('\r\n') ? raw : Buffer.from(raw.toString().replaceAll('\n', '\r\n'));
    const server = await rawServer(request =>
      (request.text.startsWith('POST') ? bytes(wire) : json({ ok: true }))(request),
    );
    const client = clientOf(server);
    for (let round = 0; round < 3; round++) {
      expect(await client.request(ACTION)).toEqual({
        statusCode: 204,
        body: null,
        repeated: false,
      });
      expect(await client.request(GET)).toMatchObject({ body: { ok: true }, repeated: false });
    }
    expect(server.requests).toHaveLength(6);
    expect(client.dialect).toBe('v9');
  });

  test.each([
    ['a deletion', { method: 'DELETE', path: 'contacts' } as const],
    ['an action', ACTION],
    ['an action that may be repeated', { ...ACTION, repeatable: true }],
  ])('whose length is a lie: %s', async (_, request) => {
    const server = await rawServer(rapidPro204);
    const client = clientOf(server);
    for (let round = 0; round < 3; round++) {
      expect(await client.request(request)).toMatchObject({ statusCode: 204, body: null });
    }
  });

  test('without anything', async () => {
    const server = await rawServer(bytes('HTTP/1.1 204 No Content\r\n\r\n'));
    expect(await clientOf(server).request(ACTION)).toMatchObject({ statusCode: 204, body: null });
  });

  test('with a body that is announced and never comes', async () => {
    const server = await rawServer(bytes('HTTP/1.1 204 No Content\r\nContent-Length: 500\r\n\r\n'));
    expect(await clientOf(server).request(ACTION)).toMatchObject({ statusCode: 204, body: null });
  });
});

describe('what the client counts', () => {
  test('the last answer, its server’s line and time, and the bytes', async () => {
    const date = 'Sat, 31 Jan 2026 12:00:00 GMT';
    const server = await rawServer(json({ a: 'é' }, 200, { 'X-Temba-Workspace': 'x', Date: date }));
    const client = clientOf(server);
    await client.request(GET);
    expect(client).toMatchObject({
      requests: 1,
      limiter: { waited: 0 },
      dialect: 'textit',
      serverTime: Date.parse(date),
      last: { method: 'GET', path: 'contacts', statusCode: 200 },
    });
    expect(client.received).toBeGreaterThan(5);
  });

  test('refusals too', async () => {
    const server = await rawServer(json({ detail: 'no' }, 400, { 'X-Temba-Org': 1 }));
    const client = clientOf(server);
    await client.request(GET).catch(() => {});
    expect(client).toMatchObject({ requests: 1, dialect: 'v9', last: { statusCode: 400 } });
  });
});
