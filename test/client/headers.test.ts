import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { recording, replay } from '../../recordings/read.js';
import { Client } from '../../src/client/client.js';
import { parseConfiguration } from '../../src/configuration.js';
import { VERSION } from '../../src/version.js';
import { credential, TOKEN } from '../support/credential.js';
import { serve } from '../support/serve.js';

test('a GET carries the token, asks for JSON and names the package', async () => {
  const server = await serve(
    http.get(
      '*/api/v2/contacts.json',
      replay(recording('rapidpro-9.0.0', 'contacts', 'get_by_uuid')),
    ),
  );
  const client = new Client(parseConfiguration(credential(server)));
  const answer = await client.request({ method: 'GET', path: 'contacts', query: { uuid: 'x' } });
  expect(answer).toMatchObject({ statusCode: 200, repeated: false });
  const [request] = server.requests;
  expect(request?.headers).toMatchObject({
    authorization: `Token ${TOKEN}`,
    accept: 'application/json',
    'user-agent': `openfn-language-rapidpro/${VERSION}`,
  });
  expect(request?.headers).not.toHaveProperty('content-type');
  expect(request?.headers).not.toHaveProperty('cookie');
});

test('a POST says that its body is JSON', async () => {
  const server = await serve(
    http.post('*/api/v2/groups.json', () =>
      HttpResponse.json({ name: 'Ünïcode' }, { status: 201 }),
    ),
  );
  const client = new Client(parseConfiguration(credential(server)));
  const answer = await client.request({
    method: 'POST',
    path: 'groups',
    body: { name: 'Ünïcode 👋' },
  });
  expect(answer).toEqual({ statusCode: 201, body: { name: 'Ünïcode' }, repeated: false });
  const [request] = server.requests;
  expect(request?.headers['content-type']).toBe('application/json');
  expect(request?.body).toEqual({ name: 'Ünïcode 👋' });
});
