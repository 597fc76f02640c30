import { describe, expect, test } from 'vitest';
import {
  addContact,
  syncContacts,
  updateContact,
  upsertContact,
  upsertContacts,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { bulk, holder, workspace } from './bulk/workspace.js';
import { run } from './run.js';

/** What RapidPro cannot read as a date or a number empties the field, without a word of its own. */

const AMINA = 'tel:+250788000001';
const NEW = 'tel:+250788000009';
const DUE = '2027-03-01T08:00:00+02:00';
const seed = () => ({ contacts: [{ urns: [AMINA], fields: { due: DUE, age: '20' } }] });

async function warnings(operation: Operation, sandbox: { host: string }): Promise<string[]> {
  const lines = captureConsole();
  await run(operation, sandbox);
  return lines.filter(line => line.includes('cannot read'));
}

describe.each(['v9', 'textit'] as const)('on %s', dialect => {
  const cases: [string, () => Operation][] = [
    ['updateContact', () => updateContact(AMINA, { fields: { due: 'next week', age: 21 } })],
    ['upsertContact', () => upsertContact({ urns: [AMINA], fields: { due: 'soon', age: 21 } })],
    ['addContact', () => addContact({ urns: [NEW], fields: { due: 'soon', age: 21 } })],
  ];

  test.each(cases)('%s says which field is empty now', async (_, make) => {
    const sandbox = await workspace({ dialect, ...seed() });
    const [warning, ...others] = await warnings(make(), sandbox);
    expect(warning).toContain('fields.due');
    expect(warning).not.toContain('fields.age');
    expect(warning).not.toMatch(/soon|next week/);
    expect(others).toEqual([]);
  });

  test('nothing is said of what is read, or cleared on purpose', async () => {
    const sandbox = await workspace({ dialect, ...seed() });
    for (const due of [DUE, null, '', ' ']) {
      expect(await warnings(updateContact(AMINA, { fields: { due } }), sandbox)).toEqual([]);
    }
  });

  test.each(['soon', '05-01-2026T10:30:45'])(
    'syncContacts names them, each time: %s',
    async due => {
      const sandbox = await workspace({ dialect, ...seed() });
      const list = [
        { urns: [AMINA], fields: { due, age: 'twelve' } },
        { urns: [NEW], fields: { due, age: 30 } },
      ];
      const lines = captureConsole();
      const first = await bulk(syncContacts(list), sandbox);
      expect(holder(sandbox, AMINA)?.fields).toMatchObject({ due: null, age: null });
      expect(first.result.updated).toMatchObject([
        { index: 0, unread: expect.arrayContaining(['fields.due', 'fields.age']) },
      ]);
      expect(first.result.created).toMatchObject([{ index: 1, unread: ['fields.due'] }]);
      expect(lines.filter(line => line.includes('cannot read'))).toEqual([
        expect.stringMatching(/2 contacts.*fields\.due/),
      ]);
      const { result } = await bulk(syncContacts(list), sandbox);
      const all = [...result.updated, ...result.unchanged];
      expect(all.map(({ unread = [] }) => unread.includes('fields.due'))).toEqual([true, true]);
    },
  );

  test.each([false, true])(
    'a date in another order than the workspace writes it is not sent (dry run: %s)',
    async dryRun => {
      const sandbox = await workspace({ dialect, ...seed() });
      const before = holder(sandbox, AMINA)?.fields;
      const list = [{ urns: [AMINA], fields: { due: '12/25/2026' } }, { urns: [NEW] }];
      for (const operation of [syncContacts(list, { dryRun }), upsertContacts(list, { dryRun })]) {
        const { result } = await bulk(operation, sandbox);
        expect(result.failed).toMatchObject([{ index: 0, code: 'INVALID_INPUT' }]);
        expect([...result.created, ...result.updated, ...result.unchanged]).toHaveLength(1);
      }
      await expect(
        bulk(updateContact(AMINA, { fields: { due: '12/25/2026' } }), sandbox),
      ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      expect(holder(sandbox, AMINA)?.fields).toEqual(before);
    },
  );

  test('a dry run reports what is sure', async () => {
    const sandbox = await workspace({ dialect, ...seed() });
    const list = [{ urns: [AMINA], fields: { due: 'soon' } }];
    const { result } = await bulk(syncContacts(list, { dryRun: true }), sandbox);
    expect(result.updated).toMatchObject([{ index: 0, unread: ['fields.due'] }]);
  });

  test('upsertContacts names them', async () => {
    const sandbox = await workspace({ dialect, ...seed() });
    const list = [{ urns: [AMINA], fields: { due: 'soon', age: 30 } }, { urns: [NEW] }];
    const { result } = await bulk(upsertContacts(list), sandbox);
    expect(result.updated).toMatchObject([{ index: 0, unread: ['fields.due'] }]);
    expect(result.created[0]).not.toHaveProperty('unread');
  });
});
