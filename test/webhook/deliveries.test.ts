import { gzipSync } from 'node:zlib';
import { createSandbox, type SandboxOptions } from '@openfn/rapidpro-sandbox';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scenarios } from '../../sandbox/test/replay/scenario.js';
import { getFlowRuns, getResthookSubscribers, startFlow, subscribe } from '../../src/Adaptor.js';
import type { State } from '../../src/types/state.js';
import { type Call, EDITOR_BODY, EDITOR_HEADERS, reportFlow } from './flow.js';
import { recordedPush } from './pushes.js';
import { type Received, receiver } from './receiver.js';

const FLOW = 'b6a2b0b1-3c1f-4d06-8f0b-6f2c1a7f9e02';
const URN = 'tel:+250788123123';

/** Lets a contact go through a flow that calls out, and gives what became of the run. */
async function callOut(calls: Call[], options: SandboxOptions = {}, subscribers: string[] = []) {
  const sandbox = await createSandbox({
    ...options,
    seed: {
      contacts: [{ name: 'Amina', urns: [URN] }],
      flows: [reportFlow(FLOW, calls)],
      resthooks: [{ resthook: 'new-report' }],
    },
  });
  onTestFinished(() => sandbox.close());
  const credential: State = { configuration: { host: sandbox.host, token: sandbox.token } };
  for (const url of subscribers) await subscribe('new-report', url)(credential);
  await startFlow({ flow: FLOW, urns: [URN] })(credential);
  await sandbox.settled();
  await sandbox.reply(URN, '4');
  const runs = (await getFlowRuns()(credential)).data as {
    values: { [key: string]: { value: string; category: string; input?: string } };
    exit_type: string;
  }[];
  const left = (await getResthookSubscribers()(credential)).data as { target_url: string }[];
  return {
    values: runs[0]?.values ?? {},
    ended: runs[0]?.exit_type,
    subscribers: left.map(({ target_url }) => target_url),
  };
}

const post = (url: string, more: Partial<Call> = {}): Call => ({
  type: 'call_webhook',
  method: 'POST',
  url,
  headers: EDITOR_HEADERS,
  body: EDITOR_BODY,
  result_name: 'Hook',
  ...more,
});

const names = (headers: [string, string][]) => headers.map(([name]) => name).sort();

const without = (headers: [string, string][], ...dropped: string[]) =>
  Object.fromEntries(headers.filter(([name]) => !dropped.includes(name)));

const HOOK: Call = { type: 'call_resthook', resthook: 'new-report', result_name: 'Hook' };

describe('headers', () => {
  test('of a Call Webhook node are those of the recording', async () => {
    const listener = await receiver();
    const headers = { ...EDITOR_HEADERS, 'X-Api-Key': '@(lower("MY-SECRET"))' };
    await callOut([
      post(`${listener.origin}/webhook`, { headers }),
      {
        type: 'call_webhook',
        method: 'GET',
        url: listener.origin,
        headers: { Accept: 'application/json' },
      },
    ]);
    const [posted, got] = listener.received as [Received, Received];
    const recorded = recordedPush('call_webhook_post_default_body').headers;
    expect(names(posted.headers)).toEqual(names(recorded));
    expect(without(posted.headers, 'Host', 'Content-Length')).toEqual(
      without(recorded, 'Host', 'Content-Length'),
    );
    const recordedGet = recordedPush('call_webhook_get').headers;
    expect(names(got.headers)).toEqual(names(recordedGet));
    expect(got.body).toBe('');
  });

  test('name no content type where the author of the flow set none', async () => {
    const listener = await receiver();
    await callOut([post(listener.origin, { headers: {} })]);
    expect(names(listener.received[0]?.headers ?? [])).not.toContain('Content-Type');
  });

  test.each(['rapidpro-9.0.0', 'rapidpro-26.3.54'] as const)(
    'of a resthook are those that %s sent',
    async server => {
      const listener = await receiver();
      const dialect = server === 'rapidpro-9.0.0' ? 'v9' : 'textit';
      await callOut([HOOK], { dialect }, [`${listener.origin}/a`]);
      const scenario = scenarios(server).find(({ name }) => name === 'resthook_delivery');
      const recorded = scenario?.steps.find(({ event }) => event?.type === 'resthook_delivery');
      const [received] = listener.received as [Received];
      expect(without(received.headers, 'Host', 'Content-Length')).toEqual(recorded?.event?.headers);
      expect(names(received.headers)).toEqual(
        [...Object.keys(recorded?.event?.headers as object), 'Host', 'Content-Length'].sort(),
      );
    },
  );
});

describe('a listener that', () => {
  const outcome = async (
    answer: Parameters<typeof receiver>[0],
    options: SandboxOptions = {},
    more: Partial<Call> = {},
  ) => {
    const listener = await receiver(answer);
    const { values, ended } = await callOut([post(listener.origin, more)], options);
    expect(ended).toBe('completed');
    return { result: values.hook, received: listener.received };
  };

  const nothing = { value: '0', category: 'Failure' };

  test('answers with zipped JSON is understood', async () => {
    const { result } = await outcome(response => {
      response.writeHead(201, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'));
    });
    expect(result).toMatchObject({ value: '201', category: 'Success' });
  });

  test.each([301, 302, 303])('redirects with %i is asked again with GET', async status => {
    const { result, received } = await outcome((response, { path }) => {
      if (path === '/') response.writeHead(status, { location: '/there' }).end();
      else response.end('{}');
    });
    expect(result).toMatchObject({ value: '200', category: 'Success' });
    expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /',
      'GET /there',
    ]);
    expect(received[1]?.body).toBe('');
  });

  test.each([307, 308])('redirects with %i gets the same again', async status => {
    const { received } = await outcome((response, { path }) => {
      if (path === '/') response.writeHead(status, { location: '/there' }).end();
      else response.end('{}');
    });
    expect(received.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(received[1]?.body).toBe(received[0]?.body);
  });

  test('redirects without end, or to another computer, gave nothing', async () => {
    const circle = await outcome(response => void response.writeHead(302, { location: '/' }).end());
    expect(circle.result).toMatchObject(nothing);
    expect(circle.received).toHaveLength(11);
    const away = await outcome(
      response => void response.writeHead(302, { location: 'http://198.51.100.1/' }).end(),
    );
    expect(away.result).toMatchObject(nothing);
  });

  test('is too slow is waited for as long as the engine is set to, once', async () => {
    const started = performance.now();
    const { result, received } = await outcome(() => {}, { deliveries: { timeout: 0.1 } });
    expect(result).toMatchObject(nothing);
    expect(received).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('breaks off or fails is not called again', async () => {
    const reset = await outcome(response => void response.socket?.resetAndDestroy());
    expect(reset.result).toMatchObject(nothing);
    expect(reset.received).toHaveLength(1);
    const failing = await outcome(response => void response.writeHead(503).end());
    expect(failing.result).toMatchObject({ value: '503', category: 'Failure' });
    expect(failing.received).toHaveLength(1);
  });

  test.each([
    ['v9', 1024 * 1024],
    ['textit', 256 * 1024],
  ] as const)('answers with too much gave nothing, %s', async (dialect, largest) => {
    const answer = (size: number) =>
      outcome(response => void response.end('x'.repeat(size)), { dialect });
    expect((await answer(largest)).result).toMatchObject({ value: '200' });
    expect((await answer(largest + 1)).result).toMatchObject(nothing);
  });

  test('would be sent more than the newer line sends is not called', async () => {
    const body = 'x'.repeat(256 * 1024 + 1);
    const newer = await outcome(undefined, { dialect: 'textit' }, { body });
    expect(newer.result).toMatchObject(nothing);
    expect(newer.received).toEqual([]);
    expect((await outcome(undefined, { dialect: 'v9' }, { body })).received).toHaveLength(1);
  });

  test('is on a private address is out of reach where the sandbox is set so', async () => {
    const { result, received } = await outcome(undefined, { deliveries: { refusePrivate: true } });
    expect(result).toMatchObject(nothing);
    expect(received).toEqual([]);
  });
});

describe('subscribers', () => {
  test('are called once each, in the order of their addresses; who answers 410 is none any more', async () => {
    const listener = await receiver((response, { path }) => {
      response.writeHead(Number(path.slice(2))).end('{}');
    });
    const urls = ['/c410', '/a200', '/b500'].map(path => `${listener.origin}${path}`);
    const { values, subscribers } = await callOut([HOOK], {}, urls);
    expect(listener.received.map(({ path }) => path)).toEqual(['/a200', '/b500', '/c410']);
    expect(new Set(listener.received.map(({ body }) => body)).size).toBe(1);
    expect(subscribers.sort()).toEqual([`${listener.origin}/a200`, `${listener.origin}/b500`]);
    expect(values.hook).toMatchObject({ value: '500', category: 'Failure' });
  });

  test('stay where a Call Webhook node is answered with 410', async () => {
    const listener = await receiver(response => void response.writeHead(410).end());
    const { subscribers } = await callOut([post(listener.origin)], {}, [`${listener.origin}/b`]);
    expect(subscribers).toHaveLength(1);
  });

  test.each([
    ['v9', { value: 'no subscribers', category: 'Failure' }],
    ['textit', undefined],
  ] as const)('that are none: %s', async (dialect, result) => {
    const { values } = await callOut([HOOK], { dialect });
    if (result) expect(values.hook).toMatchObject(result);
    else expect(values).not.toHaveProperty('hook');
  });
});
