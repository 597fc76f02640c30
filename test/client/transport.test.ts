import { createServer } from 'node:https';
import tls from 'node:tls';
import { FormData } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/client/clock.js';
import { Deadline, transmit, trusting, type Wire } from '../../src/client/transport.js';
import { NotConnected, ProxyFailure } from '../../src/errors/networkErrors.js';
import { VERSION } from '../../src/version.js';
import { listen } from '../support/closing.js';
import { TOKEN } from '../support/credential.js';
import { bytes, json, stall } from '../support/faults.js';
import { CERTIFICATES, forwardProxy, tlsServer, withoutProxies } from '../support/network.js';
import { type RawRequest, rawServer } from '../support/rawServer.js';

/** One request on its way: which socket it takes, what is on the wire, and who is late. */

beforeEach(withoutProxies);
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

const { authority } = CERTIFICATES;

/** Sends a request, and reads the whole answer. */
async function send(url: string, more: Partial<Wire> = {}) {
  const deadline = more.deadline ?? new Deadline(30);
  const wire = { url, method: 'GET', token: TOKEN, ca: undefined, body: undefined };
  try {
    const { statusCode, body } = await transmit({
      ...wire,
      freshConnection: false,
      ...more,
      deadline,
    });
    return { statusCode, text: await body.text() };
  } finally {
    deadline.clear();
  }
}

/** What a request fails with if its time is up as soon as `isReady`. */
async function late(url: string, isReady: () => boolean, more: Partial<Wire> = {}) {
  const deadline = new Deadline(60);
  const failure = deadline.limit(send(url, { ...more, deadline })).then(
    () => expect.unreachable('no error'),
    (error: Error) => error,
  );
  await expect.poll(isReady, { interval: 5 }).toBe(true);
  deadline.end();
  return failure;
}

const failureOf = (sending: Promise<unknown>) =>
  sending.then(
    () => expect.unreachable('no error'),
    (error: Error) => error,
  );

/** The first line of a request, and its headers in lower case. */
function parts({ text }: RawRequest) {
  const [first, ...lines] = (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
  const pairs = lines.map(line => line.split(': ') as [string, string]);
  return {
    first,
    headers: Object.fromEntries(pairs.map(([name, is]) => [name.toLowerCase(), is])),
  };
}

const partsOf = (request: RawRequest | undefined) =>
  request ? parts(request) : expect.unreachable('no request');

describe('what is on the wire', () => {
  const sentBy = async (more: Partial<Wire>) => {
    const server = await rawServer(json({ id: 1 }));
    expect(await send(`${server.origin}/api/v2/a.json?b=c%20d`, more)).toEqual({
      statusCode: 200,
      text: '{"id":1}',
    });
    const [request] = server.requests;
    return { ...partsOf(request), text: request?.text, host: server.origin.slice(7) };
  };

  test('of a read: the token, and what is understood, but no type of a body', async () => {
    const { first, headers, host } = await sentBy({});
    expect(first).toBe('GET /api/v2/a.json?b=c%20d HTTP/1.1');
    expect(headers).toEqual({
      host,
      connection: 'keep-alive',
      authorization: `Token ${TOKEN}`,
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': `openfn-language-rapidpro/${VERSION}`,
    });
  });

  test('of a text: it is JSON', async () => {
    const { first, headers, text } = await sentBy({ method: 'POST', body: '{"a":1}' });
    expect(first).toMatch(/^POST /);
    expect(headers['content-type']).toBe('application/json');
    expect(text?.endsWith('\r\n\r\n{"a":1}')).toBe(true);
  });

  test('of a form: it has its own type', async () => {
    const body = new FormData();
    body.set('file', 'hello');
    const { headers } = await sentBy({ method: 'POST', body });
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  });
});

describe('sockets', () => {
  test('are shared by requests that follow each other', async () => {
    const server = await rawServer(json({}));
    for (let round = 0; round < 10; round++) await send(server.host);
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('but not with a request that must be the only one on its own', async () => {
    const server = await rawServer(json({}));
    for (const freshConnection of [false, true, true]) await send(server.host, { freshConnection });
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2, 3]);
    const closings = server.requests.map(request => parts(request).headers.connection);
    expect(closings).toEqual(['keep-alive', 'close', 'close']);
  });

  test('are closed when they are idle for a second, whatever time the server offers', async () => {
    const proxy = await rawServer(({ index, socket }) => {
      const header = index === 0 ? 'Keep-Alive: timeout=600\r\n' : '';
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${header}\r\n{}`);
    });
    // A route that no earlier test took.
    vi.stubEnv('HTTP_PROXY', proxy.origin.replace('//', '//idle@'));
    await Promise.all([send('http://rapidpro.test/'), send('http://rapidpro.test/')]);
    expect(proxy.open()).toBeGreaterThan(0);
    await expect.poll(proxy.open, { timeout: 3500 }).toBe(0);
  });

  test('are waited for: a busy server may take seconds to accept one', async () => {
    const { server: cert, key } = CERTIFICATES;
    const SNICallback = (_: string, done: (error: null) => void) => {
      setTimeout(done, 1300, null);
    };
    const busy = createServer({ cert, key, SNICallback }, (_, response) => response.end('{}'));
    const { port } = await listen(busy);
    const ca = `${authority}\n`;
    expect(await send(`https://localhost:${port}/`, { ca })).toMatchObject({ statusCode: 200 });
  });

  test('to more than 20 routes are not kept: the oldest is closed', async () => {
    const proxy = await rawServer(json({}));
    const through = (user: string) => {
      vi.stubEnv('HTTP_PROXY', proxy.origin.replace('//', `//${user}@`));
      return send('http://rapidpro.test/');
    };
    const last = () => proxy.requests.at(-1)?.connection;
    await through('first');
    const first = last();
    await Promise.all(Array.from({ length: 19 }, (_, other) => through(`other${other}`)));
    await through('first');
    expect(last()).toBe(first);
    await through('another');
    await expect.poll(proxy.open, { timeout: 800 }).toBeLessThanOrEqual(20);
    await through('first');
    expect(last()).toBe(22);
  });
});

describe('an authority of one’s own', () => {
  test('is trusted by requests that name it, and by no others', async () => {
    const server = await tlsServer();
    const url = `https://localhost:${server.port}/`;
    expect(await send(url, { ca: authority })).toMatchObject({ statusCode: 200 });
    const error = await failureOf(send(url));
    expect(error).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('through a proxy', () => {
  test('a plain request shows it the whole address and its password', async () => {
    const proxy = await rawServer(json({ id: 1 }));
    vi.stubEnv('HTTP_PROXY', proxy.origin.replace('//', '//me:sesame@'));
    expect(await send('http://rapidpro.test:81/a?b=c')).toMatchObject({ text: '{"id":1}' });
    const { first, headers } = partsOf(proxy.requests[0]);
    expect(first).toBe('GET http://rapidpro.test:81/a?b=c HTTP/1.1');
    expect(headers.host).toBe('rapidpro.test:81');
    expect(headers['proxy-authorization']).toBe(`Basic ${btoa('me:sesame')}`);
  });

  test('an encrypted one shows it neither, and the server no password of it', async () => {
    const [server, proxy] = [await tlsServer(), await forwardProxy()];
    vi.stubEnv('HTTPS_PROXY', proxy.address.replace('//', '//me:sesame@'));
    const answer = await send(`https://rapidpro.test:${server.port}/a?b=c`, { ca: authority });
    expect(answer.statusCode).toBe(200);
    expect(proxy.requests).toMatchObject([
      { method: 'CONNECT', url: `rapidpro.test:${server.port}` },
    ]);
    expect(server.requests).toMatchObject([{ url: '/a?b=c' }]);
    expect(server.requests[0]?.headers).toMatchObject({ host: `rapidpro.test:${server.port}` });
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  test.each([
    ['https://rapidpro.test/', 'rapidpro.test:443'],
    ['https://rapidpro.test:8443/', 'rapidpro.test:8443'],
    ['https://[fd00::1]/', '[fd00::1]:443'],
  ])('a tunnel to %s is one to %s', async (url, place) => {
    const proxy = await rawServer(bytes('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n'));
    vi.stubEnv('HTTPS_PROXY', proxy.origin);
    const error = await failureOf(send(url));
    expect(error).toBeInstanceOf(ProxyFailure);
    expect(error).toMatchObject({ statusCode: 403 });
    expect(partsOf(proxy.requests[0]).first).toBe(`CONNECT ${place} HTTP/1.1`);
  });

  test('a plain request fails as the proxy’s, if that is not there', async () => {
    const proxy = await forwardProxy();
    await proxy.close();
    vi.stubEnv('HTTP_PROXY', proxy.address);
    const error = await failureOf(send('http://rapidpro.test/'));
    expect(error).toBeInstanceOf(ProxyFailure);
    expect(error).toMatchObject({ statusCode: undefined, cause: { code: 'ECONNREFUSED' } });
  });

  test('an encrypted proxy is asked for a certificate of its own name', async () => {
    // Its authority is unknown, so it fails. A wrong name would be the first thing to fail.
    const proxy = await tlsServer();
    vi.stubEnv('HTTP_PROXY', `https://localhost:${proxy.port}`);
    const answer = await send('http://rapidpro.test/a', { ca: authority });
    expect(answer.statusCode).toBe(200);
    expect(proxy.requests).toMatchObject([{ url: 'http://rapidpro.test/a' }]);
  });

  test('within the tunnel, a server that cannot be trusted was not connected', async () => {
    const [server, proxy] = [await tlsServer(), await forwardProxy()];
    vi.stubEnv('HTTPS_PROXY', proxy.address);
    const error = await failureOf(send(`https://rapidpro.test:${server.port}/`));
    expect(error).toBeInstanceOf(NotConnected);
    expect(error.cause).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(server.requests).toEqual([]);
  });
});

describe('who is late', () => {
  test('the server, without a proxy', async () => {
    const server = await rawServer(stall);
    const error = await late(server.host, () => server.requests.length > 0);
    expect(error).toMatchObject({ message: 'timeout', code: 'TIMEOUT' });
  });

  test('the proxy, while it opens no tunnel: nothing was sent', async () => {
    const proxy = await rawServer(stall);
    vi.stubEnv('HTTPS_PROXY', proxy.origin);
    const error = await late('https://rapidpro.test/', () => proxy.requests.length > 0);
    expect(error).toBeInstanceOf(ProxyFailure);
    expect(error).toMatchObject({ statusCode: undefined, cause: { code: 'TIMEOUT' } });
  });

  test('the server, once the request has left through the tunnel', async () => {
    const [server, proxy] = [await tlsServer('never'), await forwardProxy()];
    vi.stubEnv('HTTPS_PROXY', proxy.address);
    const url = `https://rapidpro.test:${server.port}/`;
    const error = await late(url, () => server.requests.length > 0, { ca: authority });
    expect(error).toMatchObject({ message: 'timeout', code: 'TIMEOUT' });
  });

  test('the server, once the proxy has read a plain request', async () => {
    const proxy = await rawServer(stall);
    vi.stubEnv('HTTP_PROXY', proxy.origin);
    const error = await late('http://rapidpro.test/', () => proxy.requests.length > 0);
    expect(error).toMatchObject({ message: 'timeout', code: 'TIMEOUT' });
  });
});

describe('a deadline', () => {
  const started = (seconds: number) => {
    vi.useFakeTimers();
    const deadline = new Deadline(seconds);
    const aborts: unknown[] = [];
    deadline.on('abort', () => aborts.push(deadline.reason));
    return { deadline, aborts };
  };

  test('ends the request after so many seconds, once', () => {
    const { deadline, aborts } = started(2);
    vi.advanceTimersByTime(1999);
    expect([deadline.reason, aborts]).toEqual([undefined, []]);
    vi.advanceTimersByTime(5000);
    expect(deadline.reason).toMatchObject({ message: 'timeout', code: 'TIMEOUT' });
    expect(aborts).toEqual([deadline.reason]);
  });

  test('of a year is longer than a timer of Node.js, and is not over at once', () => {
    const { deadline, aborts } = started(365 * 86_400);
    vi.advanceTimersByTime(86_400_000);
    expect(aborts).toEqual([]);
    deadline.clear();
  });

  test('ends nothing any more once it is cleared', () => {
    const { deadline, aborts } = started(2);
    deadline.clear();
    vi.advanceTimersByTime(5000);
    expect(aborts).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('says who is to blame', () => {
    const { deadline } = started(2);
    deadline.blame = silence => new ProxyFailure(undefined, silence);
    deadline.end();
    expect(deadline.reason).toBeInstanceOf(ProxyFailure);
    deadline.clear();
  });

  test('limits what takes longer, and gives back what does not', async () => {
    const { deadline } = started(2);
    expect(await deadline.limit(Promise.resolve(7))).toBe(7);
    await expect(deadline.limit(Promise.reject(new RangeError('own')))).rejects.toThrow(RangeError);
    const limited = failureOf(deadline.limit(new Promise(() => {})));
    vi.advanceTimersByTime(2000);
    expect(await limited).toBe(deadline.reason);
  });
});

describe('trust', () => {
  test('is left to Node.js without an authority of one’s own', () => {
    expect(trusting(undefined)).toEqual({});
  });

  test('is in the public authorities and that one', () => {
    const made = vi.spyOn(tls, 'createSecureContext');
    const own = `\n\n${authority}`;
    trusting(own);
    const { ca } = made.mock.calls[0]?.[0] ?? {};
    expect(ca).toEqual(expect.arrayContaining([tls.rootCertificates[0], own]));
  });

  test('takes long to set up, so it is kept, but only ten of them', () => {
    const made = vi.spyOn(tls, 'createSecureContext').mockImplementation(() => ({ context: {} }));
    for (let round = 0; round < 10; round++) {
      expect(trusting('one').secureContext).not.toBe(trusting('two').secureContext);
    }
    // Each once, and once more if the ten were full.
    expect(made.mock.calls.length).toBeLessThanOrEqual(4);
    expect(trusting('one')).toEqual({ secureContext: { context: {} } });
    for (let other = 0; other < 10; other++) trusting(`other ${other}`);
    const before = made.mock.calls.length;
    trusting('one');
    expect(made.mock.calls.length).toBe(before + 1);
  });
});

test('the clock is that of the machine, in seconds of sleep', async () => {
  const before = Date.now();
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  expect(systemClock.now()).toBeLessThanOrEqual(Date.now());
  await systemClock.sleep(0.02);
  const slept = Date.now() - before;
  expect(slept).toBeGreaterThanOrEqual(19);
  expect(slept).toBeLessThan(10_000);
  vi.spyOn(Math, 'random').mockReturnValue(0.25);
  expect(systemClock.random()).toBe(0.25);
});
