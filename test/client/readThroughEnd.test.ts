import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { orderOf } from '../../src/client/orderedList.js';
import { readThrough } from '../../src/client/readThrough.js';
import { parseConfiguration } from '../../src/configuration.js';
import { listen } from '../support/closing.js';
import { credential } from '../support/credential.js';

test('a list that only repeats itself is ended after a million records', async () => {
  const results = Array.from({ length: 10_000 }, () => ({
    uuid: 'x',
    modified_on: '2026-01-01T00:00:00Z',
  }));
  const written = JSON.stringify(results);
  let asked = 0;
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      `{"next":"/?cursor=${++asked}","results":${asked === 5 ? '[{"uuid":"y"}]' : written}}`,
    );
  });
  const { port } = await listen(server);
  const client = new Client(parseConfiguration(credential({ host: `http://127.0.0.1:${port}/` })));
  const list = { client, name: 'contacts', query: {}, order: orderOf('contacts', {}) } as const;
  let pages = 0;
  const reading = (async () => {
    for await (const { records } of readThrough(list)) {
      expect(records).toHaveLength(++pages === 1 || pages === 5 ? 1 : 0);
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: 'LIST_TOO_LONG' });
  // What is new begins the count anew.
  expect(asked).toBe(105);
});
