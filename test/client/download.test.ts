import { ClientRequest, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { download } from '../../src/client/links/download.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { RapidProError } from '../../src/errors/errors.js';
import { guardOf } from '../../src/input/secrets.js';
import { listen } from '../support/closing.js';
import { TOKEN } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';

const secrets = guardOf(parseConfiguration({ host: 'https://rapidpro.example/', token: TOKEN }));
const BYTES = Buffer.from('0123456789');

type Behave = (response: ServerResponse, request: IncomingMessage) => void;

/** Answers each request in its turn, the last one for ever. */
async function files(...behaviors: Behave[]) {
  const requests: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    behaviors[Math.min(requests.length, behaviors.length) - 1]?.(response, request);
  });
  const { port } = await listen(server);
  return { link: `http://127.0.0.1:${port}/file`, requests };
}

/** These bytes, with a length that may be another. */
const send =
  (
    status: number,
    bytes: Buffer | string,
    headers: { [name: string]: string | number } = {},
  ): Behave =>
  response => {
    response.writeHead(status, headers).end(bytes);
  };
/** So many of the bytes, then the connection breaks. */
const breakAt =
  (count: number, headers: { [name: string]: string } = {}): Behave =>
  response => {
    response.writeHead(200, { 'content-length': BYTES.length, ...headers });
    response.write(BYTES.subarray(0, count), () => setTimeout(() => response.destroy(), 5));
  };
/** The first four, of nobody knows how many. */
const begun: Behave = response => {
  response.writeHead(200).write(BYTES.subarray(0, 4), () => {
    setTimeout(() => response.destroy(), 5);
  });
};
const rest = (from: number, more: object = {}) =>
  send(206, BYTES.subarray(from), { 'content-range': `bytes ${from}-9/10`, ...more });

type Options = Partial<Parameters<typeof download>[1]>;

async function read(link: string, options: Options = {}, clock = fakeClock()) {
  let text = '';
  try {
    for await (const chunk of download(link, { secrets, allowPrivate: true, ...options }, clock)) {
      expect(chunk.length).toBeGreaterThan(0);
      text += Buffer.from(chunk).toString();
    }
  } catch (error) {
    return { text, error: error as RapidProError, sleeps: clock.sleeps };
  }
  return { text, error: undefined, sleeps: clock.sleeps };
}

describe('a file', () => {
  test('comes whole, and is shown once before', async () => {
    const { link, requests } = await files(
      send(200, BYTES, { 'content-type': 'text/plain', 'content-length': 10 }),
    );
    const opened: unknown[] = [];
    const onOpen = ({ contentType, contentLength }: { [name: string]: unknown }) =>
      void opened.push([contentType, contentLength]);
    expect(await read(link, { onOpen })).toEqual({
      text: '0123456789',
      error: undefined,
      sleeps: [],
    });
    expect(opened).toEqual([['text/plain', 10]]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).not.toHaveProperty('range');
    expect(requests[0]).not.toHaveProperty('authorization');
  });

  test('of nothing, or of an unknown length, comes too', async () => {
    expect(await read((await files(send(200, '', { 'content-length': 0 }))).link)).toMatchObject({
      text: '',
      error: undefined,
    });
    const chunked: Behave = response => void response.writeHead(200).end(BYTES);
    expect(await read((await files(chunked)).link)).toMatchObject({
      text: '0123456789',
      error: undefined,
    });
  });

  test('that its reader does not want is not read, nor asked for again', async () => {
    let closed = false;
    const { link, requests } = await files(response => {
      response.on('close', () => {
        closed = true;
      });
      response.writeHead(200, { 'content-length': 1e9 }).write(BYTES);
    });
    const onOpen = () => {
      throw new Error('unwanted');
    };
    const { text, error } = await read(link, { onOpen });
    expect([text, error?.message]).toEqual(['', 'unwanted']);
    await expect.poll(() => closed).toBe(true);
    expect(requests).toHaveLength(1);
  });
});

describe('a download that breaks off goes on', () => {
  test('at the next byte, of the same file', async () => {
    const { link, requests } = await files(breakAt(4, { etag: '"a"' }), rest(4, { etag: '"a"' }));
    let opened = 0;
    const reading = await read(link, { onOpen: () => void opened++ });
    expect(reading).toEqual({ text: '0123456789', error: undefined, sleeps: [0.5] });
    expect([opened, requests.length]).toEqual([1, 2]);
    expect(requests[1]).toMatchObject({ range: 'bytes=4-', 'if-range': '"a"' });
  });

  test('before its first byte', async () => {
    const { link, requests } = await files(send(503, ''), send(429, ''), send(200, BYTES));
    let opened = 0;
    const reading = await read(link, { onOpen: () => void opened++ });
    expect(reading).toEqual({ text: '0123456789', error: undefined, sleeps: [0.5, 1] });
    expect(opened).toBe(1);
    expect(requests[2]).not.toHaveProperty('range');
  });

  test.each<[string, ...Behave[]]>([
    ['from a server that begins anew', breakAt(4), send(200, BYTES, { 'content-length': 10 })],
    ['from one that begins earlier', breakAt(4), rest(2)],
    [
      'with the name of its content in weak form',
      breakAt(4, { etag: '"a"' }),
      rest(4, { etag: 'W/"a"' }),
    ],
    ['with the name in one answer alone', breakAt(4), rest(4, { etag: '"a"' })],
    [
      'with another name before its first byte',
      breakAt(0, { etag: '"a"' }),
      breakAt(4, { etag: '"b"' }),
      rest(4, { etag: '"b"' }),
    ],
  ])('%s', async (_, ...behaviors) => {
    const { link } = await files(...behaviors);
    expect(await read(link)).toMatchObject({ text: '0123456789', error: undefined });
  });

  test('a weak name does not say that the bytes are the same', async () => {
    const { link, requests } = await files(breakAt(4, { etag: 'W/"a"' }), rest(4));
    await read(link);
    expect(requests[1]).toMatchObject({ range: 'bytes=4-' });
    expect(requests[1]).not.toHaveProperty('if-range');
  });

  test('in several parts', async () => {
    const part = (from: number, to: number, total: string) =>
      send(206, BYTES.subarray(from, to + 1), { 'content-range': `bytes ${from}-${to}/${total}` });
    const known = await files(breakAt(4), part(4, 5, '10'), part(6, 9, '10'));
    expect(await read(known.link)).toEqual({ text: '0123456789', error: undefined, sleeps: [0.5] });
    expect(known.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=4-', 'bytes=6-']);
    // Nobody says how long the file is, until nothing is left.
    const end = send(416, 'no', { 'content-range': 'bytes */10' });
    const unknown = await files(begun, part(4, 5, '*'), part(6, 9, '*'), end);
    expect(await read(unknown.link)).toMatchObject({ text: '0123456789', error: undefined });
    expect(unknown.requests).toHaveLength(4);
  });

  test('at the same byte, where it breaks off more than once', async () => {
    const reset: Behave = response => void response.destroy();
    const { link, requests } = await files(reset, reset, breakAt(4), reset, reset, rest(4));
    expect(await read(link)).toMatchObject({ text: '0123456789', error: undefined });
    expect(requests).toHaveLength(6);
  });

  test('until no byte is left, however long the server goes on', async () => {
    let closed = false;
    const { link } = await files(begun, response => {
      response.on('close', () => {
        closed = true;
      });
      response.writeHead(416, { 'content-range': 'bytes */4' }).write('no');
    });
    expect(await read(link)).toMatchObject({ text: '0123', error: undefined });
    await expect.poll(() => closed).toBe(true);
  });

  test('eight times, after longer and longer waits', async () => {
    const { link, requests } = await files(send(503, ''));
    const { error, sleeps } = await read(link);
    expect(error).toMatchObject({ code: 'LINK_FAILED', statusCode: 503 });
    expect(sleeps).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30]);
    expect(requests).toHaveLength(9);
  });
});

describe('a download is given up', () => {
  const CHANGED = 'The file behind the link changed while it was read.';
  const NO_REST =
    'The download was interrupted, and the server behind the link does not send the rest.';
  const SHORT = 'The server behind the link stopped before the end of the file.';
  const LONG = 'The server behind the link sends more than the size of the file.';

  test.each<[string, string, Behave[]]>([
    [
      'the content has another name',
      CHANGED,
      [breakAt(4, { etag: '"a"' }), rest(4, { etag: '"b"' })],
    ],
    [
      'the content is longer',
      CHANGED,
      [breakAt(4), send(206, BYTES.subarray(4), { 'content-range': 'bytes 4-9/11' })],
    ],
    [
      'a name that came later changes',
      CHANGED,
      [
        breakAt(4),
        send(206, '45', { 'content-range': 'bytes 4-5/10', etag: '"a"' }),
        rest(6, { etag: '"b"' }),
      ],
    ],
    [
      'its name changes behind an answer without one',
      CHANGED,
      [
        breakAt(4, { etag: '"a"' }),
        send(206, '45', { 'content-range': 'bytes 4-5/*' }),
        rest(6, { etag: '"b"' }),
      ],
    ],
    ['bytes would be missing', NO_REST, [breakAt(4), rest(5)]],
    ['nobody knows where the rest begins', NO_REST, [breakAt(4), send(206, '456789')]],
    [
      'nothing more comes',
      SHORT,
      [breakAt(4), send(206, '', { 'content-range': 'bytes 4-9/10', 'content-length': 0 })],
    ],
    [
      'what comes again ends before what is missing',
      SHORT,
      [breakAt(4), send(206, '12', { 'content-range': 'bytes 1-2/10' })],
    ],
    [
      'a server that begins anew has less',
      SHORT,
      [begun, response => void response.writeHead(200).end('01')],
    ],
    [
      'more comes than there is',
      LONG,
      [breakAt(4), send(206, '456789x', { 'content-range': 'bytes 4-10/10' })],
    ],
  ])('if %s', async (_, description, behaviors) => {
    const { link, requests } = await files(...behaviors);
    const { text, error } = await read(link);
    expect(error).toMatchObject({ code: 'LINK_FAILED', description });
    expect(BYTES.toString().startsWith(text)).toBe(true);
    expect(requests).toHaveLength(behaviors.length);
  });

  test('after a thousand parts', async () => {
    let from = 3;
    const begun = await files(
      response =>
        void response.writeHead(200).write('0123', () => setTimeout(() => response.destroy(), 5)),
      response => {
        from++;
        response.writeHead(206, { 'content-range': `bytes ${from}-${from}/*` }).end('x');
      },
    );
    const { text, error } = await read(begun.link);
    expect(error?.description).toBe(SHORT);
    expect([begun.requests.length, text.length]).toEqual([1001, 1004]);
  });

  /** The minute of silence that ends a request takes so many ms. */
  const shortSilence = (milliseconds: number) => {
    const { setTimeout } = ClientRequest.prototype;
    vi.spyOn(ClientRequest.prototype, 'setTimeout').mockImplementation(function (
      this: ClientRequest,
      time,
      callback,
    ) {
      return setTimeout.call(this, time === 60_000 ? milliseconds : time, callback);
    });
  };
  const silent: Behave = () => {};
  const silentAt =
    (count: number): Behave =>
    response => {
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, count));
    };

  // Each takes a minute, and a whole run has five.
  test.each<[string, string, Behave[], number]>([
    ['from the beginning', '', [silent], 2],
    ['after a byte', '0', [silentAt(1), silent], 2],
    ['also if it repeats what it has sent', '0', [silentAt(1)], 2],
  ])('if the server is silent twice at the same byte, %s', async (_, text, behaviors, asked) => {
    shortSilence(60);
    const { link, requests } = await files(...behaviors);
    const reading = await read(link);
    expect(reading.error).toMatchObject({
      code: 'LINK_FAILED',
      description: 'The server behind the link took too long.',
    });
    expect([reading.text, requests.length]).toEqual([text, asked]);
  });

  test('not if it goes on between two silences', async () => {
    shortSilence(60);
    const behaviors = [silent, silentAt(1), silentAt(2), silentAt(5), send(200, BYTES)];
    const { link, requests } = await files(...behaviors);
    const { text, error } = await read(link);
    expect([text, error, requests.length]).toEqual([BYTES.toString(), undefined, 5]);
  });

  test('if the signal ends it, whatever could be tried', async () => {
    const control = new AbortController();
    const { link, requests } = await files(() => {
      control.abort(new Error('over'));
    });
    const { error, sleeps } = await read(link, { signal: control.signal });
    expect(error).toMatchObject({ code: 'LINK_FAILED' });
    expect([sleeps, requests.length]).toEqual([[], 1]);
  });

  // A minute, and a second for each kilobyte.
  test.each([
    [60_000, 1, 'fine'],
    [60_002, 1, 'slow'],
    [61_000, 1024, 'fine'],
    [61_002, 1024, 'slow'],
  ])('%i ms for the first of %i bytes is %s', async (time, size, verdict) => {
    const { link, requests } = await files(send(200, Buffer.alloc(size)));
    const clock = fakeClock();
    const times = [0, time];
    let last = 0;
    const reading = await read(link, {}, { ...clock, now: () => (last = times.shift() ?? last) });
    expect(reading.error?.description).toBe(
      verdict === 'fine' ? undefined : 'The server behind the link is too slow.',
    );
    expect(requests).toHaveLength(1);
  });

  test('not for its own waits between attempts', async () => {
    const broken = Array.from({ length: 7 }, () => breakAt(0));
    const { link, requests } = await files(...broken, send(200, BYTES));
    const { text, error, sleeps } = await read(link);
    expect([text, error, requests.length]).toEqual([BYTES.toString(), undefined, 8]);
    expect(sleeps.reduce((sum, seconds) => sum + seconds)).toBeGreaterThan(60);
  });

  // Otherwise, the second attempt at a small file would always come too late.
  test.each([
    ['one silence', 1, undefined],
    ['two', 2, 'The server behind the link is too slow.'],
  ])('not for %s of a minute', async (_, times, description) => {
    shortSilence(60);
    const clock = fakeClock();
    const silences = Array.from({ length: times }, (_, index): Behave => {
      const rest = silentAt(index);
      return (...given) => {
        clock.advance(61);
        rest(...given);
      };
    });
    const { link } = await files(...silences, send(200, BYTES));
    const { error } = await read(link, {}, clock);
    expect(error?.description).toBe(description);
  });

  test('not for the time that its reader takes', async () => {
    const { link } = await files(response => {
      response.writeHead(200).write('a', () => setTimeout(() => response.end('b'), 30));
    });
    const clock = fakeClock();
    const chunks: string[] = [];
    for await (const chunk of download(link, { secrets, allowPrivate: true }, clock)) {
      chunks.push(Buffer.from(chunk).toString());
      clock.advance(3600);
    }
    expect(chunks).toEqual(['a', 'b']);
  });
});
