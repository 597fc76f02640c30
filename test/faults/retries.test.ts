import { describe, expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { RapidProError } from '../../src/errors/errors.js';
import type { ApiRequest } from '../../src/types/request.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import {
  answer,
  badGateway,
  bytes,
  garbledJson,
  hangUp,
  inTurn,
  json,
  reset,
  slowDrip,
  stall,
  stallInBody,
  tooManyBytes,
  truncated,
  truncatedAs,
  truncatedChunks,
} from '../support/faults.js';
import { type Behavior, rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';

const GET: ApiRequest = { method: 'GET', path: 'contacts' };
const SEND: ApiRequest = { method: 'POST', path: 'broadcasts', body: { text: 'hello' } };
const REPEATABLE: ApiRequest = { ...SEND, path: 'contacts', repeatable: true };
const DELETE: ApiRequest = { method: 'DELETE', path: 'groups', query: { uuid: 'x' } };
const good = json({ ok: true });

async function setUp(behave: Behavior, options: ConstructorParameters<typeof Limiter>[0] = {}) {
  const server = await rawServer(behave);
  const clock = fakeClock();
  const limiter = new Limiter({ ...options, clock });
  const client = new Client(parseConfiguration(credential(server)), { timeout: 0.15, limiter });
  return { server, client, sleeps: clock.sleeps };
}

function failure(promise: Promise<unknown>): Promise<RapidProError> {
  return promise.then(
    () => expect.unreachable('no error'),
    error => error as RapidProError,
  );
}

/** After these nobody knows whether the server did its work. */
const AMBIGUOUS: [string, Behavior, string][] = [
  ['a reset', reset, 'CONNECTION_LOST'],
  ['a hang-up', hangUp, 'CONNECTION_LOST'],
  ['silence', stall, 'TIMEOUT'],
  ['silence in the middle', stallInBody, 'TIMEOUT'],
  ['a slow drip', slowDrip, 'TIMEOUT'],
  ['half a body', truncated, 'CONNECTION_LOST'],
  ['a chunked body without end', truncatedChunks, 'CONNECTION_LOST'],
  ['garbled JSON', garbledJson, 'INVALID_RESPONSE'],
  ['an empty 200', answer(200, ''), 'INVALID_RESPONSE'],
  ['a body longer than it says', tooManyBytes, 'INVALID_RESPONSE'],
  ['bytes that are no HTTP', bytes('\0\0\0 what? \r\n\r\n'), 'INVALID_RESPONSE'],
  ['a 500', answer(500, 'Server Error', { 'Content-Type': 'text/html' }), 'SERVER_ERROR'],
  ['a 408', answer(408, '', { 'Content-Type': 'text/plain' }), 'SERVER_UNAVAILABLE'],
  ['a 425', badGateway(425), 'SERVER_UNAVAILABLE'],
  ['a 507', badGateway(507), 'SERVER_UNAVAILABLE'],
  ['a 598', badGateway(598), 'SERVER_UNAVAILABLE'],
  ['a 599', badGateway(599), 'SERVER_UNAVAILABLE'],
  ['a 520', badGateway(520), 'SERVER_UNAVAILABLE'],
  ['a 524', badGateway(524), 'SERVER_UNAVAILABLE'],
  ['a 530', badGateway(530), 'SERVER_UNAVAILABLE'],
  ['a 502', badGateway(502), 'SERVER_UNAVAILABLE'],
  ['a 503', badGateway(503), 'SERVER_UNAVAILABLE'],
  ['a 504', badGateway(504), 'SERVER_UNAVAILABLE'],
];

describe.each(AMBIGUOUS)('after %s', (_, fault, code) => {
  test('a GET is asked again', async () => {
    const { server, client, sleeps } = await setUp(inTurn(fault, good));
    expect(await client.request(GET)).toEqual({
      statusCode: 200,
      body: { ok: true },
      repeated: true,
    });
    expect(server.requests).toHaveLength(2);
    expect(client.requests).toBe(2);
    expect(sleeps).toEqual([0.5]);
  });

  test('a GET is not asked for ever', async () => {
    const { server, client } = await setUp(fault);
    expect((await failure(client.request(GET))).code).toBe(code);
    expect(server.requests).toHaveLength(code === 'TIMEOUT' ? 2 : 4);
  });

  test('a send is sent once, and its outcome unknown', async () => {
    const { server, client, sleeps } = await setUp(inTurn(fault, good));
    const error = await failure(client.request(SEND));
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(error.cause).toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  test('a write that may be repeated is', async () => {
    const { server, client } = await setUp(inTurn(fault, good));
    expect(await client.request(REPEATABLE)).toMatchObject({ statusCode: 200, repeated: true });
    expect(server.requests.map(({ text }) => text.includes('{"text":"hello"}'))).toEqual([
      true,
      true,
    ]);
  });

  test('a deletion is repeated, and nothing left to delete is fine', async () => {
    const { server, client } = await setUp(inTurn(fault, json({ detail: 'Not found.' }, 404)));
    expect(await client.request(DELETE)).toEqual({ statusCode: 204, body: null, repeated: true });
    expect(server.requests).toHaveLength(2);
  });
});

test('a deletion of what was never there is an error', async () => {
  const { client } = await setUp(json({ detail: 'Not found.' }, 404));
  expect((await failure(client.request(DELETE))).code).toBe('NOT_FOUND');
});

test('after a 429 alone, nothing to delete is an error: the first attempt did nothing', async () => {
  const { client } = await setUp(inTurn(json({}, 429), json({ detail: 'Not found.' }, 404)));
  expect((await failure(client.request(DELETE))).code).toBe('NOT_FOUND');
});

describe('a refused connection', () => {
  const nobody = { host: 'http://127.0.0.1:9/', token: 'abc' };

  test.each([GET, SEND])('is tried again for any request: $method $path', async request => {
    const clock = fakeClock();
    const client = new Client(parseConfiguration(nobody), { limiter: new Limiter({ clock }) });
    expect((await failure(client.request(request))).code).toBe('CONNECTION_REFUSED');
    expect(client.requests).toBe(4);
    expect(clock.sleeps).toEqual([0.5, 1, 2]);
  });

  test('and works once somebody is there', async () => {
    const server = await rawServer(good);
    await server.close();
    const clock = fakeClock();
    const { port } = new URL(server.origin);
    let again: Promise<unknown> | undefined;
    clock.sleep = async () => {
      const { createServer } = await import('node:http');
      again ??= new Promise(resolve => {
        const late = createServer((_, response) => {
          response.end('{"ok":true}');
          late.close();
        });
        late.listen(Number(port), '127.0.0.1', () => resolve(undefined));
      });
      await again;
    };
    const client = new Client(parseConfiguration(credential(server)), {
      limiter: new Limiter({ clock }),
    });
    expect(await client.request(SEND)).toMatchObject({ body: { ok: true }, repeated: false });
    expect(client.requests).toBe(2);
  });
});

test('a name that no server has', async () => {
  const client = new Client(parseConfiguration({ host: 'http://nobody.invalid/', token: 'abc' }), {
    limiter: new Limiter({ clock: fakeClock() }),
  });
  expect((await failure(client.request(GET))).code).toBe('HOST_NOT_FOUND');
});

test('https to a server that speaks http', async () => {
  const server = await serve();
  const host = server.host.replace('http:', 'https:');
  const configuration = parseConfiguration({ ...credential(server), host });
  const client = new Client(configuration, { limiter: new Limiter({ clock: fakeClock() }) });
  const error = await failure(client.request(SEND));
  expect(error.code).toBe('INSECURE_CONNECTION');
  expect(client.requests).toBe(1);
  expect(server.requests).toEqual([]);
});

test('an https server that never shakes hands', async () => {
  const server = await rawServer(stall);
  const host = server.host.replace('http:', 'https:');
  const configuration = parseConfiguration({ ...credential(server), host });
  const client = new Client(configuration, {
    limiter: new Limiter({ clock: fakeClock() }),
    timeout: 0.1,
  });
  expect((await failure(client.request(GET))).code).toBe('TIMEOUT');
});

describe('429', () => {
  const throttled = (seconds?: number | string) =>
    json({ detail: 'x' }, 429, seconds === undefined ? {} : { 'Retry-After': seconds });

  test.each([GET, SEND, DELETE])('is waited out: $method', async request => {
    const { server, client, sleeps } = await setUp(inTurn(throttled(17), throttled(3), good));
    expect(await client.request(request)).toMatchObject({ statusCode: 200, repeated: false });
    expect(sleeps).toEqual([17, 3]);
    expect(client.limiter.waited).toBe(20);
    expect(server.requests).toHaveLength(3);
  });

  test('all the waits of an operation together are capped', async () => {
    const { client, sleeps } = await setUp(
      inTurn(throttled(40), good, throttled(15), good, throttled(10)),
    );
    await client.request(GET);
    await client.request(GET);
    const error = await failure(client.request(GET));
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 10 });
    expect(sleeps).toEqual([40, 15]);
  });

  test('maxWait 0 waits for nothing', async () => {
    const { client, sleeps } = await setUp(throttled(1), { maxWait: 0 });
    expect((await failure(client.request(GET))).code).toBe('RATE_LIMITED');
    expect(sleeps).toEqual([]);
  });

  test('without a time, and with 0, it ends all the same', async () => {
    for (const header of [undefined, 0, 'soon']) {
      const { server, client, sleeps } = await setUp(throttled(header));
      expect((await failure(client.request(GET))).code).toBe('RATE_LIMITED');
      expect(sleeps.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThanOrEqual(60);
      expect(server.requests.length).toBeLessThan(12);
    }
  });

  test('a date', async () => {
    const { client, sleeps } = await setUp(
      inTurn(throttled('Sat, 31 Jan 2026 12:00:09 GMT'), good),
    );
    await client.request(GET);
    expect(sleeps).toEqual([9]);
  });

  test('a send that is lost after a 429 is not sent again', async () => {
    const { server, client } = await setUp(inTurn(throttled(1), reset, good));
    expect((await failure(client.request(SEND))).code).toBe('OUTCOME_UNKNOWN');
    expect(server.requests).toHaveLength(2);
  });

  test('whoever hears of waits hears why', async () => {
    const reported: unknown[] = [];
    const onWait = (...args: unknown[]) => reported.push(args);
    const { client } = await setUp(inTurn(throttled(2), badGateway(), good), { onWait });
    await client.request(GET);
    expect(reported).toEqual([
      [2, 'throttled'],
      [1, 'ambiguous'],
    ]);
  });
});

test('a 503 that says when to come back is believed', async () => {
  const busy = answer(503, 'busy', { 'Retry-After': 12 });
  const { client, sleeps } = await setUp(inTurn(busy, good));
  await client.request(GET);
  expect(sleeps).toEqual([12]);
});

test.each([400, 403, 404, 501, 519, 531])('a %i is not asked again', async status => {
  const { server, client } = await setUp(answer(status, '{"detail": "no"}'));
  await failure(client.request(GET));
  expect(server.requests).toHaveLength(1);
});

test.each([GET, REPEATABLE])(
  'a refusal whose text is lost is asked for once more: $method',
  async request => {
    const refusal = json({ detail: 'No such contact.' }, 400);
    const halves = [
      truncatedAs(400),
      answer(400, '{"detail": "No'),
      answer(400, 'no gzip', { 'Content-Encoding': 'gzip' }),
    ];
    for (const half of halves) {
      const { server, client } = await setUp(inTurn(half, refusal));
      const error = await failure(client.request(request));
      expect(error).toMatchObject({ statusCode: 400, errors: ['No such contact.'] });
      expect(error.outcome).toBe('refused');
      expect(server.requests).toHaveLength(2);
    }
  },
);

test('a refused send whose text is lost is not sent again, and was refused', async () => {
  const { server, client } = await setUp(inTurn(truncatedAs(400), good));
  expect((await failure(client.request(SEND))).outcome).toBe('refused');
  expect(server.requests).toHaveLength(1);
});

describe('what a lost attempt may have done is not forgotten', () => {
  const later: [string, Behavior][] = [
    ['a refusal', json({ urns: ['URN belongs to another contact'] }, 400)],
    ['a refusal of the token', json({ detail: 'Invalid token' }, 403)],
    ['a rate limit', json({}, 429, { 'Retry-After': 3600 })],
    ['a redirect', answer(302, '', { Location: 'https://example.org/' })],
    ['a server that is gone', ({ socket }) => socket.destroy()],
  ];

  test.each(later)('by %s', async (_, next) => {
    for (const lost of [reset, badGateway(), answer(500, 'Server Error'), stall]) {
      const { client } = await setUp(inTurn(lost, next));
      const error = await failure(client.request(REPEATABLE));
      expect(error.outcome).toBe('unknown');
      expect(error.fix).not.toMatch(/nothing was/i);
    }
  });

  test('by an earlier request for the same', async () => {
    const { client } = await setUp(json({ detail: 'no' }, 400));
    const error = await failure(client.request({ ...REPEATABLE, repeated: true }));
    expect(error.outcome).toBe('unknown');
    expect(error.description).toMatch(/may have done it/);
  });

  test('but a read did nothing', async () => {
    const { client } = await setUp(inTurn(reset, json({ detail: 'no' }, 404)));
    expect((await failure(client.request(GET))).outcome).toBe('none');
  });
});

test('a web page after a write leaves its outcome unknown', async () => {
  const page = answer(200, '<!doctype html><html></html>', { 'Content-Type': 'text/html' });
  for (const request of [SEND, REPEATABLE]) {
    const { server, client } = await setUp(page);
    const error = await failure(client.request(request));
    expect(error).toMatchObject({
      code: request === SEND ? 'OUTCOME_UNKNOWN' : 'NOT_RAPIDPRO',
      outcome: 'unknown',
    });
    expect(server.requests).toHaveLength(1);
  }
});

test.each([
  [GET, 500, /groups|fields|send/i],
  [GET, 524, /groups|fields|host/i],
  [GET, 408, /host/i],
  [GET, 425, /host/i],
  [GET, 507, /host|proxy/i],
])('what is said of a failure is true of it: $path, %i', async (request, status, untrue) => {
  const { client } = await setUp(answer(status, 'x', { 'Content-Type': 'text/html' }));
  const { description, fix } = await failure(client.request(request));
  expect(`${description} ${fix}`).not.toMatch(untrue);
});

test.each([
  ['broadcasts', /send it twice/],
  ['flow_starts', /start it twice/],
  ['campaign_events', /add the event twice.*relative_to/],
  ['tickets', /do it twice/],
])('a lost write to %s says what a second one would do', async (path, text) => {
  const { client } = await setUp(answer(500, 'Server Error'));
  const error = await failure(client.request({ method: 'POST', path, body: {} }));
  expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', fix: expect.stringMatching(text) });
});

test.each([
  ['campaign_events', /change the event twice.*relative_to/],
  ['contacts', /change the contact, or add its note, twice/],
])('a lost change in %s is not called an addition', async (path, text) => {
  const { client } = await setUp(answer(500, 'Server Error'));
  const request = { method: 'POST', path, query: { uuid: 'x' }, body: {} } as const;
  expect((await failure(client.request(request))).fix).toMatch(text);
});

test('a whole answer that is a web page is not asked for again', async () => {
  const page = answer(200, '<!doctype html><html></html>', { 'Content-Type': 'text/html' });
  const { server, client } = await setUp(page);
  expect((await failure(client.request(GET))).code).toBe('NOT_RAPIDPRO');
  expect(server.requests).toHaveLength(1);
});

test('nothing of all this is said on the console', async () => {
  const said = captureConsole();
  for (const fault of [reset, truncated, garbledJson, badGateway()]) {
    const { client } = await setUp(inTurn(fault, good));
    await client.request(GET);
  }
  expect(said).toEqual([]);
});
