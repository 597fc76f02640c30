import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { Client } from '../../src/client/client.js';
import { AbortedError, Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import { fail, type RapidProError } from '../../src/errors/errors.js';
import type { ApiRequest } from '../../src/types/request.js';
import { credential, TOKEN } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { inTurn, json, reset, stall } from '../support/faults.js';
import { type Behavior, rawServer } from '../support/rawServer.js';

const GET: ApiRequest = { method: 'GET', path: 'contacts' };
const post = (path: string, more: Partial<ApiRequest> = {}): ApiRequest => ({
  method: 'POST',
  path,
  body: { name: 'x' },
  ...more,
});
const good = json({ a: 1 });

async function setUp(
  behave: Behavior,
  options: ConstructorParameters<typeof Limiter>[0] = {},
  timeout?: number,
) {
  const server = await rawServer(behave);
  const clock = fakeClock();
  const limiter = new Limiter({ clock, ...options });
  const client = new Client(parseConfiguration(credential(server)), { limiter, timeout });
  return { server, clock, limiter, client };
}

async function failed(ending: Promise<unknown>): Promise<RapidProError> {
  return ending.then(
    () => expect.unreachable('no error'),
    (error: RapidProError) => error,
  );
}

describe('a client', () => {
  test('knows its server without scheme and token', () => {
    const of = (host: string) => new Client(parseConfiguration({ host, token: TOKEN }));
    expect(of('https://rapidpro.example/').server).toBe('//rapidpro.example/api/v2/');
    expect(of('http://localhost:8000/a/').server).toBe('//localhost:8000/a/api/v2/');
    expect(of('https://rapidpro.example/').origin).toBe('https://rapidpro.example');
    const client = of('https://rapidpro.example/');
    expect([client.timeout, client.requests, client.writes, client.received]).toEqual([
      60, 0, 0, 0,
    ]);
    expect(client.clock).toBe(client.limiter.clock);
  });

  test('knows workspaces apart, by server and token', () => {
    const of = (host: string, token = TOKEN) =>
      new Client(parseConfiguration({ host, token })).account;
    const accounts = [
      of('https://rapidpro.example/'),
      of('http://rapidpro.example/'),
      of('https://rapidpro.example/a/'),
      of('https://rapidpro.example/', `${TOKEN}2`),
    ];
    expect(new Set(accounts).size).toBe(4);
    expect(accounts[0]).toBe(of('https://rapidpro.example/'));
  });

  test('counts requests, writes and bytes', async () => {
    const { client } = await setUp(
      inTurn(good, json({}, 503), good, json({}, 503), good, json({ a: ['no'] }, 400)),
    );
    await client.request(GET);
    expect([client.requests, client.writes, client.received]).toEqual([1, 0, 7]);
    await client.request(post('contacts', { repeatable: true }));
    expect([client.requests, client.writes, client.received]).toEqual([3, 1, 14]);
    await client.request({ method: 'DELETE', path: 'contacts' });
    expect([client.requests, client.writes, client.received]).toEqual([5, 2, 21]);
    await failed(client.request(GET));
    expect([client.requests, client.writes, client.received]).toEqual([6, 2, 21]);
    expect(client.last).toEqual({ method: 'GET', path: 'contacts', statusCode: 400 });
  });

  test('keeps the line of its server, and only the last time', async () => {
    const { client } = await setUp(
      inTurn(
        json({}, 200, { 'X-Temba-Org': 1, Date: 'Sat, 31 Jan 2026 12:00:00 GMT' }),
        json({}, 200),
      ),
    );
    await client.request(GET);
    expect([client.dialect, client.serverTime]).toEqual(['v9', Date.UTC(2026, 0, 31, 12)]);
    await client.request(GET);
    expect([client.dialect, client.serverTime]).toEqual(['v9', undefined]);
  });

  test('gives a request no more time than is left', async () => {
    const { client } = await setUp(stall, { clock: undefined, deadline: 0.1 }, 10);
    const started = performance.now();
    expect(await failed(client.request(GET))).toMatchObject({ code: 'TIMEOUT' });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('leaves no timer behind that the process would wait for', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(one => one === 'Timeout').length;
    const { client } = await setUp(good);
    await client.request(GET);
    const before = timers();
    for (let count = 0; count < 20; count++) await client.request(GET);
    expect(timers() - before).toBeLessThan(10);
  });

  test('ends a request for which nobody waits', async () => {
    const { server, client } = await setUp(stall, { maxWait: 0 });
    const canceled = new AbortController();
    const ending = failed(client.request({ ...GET, canceled: canceled.signal }));
    await expect.poll(() => server.requests.length).toBe(1);
    canceled.abort();
    await ending;
    await expect.poll(server.open).toBe(0);
  });

  test('ends the wait of a request for which nobody waits, and does not send it again', async () => {
    let wake = () => {};
    const untilWoken = new Promise<void>(resolve => {
      wake = resolve;
    });
    const clock = { ...fakeClock(), sleep: vi.fn(() => untilWoken) };
    const { server, client } = await setUp(json({}, 429, { 'Retry-After': '30' }), { clock });
    const canceled = new AbortController();
    const ending = failed(client.request({ ...GET, canceled: canceled.signal }));
    await expect.poll(() => clock.sleep.mock.calls.length).toBe(1);
    canceled.abort();
    expect(await ending).toBeInstanceOf(AbortedError);
    wake();
    await client.limiter.enter('v2');
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(server.requests).toHaveLength(1);
  });

  test('leaves nothing on the signal of a request that was answered', async () => {
    const { client } = await setUp(good);
    const { signal } = new AbortController();
    await client.request({ ...GET, canceled: signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('sends what must not come twice, and actions, on sockets of their own', async () => {
    const { server, client } = await setUp(good);
    const isAlone = async (request: ApiRequest) => {
      await client.request(request);
      return /^connection: close\r$/im.test(server.requests.at(-1)?.text ?? '');
    };
    expect(await isAlone(GET)).toBe(false);
    expect(await isAlone({ method: 'DELETE', path: 'contacts' })).toBe(false);
    expect(await isAlone(post('contacts', { repeatable: true }))).toBe(false);
    expect(await isAlone(post('contacts'))).toBe(true);
    expect(await isAlone(post('contact_actions', { repeatable: true }))).toBe(true);
    expect(await isAlone(post('contacts', { repeatable: false }))).toBe(true);
  });

  test('does not send the token in a query or a body', async () => {
    const { server, client } = await setUp(good);
    for (const request of [
      { ...GET, query: { group: TOKEN } },
      post('contacts', { body: { name: TOKEN } }),
    ])
      expect((await failed(client.request(request))).message).not.toContain(TOKEN);
    expect(server.requests).toEqual([]);
  });
});

describe('what the engine knows only later', () => {
  test.each<[ApiRequest, boolean]>([
    [post('groups'), true],
    [post('fields'), true],
    [post('topics'), true],
    [post('contacts'), false],
    // A change of an existing one.
    [post('groups', { query: { uuid: 'x' } }), false],
    [{ method: 'GET', path: 'groups' }, false],
    [{ method: 'DELETE', path: 'groups' }, false],
  ])('is noted: %j, %s', async (request, isNoted) => {
    const { client, limiter, clock } = await setUp(good);
    await client.request(request);
    expect(limiter.made).toBe(isNoted ? clock.now() : undefined);
  });

  test('not where it was refused', async () => {
    const { client, limiter } = await setUp(json({ name: ['no'] }, 400));
    await failed(client.request(post('groups')));
    expect(limiter.made).toBeUndefined();
  });

  test.each<[string, Partial<ApiRequest>, number[]]>([
    ['a write that cannot be repeated waits', { referencesGroupsOrFields: true }, [6]],
    ['one that can does not', { referencesGroupsOrFields: true, repeatable: true }, []],
    ['nor one that names nothing new', {}, []],
  ])('%s', async (_, more, sleeps) => {
    const { client, clock, limiter } = await setUp(good);
    limiter.noteMade();
    await client.request(post('contacts', more));
    expect(clock.sleeps).toEqual(sleeps);
  });
});

describe('a rate limit holds up its scope', () => {
  const limited = json({}, 429, { 'Retry-After': 3 });
  test.each<[string, string, object, string]>([
    ['contacts', 'of contacts', {}, 'v2.contacts'],
    ['broadcasts', 'of broadcasts on the older line', {}, 'v2.broadcasts'],
    ['broadcasts', 'of all on the newer one', { 'X-Temba-Workspace': 'a' }, 'v2'],
    ['groups', 'of all others', {}, 'v2'],
    ['unheard', 'of all that nobody knows', {}, 'v2'],
  ])('%s: %s', async (path, _, headers, scope) => {
    const { client, limiter } = await setUp(inTurn(json({}, 200, { ...headers }), limited, good));
    await client.request({ method: 'GET', path: 'workspace' });
    const hold = vi.spyOn(limiter, 'hold');
    const enter = vi.spyOn(limiter, 'enter');
    await client.request({ method: 'GET', path });
    expect(hold.mock.calls).toEqual([[scope, 3]]);
    expect(enter.mock.calls).toEqual([[scope], [scope]]);
  });

  test('and a back-off only its own request', async () => {
    const { client, limiter, clock } = await setUp(inTurn(json({}, 503), reset, good));
    const hold = vi.spyOn(limiter, 'hold');
    const pause = vi.spyOn(limiter, 'pause');
    expect(await client.request(GET)).toMatchObject({ repeated: true });
    expect(hold).not.toHaveBeenCalled();
    expect(pause.mock.calls).toEqual([
      [0.5, 'ambiguous'],
      [1, 'ambiguous'],
    ]);
    expect(clock.sleeps).toEqual([0.5, 1]);
  });

  test('for a bulk run, the waits of one request count together', async () => {
    const { client, clock } = await setUp(json({}, 503), { isBulk: true, maxWait: 1 });
    expect(await failed(client.request(GET))).toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    // The next would be a second.
    expect(clock.sleeps).toEqual([0.5]);
  });
});

describe('an answer says whether an attempt before it may have done the work', () => {
  const remove: ApiRequest = { method: 'DELETE', path: 'contacts', query: { uuid: 'x' } };
  const gone = json({ detail: 'Not found.' }, 404, { 'X-Temba-Org': 1 });

  test.each<[string, ApiRequest, Behavior, boolean]>([
    ['at once', GET, good, false],
    ['after a rate limit', GET, inTurn(json({}, 429, { 'Retry-After': 1 }), good), false],
    ['after a reset', GET, inTurn(reset, good), true],
    ['after an earlier request', { ...GET, repeated: true }, good, true],
  ])('%s', async (_, request, behave, repeated) => {
    const { client } = await setUp(behave);
    expect(await client.request(request)).toEqual({ statusCode: 200, body: { a: 1 }, repeated });
  });

  test('nothing left to delete is fine after one, and else an error', async () => {
    const lost = await setUp(inTurn(reset, gone));
    const done = { statusCode: 204, body: null, repeated: true };
    expect(await lost.client.request(remove)).toEqual(done);
    const again = await setUp(gone);
    expect(await again.client.request({ ...remove, repeated: true })).toEqual(done);
    const never = await setUp(gone);
    expect(await failed(never.client.request(remove))).toMatchObject({ code: 'NOT_FOUND' });
    const other = await setUp(inTurn(reset, gone));
    const write = post('contacts', { repeatable: true, query: { uuid: 'x' } });
    expect(await failed(other.client.request(write))).toMatchObject({ code: 'NOT_FOUND' });
    const refused = await setUp(inTurn(reset, json({ detail: 'x' }, 400, { 'X-Temba-Org': 1 })));
    expect((await failed(refused.client.request(remove))).code).not.toBe('NOT_FOUND');
  });

  test('an error of a read has none', async () => {
    const { client } = await setUp(inTurn(reset, gone));
    expect(await failed(client.request(GET))).toMatchObject({ code: 'NOT_FOUND', outcome: 'none' });
    const lost = await setUp(reset);
    const error = await failed(lost.client.request(GET));
    expect([error.outcome, error.description.includes('may have')]).toEqual(['none', false]);
  });

  test('an error of a write says so once', async () => {
    const said = 'It may have been done anyway.';
    const write = post('contacts', { repeatable: true });
    const { description } = await failed((await setUp(reset)).client.request(write));
    expect(description).toMatch(/An earlier attempt lost its answer/);
    const single = await setUp(reset, { maxWait: 0 });
    expect((await failed(single.client.request(write))).description).toContain(said);
    const change = post('contacts', { query: { uuid: 'x' } });
    const sent = await failed((await setUp(reset)).client.request(change));
    expect(sent).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
    expect(sent.fix).toContain('change the contact');
    const made = await failed((await setUp(reset)).client.request(post('contacts')));
    expect(made.fix).toContain('create the contact');
  });
});

describe('a refusal', () => {
  const no = json({ a: ['no'] }, 400, { 'X-Temba-Org': 1 });

  test.each([GET, post('contacts'), post('contacts', { repeatable: true })])(
    'stays one: $method, repeatable $repeatable',
    async request => {
      const { client } = await setUp(no);
      const error = await failed(client.request(request));
      expect(error).toMatchObject({ code: 'VALIDATION_FAILED', outcome: 'refused' });
      expect(error.description).not.toMatch(/may have/);
      expect(client.writes).toBe(request.method === 'GET' ? 0 : 1);
    },
  );

  test('does not end a bulk run, not even after its deadline', async () => {
    const { client, limiter, clock } = await setUp(
      request => {
        if (request.index === 1) clock.advance(20);
        no(request);
      },
      { isBulk: true, deadline: 10 },
    );
    for (let count = 0; count < 2; count++) {
      expect(await failed(client.request(GET))).toMatchObject({ code: 'VALIDATION_FAILED' });
      expect(limiter.stopped).toBeUndefined();
    }
  });

  test('of what is too large is not asked for again', async () => {
    const size = 16 * 1024 * 1024 + 1;
    const { server, client } = await setUp(({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write(Buffer.alloc(size, 0x20));
    });
    expect(await failed(client.request(GET))).toMatchObject({
      code: 'RESPONSE_TOO_LARGE',
      outcome: 'none',
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe('what is sent', () => {
  test('is a file, with its name and type', async () => {
    const { server, client } = await setUp(good);
    const file = { bytes: new Uint8Array([65, 66]), filename: 'a.png', type: 'image/png' };
    await client.request({ method: 'POST', path: 'media', file });
    const [{ text } = { text: '' }] = server.requests;
    expect(text).toMatch(/content-type: multipart\/form-data/i);
    expect(text).toMatch(/name="file"; filename="a.png"\r\nContent-Type: image\/png\r\n\r\nAB\r\n/);
  });

  test('is nothing, where there is no body', async () => {
    const { server, client } = await setUp(good);
    await client.request({ method: 'POST', path: 'contacts' });
    const [{ text } = { text: '' }] = server.requests;
    expect(text).not.toMatch(/content-type/i);
    expect(text).toMatch(/\r\n\r\n$/);
  });

  test('is not what cannot be JSON, and the reason is kept', async () => {
    const { client } = await setUp(good);
    const error = await failed(client.request(post('contacts', { body: { id: 7n } as never })));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', cause: expect.any(TypeError) });
  });
});

describe('a stop', () => {
  const reason = fail('TIMEOUT', 'The time is used up.', 'Run it again.');

  test('before a request is no failure of the server', async () => {
    const { server, client, limiter } = await setUp(good);
    limiter.stop(reason);
    const error = await failed(client.request(GET));
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.message).toBe('The time is used up.');
    expect(client.reasonOf(error)).toBe(reason);
    expect(server.requests).toEqual([]);
    const write = await failed(client.request(post('contacts')));
    expect(write).toBeInstanceOf(AbortedError);
  });

  test('after a lost write leaves its outcome unknown', async () => {
    const { client, limiter, clock } = await setUp(reset);
    vi.spyOn(clock, 'sleep').mockImplementation(async () => limiter.stop(reason));
    const error = await failed(client.request(post('contacts', { repeatable: true })));
    expect(error).toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' });
    expect(error.description).toBe(reason.description);
    const read = await setUp(reset);
    vi.spyOn(read.clock, 'sleep').mockImplementation(async () => read.limiter.stop(reason));
    expect(await failed(read.client.request(GET))).toBeInstanceOf(AbortedError);
  });

  test('does not take the place of what the server said', async () => {
    const { client, limiter } = await setUp(request => {
      limiter.stop(reason);
      json({ a: ['no'] }, 400, { 'X-Temba-Org': 1 })(request);
    });
    expect(await failed(client.request(GET))).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  test('by the deadline of a bulk run: a write under way may be done', async () => {
    const late = { isBulk: true, deadline: 0.2, clock: undefined };
    const { client, limiter } = await setUp(stall, late);
    const write = failed(client.request(post('contacts', { repeatable: true })));
    const read = failed(client.request(GET));
    expect(await write).toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' });
    expect(await read).toBeInstanceOf(AbortedError);
    expect(limiter.outOfTime).toBe(true);
  });

  test('of an operation without one: a request that takes long is late', async () => {
    const { client, limiter } = await setUp(stall, { maxWait: 0 }, 0.05);
    expect(await failed(client.request(GET))).toMatchObject({ code: 'TIMEOUT', outcome: 'none' });
    expect(limiter.stopped).toBeUndefined();
  });

  test('is the reason of what was not sent, and of nothing else', async () => {
    const { client, limiter } = await setUp(good);
    const aborted = new AbortedError('x');
    expect(client.reasonOf(aborted)).toBe(aborted);
    limiter.stop(reason);
    const other = new Error('other');
    expect([client.reasonOf(aborted), client.reasonOf(other)]).toEqual([reason, other]);
  });
});

describe('what fails after a write', () => {
  const unknown = fail('SERVER_ERROR', 'Lost.', 'Look.', { outcome: 'unknown' });
  const refused = fail('URN_TAKEN', 'Taken.', 'Look.', { outcome: 'refused' });
  const read = fail('NOT_FOUND', 'Not there.', 'Look.', { outcome: 'none' });

  test('says that the write may have been done, where that is not known', async () => {
    const { client } = await setUp(good);
    const failing = (written: RapidProError, thrown: unknown) =>
      failed(client.after(written, () => Promise.reject(thrown)));
    expect(await failing(unknown, read)).toMatchObject({ code: 'NOT_FOUND', outcome: 'unknown' });
    expect((await failing(unknown, read)).description).toContain(
      'An earlier attempt lost its answer',
    );
    expect(await failing(refused, read)).toBe(read);
    const lost = fail('SERVER_ERROR', 'Lost too.', 'Look.', { outcome: 'unknown' });
    expect(await failing(unknown, lost)).toBe(lost);
    const other = new Error('other');
    expect(await failing(unknown, other)).toBe(other);
    expect(await client.after(unknown, async () => 7)).toBe(7);
  });

  test('with the reason of a stop', async () => {
    const { client, limiter } = await setUp(good);
    limiter.stop(read);
    const error = await failed(
      client.after(unknown, () => Promise.reject(new AbortedError('stopped'))),
    );
    expect(error).toMatchObject({ code: 'NOT_FOUND', outcome: 'unknown' });
  });
});
