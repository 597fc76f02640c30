import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDhis2, type Dhis2 } from '../../../scripts/example/dhis2/server.mjs';
import { exactParts, recorded, recordedNames, shapeOf } from './recorded.js';
import { metadata, NOT_HELD, SCENES } from './scenes.js';

// The stand-in is asked what a real DHIS2 was asked, and has to answer in the same way. Where they differ, the stand-in is wrong.

test('each recording is in a scene or on the list of those that are not held', () => {
  const inScenes = Object.values(SCENES).flatMap(steps =>
    steps.filter(step => typeof step === 'string'),
  );
  const told = new Set([...inScenes, ...Object.keys(NOT_HELD)]);
  expect(recordedNames().filter(name => !told.has(name))).toEqual([]);
  expect([...told].filter(name => !recordedNames().includes(name))).toEqual([]);
});

describe.each(Object.entries(SCENES))('%s', (_scene, steps) => {
  let dhis2: Dhis2;
  let now = Date.parse('2026-11-26T01:48:45.457Z');
  const at = (time: string) => {
    now = Date.parse(`${time}Z`) - 2 * 60 * 60 * 1000;
  };
  /** Ids that the stand-in gave in place of recorded ones, such as those of jobs. */
  const ids = new Map<string, string>();

  beforeAll(async () => {
    dhis2 = await createDhis2({ metadata, clock: () => now++ });
  });
  afterAll(() => dhis2.close());

  function credentials(auth: string | null): Record<string, string> {
    if (auth === null) return {};
    const [scheme, secret = ''] = auth.split(/ (.*)/);
    if (scheme !== 'Basic') {
      const isKnown = secret === 'd2p_***';
      const other = secret.includes('deleted') ? `d2p_${'a'.repeat(42)}` : 'd2p_AAAA';
      return { Authorization: `${scheme} ${isKnown ? dhis2.token : other}` };
    }
    const [who = '', password = ''] = secret.split(':');
    const name = who.split(' ')[0] ?? '';
    const { username, password: own } = dhis2.credential;
    const good = name === username ? own : name;
    const pair = `${name}:${password === '***' ? good : password}`;
    return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  }

  async function send(method: string, path: string, body: object) {
    const headers = { 'Content-Type': 'application/json', ...credentials('Basic openfn:***') };
    const init = { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${dhis2.baseUrl}${path}`, init);
    return (await response.json()) as { response?: { id?: string } };
  }

  async function ask({ request }: ReturnType<typeof recorded>) {
    let { path } = request;
    for (const [theirs, own] of ids) path = path.replace(theirs, own);
    const body = typeof request.body === 'object' ? JSON.stringify(request.body) : request.body;
    const response = await fetch(`${dhis2.baseUrl}${path}`, {
      method: request.method,
      redirect: 'manual',
      headers: {
        'Content-Type': 'application/json',
        ...credentials(request.auth),
        ...request.headers,
      },
      ...(body === undefined ? {} : { body: body as string }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  }

  for (const step of steps) {
    if (typeof step !== 'string') {
      test('what is set up', () => step({ dhis2, at, send, ids }));
      continue;
    }
    const check = NOT_HELD[step] ? test.fails : test;
    check(step, async () => {
      const exchange = recorded(step);
      const { response } = exchange;
      const answer = await ask(exchange);
      const [theirs, own] = [response.body, answer.body].map(
        body => (body as { response?: { id?: string } })?.response?.id,
      );
      if (theirs && own) ids.set(theirs, own);
      expect(answer.status).toBe(response.status);
      for (const name of ['Location', 'WWW-Authenticate']) {
        expect(answer.headers.has(name)).toBe(name in response.headers);
      }
      // Pages of HTML are the web server's.
      if (typeof response.body === 'string' && response.body !== '') {
        expect(typeof answer.body).toBe('string');
        return;
      }
      expect(exactParts(answer.body)).toEqual(exactParts(response.body));
      expect(shapeOf(answer.body)).toEqual(shapeOf(response.body));
    });
  }
});
