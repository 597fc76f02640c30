import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  isNearby,
  isPassing,
  isSilence,
  type LinkOptions,
  openLink,
} from '../../src/client/links/link.js';
import { parseConfiguration } from '../../src/configuration.js';
import { fail, type RapidProError } from '../../src/errors/errors.js';
import { guardOf } from '../../src/input/secrets.js';
import { listen } from '../support/closing.js';
import { TOKEN } from '../support/credential.js';
import { CERTIFICATES, forwardProxy, tlsServer, withoutProxies } from '../support/network.js';
import { rawServer } from '../support/rawServer.js';

beforeEach(withoutProxies);
afterEach(() => {
  vi.unstubAllEnvs();
});

const secrets = guardOf(parseConfiguration({ host: 'https://rapidpro.example/', token: TOKEN }));
const open = (link: string, options: Partial<LinkOptions> = {}) =>
  openLink(link, { secrets, allowPrivate: true, ...options });

async function failed(opening: Promise<unknown>): Promise<RapidProError> {
  return opening.then(
    () => expect.unreachable('no error'),
    (error: RapidProError) => error,
  );
}

type Headers = { [name: string]: string | number };
type Handle = (request: IncomingMessage, response: ServerResponse) => void;

async function serveFiles(handle: Handle) {
  const requests: IncomingMessage[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    handle(request, response);
  });
  server.on('connection', socket => {
    open++;
    socket.on('close', () => open--);
  });
  const { port } = await listen(server);
  return { origin: `http://127.0.0.1:${port}`, port, requests, open: () => open };
}
const answering = (status: number, headers: Headers = {}, body = '') =>
  serveFiles((_, response) => void response.writeHead(status, headers).end(body));

describe('what a link may be', () => {
  test.each([
    ['no address', 'not a web address'],
    ['', 'not a web address'],
    ['ftp://files.example/a', 'does not start with https://'],
    ['file:///etc/passwd', 'does not start with https://'],
    ['https://me@files.example/a', 'a user name or password'],
    ['https://:secret@files.example/a', 'a user name or password'],
  ])('not %s', async (link, said) => {
    const error = await failed(open(link));
    expect(error.code).toBe('INVALID_LINK');
    expect(error.description).toContain(said);
  });

  test.each([
    ['http://127.0.0.1/', 'its own network'],
    ['http://[::1]/', 'its own network'],
    ['http://10.1.2.3/', 'its own network'],
    ['http://169.254.169.254/', 'secrets of its machines'],
  ])('not %s, unless the job allows it', async (link, said) => {
    const error = await failed(open(link, { allowPrivate: false }));
    expect(error.code).toBe('INVALID_LINK');
    expect(error.description).toContain(said);
  });

  test('where a cloud keeps its secrets, not even then', async () => {
    const error = await failed(open('http://169.254.169.254/'));
    expect(error.description).toContain('secrets of its machines');
  });

  test('not one with the token', async () => {
    const server = await answering(200);
    const error = await failed(open(`${server.origin}/?t=${TOKEN}`));
    expect(error.code).not.toBe('LINK_FAILED');
    expect(error.message).not.toContain(TOKEN);
    expect(server.requests).toEqual([]);
  });
});

describe('what is asked', () => {
  test('from the first byte on', async () => {
    const server = await answering(200, {}, 'hello');
    const linked = await open(`${server.origin}/a?b=c`, { etag: '"x"', from: 0 });
    expect((await buffer(linked.body)).toString()).toBe('hello');
    const [request] = server.requests;
    expect([request?.method, request?.url]).toEqual(['GET', '/a?b=c']);
    expect(request?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': expect.stringContaining('openfn-language-rapidpro'),
      host: `127.0.0.1:${server.port}`,
    });
    for (const name of ['range', 'if-range', 'authorization'])
      expect(request?.headers).not.toHaveProperty(name);
  });

  test.each([
    ['"x"', '"x"'],
    ['W/"x"', undefined],
    [undefined, undefined],
  ])('from a later byte on, if the name of the content is still %s', async (etag, ifRange) => {
    const server = await answering(206, {}, 'hello');
    (await open(`${server.origin}/`, { from: 1, etag })).close();
    const headers = server.requests[0]?.headers;
    expect([headers?.range, headers?.['if-range']]).toEqual(['bytes=1-', ifRange]);
  });

  test('of another server as soon as nothing more is said', async () => {
    const server = await answering(200, {}, 'hello');
    await buffer((await open(`${server.origin}/`)).body);
    // A socket of its own, which is not kept.
    await expect.poll(server.open).toBe(0);
  });
});

describe('what is answered', () => {
  test('a whole file', async () => {
    const headers = {
      'content-type': 'image/png',
      'content-length': 5,
      'content-encoding': 'gzip',
      etag: '"a"',
      'content-range': 'bytes 3-4/5',
    };
    const server = await answering(200, headers, 'hello');
    const { body, close, ...said } = await open(`${server.origin}/`);
    expect(said).toEqual({
      contentType: 'image/png',
      contentLength: 5,
      contentEncoding: 'gzip',
      etag: '"a"',
      from: 0,
      isPart: false,
      total: 5,
    });
    close();
  });

  test.each<[number, string | undefined, number | undefined, number | undefined]>([
    [206, 'bytes 3-4/5', 3, 5],
    [206, 'BYTES 3-4/* ', 3, undefined],
    [206, 'bytes 3-4', undefined, undefined],
    [206, 'bytes 3-4/5x', undefined, undefined],
    [206, 'x bytes 3-4/5', undefined, undefined],
    [206, 'bytes 13-14/15', 13, 15],
    [206, 'bytes */5', 5, 5],
    [206, undefined, undefined, undefined],
    [416, 'bytes */15', 15, 15],
    [416, 'bytes */*', undefined, undefined],
    [416, undefined, undefined, undefined],
  ])('a part: %i, %s', async (status, range, from, total) => {
    const server = await answering(status, range ? { 'content-range': range } : {}, 'lo');
    const linked = await open(`${server.origin}/`, { from: 3 });
    expect(linked).toMatchObject({ isPart: true });
    expect([linked.from, linked.total]).toEqual([from, total]);
    const text = (await buffer(linked.body)).toString();
    expect(text).toBe(status === 416 ? '' : 'lo');
    await expect.poll(server.open).toBe(0);
  });

  test('no length, where it is none', async () => {
    const server = await serveFiles((_, response) => void response.end('x'));
    const linked = await open(`${server.origin}/`);
    expect([linked.contentLength, linked.total]).toEqual([1, 1]);
    linked.close();
    const chunked = await serveFiles((_, response) => void response.writeHead(200).end('x'));
    const other = await open(`${chunked.origin}/`);
    expect([other.contentLength, other.total, other.from]).toEqual([undefined, undefined, 0]);
    other.close();
    await expect.poll(chunked.open).toBe(0);
  });

  test.each([206, 416])('%i to a request for all of it is none', async status => {
    const server = await answering(status, { 'content-range': 'bytes */5' });
    expect(await failed(open(`${server.origin}/`))).toMatchObject({ statusCode: status });
  });

  test.each([201, 204, 304, 400, 404, 500])('%i is no file', async status => {
    const server = await answering(
      status,
      {},
      status === 204 || status === 304 ? '' : 'x'.repeat(99),
    );
    const error = await failed(open(`${server.origin}/`));
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: status });
    expect(error.description).toContain(`status ${status}`);
    await expect.poll(server.open).toBe(0);
  });

  test.each([204, 400, 404, 500])('%i is no rest of a file', async status => {
    const server = await answering(status);
    const error = await failed(open(`${server.origin}/`, { from: 3 }));
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: status });
  });

  test('a wish for a password, which only a proxy has', async () => {
    const server = await answering(407);
    const error = await failed(open(`${server.origin}/`));
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: 407 });
    expect(error.description).toContain('The proxy of the network');
  });
});

describe('a redirect', () => {
  /** So many of them, then the file. */
  const redirecting = (count: number, status = 302) =>
    serveFiles((request, response) => {
      const step = Number(request.url?.slice(1));
      if (step >= count) response.end(`after ${step}`);
      else response.writeHead(status, { location: `/${step + 1}` }).end('moved');
    });

  test.each([301, 302, 303, 307, 308])('%i is followed', async status => {
    const server = await redirecting(3, status);
    const { body } = await open(`${server.origin}/0`);
    expect((await buffer(body)).toString()).toBe('after 3');
  });

  test('is followed three times', async () => {
    const server = await redirecting(4);
    const error = await failed(open(`${server.origin}/0`));
    expect(error).toMatchObject({
      code: 'INVALID_LINK',
      description: 'The link redirects too often.',
    });
    expect(server.requests).toHaveLength(4);
    await expect.poll(server.open).toBe(0);
  });

  test.each([
    ['ftp://files.example/', 'does not start with https://'],
    ['http://me:pw@127.0.0.1/', 'user name or password'],
    ['http://169.254.169.254/', 'secrets of its machines'],
    [`/?t=${TOKEN}`, ''],
  ])('is checked: %s', async (location, said) => {
    const server = await answering(302, { location });
    const error = await failed(open(`${server.origin}/`));
    expect(error.code).not.toBe('LINK_FAILED');
    expect(error.description).toContain(said);
    expect(server.requests).toHaveLength(1);
  });

  test('to nowhere is no file', async () => {
    const server = await answering(302);
    expect(await failed(open(`${server.origin}/`))).toMatchObject({
      code: 'LINK_FAILED',
      statusCode: 302,
    });
  });

  test('is not what a success names', async () => {
    const server = await answering(201, { location: '/other' });
    expect(await failed(open(`${server.origin}/`))).toMatchObject({ statusCode: 201 });
    const late = await answering(430, { location: '/other' });
    expect(await failed(open(`${late.origin}/`))).toMatchObject({ statusCode: 430 });
  });
});

describe('what goes wrong', () => {
  test('nobody listens', async () => {
    const server = await answering(200);
    const gone = await listen(createServer());
    await gone.close();
    const error = await failed(open(`http://127.0.0.1:${gone.port}/`));
    expect(error.code).toBe('LINK_FAILED');
    expect(error.description).toContain('does not accept connections');
    expect(error.statusCode).toBeUndefined();
    expect(isPassing(error)).toBe(true);
    expect(isSilence(error)).toBe(false);
    expect(server.requests).toEqual([]);
  });

  test('there is no such name', async () => {
    const error = await failed(open('http://nowhere.invalid/', { allowPrivate: false }));
    expect(error.code).toBe('LINK_FAILED');
    expect(error.description).toBe('There is no server with the name in the link.');
  });

  test('the authority is not known, unless the credential names it', async () => {
    const server = await tlsServer('hello');
    const link = `https://localhost:${server.port}/`;
    const error = await failed(open(link));
    expect(error.description).toContain('A secure connection');
    expect(error.fix).toContain('"ca" of the credential');
    expect(isPassing(error)).toBe(false);
    expect(isSilence(error)).toBe(false);
    const linked = await open(link, { ca: CERTIFICATES.authority });
    expect((await buffer(linked.body)).toString()).toBe('"hello"');
  });

  test('the connection breaks, before and within the file', async () => {
    const before = await serveFiles(({ socket }) => void socket.destroy());
    const error = await failed(open(`${before.origin}/`));
    expect(error.description).toBe('The connection to the server behind the link was lost.');
    expect(isPassing(error)).toBe(true);
    const within = await serveFiles((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('hello', () => setTimeout(() => response.destroy(), 5));
    });
    const { body } = await open(`${within.origin}/`);
    const other = await failed(buffer(body));
    expect(other).toMatchObject({ code: 'LINK_FAILED', description: error.description });
  });

  test.each([
    ['with its name', 'Upgrade: h2c\r\nConnection: Upgrade\r\n'],
    ['without', ''],
  ])('the server wants another protocol, %s', async (_, headers) => {
    const server = await rawServer(({ socket }) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`);
    });
    const error = await failed(open(`${server.origin}/`));
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: 101 });
    expect(isPassing(error)).toBe(false);
    await expect.poll(server.open).toBe(0);
  });

  test('the server takes no connection and refuses none', async () => {
    // It waits for nothing, and its queue is full.
    const code =
      "const s = require('node:net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => { require('node:fs').writeSync(1, String(s.address().port)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000); });";
    const full = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void full.kill());
    const [port] = await once(full.stdout, 'data');
    const queue = Array.from({ length: 4 }, () => connect(Number(port), '127.0.0.1'));
    onTestFinished(() => queue.forEach(socket => void socket.on('error', () => {}).destroy()));
    await once(queue[0] as Socket, 'connect');
    const { setTimeout } = Socket.prototype;
    vi.spyOn(Socket.prototype, 'setTimeout').mockImplementation(function (this: Socket, time, on) {
      return setTimeout.call(this, time === 60_000 ? 100 : time, on);
    });
    const error = await failed(open(`http://127.0.0.1:${port}/`));
    expect(error.description).toBe('The server behind the link took too long.');
    expect(isSilence(error)).toBe(true);
  }, 10_000);

  test('the signal ends it, before and within the file', async () => {
    const silent = await serveFiles(() => {});
    const first = new AbortController();
    const opening = failed(open(`${silent.origin}/`, { signal: first.signal }));
    await expect.poll(() => silent.requests.length).toBe(1);
    first.abort(new DOMException('time is up', 'TimeoutError'));
    expect((await opening).description).toBe('The server behind the link took too long.');
    await expect.poll(silent.open).toBe(0);

    const endless = await serveFiles((_, response) => void response.writeHead(200).write('x'));
    const second = new AbortController();
    const { body } = await open(`${endless.origin}/`, { signal: second.signal });
    const reading = failed(buffer(body));
    const reason = fail('TIMEOUT', 'It was stopped.', 'Start it again.');
    second.abort(reason);
    expect(await reading).toBe(reason);
  });

  test.each<[number | undefined, unknown, boolean]>([
    [408, undefined, true],
    [425, undefined, true],
    [429, undefined, true],
    [500, undefined, true],
    [503, undefined, true],
    [499, undefined, false],
    [404, undefined, false],
    [404, Object.assign(new Error('reset'), { code: 'ECONNRESET' }), false],
    [undefined, undefined, false],
    [undefined, Object.assign(new Error('reset'), { code: 'ECONNRESET' }), true],
    [undefined, Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' }), false],
  ])('a moment later it may go right: %s, %s', (statusCode, cause, expected) => {
    expect(isPassing(fail('LINK_FAILED', 'a', 'b', { statusCode, cause }))).toBe(expected);
    expect(isPassing(fail('INVALID_LINK', 'a', 'b', { statusCode, cause }))).toBe(false);
    expect(isPassing(new Error('other'))).toBe(false);
  });
});

test.each([
  ['http://127.0.0.1:8000', true],
  ['https://[::1]', true],
  ['http://localhost', true],
  ['http://10.0.0.1', true],
  ['https://8.8.8.8', false],
  ['http://nowhere.invalid', false],
  ['no address', false],
])('%s is nearby: %s', async (origin, expected) => {
  expect(await isNearby(origin)).toBe(expected);
});

describe('behind a proxy', () => {
  const useProxy = async (behavior: Parameters<typeof forwardProxy>[0] = {}, user = '') => {
    const proxy = await forwardProxy(behavior);
    const address = proxy.address.replace('//', `//${user}`);
    vi.stubEnv('HTTP_PROXY', address);
    vi.stubEnv('HTTPS_PROXY', address);
    return proxy;
  };

  test('a plain link is asked for whole, with the password of the proxy', async () => {
    const server = await answering(200, {}, 'hello');
    const password = `Basic ${Buffer.from('me:pw').toString('base64')}`;
    const proxy = await useProxy({ password }, 'me:pw@');
    const { body } = await open(`http://files.test:${server.port}/a?b`, { from: 1 });
    expect((await buffer(body)).toString()).toBe('hello');
    expect(proxy.requests[0]).toMatchObject({
      method: 'GET',
      url: `http://files.test:${server.port}/a?b`,
      headers: { host: `files.test:${server.port}`, range: 'bytes=1-' },
    });
  });

  test('an encrypted one goes through a tunnel, and its certificate is checked', async () => {
    const server = await tlsServer('hello');
    const proxy = await useProxy();
    const link = `https://rapidpro.test:${server.port}/a`;
    const linked = await open(link, { ca: CERTIFICATES.authority });
    expect((await buffer(linked.body)).toString()).toBe('"hello"');
    expect(proxy.requests).toMatchObject([
      { method: 'CONNECT', url: `rapidpro.test:${server.port}` },
    ]);
    expect((await failed(open(link))).description).toContain('A secure connection');
    const other = await failed(
      open(`https://other.test:${server.port}/`, { ca: CERTIFICATES.authority }),
    );
    expect(other.description).toContain('A secure connection');
    expect(server.requests).toHaveLength(1);
  });

  test('without a port it is asked for 443', async () => {
    const proxy = await useProxy({ refuse: 403 });
    const error = await failed(open('https://rapidpro.test/'));
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: 403 });
    expect(error.description).toBe('The proxy of the network blocks the link.');
    expect(error.fix).toContain('HTTPS_PROXY');
    expect(proxy.requests).toMatchObject([{ url: 'rapidpro.test:443' }]);
  });

  test('a name that only the proxy knows has to be allowed', async () => {
    const server = await answering(200, {}, 'hello');
    const proxy = await useProxy();
    const link = `http://nowhere.invalid:${server.port}/`;
    const error = await failed(open(link, { allowPrivate: false }));
    expect(error.code).toBe('INVALID_LINK');
    expect(error.description).toContain('Only the proxy of the network knows the name');
    const refused = await failed(open(link, { allowUnknownNames: false }));
    expect(refused.code).toBe('INVALID_LINK');
    expect(proxy.requests).toEqual([]);
    for (const options of [{}, { allowPrivate: false, allowUnknownNames: true }])
      (await open(link, options)).close();
    expect(proxy.requests).toHaveLength(2);
  });

  test('an address of this network is refused all the same', async () => {
    const proxy = await useProxy();
    const error = await failed(open('http://10.0.0.1/', { allowPrivate: false }));
    expect(error.description).toContain('its own network');
    const secret = await failed(open('http://169.254.169.254/'));
    expect(secret.description).toContain('secrets of its machines');
    expect(proxy.requests).toEqual([]);
  });

  test.each([
    'metadata.google.internal',
    'Metadata.Google.Internal.',
    'metadata.goog',
    'metadata',
    'instance-data',
    'instance-data.ec2.internal',
  ])('the secrets of a cloud are not requested by name, either: %s', async name => {
    const proxy = await useProxy();
    const error = await failed(open(`http://${name}/`));
    expect(error.code).toBe('INVALID_LINK');
    expect(error.description).toContain('secrets of its machines');
    expect(proxy.requests).toEqual([]);
  });
});
