import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eachArchivedMessages, fn, getMessages } from '../../../src/index.js';
import type { State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { noSleep } from '../../support/noSleep.js';
import { failure, run } from '../run.js';
import { archiveServer, type Behave, message, pack, serveBytes } from './archiveServer.js';

const AMOUNT = 2000;
const records = Array.from({ length: AMOUNT }, (_, id) => ({
  ...message(id, '2026-01-01T00:00:00Z'),
  // Not to be packed too well: a break in the middle must come after some records.
  text: `${Math.sin(id)}${Math.cos(id)}`,
}));
const archive = { start: '2026-01-01', records };
const period = { after: '2026-01-01' };

const ids = fn((state: State) => ({
  ...state,
  ids: [
    ...((state.ids as number[]) ?? []),
    ...(state.data as { id: number }[]).map(({ id }) => id),
  ],
}));
const read = (server: { host: string }) => run(eachArchivedMessages(period, ids), server);
const fail = (server: { host: string }) => failure(eachArchivedMessages(period, ids), server);
const everything = records.map(({ id }) => id);

let sleeps: number[];
beforeEach(() => {
  sleeps = noSleep();
});

/** Sends so much of the file, then breaks the connection. */
const breakAfter =
  (share: number): Behave =>
  ({ bytes, response }) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, Math.floor(bytes.length * share)), () => {
      setTimeout(() => response.destroy(), 20);
    });
  };
/** The first so many downloads go wrong. */
const first =
  (times: number, wrong: Behave): Behave =>
  download =>
    download.index < times ? wrong(download) : false;

describe('a download that breaks in the middle', () => {
  test.each([0.05, 0.5, 0.999])('after %d of it goes on where it broke', async share => {
    const server = await archiveServer([archive], first(1, breakAfter(share)));
    const { ids: got, data } = await read(server);
    expect(got).toEqual(everything);
    expect(data).toMatchObject({ records: AMOUNT });
    expect(server.requests[2]?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(server.requests[2]?.token).toBeUndefined();
    expect(sleeps).toEqual([0.5]);
  });

  test('goes on with a server that knows no ranges, and hands nothing on twice', async () => {
    const server = await archiveServer([archive], download => {
      if (download.index === 0) return breakAfter(0.5)(download);
      download.request.headers.range = undefined;
      return serveBytes(download.bytes, download.request, download.response);
    });
    expect((await read(server)).ids).toEqual(everything);
  });

  test('several times', async () => {
    const server = await archiveServer(
      [archive],
      first(5, ({ bytes, request, response }) => {
        const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
        response.writeHead(from ? 206 : 200, {
          'content-length': bytes.length - from,
          ...(from ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
        });
        response.write(bytes.subarray(from, from + bytes.length / 8), () =>
          setTimeout(() => response.destroy(), 20),
        );
      }),
    );
    expect((await read(server)).ids).toEqual(everything);
    expect(server.downloads()).toBe(6);
  });

  test('each time is given up', async () => {
    const server = await archiveServer([archive], breakAfter(0.5));
    expect((await fail(server)).code).toBe('LINK_FAILED');
    expect(server.downloads()).toBeLessThan(12);
  });

  test('before anything came', async () => {
    const server = await archiveServer(
      [archive],
      first(2, ({ response }) => response.destroy()),
    );
    expect((await read(server)).ids).toEqual(everything);
  });

  test.each([500, 503, 429])('with a %d', async status => {
    const server = await archiveServer(
      [archive],
      first(2, ({ response }) => response.writeHead(status).end('slow down')),
    );
    expect((await read(server)).ids).toEqual(everything);
    expect(sleeps).toEqual([0.5, 1]);
  });
});

describe('a download that nobody needs any more', () => {
  const stop = fn(() => {
    throw new Error('stop');
  });

  test('ends with the operation, also while its server is silent', async () => {
    const sockets: Socket[] = [];
    const server = await archiveServer([archive], ({ bytes, request, response }) => {
      sockets.push(request.socket);
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2));
    });
    await expect(run(eachArchivedMessages(period, stop), server)).rejects.toThrow('stop');
    await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
    await wait(50);
    // It is not asked for again either.
    expect(server.downloads()).toBe(1);
  });
});

describe('a download that is not what it should be', () => {
  test('an expired link is reported at once, without the link', async () => {
    const server = await archiveServer([archive], ({ response }) =>
      response.writeHead(403).end('<Error>Request has expired</Error>'),
    );
    const error = await fail(server);
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: 403 });
    expect(error.fix).toContain('expire after a day');
    expect(JSON.stringify(error)).not.toContain('s3cr3t');
    expect(server.downloads()).toBe(1);
  });

  test.each([
    ['no gzip', Buffer.from('{"id":1}\n')],
    ['nothing', Buffer.alloc(0)],
    ['cut off, but said to be whole', pack(records).subarray(0, 5000)],
    ['a record that is no JSON', gzipSync('{"id":1,"text":"Secret words')],
    ['a record that is a number', gzipSync('5\n')],
    ['a record that is null', gzipSync('null\n')],
    ['a record that is a list', gzipSync('[1]\n')],
    ['an endless line', gzipSync(Buffer.alloc(40_000_000, 'x'))],
    ['blank lines without end', gzipSync(Buffer.alloc(40_000_000, '\n'))],
    ['tiny records without end', gzipSync(Buffer.alloc(40_000_000, '{}\n'))],
  ])('%s', async (_, bytes) => {
    const server = await archiveServer([{ start: '2026-01-01', bytes }]);
    const error = await fail(server);
    expect(error.code).toBe('INVALID_RESPONSE');
    expect(`${JSON.stringify(error)}${error.cause}`).not.toContain('Secret');
  });

  test('another content than the list announced', async () => {
    const server = await archiveServer([{ ...archive, hash: '0'.repeat(32) }]);
    expect((await fail(server)).code).toBe('INVALID_RESPONSE');
  });

  test.each([
    ['some of its records', pack(records.slice(0, 1500))],
    ['more than its records', pack([...records, ...records.slice(0, 1)])],
    [
      'a part of it, packed again',
      Buffer.concat([pack(records.slice(0, 50)), pack(records.slice(50, 60))]),
    ],
    ['nothing, packed', gzipSync('')],
  ])('%s, where the list gave no hash', async (_, bytes) => {
    const server = await archiveServer([{ ...archive, bytes, hash: null }]);
    expect((await fail(server)).code).toBe('INVALID_RESPONSE');
    const list = getMessages(period, { archived: true });
    expect((await failure(list, server)).code).toBe('INVALID_RESPONSE');
  });

  test('is good in several parts, each packed by itself', async () => {
    const bytes = Buffer.concat([pack(records.slice(0, 50)), pack(records.slice(50))]);
    const server = await archiveServer([{ ...archive, bytes, hash: null }]);
    expect((await read(server)).ids).toEqual(everything);
  });

  // RapidPro may take records out of an archive later: it then has another hash, and still the old count.
  test('fewer records than the list says, with its hash, are said', async () => {
    const logged = captureConsole();
    const server = await archiveServer([{ ...archive, count: AMOUNT + 5 }]);
    expect((await read(server)).ids).toEqual(everything);
    expect(logged.join()).toContain(
      'The archive of 2026-01-01 has 2,000 messages, but RapidPro put 2005 into it. Its file is complete',
    );
  });

  test.each(['yesterday', undefined, null, 5])('a record whose time is %j', async created_on => {
    const odd = [...records.slice(0, 5), { ...records[5], created_on }];
    const server = await archiveServer([{ start: '2026-01-01', records: odd }]);
    expect((await fail(server)).code).toBe('INVALID_RESPONSE');
    const list = getMessages(period, { archived: true });
    expect((await failure(list, server)).code).toBe('INVALID_RESPONSE');
  });

  test('a hash in capitals, or none, is good', async () => {
    const server = await archiveServer([{ ...archive, hash: null }]);
    expect((await read(server)).ids).toEqual(everything);
  });
});

describe('redirects', () => {
  test('are followed, and get no token either', async () => {
    const server = await archiveServer([archive], ({ index, response }) =>
      index < 2 ? response.writeHead(302, { location: `/files/0?again=${index}` }).end() : false,
    );
    expect((await read(server)).ids).toEqual(everything);
    expect(server.requests.slice(1).every(({ token }) => token === undefined)).toBe(true);
  });

  test('in a circle end', async () => {
    const server = await archiveServer([archive], ({ response }) =>
      response.writeHead(302, { location: '/files/0' }).end(),
    );
    expect((await fail(server)).code).toBe('INVALID_LINK');
    expect(server.downloads()).toBeLessThan(6);
  });

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'data:text/plain,x'])(
    'to %s are refused',
    async location => {
      const server = await archiveServer([archive], ({ response }) =>
        response.writeHead(302, { location }).end(),
      );
      expect((await fail(server)).code).toBe('INVALID_LINK');
    },
  );
});

// An error on a socket that nobody listens to would end the whole run of a job.
const stray: unknown[] = [];
const note = (error: unknown) => stray.push(error);
beforeEach(() => {
  process.on('uncaughtException', note);
});
afterEach(async () => {
  await new Promise(resolve => setTimeout(resolve, 5));
  process.off('uncaughtException', note);
  expect(stray).toEqual([]);
});
