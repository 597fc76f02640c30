import { expect, test } from 'vitest';
import { getContacts } from '../../../src/Adaptor.js';
import { onlyCheckpoint } from '../../support/checkpoint.js';
import { credential } from '../../support/credential.js';
import { inTurn, json, stall } from '../../support/faults.js';
import { noSleep } from '../../support/noSleep.js';
import { rawServer } from '../../support/rawServer.js';

const first = json({ results: [{ uuid: 'a' }], next: 'http://x/?cursor=2' });

test('a page that hangs does not outlast the deadline, and what was read stays', async () => {
  const server = await rawServer(inTurn(first, stall));
  const started = performance.now();
  const state = await getContacts(
    {},
    { deadline: 1, timeout: 30 },
  )({
    configuration: credential(server),
  });
  expect(performance.now() - started).toBeLessThan(5000);
  expect(state.data).toEqual([{ uuid: 'a' }]);
  expect(onlyCheckpoint(state).position).toEqual({
    position: { cursor: { cursor: '2' }, seen: expect.any(String) },
    done: 1,
  });
});

test('no wait begins that would outlast the deadline', async () => {
  const sleeps = noSleep();
  const busy = json({ detail: 'x' }, 429, { 'Retry-After': 20 });
  const server = await rawServer(inTurn(first, busy));
  const state = await getContacts({}, { deadline: 10 })({ configuration: credential(server) });
  expect(state.data).toHaveLength(1);
  expect(sleeps).toEqual([]);
});

test.each([1, 4])(
  'a later run for which nothing comes in time stops where it began (%i side by side)',
  async concurrency => {
    const server = await rawServer(inTurn(first, stall));
    const configuration = credential(server);
    const options = { deadline: 1, timeout: 30, concurrency };
    const { rapidpro } = await getContacts({}, { ...options, concurrency: 1 })({ configuration });
    const later = await getContacts({}, { ...options, resume: true })({ configuration, rapidpro });
    expect(later.data).toEqual([]);
    expect(later.rapidpro).toEqual(rapidpro);
  },
);

test.each([1, 4])(
  'a first run that can go on stops where it began, too (%i side by side)',
  async concurrency => {
    const all = json({ results: [{ uuid: 'a', modified_on: '2026-01-01T00:00:00Z' }], next: null });
    const server = await rawServer(inTurn(stall, all));
    const configuration = credential(server);
    const options = { deadline: 1, timeout: 30, concurrency };
    const list = (resume: boolean) => getContacts({ group: 'Mothers' }, { ...options, resume });
    const early = await list(true)({ configuration });
    expect(early.data).toEqual([]);
    expect(onlyCheckpoint(early).position).toEqual({ position: {}, done: 0 });
    const { rapidpro } = JSON.parse(JSON.stringify({ ...early, configuration: {} }));
    const later = await list(true)({ configuration, rapidpro });
    expect(later.data).toHaveLength(1);
    expect(later.rapidpro).toEqual({});
  },
);

test('where the run cannot go on, a first page that does not come in time is an error', async () => {
  const server = await rawServer(inTurn(stall));
  const list = getContacts({}, { deadline: 1, timeout: 30 });
  await expect(list({ configuration: credential(server) })).rejects.toMatchObject({
    code: 'TIMEOUT',
  });
});
