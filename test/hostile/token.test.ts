import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as rapidpro from '../../src/Adaptor.js';
import { Client } from '../../src/client/client.js';
import { isNearby } from '../../src/client/links/link.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential, TOKEN } from '../support/credential.js';
import { json, reset } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { rawServer } from '../support/rawServer.js';

/** The token goes to the server of the credential, and nowhere else. */

async function servers() {
  return {
    server: await rawServer(json({ uuid: '1', results: [] })),
    evil: await rawServer(json({ results: [] })),
  };
}

const fail = (operation: Operation, server: { host: string }) =>
  operation({ configuration: credential(server) }).then(
    () => expect.fail('it went through'),
    error => error,
  );

const PATHS = (evil: string) => [
  `${evil}/api/v2/contacts.json`,
  evil.replace('http:', ''),
  evil.replace('http:', 'HTTP:'),
  `/\\${evil.slice(7)}`,
  `\\\\${evil.slice(7)}\\contacts`,
  `@${evil.slice(7)}/contacts`,
  `.${evil.slice(7)}`,
  `:80@${evil.slice(7)}/`,
  '../../../contacts',
  'contacts/../../admin',
  '..%2f..%2fcontacts',
  '%2e%2e/contacts',
  'contacts%00',
  'contacts?x=1',
  'contacts#x',
  'contacts.json?cursor=1',
  'contacts\r\nHost: evil.example',
  'contacts HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  'соntacts',
  'ｃontacts',
  '//evil。example',
  '\t//evil.example',
  '/api/v2//evil.example/',
  '/api/v3/contacts',
  '__proto__.json/..',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:,x',
];

describe('http.* leads to an endpoint of the server, or nowhere', () => {
  test.each(PATHS('http://evil.example:1234'))('%j', async path => {
    const { server, evil } = await servers();
    for (const operation of [
      rapidpro.http.get(path),
      rapidpro.http.post(path, {}),
      rapidpro.http.delete(path, { uuid: '1' }),
      rapidpro.http.request('GET', path),
    ]) {
      expect((await fail(operation, server)).code).toBe('INVALID_PATH');
    }
    expect([...server.requests, ...evil.requests]).toEqual([]);
  });

  test.each(['__proto__', 'constructor', 'x'.repeat(65)])(
    '%j is no endpoint to lose a token at',
    async path => {
      const { server } = await servers();
      await rapidpro.http
        .get(path)({ configuration: credential(server) })
        .catch(error => expect(error.code).toBe('INVALID_PATH'));
      for (const { text } of server.requests)
        expect(text).toMatch(/^GET \/api\/v2\/\w+\.json HTTP/);
    },
  );

  test('whatever stands in the query, it stays in the query', async () => {
    const { server } = await servers();
    const query = {
      '@evil.example/': 'x',
      '//evil': '//evil',
      '#': '#',
      'a\r\nHost: evil.example': 'b\r\nAuthorization: x',
    };
    await rapidpro.http.get('contacts', query)({ configuration: credential(server) });
    const [request, ...others] = server.requests;
    expect(others).toEqual([]);
    expect(request?.text.match(/^host: .*$/gim)).toEqual([`host: ${server.origin.slice(7)}`]);
    expect(request?.text.match(/^authorization: .*$/gim)).toHaveLength(1);
    expect(request?.text).toMatch(/^GET \/api\/v2\/contacts\.json\?[^ ]+ HTTP\/1\.1\r\n/);
  });
});

describe('what names an object leads nowhere else', () => {
  test.each(['../../x', '//evil.example', 'x/../../y', 'x?y=z', 'x#y', 'x\r\nHost: y', '@evil'])(
    '%j',
    async name => {
      const { server } = await servers();
      const operations = [
        rapidpro.getContact(`ext:${name}`),
        rapidpro.deleteContact(`ext:${name}`),
        rapidpro.setGlobal(name, 'x'),
        rapidpro.getGroups({ name } as never),
        rapidpro.getContacts({ group: name }),
      ];
      for (const operation of operations) {
        await operation({ configuration: credential(server) }).catch(() => {});
      }
      for (const { text } of server.requests) {
        expect(text).toMatch(/^\w+ \/api\/v2\/\w+\.json(\?[\w%&=.+*-]*)? HTTP\/1\.1\r\n/);
        expect(text.match(/^host: .*$/gim)).toHaveLength(1);
      }
    },
  );
});

describe('hosts that are not what they seem are refused, or taken as the address that they are', () => {
  test.each([
    'https://app.rapidpro.io@evil.example',
    'https://app.rapidpro.io:x@evil.example/',
    'https://user@app.rapidpro.io',
    'https:\\\\evil.example',
    'https://app.rapidpro.io\\@evil.example',
    'https://app.rapidpro.io?.evil.example',
    'https://app.rapidpro.io#@evil.example',
    'https://app.rapid pro.io',
    'https://app.rapidpro.io\r\n.evil.example',
    'ftp://app.rapidpro.io',
    'file:///app.rapidpro.io',
    'javascript:app.rapidpro.io',
    'https://',
    'https://[::1',
    'https://app.rapidpro.io:99999',
  ])('%j is refused', host => {
    expect(() => parseConfiguration({ host, token: TOKEN })).toThrow('INVALID_CONFIGURATION');
  });

  test.each([
    ['https://аpp.rapidpro.io', 'https://xn--pp-6kc.rapidpro.io'],
    ['https://app。rapidpro。io', 'https://app.rapidpro.io'],
    ['https://app.rapidpro.io//evil.example/..', 'https://app.rapidpro.io'],
    ['https://app.rapidpro.io/%2e%2e/x', 'https://app.rapidpro.io'],
    ['HTTPS://APP.RAPIDPRO.IO:443', 'https://app.rapidpro.io'],
  ])('%j is %s', (host, origin) => {
    const { basePath, ...configuration } = parseConfiguration({ host, token: TOKEN });
    expect(configuration.origin).toBe(origin);
    expect(new URL(`${origin}${basePath}contacts.json`).origin).toBe(origin);
  });
});

/** Every way in which something can be written down. */
function everyDump(value: unknown, lines: string[]): string {
  const before = lines.length;
  console.log(value);
  console.error('%o %O %j %s', value, value, value, value);
  const chain: unknown[] = [];
  for (let at = value; at !== null && typeof at === 'object' && chain.length < 20; ) {
    chain.push(at);
    at = (at as { cause?: unknown }).cause;
  }
  return [
    ...chain.flatMap(one => [
      inspect(one, { depth: Infinity, showHidden: true, getters: true, showProxy: true }),
      JSON.stringify(one),
      String(one),
      String((one as Error).stack),
      ...Reflect.ownKeys(one as object).map(key => inspect((one as never)[key], { depth: 9 })),
    ]),
    ...(typeof value === 'function' ? [inspect(value, { showHidden: true, depth: 9 })] : []),
    ...lines.slice(before),
  ].join('\n');
}

describe('no dump has the token', () => {
  test.each([
    ['of a refusal', json({ detail: `Invalid token ${TOKEN}` }, 403)],
    ['of a connection that broke', reset],
    ['of an answer that is no HTTP', json(TOKEN, 99)],
    ['of an answer that is a word', json(TOKEN)],
    ['of a server that is broken', json({ [TOKEN]: [TOKEN] }, 500)],
  ])('%s', async (_, behavior) => {
    noSleep();
    const lines = captureConsole();
    const server = await rawServer(behavior);
    for (const operation of [
      rapidpro.getContacts(),
      rapidpro.sendMessage({ contact: '00000000-0000-4000-8000-000000000001', text: 'x' }),
      rapidpro.upsertContacts([{ urns: ['tel:+250788123123'] }], { failOnError: true }),
    ]) {
      const error = await fail(operation, server);
      expect(everyDump(error, lines)).not.toContain(TOKEN.slice(0, 12));
      expect(inspect(structuredClone(error), { depth: 9 })).not.toContain(TOKEN.slice(0, 12));
    }
  });

  test('of an operation, of the state that it leaves, of the client', async () => {
    const lines = captureConsole();
    const { server } = await servers();
    const configuration = credential(server);
    const operation = rapidpro.getContacts();
    const { configuration: _, ...state } = (await operation({ configuration })) as State;
    for (const value of [
      operation,
      state,
      new Client(parseConfiguration(configuration)),
      { ...rapidpro },
    ]) {
      expect(everyDump(value, lines)).not.toContain(TOKEN.slice(0, 12));
    }
  });
});

test.each([
  ['http://127.0.0.1:8000', true],
  ['http://localhost', true],
  ['https://10.0.0.5', true],
  ['https://93.184.216.34', false],
  ['https://[2606:2800:220:1::1]', false],
  ['https://no-such-name.invalid', false],
])('whether links of %s may lead to its own network: %s', async (origin, expected) => {
  expect(await isNearby(origin)).toBe(expected);
});
