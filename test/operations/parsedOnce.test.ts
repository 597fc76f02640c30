import { http as msw } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import {
  eachMissedPush,
  eachPage,
  fn,
  getContacts,
  sendBroadcast,
  syncContacts,
  upsertContact,
  upsertContacts,
  webhook,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { credential } from '../support/credential.js';
import { serve } from '../support/serve.js';
import { DEFAULT_BODY } from '../webhook/pushes.js';
import { page, UUID } from './run.js';

/** How often something was held to a schema as options. */
const counted = vi.hoisted(() => ({ options: 0 }));

vi.mock('../../src/input/check.js', async load => {
  const original = await load<typeof import('../../src/input/check.js')>();
  const check: typeof original.check = (schema, value, where, code) => {
    if (code === 'INVALID_OPTION') counted.options++;
    return original.check(schema, value, where, code);
  };
  return { ...original, check };
});

beforeEach(() => {
  counted.options = 0;
});

const URN = 'tel:+250788000001';
const LONG_AGO = '2026-01-01T00:00:00Z';
const people = [
  { uuid: UUID, name: 'Amina', urns: [URN], groups: [], fields: {}, modified_on: LONG_AGO },
];
const event = { resthook: 'births', data: DEFAULT_BODY, created_on: '2026-11-22T12:00:00Z' };

const handlers = [
  msw.get('*/api/v2/contacts.json', ({ request }) =>
    page((new URL(request.url).searchParams.get('after') ?? '') > LONG_AGO ? [] : people),
  ),
  msw.get('*/api/v2/resthook_events.json', () => page([event])),
  msw.get('*/api/v2/:any', () => page([])),
  msw.post('*/api/v2/:any', () => Response.json(people[0])),
];

/** The credential, and how often each of its values was read. */
function watched(server: { host: string }) {
  const reads = new Map<string, number>();
  const configuration = new Proxy(
    { ...credential(server), webhookSecret: 'a-long-secret' },
    {
      get(target, key) {
        reads.set(String(key), (reads.get(String(key)) ?? 0) + 1);
        return Reflect.get(target, key);
      },
    },
  );
  return { configuration, reads };
}

const pass = fn(state => state);
const operations: [string, Operation][] = [
  ['upsertContact', upsertContact({ urns: [URN], name: 'Amina' }, { urns: 'add' })],
  ['getContacts', getContacts({}, { limit: 9 })],
  ['getContacts side by side', getContacts({}, { concurrency: 4 })],
  ['eachPage', eachPage(getContacts({}, { limit: 9 }), pass)],
  ['syncContacts', syncContacts([{ urns: [URN], name: 'Bea' }], { concurrency: 2 })],
  ['upsertContacts', upsertContacts([{ urns: [URN], name: 'Bea' }], { failOnError: true })],
  ['sendBroadcast', sendBroadcast({ urns: [URN], text: 'Hello' }, { dryRun: true })],
  ['eachMissedPush', eachMissedPush({ resthook: 'births', numbers: true, timeout: 9 }, pass)],
];

test.each(operations)('%s parses its credential and its options once', async (_, operation) => {
  const server = await serve(...handlers);
  const { configuration, reads } = watched(server);
  await operation({ configuration });
  expect(server.requests.length).toBeGreaterThan(0);
  expect([reads.get('host'), reads.get('apiVersion'), reads.get('webhookSecret')]).toEqual([
    1, 1, 1,
  ]);
  expect(counted.options).toBe(1);
});

test('webhook.parse parses no credential, reads its secret once, and its options once', async () => {
  const { configuration, reads } = watched({ host: 'https://rapidpro.example.org' });
  const request = { headers: { 'X-Secret': 'a-long-secret' } };
  await webhook.parse({ header: 'X-Secret', numbers: true })({
    configuration,
    request,
    data: DEFAULT_BODY,
  });
  expect([reads.get('host'), reads.get('webhookSecret')]).toEqual([undefined, 1]);
  expect(counted.options).toBe(1);
});
