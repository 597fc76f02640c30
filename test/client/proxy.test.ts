import { describe, expect, test } from 'vitest';
import { openTunnel, placeOf, proxyFor, wholeAddress } from '../../src/client/proxy.js';
import { ProxyFailure } from '../../src/errors/networkErrors.js';
import { rawServer } from '../support/rawServer.js';

const PROXY = 'http://proxy.test:3128';
const originFor = (target: string, environment: { [name: string]: string }) =>
  proxyFor(new URL(target), environment)?.origin;

describe('which variable', () => {
  const all = { HTTP_PROXY: 'http://plain.test', HTTPS_PROXY: 'http://tls.test' };
  test.each<[string, { [name: string]: string }, string | undefined]>([
    ['https://a.org/', all, 'http://tls.test'],
    ['http://a.org/', all, 'http://plain.test'],
    ['https://a.org/', { HTTP_PROXY: PROXY }, PROXY],
    ['http://a.org/', { HTTPS_PROXY: PROXY }, undefined],
    ['https://a.org/', {}, undefined],
    ['https://a.org/', { ...all, https_proxy: PROXY }, PROXY],
    // An empty one turns it off, but for an encrypted request the other is asked.
    ['https://a.org/', { ...all, https_proxy: '' }, 'http://plain.test'],
    ['http://a.org/', { ...all, http_proxy: '' }, undefined],
    ['http://a.org/', { HTTP_PROXY: ' \t' }, undefined],
    ['https://a.org/', { HTTPS_PROXY: ' ', HTTP_PROXY: PROXY }, undefined],
    ['http://a.org/', { HTTP_PROXY: ` ${PROXY}\n` }, PROXY],
    ['http://localhost/', { HTTP_PROXY: PROXY }, undefined],
    ['http://127.0.0.1:8000/', { HTTP_PROXY: PROXY }, undefined],
    ['http://[::1]/', { HTTP_PROXY: PROXY }, undefined],
  ])('%s, %j', (target, environment, origin) => {
    expect(originFor(target, environment)).toBe(origin);
  });

  test('is named', () => {
    const of = (environment: { [name: string]: string }) =>
      proxyFor(new URL('https://a.org/'), environment)?.variable;
    expect(of({ HTTPS_PROXY: PROXY })).toBe('HTTPS_PROXY');
    expect(of({ https_proxy: PROXY })).toBe('https_proxy');
    expect(of({ HTTP_PROXY: PROXY })).toBe('HTTP_PROXY');
  });
});

describe('NO_PROXY', () => {
  const isExcepted = (target: string, NO_PROXY: string) =>
    originFor(target, { HTTP_PROXY: PROXY, NO_PROXY }) === undefined;

  test.each([
    ['http://a.org/', '*'],
    ['http://a.org/', 'a.org'],
    ['http://a.org/', 'A.ORG'],
    ['http://b.a.org/', 'a.org'],
    ['http://b.a.org/', '.a.org'],
    ['http://a.org/', '.a.org'],
    ['http://b.a.org/', '*.a.org'],
    ['http://a.org/', 'x.org,a.org'],
    ['http://a.org/', 'x.org  ,\ta.org'],
    ['http://a.org/', 'x.org a.org'],
    ['http://a.org/', 'a.org:80'],
    ['https://a.org/', 'a.org:443'],
    ['http://a.org:8000/', 'a.org:8000'],
    ['http://a.org:8000/', 'a.org'],
    ['http://[fd00::1]/', 'fd00::1'],
    ['http://[fd00::1]/', '[fd00::1]'],
    ['http://[fd00::1]:81/', '[fd00::1]:81'],
  ])('%s is reached without it: %s', (target, list) => {
    expect(isExcepted(target, list)).toBe(true);
  });

  test.each([
    ['http://a.org/', ''],
    ['http://a.org/', ','],
    ['http://a.org/', '.'],
    ['http://a.org/', 'b.a.org'],
    ['http://ba.org/', 'a.org'],
    ['http://a.org.evil/', 'a.org'],
    ['http://a.org/', 'a.org:443'],
    ['https://a.org/', 'a.org:80'],
    ['http://a.org:8000/', 'a.org:80'],
    ['http://a.org/', 'a.org:8000'],
    ['http://a.org/', '**'],
    ['http://a.org/', 'a.org:80x'],
    ['http://a.org/', 'xa.org:80:80'],
    ['http://a.org./', ','],
    ['http://a.org/', 'evil:a.org:80'],
    ['http://[fd00::1]/', 'fd00::2'],
    ['http://[fd00::1]/', '[fd00::1]:81'],
  ])('%s is not: %s', (target, list) => {
    expect(isExcepted(target, list)).toBe(false);
  });
});

describe('an address', () => {
  const read = (HTTP_PROXY: string) => proxyFor(new URL('http://a.org/'), { HTTP_PROXY });

  test.each([
    ['proxy.test', 'http://proxy.test', undefined],
    ['proxy.test:3128/path', PROXY, undefined],
    ['proxy.test/http://x', 'http://proxy.test', undefined],
    ['HTTP://proxy.test:80', 'http://proxy.test', undefined],
    ['https://proxy.test:3128', 'https://proxy.test:3128', undefined],
    ['http://me@proxy.test:3128', PROXY, 'me:'],
    ['http://:secret@proxy.test:3128', PROXY, ':secret'],
    ['http://m%20e:a%3Ab%25@proxy.test:3128', PROXY, 'm e:a:b%'],
    ['http://me:100%@proxy.test:3128', PROXY, 'me:100%'],
    ['h2+x.y-z.test:3128', 'http://h2+x.y-z.test:3128', undefined],
  ])('%s', (text, origin, user) => {
    const authorization = user && `Basic ${Buffer.from(user).toString('base64')}`;
    expect(read(text)).toEqual({ variable: 'HTTP_PROXY', origin, authorization });
  });

  test.each(['socks5://proxy.test', 'ftp://proxy.test', 'http://', 'a b', 'x://y://z'])(
    '%s is none',
    text => {
      expect(() => read(text)).toThrow(
        expect.objectContaining({
          code: 'INVALID_CONFIGURATION',
          description: 'The environment variable HTTP_PROXY is not the address of a proxy.',
        }),
      );
    },
  );

  test.each([
    ['http://proxy.test', { protocol: 'http:', hostname: 'proxy.test', port: 80 }, 'proxy.test'],
    ['https://proxy.test', { protocol: 'https:', hostname: 'proxy.test', port: 443 }, 'proxy.test'],
    ['http://10.0.0.1:3128', { protocol: 'http:', hostname: '10.0.0.1', port: '3128' }, ''],
    ['https://[fd00::1]:3128', { protocol: 'https:', hostname: 'fd00::1', port: '3128' }, ''],
  ])('%s, as Node.js takes it', (origin, place, servername) => {
    const proxy = { variable: 'x', origin, authorization: undefined };
    expect(placeOf(proxy)).toEqual({ ...place, servername });
    const url = new URL('http://rapidpro.test:8000/api/v2/contacts.json?a=1');
    const request = { path: url.href, headers: { host: 'rapidpro.test:8000' } };
    expect(wholeAddress(url, proxy)).toEqual(request);
    expect(wholeAddress(url, { ...proxy, authorization: 'Basic eA==' })).toEqual({
      ...request,
      headers: { ...request.headers, 'proxy-authorization': 'Basic eA==' },
    });
  });
});

describe('a tunnel', () => {
  /** A proxy that answers a CONNECT with these bytes. */
  async function tunnel(said: string | undefined, signal?: AbortSignal, authorization?: string) {
    const server = await rawServer(({ socket }) => {
      if (said !== undefined) socket.write(said);
    });
    const proxy = { variable: 'x', origin: server.origin, authorization };
    const opening = openTunnel(proxy, 'rapidpro.test:443', signal);
    return { server, opening };
  }
  const failed = (opening: Promise<unknown>) =>
    opening.then(
      () => expect.unreachable('no error'),
      (error: ProxyFailure) => error,
    );

  test('is asked for by the name of the server, with the password', async () => {
    const { server, opening } = await tunnel('HTTP/1.1 200 OK\r\n\r\n', undefined, 'Basic eA==');
    (await opening).destroy();
    const [{ text } = { text: '' }] = server.requests;
    expect(text).toMatch(/^CONNECT rapidpro\.test:443 HTTP\/1\.1\r\n/);
    expect(text).toMatch(/\r\nhost: rapidpro\.test:443\r\n/i);
    expect(text).toMatch(/\r\nuser-agent: openfn-language-rapidpro/i);
    expect(text).toMatch(/\r\nproxy-authorization: Basic eA==\r\n/i);
  });

  test.each([200, 201, 299])('is open with %i, and loses no byte', async status => {
    const { opening } = await tunnel(`HTTP/1.1 ${status} x\r\n\r\nhello`);
    const socket = await opening;
    const first = await new Promise(resolve => socket.once('data', resolve));
    expect(String(first)).toBe('hello');
    // Nobody listens, and it does no harm.
    socket.emit('error', new Error('reset'));
    socket.destroy();
  });

  test.each([300, 302, 403, 407, 502])('is not with %i, and is closed', async status => {
    const { server, opening } = await tunnel(`HTTP/1.1 ${status} x\r\n\r\n`);
    const error = await failed(opening);
    expect(error).toBeInstanceOf(ProxyFailure);
    expect(error.statusCode).toBe(status);
    await expect.poll(server.open).toBe(0);
  });

  test('is not, if the proxy is not there', async () => {
    const server = await rawServer(() => {});
    await server.close();
    const proxy = { variable: 'x', origin: server.origin, authorization: undefined };
    const error = await failed(openTunnel(proxy, 'rapidpro.test:443'));
    expect(error).toBeInstanceOf(ProxyFailure);
    expect(error.statusCode).toBeUndefined();
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('to an encrypted proxy says nothing in plain text', async () => {
    const server = await rawServer(() => {});
    const origin = server.origin.replace('http:', 'https:');
    const proxy = { variable: 'x', origin, authorization: 'Basic eA==' };
    const control = new AbortController();
    const opening = failed(openTunnel(proxy, 'rapidpro.test:443', control.signal));
    await expect.poll(server.connections).toBe(1);
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(server.requests).toEqual([]);
    control.abort();
    await opening;
  });

  test('ends with the signal, which is not the fault of the proxy', async () => {
    const control = new AbortController();
    const { server, opening } = await tunnel(undefined, control.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    control.abort();
    const error = await failed(opening);
    expect(error).not.toBeInstanceOf(ProxyFailure);
    expect(error.name).toBe('AbortError');
    await expect.poll(server.open).toBe(0);
  });
});
