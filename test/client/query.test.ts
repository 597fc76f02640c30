import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { Client, encodeTarget } from '../../src/client/client.js';
import { parseConfiguration } from '../../src/configuration.js';
import { credential } from '../support/credential.js';
import { serve } from '../support/serve.js';

describe('the query of an address', () => {
  test.each([
    [undefined, ''],
    [{}, ''],
    [{ uuid: undefined }, ''],
    [{ urn: 'tel:+250788123123' }, '?urn=tel%3A%2B250788123123'],
    [{ after: '2026-01-31T10:00:00+02:00' }, '?after=2026-01-31T10%3A00%3A00%2B02%3A00'],
    [{ group: 'A & B # 1? = 50%' }, '?group=A+%26+B+%23+1%3F+%3D+50%25'],
    [{ name: 'Émilie 李' }, '?name=%C3%89milie+%E6%9D%8E'],
    [{ deleted: true, id: 7 }, '?deleted=true&id=7'],
    [{ deleted: false, id: 0 }, '?deleted=false&id=0'],
    [{ flow: ['a', 'b'], uuid: 'c' }, '?flow=a&flow=b&uuid=c'],
    [{ flow: [] }, ''],
    [{ 'a&b=c': 'd' }, '?a%26b%3Dc=d'],
    [{ a: 'x\r\nHost: evil' }, '?a=x%0D%0AHost%3A+evil'],
  ])('%j', (query, expected) => {
    expect(encodeTarget({ path: 'contacts', query })).toBe(`contacts.json${expected}`);
  });
});

describe('a filter without a value is not sent: RapidPro would ignore it, and return everything', () => {
  test.each([
    ['globals', { key: '' }],
    ['contacts', { urn: '' }],
    ['contacts', { group: [] }],
    ['definitions', { flow: ['a', ''] }],
    // No filter, but what tells which object is changed.
    ['topics', { uuid: '' }],
  ])('%s %j', async (path, query) => {
    const server = await serve();
    const client = new Client(parseConfiguration(credential(server)));
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      await expect(client.request({ method, path, query })).rejects.toMatchObject({
        code: 'INVALID_FILTER',
        outcome: 'none',
      });
    }
    expect(server.requests).toEqual([]);
    expect(client.requests).toBe(0);
  });

  test('what is no filter may be empty', () => {
    const query = { cursor: '', flow: '' };
    expect(encodeTarget({ path: 'contacts', query })).toBe('contacts.json?cursor=&flow=');
    expect(encodeTarget({ path: 'new_things', query: { uuid: '' } })).toBe('new_things.json?uuid=');
  });
});

test('arrives as it was meant', async () => {
  const server = await serve(http.all('*', () => HttpResponse.json({})));
  const client = new Client(parseConfiguration(credential(server)));
  const query = { urn: 'tel:+250788123123', group: 'A & B #1', name: 'Émilie\r\n李' };
  await client.request({ method: 'GET', path: 'contacts', query });
  expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual(query);
});

test('a host with a path keeps it', async () => {
  const server = await serve(http.all('*', () => HttpResponse.json({})));
  const host = `${server.origin}/rapidpro/`;
  const client = new Client(parseConfiguration({ ...credential(server), host }));
  await client.request({ method: 'GET', path: 'contacts' });
  expect(server.requests[0]?.url).toBe('/rapidpro/api/v2/contacts.json');
});

describe('a path is the name of an endpoint, and nothing else leaves', () => {
  test.each([
    '',
    '/contacts',
    '../contacts',
    'contacts/../../admin',
    'contacts.json',
    'contacts?a=b',
    'contacts#a',
    'contacts\r\nHost: evil',
    'con tacts',
    'http://evil.example.org/contacts',
    '//evil.example.org/contacts',
    '@evil.example.org/contacts',
    '%2e%2e',
    'CONTACTS',
  ])('%j', async path => {
    const server = await serve();
    const client = new Client(parseConfiguration(credential(server)));
    await expect(client.request({ method: 'GET', path })).rejects.toMatchObject({
      code: 'INVALID_PATH',
    });
    expect(server.requests).toEqual([]);
    expect(client.requests).toBe(0);
  });
});

describe('a body that cannot be JSON is refused before it is sent', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  test.each([
    ['a BigInt', { id: 7n }],
    ['a circle', circular],
  ])('%s', async (_, body) => {
    const server = await serve();
    const client = new Client(parseConfiguration(credential(server)));
    const request = { method: 'POST', path: 'broadcasts', body: body as never } as const;
    await expect(client.request(request)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(server.requests).toEqual([]);
  });
});
