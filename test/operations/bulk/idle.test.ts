import { describe, expect, test } from 'vitest';
import { syncContacts } from '../../../src/index.js';
import type { SyncContact } from '../../../src/types/bulk.js';
import { captureConsole } from '../../support/captureConsole.js';
import { bulk, counts, FIELDS, upTo, workspace, writes } from './workspace.js';

const people = (fields: SyncContact['fields'], count = 20): SyncContact[] =>
  upTo(count).map(n => ({ urns: [`tel:+2507880${10_000 + n}`], name: `P ${n}`, fields }));

const dialects = ['v9', 'textit'] as const;

test.each(dialects)('%s: what was written and changed nothing is unchanged', async dialect => {
  const sandbox = await workspace({ dialect });
  const list = people({ age: '1'.repeat(40) });
  expect(counts((await bulk(syncContacts(list), sandbox)).result)).toEqual([20, 0, 0, 0, 0]);
  const modified = sandbox.contacts().map(({ modified_on }) => modified_on);
  const log = captureConsole();
  const { result } = await bulk(syncContacts(list), sandbox);
  expect(counts(result)).toEqual([0, 0, 20, 0, 0]);
  expect(sandbox.contacts().map(({ modified_on }) => modified_on)).toEqual(modified);
  if (dialect === 'textit') {
    expect(new Set(result.unchanged.map(({ predicted }) => predicted))).toEqual(new Set([false]));
    expect(log.join('\n')).toMatch(
      /20 contacts.*written in every run: fields\.age.*numbers as 12\.5/,
    );
  }
});

test('what did change beside it is updated', async () => {
  const sandbox = await workspace({ dialect: 'textit' });
  await bulk(syncContacts(people({ age: '1'.repeat(40) }, 2)), sandbox);
  const [first, second] = people({ age: '1'.repeat(40) }, 2);
  const { result } = await bulk(syncContacts([{ ...first, name: 'Other' }, second ?? {}]), sandbox);
  expect(result).toMatchObject({
    updated: [{ index: 0, changed: ['name', 'fields.age'], predicted: false }],
    unchanged: [{ index: 1, predicted: false }],
  });
});

test.each(dialects)(
  '%s: a place that is not found is not written night after night',
  async dialect => {
    const sandbox = await workspace({ dialect });
    const list = people({ province: 'Nowhere at all' });
    await bulk(syncContacts(list), sandbox);
    const before = writes(sandbox).length;
    const log = captureConsole();
    const { result } = await bulk(syncContacts(list, { concurrency: 1 }), sandbox);
    expect(writes(sandbox).length - before).toBe(1);
    expect(counts(result)).toEqual([0, 0, 20, 0, 0]);
    expect(result.unchanged.every(({ unread }) => unread?.includes('fields.province'))).toBe(true);
    expect(log.filter(line => line.includes('full path')).length).toBeGreaterThan(0);
  },
);

describe('districts and wards by a bare name, where a workspace has two fields for states', () => {
  const fields = [
    ...FIELDS,
    { key: 'birth_state', name: 'Birth State', type: 'state' },
    { key: 'district', name: 'District', type: 'district' },
    { key: 'ward', name: 'Ward', type: 'ward' },
  ];
  const place = (osm_id: string, name: string, level: number, parent?: string) => ({
    osm_id,
    name,
    level,
    aliases: [],
    ...(parent ? { parent: { osm_id: parent, name: '' } } : {}),
  });
  const boundaries = [
    place('R1', 'Rwanda', 0),
    place('R2', 'Kigali City', 1, 'R1'),
    place('R3', 'Gasabo', 2, 'R2'),
    place('R4', 'Remera', 3, 'R3'),
  ];
  const home = { province: 'Rwanda > Kigali City', district: 'Gasabo', ward: 'Remera' };

  test.each(dialects)('%s: are not written night after night', async dialect => {
    const sandbox = await workspace({ dialect, seed: { fields, boundaries } as object });
    const list = people(home);
    const created = await bulk(syncContacts(list), sandbox);
    expect(created.result.created[0]?.unread).toEqual(['fields.district', 'fields.ward']);
    const before = writes(sandbox).length;
    const log = captureConsole();
    const { result } = await bulk(syncContacts(list, { concurrency: 1 }), sandbox);
    expect(writes(sandbox).length - before).toBe(1);
    expect(counts(result)).toEqual([0, 0, 20, 0, 0]);
    expect(log.filter(line => line.includes('full path')).length).toBeGreaterThan(0);
  });

  test('but wherever they may be found under other places', async () => {
    const sandbox = await workspace({ seed: { fields, boundaries } as object });
    const list = people(home, 4);
    await bulk(syncContacts(list.slice(0, 3)), sandbox);
    // By its birth state the server looks districts up: the last one's is found now.
    const born = { ...list.at(-1), fields: { birth_state: 'Rwanda > Kigali City' } };
    await bulk(syncContacts([born]), sandbox);
    const { result } = await bulk(syncContacts(list, { concurrency: 1 }), sandbox);
    expect(counts(result)).toEqual([0, 1, 3, 0, 0]);
    const { fields: shown } =
      sandbox.contacts().find(({ name }) => name === list.at(-1)?.name) ?? {};
    expect(shown).toMatchObject({
      district: 'Rwanda > Kigali City > Gasabo',
      ward: 'Rwanda > Kigali City > Gasabo > Remera',
    });
  });
});

test('a dry run says what it cannot know', async () => {
  const sandbox = await workspace({
    contacts: [
      { name: 'Amina', urns: ['tel:+250788000001'] },
      { name: 'Bea', urns: ['tel:+250788000002'] },
    ],
  });
  const uuid = String(sandbox.contacts().find(({ name }) => name === 'Amina')?.uuid);
  const list: SyncContact[] = [
    { uuid, urns: ['tel:+250788000001', 'tel:+250788000002'] },
    { urns: ['tel:12'], name: 'Short' },
    { urns: ['tel:+250788000009'], name: 'New' },
    { urns: ['tel:+250788000010'], name: 'x'.repeat(80) },
    { urns: ['tel:+250788000011'], language: 'fr' },
  ];
  const { result } = await bulk(syncContacts(list, { dryRun: true }), sandbox);
  const real = (await bulk(syncContacts(list), sandbox)).result;
  expect(result.updated).toMatchObject([{ index: 0, predicted: false }]);
  expect(result.created).toEqual([{ index: 1, predicted: false }, { index: 2 }]);
  expect(real.failed.map(({ index }) => index)).toEqual(expect.arrayContaining([0, 3, 4]));
  expect(result.failed.map(({ index }) => index)).toEqual([3, 4]);
});
