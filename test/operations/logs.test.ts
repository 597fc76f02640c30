import { randomUUID } from 'node:crypto';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  addField,
  addGroup,
  addLabel,
  addTopic,
  eachChange,
  ensureGroup,
  fn,
  getContacts,
  sendBroadcast,
  upsertContacts,
} from '../../src/index.js';
import { captureConsole } from '../support/captureConsole.js';
import { TOKEN } from '../support/credential.js';
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

test('of several steps, each line says which one it is about', async () => {
  const people = ['tel:+250788000001', 'tel:+250788000002'];
  const sandbox = await createSandbox({
    token: TOKEN,
    seed: { groups: [{ name: 'Mothers' }] },
    contacts: Array.from({ length: 600 }, (_, n) => ({ urns: [`tel:+2507890${10_000 + n}`] })),
  });
  onTestFinished(() => sandbox.close());
  const lines = captureConsole();
  await run(ensureGroup('Mothers'), sandbox);
  expect(lines.splice(0)[0]).toMatch(/^RapidPro: The contact group [0-9a-f-]{36} already exists$/);
  await run(
    upsertContacts(
      people.map(urn => ({ urns: [urn] })),
      { dryRun: true },
    ),
    sandbox,
  );
  expect(lines.splice(0)).toEqual([
    expect.stringMatching(/^RapidPro: upsertContacts\(\): Dry run/),
    expect.stringMatching(/^RapidPro: upsertContacts\(\): The real run takes 2 requests/),
  ]);
  await run(upsertContacts([{ urns: ['tel:1'] }]), sandbox);
  expect(lines.splice(0).at(-1)).toMatch(/^RapidPro: warning: upsertContacts\(\): 1 of 1 failed/);
  await run(getContacts({}, { deadline: 1, resume: true, limit: 1 }), sandbox);
  expect(lines.splice(0)).toEqual(['RapidPro: Fetched 1 contact in 1 request']);
  await run(
    eachChange(
      getContacts(),
      fn(state => state),
    ),
    sandbox,
  );
  expect(lines.splice(0).at(-1)).toMatch(/^RapidPro: 600 contacts new or changed/);
});
