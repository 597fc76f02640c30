import { expect, test } from 'vitest';
import { syncContacts, upsertContacts } from '../../../src/index.js';
import { captureConsole } from '../../support/captureConsole.js';
import { noSleep } from '../../support/noSleep.js';
import { bulk, counts, upTo, workspace, writes } from './workspace.js';

const people = (more: (n: number) => object) =>
  upTo(60).map(n => ({ urns: [`tel:+2507880${10_000 + n}`], ...more(n) }));

const shared: [string, object, string][] = [
  ['a field that is not there', { fields: { nobody: 'x' } }, 'UNKNOWN_FIELD'],
  ['a group that is not there', { groups: ['Nobody'] }, 'UNKNOWN_REFERENCE'],
];

test.each(shared)('%s is asked about by few', async (_, more, code) => {
  const sandbox = await workspace();
  noSleep();
  const { result, state } = await bulk(upsertContacts(people(() => more)), sandbox);
  expect(counts(result)).toEqual([0, 0, 0, 60, 0]);
  expect(new Set(result.failed.map(one => one.code))).toEqual(new Set([code]));
  expect(state.response?.requests).toBeLessThan(10);
});

test('a smart group is asked about by few', async () => {
  const sandbox = await workspace();
  noSleep();
  const list = people(n => (n < 59 ? { groups: ['Old'] } : {}));
  const { result, state } = await bulk(upsertContacts(list), sandbox);
  expect(counts(result)).toEqual([1, 0, 0, 59, 0]);
  expect(state.response?.requests).toBeLessThan(10);
  expect(result.failed.at(-1)?.description).toContain('smart group');
});

test.each([false, true])('a smart group has the same code in a dry run: %s', async dryRun => {
  const sandbox = await workspace();
  noSleep();
  const list = [
    { urns: ['tel:+250788010001'], groups: ['Mothers', 'Old'] },
    { urns: ['tel:+250788010002'], groups: ['Nobody'] },
    { urns: ['tel:+250788010003'], groups: ['Old'] },
  ];
  for (const operation of [upsertContacts, syncContacts]) {
    const { result } = await bulk(operation(list, { dryRun }), sandbox);
    expect(result.failed.map(({ index, code }) => [index, code])).toEqual(
      [0, 1, 2].map(index => [index, 'UNKNOWN_REFERENCE']),
    );
  }
});

test.each([upsertContacts, syncContacts])(
  'a language that RapidPro refuses is asked about by few: $name',
  async operation => {
    const known = upTo(10).map(n => ({ name: `P${n}`, urns: [`tel:+2507880${10_000 + n}`] }));
    for (const dialect of ['v9', 'textit'] as const) {
      const sandbox = await workspace({ dialect, contacts: known });
      // 639-2 has this for French.
      const list = people(n => ({ language: n === 59 ? 'fra' : 'fre' }));
      const { result } = await bulk(operation(list), sandbox);
      expect(counts(result)).toEqual([1, 0, 0, 59, 0]);
      expect(new Set(result.failed.map(one => one.code))).toEqual(new Set(['VALIDATION_FAILED']));
      expect(result.failed.at(-1)?.description).toContain('language');
      expect(writes(sandbox).length).toBeLessThan(10);
    }
  },
);

test('a refusal of the language beside another reason says nothing of others', async () => {
  const sandbox = await workspace();
  const list = people(n => ({ language: 'fra', name: n === 0 ? 'x'.repeat(65) : 'X' }));
  const { result } = await bulk(upsertContacts(list), sandbox);
  expect(counts(result)).toEqual([59, 0, 0, 1, 0]);
});

test('those that share nothing with it are written', async () => {
  const sandbox = await workspace();
  noSleep();
  const list = people(n => (n % 2 ? { fields: { nobody: 'x' } } : { groups: ['mothers'] }));
  const { result, state } = await bulk(upsertContacts(list), sandbox);
  expect(counts(result)).toEqual([30, 0, 0, 30, 0]);
  expect(state.response?.requests).toBeLessThan(40);
  expect(sandbox.contacts()).toHaveLength(30);
});

test('a refusal of one alone is none of the others', async () => {
  const sandbox = await workspace();
  noSleep();
  const list = people(n => (n === 3 ? { groups: ['Nobody'] } : {}));
  const { result } = await bulk(upsertContacts(list), sandbox);
  expect(counts(result)).toEqual([59, 0, 0, 1, 0]);
});

test.each([upsertContacts, syncContacts])(
  'a workspace that hides URNs stops it: $name',
  async operation => {
    const sandbox = await workspace({
      anonymous: true,
      contacts: [{ name: 'First', urns: ['tel:+250788000099'] }],
    });
    await expect(bulk(operation(people(() => ({ name: 'A' }))), sandbox)).rejects.toMatchObject({
      code: 'ANONYMOUS_WORKSPACE',
    });
    expect(sandbox.requests.length).toBeLessThan(8);
    expect(sandbox.contacts()).toHaveLength(1);
  },
);

test.each([upsertContacts, syncContacts])(
  'what failed for a passing reason is taken up by the next run: $name',
  async operation => {
    const sandbox = await workspace();
    noSleep();
    const list = people(n => ({ name: `P ${n}` })).slice(0, 12);
    const log = captureConsole();
    const options = { concurrency: 1, resume: true };
    // All attempts at one contact in the middle.
    sandbox.fault({
      kind: 'bad-gateway',
      when: { method: 'POST', path: 'contacts', nth: 6 },
      times: 4,
    });
    const first = await bulk(operation(list, options), sandbox);
    expect(counts(first.result)).toEqual([11, 0, 0, 1, 0]);
    expect(log.join('\n')).toContain('resume: true');
    const before = writes(sandbox).length;
    const { result, state } = await bulk(operation(list, options), sandbox, first.state);
    expect(result.failed).toEqual([]);
    expect(result.created.filter(({ earlier }) => !earlier)).toHaveLength(1);
    expect(writes(sandbox)).toHaveLength(before + 1);
    expect(sandbox.contacts()).toHaveLength(12);
    expect(state.rapidpro).not.toHaveProperty('resume');
  },
);
