import { setTimeout as pause } from 'node:timers/promises';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { upsertContacts } from '../../../src/index.js';
import type { UpsertBody } from '../../../src/types/bodies.js';
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

  describe('replacing URNs, entries that name one contact by different URNs', () => {
    const ANN = { name: 'Ann', urns: ['ext:a', 'tel:+250788001003'] };

    test.each<[string, UpsertBody[], number]>([
      [
        'both fail, and nothing is written for them',
        [
          { urns: ['ext:a'], name: 'Dee' },
          { urns: ['tel:+250788001003'], name: 'Eve' },
        ],
        2,
      ],
      [
        'in the other order, and with a local number',
        [
          { urns: ['tel:0788001003'], name: 'Eve' },
          { urns: ['ext:a'], name: 'Dee' },
        ],
        2,
      ],
      [
        'among others, who are written',
        [
          { urns: ['tel:+250788001003', 'ext:new'], name: 'Eve' },
          { urns: ['tel:+250788555555'], name: 'Other' },
          { urns: ['ext:a', 'ext:b'], name: 'Dee' },
        ],
        2,
      ],
      [
        'also where the number of a third ends with the same digits',
        [
          { urns: ['ext:a'], name: 'Dee' },
          { urns: ['tel:+250788001003'], name: 'Eve' },
          { urns: ['tel:+250733001003'], name: 'Other' },
        ],
        2,
      ],
    ])('%s', async (_, list, failed) => {
      for (const concurrency of [1, 4]) {
        const sandbox = await workspace({ dialect, contacts: [ANN], country: 'RW' });
        const options = { urns: 'replace', concurrency } as const;
        const dry = await bulk(upsertContacts(list, { ...options, dryRun: true }), sandbox);
        const { result } = await bulk(upsertContacts(list, options), sandbox);
        expect(result.failed).toHaveLength(failed);
        expect(result.failed.map(({ index }) => index)).toEqual(
          dry.result.failed.map(({ index }) => index),
        );
        for (const { code, description, fix } of result.failed) {
          expect(code).toBe('CONTACT_CLASH');
          expect(description).toMatch(
            /^contacts\[\d\], contacts\[\d\] are the same contact in RapidPro\.$/,
          );
          expect(fix).toContain('Nothing was sent for them.');
        }
        expect(result.created).toHaveLength(list.length - failed);
        expect(sandbox.contacts().find(({ name }) => name === 'Ann')).toMatchObject(ANN);
        expect(sandbox.contacts()).toHaveLength(1 + list.length - failed);
      }
    });

    test('by its uuid: it is not written a second time', async () => {
      const sandbox = await workspace({ dialect, contacts: [ANN] });
      const uuid = String(sandbox.contacts()[0]?.uuid);
      const list = [
        { urns: ['ext:a'], name: 'Dee' },
        { uuid, name: 'Eve' },
      ];
      const options = { urns: 'replace', concurrency: 1 } as const;
      const { result } = await bulk(upsertContacts(list, options), sandbox);
      expect(result.failed.map(({ code }) => code)).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH']);
      expect(writes(sandbox)).toEqual([]);
    });

    test('a URN that moves to a contact with another uuid is free', async () => {
      const bea = { name: 'Bea', urns: ['ext:b'] };
      const sandbox = await workspace({ dialect, contacts: [ANN, bea] });
      const uuidOf = (who: string) =>
        String(sandbox.contacts().find(({ name }) => name === who)?.uuid);
      const list = [
        { uuid: uuidOf('Ann'), urns: ['ext:a'] },
        { uuid: uuidOf('Bea'), urns: ['ext:b', 'tel:+250788001003'] },
      ];
      const options = { urns: 'replace', concurrency: 1 } as const;
      const { result } = await bulk(upsertContacts(list, options), sandbox);
      expect(counts(result)).toEqual([0, 2, 0, 0, 0]);
      expect(holder(sandbox, 'tel:+250788001003')?.name).toBe('Bea');
    });

    test('an entry that another one stands for names nobody', async () => {
      const sandbox = await workspace({ dialect, contacts: [ANN] });
      const list = [
        { urns: ['ext:a'], name: 'Dee' },
        { urns: ['ext:a', 'tel:+250788001003'], name: 'Eve' },
      ];
      const options = { urns: 'replace', duplicates: 'first' } as const;
      const { result } = await bulk(upsertContacts(list, options), sandbox);
      expect(counts(result)).toEqual([0, 1, 0, 0, 0]);
      expect(result.passedOver).toEqual([{ index: 1, duplicateOf: 0 }]);
      expect(sandbox.contacts()).toMatchObject([{ name: 'Dee', urns: ['ext:a'] }]);
    });
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

describe.each(['v9', 'textit'] as const)('a dry run on %s', dialect => {
  const own = ['tel:+250788001003', 'ext:a'];
  test.each<[string, (uuid: string) => object]>([
    ['a new contact', () => ({ urns: ['tel:+250788009009'] })],
    ['a new contact with a note', () => ({ urns: ['tel:+250788009009'], note: 'Called.' })],
    ['a new one with URNs and a note', () => ({ urns: ['ext:x', 'ext:y'], note: 'Called.' })],
    ['a note', uuid => ({ uuid, note: 'Called.' })],
    ['no URNs', uuid => ({ uuid, urns: [] })],
    ['its own in another order', uuid => ({ uuid, urns: own.toReversed() })],
    ['one of its own', () => ({ urns: ['ext:a'], name: 'Eve' })],
    ['one number in two forms', uuid => ({ uuid, urns: ['tel:+250788005005', 'tel:0788005005'] })],
    ['its number in another form', uuid => ({ uuid, urns: ['tel:0788001003'] })],
    ['its number in another form, and more', () => ({ urns: ['tel:0788001003', 'ext:n'] })],
  ])('tells the same as the real run: %s', async (_, entryOf) => {
    for (const urns of ['add', 'replace'] as const) {
      const sandbox = await workspace({
        dialect,
        contacts: [{ name: 'Ann', urns: own }],
        country: 'RW',
      });
      const entry = entryOf(String(sandbox.contacts()[0]?.uuid));
      const dry = await bulk(upsertContacts([entry], { urns, dryRun: true }), sandbox);
      expect(writes(sandbox)).toEqual([]);
      const { result } = await bulk(upsertContacts([entry], { urns }), sandbox);
      expect([urns, ...counts(dry.result)]).toEqual([urns, ...counts(result)]);
      expect(dry.result.failed.map(({ code }) => code)).toEqual(
        result.failed.map(({ code }) => code),
      );
      if (result.failed.length === 0) {
        expect([urns, dry.result.requests]).toEqual([urns, writes(sandbox).length]);
      }
    }
  });

  test.each<[string, (uuid: string) => object]>([
    ['a uuid that nobody has', () => ({ uuid: OTHER_UUID, name: 'Eve' })],
    ['that, and URNs', () => ({ uuid: OTHER_UUID, urns: ['ext:n'] })],
    ['a blocked contact and a group', uuid => ({ uuid, groups: ['Mothers'] })],
    ['the same by a URN', () => ({ urns: ['ext:a'], groups: ['Mothers'] })],
    ['the same with another URN', () => ({ urns: ['ext:a', 'ext:n'], groups: ['Mothers'] })],
  ])('counts what the real run sends before it is refused: %s', async (_, entryOf) => {
    const blocked = { name: 'Ann', urns: own, status: 'blocked' as const };
    const sandbox = await workspace({ dialect, contacts: [blocked] });
    const entry = entryOf(String(sandbox.contacts()[0]?.uuid));
    const dry = await bulk(upsertContacts([entry], { dryRun: true }), sandbox);
    const { result } = await bulk(upsertContacts([entry]), sandbox);
    expect(counts(dry.result)).toEqual([0, 0, 0, 1, 0]);
    expect(counts(result)).toEqual([0, 0, 0, 1, 0]);
    expect(dry.result.requests).toBe(writes(sandbox).length);
  });
});
