import { Agent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FaultOrder, Sandbox } from '../src/index.js';
import { callsOf, open } from './opened.js';

/** A separate agent, so that a broken connection does not affect other tests. */
function agent(): Agent {
  const own = new Agent({ headersTimeout: 200, bodyTimeout: 200 });
  onTestFinished(() => own.destroy());
  return own;
}

interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

async function create({ host, token }: Sandbox, dispatcher = agent()): Promise<Got> {
  const response = await request(`${host}api/v2/contacts.json`, {
    method: 'POST',
    headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ann' }),
    dispatcher,
  });
  const { statusCode: status, headers } = response;
  return { status, headers, text: await response.body.text() };
}

/** The result of a creation: its response, or its error code. */
const outcome = (sandbox: Sandbox): Promise<Got | string> =>
  create(sandbox).catch((error: { code?: string }) => error.code ?? String(error));

const when = { method: 'POST', path: 'contacts' };

describe('faults of the sandbox', () => {
  it.each<[FaultOrder['kind'], unknown]>([
    ['reset', expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/)],
    ['stall', 'UND_ERR_HEADERS_TIMEOUT'],
    [
      'bad-gateway',
      expect.objectContaining({ status: 502, text: expect.stringContaining('<html>') }),
    ],
    ['gateway-timeout', expect.objectContaining({ status: 524 })],
    ['request-timeout', expect.objectContaining({ status: 408 })],
    ['server-error', expect.objectContaining({ status: 500 })],
    ['throttle', expect.objectContaining({ status: 429 })],
    ['garbled', expect.objectContaining({ status: expect.any(Number) })],
  ])('%s has a fault point before or after the work', async (kind, expected) => {
    for (const strikes of ['before', 'after'] as const) {
      const { sandbox } = await open();
      sandbox.fault({ kind, when, strikes });
      expect(await outcome(sandbox)).toEqual(expected);
      expect(sandbox.contacts()).toHaveLength(strikes === 'after' ? 1 : 0);
      // Only one was ordered: the next request succeeds.
      expect(await outcome(sandbox)).toMatchObject({ status: 201 });
    }
  });

  it('truncates: the work is done, and half of the body arrives', async () => {
    const { sandbox } = await open();
    sandbox.fault({ kind: 'truncate', when });
    expect(await outcome(sandbox)).toMatch(/UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH|ECONNRESET/);
    expect(sandbox.contacts()).toHaveLength(1);
  });

  it('garbles: the JSON is incomplete', async () => {
    const { sandbox } = await open();
    sandbox.fault({ kind: 'garbled', when, strikes: 'after' });
    const { status, headers, text } = await create(sandbox);
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 201,
      type: 'application/json',
    });
    expect(text.length).toBeGreaterThan(10);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it('drips: the whole body arrives in pieces', async () => {
    const { sandbox } = await open();
    sandbox.fault({ kind: 'drip', when, milliseconds: 1 });
    const response = await request(`${sandbox.host}api/v2/contacts.json`, {
      method: 'POST',
      headers: { authorization: `Token ${sandbox.token}`, 'content-type': 'application/json' },
      body: '{"name":"Ann"}',
      dispatcher: agent(),
    });
    let pieces = 0;
    let text = '';
    for await (const piece of response.body) {
      pieces++;
      text += String(piece);
    }
    expect(pieces).toBeGreaterThan(1);
    expect(JSON.parse(text)).toMatchObject({ name: 'Ann' });
  });

  it('drops a connection after a response that promised to keep it alive', async () => {
    const { sandbox } = await open();
    const own = agent();
    let lost = 0;
    own.on('disconnect', () => lost++);
    sandbox.fault({ kind: 'drop-keep-alive', when });
    const first = await create(sandbox, own);
    expect(first.status).toBe(201);
    expect(first.headers.connection).toBe('keep-alive');
    await expect.poll(() => lost).toBe(1);
  });

  it('throttles with or without the seconds to wait', async () => {
    const { sandbox } = await open();
    sandbox.fault({ kind: 'throttle', when, retryAfter: 7 });
    sandbox.fault({ kind: 'throttle', when, times: 2 });
    const first = await create(sandbox);
    expect(first.headers['retry-after']).toBe('7');
    expect(JSON.parse(first.text)).toEqual({
      detail: 'Request was throttled. Expected available in 7 seconds.',
    });
    for (let i = 0; i < 2; i++) {
      const { status, headers } = await create(sandbox);
      expect([status, headers['retry-after']]).toEqual([429, undefined]);
    }
    expect((await create(sandbox)).status).toBe(201);
  });

  it('stalls for a while, then responds', async () => {
    const { sandbox } = await open();
    sandbox.fault({ kind: 'stall', when, milliseconds: 20 });
    const began = performance.now();
    expect((await create(sandbox)).status).toBe(201);
    expect(performance.now() - began).toBeGreaterThanOrEqual(19);
  });

  it('affects only matching requests', async () => {
    const { sandbox } = await open();
    const { get, post } = callsOf(sandbox);
    sandbox.fault({ kind: 'bad-gateway', when: { method: 'POST', path: 'contacts', nth: 2 } });
    sandbox.fault({ kind: 'bad-gateway', when: { path: /groups/ }, times: 2 });
    expect((await get('contacts.json')).status).toBe(200);
    expect((await post('contacts.json', {})).status).toBe(201);
    expect((await post('contacts.json', {})).status).toBe(502);
    expect((await post('contacts.json', {})).status).toBe(201);
    const groups = [
      await get('groups.json'),
      await post('groups.json', {}),
      await get('groups.json'),
    ];
    expect(groups.map(({ status }) => status)).toEqual([502, 502, 200]);
  });

  it('logs affected requests too', async () => {
    const { sandbox } = await open();
    sandbox.fault({ kind: 'bad-gateway', when });
    await outcome(sandbox);
    await outcome(sandbox);
    expect(sandbox.requests().map(({ status }) => status)).toEqual([502, 201]);
  });
});
