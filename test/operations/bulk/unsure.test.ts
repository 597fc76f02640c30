import { setTimeout as pause } from 'node:timers/promises';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { syncContacts, upsertContacts } from '../../../src/index.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { answering, denied, OTHER_UUID, page } from '../run.js';
import { bulk, counts, holder, places, upTo, workspace } from './workspace.js';

const urn = (n: number) => `tel:+2507880${10_000 + n}`;
const list = (count: number) => upTo(count).map(n => ({ urns: [urn(n)], name: `P ${n}` }));

describe.each(['v9', 'textit'] as const)('on %s', dialect => {
  test.each(['reset', 'bad-gateway'] as const)(
    'a contact whose creation was answered by nobody is told as created (%s)',
    async kind => {
      noSleep();
      const sandbox = await workspace({ dialect, contacts: [{ urns: [urn(3)], name: 'Old' }] });
      const post = { method: 'POST', path: 'contacts' };
      sandbox.fault({ kind, strikes: 'after', when: { ...post, nth: 2 } });
      sandbox.fault({ kind, strikes: 'after', when: { ...post, nth: 5 } });
      const { result } = await bulk(upsertContacts(list(6), { concurrency: 1 }), sandbox);
      expect(result.created.map(({ index }) => index)).toEqual([0, 1, 2, 4, 5]);
      expect(result.updated).toMatchObject([{ index: 3, uuid: holder(sandbox, urn(3))?.uuid }]);
    },
  );

  test.each(['reset', 'bad-gateway', 'server-error', 'request-timeout'] as const)(
    'what every attempt did, and none was answered, may have been written (%s)',
    async kind => {
      noSleep();
      const people = [{ urns: [urn(0)], name: 'Old' }];
      for (const work of [syncContacts, upsertContacts]) {
        const sandbox = await workspace({ dialect, contacts: people });
        const when = { method: 'POST', path: 'contacts' };
        sandbox.fault({ kind, strikes: 'after', when, times: 4 });
        const { result } = await bulk(work(list(1)), sandbox);
        expect(holder(sandbox, urn(0))?.name).toBe('P 0');
        expect(result.failed).toMatchObject([
          { index: 0, description: expect.stringContaining('may have been written') },
        ]);
      }
    },
  );

  test('what was sent before the stop is not reported as not attempted', async () => {
    noSleep();
    const sandbox = await workspace({ dialect });
    const post = { method: 'POST', path: 'contacts' };
    sandbox.fault({ kind: 'reset', strikes: 'after', when: { ...post, nth: 3 } });
    sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: { ...post, nth: 4 }, times: 9 });
    const options = { concurrency: 1 };
    const { result, state } = await bulk(upsertContacts(list(6), options), sandbox);
    expect(counts(result)).toEqual([2, 0, 0, 1, 3]);
    expect(result.failed).toMatchObject([
      { index: 2, code: 'RATE_LIMITED', description: expect.stringContaining('may have been') },
    ]);
    expect(result.stopped?.code).toBe('RATE_LIMITED');
    // It can be sent again without harm, so the next run does.
    const { rapidpro } = state;
    const again = { ...options, resume: true };
    sandbox.clearFaults();
    const rest = await bulk(upsertContacts(list(6), again), sandbox, { rapidpro });
    expect(rest.result.failed).toEqual([]);
    expect(rest.result.created.filter(({ earlier }) => earlier)).toHaveLength(2);
    expect(places(rest.result)).toEqual(upTo(6));
    expect(sandbox.contacts()).toHaveLength(6);
  });
});

const LIMITED = () =>
  HttpResponse.json({ detail: 'Request was throttled.' }, { status: 429, headers: RETRY_LATE });
const RETRY_LATE = { 'retry-after': '3000' };
const UNKNOWN_GROUP = () => HttpResponse.json({ group: ['No such object: g2'] }, { status: 400 });

const DONE = () => new HttpResponse(null, { status: 204 });

test.each<[string, answers: (() => Response)[], 'failed' | 'notAttempted', code: string]>([
  ['the token may do no more', [DONE, denied], 'notAttempted', 'PERMISSION_DENIED'],
  ['the limit is reached', [DONE, LIMITED], 'notAttempted', 'RATE_LIMITED'],
  ['the second is gone', [DONE, UNKNOWN_GROUP], 'failed', 'UNKNOWN_REFERENCE'],
  ['the first is gone', [UNKNOWN_GROUP, DONE], 'failed', 'UNKNOWN_REFERENCE'],
])('who entered one of two groups is told so: %s', async (_, answers, place, code) => {
  noSleep();
  const uuid = OTHER_UUID;
  const groups = ['g1', 'g2'].map(one => ({ uuid: one, name: one, query: null, count: 9 }));
  const server = await serve(
    msw.get('*/groups.json', () => page(groups)),
    msw.get('*/contacts.json', () => page([{ uuid, urns: [urn(0)], groups: [] }])),
    answering('post', 'contact_actions', ...answers),
  );
  const entry = { urns: [urn(0)], groups: ['g1', 'g2'] };
  const { result } = await bulk(syncContacts([entry], { concurrency: 1 }), server);
  expect(result[place]).toMatchObject([{ index: 0, uuid, changed: ['groups'] }]);
  expect(places(result)).toEqual([0]);
  expect([result.stopped?.code, ...result.failed.map(one => one.code)]).toContain(code);
});

test('a request that is under way at the deadline ends with it', async () => {
  const server = await serve(
    msw.get('*/api/v2/contacts.json', () => HttpResponse.json({ next: null, results: [] })),
    msw.post('*/api/v2/contacts.json', async ({ request }) => {
      const { name } = (await request.json()) as { name: string };
      if (name === 'P 2') await pause(20_000);
      return HttpResponse.json({ uuid: OTHER_UUID.replace(/^../, `0${name.at(-1)}`), urns: [] });
    }),
  );
  const started = performance.now();
  const options = { deadline: 1, concurrency: 1 };
  const { result } = await bulk(upsertContacts(list(5), options), server);
  expect(performance.now() - started).toBeLessThan(5000);
  expect(result.failed).toMatchObject([{ index: 2, code: 'TIMEOUT' }]);
  expect(result.notAttempted).toMatchObject([{ index: 3 }, { index: 4 }]);
  expect(result.stopped?.code).toBe('TIMEOUT');
  expect(result.stopped?.fix).toContain('resume');
});

test('a reading that is under way at the deadline ends with it, and goes on later', async () => {
  const server = await serve(
    msw.get('*/api/v2/contacts.json', async () => {
      await pause(20_000);
      return HttpResponse.json({ next: null, results: [] });
    }),
  );
  const started = performance.now();
  const { result, state } = await bulk(syncContacts(list(30), { deadline: 1 }), server);
  expect(performance.now() - started).toBeLessThan(5000);
  expect(counts(result)).toEqual([0, 0, 0, 0, 30]);
  expect(result.stopped?.code).toBe('TIMEOUT');
  expect(state.rapidpro).toHaveProperty('resume');
});
