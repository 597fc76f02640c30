import { createServer } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { recording, servers } from '../../../recordings/read.js';
import {
  combine,
  downloadAttachment,
  each,
  eachPage,
  execute,
  fn,
  getMessages,
  uploadMedia,
} from '../../../src/index.js';
import type { State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { listen } from '../../support/closing.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { failure, page, refused, run } from '../run.js';

const lookups = vi.hoisted(() => new Map<string, string>());
vi.mock('node:dns/promises', () => ({
  lookup: async (host: string) => {
    const address = lookups.get(host);
    if (!address) throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
    return [{ address, family: 4 }];
  },
}));

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** A store of files beside RapidPro, which reports what tokens come along. */
async function fileServer(
  handle: Parameters<typeof createServer>[1] = (_, response) => response.end(PNG),
) {
  const requests: { url: string | undefined; token: string | undefined }[] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url, token: request.headers.authorization });
    handle?.(request, response as never);
  });
  const { port } = await listen(server);
  return { at: (path: string) => `http://127.0.0.1:${port}/${path}`, requests };
}

const rapidpro = () => serve(msw.get('*', () => page([])));
const first = (state: State) => state.data as { [key: string]: unknown };

describe('one attachment, in each way to write it', () => {
  test.each<[string, (url: string) => unknown]>([
    ['its link', url => url],
    ['type and link', url => `image/png:${url}`],
    ['half a type and link', url => `image:${url}`],
    ['an object', url => ({ content_type: 'image/png', url })],
    ['an object without its type', url => ({ url })],
    ['a function of state', url => () => ({ content_type: 'image/png', url })],
  ])('%s', async (_, write) => {
    const files = await fileServer();
    const server = await rapidpro();
    const next = await run(downloadAttachment(write(files.at('a/cat.png')) as never), server);
    expect(next.data).toEqual({
      content: PNG.toString('base64'),
      contentType: 'image/png',
      filename: 'cat.png',
      size: PNG.length,
    });
    expect(files.requests).toEqual([{ url: '/a/cat.png', token: undefined }]);
    expect(server.requests).toEqual([]);
    expect(next.references).toEqual(['earlier', 'before']);
  });

  test('a path is on the server of the credential', async () => {
    const server = await serve(
      msw.get('*/media/orgs/1/x/cat.png', () =>
        HttpResponse.arrayBuffer(new Uint8Array(PNG).buffer),
      ),
    );
    const { data } = await run(downloadAttachment('image/png:/media/orgs/1/x/cat.png'), server);
    expect(data).toMatchObject({ size: PNG.length, filename: 'cat.png' });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });
});

describe('several', () => {
  test('of a message, in its order', async () => {
    const files = await fileServer((request, response) => response.end(request.url));
    const attachments = ['b.txt', 'a.txt'].map(path => ({
      content_type: 'text/plain',
      url: files.at(path),
    }));
    for (const given of [{ id: 7, text: 'Hello', attachments }, attachments]) {
      const { data } = await run(downloadAttachment(given), await rapidpro());
      expect((data as { filename: string }[]).map(({ filename }) => filename)).toEqual([
        'b.txt',
        'a.txt',
      ]);
    }
  });

  test('of a message that has none', async () => {
    expect((await run(downloadAttachment({ attachments: [] }), await rapidpro())).data).toEqual([]);
  });

  test('what is no file has no content, and that is said', async () => {
    const logged = captureConsole();
    const attachments = [
      'geo:-1.94,30.06',
      { content_type: 'geo', url: '-1.94,30.06' },
      { content_type: 'unavailable', url: 'gone' },
    ];
    const { data } = await run(downloadAttachment({ attachments }), await rapidpro());
    expect(data).toEqual(
      ['geo', 'geo', 'unavailable'].map(contentType => ({
        content: null,
        contentType,
        filename: null,
        size: 0,
      })),
    );
    expect(logged.join()).toContain('3 attachments without a file');
    expect(logged.join()).not.toContain('30.06');
  });

  test('what RapidPro could not get is not asked for, even if it says where it was', async () => {
    const files = await fileServer((_, response) => response.writeHead(404).end());
    const attachments = [
      { content_type: 'unavailable', url: files.at('gone.jpg') },
      `Unavailable:${files.at('gone.jpg')}`,
    ];
    const { data } = await run(downloadAttachment({ attachments }), await rapidpro());
    expect(data).toMatchObject([{ content: null }, { content: null }]);
    expect(files.requests).toEqual([]);
  });
});

describe('the size', () => {
  const big = (bytes: number, length = true) =>
    fileServer((_, response) => {
      // Of what is sent at once, Node.js says the length by itself.
      if (length) response.setHeader('content-length', bytes);
      response.write(Buffer.alloc(bytes, 'x'));
      response.end();
    });

  test.each([true, false])('is bound, with its length announced: %s', async announced => {
    const files = await big(1001, announced);
    const link = files.at('a');
    const error = await failure(downloadAttachment(link, { maxSize: 1000 }), await rapidpro());
    expect(error.code).toBe('TOO_LARGE');
    expect(files.requests).toHaveLength(1);
    const { data } = await run(downloadAttachment(link, { maxSize: 1001 }), await rapidpro());
    expect(data).toMatchObject({ size: 1001 });
  });

  test('that is said to be too large is refused before the file comes', async () => {
    const files = await fileServer((_, response) => {
      response.writeHead(200, { 'content-length': 1001 });
      response.write('x');
    });
    const operation = downloadAttachment(files.at('a'), { maxSize: 1000, timeout: 2 });
    expect((await failure(operation, await rapidpro())).code).toBe('TOO_LARGE');
  });

  test('is that of all together, and nothing is left of those before', async () => {
    const files = await big(600);
    const attachments = [files.at('a'), files.at('b')];
    const server = await rapidpro();
    const error = await failure(downloadAttachment({ attachments }, { maxSize: 1000 }), server);
    expect(error.code).toBe('TOO_LARGE');
    expect(JSON.stringify(error)).not.toContain('xxx');
  });

  test('is 5 MB unless said', async () => {
    const files = await big(5 * 1024 * 1024 + 1);
    expect((await failure(downloadAttachment(files.at('a')), await rapidpro())).code).toBe(
      'TOO_LARGE',
    );
  });

  test.each([0, -1, 1.5, '5', 104_857_601])('of %j is refused', async maxSize => {
    await refused(
      downloadAttachment('https://x.example/a', { maxSize } as never),
      'INVALID_OPTION',
    );
  });
});

test('a download that breaks off goes on at the byte that comes next', async () => {
  noSleep();
  const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251));
  let asked = 0;
  const files = await fileServer((request, response) => {
    const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
    if (asked++ > 0) {
      response.writeHead(206, { 'content-range': `bytes ${from}-4999/5000` });
      return response.end(bytes.subarray(from));
    }
    response.writeHead(200, { 'content-length': 5000 });
    response.write(bytes.subarray(0, 2000), () => setTimeout(() => response.destroy(), 20));
  });
  const { data } = await run(downloadAttachment(files.at('a.bin')), await rapidpro());
  expect(Buffer.from(String(first({ data }).content), 'base64')).toEqual(bytes);
});

describe('a download that breaks off after 100 of 1000 bytes', () => {
  const WHOLE = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
  type Answer = (
    from: number,
    asked: number,
  ) => [status: number, headers: { [name: string]: string | number }, body: Buffer];

  /** What each request after the broken one gets. */
  async function downloaded(
    later: Answer,
    head: { [name: string]: string | number } = { 'content-length': 1000 },
  ) {
    noSleep();
    const ranges: (string | undefined)[] = [];
    const conditions: unknown[] = [];
    const files = await fileServer((request, response) => {
      ranges.push(request.headers.range);
      conditions.push(request.headers['if-range']);
      if (ranges.length === 1) {
        response.writeHead(200, head);
        response.write(WHOLE.subarray(0, 100), () => setTimeout(() => response.destroy(), 20));
        return;
      }
      const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
      const [status, headers, body] = later(from, ranges.length);
      response.writeHead(status, headers).end(body);
    });
    const operation = downloadAttachment(files.at('a.bin'));
    return { operation, server: await rapidpro(), ranges, conditions };
  }

  const NOTHING = Buffer.alloc(0);
  const part = (from: number, to: number, total: number | string = 1000, more = {}) =>
    [
      206,
      { 'content-range': `bytes ${from}-${to - 1}/${total}`, ...more },
      WHOLE.subarray(from, to),
    ] as ReturnType<Answer>;

  test.each<[string, Answer, object?]>([
    ['there is no more of it', () => [416, {}, NOTHING]],
    ['it has 100 bytes by now', () => [416, { 'content-range': 'bytes */100' }, NOTHING]],
    ['there is no more of it, and it never said how long it is', () => [416, {}, NOTHING], {}],
    ['its end, with a gap before', () => part(500, 1000)],
    ['a part that does not say which', () => [206, {}, WHOLE.subarray(100)]],
    ['a part of several', () => [206, { 'content-type': 'multipart/byteranges' }, WHOLE]],
    ['a part of a longer file', () => part(100, 1000, 2000)],
    ['more than the file has', from => [206, part(from, 1000)[1], WHOLE]],
    ['another file, by its length', () => [200, { 'content-length': 900 }, WHOLE.subarray(0, 900)]],
    [
      'another file, by its ETag',
      () => [200, { 'content-length': 1000, etag: '"b"' }, WHOLE],
      { 'content-length': 1000, etag: '"a"' },
    ],
    [
      'a part of another file, by its ETag',
      from => part(from, 1000, 1000, { etag: '"b"' }),
      { 'content-length': 1000, etag: '"a"' },
    ],
    ['a part of nothing again and again', from => part(from, from)],
  ])('is an error where the server then says: %s', async (_, later, head) => {
    const { operation, server, ranges } = await downloaded(later, head as never);
    expect((await failure(operation, server)).code).toBe('LINK_FAILED');
    expect(ranges[1]).toBe('bytes=100-');
    expect(ranges.length).toBeLessThan(12);
  });

  test.each<[string, Answer, object?]>([
    ['parts of a few hundred bytes', from => part(from, Math.min(from + 300, 1000))],
    ['a part that begins a little before', from => part(from - 50, 1000)],
    ['the whole file', () => [200, { 'content-length': 1000 }, WHOLE]],
    ['a part, of a file whose length nobody said', from => part(from, 1000), {}],
    [
      'parts, of a file whose length it does not know until its end',
      from =>
        from < 1000 ? part(from, 1000, '*') : [416, { 'content-range': 'bytes */1000' }, NOTHING],
      {},
    ],
    [
      'a part with the same ETag, weak or not',
      from => part(from, 1000, 1000, { etag: 'W/"a"' }),
      { 'content-length': 1000, etag: '"a"' },
    ],
  ])('is whole where the server then sends: %s', async (_, later, head) => {
    const { operation, server } = await downloaded(later, head as never);
    const { data } = await run(operation, server);
    expect(Buffer.from(String(first({ data }).content), 'base64')).toEqual(WHOLE);
  });

  test.each([
    ['"a"', '"a"'],
    ['W/"a"', undefined],
    ['', undefined],
  ])('is gone on with only if its ETag %s is still the same', async (etag, condition) => {
    const head = { 'content-length': 1000, ...(etag && { etag }) };
    const { operation, server, conditions } = await downloaded(from => part(from, 1000), head);
    await run(operation, server);
    expect(conditions).toEqual([undefined, condition]);
  });
});

test('a file that comes too slowly ends with the timeout, once', async () => {
  const sleeps = noSleep();
  const files = await fileServer((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('x');
  });
  const error = await failure(
    downloadAttachment(files.at('a'), { timeout: 0.3 }),
    await rapidpro(),
  );
  expect(error.code).toBe('LINK_FAILED');
  expect(sleeps).toEqual([]);
});

describe('where a link may lead', () => {
  test.each(['http://192.168.0.7/a', 'http://127.0.0.1:9/a', 'http://[::1]/a'])(
    'not to %s, where RapidPro is on the web',
    async link => {
      lookups.set('rapidpro.example', '203.0.113.7');
      const server = { host: 'https://rapidpro.example/' };
      expect((await failure(downloadAttachment(link), server)).code).toBe('INVALID_LINK');
      const message = { attachments: [{ content_type: 'image/png', url: link }] };
      expect((await failure(downloadAttachment(message), server)).code).toBe('INVALID_LINK');
    },
  );

  test('never to where a cloud keeps its secrets, also by a redirect', async () => {
    const secret = 'http://169.254.169.254/latest/meta-data/';
    const files = await fileServer((_, response) =>
      response.writeHead(302, { location: secret }).end(),
    );
    for (const link of [secret, files.at('a')]) {
      const error = await failure(
        downloadAttachment(link, { allowPrivate: true }),
        await rapidpro(),
      );
      expect(error.code).toBe('INVALID_LINK');
    }
  });

  test.each(['ftp://x.example/a', 'https://user:pw@x.example/a'])('not to %s', async link => {
    const error = await failure(downloadAttachment(`image/png:${link}`), await rapidpro()).catch(
      thrown => thrown,
    );
    // What is no web address is no file.
    expect(error.code ?? 'none').not.toBe('LINK_FAILED');
  });

  test('a link that holds the token is not asked for', async () => {
    const files = await fileServer();
    const server = await rapidpro();
    const token = '0123456789abcdef0123456789abcdef01234567';
    const link = files.at(`a?token=${token}`);
    const state = { configuration: { host: server.host, token } };
    await failure(downloadAttachment(link), server, state);
    expect(files.requests).toEqual([]);
  });

  test('an answer that is no file is an error, without the link', async () => {
    const files = await fileServer((_, response) => response.writeHead(404).end());
    const error = await failure(downloadAttachment(files.at('s3cr3t')), await rapidpro());
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: 404 });
    expect(JSON.stringify(error)).not.toContain('s3cr3t');
  });
});

test.each([
  ['cat.png', 'cat.png'],
  ['a%20cat.png?x=1', 'a_cat.png'],
  ['..%2F..%2Fetc%2Fpasswd', '_.._etc_passwd.txt'],
  ['%2e%2e%2f.ssh.txt', '_.ssh.txt'],
  ['cat%E2%80%AEgnp.exe', 'cat_gnp.exe'],
  ['%E0%A4%A', '%E0%A4%A.txt'],
  ['', 'file.txt'],
])('the name of %s is %s', async (path, name) => {
  const files = await fileServer((_, response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end('x');
  });
  const { data } = await run(downloadAttachment(files.at(path)), await rapidpro());
  expect(first({ data }).filename).toBe(name);
});

describe('an answer that is not what the message says', () => {
  const PAGE = '<!DOCTYPE html><title>Log in</title>';
  const serving = (header: string | undefined, body: string | Buffer = PAGE) =>
    fileServer((_, response) => {
      if (header) response.setHeader('content-type', header);
      response.end(body);
    });

  test.each<[string, string | undefined, string?]>([
    ['image/jpeg', 'text/html; charset=utf-8'],
    ['image/jpeg', 'text/html ; charset=utf-8', 'Please log in'],
    ['image/jpeg', 'application/json', '{"error":"login"}'],
    ['application/json', 'text/html'],
    ['application/vnd.ms-excel', undefined],
    ['image', 'text/html'],
    ['audio/mp4', 'TEXT/HTML'],
    ['video/mp4', 'application/xhtml+xml'],
    ['image/jpeg', 'application/json'],
    ['application/pdf', 'text/html'],
    ['image/jpeg', undefined],
    ['image/jpeg', 'application/octet-stream'],
    ['image/jpeg', 'image/jpeg'],
  ])('a page where there should be %s is refused: %s %s', async (content_type, header, body) => {
    const files = await serving(header, body);
    const given = { content_type, url: files.at('s3cr3t') };
    const error = await failure(downloadAttachment(given), await rapidpro());
    expect(error.code).toBe('LINK_FAILED');
    expect(JSON.stringify(error)).not.toContain('s3cr3t');
  });

  test.each([
    ['text/html', 'text/html'],
    ['text/plain', 'text/html'],
    ['application/octet-stream', 'text/html'],
    ['application/json', 'application/json'],
    // Many systems export a table like this.
    ['application/vnd.ms-excel', 'application/vnd.ms-excel'],
    [undefined, 'text/html'],
  ])('a page where there may be one (%s) is a file: %s', async (content_type, header) => {
    const files = await serving(header);
    const given = { url: files.at('a'), ...(content_type && { content_type }) };
    const { data } = await run(downloadAttachment(given), await rapidpro());
    expect(first({ data }).size).toBe(PAGE.length);
  });

  test('a file of no bytes is said', async () => {
    const logged = captureConsole();
    const files = await serving('image/png', '');
    const { data } = await run(downloadAttachment(files.at('a.png')), await rapidpro());
    expect(first({ data })).toMatchObject({ content: '', size: 0 });
    expect(logged.join()).toContain('1 attachment without content');
  });

  test('a file of no bytes is that also where the server says that it is packed', async () => {
    const files = await encoded('gzip', Buffer.alloc(0));
    const { data } = await run(downloadAttachment(files.at('a.png')), await rapidpro());
    expect(first({ data })).toMatchObject({ content: '', size: 0 });
  });

  const encoded = (encoding: string, body: Buffer) =>
    fileServer((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.setHeader('content-encoding', encoding);
      response.end(body);
    });

  test.each(['gzip', 'x-gzip', 'GZIP'])('what was packed unasked (%s) is unpacked', async how => {
    const files = await encoded(how, gzipSync(PNG));
    const { data } = await run(downloadAttachment(files.at('a.png')), await rapidpro());
    expect(first({ data })).toMatchObject({ content: PNG.toString('base64'), size: PNG.length });
  });

  test.each(['identity', 'none', ''])('what was not packed (%s) stays', async how => {
    const files = await encoded(how, PNG);
    const { data } = await run(downloadAttachment(files.at('a.png')), await rapidpro());
    expect(first({ data }).content).toBe(PNG.toString('base64'));
  });

  test.each([
    ['br', brotliCompressSync(PNG), 'LINK_FAILED', 'unknown method'],
    ['gzip, br', brotliCompressSync(gzipSync(PNG)), 'LINK_FAILED', 'unknown method'],
    ['br, gzip', gzipSync(brotliCompressSync(PNG)), 'LINK_FAILED', 'unknown method'],
    ['gzip', PNG, 'LINK_FAILED', 'broken or incomplete'],
    ['gzip', gzipSync(PNG).subarray(0, -9), 'LINK_FAILED', 'broken or incomplete'],
    ['gzip', gzipSync(Buffer.alloc(6 * 1024 * 1024)), 'TOO_LARGE', 'larger than 5242880 bytes'],
  ])('what cannot be unpacked (%s) is an error', async (how, body, code, words) => {
    const files = await encoded(how, body);
    const error = await failure(downloadAttachment(files.at('a.png')), await rapidpro());
    expect(error.code).toBe(code);
    expect(error.description).toContain(words);
  });

  test('what zlib says of a broken file is the cause', async () => {
    const files = await encoded('gzip', PNG);
    const error = await failure(downloadAttachment(files.at('a.png')), await rapidpro());
    expect(error.cause).toMatchObject({ code: 'Z_DATA_ERROR' });
  });
});

test.each<[string | undefined, string | undefined, string]>([
  ['image/jpeg', 'application/octet-stream', 'image/jpeg'],
  [undefined, 'image/gif', 'image/gif'],
  [undefined, 'image/gif ; a=1', 'image/gif'],
  [undefined, 'application/octet-stream', 'image/png'],
  ['image', undefined, 'image/png'],
])('the type of %s served as %s is %s', async (content_type, header, type) => {
  const files = await fileServer((_, response) => {
    if (header) response.setHeader('content-type', header);
    response.end(PNG);
  });
  const attachment = { url: files.at('a'), ...(content_type && { content_type }) };
  const { data } = await run(downloadAttachment(attachment), await rapidpro());
  expect(first({ data }).contentType).toBe(type);
});

test.each<[unknown]>([
  [undefined],
  [null],
  [''],
  ['cat.png'],
  [7],
  [{}],
  [{ url: 7 }],
  [{ url: '' }],
  [{ attachments: 'x' }],
  [[undefined]],
  [['https://x.example/a', null]],
])('%j is refused, and nothing is fetched', async value => {
  await refused(downloadAttachment(value as never), 'INVALID_INPUT');
});

describe.each(['v9', 'textit'] as const)('%s', dialect => {
  test('what was uploaded comes back as it was, page by page', async () => {
    const sandbox = await createSandbox({
      dialect,
      contacts: [{ name: 'Amina', urns: ['tel:+250788000001'] }],
    });
    onTestFinished(() => sandbox.close());
    const configuration = { host: sandbox.host, token: sandbox.token };
    const { data: media } = await execute(uploadMedia(PNG))({ configuration });
    const url = new URL(String((media as { url: string }).url), sandbox.host).href;
    const attachments = [`image/png:${url}`, 'geo:-1.94,30.06'];
    await sandbox.reply('tel:+250788000001', 'Look', { attachments });
    await sandbox.reply('tel:+250788000001', 'No picture');
    const { got } = await execute(
      eachPage(
        getMessages({ folder: 'inbox' }),
        each(
          (state: State) =>
            (state.data as { attachments: unknown[] }[]).filter(one => one.attachments.length > 0),
          combine(
            downloadAttachment((state: State) => state.data as never),
            fn(state => ({ ...state, got: [...((state.got as []) ?? []), state.data] })),
          ),
        ),
      ),
    )({ configuration });
    expect(got).toEqual([
      [
        expect.objectContaining({ content: PNG.toString('base64'), contentType: 'image/png' }),
        expect.objectContaining({ content: null, contentType: 'geo' }),
      ],
    ]);
  });
});

test.each(servers)('%s: recorded messages hold attachments as they are read here', async server => {
  const { results } = recording(server, 'messages', 'get_list').response.body as {
    results: { attachments: { url: string }[] }[];
  };
  const message = results.find(({ attachments }) => attachments.length > 0);
  const files = await fileServer();
  for (const attachment of message?.attachments ?? []) {
    attachment.url = attachment.url.replace(/^https?:\/\/[^/]+\//, files.at(''));
  }
  const { data } = await run(downloadAttachment(message as never), await rapidpro());
  expect(data).toMatchObject([{ contentType: 'image/jpeg', filename: 'a.jpg', size: PNG.length }]);
});
