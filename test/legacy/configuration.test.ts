import { HttpResponse, http as msw } from 'msw';
import { expect, test } from 'vitest';
import { addContact } from '../../src/index.js';
import { TOKEN } from '../support/credential.js';
import { serve } from '../support/serve.js';

const rapidpro = () =>
  serve(msw.post('*', () => HttpResponse.json({ uuid: 'x' }, { status: 201 })));

test.each([
  (origin: string) => ({ host: origin }),
  (origin: string) => ({ host: `${origin}/` }),
  (origin: string) => ({ host: `${origin}//` }),
  (origin: string) => ({ host: origin, apiVersion: 'v2' }),
  (origin: string) => ({ host: origin, apiVersion: '' }),
  (origin: string) => ({ host: origin, baseUrl: 'x', extra: { any: 1 } }),
])('a credential as version 2 took it reaches the API: %o', async make => {
  const server = await rapidpro();
  const configuration = { ...make(server.origin), token: TOKEN };
  await addContact({ name: 'Amina' })({ configuration });
  expect(server.requests[0]?.url).toBe('/api/v2/contacts.json');
  expect(server.requests[0]?.headers.authorization).toBe(`Token ${TOKEN}`);
});
