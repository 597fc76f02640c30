import { describe, expect, test } from 'vitest';
import {
  addContact,
  deleteContact,
  getContact,
  getContacts,
  getWorkspace,
  http,
  sendBroadcast,
  sendMessage,
  startFlow,
  updateContact,
  upsertContact,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { inTurn, json, stall } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';
import { answering, FLOW, failure, page, refused, run, stateFor, UUID } from './run.js';

type With = (options: never) => Operation;
const operations: [string, With][] = [
  ['getWorkspace', options => getWorkspace(options)],
  ['getContact', options => getContact(UUID, options)],
  ['getContacts', options => getContacts({}, options)],
  ['addContact', options => addContact({}, options)],
  ['updateContact', options => updateContact(UUID, {}, options)],
  ['upsertContact', options => upsertContact({ uuid: UUID }, options)],
  ['deleteContact', options => deleteContact(UUID, options)],
  ['startFlow', options => startFlow({ flow: FLOW, groups: ['A'] }, options)],
  ['sendBroadcast', options => sendBroadcast({ text: 'x', groups: ['A'] }, options)],
  ['sendMessage', options => sendMessage({ text: 'x', contact: UUID }, options)],
  ['http.get', options => http.get('contacts', {}, options)],
  ['http.post', options => http.post('contacts', {}, options)],
  ['http.delete', options => http.delete('contacts', {}, options)],
  ['http.request', options => http.request('GET', 'contacts', options)],
];

describe.each(operations)('%s', (_, build) => {
  test.each([
    { timeout: 0 },
    { timeout: -1 },
    { timeout: '30' },
    { timeout: 60_000 },
    { timeout: {} },
    { maxWait: -1 },
    { maxWait: '5' },
    { maxWait: 90_000 },
    { limit: 0 },
    { limit: 1.5 },
    { limit: '10' },
    { limit: null },
    { limit: undefined },
    { urns: 'append' },
  ])('refuses %j', async options => {
    const error = await refused(build(options as never), 'INVALID_OPTION');
    expect(error.description).toContain('options.');
  });

  test.each([5, 'fast', [60], true])('refuses options of %j', async options => {
    await refused(build(options as never), 'INVALID_OPTION');
  });

  test('refuses a number that is none', async () => {
    await refused(build({ timeout: Number.NaN } as never), 'INVALID_OPTION');
  });
});

test('an unknown option is warned about, with the nearest known one', async () => {
  const lines = captureConsole();
  const server = await serve(answering('get', 'contacts', () => page([])));
  await getContacts({}, { limt: 5, maxwait: 1, pageSize: 9 } as never)(stateFor(server));
  const text = lines.join('\n');
  expect(text).toContain('options has the unknown key "limt". Did you mean "limit"?');
  expect(text).toContain('options has the unknown key "maxwait". Did you mean "maxWait"?');
  expect(text).toContain('Known here: timeout, maxWait, limit');
});

test('an option of another operation is unknown', async () => {
  const lines = captureConsole();
  const server = await serve(answering('get', 'contacts', () => page([])));
  await getContact(UUID, { limit: 5, urns: 'add' } as never)(stateFor(server));
  expect(lines.filter(line => line.includes('unknown key'))).toHaveLength(2);
});

test.each([undefined, null, {}, { timeout: null, maxWait: undefined }])(
  'options of %j are the default ones',
  async options => {
    const server = await serve(answering('get', 'contacts', () => page([])));
    expect((await run(getContacts({}, options as never), server)).data).toEqual([]);
  },
);

test('timeout is in seconds', async () => {
  noSleep();
  const server = await rawServer(stall);
  const started = performance.now();
  const error = await failure(getWorkspace({ timeout: 0.1 }), server);
  expect(error.code).toBe('TIMEOUT');
  expect(error.description).toContain('0.1 seconds');
  expect(performance.now() - started).toBeLessThan(5000);
});

test('maxWait is in seconds, and for the whole operation', async () => {
  const sleeps = noSleep();
  const busy = json({ detail: 'Throttled.' }, 429, { 'Retry-After': 40 });
  const found = json({ results: [{ uuid: UUID }], next: null });
  const server = await rawServer(inTurn(busy, found, busy));
  const error = await failure(updateContact('tel:+250788000001', {}, { maxWait: 79 }), server);
  expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 40 });
  expect(sleeps).toEqual([40]);
});

test('a wait of some length is told', async () => {
  noSleep();
  const lines = captureConsole();
  const busy = json({ detail: 'Throttled.' }, 429, { 'Retry-After': 40 });
  const server = await rawServer(inTurn(busy, json({ uuid: UUID })));
  await getWorkspace()(stateFor(server));
  expect(lines[0]).toBe('RapidPro: waiting 40 s because of its rate limit');
});
