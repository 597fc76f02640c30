import { beforeAll, describe, expect, test, vi } from 'vitest';
import { built } from '../packaging/project.js';
import { asked, person, reasons, world } from './world.js';

vi.setConfig({ testTimeout: 60_000 });

beforeAll(built);

const AMINA = { id: 'PersonAmin1', name: 'Amina', phone: '0788000001', language: 'French' };
/** Not in the program. */
const ELSA = { id: 'PersonElsa1', name: 'Elsa', phone: '+250788000005', enrolled: false };
const BEATA = { id: 'PersonBeat1', name: 'Beata', phone: '+250788000002' };
const entered = (...people: Parameters<typeof person>[0][]) => ({
  trackedEntities: people.map(person),
});

/** Several are added side by side, so their order is not certain. */
const byUrns = (one: { urns: unknown[] }, other: { urns: unknown[] }) =>
  String(one.urns) < String(other.urns) ? -1 : 1;

const shown = ({ sandbox }: Awaited<ReturnType<typeof world>>) =>
  sandbox
    .contacts()
    .sort(byUrns)
    .map(({ name, urns, language, fields, groups }) => ({
      name,
      urns,
      language,
      id: fields.dhis2_id,
      groups: groups.map(group => group.name).sort(),
    }));

test('a number of another country is never taken for one of this country, and the code may have its plus', async () => {
  const both = await world({
    settings: all => ({ ...all, phone: { countryCode: '+250', digits: 9 } }),
  });
  const phones = [
    '+216123456',
    '00 216 123456',
    '+250788123',
    '250788001',
    '0788.000.000',
    '+250 0788 000 002',
  ];
  both.dhis2.enter(
    entered(...phones.map((phone, index) => ({ id: `PersonNum0${index}`, name: 'A', phone }))),
  );
  const final = await both.run('contacts');
  expect(reasons(final)).toEqual(
    [0, 1, 2].map(index => `PersonNum0${index}: The phone number is missing or wrong.`),
  );
  expect(shown(both).map(({ id, urns }) => [id, ...urns])).toEqual([
    ['PersonNum03', 'tel:+250250788001'],
    ['PersonNum04', 'tel:+250788000000'],
    ['PersonNum05', 'tel:+250788000002'],
  ]);
});

describe.each(['v9', 'textit'] as const)('people of DHIS2 become contacts (%s)', dialect => {
  test.each(['2.41.3', '2.40.5'])(
    'of DHIS2 %s, with name, language, id and group',
    async version => {
      const both = await world({ dialect, dhis2: { version } });
      both.dhis2.enter(entered(AMINA, BEATA, ELSA));
      const { data, errors } = await both.run('contacts');
      expect(errors).toBeUndefined();
      expect(data).toEqual({ created: 2, updated: 0, unchanged: 0, started: 2, problems: 0 });
      const groups = ['DHIS2 clients', 'Registration asked', 'Registration started'];
      expect(shown(both)).toEqual([
        { name: 'Amina', urns: ['tel:+250788000001'], language: 'fra', id: AMINA.id, groups },
        { name: 'Beata', urns: ['tel:+250788000002'], language: null, id: BEATA.id, groups },
      ]);
    },
  );

  test('again and again: nothing is written twice, and nobody is started twice', async () => {
    const both = await world({ dialect });
    both.dhis2.enter(entered(AMINA));
    await both.run('contacts');
    const before = both.sandbox.requests().length;
    const { data } = await both.run('contacts');
    expect(data).toMatchObject({ created: 0, updated: 0, unchanged: 1, started: 0 });
    const writes = both.sandbox
      .requests()
      .slice(before)
      .filter(({ method }) => method !== 'GET');
    expect(writes).toEqual([]);
    both.dhis2.enter(entered({ ...AMINA, name: 'Amina Uwase', enrolled: false }));
    expect((await both.run('contacts')).data).toMatchObject({ updated: 1, started: 0 });
    expect(asked(both).starts).toBe(1);
  });
});

test('people are read page by page', async () => {
  const both = await world();
  const many = Array.from({ length: 205 }, (_, index) => ({
    id: `Person${String(index).padStart(5, '0')}`,
    name: `Mother ${index}`,
    phone: `+250788${String(100000 + index)}`,
  }));
  both.dhis2.enter(entered(...many));
  expect((await both.run('contacts')).data).toMatchObject({ created: 205, started: 205 });
  const pages = both.dhis2.requests().filter(({ path }) => path === '/api/tracker/trackedEntities');
  expect(pages).toHaveLength(3);
});

test('a new phone number comes first, the other addresses of the contact stay', async () => {
  const both = await world({
    contacts: [{ urns: ['tel:+250788000001', 'telegram:1234'], fields: {} }],
  });
  both.dhis2.enter(entered(AMINA));
  await both.run('contacts');
  both.dhis2.enter(entered({ ...AMINA, phone: '0788000009', enrolled: false }));
  expect((await both.run('contacts')).data).toMatchObject({ updated: 1, unchanged: 0 });
  expect(both.sandbox.contacts().map(({ urns }) => urns)).toEqual([
    ['tel:+250788000009', 'tel:+250788000001', 'telegram:1234'],
  ]);
  expect((await both.run('contacts')).data).toMatchObject({ updated: 0, unchanged: 1 });
});

test('where somebody is deleted while people are read, it is read again', async () => {
  const both = await world();
  both.dhis2.enter(entered(AMINA));
  const path = '/api/tracker/trackedEntities';
  const trackedEntities = Array.from({ length: 100 }, (_, index) => ({
    trackedEntity: `PersonGone${index}`,
  }));
  const body = { pager: { page: 1, pageSize: 100, total: 101 }, trackedEntities };
  both.dhis2.fault({ method: 'GET', path, status: 200, body });
  const final = await both.run('contacts');
  expect(final.data).toMatchObject({ created: 1, problems: 0 });
  const pages = both.dhis2.requests().map(({ query }) => /page=(\d)/.exec(query)?.[1]);
  expect(pages.filter(Boolean)).toEqual(['1', '2', '1']);
});

test('a number that became wrong is told, and the contact keeps the one that it has; who comes twice is one', async () => {
  const both = await world();
  both.dhis2.enter(entered(AMINA));
  await both.run('contacts');
  both.dhis2.enter(entered({ ...AMINA, phone: '12', enrolled: false }));
  const [row] = [
    { trackedEntity: AMINA.id, attributes: [{ attribute: 'AttrPhoneNr', value: '12' }] },
  ];
  const trackedEntities = [row, row];
  const path = '/api/tracker/trackedEntities';
  both.dhis2.fault({ method: 'GET', path, status: 200, body: { trackedEntities } });
  const final = await both.run('contacts');
  expect(reasons(final)).toEqual([`${AMINA.id}: ${WRONG}`]);
  expect(both.desk()[`person-${AMINA.id}`]).toMatchObject({ status: 'refused', cause: WRONG });
  expect(shown(both)).toMatchObject([{ urns: ['tel:+250788000001'] }]);
});
const WRONG = 'The phone number is wrong: the contact keeps the old one.';

test('a number that begins like the country code is taken in its short form', async () => {
  const both = await world();
  both.dhis2.enter(entered({ ...AMINA, phone: '250 788 001' }));
  await both.run('contacts');
  expect(both.sandbox.contacts().map(({ urns }) => urns)).toEqual([['tel:+250250788001']]);
});

describe('a person who fails is listed and does not stop the rest', () => {
  test('what is not a phone number, and one that another person has', async () => {
    const both = await world();
    const [clara, dora] = ['PersonClau1', 'PersonDora1'] as const;
    both.dhis2.enter(
      entered(
        AMINA,
        { id: clara, name: 'Clara', phone: '12' },
        { ...AMINA, id: dora, phone: '250788000001' },
        BEATA,
      ),
    );
    const first = await both.run('contacts');
    expect(first.data).toMatchObject({ created: 2, started: 2, problems: 2 });
    expect(reasons(first)).toEqual([
      `${clara}: The phone number is missing or wrong.`,
      `${dora}: ${AMINA.id} has the same phone number.`,
    ]);
  });

  test('a number that another contact holds: listed by every run until it is free', async () => {
    let now = Date.now();
    const both = await world({
      dhis2: { clock: () => now },
      contacts: [{ name: 'Somebody', urns: ['tel:+250788000009'], fields: {} }],
    });
    both.dhis2.enter(entered(AMINA, BEATA));
    await both.run('contacts');
    both.dhis2.enter(
      entered(
        { ...AMINA, phone: '0788000009', enrolled: false },
        { ...BEATA, name: 'Beata M', enrolled: false },
      ),
    );
    const failed = await both.run('contacts');
    expect(failed.data).toMatchObject({ updated: 1, problems: 1 });
    expect(reasons(failed)).toEqual([expect.stringMatching(/^PersonAmin1: .*(URN|number)/i)]);
    now += 24 * 60 * 60 * 1000;
    expect(reasons(await both.run('contacts'))).toEqual(reasons(failed));
  });
});

describe('DHIS2 fails', () => {
  test.each([
    ['500', { status: 500 }],
    ['breaks the connection', { kind: 'reset' as const }],
  ])('%s while people are read: the next run does it all', async (_name, fault) => {
    const both = await world();
    both.dhis2.enter(entered(AMINA));
    both.dhis2.fault({ method: 'GET', path: '/api/tracker/trackedEntities', ...fault });
    const failed = await both.run('contacts');
    expect(Object.keys(failed.errors ?? {})).toEqual(['read-dhis2']);
    expect(both.sandbox.contacts()).toEqual([]);
    expect((await both.run('contacts')).data).toMatchObject({ created: 1, started: 1 });
  });
});

describe('RapidPro fails', () => {
  test.each(['before', 'after'] as const)(
    'a reset %s a contact is written: it is there once',
    async strikes => {
      const both = await world();
      both.dhis2.enter(entered(AMINA, BEATA));
      const when = { method: 'POST', path: 'contacts' };
      both.sandbox.fault({ kind: 'reset', strikes, when });
      const { data } = await both.run('contacts');
      expect(data).toMatchObject({ started: 2, problems: 0 });
      expect(both.sandbox.contacts()).toHaveLength(2);
    },
  );

  test.each(['before', 'after'] as const)(
    'a reset %s people are started: listed by every run, never repeated',
    async strikes => {
      const both = await world();
      both.dhis2.enter(entered(AMINA, BEATA));
      both.sandbox.fault({
        kind: 'reset',
        strikes,
        when: { method: 'POST', path: 'flow_starts' },
      });
      const unknown = await both.run('contacts');
      expect(unknown.data).toMatchObject({ created: 2, started: 0, problems: 2 });
      expect(reasons(unknown).join()).toContain('unclear whether RapidPro started the contact');
      const again = await both.run('contacts');
      expect(again.data).toMatchObject({ started: 0, problems: 2 });
      expect(reasons(again).join()).toContain('It is unclear whether the flow was started.');
      expect(asked(both).starts).toBe(strikes === 'after' ? 1 : 0);
      // Somebody has looked, and takes them out of the group: now they are started.
      const starts = asked(both).starts;
      const uuids = both.sandbox.contacts().map(({ uuid }) => uuid);
      await actOn(both, uuids, 'remove', 'Registration asked');
      expect((await both.run('contacts')).data).toMatchObject({ started: 2, problems: 0 });
      expect(asked(both).starts).toBe(starts + 1);
    },
  );

  test('the start is refused: nobody stays marked, and the next run tries again', async () => {
    const both = await world();
    both.dhis2.enter(entered(AMINA));
    both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: { path: 'flow_starts' } });
    const refused = await both.run('contacts');
    expect(refused.data).toMatchObject({ created: 1, started: 0, problems: 1 });
    expect(reasons(refused)).toEqual([expect.stringContaining('Not started:')]);
    expect(shown(both)[0]?.groups).toEqual(['DHIS2 clients']);
    expect((await both.run('contacts')).data).toMatchObject({ started: 1, problems: 0 });
    expect(asked(both).starts).toBe(1);
  });

  test('who cannot be marked is not started', async () => {
    const both = await world();
    both.dhis2.enter(entered(AMINA));
    const when = { path: 'contact_actions' };
    both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when });
    const failed = await both.run('contacts');
    expect(Object.keys(failed.errors ?? {})).toEqual(['start-flow']);
    expect(asked(both).starts).toBe(0);
    expect((await both.run('contacts')).data).toMatchObject({ started: 1, problems: 0 });
  });
});

async function actOn(
  { sandbox }: Awaited<ReturnType<typeof world>>,
  contacts: string[],
  action: string,
  group: string,
) {
  const response = await fetch(`${sandbox.host}api/v2/contact_actions.json`, {
    method: 'POST',
    headers: { Authorization: `Token ${sandbox.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ contacts, action, group }),
  });
  expect(response.status).toBe(204);
}
