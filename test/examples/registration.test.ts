import { beforeAll, describe, expect, test, vi } from 'vitest';
import { built } from '../packaging/project.js';
import { recorded } from './dhis2/recorded.js';
import { asked, FLOWS, PAGE, person, reasons, world } from './world.js';

vi.setConfig({ testTimeout: 60_000 });

beforeAll(built);

type Both = Awaited<ReturnType<typeof world>>;

/** How far DHIS2's clock is ahead of UTC. */
const KIGALI = 2 * 60 * 60 * 1000;
const GRACE = 'tel:+250788000007';
const ANSWERS = ['Grace Umutoni', 'Gisozi', 'Remera'];

/** Somebody goes through the registration flow; what the workflow that its webhook starts has left. */
async function register(both: Both, urn = GRACE, answers = ANSWERS) {
  const [final] = await both.goThrough(FLOWS.registration, urn, answers);
  if (!final) throw new Error('The flow has called no webhook.');
  return final;
}

/** The last push once more, as a repeated delivery brings it. */
function pushAgain(both: Both) {
  const push = both.receiver.received.at(-1);
  if (!push) throw new Error('Nothing has been pushed.');
  return both.register(push);
}

const contactOf = ({ sandbox }: Both, urn = GRACE) =>
  sandbox.contacts().find(({ urns }) => urns.includes(urn));

describe.each(['v9', 'textit'] as const)('a registration (%s)', dialect => {
  test('makes a person with an enrollment, writes its id back and confirms, once', async () => {
    const both = await world({ dialect });
    const { data, problems, errors } = await register(both);
    expect({ data, problems, errors }).toEqual({
      data: { registered: true, told: true, problems: 0 },
      problems: [],
      errors: undefined,
    });
    const [grace, ...others] = both.dhis2.people();
    expect(others).toEqual([]);
    expect(grace).toMatchObject({
      orgUnit: 'ClinicReme1',
      values: {
        AttrFullNam: 'Grace Umutoni',
        AttrPhoneNr: '+250788000007',
        AttrVillage: 'Gisozi',
      },
    });
    expect(both.dhis2.enrollments()).toMatchObject([
      { trackedEntity: grace?.id, program: 'MatCareProg', orgUnit: 'ClinicReme1' },
    ]);
    expect(contactOf(both)?.fields).toMatchObject({ dhis2_id: grace?.id, confirmation: 'sent' });
    expect(asked(both).messages).toBe(1);

    const before = both.dhis2.requests().length;
    expect((await pushAgain(both)).data).toEqual({ registered: true, told: false, problems: 0 });
    const writes = both.dhis2
      .requests()
      .slice(before)
      .filter(({ method }) => method !== 'GET');
    expect(writes).toEqual([]);
    expect(asked(both).messages).toBe(1);
  });
});

test('in two programs: one person with an enrollment in each, told once of each; clinics in any letters, no village', async () => {
  const second = (all: { dhis2: { attributes: object }; rapidpro: object }) => ({
    ...all,
    dhis2: {
      ...all.dhis2,
      program: 'VaccineProg',
      clinics: { Remera: 'ClinicReme1' },
      attributes: { name: 'AttrFullNam', phone: 'AttrPhoneNr' },
      languages: undefined,
    },
    rapidpro: { ...all.rapidpro, group: 'Vaccines', confirmationField: 'Vaccine confirmation' },
  });
  const contacts = [{ uuid: '0f1e2d3c-4b5a-4697-8877-665544332211', urns: [GRACE] }];
  const first = await world({ contacts });
  await register(first);
  const both = await world({ contacts, settings: second });
  both.dhis2.setUp('programs', {
    id: 'VaccineProg',
    trackedEntityType: 'PersonType1',
    organisationUnits: ['ClinicReme1'],
    onlyEnrollOnce: true,
  });
  // DHIS2 has her from the first program.
  const [grace] = first.dhis2.people();
  const [enrollment] = first.dhis2.enrollments();
  if (!grace || !enrollment) throw new Error('Nobody is enrolled.');
  const { id, program, orgUnit } = enrollment;
  const days = { enrolledAt: '2026-01-15', occurredAt: '2026-01-15' };
  const { enrollments, ...her } = person({ id: grace.id, name: 'Grace' }) as {
    enrollments: object;
  };
  const enrolled = { ...her, enrollments: [{ enrollment: id, program, orgUnit, ...days }] };
  both.dhis2.enter({ trackedEntities: [enrolled] });
  expect((await register(both)).data).toMatchObject({ registered: true, told: true });
  expect((await pushAgain(both)).data).toMatchObject({ registered: true, told: false });
  expect(both.dhis2.people()).toHaveLength(1);
  expect(both.dhis2.enrollments()).toMatchObject([
    { program: 'MatCareProg' },
    { program: 'VaccineProg', orgUnit: 'ClinicReme1' },
  ]);
  expect(contactOf(both)?.fields).toMatchObject({
    vaccine_confirmation: 'sent',
    confirmation: null,
  });
});

test('two deliveries at the same moment enter the person once', async () => {
  const both = await world();
  both.dhis2.fault({ method: 'GET', path: '/api/tracker/trackedEntities', status: 500 });
  expect(Object.keys((await register(both)).errors ?? {})).toEqual(['write-dhis2']);
  const finals = await Promise.all([pushAgain(both), pushAgain(both)]);
  expect(finals.map(({ errors }) => errors)).toEqual([undefined, undefined]);
  expect(both.dhis2.people()).toHaveLength(1);
  expect(both.dhis2.enrollments()).toHaveLength(1);
});

test('a person whom DHIS2 has keeps what the clinic has entered, and the rest of the record', async () => {
  const both = await world();
  const geometry = { type: 'Point', coordinates: [30.06, -1.94] };
  const amina = person({ id: 'PersonAmin1', name: 'Amina Uwase', phone: '0788000001' });
  both.dhis2.enter({ trackedEntities: [{ ...amina, geometry }] });
  await both.run('contacts');
  for (const text of ['Amy', 'Kimironko', 'Remera']) {
    await both.sandbox.reply('tel:+250788000001', text);
    await both.sandbox.settled();
  }
  await both.receiver.settled();
  const people = both.dhis2.people();
  expect(people).toHaveLength(1);
  expect(people[0]).toMatchObject({
    orgUnit: 'ClinicKacy1',
    geometry,
    values: { AttrFullNam: 'Amina Uwase', AttrPhoneNr: '0788000001', AttrVillage: 'Kimironko' },
  });
  expect(both.dhis2.enrollments()).toHaveLength(1);
  const before = both.dhis2.requests().length;
  await pushAgain(both);
  expect(
    both.dhis2
      .requests()
      .slice(before)
      .map(({ method }) => method),
  ).toEqual(['GET', 'GET']);
});

test.each([-24, 24])(
  'DHIS2 has a clock that is %i hours off: the person is enrolled on its day',
  async hours => {
    const clock = () => Date.now() + hours * 60 * 60 * 1000;
    const both = await world({ dhis2: { clock } });
    expect((await register(both)).data).toEqual({ registered: true, told: true, problems: 0 });
    const day = new Date(clock() + KIGALI).toISOString().slice(0, 10);
    expect(both.dhis2.enrollments()).toMatchObject([{ enrolledAt: day }]);
  },
);

describe('the author of the flow changes what it sends', () => {
  test.each([['contact'], ['results']])('without "%s" the run says what is missing', async part => {
    const both = await world();
    await register(both);
    const push = both.receiver.received.at(-1) as { data: object };
    const final = await both.register({ ...push, data: { ...push.data, [part]: undefined } });
    expect(JSON.stringify(final.errors)).toContain('has to send the contact and the results');
  });

  test('answers that are numbers are taken as text', async () => {
    const both = await world();
    both.dhis2.fault({ method: 'GET', path: '/api/tracker/trackedEntities', status: 500 });
    await register(both);
    const push = both.receiver.received.at(-1) as { data: object };
    const results = { name: { value: 'Grace' }, village: { value: 7 }, clinic: { value: 12 } };
    const final = await both.register({ ...push, data: { ...push.data, results } });
    expect(final.data).toMatchObject({ registered: true });
    expect(both.dhis2.people()).toMatchObject([{ values: { AttrVillage: '7' } }]);
  });
});

describe('DHIS2 fails', () => {
  const PLACE = { method: 'POST', path: '/api/tracker' };

  test.each([
    ['500, and has done nothing', { status: 500 }],
    ['500, and has entered the person', { status: 500, after: true }],
    ['a page in place of an answer, and has done nothing', PAGE],
    ['breaks the connection before it has entered the person', { kind: 'reset' as const }],
    [
      'breaks the connection after it has entered the person',
      { kind: 'reset' as const, after: true },
    ],
  ])('%s: the run fails, and the same push again completes it once', async (_name, fault) => {
    const both = await world();
    both.dhis2.fault({ ...PLACE, ...fault });
    const failed = await register(both);
    expect(Object.keys(failed.errors ?? {})).toEqual(['write-dhis2']);
    expect(asked(both).messages).toBe(0);
    expect((await pushAgain(both)).data).toMatchObject({ registered: true, told: true });
    expect(both.dhis2.people()).toHaveLength(1);
    expect(both.dhis2.enrollments()).toHaveLength(1);
    expect(asked(both).messages).toBe(1);
  });

  test('a refusal is listed with its reason, without the number, and nobody is told', async () => {
    const both = await world();
    const other = person({ id: 'PersonElsa1', name: 'Elsa', phone: '+250788000007' });
    both.dhis2.enter({ trackedEntities: [other] });
    const refused = await register(both);
    const contact = contactOf(both);
    expect(refused.errors).toBeUndefined();
    expect(reasons(refused)).toEqual([
      `${contact?.uuid}: Another person in DHIS2 has this phone number (E1064).`,
    ]);
    expect(JSON.stringify(refused)).not.toContain('788000007');
    expect(contact?.fields.dhis2_id ?? null).toBeNull();
    expect(both.dhis2.people()).toHaveLength(1);
    expect(asked(both).messages).toBe(0);
  });

  test('a conflict without a report is listed with what DHIS2 says', async () => {
    const both = await world();
    both.dhis2.fault({ ...PLACE, status: 409 });
    const refused = await register(both);
    expect(refused.errors).toBeUndefined();
    expect(reasons(refused)).toEqual([`${contactOf(both)?.uuid}: The server is busy (409)`]);
    expect(asked(both).messages).toBe(0);
    expect((await pushAgain(both)).data).toMatchObject({ registered: true, told: true });
  });
});

describe('as a real DHIS2 has answered', () => {
  test('somebody who is there and not enrolled: nothing of the record is overwritten', async () => {
    // 404, although the person is there: the program is named.
    expect(recorded('tracker-get-not-enrolled')).toMatchObject({
      request: { path: expect.stringContaining('program=MatCareProg') },
      response: { status: 404, body: { errorCode: 'E1005' } },
    });
    const both = await world();
    const geometry = { type: 'Point', coordinates: [30.06, -1.94] };
    await both.goThrough(FLOWS.registration, GRACE, []);
    const { uuid } = contactOf(both) ?? { uuid: '' };
    const elsa = person({
      id: 'PersonElsa1',
      name: 'Elsa Gatera',
      phone: '+250788000099',
      enrolled: false,
    });
    both.dhis2.enter({ trackedEntities: [{ ...elsa, geometry }] });
    await setField(both, uuid, { dhis2_id: 'PersonElsa1' });
    for (const text of ANSWERS) {
      await both.sandbox.reply(GRACE, text);
      await both.sandbox.settled();
    }
    const [final] = await both.receiver.settled();
    expect(final).toMatchObject({ data: { registered: true, told: true } });
    expect(both.dhis2.people()).toMatchObject([
      {
        id: 'PersonElsa1',
        orgUnit: 'ClinicKacy1',
        geometry,
        values: {
          AttrFullNam: 'Elsa Gatera',
          AttrPhoneNr: '+250788000099',
          AttrVillage: 'Gisozi',
        },
      },
    ]);
    expect(both.dhis2.enrollments()).toMatchObject([{ trackedEntity: 'PersonElsa1' }]);
  });

  test.each([
    ['tracker-duplicate-phone', 'Another person in DHIS2 has this phone number (E1064).'],
    ['tracker-async-invalid-report', 'Another person in DHIS2 has this phone number (E1064).'],
    ['tracker-create-deleted', 'TrackedEntity (E1114)'],
    ['tracker-nobody', 'User (E1000)'],
  ])('%s: the reason is the cause', async (name, reason) => {
    const both = await world();
    const { body } = recorded(name).response;
    both.dhis2.fault({ ...PLACE_OF_IMPORT, status: 409, body: body as object });
    const refused = await register(both);
    expect(reasons(refused)).toEqual([`${contactOf(both)?.uuid}: ${reason}`]);
  });

  test('no value comes into a reason, in whatever way it is quoted', async () => {
    const [first] = errorReports('tracker-invalid-sync').filter(one => one.errorCode === 'E1007');
    const name = 'Kinyarwanda';
    const messages = [
      first?.message ?? '',
      `Value \`${name}\` is not a valid option code in OptionSet \`OptLanguage\`.`,
      `Value type is TEXT but the value \`a\`${name}\`b\` is not.`,
      `duplicate key value violates "value_key" Detail: Key (value)=(${name}) already exists.`,
    ];
    const both = await world();
    let push = both.receiver.received.at(-1);
    for (const message of messages) {
      const report = { message, errorCode: 'E1007', trackerType: 'TRACKED_ENTITY', uid: name };
      const body = { status: 'ERROR', validationReport: { errorReports: [report] } };
      both.dhis2.fault({ ...PLACE_OF_IMPORT, status: 409, body });
      const refused = push ? await both.register(push) : await register(both);
      push = both.receiver.received.at(-1);
      expect(reasons(refused)).toHaveLength(1);
      expect(reasons(refused).join()).not.toMatch(/Kinyarwanda|`12`/);
      expect(reasons(refused).join()).toContain('(E1007)');
    }
  });
});

const PLACE_OF_IMPORT = { method: 'POST', path: '/api/tracker' };

function errorReports(name: string) {
  const { body } = recorded(name).response;
  return (body as { validationReport: { errorReports: { message: string; errorCode: string }[] } })
    .validationReport.errorReports;
}

async function setField({ sandbox }: Both, uuid: string, fields: object) {
  const response = await fetch(`${sandbox.host}api/v2/contacts.json?uuid=${uuid}`, {
    method: 'POST',
    headers: { Authorization: `Token ${sandbox.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ fields }),
  });
  expect(response.status).toBe(200);
}

describe('RapidPro fails', () => {
  test.each(['before', 'after'] as const)(
    'a reset %s the message is sent: listed by every push, never repeated',
    async strikes => {
      const both = await world();
      both.sandbox.fault({ kind: 'reset', strikes, when: { method: 'POST', path: 'messages' } });
      const unknown = await register(both);
      expect(unknown.data).toEqual({ registered: true, told: false, problems: 1 });
      expect(reasons(unknown)).toEqual([
        expect.stringContaining('unclear whether the message was sent'),
      ]);
      const sent = strikes === 'after' ? 1 : 0;
      expect(asked(both).messages).toBe(sent);
      expect(contactOf(both)?.fields).toMatchObject({ confirmation: 'asked' });
      expect(reasons(await pushAgain(both))).toEqual(reasons(unknown));
      expect(asked(both).messages).toBe(sent);
      expect(both.dhis2.people()).toHaveLength(1);
    },
  );

  test('a refused message is listed, and the next push sends it', async () => {
    const both = await world();
    both.sandbox.fault({
      kind: 'throttle',
      retryAfter: 3000,
      when: { method: 'POST', path: 'messages' },
    });
    const refused = await register(both);
    expect(refused.data).toEqual({ registered: true, told: false, problems: 1 });
    expect(reasons(refused)).toEqual([expect.stringContaining('The message was refused')]);
    expect((await pushAgain(both)).data).toEqual({ registered: true, told: true, problems: 0 });
    expect(asked(both).messages).toBe(1);
  });

  test('who cannot be marked gets no message; the same push again sends it once', async () => {
    const both = await world();
    const when = { method: 'POST', path: 'contacts' };
    both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when });
    expect(Object.keys((await register(both)).errors ?? {})).toEqual(['confirm']);
    expect(asked(both).messages).toBe(0);
    expect((await pushAgain(both)).data).toMatchObject({ told: true });
    expect(asked(both).messages).toBe(1);
  });

  test('the message is sent and the mark "sent" fails: listed, never sent again', async () => {
    const both = await world();
    both.sandbox.fault({
      kind: 'throttle',
      retryAfter: 3000,
      when: { method: 'POST', path: 'contacts', nth: 2 },
    });
    const failed = await register(both);
    expect(Object.keys(failed.errors ?? {})).toEqual(['confirm']);
    expect(reasons(await pushAgain(both))).toEqual([
      expect.stringContaining('unclear whether the message was sent'),
    ]);
    expect(asked(both).messages).toBe(1);
  });
});

describe('a push that is not to be trusted', () => {
  test('without the secret nothing is entered', async () => {
    const both = await world();
    const final = await both.register({ data: {}, request: { headers: {} } });
    expect(Object.keys(final.errors ?? {})).toEqual(['read-push']);
    expect(both.dhis2.requests()).toEqual([]);
  });
});
