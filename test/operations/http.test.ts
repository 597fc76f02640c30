import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { http } from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { rapidPro204, reset } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';
import { failure, page, refused, run, sent, UUID } from './run.js';

const echo = () =>
  serve(
    msw.all('*/api/v2/:name', async ({ request }) =>
      HttpResponse.json({ url: request.url, body: await request.text() }),
    ),
  );

test('get gives one page as RapidPro answers it', async () => {
  const server = await serve(
    msw.get('*/api/v2/labels.json', () => page([{ uuid: UUID }], 'http://x/?cursor=2')),
  );
  const { data, response, references } = await run(http.get('labels', { cursor: 'a+b' }), server);
  expect(data).toEqual({ next: 'http://x/?cursor=2', previous: null, results: [{ uuid: UUID }] });
  expect(response).toMatchObject({ method: 'GET', path: 'labels', statusCode: 200, requests: 1 });
  expect(references).toEqual(['earlier', 'before']);
  expect(server.requests[0]?.url).toBe('/api/v2/labels.json?cursor=a%2Bb');
});

test('post, delete and request send what they are given', async () => {
  const server = await echo();
  const query = { uuid: UUID };
  await run(http.post('labels', { name: 'Urgent' }, { query }), server);
  await run(http.delete('labels', query), server);
  await run(http.request(' post', 'labels', { query, body: {} }), server);
  await run(http.request('GET', 'labels'), server);
  expect(sent(server)).toEqual([
    `POST labels?uuid=${UUID}`,
    `DELETE labels?uuid=${UUID}`,
    `POST labels?uuid=${UUID}`,
    'GET labels',
  ]);
  expect(server.requests.map(({ body }) => body)).toEqual([
    { name: 'Urgent' },
    undefined,
    {},
    undefined,
  ]);
});

test('all arguments may be functions of state, also inside', async () => {
  const server = await echo();
  const state = { path: 'labels', data: { uuid: UUID, name: 'Urgent' }, seconds: 5 };
  const given = (key: 'uuid' | 'name') => () => state.data[key];
  await run(
    http.post(s => s.path as string, { name: given('name') }, { query: { uuid: given('uuid') } }),
    server,
    state,
  );
  await run(
    http.request(
      () => 'POST',
      'labels',
      s => ({ query: { uuid: UUID }, body: s.data as never }),
    ),
    server,
    state,
  );
  expect(sent(server)).toEqual([`POST labels?uuid=${UUID}`, `POST labels?uuid=${UUID}`]);
  expect(server.requests.map(({ body }) => body)).toEqual([{ name: 'Urgent' }, state.data]);
});

test.each(['contacts', 'contacts.json', '/contacts', '/api/v2/contacts.json', ' contacts\n'])(
  'the path %j is the endpoint contacts',
  async path => {
    const server = await echo();
    expect((await run(http.get(path), server)).response).toMatchObject({ path: 'contacts' });
    expect(server.requests[0]?.path).toBe('/api/v2/contacts.json');
  },
);

test.each([
  'https://elsewhere.example/api/v2/contacts.json',
  'HTTP://127.0.0.1/',
  '//elsewhere.example/contacts',
  '///contacts',
  'javascript:alert(1)',
  '../../admin',
  'contacts/../org',
  '%2e%2e/org',
  '..%2forg',
  'contacts%2ejson',
  'contacts.json?uuid=x',
  'contacts#x',
  'contacts\r\nHost: x',
  'contacts/5',
  'contacts\\org',
  'kontakte é',
  'Contacts',
  '@elsewhere.example',
  '',
  '/',
  '/api/v2/',
  'x'.repeat(65),
  undefined,
  null,
  5,
  ['contacts'],
  { path: 'contacts' },
])('the path %j is refused', async path => {
  for (const operation of [
    http.get(path as never),
    http.post(path as never, {}),
    http.delete(path as never, {}),
    http.request('GET', path as never),
  ]) {
    await refused(operation, 'INVALID_PATH');
  }
});

describe('queries', () => {
  test('are encoded, lists repeat their key', async () => {
    const server = await echo();
    await run(
      http.get('users', { role: ['agent', 'editor'], q: '+ &#=ß', n: 0, no: false }),
      server,
    );
    expect(server.requests[0]?.url).toBe(
      '/api/v2/users.json?role=agent&role=editor&q=%2B+%26%23%3D%C3%9F&n=0&no=false',
    );
  });

  test.each([
    undefined,
    null,
    '',
    '  ',
    {},
    [],
    [''],
    [null],
    [[]],
    Number.NaN,
    '$.data.x',
    ['$.data.x'],
  ])('a value of %j is refused', async value => {
    const query = { uuid: value as never };
    const operations = [
      http.get('contacts', query),
      http.get('contacts', { uuid: () => value as never }),
      http.delete('contacts', query),
      http.post('contacts', {}, { query }),
      http.request('POST', 'contacts', { query, body: {} }),
    ];
    for (const operation of operations) await refused(operation, 'INVALID_FILTER');
  });

  test.each([
    [{}, 'is an object'],
    [null, 'is empty'],
    ['', 'is empty'],
  ])('a value of %j is said to be that: %s', async (value, said) => {
    const { description } = await refused(
      http.get('contacts', { uuid: value as never }),
      'INVALID_FILTER',
    );
    expect(description).toContain(said);
  });

  test.each([undefined, null])('a query that evaluates to %s is refused', async nothing => {
    const query = () => nothing as never;
    const operations = [
      http.get('contacts', query),
      http.delete('contacts', query),
      http.post('contacts', {}, { query }),
      http.post('contacts', {}, { query: nothing as never }),
      http.request('DELETE', 'contacts', { query }),
    ];
    for (const operation of operations) await refused(operation, 'INVALID_FILTER');
  });

  test.each(['uuid=5', 5, ['uuid']])('a query of %j is refused', async query => {
    await refused(http.get('contacts', query as never), 'INVALID_FILTER');
  });
});

describe('bodies', () => {
  test.each([undefined, null, () => undefined])('a post of nothing is refused', async body => {
    await refused(http.post('contacts', body as never), 'INVALID_INPUT');
    await refused(http.request('POST', 'contacts', { body: body as never }), 'INVALID_INPUT');
  });

  test.each(['GET', 'DELETE'])('%s takes none', async method => {
    await refused(http.request(method, 'contacts', { body: {} }), 'INVALID_INPUT');
  });

  test.each(['PUT', 'PATCH', 'HEAD', '', 5, undefined])('%s is no method', async method => {
    await refused(http.request(method as never, 'contacts', { body: {} }), 'INVALID_INPUT');
  });
});

test('a time that RapidPro stores otherwise is told, as after upsertContact', async () => {
  const server = await serve(
    msw.post('*', () =>
      HttpResponse.json({
        uuid: UUID,
        fields: { due: '2027-03-01T15:30:00.000000+02:00', age: null },
      }),
    ),
  );
  const lines = captureConsole();
  const fields = { due: '2027-03-01T09:15:30+0200', age: 'ten' };
  await run(http.post('contacts', { fields }, { query: { uuid: UUID } }), server);
  expect(lines.join('\n')).toMatch(/cannot read the value of fields\.age/);
  expect(lines.join('\n')).toMatch(/stored a different value for fields\.due/);
  expect(lines.join('\n')).not.toMatch(/2027|ten,/);
});

test('a 204 gives null, also with the length and the bytes that RapidPro 9 adds', async () => {
  const server = await rawServer(rapidPro204);
  const actions: Operation[] = [
    http.post('contact_actions', { contacts: [UUID], action: 'block' }),
    http.delete('labels', { uuid: UUID }),
  ];
  for (const action of actions) {
    const { data, response } = await run(action, server);
    expect(data).toBeNull();
    expect(response).toMatchObject({ statusCode: 204, requests: 1 });
  }
});

test('an endpoint that this server lacks', async () => {
  const html = () =>
    new Response('<html>', { status: 404, headers: { 'Content-Type': 'text/html' } });
  const server = await serve(msw.get('*/api/v2/optins.json', html));
  expect((await failure(http.get('optins'), server)).code).toBe('NOT_OFFERED');
});

test('a post whose outcome is not known is not repeated', async () => {
  noSleep();
  const server = await rawServer(reset);
  expect((await failure(http.post('labels', { name: 'x' }), server)).code).toBe('OUTCOME_UNKNOWN');
  expect(server.requests).toHaveLength(1);
});
