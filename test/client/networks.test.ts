import { networkInterfaces } from 'node:os';
import tls from 'node:tls';
import { gzipSync } from 'node:zlib';
import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { proxyFor } from '../../src/client/proxy.js';
import { trusting } from '../../src/client/transport.js';
import type { RapidProError } from '../../src/errors/errors.js';
import {
  eachArchivedMessages,
  execute,
  fn,
  getWorkspace,
  sendMessage,
  uploadMedia,
} from '../../src/index.js';
import { captureConsole } from '../support/captureConsole.js';
import { listen } from '../support/closing.js';
import { credential, TOKEN } from '../support/credential.js';
import { CERTIFICATES, forwardProxy, tlsServer, withoutProxies } from '../support/network.js';
import { noSleep } from '../support/noSleep.js';
import { serve, type TestServer } from '../support/serve.js';

/** Networks with a proxy, with a gateway that looks into TLS, and servers with an authority of their own. */

beforeEach(() => {
  noSleep();
  withoutProxies();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const run = (configuration: object, ...operations: Parameters<typeof execute>) =>
  execute(...operations)({ configuration });

async function failed(ending: Promise<unknown>): Promise<RapidProError> {
  return ending.then(
    () => expect.fail('it should have thrown'),
    (error: RapidProError) => error,
  );
}

const { authority, another } = CERTIFICATES;

describe('an authority of one’s own', () => {
  const local = (port: number, more: object) => ({
    host: `https://localhost:${port}/`,
    token: TOKEN,
    ...more,
  });

  test.each([
    ['as it is', authority],
    ['with spaces for line breaks', authority.replace(/\n/g, ' ')],
    ['with written line breaks', authority.replace(/\n/g, '\\n')],
    ['with those of Windows', authority.replace(/\n/g, '\r\n')],
    ['with written ones of Windows', authority.replace(/\n/g, '\\r\\n')],
    ['in one line', authority.replace(/\n/g, '')],
    ['with text around it', `Our authority\n${authority}\n`],
    ['with another before it', another + authority],
  ])('is trusted where the credential names it: %s', async (_, ca) => {
    const server = await tlsServer();
    const { data } = await run(local(server.port, { ca }), getWorkspace());
    expect(data).toMatchObject({ name: 'Workspace' });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['none', {}],
    ['an empty one', { ca: '' }],
    ['another one', { ca: another }],
  ])('is not with %s, and nothing is sent', async (_, more) => {
    const server = await tlsServer();
    // One that trusts it comes first: what it knows is of no use to another credential.
    await run(local(server.port, { ca: authority }), getWorkspace());
    const error = await failed(run(local(server.port, more), getWorkspace()));
    expect(error).toMatchObject({ code: 'INSECURE_CONNECTION', outcome: 'none' });
    expect(error.description).toContain('authority that is not known here');
    expect(error.fix).toContain('"ca" of the credential');
    expect(server.requests).toHaveLength(1);
  });

  test('says nothing of the name: that must be the one on the certificate', async () => {
    const server = await tlsServer();
    const host = `https://127.0.0.2:${server.port}/`;
    const error = await failed(run({ host, token: TOKEN, ca: authority }, getWorkspace()));
    expect(error.code).toMatch(/INSECURE_CONNECTION|CONNECTION_REFUSED/);
    expect(server.requests).toEqual([]);
  });

  test('the public ones stay trusted besides, and all is made once', () => {
    const made = vi.spyOn(tls, 'createSecureContext');
    const own = authority.replace('-----BEGIN', '\n-----BEGIN');
    expect(trusting(own)).toEqual(trusting(own));
    expect(made).toHaveBeenCalledTimes(1);
    const { ca } = made.mock.calls[0]?.[0] ?? {};
    expect(ca).toEqual(expect.arrayContaining([own, tls.rootCertificates[0]]));
    expect(trusting(undefined)).toEqual({});
  });

  test.each([
    ['no text', 7, 'not the text of a certificate'],
    ['words', 'our authority', 'not a complete certificate'],
    ['half of one', authority.slice(0, 300), 'not a complete certificate'],
    [
      'one that was cut in the middle',
      authority.replace(/\n.{64}\n/, '\n'),
      'not a complete certificate',
    ],
    [
      'one good and half a one',
      `${authority}${another.slice(0, 200)}`,
      'not a complete certificate',
    ],
    ['a private key', CERTIFICATES.key, 'private key'],
    ['a private key with it', authority + CERTIFICATES.key, 'private key'],
    ['the certificate of a server', CERTIFICATES.server, 'of a server, not of an authority'],
    ['a book', 'x'.repeat(300_000), 'not the text of a certificate'],
  ])('%s is refused before anything is sent', async (_, ca, said) => {
    const server = await tlsServer();
    const error = await failed(run(local(server.port, { ca }), getWorkspace()));
    expect(error.code).toBe('INVALID_CONFIGURATION');
    expect(error.description).toContain(said);
    expect(error.fix).toContain('Nothing was sent.');
    expect(`${JSON.stringify(error)}${error.stack}`).not.toContain('MII');
    expect(server.requests).toEqual([]);
  });
});

describe('which proxy', () => {
  const P = 'http://proxy.example.org:3128';
  test.each([
    ['https://a.org/', { HTTPS_PROXY: P }, 'HTTPS_PROXY'],
    ['https://a.org/', { https_proxy: P, HTTPS_PROXY: 'http://b' }, 'https_proxy'],
    ['https://a.org/', { https_proxy: '', HTTPS_PROXY: P }, undefined],
    ['https://a.org/', { HTTP_PROXY: P }, 'HTTP_PROXY'],
    ['http://a.org/', { HTTPS_PROXY: P }, undefined],
    ['http://a.org/', { HTTP_PROXY: P }, 'HTTP_PROXY'],
    ['https://a.org/', {}, undefined],
    ['https://a.org/', { HTTPS_PROXY: P, NO_PROXY: '*' }, undefined],
    ['https://a.org/', { HTTPS_PROXY: P, NO_PROXY: 'b.org, a.org' }, undefined],
    ['https://a.org/', { HTTPS_PROXY: P, NO_PROXY: 'b.org A.ORG' }, undefined],
    ['https://x.a.org/', { HTTPS_PROXY: P, NO_PROXY: 'a.org' }, undefined],
    ['https://x.a.org/', { HTTPS_PROXY: P, NO_PROXY: '.a.org' }, undefined],
    ['https://x.a.org/', { HTTPS_PROXY: P, no_proxy: '*.a.org' }, undefined],
    ['https://xa.org/', { HTTPS_PROXY: P, NO_PROXY: 'a.org' }, 'HTTPS_PROXY'],
    ['https://a.org/', { HTTPS_PROXY: P, NO_PROXY: 'a.org:8443' }, 'HTTPS_PROXY'],
    ['https://a.org:8443/', { HTTPS_PROXY: P, NO_PROXY: 'a.org:8443' }, undefined],
    ['https://a.org/', { HTTPS_PROXY: P, NO_PROXY: 'a.org:443' }, undefined],
    ['https://10.0.0.7/', { HTTPS_PROXY: P, NO_PROXY: '10.0.0.7' }, undefined],
    ['https://[2001:db8::1]/', { HTTPS_PROXY: P, NO_PROXY: '2001:db8::1' }, undefined],
    ['https://[2001:db8::1]/', { HTTPS_PROXY: P, NO_PROXY: '[2001:db8::1]' }, undefined],
    // This machine is another one where a proxy looks for it.
    ['http://localhost:8000/', { HTTP_PROXY: P }, undefined],
    ['https://127.0.0.1/', { HTTPS_PROXY: P }, undefined],
    ['https://[::1]/', { HTTPS_PROXY: P }, undefined],
  ])('%s with %j: %s', (target, environment, variable) => {
    expect(proxyFor(new URL(target), environment)?.variable).toBe(variable);
  });

  test.each([
    ['proxy.example.org:3128', 'http://proxy.example.org:3128', undefined],
    ['https://proxy.example.org', 'https://proxy.example.org', undefined],
    ['http://a:b%40c@proxy.example.org:1', 'http://proxy.example.org:1', 'Basic YTpiQGM='],
    ['a:b@proxy.example.org:1', 'http://proxy.example.org:1', 'Basic YTpi'],
  ])('%s is read', (HTTPS_PROXY, origin, authorization) => {
    const proxy = proxyFor(new URL('https://a.org/'), { HTTPS_PROXY });
    expect(proxy).toEqual({ variable: 'HTTPS_PROXY', origin, authorization });
  });

  test.each(['socks5://user:word@proxy', 'http://', 'ftp://user:word@proxy', 'user:word@pro xy'])(
    '%s is refused before anything is sent, and not shown',
    async HTTPS_PROXY => {
      vi.stubEnv('HTTPS_PROXY', HTTPS_PROXY);
      const error = await failed(
        run({ host: 'https://rapidpro.test/', token: TOKEN }, getWorkspace()),
      );
      expect(error.code).toBe('INVALID_CONFIGURATION');
      expect(error.description).toContain('HTTPS_PROXY');
      expect(`${JSON.stringify(error)}${error.stack}`).not.toContain('word');
    },
  );
});

describe('through a proxy', () => {
  const workspace = () =>
    serve(
      http.get('*/api/v2/workspace.json', () => HttpResponse.json({ uuid: 'u', name: 'Plain' })),
      http.post('*/api/v2/messages.json', () => HttpResponse.json({ id: 1 }, { status: 201 })),
      http.post('*/api/v2/media.json', () => HttpResponse.json({ uuid: 'm' }, { status: 201 })),
      http.get('*/file', () => HttpResponse.text('%PDF-1')),
    );
  const portOf = ({ origin }: { origin: string }) => Number(new URL(origin).port);

  test('an encrypted request goes in a tunnel: the proxy sees a name, and no token', async () => {
    const [server, proxy] = [
      await tlsServer(),
      await forwardProxy({ password: 'Basic bWU6c2VzYW1l' }),
    ];
    vi.stubEnv('HTTPS_PROXY', proxy.address.replace('//', '//me:sesame@'));
    const said = captureConsole();
    const host = `https://rapidpro.test:${server.port}/`;
    const reads = Array.from({ length: 5 }, () => getWorkspace());
    const { data } = await run({ host, token: TOKEN, ca: authority }, ...reads);
    expect(data).toMatchObject({ name: 'Workspace' });
    expect(server.requests).toHaveLength(5);
    expect(server.requests[0]?.headers.authorization).toBe(`Token ${TOKEN}`);
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    // Tunnels are used again, as connections are.
    expect(proxy.requests.length).toBeLessThan(5);
    const asked = new Set(proxy.requests.map(({ method, url }) => `${method} ${url}`));
    expect(asked).toEqual(new Set([`CONNECT rapidpro.test:${server.port}`]));
    expect(JSON.stringify(proxy.requests)).not.toContain(TOKEN);
    const lines = said.filter(line => line.includes('proxy'));
    expect(lines).toEqual([
      `RapidPro: requests go through the proxy ${proxy.address} (HTTPS_PROXY)`,
    ]);
    expect(said.join('\n')).not.toContain('sesame');
  });

  test('a gateway that looks into TLS is told, with the cure', async () => {
    const [server, proxy] = [await tlsServer(), await forwardProxy()];
    vi.stubEnv('HTTPS_PROXY', proxy.address);
    const host = `https://rapidpro.test:${server.port}/`;
    const error = await failed(run({ host, token: TOKEN }, getWorkspace()));
    expect(error).toMatchObject({ code: 'INSECURE_CONNECTION', outcome: 'none' });
    expect(error.fix).toContain('gateway');
    expect(error.fix).toContain('"ca" of the credential');
    expect(server.requests).toEqual([]);
  });

  test('a plain request is put to the proxy with its whole address, also one with a body', async () => {
    const [server, proxy] = [await workspace(), await forwardProxy()];
    vi.stubEnv('HTTP_PROXY', proxy.address);
    const host = `http://rapidpro.test:${portOf(server)}/`;
    const said = captureConsole();
    const message = sendMessage({ contact: 'tel:+250788123123', text: 'Hello' });
    const { data } = await run({ host, token: TOKEN }, getWorkspace(), message);
    expect(data).toEqual({ id: 1 });
    expect(proxy.requests.map(({ method, url }) => [method, url])).toContainEqual([
      'GET',
      `${host}api/v2/workspace.json`,
    ]);
    expect(server.requests.at(-1)).toMatchObject({
      method: 'POST',
      headers: { host: `rapidpro.test:${portOf(server)}` },
      body: { text: 'Hello' },
    });
    expect(said.join('\n')).toContain('the token is sent unencrypted');
  });

  test.each([
    ['NO_PROXY', { NO_PROXY: 'localhost' }],
    ['this machine', {}],
  ])('nothing goes that way for %s', async (_, environment) => {
    const [server, proxy] = [await workspace(), await forwardProxy()];
    vi.stubEnv('HTTP_PROXY', proxy.address);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const said = captureConsole();
    await run(credential(server), getWorkspace());
    expect(proxy.requests).toEqual([]);
    expect(said.join('\n')).not.toContain('proxy');
  });

  test.each([
    ['wants a password', { password: 'Basic x' }, 'asks for a user name and a password', 1],
    [
      'refuses',
      { refuse: 403 },
      'refuses to connect to the server: it answered with status 403',
      1,
    ],
    ['finds nobody', { refuse: 503 }, 'could not reach the server: it answered with status 503', 4],
  ])('a tunnel: the proxy %s', async (_, behavior, said, attempts) => {
    const [server, proxy] = [await tlsServer(), await forwardProxy(behavior)];
    vi.stubEnv('HTTPS_PROXY', proxy.address.replace('//', '//me:sesame@'));
    const host = `https://rapidpro.test:${server.port}/`;
    const message = sendMessage({ contact: 'tel:+250788123123', text: 'Hello' });
    const error = await failed(run({ host, token: TOKEN, ca: authority }, message));
    // Nothing got as far as RapidPro: a send is tried again, and is not of unknown outcome.
    expect(error).toMatchObject({ code: 'PROXY_FAILED', outcome: 'none' });
    expect(error.description).toContain(said);
    expect(`${JSON.stringify(error)}${error.stack}`).not.toContain('sesame');
    expect(proxy.requests.filter(({ method }) => method === 'CONNECT')).toHaveLength(attempts);
    expect(server.requests).toEqual([]);
  });

  test('a plain request: the proxy wants a password', async () => {
    const [server, proxy] = [await workspace(), await forwardProxy({ password: 'Basic x' })];
    vi.stubEnv('HTTP_PROXY', proxy.address);
    const host = `http://rapidpro.test:${portOf(server)}/`;
    const message = sendMessage({ contact: 'tel:+250788123123', text: 'Hello' });
    const error = await failed(run({ host, token: TOKEN }, message));
    expect(error).toMatchObject({ code: 'PROXY_FAILED', outcome: 'none', statusCode: 407 });
    expect(server.requests).toEqual([]);
  });

  test('the proxy itself is not there', async () => {
    const proxy = await forwardProxy();
    await proxy.close();
    vi.stubEnv('HTTPS_PROXY', proxy.address);
    const error = await failed(
      run({ host: 'https://rapidpro.test/', token: TOKEN }, getWorkspace()),
    );
    expect(error).toMatchObject({ code: 'PROXY_FAILED', outcome: 'none' });
    expect(error.description).toBe('The proxy of the network cannot be reached.');
    expect(error.fix).toContain('HTTPS_PROXY');
  });

  test('the proxy of a plain request is not there', async () => {
    const proxy = await forwardProxy();
    await proxy.close();
    vi.stubEnv('HTTP_PROXY', proxy.address);
    const error = await failed(
      run({ host: 'http://rapidpro.test/', token: TOKEN }, getWorkspace()),
    );
    expect(error).toMatchObject({ code: 'PROXY_FAILED', outcome: 'none' });
    expect(error.description).toBe('The proxy of the network cannot be reached.');
  });

  test.each([
    ['a tunnel', 'https://rapidpro.test/', getWorkspace()],
    ['a plain request', 'http://rapidpro.test/', getWorkspace()],
    ['a plain link', 'https://127.0.0.1/', uploadMedia('http://a.test/b', { allowPrivate: true })],
  ])(
    'an encrypted proxy is asked for a certificate of its own name: %s',
    async (_, host, asking) => {
      const names: string[] = [];
      const SNICallback = (name: string, done: (error: null) => void) => {
        names.push(name);
        done(null);
      };
      const { server: cert, key } = CERTIFICATES;
      const proxy = await listen(tls.createServer({ cert, key, SNICallback }));
      vi.stubEnv('HTTP_PROXY', `https://localhost:${proxy.port}`);
      const error = await failed(run({ host, token: TOKEN }, asking));
      expect(error.code).toMatch(/PROXY_FAILED|LINK_FAILED/);
      expect(new Set(names)).toEqual(new Set(['localhost']));
    },
  );

  test('a proxy may answer 201 for a tunnel', async () => {
    const [server, proxy] = [await tlsServer(), await forwardProxy({ tunnel: 'created' })];
    vi.stubEnv('HTTPS_PROXY', proxy.address);
    const host = `https://rapidpro.test:${server.port}/`;
    const { data } = await run({ host, token: TOKEN, ca: authority }, getWorkspace());
    expect(data).toMatchObject({ name: 'Workspace' });
  });

  test.each([
    ['never opens it', 'hangs', 'proxy of the network took too long'],
    ['closes it again', 'closes', 'proxy of the network was closed before anything was sent'],
  ] as const)('a tunnel: the proxy %s', async (_, tunnel, said) => {
    const proxy = await forwardProxy({ tunnel });
    vi.stubEnv('HTTPS_PROXY', proxy.address);
    const message = sendMessage(
      { contact: 'tel:+250788123123', text: 'Hello' },
      { timeout: 0.5, maxWait: 2 },
    );
    const error = await failed(run({ host: 'https://rapidpro.test/', token: TOKEN }, message));
    expect(error).toMatchObject({ code: 'PROXY_FAILED', outcome: 'none' });
    expect(error.description).toContain(said);
  });

  test('a server that does not answer through a tunnel is late itself, and may have sent', async () => {
    const [server, proxy] = [await tlsServer('never'), await forwardProxy()];
    vi.stubEnv('HTTPS_PROXY', proxy.address);
    const host = `https://rapidpro.test:${server.port}/`;
    const message = sendMessage(
      { contact: 'tel:+250788123123', text: 'Hello' },
      { timeout: 0.5, maxWait: 2 },
    );
    const error = await failed(run({ host, token: TOKEN, ca: authority }, message));
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  describe('links', () => {
    const upload = (link: string, host: string, options = {}) =>
      run({ host, token: TOKEN, ca: authority }, uploadMedia(link, options));

    test('a name that only the proxy knows, where the job says that it knows the server', async () => {
      const [api, files, proxy] = [
        await workspace(),
        await tlsServer(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')),
        await forwardProxy(),
      ];
      vi.stubEnv('HTTPS_PROXY', proxy.address);
      const link = `https://rapidpro.test:${files.port}/file.json`;
      const options = { allowPrivate: true, contentType: 'image/png', filename: 'a.png' };
      const { data } = await upload(link, api.host, options);
      expect(data).toEqual({ uuid: 'm' });
      expect(files.requests).toMatchObject([{ method: 'GET', url: '/file.json' }]);
      expect(files.requests[0]?.headers).not.toHaveProperty('authorization');
      expect(proxy.requests).toMatchObject([{ url: `rapidpro.test:${files.port}` }]);
    });

    test('a plain link is asked for whole', async () => {
      const [api, proxy] = [await workspace(), await forwardProxy()];
      vi.stubEnv('HTTP_PROXY', proxy.address);
      const link = `http://rapidpro.test:${portOf(api)}/file`;
      const { data } = await upload(link, api.host, { allowPrivate: true });
      expect(data).toEqual({ uuid: 'm' });
      expect(proxy.requests).toMatchObject([{ method: 'GET', url: link }]);
      expect(JSON.stringify(proxy.requests)).not.toContain(TOKEN);
    });

    const hasIPv6 = Object.values(networkInterfaces()).some(some =>
      some?.some(({ family }) => family === 'IPv6'),
    );

    test.skipIf(!hasIPv6)('a proxy may be named by an address of IPv6', async () => {
      const [api, proxy] = [await workspace(), await forwardProxy()];
      vi.stubEnv('HTTP_PROXY', `http://[::ffff:127.0.0.1]:${proxy.port}`);
      const link = `http://rapidpro.test:${portOf(api)}/file`;
      const { data } = await upload(link, api.host, { allowPrivate: true });
      expect(data).toEqual({ uuid: 'm' });
      expect(proxy.requests).toMatchObject([{ method: 'GET', url: link }]);
    });

    test('the archives of RapidPro itself are read, also by a name that only the proxy knows', async () => {
      const line = JSON.stringify({ id: 1, created_on: '2026-01-02T00:00:00Z', text: 'Hello' });
      const archive = { archive_type: 'message', start_date: '2026-01-01', period: 'monthly' };
      const api: TestServer = await serve(
        http.get('*/api/v2/archives.json', () =>
          HttpResponse.json({
            next: null,
            results: [
              {
                ...archive,
                record_count: 1,
                size: 1,
                hash: null,
                download_url: `http://rapidpro.test:${portOf(api)}/archive`,
              },
            ],
          }),
        ),
        http.get('*/archive', () => new HttpResponse(gzipSync(`${line}\n`))),
      );
      const proxy = await forwardProxy();
      vi.stubEnv('HTTP_PROXY', proxy.address);
      const period = { after: '2026-01-01', before: '2026-02-01' };
      const keep = fn(state => ({ ...state, kept: state.data }));
      const { kept } = await run(credential(api), eachArchivedMessages(period, keep));
      expect(kept).toMatchObject([{ id: 1 }]);
      expect(proxy.requests).toMatchObject([{ url: expect.stringContaining('rapidpro.test') }]);
      expect(JSON.stringify(proxy.requests)).not.toContain(TOKEN);
    });

    test.each([
      [
        'a name that only the proxy knows',
        'https://rapidpro.test/a',
        {},
        'Only the proxy of the network',
      ],
      ['an address of the network', 'https://10.0.0.7/a', {}, 'its own network'],
      ['an address of this machine', 'https://127.0.0.1:1/a', {}, 'this machine'],
      ['the secrets of a cloud', 'http://169.254.169.254/a', { allowPrivate: true }, 'a cloud'],
    ])('%s is not asked for', async (_, link, options, said) => {
      const [api, proxy] = [await workspace(), await forwardProxy()];
      vi.stubEnv('HTTP_PROXY', proxy.address);
      const error = await failed(upload(link, api.host, options));
      expect(error.code).toBe('INVALID_LINK');
      expect(error.description).toContain(said);
      expect(proxy.requests).toEqual([]);
      expect(api.requests).toEqual([]);
    });

    test.each([
      ['a proxy that refuses', { refuse: 403 }, 'https'],
      ['a proxy that wants a password', { password: 'Basic x' }, 'http'],
    ])('%s is named', async (_, behavior, scheme) => {
      const [api, proxy] = [await workspace(), await forwardProxy(behavior)];
      vi.stubEnv('HTTP_PROXY', proxy.address);
      const error = await failed(
        upload(`${scheme}://rapidpro.test/a`, api.host, { allowPrivate: true }),
      );
      expect(error.code).toBe('LINK_FAILED');
      expect(error.description).toContain('proxy of the network');
      expect(error.fix).toContain('HTTPS_PROXY');
    });
  });
});
