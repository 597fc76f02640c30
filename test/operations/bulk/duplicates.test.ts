import { describe, expect, test } from 'vitest';
import { syncContacts, upsertContacts } from '../../../src/index.js';
import { captureConsole } from '../../support/captureConsole.js';
import { bulk, counts, holder, workspace, writes } from './workspace.js';

const SHARED = 'tel:+250788000001';
const mother = { urns: [SHARED], name: 'Amina' };
const partner = { urns: [SHARED], name: 'Eric' };
const other = { urns: ['tel:+250788000002'], name: 'Keza' };
const list = [mother, partner, other];

describe.each(['v9', 'textit'] as const)('two of the list that share a phone, on %s', dialect => {
  test.each([
    ['first', 'Amina', [{ index: 1, duplicateOf: 0 }]],
    ['last', 'Eric', [{ index: 0, duplicateOf: 1 }]],
  ] as const)('%s', async (duplicates, name, passedOver) => {
    for (const operation of [syncContacts, upsertContacts]) {
      const lines = captureConsole();
      const sandbox = await workspace({ dialect });
      const { result } = await bulk(operation(list, { duplicates }), sandbox);
      expect(counts(result)).toEqual([2, 0, 0, 0, 0]);
      expect(result.passedOver).toEqual(passedOver);
      expect(holder(sandbox, SHARED)?.name).toBe(name);
      const [{ index, duplicateOf }] = passedOver;
      expect(lines.join('\n')).toContain(`contacts[${index}] for contacts[${duplicateOf}]`);
    }
  });

  test('a dry run skips what the real run skips, though RapidPro would refuse it', async () => {
    captureConsole();
    const tooLong = { ...mother, name: 'x'.repeat(65) };
    for (const dryRun of [true, false]) {
      const sandbox = await workspace({ dialect });
      const options = { duplicates: 'last', dryRun } as const;
      const { result } = await bulk(syncContacts([tooLong, partner], options), sandbox);
      expect(result).toMatchObject({ failed: [], passedOver: [{ index: 0, duplicateOf: 1 }] });
    }
  });

  test.each([
    ['first', 0],
    ['last', 1],
  ] as const)('%s, where the other one cannot be sent', async (duplicates, taken) => {
    captureConsole();
    const good = { fields: { tei_id: 'K6' }, name: 'Amina' };
    const wrong = { fields: { tei_id: ' K6 ', age: 1e21 } };
    const pair = taken === 0 ? [good, wrong] : [wrong, good];
    const contacts = [{ name: 'Before', urns: [SHARED], fields: { tei_id: 'K6' } }];
    const sandbox = await workspace({ dialect, contacts });
    const options = { key: 'fields.tei_id', duplicates } as const;
    const { result } = await bulk(syncContacts(pair, options), sandbox);
    expect(result.updated).toMatchObject([{ index: taken, changed: ['name'] }]);
    expect(result.failed).toMatchObject([{ index: 1 - taken, code: 'INVALID_INPUT' }]);
    expect(sandbox.contacts()).toHaveLength(1);
  });

  test('by default both fail', async () => {
    captureConsole();
    for (const options of [{}, { duplicates: 'fail' as const }]) {
      const sandbox = await workspace({ dialect });
      const { result } = await bulk(syncContacts(list, options), sandbox);
      expect(counts(result)).toEqual([1, 0, 0, 2, 0]);
      expect(result.passedOver).toBeUndefined();
    }
  });

  test('one number in two forms, as only RapidPro shows', async () => {
    captureConsole();
    const sandbox = await workspace({
      dialect,
      contacts: [{ urns: [SHARED], name: 'Before' }],
    });
    const atHome = { urns: ['tel:0788000001'], name: 'Eric' };
    const { result } = await bulk(syncContacts([mother, atHome], { duplicates: 'first' }), sandbox);
    const passed = result.passedOver ?? [];
    // Where one was begun before, both fail, as they do without the option.
    if (passed.length > 0) {
      expect(passed).toMatchObject([{ index: 1, duplicateOf: 0 }]);
      expect(holder(sandbox, SHARED)?.name).toBe('Amina');
    } else
      expect(result.failed.map(({ code }) => code)).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH']);
  });

  test('by a field, one key twice', async () => {
    captureConsole();
    const sandbox = await workspace({ dialect });
    const entry = (name: string) => ({ name, urns: [`ext:${name}`], fields: { tei_id: 'M1' } });
    const options = { key: 'fields.tei_id', duplicates: 'last' } as const;
    const { result } = await bulk(syncContacts([entry('a'), entry('b')], options), sandbox);
    expect(counts(result)).toEqual([1, 0, 0, 0, 0]);
    expect(result.passedOver).toEqual([{ index: 0, duplicateOf: 1 }]);
    expect(sandbox.contacts().map(({ name }) => name)).toEqual(['b']);
  });
});

test.each(['first', 'last'] as const)(
  'a contact outside of the group that two entries name by two URNs is written once, %s',
  async duplicates => {
    captureConsole();
    const SECOND = 'tel:+250788000002';
    const contacts = [{ name: 'Before', urns: [SHARED, SECOND] }];
    const sandbox = await workspace({ contacts });
    const both = [
      { urns: [SHARED], name: 'Amina', groups: ['Partners'] },
      { urns: [SECOND], name: 'Eric', groups: ['Partners'] },
    ];
    const options = { group: 'Mothers', concurrency: 4, duplicates };
    const { result } = await bulk(syncContacts(both, options), sandbox);
    const [index, left] = duplicates === 'first' ? [0, 1] : [1, 0];
    expect(result.passedOver).toMatchObject([{ index: left, duplicateOf: index }]);
    expect(result.updated).toMatchObject([{ index, changed: ['name', 'groups'] }]);
    const sent = writes(sandbox).map(one => one.split('?')[0]);
    expect(sent).toEqual(['POST contacts', 'POST contact_actions']);
    expect(holder(sandbox, SHARED)?.name).toBe(both[index]?.name);
  },
);

test('nobody takes the place of the first one, which fails', async () => {
  captureConsole();
  const sandbox = await workspace();
  const wrong = { ...mother, fields: { nosuch: 1 } };
  const { result } = await bulk(syncContacts([wrong, partner], { duplicates: 'first' }), sandbox);
  expect(counts(result)).toEqual([0, 0, 0, 1, 0]);
  expect(result.passedOver).toEqual([{ index: 1, duplicateOf: 0 }]);
  expect(writes(sandbox)).toEqual([]);
});

test('another word is refused', async () => {
  const sandbox = await workspace();
  const wrong = syncContacts(list, { duplicates: 'newest' as never });
  await expect(bulk(wrong, sandbox)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});
