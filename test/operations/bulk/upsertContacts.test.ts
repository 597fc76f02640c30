import { setTimeout as pause } from 'node:timers/promises';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { upsertContacts } from '../../../src/index.js';
import { captureConsole } from '../../support/captureConsole.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { OTHER_UUID, refused } from '../run.js';
import { bulk, counts, holder, places, upTo, workspace, writes } from './workspace.js';

const AMINA = 'tel:+250788000001';
const BEA = 'tel:+250788000002';
const FREE = 'tel:+250788000009';
const people = () => [
  { name: 'Amina', urns: [AMINA] },
  { name: 'Bea', urns: [BEA], groups: ['Mothers'] },
];

describe.each(['v9', 'textit'] as const)('on %s', dialect => {
  test('each is updated or added', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const uuid = String(holder(sandbox, BEA)?.uuid);
    const { result, state } = await bulk(
      upsertContacts([
        { urns: [AMINA], name: 'A.' },
        { urns: [FREE], name: 'New' },
        { uuid, name: 'B.' },
        { urns: ['tel:+250788000021'], name: 'Other' },
      ]),
      sandbox,
    );
    expect(result).toMatchObject({
      created: [{ index: 1, uuid: holder(sandbox, FREE)?.uuid }, { index: 3 }],
      updated: [{ index: 0 }, { index: 2, uuid }],
      unchanged: [],
      failed: [],
      notAttempted: [],
    });
    expect(writes(sandbox)).toHaveLength(4);
    expect(state.response?.requests).toBe(4);
    expect(sandbox.contacts().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['A.', 'B.', 'New', 'Other']),
    );
  });

  test.each([
    [3, { concurrency: 3 }],
    [4, {}],
  ])('%i go side by side, and no more', async (expected, options) => {
    let now = 0;
    let most = 0;
    const server = await serve(
      msw.post('*/api/v2/contacts.json', async () => {
        most = Math.max(most, ++now);
        // On a busy machine requests that are sent at once come one after the other.
        await vi.waitFor(() => expect(most).toBeGreaterThanOrEqual(expected), 10_000);
        await pause(10);
        now--;
        return HttpResponse.json({ uuid: OTHER_UUID, urns: [] });
      }),
    );
    const list = upTo(12).map(n => ({ urns: [`tel:+2507880${10_000 + n}`] }));
    await bulk(upsertContacts(list, options), server);
    expect(most).toBe(expected);
  });

  test('lost answers are tried again, and nobody is made twice', async () => {
    noSleep();
    const sandbox = await workspace({ dialect, contacts: people() });
    const post = { method: 'POST', path: 'contacts' };
    sandbox.fault({ kind: 'reset', strikes: 'after', when: { ...post, nth: 2 } });
    sandbox.fault({ kind: 'bad-gateway', strikes: 'after', when: { ...post, nth: 5 } });
    sandbox.fault({ kind: 'throttle', retryAfter: 2, when: { ...post, nth: 9 }, times: 3 });
    const list = upTo(30).map(n => ({ urns: [`tel:+2507880${10_000 + n}`], name: `P ${n}` }));
    const { result } = await bulk(upsertContacts(list), sandbox);
    expect(counts(result).slice(3)).toEqual([0, 0]);
    expect(places(result)).toEqual(upTo(30));
    expect(sandbox.contacts()).toHaveLength(32);
  });

  test('failures stay alone', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const log = captureConsole();
    const { result } = await bulk(
      upsertContacts([
        { urns: [AMINA, BEA], name: 'Both' },
        { urns: [FREE], name: 'One' },
        { urns: ['tel:+250788 000 009'], name: 'Two' },
        { name: 'Nobody' },
        { uuid: OTHER_UUID, name: 'Gone' },
        { urns: ['tel:+250788000031'], fields: { nope: 1 } },
        { urns: ['tel:+250788000032'], groups: ['Nope'] },
        { urns: ['tel:+250788000033'], name: 'Good' },
      ]),
      sandbox,
    );
    expect(result.failed.map(({ index, code }) => [index, code])).toEqual([
      [0, 'CONTACT_CLASH'],
      [1, 'CONTACT_CLASH'],
      [2, 'CONTACT_CLASH'],
      [3, 'INVALID_INPUT'],
      [4, 'NOT_FOUND'],
      [5, 'UNKNOWN_FIELD'],
      [6, 'UNKNOWN_REFERENCE'],
    ]);
    expect(result.created).toMatchObject([{ index: 7 }]);
    expect(log.join('\n')).toContain('7 of 8 failed (3 CONTACT_CLASH');
    expect(log.join('\n')).toContain('To make it fail, use { failOnError: true }.');
    expect(log.join('\n')).not.toMatch(/Gone|Nobody|250788/);
  });

  test('URNs are added, or replaced', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    await bulk(upsertContacts([{ urns: [AMINA, FREE] }]), sandbox);
    expect(holder(sandbox, FREE)?.urns).toEqual([AMINA, FREE]);
    await bulk(upsertContacts([{ urns: [FREE] }], { urns: 'replace' }), sandbox);
    expect(holder(sandbox, FREE)?.urns).toEqual([FREE]);
  });
});

test('unknown keys are sent, with one warning', async () => {
  const sandbox = await workspace();
  const log = captureConsole();
  const list = upTo(3).map(n => ({ urns: [`tel:+2507880${10_000 + n}`], colour: 'red' }));
  await bulk(upsertContacts(list as never), sandbox);
  expect(log.filter(line => line.includes('colour'))).toHaveLength(1);
  const [post] = sandbox.requests();
  expect(post?.body).toEqual({ colour: 'red' });
});

test('options are checked', async () => {
  await refused(upsertContacts([], { concurrency: 1.5 }), 'INVALID_OPTION');
  await refused(upsertContacts([], { failOnError: 'yes' } as never), 'INVALID_OPTION');
  await refused(upsertContacts(5 as never), 'INVALID_INPUT');
});
