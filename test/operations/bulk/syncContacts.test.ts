import type { ContactSeed } from '@openfn/rapidpro-sandbox';
import { HttpResponse } from 'msw';
import { describe, expect, test } from 'vitest';
import { addGroup, syncContacts, upsertContacts } from '../../../src/index.js';
import type { SyncContact, SyncOptions } from '../../../src/types/bulk.js';
import type { State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { answering, failure, OTHER_UUID, page, refused, UUID } from '../run.js';
import { bulk, counts, holder, places, upTo, workspace, writes } from './workspace.js';

const AMINA = 'tel:+250788000001';
const BEA = 'tel:+250788000002';
const CHRIS = 'tel:+250788000003';
const FREE = 'tel:+250788000009';

const dialects = ['v9', 'textit'] as const;

/** Three people, of whom a test knows names, ages and groups. */
function people(): ContactSeed[] {
  return [
    {
      name: 'Amina',
      urns: [AMINA],
      language: 'eng',
      groups: ['Mothers'],
      fields: { age: '31', tei_id: 'a1' },
    },
    {
      name: 'Bea',
      urns: [BEA],
      groups: ['Mothers', 'Partners'],
      fields: { age: '44.5', tei_id: 'b2' },
    },
    { name: 'Chris', urns: [CHRIS], fields: { tei_id: 'c3', due: '2026-01-05T00:00:00+02:00' } },
  ];
}

describe.each(dialects)('on %s', dialect => {
  test('writes only what differs', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const before = sandbox.contacts();
    const { result } = await bulk(
      syncContacts([
        { urns: [AMINA], name: ' Amina ', language: 'ENG', fields: { age: 31, tei_id: 'a1' } },
        { urns: [BEA], name: 'Beatrice', fields: { age: '44.50' } },
        { urns: [FREE], name: 'New', groups: ['mothers'], fields: { age: 20 } },
      ]),
      sandbox,
    );
    expect(result).toMatchObject({
      created: [{ index: 2 }],
      updated: [{ index: 1, changed: ['name'], uuid: holder(sandbox, BEA)?.uuid }],
      unchanged: [{ index: 0, uuid: holder(sandbox, AMINA)?.uuid }],
      failed: [],
      notAttempted: [],
    });
    expect(writes(sandbox)).toHaveLength(2);
    expect(holder(sandbox, FREE)).toMatchObject({
      name: 'New',
      fields: { age: '20' },
      groups: [{ name: 'Mothers' }],
    });
    expect(holder(sandbox, BEA)).toMatchObject({ name: 'Beatrice', fields: { age: '44.5' } });
    // Neither who is the same nor who is not in the list is touched.
    expect(holder(sandbox, AMINA)).toEqual(before[0]);
    expect(holder(sandbox, CHRIS)).toEqual(before[2]);
  });

  test('only the fields that differ are sent; null clears', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    await bulk(syncContacts([{ urns: [AMINA], fields: { age: null, tei_id: 'a1' } }]), sandbox);
    const [post] = sandbox.requests().filter(({ method }) => method === 'POST');
    expect(post?.body).toEqual({ fields: { age: null } });
    expect(holder(sandbox, AMINA)?.fields).toMatchObject({ age: null, tei_id: 'a1' });
  });

  test('groups are added a hundred at a time', async () => {
    const contacts = upTo(250).map(n => ({ urns: [`tel:+2507880${10_000 + n}`] }));
    const sandbox = await workspace({ dialect, contacts });
    const list = contacts.map(({ urns }) => ({ urns, groups: ['Mothers', 'Partners'] }));
    const { result } = await bulk(syncContacts(list), sandbox);
    expect(counts(result)).toEqual([0, 250, 0, 0, 0]);
    expect(writes(sandbox)).toEqual(Array(6).fill('POST contact_actions'));
    for (const contact of sandbox.contacts()) expect(contact.groups).toHaveLength(2);
    expect(counts((await bulk(syncContacts(list), sandbox)).result)).toEqual([0, 0, 250, 0, 0]);
    expect(writes(sandbox)).toHaveLength(6);
  });

  test('groups are only added, unless the list is exact', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const list = [{ urns: [BEA], groups: ['Mothers'] }];
    expect(counts((await bulk(syncContacts(list), sandbox)).result)).toEqual([0, 0, 1, 0, 0]);
    const exact = await bulk(syncContacts(list, { groups: 'exact' }), sandbox);
    expect(exact.result.updated).toMatchObject([{ changed: ['groups'] }]);
    expect(holder(sandbox, BEA)?.groups).toMatchObject([{ name: 'Mothers' }]);
  });

  test('a dry run with a default writes nothing where the state does not say so', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const list = [{ urns: [AMINA], name: 'New' }];
    const operation = syncContacts(list, {
      dryRun: (state: State) => (state.test as boolean) ?? true,
    });
    expect((await bulk(operation, sandbox)).result).toMatchObject({ dryRun: true });
    expect(writes(sandbox)).toEqual([]);
    expect((await bulk(operation, sandbox, { test: false })).result).not.toHaveProperty('dryRun');
    expect(writes(sandbox)).toHaveLength(1);
  });

  test('an exact list of some groups leaves the others alone', async () => {
    const both = { groups: ['Mothers', 'Partners'] };
    const sandbox = await workspace({
      dialect,
      contacts: [
        { urns: [AMINA], ...both },
        { urns: [BEA], ...both },
      ],
    });
    const list = [{ urns: [AMINA], groups: [] }, { urns: [BEA] }];
    const options = { groups: { exact: ['mothers'] } };
    const plan = await bulk(syncContacts(list, { ...options, dryRun: true }), sandbox);
    expect(counts(plan.result)).toEqual([0, 1, 1, 0, 0]);
    expect(writes(sandbox)).toEqual([]);
    const { result } = await bulk(syncContacts(list, options), sandbox);
    expect(result.updated).toMatchObject([{ index: 0, changed: ['groups'] }]);
    expect(holder(sandbox, AMINA)?.groups).toMatchObject([{ name: 'Partners' }]);
    // Who has no list of groups keeps all of them.
    expect(holder(sandbox, BEA)?.groups).toHaveLength(2);
    expect(counts((await bulk(syncContacts(list, options), sandbox)).result)).toEqual([
      0, 0, 2, 0, 0,
    ]);
  });

  test.each([
    [['Old'], 'INVALID_OPTION'],
    [['Mother'], 'UNKNOWN_GROUP'],
  ])('%j cannot be exact, and nothing is written', async (exact, code) => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const sync = bulk(syncContacts([{ urns: [BEA], groups: [] }], { groups: { exact } }), sandbox);
    await expect(sync).rejects.toMatchObject({
      code,
      description: expect.stringContaining('options.groups.exact[0]'),
    });
    expect(writes(sandbox)).toEqual([]);
  });

  test('groups of smart kind are left alone by an exact list', async () => {
    const old = { urns: [AMINA], fields: { age: '60' }, groups: ['Mothers'] };
    const sandbox = await workspace({ dialect, contacts: [old] });
    expect(holder(sandbox, AMINA)?.groups).toHaveLength(2);
    await bulk(syncContacts([{ urns: [AMINA], groups: [] }], { groups: 'exact' }), sandbox);
    expect(holder(sandbox, AMINA)?.groups).toMatchObject([{ name: 'Old' }]);
  });

  test('URNs are only added, unless the list is exact', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const { uuid } = holder(sandbox, AMINA) ?? {};
    const added = await bulk(syncContacts([{ uuid: String(uuid), urns: [FREE] }]), sandbox);
    expect(added.result.updated).toMatchObject([{ changed: ['urns'] }]);
    expect(holder(sandbox, FREE)?.urns).toEqual([AMINA, FREE]);
    const list = [{ uuid: String(uuid), urns: [FREE] }];
    await bulk(syncContacts(list, { urns: 'exact' }), sandbox);
    expect(holder(sandbox, FREE)?.urns).toEqual([FREE]);
    const sent = writes(sandbox).length;
    expect(counts((await bulk(syncContacts(list, { urns: 'exact' }), sandbox)).result)).toEqual([
      0, 0, 1, 0, 0,
    ]);
    expect(writes(sandbox)).toHaveLength(sent);
  });

  test('a URN of another contact is neither stolen nor lost', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const before = sandbox.contacts();
    const uuid = String(holder(sandbox, AMINA)?.uuid);
    const { result } = await bulk(
      syncContacts([{ uuid, name: 'Changed', urns: [AMINA, BEA] }]),
      sandbox,
    );
    expect(result.failed).toMatchObject([{ index: 0, uuid, code: 'URN_TAKEN' }]);
    expect(result.failed[0]?.fix).toMatch(/"holder"/);
    expect(result.failed[0]?.holder).toBe(holder(sandbox, BEA)?.uuid);
    expect(JSON.stringify(result)).not.toContain('250788');
    expect(sandbox.contacts()).toEqual(before);
    expect(writes(sandbox)).toEqual([]);
  });

  test('two people swap their numbers in two runs, as the guide says', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const [amina, bea] = [AMINA, BEA].map(urn => String(holder(sandbox, urn)?.uuid));
    const sync = async (...pairs: [uuid: string | undefined, urn: string][]) => {
      const list = pairs.map(([uuid, urn]) => ({ uuid: String(uuid), urns: [urn] }));
      const { result } = await bulk(syncContacts(list, { urns: 'exact' }), sandbox);
      return counts(result);
    };
    expect(await sync([amina, BEA], [bea, AMINA])).toEqual([0, 0, 0, 2, 0]);
    expect(await sync([amina, 'ext:a'], [bea, 'ext:b'])).toEqual([0, 2, 0, 0, 0]);
    expect(await sync([amina, BEA], [bea, AMINA])).toEqual([0, 2, 0, 0, 0]);
    expect(holder(sandbox, BEA)).toMatchObject({ uuid: amina, urns: [BEA] });
    expect(holder(sandbox, AMINA)).toMatchObject({ uuid: bea, urns: [AMINA] });
  });

  test('who is met twice, in the group and among all, enters one group and leaves the other', async () => {
    const one = (n: number, groups: string[]) => ({ urns: [`tel:+2507881${10_000 + n}`], groups });
    const isMother = (n: number) => n >= 220;
    const sandbox = await workspace({
      dialect,
      contacts: upTo(260).map(n => one(n, isMother(n) ? ['Mothers'] : [])),
    });
    // More enter than go into one request, and fewer leave.
    const list = upTo(260).map(n => one(n, isMother(n) || n < 60 ? ['Partners'] : []));
    const { result } = await bulk(
      syncContacts(list, { group: 'Mothers', groups: 'exact' }),
      sandbox,
    );
    expect(counts(result)).toEqual([0, 100, 160, 0, 0]);
    const groups = sandbox.contacts().flatMap(contact => contact.groups.map(({ name }) => name));
    expect(groups).toEqual(new Array(100).fill('Partners'));
  });

  test('with a field for a key, a URN of another contact fails the new one', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const before = sandbox.contacts();
    const { result } = await bulk(
      syncContacts([{ urns: [BEA], name: 'X', fields: { tei_id: 'new' } }], {
        key: 'fields.tei_id',
      }),
      sandbox,
    );
    expect(result.failed).toMatchObject([{ index: 0, code: 'URN_TAKEN' }]);
    expect(result.failed[0]?.fix).toContain('run the sync once without "key"');
    expect(sandbox.contacts()).toEqual(before);
  });

  test('URNs of several contacts are a clash', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const before = sandbox.contacts();
    const { result } = await bulk(syncContacts([{ urns: [AMINA, BEA], name: 'X' }]), sandbox);
    expect(result.failed).toMatchObject([{ index: 0 }]);
    expect(['URN_TAKEN', 'CONTACT_CLASH']).toContain(result.failed[0]?.code);
    expect(sandbox.contacts()).toEqual(before);
  });

  test('two that are the same contact both fail and are not sent', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const uuid = String(holder(sandbox, AMINA)?.uuid);
    const before = sandbox.contacts();
    const filler = upTo(20).map(n => ({ urns: [`tel:+2507881${10_000 + n}`] }));
    const { result } = await bulk(
      syncContacts([
        { uuid, name: 'One' },
        { urns: [AMINA], name: 'Two' },
        { urns: [FREE], name: 'Three' },
        { urns: ['tel:+250 788 000 009'], name: 'Four' },
        { urns: [BEA, CHRIS], name: 'Five' },
        ...filler,
      ]),
      sandbox,
    );
    expect(result.failed.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(result.failed[2]?.description).toContain('contacts[2], contacts[3]');
    expect(result.created).toHaveLength(20);
    expect(places(result)).toEqual(upTo(25));
    expect(sandbox.contacts().slice(0, 3)).toEqual(before);
  });

  test('contacts are recognized by a field', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const { result } = await bulk(
      syncContacts(
        [
          { fields: { tei_id: 'a1', age: 32 } },
          { fields: { tei_id: ' b2 ' }, name: 'Bea' },
          { fields: { tei_id: 'd4' }, name: 'Dora' },
          { name: 'nobody' },
        ],
        { key: 'fields.tei_id' },
      ),
      sandbox,
    );
    expect(counts(result)).toEqual([1, 1, 1, 1, 0]);
    expect(result.updated).toMatchObject([{ index: 0, changed: ['fields.age'] }]);
    expect(result.failed).toMatchObject([{ index: 3, code: 'INVALID_INPUT' }]);
    expect(holder(sandbox, AMINA)?.fields.age).toBe('32');
  });

  test.each<[string, SyncContact, SyncOptions]>([
    ['a number in full', { urns: ['tel:+250788000001'] }, {}],
    ['a number as dialed at home', { urns: ['tel:0788000001'] }, {}],
    ['a field', {}, { key: 'fields.tei_id' }],
  ])('what RapidPro cannot read is told in every run: by %s', async (_, who, options) => {
    const contacts = [{ urns: ['tel:+250788000001'], fields: { tei_id: 'a', age: '20' } }];
    const sandbox = await workspace({ dialect, country: 'RW', contacts });
    const list = [{ ...who, fields: { tei_id: 'a', age: 'twenty' } }];
    const first = await bulk(syncContacts(list, options), sandbox);
    expect(first.result.updated).toMatchObject([{ unread: ['fields.age'] }]);
    const log = captureConsole();
    const { result } = await bulk(syncContacts(list, options), sandbox);
    expect(result.unchanged).toMatchObject([{ index: 0, unread: ['fields.age'] }]);
    expect(log.join('\n')).toContain('RapidPro cannot read values of 1 contact');
  });

  test('two contacts in RapidPro with the same key are a clash', async () => {
    const duplicates = [...people(), { name: 'Duplicate', fields: { tei_id: 'a1' } }];
    const sandbox = await workspace({ dialect, contacts: duplicates });
    const before = sandbox.contacts();
    const list = [{ fields: { tei_id: 'a1' }, name: 'Changed' }];
    const { result } = await bulk(syncContacts(list, { key: 'fields.tei_id' }), sandbox);
    expect(result.failed).toMatchObject([{ index: 0, code: 'CONTACT_CLASH' }]);
    expect(sandbox.contacts()).toEqual(before);
  });

  test('a contact that matches, but has another uuid than the list says, is left alone', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const uuid = '2a3f5b1c-0d4e-4f6a-8b7c-9d0e1f2a3b4c';
    for (const options of [{ key: 'fields.tei_id' }, { key: 'urn' }] as const) {
      const list = [{ uuid, urns: [AMINA], fields: { tei_id: 'a1' }, name: 'Changed' }];
      const { result } = await bulk(syncContacts(list, options), sandbox);
      expect(result.failed).toMatchObject([{ index: 0, code: 'CONTACT_CLASH' }]);
      expect(result.failed[0]?.description).toContain('has another uuid');
    }
    expect(writes(sandbox)).toEqual([]);
  });

  test('dryRun reports, and writes nothing', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const before = sandbox.contacts();
    const list: SyncContact[] = [
      { urns: [AMINA], name: 'Changed', groups: ['Partners'] },
      { urns: [BEA], name: 'Bea' },
      { urns: [FREE], name: 'New' },
      { urns: [CHRIS], groups: ['Partners'] },
    ];
    const plan = await bulk(syncContacts(list, { dryRun: true }), sandbox);
    expect(plan.result).toMatchObject({
      created: [{ index: 2 }],
      updated: [
        { index: 0, changed: ['name', 'groups'] },
        { index: 3, changed: ['groups'] },
      ],
      unchanged: [{ index: 1 }],
      dryRun: true,
      requests: 3,
    });
    expect(plan.result).not.toHaveProperty('atMost');
    expect(sandbox.contacts()).toEqual(before);
    expect(writes(sandbox)).toEqual([]);
    const done = await bulk(syncContacts(list), sandbox);
    expect(counts(done.result)).toEqual(counts(plan.result));
    expect(writes(sandbox)).toHaveLength(3);
    expect(done.state.response?.requests).toBe(Number(plan.state.response?.requests) + 3);
  });

  test('dryRun says where it may take fewer, and who will fail', async () => {
    const blocked = { name: 'Chris', urns: [CHRIS], status: 'blocked' as const };
    const sandbox = await workspace({ dialect, contacts: [...people().slice(0, 2), blocked] });
    const log = captureConsole();
    const list: SyncContact[] = [
      { urns: [AMINA, FREE], name: 'Changed' },
      { urns: [CHRIS], groups: ['Partners'] },
    ];
    const plan = await bulk(syncContacts(list, { dryRun: true }), sandbox);
    expect(plan.result).toMatchObject({ requests: 5, atMost: true, failed: [{ index: 1 }] });
    expect(log.join('\n')).toContain('The real run takes at most 5 requests');
    const done = await bulk(syncContacts(list), sandbox);
    expect(counts(done.result)).toEqual(counts(plan.result));
    expect(done.result.failed).toEqual(plan.result.failed);
  });

  test('a blocked contact gets its keys, and fails for its groups', async () => {
    const blocked = { ...people()[0], status: 'blocked' as const, groups: [] };
    const sandbox = await workspace({ dialect, contacts: [blocked] });
    const list = [{ urns: [AMINA], name: 'Changed', groups: ['Partners'] }];
    const { result } = await bulk(syncContacts(list), sandbox);
    expect(result.failed).toMatchObject([
      { index: 0, code: 'VALIDATION_FAILED', changed: ['name'] },
    ]);
    expect(holder(sandbox, AMINA)).toMatchObject({ name: 'Changed', groups: [] });
  });

  test('dates are sent with the zone of the workspace, and then stay unchanged', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const list = [
      { urns: [AMINA], fields: { due: '2026-03-01' } },
      { urns: [BEA], fields: { due: '2026-03-01T08:30' } },
      { urns: [CHRIS], fields: { due: '2026-01-05' } },
    ];
    const first = await bulk(syncContacts(list), sandbox);
    expect(counts(first.result)).toEqual([0, 2, 1, 0, 0]);
    expect(holder(sandbox, AMINA)?.fields.due).toBe('2026-03-01T00:00:00.000000+02:00');
    expect(holder(sandbox, BEA)?.fields.due).toBe('2026-03-01T08:30:00.000000+02:00');
    expect(counts((await bulk(syncContacts(list), sandbox)).result)).toEqual([0, 0, 3, 0, 0]);
  });

  test('what cannot be predicted is written, and reported', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const log = captureConsole();
    const list = [{ urns: [AMINA], fields: { due: '05/01/2026' } }];
    const { result } = await bulk(syncContacts(list), sandbox);
    expect(result.updated).toMatchObject([{ changed: ['fields.due'], predicted: false }]);
    expect(log.join('\n')).toContain('1 contact has values');
  });

  test('a new number behind an older one is told in every run, until the older one is gone', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const uuid = holder(sandbox, AMINA)?.uuid ?? '';
    const list = [{ uuid, urns: ['tel:+250788999001'] }];
    const log = captureConsole();
    const told = () =>
      log.splice(0).filter(line => line.includes('another number before the one in the list'));
    await bulk(syncContacts(list, { dryRun: true }), sandbox);
    expect(told()).toHaveLength(1);
    expect(counts((await bulk(syncContacts(list), sandbox)).result)).toEqual([0, 1, 0, 0, 0]);
    expect(told()[0]).toMatch(/1 contact has .*: contacts\[0\]\. /);
    expect(counts((await bulk(syncContacts(list), sandbox)).result)).toEqual([0, 0, 1, 0, 0]);
    expect(told()).toHaveLength(1);
    await bulk(upsertContacts(list), sandbox);
    expect(told()).toHaveLength(1);
    await bulk(syncContacts(list, { urns: 'exact' }), sandbox);
    expect(told()).toEqual([]);
    expect(holder(sandbox, 'tel:+250788999001')?.urns).toEqual(['tel:+250788999001']);
    await bulk(syncContacts(list), sandbox);
    // Found by one of several numbers: which one comes first was somebody's choice.
    await bulk(syncContacts([{ urns: [BEA] }]), sandbox);
    expect(told()).toEqual([]);
  });

  test('a dry run does not blame numbers that another contact may have', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const uuid = holder(sandbox, AMINA)?.uuid ?? '';
    const log = captureConsole();
    const list = [{ uuid, urns: [AMINA, BEA] }];
    await bulk(syncContacts(list, { dryRun: true }), sandbox);
    expect(log.join('\n')).toContain('1 contact gets URNs that another contact may have');
    expect(log.join('\n')).not.toContain('only RapidPro can compare');
  });

  test('numbers written in the local way are looked up', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const list = [{ urns: ['tel:0788000001'], name: 'Amina' }];
    const { result } = await bulk(syncContacts(list), sandbox);
    expect(counts(result)).toEqual([0, 0, 1, 0, 0]);
    expect(writes(sandbox)).toEqual([]);
    const exact = [...list, { urns: ['tel:0788000002', FREE] }];
    await bulk(syncContacts(exact), sandbox);
    expect(holder(sandbox, FREE)?.urns).toEqual([BEA, FREE]);
  });

  test('members of one group are read, others are looked up', async () => {
    const many = upTo(600).map(n => ({ urns: [`tel:+2507880${20_000 + n}`] }));
    const sandbox = await workspace({ dialect, contacts: [...many, ...people()] });
    const list = [
      { urns: [AMINA], name: 'Amina' },
      { urns: [BEA], name: 'Bea' },
      { urns: [CHRIS], name: 'Christine' },
      { urns: [FREE], name: 'New' },
    ];
    const { result } = await bulk(syncContacts(list, { group: 'Mothers' }), sandbox);
    expect(counts(result)).toEqual([1, 1, 2, 0, 0]);
    const reads = sandbox
      .requests()
      .filter(({ path, method }) => method === 'GET' && path.includes('contacts'));
    expect(reads[0]?.query).toContain('group=');
    expect(reads.slice(1).every(({ query }) => query.startsWith('urn='))).toBe(true);
  });
});

describe.each(dialects)('on %s, where much is new', dialect => {
  test('all contacts are read when many are no members of the group', async () => {
    const many = upTo(600).map(n => ({ urns: [`tel:+2507880${20_000 + n}`], name: 'X' }));
    const sandbox = await workspace({ dialect, contacts: [...many, ...people()] });
    const fresh = upTo(150).map(n => ({ urns: [`tel:+2507880${30_000 + n}`], name: 'New' }));
    const list = [...many.slice(0, 200), ...fresh];
    const { result, state } = await bulk(syncContacts(list, { group: 'Mothers' }), sandbox);
    expect(counts(result)).toEqual([150, 0, 200, 0, 0]);
    // The groups, a page of members, three of all contacts, and one for each new contact.
    expect(state.response?.requests).toBe(5 + 150);
  });

  test('by a field, who is outside of the group is found and not made again', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const list: SyncContact[] = [
      { fields: { tei_id: 'a1', age: 31 } },
      { fields: { tei_id: 'c3' }, name: 'Christine' },
    ];
    const options = { key: 'fields.tei_id', group: 'Mothers' } as const;
    const { result } = await bulk(syncContacts(list, options), sandbox);
    expect(counts(result)).toEqual([0, 1, 1, 0, 0]);
    expect(holder(sandbox, CHRIS)?.name).toBe('Christine');
  });

  test('a group that is a second old is waited for', async () => {
    const sleeps = noSleep();
    let now = Date.now();
    const sandbox = await workspace({
      dialect,
      contacts: people(),
      engineCache: 5,
      clock: { now: () => now + sleeps.reduce((sum, seconds) => sum + seconds * 1000, 0) },
    });
    now += 60_000;
    await bulk(addGroup({ name: 'Fresh' }), sandbox);
    const list = [
      { urns: [AMINA], groups: ['Fresh'] },
      { urns: [FREE], groups: ['Fresh'], name: 'New' },
    ];
    const { result } = await bulk(syncContacts(list), sandbox);
    expect(counts(result)).toEqual([1, 1, 0, 0, 0]);
    for (const urn of [AMINA, FREE]) {
      expect(holder(sandbox, urn)?.groups.map(({ name }) => name)).toContain('Fresh');
    }
  });

  test('contacts that RapidPro fails on do not stop the others', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const bad = upTo(8).map(n => ({ urns: [`jiochat:zz${n}`], name: 'Bad' }));
    const good = upTo(8).map(n => ({ urns: [`tel:+2507880${30_000 + n}`], name: 'Good' }));
    const { result } = await bulk(syncContacts([...bad, ...good]), sandbox);
    expect(counts(result)).toEqual([8, 0, 0, 8, 0]);
    expect(new Set(result.failed.map(({ code }) => code))).toEqual(
      new Set([dialect === 'v9' ? 'SERVER_ERROR' : 'INVALID_URN']),
    );
  });
});

test.each<[string, active: object[], place: 'updated' | 'created']>([
  ['another contact got its value', [{ uuid: UUID, fields: { tei_id: 'a1' } }], 'updated'],
  ['nobody has its value any more', [], 'created'],
])(
  'a blocked contact that lost the key while all were read is not reported: %s',
  async (_, active, place) => {
    const time = (n: number) => `2026-01-0${n}T00:00:00.000000Z`;
    const blocked = { uuid: OTHER_UUID, urns: [], groups: [], status: 'blocked' };
    const before = { ...blocked, fields: { tei_id: 'a1' }, modified_on: time(1) };
    const after = { ...blocked, fields: { tei_id: 'z9' }, modified_on: time(2) };
    const others = active.map(one => ({
      ...one,
      urns: [],
      status: 'active',
      modified_on: time(3),
    }));
    const cursor = Buffer.from(`p=${time(1)}`).toString('base64');
    const server = await serve(
      answering('get', 'fields', () => page([{ key: 'tei_id', type: 'text' }])),
      answering(
        'get',
        'contacts',
        () => page([before], `https://example.org/?cursor=${cursor}`),
        () => page([after, ...others]),
      ),
      answering('post', 'contacts', () =>
        HttpResponse.json({ uuid: UUID, urns: [], fields: { tei_id: 'a1' } }),
      ),
    );
    const list = [{ name: 'New', fields: { tei_id: 'a1' } }];
    const { result } = await bulk(syncContacts(list, { key: 'fields.tei_id' }), server);
    expect(result[place]).toMatchObject([{ index: 0, uuid: UUID }]);
    expect(result).not.toHaveProperty('inactive');
  },
);

describe('few contacts and a large workspace', () => {
  test('are looked up, page or no page', async () => {
    const contacts = upTo(5000).map(n => ({ urns: [`tel:+2507880${10_000 + n}`], name: 'X' }));
    const sandbox = await workspace({ contacts, throttle: false });
    const one = await bulk(syncContacts([{ urns: contacts[0]?.urns ?? [], name: 'Y' }]), sandbox);
    expect(counts(one.result)).toEqual([0, 1, 0, 0, 0]);
    expect(one.state.response?.requests).toBe(2);
    const list = contacts.filter((_, n) => n % 600 === 7).map(({ urns }) => ({ urns, name: 'Y' }));
    const { result, state } = await bulk(syncContacts(list), sandbox);
    expect(counts(result)).toEqual([0, list.length, 0, 0, 0]);
    expect(state.response?.requests).toBeLessThan(list.length * 2 + 6);
  });

  test('reading ends when all are found', async () => {
    const contacts = upTo(2000).map(n => ({ urns: [`tel:+2507880${10_000 + n}`], name: 'X' }));
    const sandbox = await workspace({ contacts });
    const newest = sandbox.contacts().slice(-200);
    const list = newest.map(({ uuid, name }) => ({ uuid, name }));
    const { result, state } = await bulk(syncContacts(list), sandbox);
    expect(counts(result)).toEqual([0, 0, 200, 0, 0]);
    expect(state.response?.requests).toBe(1);
  });
});

describe('checks', () => {
  test.each([
    ['not a number', Number.NaN, 'is not a valid number'],
    ['a Date object', new Date(0), 'is a Date object'],
    ['a BigInt', 10n, 'is a BigInt'],
  ])('a value that is %s is the trouble of its contact alone', async (_, age, what) => {
    const sandbox = await workspace();
    const list = [{ urns: [AMINA], fields: { age } as never }, { urns: [BEA] }];
    for (const operation of [syncContacts(list), upsertContacts(() => list)]) {
      const { result } = await bulk(operation, sandbox);
      expect(result.failed).toMatchObject([{ index: 0, code: 'INVALID_INPUT' }]);
      expect(result.failed[0]?.description).toBe(`contacts[0].fields.age ${what}.`);
      expect(places(result)).toEqual([0, 1]);
    }
    expect(sandbox.contacts()).toMatchObject([{ urns: [BEA] }]);
  });

  test('with a field for a key, a uuid that is there is not said to be missing', async () => {
    const sandbox = await workspace({ contacts: people() });
    const [{ uuid } = { uuid: '' }] = sandbox.contacts();
    const list = [{ uuid, fields: { tei_id: 'z9' } }, { name: 'x' }];
    const { result } = await bulk(syncContacts(list, { key: 'fields.tei_id' }), sandbox);
    expect(result.failed).toMatchObject([
      { code: 'NOT_FOUND', description: expect.stringContaining('no contact with this tei_id') },
      { code: 'INVALID_INPUT', description: expect.stringContaining('has no fields.tei_id') },
    ]);
    const nameless = await bulk(syncContacts([{ name: 'x' }]), sandbox);
    expect(nameless.result.failed[0]?.description).toContain('has no URN or uuid to');
    expect(writes(sandbox)).toEqual([]);
  });

  test('with URNs for a key, neither', async () => {
    const sandbox = await workspace({ contacts: people() });
    const [{ uuid } = { uuid: '' }] = sandbox.contacts();
    const { result } = await bulk(syncContacts([{ uuid, urns: [FREE] }], { key: 'urn' }), sandbox);
    expect(result.failed).toMatchObject([
      {
        code: 'NOT_FOUND',
        description: expect.stringContaining('no contact with this URN'),
        fix: expect.stringContaining('save the URN in the contact with this uuid'),
      },
    ]);
    expect(writes(sandbox)).toEqual([]);
  });

  test('a list of promises, as an async function makes it, is refused whole', async () => {
    const list = async () => ({ urns: [AMINA] });
    await refused(syncContacts([{ urns: [BEA] }, list() as never]), 'INVALID_INPUT');
  });

  test('each contact that cannot be sent fails alone', async () => {
    const sandbox = await workspace({ contacts: people() });
    const log = captureConsole();
    noSleep();
    const { result } = await bulk(
      syncContacts([
        { urns: ['0799'] },
        { urns: [AMINA], name: ' ' },
        { urns: [FREE], fields: { agee: 1 } },
        { urns: ['tel:+250788000010'], groups: ['Nobody'] },
        { urns: ['tel:+250788000011'], groups: ['Old'] },
        { uuid: OTHER_UUID, name: 'Gone' },
        'no contact' as never,
        { urns: ['tel:+250788000012'], naem: 'Bea' } as never,
        { urns: [BEA], colour: 'red' } as never,
      ]),
      sandbox,
    );
    expect(result.failed.map(({ code }) => code)).toEqual([
      'INVALID_URN',
      'INVALID_INPUT',
      'UNKNOWN_FIELD',
      'UNKNOWN_REFERENCE',
      'UNKNOWN_REFERENCE',
      'NOT_FOUND',
      'INVALID_INPUT',
      'INVALID_INPUT',
    ]);
    expect(result.failed[2]?.fix).toContain('"age"');
    expect(result.failed[7]?.fix).toContain('Did you mean "name"?');
    expect(result.unchanged).toMatchObject([{ index: 8 }]);
    expect(places(result)).toEqual(upTo(9));
    expect(writes(sandbox)).toEqual([]);
    expect(log.filter(line => line.includes('colour'))).toHaveLength(1);
    for (const { description, fix } of result.failed) {
      expect(`${description} ${fix}`).not.toMatch(/Gone|0799/);
    }
  });

  test('failOnError ends with an error that counts', async () => {
    const sandbox = await workspace({ contacts: people() });
    const list = [{ urns: [AMINA], name: 'Changed' }, { urns: ['0799'] }];
    const error = await failure(syncContacts(list, { failOnError: true }), sandbox);
    expect(error).toMatchObject({
      code: 'BULK_FAILED',
      details: {
        counts: { created: 0, updated: 1, unchanged: 0, failed: 1, notAttempted: 0 },
        failures: [{ index: 1, code: 'INVALID_URN' }],
      },
    });
    expect(JSON.stringify(error)).not.toMatch(/0799|Changed/);
    expect(holder(sandbox, AMINA)?.name).toBe('Changed');
  });

  test('an empty list does nothing', async () => {
    const sandbox = await workspace({ contacts: people() });
    const { result } = await bulk(syncContacts([]), sandbox);
    expect(counts(result)).toEqual([0, 0, 0, 0, 0]);
    expect(sandbox.requests()).toEqual([]);
  });

  test.each([
    [{ key: 'tei_id' }, 'INVALID_OPTION'],
    [{ groups: 'all' }, 'INVALID_OPTION'],
    [{ concurrency: 11 }, 'INVALID_OPTION'],
    [{ concurrency: 0 }, 'INVALID_OPTION'],
    [{ group: ' ' }, 'INVALID_OPTION'],
    [{ group: null }, 'INVALID_OPTION'],
    [{ dryRun: 'yes' }, 'INVALID_OPTION'],
  ])('options %j are refused', async (options, code) => {
    await refused(syncContacts([], options as object), code);
  });

  test('nothing is thrown while it is being built', async () => {
    expect(() => syncContacts(undefined as never, 5 as never)).not.toThrow();
    await refused(syncContacts(undefined as never), 'INVALID_INPUT');
    await refused(
      syncContacts(() => undefined as never),
      'INVALID_INPUT',
    );
    await refused(syncContacts({ urns: [AMINA] } as never), 'INVALID_INPUT');
  });

  test('unknown groups and keys end it', async () => {
    noSleep();
    const sandbox = await workspace({ contacts: people() });
    const list = [{ urns: [AMINA], fields: { tei_id: 'a1' } }];
    expect((await failure(syncContacts(list, { group: 'Motherz' }), sandbox)).code).toBe(
      'UNKNOWN_GROUP',
    );
    const key = await failure(syncContacts(list, { key: 'fields.teiid' }), sandbox);
    expect(key).toMatchObject({ code: 'INVALID_OPTION', fix: expect.stringContaining('tei_id') });
    const date = await failure(syncContacts(list, { key: 'fields.due' }), sandbox);
    expect(date.code).toBe('INVALID_OPTION');
  });

  test.each(dialects)('in an anonymous workspace of %s', async dialect => {
    const sandbox = await workspace({ dialect, contacts: people(), anonymous: true });
    const [amina, ...others] = sandbox.contacts();
    const list = [{ urns: [AMINA], name: 'X' }, { urns: [BEA] }, { urns: [CHRIS] }];
    expect((await failure(syncContacts(list), sandbox)).code).toBe('ANONYMOUS_WORKSPACE');
    const key = 'fields.tei_id';
    const byField = [{ urns: [AMINA], name: 'Changed', fields: { tei_id: 'a1' } }];
    const { result } = await bulk(syncContacts(byField, { key }), sandbox);
    expect(result.updated).toMatchObject([{ uuid: amina?.uuid, changed: ['name'] }]);
    expect(sandbox.contacts().slice(1)).toEqual(others);
  });

  test('a wrong token is thrown', async () => {
    const sandbox = await workspace({ contacts: people(), token: 'f'.repeat(40) });
    const error = await failure(syncContacts([{ urns: [AMINA] }, { urns: [BEA] }]), sandbox);
    expect(error.code).toBe('INVALID_TOKEN');
  });

  test('a token that may only read is thrown before anything is done', async () => {
    const sandbox = await workspace({ contacts: people() });
    sandbox.configure({ suspended: true });
    const list = [
      { urns: [AMINA], name: 'X' },
      { urns: [BEA], name: 'X' },
    ];
    expect((await failure(syncContacts(list), sandbox)).code).toBe('WORKSPACE_SUSPENDED');
  });

  test('references are read from state', async () => {
    const sandbox = await workspace({ contacts: people() });
    const state = { data: [{ phone: AMINA, name: 'From state' }] };
    const { result, state: next } = await bulk(
      syncContacts(
        ({ data }) =>
          (data as { phone: string; name: string }[]).map(({ phone, name }) => ({
            urns: [phone],
            name,
          })),
        () => ({ concurrency: 1 }),
      ),
      sandbox,
      state,
    );
    expect(counts(result)).toEqual([0, 1, 0, 0, 0]);
    expect(next.references).toEqual(['earlier', state.data]);
    expect(next.rapidpro).toBeUndefined();
    expect(next.response).toMatchObject({ path: 'contacts', requests: 2 });
  });
});
