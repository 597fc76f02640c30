import { describe, expect, test } from 'vitest';
import { syncContacts, upsertContacts } from '../../../src/index.js';
import {
  bulk,
  counts,
  holder,
  places,
  upTo,
  withoutCountry,
  workspace,
  writes,
} from './workspace.js';

/** Two of the list that are one contact in RapidPro: both fail, and nothing false is said of them. */

const AMINA = 'tel:+250788000001';
const BEA = 'tel:+250788000002';
const SECOND = 'mailto:amina@example.org';
const LOCAL = 'tel:0788000001';
const NEW = 'tel:+250788000009';
const NEW_LOCAL = 'tel:0788000009';

const people = () => [
  { name: 'Amina', urns: [AMINA, SECOND] },
  { name: 'Bea', urns: [BEA] },
];

const clash = (index: number) => ({ index, code: 'CONTACT_CLASH' });

describe.each(['v9', 'textit'] as const)('syncContacts on %s', dialect => {
  test.each([1, 4])('a number in two forms, of one contact: nothing is sent (%i)', async width => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const before = sandbox.contacts();
    const list = [
      { urns: [AMINA], name: 'One' },
      { urns: [LOCAL], name: 'Two' },
    ];
    const { result } = await bulk(syncContacts(list, { concurrency: width }), sandbox);
    expect(result.failed).toMatchObject([clash(0), clash(1)]);
    expect(result.failed[1]?.description).toContain('contacts[0], contacts[1]');
    expect(result.failed[1]?.fix).toContain('Nothing was sent');
    expect(writes(sandbox)).toEqual([]);
    expect(sandbox.contacts()).toEqual(before);
  });

  test.each([1, 4])(
    'a new number in two forms, if the country cannot be read: what was made is reported (%i)',
    async width => {
      const sandbox = await workspace({ dialect, contacts: people() });
      const front = await withoutCountry(sandbox);
      const list = [
        { urns: [NEW], name: 'One' },
        { urns: [NEW_LOCAL], name: 'Two' },
      ];
      const { result } = await bulk(syncContacts(list, { concurrency: width }), front);
      expect(places(result)).toEqual([0, 1]);
      expect(result.failed).toMatchObject([clash(0), clash(1)]);
      const made = holder(sandbox, NEW);
      expect(sandbox.contacts()).toHaveLength(3);
      const [writer] = result.failed.filter(({ uuid }) => uuid !== undefined);
      expect(writer?.uuid).toBe(made?.uuid);
      for (const { description, fix } of result.failed) {
        expect(description).toContain(`contacts[${writer?.index}] was saved before`);
        expect(fix).not.toContain('Nothing was sent');
      }
      expect(made?.name).toBe(list[writer?.index ?? 9]?.name);
      // Run again, it is known from the start.
      const again = await bulk(syncContacts(list, { concurrency: width }), front);
      expect(again.result.failed).toMatchObject([clash(0), clash(1)]);
      expect(again.result.failed[0]?.fix).toContain('Nothing was sent');
    },
  );

  test('others of the list go on', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const others = upTo(30).map(n => ({ urns: [`tel:+2507881${10_000 + n}`], name: `P ${n}` }));
    const list = [{ urns: [LOCAL], name: 'Two' }, ...others, { urns: [AMINA], name: 'One' }];
    const { result } = await bulk(syncContacts(list), sandbox);
    expect(counts(result)).toEqual([30, 0, 0, 2, 0]);
    expect(holder(sandbox, AMINA)?.name).toBe('Amina');
    expect(places(result)).toEqual(upTo(32));
  });

  test('a number in the local form is found once, and costs one look', async () => {
    const sandbox = await workspace({ dialect, contacts: people() });
    const list = [{ urns: [LOCAL], name: 'Changed' }, { urns: [NEW_LOCAL] }];
    const { result, state } = await bulk(syncContacts(list), sandbox);
    expect(counts(result)).toEqual([1, 1, 0, 0, 0]);
    // A page, a look at each, the look before a list of URNs is written, and the two writes.
    expect(state.response?.requests).toBeLessThanOrEqual(7);
    const again = await bulk(syncContacts(list), sandbox);
    expect(counts(again.result)).toEqual([0, 0, 2, 0, 0]);
  });
});

describe.each(['v9', 'textit'] as const)('upsertContacts on %s', dialect => {
  const cases: [string, (uuid: string) => object[]][] = [
    ['a uuid and a URN', uuid => [{ uuid }, { urns: [AMINA] }]],
    ['two URNs', () => [{ urns: [SECOND] }, { urns: [AMINA] }]],
    ['a number in two forms', () => [{ urns: [LOCAL] }, { urns: [AMINA] }]],
    ['a new number in two forms', () => [{ urns: [NEW_LOCAL] }, { urns: [NEW] }]],
  ];

  test.each(cases)('%s of one contact: both fail, and it says what was sent', async (_, of) => {
    for (const concurrency of [1, 4]) {
      const sandbox = await workspace({ dialect, contacts: people() });
      const uuid = String(holder(sandbox, AMINA)?.uuid);
      const list = [...of(uuid), { urns: [BEA] }].map((one, n) => ({ ...one, name: `P ${n}` }));
      const front = await withoutCountry(sandbox);
      const { result } = await bulk(upsertContacts(list, { concurrency }), front);
      expect(places(result)).toEqual([0, 1, 2]);
      expect(result.updated).toMatchObject([{ index: 2 }]);
      expect(result.failed).toMatchObject([clash(0), clash(1)]);
      const { uuid: written } = result.failed[0] ?? {};
      expect(sandbox.contacts().map(one => one.uuid)).toContain(written);
      expect(result.failed[0]?.description).toMatch(
        /contacts\[0\], contacts\[1\] are the same contact in RapidPro.*were saved/,
      );
      expect(result.failed[0]?.fix).not.toContain('Nothing was sent');
    }
  });
});
