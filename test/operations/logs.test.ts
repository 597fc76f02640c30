import { randomUUID } from 'node:crypto';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { addField, addGroup, addLabel, addTopic, sendBroadcast } from '../../src/index.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { run } from './run.js';

describe('the log says what kind of object was added', () => {
  test.each([
    ['contact group', 'groups', addGroup({ name: 'Mothers' })],
    ['message label', 'labels', addLabel({ name: 'Urgent' })],
    ['ticket topic', 'topics', addTopic({ name: 'Pregnancy' })],
    ['contact field', 'fields', addField({ name: 'Village', type: 'text' })],
  ])('a %s', async (kind, path, operation) => {
    const uuid = randomUUID();
    const server = await serve(
      msw.post(`*/api/v2/${path}.json`, () => HttpResponse.json({ uuid }, { status: 201 })),
    );
    const lines = captureConsole();
    await run(operation, server);
    expect(lines).toContain(`RapidPro: Added ${kind} ${uuid}`);
  });
});

test.each([
  [1, 'Accepted broadcast 1 for 1 contact'],
  [201, 'Accepted broadcasts 1, 2, 3 for 201 contacts'],
  [2000, 'Accepted 20 broadcasts for 2,000 contacts'],
])('a broadcast to %i is logged in one short line', async (amount, line) => {
  let id = 0;
  const server = await serve(
    msw.post('*/api/v2/broadcasts.json', () => {
      id += 1;
      return HttpResponse.json({ id }, { status: 201 });
    }),
  );
  const lines = captureConsole();
  const contacts = Array.from({ length: amount }, () => randomUUID());
  await run(sendBroadcast({ contacts, text: 'Hello' }), server);
  expect(lines).toContain(`RapidPro: ${line}`);
  expect(lines.join('\n').length).toBeLessThan(200);
});
