import { type ContactSeed, createSandbox, type Sandbox } from '@openfn/rapidpro-sandbox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { syncContacts } from '../../../src/index.js';
import type { SyncContact, SyncOptions } from '../../../src/types/bulk.js';
import { captureConsole } from '../../support/captureConsole.js';
import { TOKEN } from '../../support/credential.js';
import { noSleep } from '../../support/noSleep.js';
import { bulk, FIELDS, GROUPS, places, upTo, writes } from './workspace.js';

/** Random workspaces and lists that overlap in every way: by URN, uuid, field, and with themselves. */

const URNS = upTo(14).map(n => `tel:+25078800${1000 + n}`);
/** The same numbers as people write them at home. */
const AT_HOME = URNS.slice(0, 4).map(urn => urn.replace('+250', '0'));
const KEYS = upTo(8).map(n => `t${n}`);

const name = fc.constantFrom('Amina', ' Amina', 'Béa', 'Chris ', '0', 'x'.repeat(64));
const text = fc.constantFrom(...KEYS, ` ${KEYS[0]} `, 'other');
const age = fc.oneof(
  fc.integer({ min: -5, max: 90 }),
  fc.constantFrom('1.50', '1.5', '007', '.5', 'old', '', ' ', null, 12.25),
);
const due = fc.constantFrom(
  '2026-01-05T10:00:00Z',
  '2026-01-05T10:00:00.5+02:00',
  '2026-01-05',
  '2026-01-05T10:00',
  'soon',
  null,
);
const province = fc.constantFrom('nowhere', null);

const fields = fc.record({ tei_id: text, age, due, province }, { requiredKeys: [] });
const groups = fc.subarray(['Mothers', 'Partners']);

const workspace = fc
  .array(
    fc.record(
      {
        name,
        language: fc.constantFrom('eng', 'fra', null),
        groups,
        fields,
        status: fc.constantFrom('active' as const, 'active' as const, 'blocked' as const),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 8 },
  )
  .chain(contacts =>
    fc.shuffledSubarray(URNS, { minLength: 0, maxLength: URNS.length }).map(free =>
      contacts.map((contact, n): ContactSeed => {
        const { status = 'active', ...rest } = contact;
        const mine = free.filter((_, place) => place % (contacts.length + 2) === n);
        return { ...rest, status, urns: mine, ...(status === 'active' ? {} : { groups: [] }) };
      }),
    ),
  );

const wanted = fc.record(
  {
    // None has a number in two forms: RapidPro 9 cannot store that.
    urns: fc.uniqueArray(fc.constantFrom(...URNS, ...AT_HOME), {
      maxLength: 3,
      selector: urn => urn.slice(-4),
    }),
    name: fc.oneof(name, fc.constant(null)),
    language: fc.constantFrom('ENG', 'eng', 'fra', null),
    groups: fc.subarray(['Mothers', 'partners']),
    fields,
    /** The place of a contact in the workspace that is named by its uuid. */
    place: fc.nat(9),
  },
  { requiredKeys: [] },
);

const options = fc.record(
  {
    key: fc.constantFrom('uuid', 'urn', 'fields.tei_id'),
    urns: fc.constantFrom('add', 'exact'),
    groups: fc.constantFrom('add', 'exact', { exact: ['Mothers'] }),
    group: fc.constant('Mothers'),
    concurrency: fc.constantFrom(1, 4),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<SyncOptions>;

async function withSandbox<T>(
  dialect: 'v9' | 'textit',
  contacts: ContactSeed[],
  work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const seed = { fields: [...FIELDS], groups: GROUPS };
  const sandbox = await createSandbox({ dialect, contacts, seed, token: TOKEN });
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

function toList(sandbox: Sandbox, rows: { place?: number | undefined }[]): SyncContact[] {
  const uuids = sandbox.contacts().map(({ uuid }) => uuid);
  return rows.map(({ place, ...row }) => {
    const uuid = place === undefined ? undefined : uuids[place];
    return uuid === undefined ? row : { ...row, uuid };
  });
}

function urnsByContact(sandbox: Sandbox): Map<string, string> {
  return new Map(
    sandbox.contacts().flatMap(({ uuid, urns: held }) => held.map(urn => [String(urn), uuid])),
  );
}

const cases = { dialect: fc.constantFrom('v9' as const, 'textit' as const), workspace, options };

/** The first of the list gives a URN free, and the second, which failed, gets it in the next run. */
const FREED = {
  dialect: 'v9',
  workspace: [
    { status: 'active', urns: ['tel:+250788001007', 'tel:+250788001000'] },
    { status: 'active', urns: ['tel:+250788001001'] },
  ],
  options: { urns: 'exact' },
  rows: [
    { urns: ['tel:+250788001007'] },
    { urns: ['tel:0788001001', 'tel:0788001000'], groups: ['partners'] },
  ],
};

test('a second run changes nothing, others are untouched, no URN changes hands', async () => {
  captureConsole();
  noSleep();
  await fc.assert(
    fc.asyncProperty(fc.record({ ...cases, rows: fc.array(wanted, { maxLength: 8 }) }), one =>
      withSandbox(one.dialect, one.workspace, async sandbox => {
        const list = toList(sandbox, one.rows);
        const before = sandbox.contacts();
        const owners = urnsByContact(sandbox);

        const plan = await bulk(syncContacts(list, { ...one.options, dryRun: true }), sandbox);
        expect(writes(sandbox)).toEqual([]);
        expect(sandbox.contacts()).toEqual(before);
        expect(places(plan.result)).toEqual(upTo(list.length));

        const first = await bulk(syncContacts(list, one.options), sandbox);
        expect(places(first.result)).toEqual(upTo(list.length));
        const asked = Number(first.state.response?.requests);
        const promised = Number(plan.state.response?.requests) + Number(plan.result.requests);
        expect(asked).toBeLessThanOrEqual(promised);
        const failedIndexes = ({ result }: typeof plan) => result.failed.map(({ index }) => index);
        const isAsPlanned =
          JSON.stringify(failedIndexes(plan)) === JSON.stringify(failedIndexes(first));
        if (isAsPlanned && !plan.result.atMost) expect(asked).toBe(promised);
        expect(first.result.notAttempted).toEqual([]);
        const { created, updated, unchanged, failed } = first.result;
        const touched = new Set([...created, ...updated].map(({ uuid }) => uuid));
        // A failed contact may have been written only where it says so.
        for (const item of failed) {
          if (item.changed || item.code === 'CONTACT_CLASH') touched.add(item.uuid);
        }
        const madeForTwo = failed.filter(
          ({ uuid }) => uuid !== undefined && !before.some(contact => contact.uuid === uuid),
        );
        const after = new Map(sandbox.contacts().map(contact => [contact.uuid, contact]));
        for (const contact of before) {
          if (!touched.has(contact.uuid)) expect(after.get(contact.uuid)).toEqual(contact);
        }
        expect(after.size).toBe(before.length + created.length + madeForTwo.length);
        for (const { uuid } of [...updated, ...unchanged])
          expect(after.has(String(uuid))).toBe(true);

        // Nobody lost a URN to somebody else.
        for (const [urn, owner] of urnsByContact(sandbox)) {
          const former = owners.get(urn);
          if (former !== undefined && former !== owner) {
            expect([...touched].includes(former) && one.options.urns === 'exact').toBe(true);
          }
        }
        if (one.options.urns !== 'exact') {
          for (const { uuid, urns: held } of before) {
            expect(after.get(uuid)?.urns).toEqual(expect.arrayContaining(held));
          }
        }

        // A look at a contact before its URNs are written is an empty write. Whether somebody has a URN is asked by an
        // action that does not say what to do.
        const isLook = ({ path, body }: { path: string; body?: unknown }) =>
          JSON.stringify(body) === '{}' ||
          (path.includes('contact_actions') && !('action' in Object(body)));
        const looks = () => sandbox.requests().filter(isLook).length;
        const all = writes(sandbox).length;
        const sent = all - looks();
        const second = await bulk(syncContacts(list, one.options), sandbox);
        // Who failed may succeed now, when another contact has given its URN free.
        const doneTwice = second.result.updated.filter(
          ({ predicted, index }) => predicted !== false && !failedAt(failed, index),
        );
        expect(doneTwice).toEqual([]);
        expect(second.result.created.filter(({ index }) => !failedAt(failed, index))).toEqual([]);
        // What only RapidPro can tell is written to see, and changes nothing.
        const idle = second.result.unchanged.filter(({ predicted }) => predicted === false);
        const uncertain = second.result.updated.length + second.result.created.length + idle.length;
        const tried = second.result.failed.length;
        // Who failed before and is done now may take a request for its groups too.
        const late = [...second.result.updated, ...second.result.created].filter(({ index }) =>
          failedAt(failed, index),
        ).length;
        expect(writes(sandbox).length - looks() - sent).toBeLessThanOrEqual(
          uncertain + tried + late,
        );
        if (failed.length === 0 && uncertain === 0) {
          expect(second.result.unchanged).toHaveLength(list.length);
          expect(writes(sandbox)).toHaveLength(all);
        }
      }),
    ),
    { numRuns: 150, examples: [[FREED as never]] },
  );
}, 120_000);

function failedAt(failed: readonly { index: number }[], index: number): boolean {
  return failed.some(item => item.index === index);
}

test('whatever breaks, the list is in step in the end, and nobody is there twice', async () => {
  captureConsole();
  noSleep();
  const fault = fc.record({
    kind: fc.constantFrom('reset', 'bad-gateway', 'throttle', 'garbled') as fc.Arbitrary<'reset'>,
    strikes: fc.constantFrom('before', 'after') as fc.Arbitrary<'before'>,
    times: fc.integer({ min: 1, max: 3 }),
    nth: fc.integer({ min: 1, max: 12 }),
    retryAfter: fc.constantFrom(3, 4000),
  });
  const faults = fc.array(fault, { maxLength: 4 });
  const people = fc.uniqueArray(fc.constantFrom(...URNS), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ ...cases, faults, people }),
      async ({ dialect, workspace: contacts, people: some, faults: orders }) =>
        withSandbox(dialect, contacts, async sandbox => {
          const owners = urnsByContact(sandbox);
          const list = some.map((urn, n) => ({
            urns: [urn],
            name: `Person ${n}`,
            fields: { age: n },
          }));
          for (const { nth, ...order } of orders) sandbox.fault({ ...order, when: { nth } });
          let rapidpro: unknown;
          for (let runs = 0; runs < 12; runs++) {
            const step = syncContacts(list, { resume: true });
            const next = await bulk(step, sandbox, { rapidpro }).catch(() => undefined);
            if (next) {
              expect(places(next.result)).toEqual(upTo(list.length));
              rapidpro = next.state.rapidpro;
            }
          }
          const last = await bulk(syncContacts(list), sandbox);
          const clashes = new Set(last.result.failed.map(({ index }) => index));
          for (const { code } of last.result.failed) expect(code).toBe('CONTACT_CLASH');
          const held = urnsByContact(sandbox);
          for (const [urn, owner] of owners) expect(held.get(urn)).toBe(owner);
          for (const [
            index,
            {
              urns: [urn = ''],
              name: called,
            },
          ] of list.entries()) {
            if (clashes.has(index)) continue;
            const [holder, ...others] = sandbox
              .contacts()
              .filter(contact => contact.urns.includes(urn));
            expect(others).toEqual([]);
            expect(holder).toMatchObject({ name: called, fields: { age: String(index) } });
          }
        }),
    ),
    { numRuns: 80 },
  );
}, 120_000);

test('by a field, whatever breaks, nobody is made twice', async () => {
  captureConsole();
  noSleep();
  const fault = fc.record({
    kind: fc.constantFrom('reset', 'bad-gateway', 'throttle') as fc.Arbitrary<'reset'>,
    strikes: fc.constantFrom('before', 'after') as fc.Arbitrary<'before'>,
    times: fc.integer({ min: 1, max: 3 }),
    nth: fc.integer({ min: 1, max: 14 }),
    retryAfter: fc.constantFrom(3, 4000),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        dialect: cases.dialect,
        known: fc.subarray(upTo(12)),
        faults: fc.array(fault, { maxLength: 5 }),
        group: fc.constantFrom(undefined, 'Mothers'),
      }),
      async ({ dialect, known, faults, group }) => {
        const contacts = known.map(n => ({
          name: 'Before',
          fields: { tei_id: `t${n}` },
          groups: n % 2 ? ['Mothers'] : [],
        }));
        await withSandbox(dialect, contacts, async sandbox => {
          const list = upTo(12).map(n => ({
            name: n % 3 ? 'After' : 'Before',
            fields: { tei_id: `t${n}` },
          }));
          const options = { key: 'fields.tei_id', ...(group ? { group } : {}) } as const;
          for (const { nth, ...order } of faults) {
            // A throttled request is refused before anything is done.
            const strikes = (order.kind as string) === 'throttle' ? 'before' : order.strikes;
            sandbox.fault({ ...order, strikes, when: { nth } });
          }
          let rapidpro: unknown;
          for (let runs = 0; runs < 10; runs++) {
            const step = syncContacts(list, { ...options, resume: true });
            const next = await bulk(step, sandbox, { rapidpro }).catch(() => undefined);
            if (next) {
              expect(places(next.result)).toEqual(upTo(12));
              rapidpro = next.state.rapidpro;
            }
          }
          const last = await bulk(syncContacts(list, options), sandbox);
          expect(last.result.failed).toEqual([]);
          const names = new Map(sandbox.contacts().map(one => [one.fields.tei_id, one.name]));
          expect(sandbox.contacts()).toHaveLength(12);
          for (const { name: called, fields: held } of list) {
            expect(names.get(held.tei_id)).toBe(called);
          }
        });
      },
    ),
    { numRuns: 100 },
  );
}, 120_000);
