import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { built } from '../packaging/project.js';
import { asked, FLOWS, person, reasons, world } from './world.js';

vi.setConfig({ testTimeout: 120_000 });

beforeAll(built);

const KACYIRU = 'tel:+250788000901';
const GONE = 'tel:+250788000902';
const CLERK = 'tel:+250788000999';
const GRACE = 'tel:+250788000007';

/** Both systems with health workers, one of whom reports for a clinic that DHIS2 does not have. */
async function withDesk(options: Parameters<typeof world>[0] = {}) {
  const both = await world({
    contacts: [
      { urns: [KACYIRU], groups: ['Health workers'], fields: { clinic: 'ClinicKacy1' } },
      { urns: [GONE], groups: ['Health workers'], fields: { clinic: 'ClinicGone1' } },
      { name: 'Clerk', urns: [CLERK], uuid: CLERK_UUID },
    ],
    settings: settled,
    ...options,
  });
  for (const id of ['DataElCases', 'DataElDeath']) {
    both.dhis2.setUp('dataElements', { id, zeroIsSignificant: true });
  }
  return both;
}
const CLERK_UUID = '0f1e2d3c-4b5a-4697-8877-665544332211';
const settled = (all: { desk: object }) => ({
  ...all,
  desk: {
    ...all.desk,
    resendAfterMinutes: 0,
    tell: { contact: '0f1e2d3c-4b5a-4697-8877-665544332211', mail: null },
  },
});
const inDataStore = (all: { desk: object }) => ({
  ...all,
  desk: { ...all.desk, store: 'dataStore', resendAfterMinutes: 0 },
});
type Both = Awaited<ReturnType<typeof withDesk>>;

const report = (both: Both, urn: string, cases: number) =>
  both.goThrough(FLOWS.report, urn, [String(cases), '0']);
const cases = ({ dhis2 }: Both) =>
  dhis2
    .dataValues()
    .filter(({ dataElement }) => dataElement === 'DataElCases')
    .map(({ orgUnit, value }) => `${orgUnit} ${value}`);
const sendings = ({ dhis2 }: Both) =>
  dhis2.requests().filter(one => one.method === 'POST' && one.path === '/api/dataValueSets').length;
const statuses = (entries: ReturnType<Both['desk']>, kind: string) =>
  Object.values(entries)
    .filter(one => one.kind === kind)
    .map(({ status }) => status)
    .sort();

/** Somebody enters the missing clinic, and gives it the data set. */
function mend({ dhis2 }: Both) {
  dhis2.setUp('orgUnits', { id: 'ClinicGone1', name: 'New', parent: 'CountryRW01' });
  const organisationUnits = ['ClinicKacy1', 'ClinicReme1', 'ClinicGone1'];
  dhis2.setUp('dataSets', { id: 'WeeklyMalar', organisationUnits });
}

/** A registration whose push has failed, since DHIS2 was down. */
async function failedPush(both: Both) {
  both.dhis2.fault({ method: 'GET', path: '/api/tracker/trackedEntities' });
  const [final] = await both.goThrough(FLOWS.registration, GRACE, ['Grace', 'Gisozi', 'Remera']);
  expect(final).toHaveProperty('errors');
}

describe.each([
  ['a collection', settled, (both: Both) => both.desk()],
  ["DHIS2's dataStore", inDataStore, (both: Both) => both.dhis2.dataStore('rapidpro-dhis2')],
] as const)('in %s', (_name, settings, entries) => {
  test('each item ends in one way, with ids alone; what was corrected is sent again, once', async () => {
    const both = await withDesk({ settings });
    await report(both, KACYIRU, 4);
    await report(both, GONE, 2);
    await both.run('reports');
    await failedPush(both);
    expect(statuses(entries(both), 'report')).toEqual(['done', 'refused']);
    const [open] = Object.values(entries(both)).filter(({ status }) => status === 'refused');
    expect(open).toMatchObject({
      cause: 'The data set WeeklyMalar has no clinic with the name in the field of the contact.',
      mend: expect.stringMatching(/^RapidPro: the field "clinic" of this contact; DHIS2/),
    });

    mend(both);
    const resent = await both.run('resend');
    expect(resent.errors).toBeUndefined();
    expect(resent.data).toMatchObject({ sent: 1, registered: 1, problems: 0 });
    expect(cases(both).sort()).toEqual(['ClinicGone1 2', 'ClinicKacy1 4']);
    expect(both.dhis2.people()).toHaveLength(1);
    expect(asked(both).messages).toBe(1);
    expect(statuses(entries(both), 'report')).toEqual(['done', 'done']);
    expect(statuses(entries(both), 'registration')).toEqual(['done']);
    const before = sendings(both);
    expect((await both.run('resend')).data).toMatchObject({ sent: 0, registered: 0 });
    // The workflow for reports has it on its own list, and the desk says that it is done.
    expect((await both.run('reports')).data).toMatchObject({ sent: 0, waiting: 0 });
    expect(sendings(both)).toBe(before);
    expect(asked(both).messages).toBe(1);
    expect(JSON.stringify(entries(both))).not.toMatch(/788000|Grace|Gisozi|registered\./);
  });
});

test('an older report that was corrected does not undo a later one', async () => {
  const both = await withDesk();
  await report(both, GONE, 2);
  await both.run('reports');
  mend(both);
  await report(both, GONE, 9);
  // The later one alone, as where the state of the workflow was lost.
  both.states.reports = { rapidpro: both.states.reports?.rapidpro };
  expect((await both.run('reports')).data).toMatchObject({ sent: 1 });
  expect(cases(both)).toEqual(['ClinicGone1 9']);
  await both.run('resend');
  expect(cases(both)).toEqual(['ClinicGone1 9']);
  expect(statuses(both.desk(), 'report')).toEqual(['done', 'done']);
});

test('where nobody registers, reports are sent again all the same, and people become contacts', async () => {
  const both = await withDesk({
    settings: all => ({ ...all, rapidpro: { ...all.rapidpro, registrationFlow: null } }),
  });
  await report(both, GONE, 2);
  await both.run('reports');
  mend(both);
  expect((await both.run('resend')).data).toMatchObject({ sent: 1, registered: 0 });
  const amina = { id: 'PersonAmin1', name: 'Amina', phone: '+250788000001' };
  both.dhis2.enter({ trackedEntities: [person(amina)] });
  expect((await both.run('contacts')).data).toMatchObject({ created: 1, started: 0, problems: 0 });
});

test('one that is older than what the desk remembers is not sent: a later one may have come', async () => {
  const clock = { now: Date.now() + 60_000 };
  const both = await withDesk({ now: () => clock.now });
  await report(both, GONE, 2);
  await both.run('reports');
  mend(both);
  clock.now += 61 * 24 * 60 * 60 * 1000;
  expect((await both.run('resend')).data).toMatchObject({ sent: 0 });
  expect(Object.values(both.desk())).toMatchObject([
    { status: 'refused', cause: expect.stringContaining('older than 60 days') },
  ]);
});

test('two workflows at the same moment, or one twice, leave each thing once', async () => {
  const both = await withDesk();
  await report(both, GONE, 2);
  await both.run('reports');
  mend(both);
  const finals = await Promise.all([both.run('resend'), both.run('reports'), both.run('resend')]);
  expect(finals.map(({ errors }) => errors)).toEqual([undefined, undefined, undefined]);
  expect(cases(both)).toEqual(['ClinicGone1 2']);
  expect(both.dhis2.dataValues()).toHaveLength(2);
  expect(statuses(both.desk(), 'report')).toEqual(['done']);
  const before = sendings(both);
  await both.run('reports');
  expect(sendings(both)).toBe(before);
});

describe('a crash while something is sent again', () => {
  const reset = { kind: 'reset' as const };
  type Crash = [name: string, step: string | undefined, strike: (both: Both) => void];
  test.each<Crash>([
    ['the desk is read', 'read-desk', both => both.collections.fault({ method: 'GET' })],
    [
      'RapidPro is read',
      'registrations',
      ({ sandbox }) =>
        sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: { path: 'runs' } }),
    ],
    [
      // One that DHIS2 cannot work on does not keep the others.
      'the person is entered',
      undefined,
      ({ dhis2 }) => dhis2.fault({ method: 'POST', path: '/api/tracker', ...reset, after: true }),
    ],
    [
      'the contact is marked',
      'confirm',
      ({ sandbox }) =>
        sandbox.fault({
          kind: 'throttle',
          retryAfter: 3000,
          when: { method: 'POST', path: 'contacts' },
        }),
    ],
    [
      'the values are sent',
      'write-dhis2',
      ({ dhis2 }) =>
        dhis2.fault({ method: 'POST', path: '/api/dataValueSets', ...reset, after: true }),
    ],
    [
      'the desk is written',
      'write-desk',
      both => both.collections.fault({ method: 'POST', ...reset, after: true }),
    ],
  ])('%s: the next run completes it, and nothing is there twice', async (_name, step, strike) => {
    const both = await withDesk();
    await report(both, GONE, 2);
    await both.run('reports');
    await failedPush(both);
    mend(both);
    strike(both);
    const failed = await both.run('resend');
    expect(Object.keys(failed.errors ?? {})).toEqual(step ? [step] : []);
    expect((await both.run('resend')).errors).toBeUndefined();
    expect(cases(both)).toEqual(['ClinicGone1 2']);
    expect(both.dhis2.dataValues()).toHaveLength(2);
    expect(both.dhis2.people()).toHaveLength(1);
    expect(both.dhis2.enrollments()).toHaveLength(1);
    expect(asked(both).messages).toBe(1);
    expect(statuses(both.desk(), 'report')).toEqual(['done']);
    expect(statuses(both.desk(), 'registration')).toEqual(['done']);
  });
});

test('of a registration that DHIS2 refuses, and a message that perhaps went out', async () => {
  const both = await withDesk();
  const elsa = { id: 'PersonElsa1', name: 'Elsa', phone: '+250788000007', enrolled: false };
  both.dhis2.enter({ trackedEntities: [person(elsa)] });
  await both.goThrough(FLOWS.registration, GRACE, ['Grace', 'Gisozi', 'Remera']);
  const [refused] = Object.values(both.desk());
  expect(refused).toMatchObject({ status: 'refused', cause: expect.stringContaining('E1064') });
  const attributes = [{ attribute: 'AttrPhoneNr', value: '+250788000099' }];
  both.dhis2.enter({ trackedEntities: [{ ...person({ ...elsa }), attributes }] });
  both.sandbox.fault({ kind: 'reset', when: { method: 'POST', path: 'messages' } });
  await both.run('resend');
  expect(Object.values(both.desk())).toMatchObject([{ status: 'unknown' }]);
  const before = asked(both).messages;
  expect((await both.run('resend')).data).toMatchObject({ problems: 1 });
  expect(asked(both).messages).toBe(before);
});

describe('a registration', () => {
  const HOUR = 60 * 60 * 1000;
  const village = ({ dhis2 }: Both) => dhis2.people()[0]?.values.AttrVillage;
  const registers = (both: Both, where: string) =>
    both.goThrough(FLOWS.registration, GRACE, ['Grace', where, 'Remera']);
  function corrects({ dhis2 }: Both, where: string) {
    const { id = '' } = dhis2.people()[0] ?? {};
    const attributes = [{ attribute: 'AttrVillage', value: where }];
    dhis2.enter({ trackedEntities: [{ ...person({ id, enrolled: false }), attributes }] });
  }

  test('that is done, once or twice, is not sent again: what a clinic has corrected stays', async () => {
    const both = await withDesk();
    await registers(both, 'Gisozi');
    await registers(both, 'Kageyo');
    expect(village(both)).toBe('Kageyo');
    corrects(both, 'Kimironko');
    expect((await both.run('resend')).data).toMatchObject({ registered: 0 });
    expect(village(both)).toBe('Kimironko');
  });

  test('whose message is unclear is told in every run, and not written again', async () => {
    const both = await withDesk();
    both.sandbox.fault({ kind: 'reset', when: { method: 'POST', path: 'messages' } });
    await registers(both, 'Gisozi');
    corrects(both, 'Kimironko');
    await both.run('resend');
    expect((await both.run('resend')).data).toMatchObject({ problems: 1 });
    expect(village(both)).toBe('Kimironko');
  });

  test('that DHIS2 fails at is told after a day, and corrected after weeks it is still sent, once', async () => {
    const clock = { now: Date.now() + HOUR };
    const both = await withDesk({ now: () => clock.now });
    await failedPush(both);
    both.dhis2.fault({ method: 'POST', path: '/api/tracker', status: 500 });
    await both.run('resend');
    expect(Object.values(both.desk())).toMatchObject([{ status: 'waiting' }]);
    clock.now += 25 * HOUR;
    expect((await both.run('tell')).data).toMatchObject({ waiting: 1, told: 1 });
    both.dhis2.fault({ method: 'POST', path: '/api/tracker', status: 403 });
    await both.run('resend');
    expect(Object.values(both.desk())).toContainEqual(
      expect.objectContaining({
        status: 'refused',
        cause: 'DHIS2 refused the request (403).',
      }),
    );
    clock.now += 20 * 24 * HOUR;
    expect((await both.run('resend')).data).toMatchObject({ registered: 1, problems: 0 });
    expect(both.dhis2.people()).toHaveLength(1);
    expect((await both.run('resend')).data).toMatchObject({ registered: 0 });
  });

  test('of a contact whose id is none is refused, and asks for nothing', async () => {
    const both = await withDesk({
      contacts: [{ urns: [GRACE], fields: { dhis2_id: '../../../api/me' } }],
    });
    await registers(both, 'Gisozi');
    expect(Object.values(both.desk())).toMatchObject([
      {
        status: 'refused',
        cause: 'The field "DHIS2 id" of the contact does not contain a DHIS2 id.',
      },
    ]);
    expect(both.dhis2.requests()).toEqual([]);
  });
});

test('a dataStore in which another workflow writes too, and in which somebody keeps notes', async () => {
  const both = await withDesk({ settings: inDataStore });
  await report(both, KACYIRU, 4);
  await fetch(`${both.dhis2.baseUrl}/api/dataStore/rapidpro-dhis2/note`, {
    method: 'PUT',
    headers: { Authorization: `ApiToken ${both.dhis2.token}` },
    body: 'null',
  });
  both.dhis2.fault({ method: 'PUT', path: '/api/dataStore', status: 409 });
  expect((await both.run('reports')).errors).toBeUndefined();
  const entries = both.dhis2.dataStore('rapidpro-dhis2');
  expect(Object.values(entries).filter(Boolean)).toMatchObject([{ status: 'done' }]);
  expect((await both.run('resend')).errors).toBeUndefined();
});

describe('who is told', () => {
  const messages = ({ sandbox }: Both) =>
    sandbox
      .sent()
      .filter(({ kind }) => kind === 'message')
      .map(({ text }) => String(text));

  test('once a day, only when there is something, never again where nobody knows', async () => {
    const clock = { now: Date.now() };
    const both = await withDesk({ now: () => clock.now });
    expect((await both.run('tell')).data).toEqual({
      ...{ waiting: 0, told: 0, unclear: 0, problems: 0 },
    });
    expect(messages(both)).toEqual([]);
    await report(both, GONE, 2);
    await both.run('reports');
    const when = { method: 'POST', path: 'messages' };
    both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when });
    expect((await both.run('tell')).data).toMatchObject({ waiting: 1, told: 0, problems: 1 });
    expect((await both.run('tell')).data).toMatchObject({ told: 1, problems: 0 });
    expect(messages(both)).toEqual([
      expect.stringMatching(/1 to check\.\n1 x report refused: The data set WeeklyMalar has no/),
    ]);
    expect(messages(both).join()).not.toMatch(/788000/);
    expect((await both.run('tell')).data).toMatchObject({ waiting: 1, told: 0 });
    clock.now += 24 * 60 * 60 * 1000;
    both.sandbox.fault({ kind: 'reset', strikes: 'after', when });
    expect((await both.run('tell')).data).toMatchObject({ told: 0, unclear: 1 });
    expect((await both.run('tell')).data).toMatchObject({ told: 0, unclear: 0 });
    expect(messages(both)).toHaveLength(2);
  });

  test('with more than fits into a message', async () => {
    const both = await withDesk();
    const causes = Array.from({ length: 9 }, (_, index) => ({
      kind: 'visit',
      id: `EventNumb0${index}`,
      status: 'refused',
      cause: `Cause ${index}: ${'x'.repeat(90)}.`,
      since: new Date().toISOString(),
    }));
    for (const one of causes) both.collections.put('rapidpro-dhis2', `visit-${one.id}`, one);
    expect((await both.run('tell')).data).toMatchObject({ waiting: 9, told: 1 });
    expect(messages(both)[0]).toMatch(/9 to check\..*And \d more kinds: open the desk\.$/s);
    expect(messages(both)[0]?.length).toBeLessThanOrEqual(640);
  });

  test('by a gateway for mail', async () => {
    const mails: string[] = [];
    const gateway = createServer(async (request, response) => {
      mails.push(await text(request));
      response.writeHead(mails.length === 1 ? 422 : 202).end();
    });
    await new Promise<void>(resolve => gateway.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void gateway.close());
    const { port } = gateway.address() as AddressInfo;
    const both = await withDesk({
      mail: { baseUrl: `http://127.0.0.1:${port}` },
      settings: all => ({
        ...all,
        desk: {
          ...all.desk,
          tell: { contact: null, mail: { path: '/send', to: 'program@example.org' } },
        },
      }),
    });
    await report(both, GONE, 2);
    await both.run('reports');
    const refused = await both.run('tell');
    expect(reasons(refused).join()).toContain('The mail gateway answered with status 422');
    expect((await both.run('tell')).data).toMatchObject({ told: 1 });
    expect(JSON.parse(mails[1] ?? '{}')).toMatchObject({
      to: 'program@example.org',
      text: expect.stringContaining('1 x report refused'),
    });
    await both.run('tell');
    expect(mails).toHaveLength(2);
    expect(messages(both)).toEqual([]);
  });
});
