import { describe, expect, test } from 'vitest';
import { addContact, syncContacts, upsertContact, upsertContacts } from '../../../src/index.js';
import type { Operation } from '../../../src/types/state.js';
import { failure } from '../run.js';
import { bulk, withoutCountry, workspace, writes } from './workspace.js';

/** One number in two forms: RapidPro 9 answers 500 to that, TextIt that another contact has it. */
const TWICE = { urns: ['tel:+250788000001', 'tel:0788 000 001'], name: 'Amina' };
const BEA = 'tel:+250788000002';

describe.each(['v9', 'textit'] as const)('one number in two forms, %s', dialect => {
  test.each([
    ['addContact', () => addContact(TWICE)],
    ['upsertContact', () => upsertContact(TWICE)],
  ] as [string, () => Operation][])('%s says so, and writes nothing', async (_, operation) => {
    const sandbox = await workspace({ dialect, country: 'RW' });
    const error = await failure(operation(), sandbox);
    expect(error.code).toBe('INVALID_URN');
    expect(error.description).toBe('urns[0] and urns[1] are the same number in two forms.');
    expect(writes(sandbox)).toEqual([]);
  });

  test.each([
    ['syncContacts', () => syncContacts([TWICE])],
    ['its dry run', () => syncContacts([TWICE], { dryRun: true })],
    ['upsertContacts', () => upsertContacts([TWICE])],
  ] as [string, () => Operation][])('%s fails that contact', async (_, operation) => {
    const sandbox = await workspace({ dialect, country: 'RW' });
    const { result } = await bulk(operation(), sandbox);
    expect(result.failed).toMatchObject([{ index: 0, code: 'INVALID_URN' }]);
    expect(writes(sandbox)).toEqual([]);
  });

  test('a contact that is there gets the number once, or not at all', async () => {
    const sandbox = await workspace({ dialect, country: 'RW', contacts: [{ urns: [BEA] }] });
    const list = [{ ...TWICE, urns: [BEA, ...TWICE.urns] }];
    const { result } = await bulk(syncContacts(list), sandbox);
    const [{ urns } = { urns: [] }] = sandbox.contacts();
    if (dialect === 'textit') {
      expect(result.updated).toHaveLength(1);
      expect(urns).toEqual([BEA, TWICE.urns[0]]);
    } else {
      expect(result.failed).toMatchObject([{ code: 'INVALID_URN' }]);
      expect(writes(sandbox)).toEqual([]);
    }
  });

  test('a contact that has the number already is found by both', async () => {
    const [urn = ''] = TWICE.urns;
    const sandbox = await workspace({ dialect, country: 'RW', contacts: [{ urns: [urn] }] });
    const { result } = await bulk(syncContacts([TWICE]), sandbox);
    expect(result.updated).toMatchObject([{ changed: ['name'] }]);
  });

  test('two numbers of two countries are two', async () => {
    const sandbox = await workspace({ dialect, country: 'RW' });
    const two = { urns: ['tel:+250788000001', 'tel:+254788000001', 'tel:0788000002'] };
    const { result } = await bulk(syncContacts([two]), sandbox);
    expect(result.created).toHaveLength(1);
  });
});

describe.each(['v9', 'textit'] as const)(
  'a number that an entry takes off its contact, %s',
  dialect => {
    const MAIL = 'mailto:amina@example.org';
    const HELD = { urns: [MAIL, BEA], name: 'Amina' };
    const local = BEA.replace('tel:+250', 'tel:0');

    test.each([
      ['alone', [local]],
      ['beside a new one', ['tel:+250788000009', local]],
    ])('is not given to one that names it in local form, %s', async (_, urns) => {
      for (const own of [{ urns: [MAIL] }, { uuid: '', urns: [MAIL] }]) {
        for (const dryRun of [true, false]) {
          const sandbox = await workspace({ dialect, country: 'RW', contacts: [HELD] });
          const [contact] = sandbox.contacts();
          const uuid = 'uuid' in own ? { uuid: contact?.uuid } : {};
          const list = [
            { ...own, ...uuid },
            { urns, name: 'B' },
          ];
          const { result } = await bulk(syncContacts(list, { urns: 'exact', dryRun }), sandbox);
          expect(result.failed.map(({ code }) => code)).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH']);
          expect(writes(sandbox)).toEqual([]);
        }
      }
    });

    test('where numbers are added, it stays, and both are told', async () => {
      const sandbox = await workspace({ dialect, country: 'RW', contacts: [HELD] });
      const list = [{ urns: [MAIL], name: 'A' }, { urns: ['tel:+250788000009', local] }];
      const { result } = await bulk(syncContacts(list), sandbox);
      expect(result.failed.map(({ code }) => code)).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH']);
    });
  },
);

describe.each(['v9', 'textit'] as const)('one number that two of the list want, %s', dialect => {
  const home = 'tel:0788 000 001';
  const abroad = 'tel:+250788000001';
  const named = (uuids: string[], urns: string[]) =>
    urns.map((urn, n) => ({ uuid: uuids[n], urns: [urn] }));

  test.each([
    ['syncContacts', syncContacts, {}],
    ['syncContacts', syncContacts, { dryRun: true }],
    ['syncContacts', syncContacts, { urns: 'exact' }],
    ['upsertContacts', upsertContacts, {}],
    ['upsertContacts', upsertContacts, { urns: 'replace', dryRun: true }],
  ] as const)('%s refuses both before anything is sent, %j', async (_, sync, options) => {
    for (const forms of [
      [home, abroad],
      [abroad, home],
      [home, 'tel:788000001'],
      ['tel:+250788000005', home, 'tel:00250 788 000 001'],
    ]) {
      const contacts = [{ name: 'Amina' }, { name: 'Bea' }, { name: 'Cia' }];
      const sandbox = await workspace({ dialect, country: 'RW', contacts });
      const uuids = sandbox.contacts().map(({ uuid }) => uuid);
      const other = forms.length - 2;
      for (const list of [named(uuids, forms), forms.map(urn => ({ urns: [urn], name: urn }))]) {
        const { result } = await bulk(sync(list as never, options as never), sandbox);
        const clash = { code: 'CONTACT_CLASH' };
        expect(result.failed).toMatchObject([
          { index: other, ...clash },
          { index: other + 1, ...clash },
        ]);
      }
      const isHeld = sandbox.contacts().some(({ urns }) => urns.some(urn => urn === abroad));
      expect(isHeld).toBe(false);
    }
  });

  test.each(['first', 'last'] as const)(
    'one of them counts, if the job says which: %s',
    async duplicates => {
      const sandbox = await workspace({ dialect, country: 'RW' });
      const list = [home, abroad].map((urn, index) => ({ urns: [urn], name: `N${index}` }));
      const { result } = await bulk(upsertContacts(list, { duplicates }), sandbox);
      const [index, left] = duplicates === 'first' ? [0, 1] : [1, 0];
      expect(result.passedOver).toEqual([{ index: left, duplicateOf: index }]);
      expect(sandbox.contacts()).toMatchObject([{ name: `N${index}`, urns: [abroad] }]);
    },
  );

  test('the same digits abroad are another number, and one in two forms of one entry is no clash', async () => {
    const sandbox = await workspace({ dialect, country: 'RW' });
    const list = [
      { urns: [home] },
      { urns: ['tel:+254788000001'] },
      { urns: ['tel:0788000002', BEA] },
    ];
    const { result } = await bulk(syncContacts(list), sandbox);
    expect(result.created.map(({ index }) => index)).toEqual([0, 1]);
    expect(result.failed).toMatchObject([{ index: 2, code: 'INVALID_URN' }]);
  });

  test.each([
    ['CI', 'tel:0123456789', 'tel:+2250123456789'],
    ['RW', 'tel:+250 (0)788 123 123', 'tel:0788123123'],
    ['RW', 'tel:+250 (0)788 123 123', 'tel:+250788123123'],
    ['NG', 'tel:+234 0802 345 6789', 'tel:08023456789'],
    ['GB', 'tel:+44 020 7946 0018', 'tel:+442079460018'],
    ['AR', 'tel:011 15-2345-4806', 'tel:+5491123454806'],
    ['BR', 'tel:(0xx11) 96123-4567', 'tel:+5511961234567'],
    ['US', 'tel:011 44 20 7946 0018', 'tel:+442079460018'],
  ])('in %s, %s and %s are one', async (country, one, other) => {
    for (const forms of [
      [one, other],
      [other, one],
    ]) {
      const sandbox = await workspace({ dialect, country });
      const list = forms.map(urn => ({ urns: [urn], name: 'A' }));
      const { result } = await bulk(upsertContacts(list), sandbox);
      expect(result.failed.map(({ code }) => code)).toEqual(['CONTACT_CLASH', 'CONTACT_CLASH']);
      expect(sandbox.contacts()).toEqual([]);
    }
  });

  test('two people whose numbers differ in their country are not one', async () => {
    const foreign = 'tel:+254788000001';
    const contacts = [{ urns: [foreign], name: 'Before' }];
    for (const urns of ['add', 'replace'] as const) {
      for (const list of [
        [
          { urns: [foreign], name: 'A' },
          { urns: [home], name: 'B' },
        ],
        [
          { urns: [home], name: 'B' },
          { urns: [foreign], name: 'A' },
        ],
      ]) {
        const sandbox = await workspace({ dialect, country: 'RW', contacts });
        const { result } = await bulk(upsertContacts(list, { urns }), sandbox);
        expect(result.failed).toEqual([]);
        const names = sandbox.contacts().map(one => [String(one.urns), one.name]);
        expect(Object.fromEntries(names)).toEqual({ [foreign]: 'A', [abroad]: 'B' });
      }
    }
  });

  test.each([
    ['of one entry', [[home, abroad], [BEA], ['tel:0788000003']]],
    ['written in one way', [[home], [home], ['tel:0788-000-001']]],
    ['with their countries', [[abroad], ['tel:+254788000001'], [BEA]]],
    ['that are no phone numbers', [['viber:AbC='], ['viber:aBc='], ['ext:A b'], ['ext:a B']]],
    ['of nobody, beside a uuid alone', [[home], undefined, undefined]],
  ])('the country is read only if it matters, not for numbers %s', async (_, urns) => {
    const sandbox = await workspace({ dialect, country: 'RW', contacts: [{ name: 'A' }] });
    const uuid = sandbox.contacts()[0]?.uuid;
    const list = urns.map(urns => (urns ? { urns } : { uuid }));
    await bulk(syncContacts(list as never), sandbox);
    expect(sandbox.requests().filter(({ path }) => path.includes('workspace'))).toEqual([]);
  });

  test.each([
    ['syncContacts', syncContacts, [home, abroad], 1],
    ['syncContacts', syncContacts, [abroad, home], 4],
    ['upsertContacts', upsertContacts, [home, abroad], 1],
    ['upsertContacts', upsertContacts, [abroad, home], 1],
    ['upsertContacts', upsertContacts, [home, abroad], 4],
    ['upsertContacts', upsertContacts, [abroad, home], 4],
  ] as const)(
    '%s gives it to one, and takes it from nobody, if the country cannot be read: %j, %i at a time',
    async (_, sync, urns, concurrency) => {
      const contacts = [{ name: 'Amina' }, { name: 'Bea' }];
      const sandbox = await workspace({ dialect, country: 'RW', contacts });
      const list = named(
        sandbox.contacts().map(({ uuid }) => uuid),
        [...urns],
      );
      const operation = sync(list as never, { concurrency } as never);
      const { result } = await bulk(operation, await withoutCountry(sandbox));
      expect(result.updated).toHaveLength(1);
      expect(result.failed).toHaveLength(1);
      const [{ uuid } = { uuid: '' }] = result.updated;
      expect(sandbox.contacts().find(contact => contact.uuid === uuid)?.urns).toEqual([abroad]);
    },
  );

  test.each([
    ['syncContacts', syncContacts],
    ['upsertContacts', upsertContacts],
  ] as const)(
    '%s makes a contact with it before it looks for another, if the country cannot be read',
    async (_, sync) => {
      const sandbox = await workspace({ dialect, country: 'RW', contacts: [{ name: 'Amina' }] });
      const [uuid = ''] = named(
        sandbox.contacts().map(one => one.uuid),
        [home],
      ).map(one => one.uuid);
      const { result } = await bulk(
        sync([{ urns: [home] }, { uuid, urns: [abroad] }] as never),
        await withoutCountry(sandbox),
      );
      const held = sandbox.contacts().filter(one => one.urns.map(String).includes(abroad));
      expect(held.map(one => one.uuid)).toEqual(
        [...result.created, ...result.updated].map(one => one.uuid),
      );
      expect(result.failed).toHaveLength(1);
    },
  );
});
