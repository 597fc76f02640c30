import { createServer } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { recording, replay, servers } from '../../../recordings/read.js';
import { uploadMedia } from '../../../src/index.js';
import { listen } from '../../support/closing.js';
import { cpuTime } from '../../support/cpuTime.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { failure, refused, run } from '../run.js';

const lookups = vi.hoisted(() => new Map<string, string[]>());
vi.mock('node:dns/promises', () => ({
  lookup: async (host: string) => {
    const found = lookups.get(host);
    if (!found) throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
    return found.map(address => ({ address, family: address.includes(':') ? 6 : 4 }));
  },
}));

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Takes an upload as RapidPro does, and keeps it. */
async function mediaServer() {
  const uploads: { name: string; type: string; bytes: Buffer; others: string[] }[] = [];
  const server = await serve(
    msw.post('*/api/v2/media.json', async ({ request }) => {
      const form = await request.formData();
      const file = form.get('file') as File;
      uploads.push({
        name: file.name,
        type: file.type,
        bytes: Buffer.from(await file.arrayBuffer()),
        others: [...form.keys()].filter(key => key !== 'file'),
      });
      return HttpResponse.json({ uuid: 'made', content_type: file.type }, { status: 201 });
    }),
  );
  return { server, uploads };
}

/** Serves files, and reports whatever token comes along. */
async function fileServer(
  handle: Parameters<typeof createServer>[1] = (_, response) => response.end(PNG),
) {
  const tokens: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    handle?.(request, response as never);
  });
  const { port } = await listen(server);
  return { link: `http://127.0.0.1:${port}/a.png`, port, tokens };
}

const sameElsewhere = (realm: string) => JSON.parse(JSON.stringify(Buffer.from(realm, 'base64')));

describe('a file', () => {
  const base64 = PNG.toString('base64');
  test.each<[string, unknown]>([
    ['a Buffer', PNG],
    ['a plain array of bytes of another kind', new Uint8Array(PNG)],
    ['an ArrayBuffer', new Uint8Array(PNG).buffer],
    ['a Buffer that went through JSON', sameElsewhere(base64)],
    ['base64', base64],
    ['base64 in lines', base64.replace(/.{20}/g, '$&\r\n')],
    ['base64 for addresses, without its end', PNG.toString('base64url')],
    ['a data: link', `data:image/png;base64,${base64}`],
    ['a data: link of no type', `data:;base64,${base64}`],
    ['a function of state', (state: { photo: string }) => state.photo],
    ['a function of state that gives a Buffer', () => PNG],
  ])('%s', async (_, file) => {
    const { server, uploads } = await mediaServer();
    const { data, response } = await run(uploadMedia(file as never), server, { photo: base64 });
    expect(uploads).toEqual([{ name: 'file.png', type: 'image/png', bytes: PNG, others: [] }]);
    expect(data).toEqual({ uuid: 'made', content_type: 'image/png' });
    expect(response).toMatchObject({ method: 'POST', path: 'media', statusCode: 201 });
  });

  test.each([
    undefined,
    null,
    '',
    '  ',
    5,
    true,
    {},
    [],
    [1, 2],
    { type: 'Buffer' },
    Buffer.alloc(0),
  ])('is refused as %j', async file => {
    await refused(uploadMedia(file as never), 'INVALID_INPUT');
    await refused(uploadMedia((() => file) as never), 'INVALID_INPUT');
  });

  test.each(['not base64!', 'data:image/svg+xml,%3Csvg', 'data:text/plain,aGVsbG8=', 'data:,'])(
    'is refused as %s',
    async file => {
      await refused(uploadMedia(file, { contentType: 'image/png' }), 'INVALID_INPUT');
    },
  );

  test.each([
    ['no comma', `data:${'A'.repeat(1_000_000)}`],
    ['no comma, but many semicolons', `data:${';A'.repeat(500_000)}`],
    ['no comma, but base64', `data:image/png;base64${'A'.repeat(1_000_000)}`],
  ])('is refused as a long data: link with %s, at once', async (_, file) => {
    const start = cpuTime();
    await refused(uploadMedia(file, { contentType: 'image/png' }), 'INVALID_INPUT');
    expect(cpuTime() - start).toBeLessThan(2000);
  });

  test('is refused where its kind is not known, or not taken', async () => {
    await refused(uploadMedia(Buffer.from('plain words')), 'INVALID_INPUT');
    await refused(uploadMedia(PNG, { contentType: 'text/html' }), 'INVALID_INPUT');
    await refused(uploadMedia(PNG, { contentType: 'image/png\r\nX-Evil: 1' }), 'INVALID_INPUT');
  });

  test('larger than 25 MB is refused, and one of just that is not', async () => {
    const most = 25 * 1024 * 1024;
    await refused(
      uploadMedia(Buffer.alloc(most + 1), { contentType: 'image/png' }),
      'INVALID_INPUT',
    );
    await refused(
      uploadMedia(Buffer.alloc(most + 1).toString('base64'), { contentType: 'image/png' }),
      'INVALID_INPUT',
    );
    const server = await serve(
      msw.post('*/api/v2/media.json', () => HttpResponse.json({ uuid: 'made' }, { status: 201 })),
    );
    const file = Buffer.alloc(most);
    const { data } = await run(uploadMedia(file, { contentType: 'image/png' }), server);
    expect(data).toEqual({ uuid: 'made' });
  });

  test.each([
    ['ffd8ffe0', 'image/jpeg', 'file.jpg'],
    ['474946383961', 'image/gif', 'file.gif'],
    ['524946460000000057454250', 'image/webp', 'file.webp'],
    ['255044462d', 'application/pdf', 'file.pdf'],
    ['4f676753', 'audio/ogg', 'file.ogg'],
    ['524946460000000057415645', 'audio/wav', 'file.wav'],
    ['494433', 'audio/mpeg', 'file.mp3'],
    ['fffb9000', 'audio/mpeg', 'file.mp3'],
    ['fff34000', 'audio/mpeg', 'file.mp3'],
    ['fff15080', 'audio/aac', 'file.aac'],
    ['2321414d520a', 'audio/amr', 'file.amr'],
    ['00000018667479704d344120', 'audio/mp4', 'file.m4a'],
    ['000000186674797069736f6d', 'video/mp4', 'file.mp4'],
    ['00000018667479703367', 'video/3gpp', 'file.3gp'],
    ['0000001866747970717420', 'video/quicktime', 'file.mov'],
    ['000000186674797068656963', 'image/heic', 'file.heic'],
    ['000000186674797061766966', 'image/avif', 'file.avif'],
    ['1a45dfa3', 'video/webm', 'file.webm'],
  ])('that begins with %s is %s', async (hex, type, name) => {
    const { server, uploads } = await mediaServer();
    await run(uploadMedia(Buffer.from(hex, 'hex')), server);
    expect(uploads).toMatchObject([{ type, name }]);
  });

  test('is called and taken as the job says', async () => {
    const { server, uploads } = await mediaServer();
    const options = { filename: 'Größe "1".png', contentType: 'IMAGE/PNG; charset=x' };
    await run(uploadMedia(Buffer.from('any'), options), server);
    expect(uploads).toMatchObject([{ name: 'Größe "1".png', type: 'image/png' }]);
  });
});

describe.each(servers)('%s', name => {
  test('is sent what the recording was made with', async () => {
    const recorded = recording(name, 'media', 'post_create');
    const server = await serve(msw.post('*/api/v2/media.json', replay(recorded)));
    const { data } = await run(uploadMedia(PNG, { filename: 'pixel.png' }), server);
    expect(data).toEqual(recorded.response.body);
    const [request] = server.requests;
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(
      request?.headers['content-type'] ?? '',
    )?.[1];
    const parts = (text: unknown, mark = '') =>
      String(text)
        .split(`--${mark}`)
        .map(part => part.split('\r\n\r\n')[0]?.trim())
        .filter(part => part !== '' && part !== '--');
    expect(parts(request?.text, boundary)[0]).toContain('name="file"; filename="pixel.png"');
    expect(parts(request?.text, boundary)).toEqual(parts(recorded.request.body, 'BOUNDARY123'));
  });

  test('says what it does not take', async () => {
    const recorded = recording(name, 'media', 'post_error_type');
    const server = await serve(msw.post('*/api/v2/media.json', replay(recorded)));
    expect((await failure(uploadMedia(PNG), server)).code).toBe('VALIDATION_FAILED');
  });
});

describe('a link', () => {
  const inside = { allowPrivate: true };

  test('is read without a token', async () => {
    const { server, uploads } = await mediaServer();
    const file = await fileServer();
    await run(uploadMedia(` ${file.link} `, inside), server);
    expect(uploads).toMatchObject([{ type: 'image/png', bytes: PNG }]);
    expect(file.tokens).toEqual([undefined]);
  });

  test('gives the type where the content does not', async () => {
    const { server, uploads } = await mediaServer();
    const file = await fileServer((_, response) => {
      response.setHeader('content-type', 'audio/x-wav; q=1');
      response.end('RAW');
    });
    await run(uploadMedia(file.link, inside), server);
    expect(uploads).toMatchObject([{ type: 'audio/x-wav' }]);
  });

  test.each([
    'http://127.0.0.1/a.png',
    'http://127.1/a.png',
    'http://2130706433/a.png',
    'http://0x7f.0.0.1/a.png',
    'http://0177.0.0.1/a.png',
    'http://0.0.0.0/a.png',
    'http://10.1.2.3/a.png',
    'http://172.16.0.1/a.png',
    'http://172.31.255.255/a.png',
    'http://192.168.1.1/a.png',
    'http://100.64.0.1/a.png',
    'http://[::1]/a.png',
    'http://[::]/a.png',
    'http://[::ffff:127.0.0.1]/a.png',
    'http://[::ffff:7f00:1]/a.png',
    'http://[0:0:0:0:0:ffff:7f00:1]/a.png',
    'http://[::7f00:1]/a.png',
    'http://[64:ff9b::7f00:1]/a.png',
    'http://[2002:7f00:1::]/a.png',
    'http://[2002:c0a8:101::]/a.png',
    'http://[fd00::1]/a.png',
    'http://[ff02::1]/a.png',
  ])('to this machine or its network is refused: %s', async link => {
    const error = await refused(uploadMedia(link), 'INVALID_LINK');
    expect(error.fix).toContain('allowPrivate: true');
  });

  test.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:a9fe:a9fe]/a.png',
    'http://[2002:a9fe:a9fe::]/a.png',
    'http://[fe80::1]/a.png',
    'http://[fd00:ec2::254]/a.png',
    'http://100.100.100.200/a.png',
  ])('to the secrets of a machine is refused, whatever the job allows: %s', async link => {
    for (const allowPrivate of [false, true]) {
      const error = await refused(uploadMedia(link, { allowPrivate }), 'INVALID_LINK');
      expect(error.fix).not.toContain('allowPrivate');
    }
  });

  test.each(['https://user@files.example/a.png', 'https://:secret@files.example/a.png'])(
    'with a user or a password is refused: %s',
    async link => {
      await refused(uploadMedia(link), 'INVALID_LINK');
    },
  );

  test('whose name leads there is refused, also where it leads elsewhere too', async () => {
    lookups.set('inside.example', ['127.0.0.1']);
    lookups.set('both.example', ['93.184.216.34', '::ffff:10.0.0.1']);
    lookups.set('zone.example', ['fe80::1%eth0']);
    lookups.set('nothing.example', []);
    for (const host of lookups.keys()) {
      await refused(uploadMedia(`https://${host}/a.png`), 'INVALID_LINK');
    }
  });

  test('whose name is not known says so, and not that the credential is wrong', async () => {
    const { server } = await mediaServer();
    const error = await failure(uploadMedia('https://unknown.example/a.png'), server);
    expect(error.code).toBe('LINK_FAILED');
    expect(error.description).toContain('in the link');
    expect(error.fix).not.toContain('credential');
  });

  test.each(['file:///etc/passwd', 'ftp://x.org/a.png', 'gopher://x.org'])(
    'of another kind is refused: %s',
    async link => {
      await refused(uploadMedia(link), 'INVALID_INPUT');
    },
  );

  test.each([404, 403, 500])('that answers %d fails without being reported', async status => {
    noSleep();
    const { server, uploads } = await mediaServer();
    const file = await fileServer((_, response) => response.writeHead(status).end('Secret page'));
    const error = await failure(uploadMedia(`${file.link}?key=s3cr3t`, inside), server);
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: status });
    expect(JSON.stringify(error)).not.toMatch(/s3cr3t|Secret/);
    expect(uploads).toEqual([]);
  });

  test('that is larger than it may be is not read to its end', async () => {
    const { server } = await mediaServer();
    let written = 0;
    const file = await fileServer((_, response) => {
      const more = () => {
        while (written < 200_000_000 && !response.destroyed) {
          written += 1_000_000;
          if (!response.write(Buffer.alloc(1_000_000))) return void response.once('drain', more);
        }
      };
      more();
    });
    expect((await failure(uploadMedia(file.link, inside), server)).code).toBe('INVALID_INPUT');
    expect(written).toBeLessThan(60_000_000);
  });

  test('that says that it is too large is not read at all', async () => {
    const { server } = await mediaServer();
    const file = await fileServer((_, response) => {
      response.writeHead(200, { 'content-length': 90_000_000 });
      response.write(PNG);
    });
    expect((await failure(uploadMedia(file.link, inside), server)).code).toBe('INVALID_INPUT');
  });

  test('that breaks in the middle fails with an error of this package', async () => {
    noSleep();
    const { server } = await mediaServer();
    const file = await fileServer((_, response) => {
      response.writeHead(200, { 'content-length': 90_000 });
      response.write(PNG, () => setTimeout(() => response.destroy(), 10));
    });
    expect((await failure(uploadMedia(file.link, inside), server)).code).toBe('LINK_FAILED');
  });

  test.each([
    ['never answers', () => {}],
    [
      'drips',
      (
        _: unknown,
        response: { write(bytes: Buffer): void; on(name: string, fn: () => void): void },
      ) => {
        const timer = setInterval(() => response.write(PNG), 5);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('that %s ends with the timeout', async (_, handle) => {
    const { server } = await mediaServer();
    const file = await fileServer(handle as never);
    const error = await failure(uploadMedia(file.link, { ...inside, timeout: 0.2 }), server);
    expect(error.code).toBe('LINK_FAILED');
    expect(error.description).toContain('too long');
  });

  test('that is empty is refused', async () => {
    const { server } = await mediaServer();
    const file = await fileServer((_, response) => response.end());
    expect((await failure(uploadMedia(file.link, inside), server)).code).toBe('INVALID_INPUT');
  });

  test('is followed where it leads on, and gets no token there either', async () => {
    const { server, uploads } = await mediaServer();
    const last = await fileServer();
    const first = await fileServer((_, response) =>
      response.writeHead(307, { location: last.link }).end('moved'),
    );
    await run(uploadMedia(first.link, inside), server);
    expect(uploads).toHaveLength(1);
    expect([...first.tokens, ...last.tokens]).toEqual([undefined, undefined]);
  });

  test('is given up where it leads in a circle', async () => {
    const { server } = await mediaServer();
    const file = await fileServer((_, response) =>
      response.writeHead(302, { location: '/' }).end(),
    );
    expect((await failure(uploadMedia(file.link, inside), server)).code).toBe('INVALID_LINK');
    expect(file.tokens).toHaveLength(4);
  });

  const served = (headers: { [name: string]: string }, body: Buffer | string) =>
    fileServer((_, response) => response.writeHead(200, headers).end(body));

  test.each(['gzip', 'x-gzip'])('packed unasked (%s) is unpacked', async how => {
    const { server, uploads } = await mediaServer();
    const headers = { 'content-type': 'image/png', 'content-encoding': how };
    const file = await served(headers, gzipSync(PNG));
    await run(uploadMedia(file.link, inside), server);
    expect(uploads).toMatchObject([{ type: 'image/png', bytes: PNG }]);
  });

  test.each([
    ['br', brotliCompressSync(PNG), 'LINK_FAILED'],
    ['gzip', PNG, 'LINK_FAILED'],
    ['gzip', gzipSync(Buffer.alloc(26 * 1024 * 1024)), 'INVALID_INPUT'],
  ])('that cannot be unpacked (%s) is not uploaded', async (how, body, code) => {
    const { server, uploads } = await mediaServer();
    const file = await served({ 'content-type': 'image/png', 'content-encoding': how }, body);
    expect((await failure(uploadMedia(file.link, inside), server)).code).toBe(code);
    expect(uploads).toEqual([]);
  });

  test.each([
    ['image/png', 'text/html; charset=utf-8', '<!DOCTYPE html><title>Log in</title>'],
    ['image/png', 'application/json', '{"error":"login"}'],
    ['application/pdf', 'text/html', '<html>'],
    ['image/png', 'application/octet-stream', '\n<html><title>Log in</title>'],
    ['image/png', 'image/png', '<!doctype html>'],
    [undefined, 'image/png', '\ufeff<!doctype html>'],
  ])('to a page where there should be %s is refused: %s', async (contentType, header, body) => {
    const { server, uploads } = await mediaServer();
    const file = await served({ 'content-type': header }, body);
    const options = { ...inside, ...(contentType && { contentType }) };
    const error = await failure(uploadMedia(file.link, options), server);
    expect(error.code).toBe('LINK_FAILED');
    expect(error.description).toContain('page');
    expect(uploads).toEqual([]);
  });

  test('that never answers is given up after four tries', async () => {
    const sleeps = noSleep();
    const { server, uploads } = await mediaServer();
    const file = await fileServer((_, response) => response.writeHead(503).end());
    const error = await failure(uploadMedia(file.link, inside), server);
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: 503 });
    expect(sleeps).toEqual([0.5, 1, 2]);
    expect(uploads).toEqual([]);
  });

  test('that breaks off goes on at the byte that comes next', async () => {
    noSleep();
    const { server, uploads } = await mediaServer();
    const ranges: (string | undefined)[] = [];
    const file = await fileServer((request, response) => {
      ranges.push(request.headers.range);
      if (request.headers.range === undefined) {
        response.writeHead(200, { 'content-length': PNG.length, etag: '"1"' });
        response.write(PNG.subarray(0, 20), () => setTimeout(() => response.destroy(), 10));
        return;
      }
      const range = `bytes 20-${PNG.length - 1}/${PNG.length}`;
      response.writeHead(206, { 'content-range': range, etag: '"1"' }).end(PNG.subarray(20));
    });
    await run(uploadMedia(file.link, inside), server);
    expect(uploads).toMatchObject([{ bytes: PNG }]);
    expect(ranges).toEqual([undefined, 'bytes=20-']);
  });
});

describe('an upload', () => {
  test.each([
    ['a Buffer', Buffer.from('<!DOCTYPE html><title>Log in</title>')],
    ['base64', Buffer.from('  <html>').toString('base64')],
  ])('of a page in place of a picture is refused: %s', async (_, file) => {
    await refused(uploadMedia(file, { contentType: 'image/png' }), 'INVALID_INPUT');
  });

  test('that met a gateway is sent again', async () => {
    const sleeps = noSleep();
    let count = 0;
    const server = await serve(
      msw.post('*/api/v2/media.json', () =>
        count++ === 0
          ? new HttpResponse('bad gateway', { status: 502 })
          : HttpResponse.json({ uuid: 'made' }, { status: 201 }),
      ),
    );
    expect((await run(uploadMedia(PNG), server)).data).toEqual({ uuid: 'made' });
    expect(sleeps).toEqual([0.5]);
  });
});
