import { beforeAll, describe, expect, test, vi } from 'vitest';
import { built } from '../packaging/project.js';
import { recorded } from './dhis2/recorded.js';
import { FLOWS, noonInKigali, PAGE, person, reasons, world } from './world.js';

vi.setConfig({ testTimeout: 120_000 });

beforeAll(built);

const DAY = 24 * 60 * 60 * 1000;
const noon = noonInKigali();
/** A day so many after today. */
const day = (offset: number) => new Date(noon + offset * DAY).toISOString().slice(0, 10);

interface Visit {
  name: string;
  number: string;
  due: number;
  /** The number that RapidPro has; null where it has no contact. */
  contact?: string | null;
  more?: object;
}
const AMINA: Visit = { name: 'Amina', number: '0788000001', due: 1 };
const BEATA: Visit = { name: 'Beata', number: '0788000002', due: 0 };
const idOf = ({ name }: Visit) => `Person${name}`.padEnd(11, '0');
const eventOf = ({ name }: Visit) => `Event0${name}`.padEnd(11, '0');
const urnOf = (number: string) => `tel:+250${number.slice(1)}`;

/** Both systems, with a visit for each, and contacts as the contacts workflow leaves them. */
async function withVisits(
  visits: Visit[],
  { dialect = 'v9' as 'v9' | 'textit', contacts = [] as object[], settings = {} } = {},
) {
  const clock = { now: noon };
  const both = await world({
    dialect,
    now: () => clock.now,
    dhis2: { clock: () => clock.now },
    contacts: [
      ...visits
        .filter(({ contact }) => contact !== null)
        .map(one => ({
          name: one.name,
          urns: [urnOf(one.contact ?? one.number)],
          groups: ['DHIS2 clients'],
          fields: { dhis2_id: idOf(one) },
          ...one.more,
        })),
      ...contacts,
    ],
    ...settings,
  });
  both.dhis2.enter({
    trackedEntities: visits.map(one => {
      const { enrollments, ...rest } = person({
        id: idOf(one),
        name: one.name,
        phone: one.number,
      }) as { enrollments: object[] };
      const event = {
        event: eventOf(one),
        program: 'MatCareProg',
        programStage: 'VisitStage1',
        orgUnit: 'ClinicKacy1',
        status: 'SCHEDULE',
        scheduledAt: day(one.due),
        geometry: { type: 'Point', coordinates: [30.06, -1.94] },
      };
      return { ...rest, enrollments: enrollments.map(each => ({ ...each, events: [event] })) };
    }),
  });
  return { ...both, clock };
}
type Both = Awaited<ReturnType<typeof withVisits>>;

/** The starts that were asked for: the number of the contact, and the event. */
const starts = ({ sandbox }: Both) =>
  sandbox
    .sent()
    .filter(({ kind }) => kind === 'flow_start')
    .map(({ contacts, params }) => {
      const urn = sandbox.contacts().find(({ uuid }) => uuid === contacts[0])?.urns[0];
      return [urn, (params as { event?: string })?.event];
    });
const onDesk = (both: Both, visit: Visit) => both.desk()[`visit-${eventOf(visit)}`];
const inDhis2 = ({ dhis2 }: Both, visit: Visit) =>
  dhis2.events().find(({ id }) => id === eventOf(visit));

async function answer(both: Both, { number }: Visit, text: string) {
  await both.sandbox.settled();
  await both.sandbox.reply(urnOf(number), text);
  await both.sandbox.settled();
}

describe.each(['v9', 'textit'] as const)('visits that are due (%s)', dialect => {
  test('each starts the flow once with its id; the answer fills the event and completes it', async () => {
    const both = await withVisits([AMINA, BEATA], { dialect });
    const first = await both.run('visits');
    expect(first.errors).toBeUndefined();
    expect(first.data).toEqual({ due: 2, started: 2, filled: 0, problems: 0 });
    const [sent] = both.sandbox.sent().filter(({ kind }) => kind === 'flow_start');
    expect(sent).toMatchObject({ flow: FLOWS.visit, params: { due: day(0), village: '' } });
    expect(starts(both).sort()).toEqual([
      ['tel:+250788000001', eventOf(AMINA)],
      ['tel:+250788000002', eventOf(BEATA)],
    ]);
    expect(onDesk(both, AMINA)).toMatchObject({ status: 'waiting', until: day(4), of: 'visit' });
    await answer(both, AMINA, '61.5');
    expect((await both.run('visits')).data).toMatchObject({ started: 0, filled: 1 });
    expect(inDhis2(both, AMINA)).toMatchObject({
      status: 'COMPLETED',
      occurredAt: expect.stringContaining(day(0)),
      geometry: { type: 'Point' },
      values: { VisitWeight: '61.5' },
    });
    expect(onDesk(both, AMINA)).toMatchObject({ status: 'done' });
    const before = both.dhis2.requests().length;
    const last = await both.run('visits');
    expect(last.data).toEqual({ due: 1, started: 0, filled: 0, problems: 0 });
    const later = both.dhis2.requests().slice(before);
    expect(later.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(starts(both)).toHaveLength(2);
    expect(JSON.stringify([first, last, both.desk()])).not.toMatch(/788000|"Amina"|61\.5/);
  });
});

test('never to the wrong person: who cannot be found for sure is listed', async () => {
  const CLARA = { name: 'Clara', number: '12', due: 0, contact: null };
  const DORA = { name: 'Dora', number: '0788000004', due: 0, contact: '0788000014' };
  const ELSA = { name: 'Elsa', number: '0788000005', due: 0, contact: null };
  const FLORA = { name: 'Flora', number: '0788000006', due: 0, more: { status: 'stopped' } };
  const GRACE = { name: 'Grace', number: '0788000007', due: 0, contact: null };
  const HOPE = { name: 'Hope', number: '0788000008', due: 0 };
  const IRENE = { name: 'Irene', number: '0788000009', due: 0, contact: null };
  const both = await withVisits([CLARA, DORA, ELSA, FLORA, GRACE, HOPE, IRENE], {
    contacts: [
      // The number of Grace is that of somebody else in RapidPro; of Hope there are two; Irene registered without an id.
      { urns: [urnOf(GRACE.number)], fields: { dhis2_id: 'PersonOther' } },
      { urns: ['tel:+250788000018'], groups: ['DHIS2 clients'], fields: { dhis2_id: idOf(HOPE) } },
      { urns: [urnOf(IRENE.number)] },
    ],
  });
  const { data } = await both.run('visits');
  expect(data).toMatchObject({ due: 7, started: 1, problems: 6 });
  expect(starts(both)).toEqual([[urnOf(IRENE.number), eventOf(IRENE)]]);
  const causes = [CLARA, DORA, ELSA, FLORA, GRACE, HOPE].map(one => [
    onDesk(both, one)?.status,
    onDesk(both, one)?.cause,
  ]);
  expect(causes).toEqual(
    [
      /phone number is missing or wrong/,
      /another number than DHIS2/,
      /no contact for this person/,
      /The contact is stopped/,
      /belongs to PersonOther in RapidPro/,
      /Two contacts have the id/,
    ].map(words => ['refused', expect.stringMatching(words)]),
  );
});

test('only in the window; who does not answer is told after the days that are set, and a late answer counts', async () => {
  const SOON = { name: 'Soon', number: '0788000003', due: 3 };
  const OLD = { name: 'Olda', number: '0788000004', due: -3 };
  const both = await withVisits([AMINA, SOON, OLD]);
  expect((await both.run('visits')).data).toMatchObject({ due: 2, started: 1, problems: 1 });
  expect(onDesk(both, OLD)?.cause).toMatch(/Nobody was started in time/);
  expect(onDesk(both, SOON)).toBeUndefined();
  both.clock.now += 4 * DAY;
  expect((await both.run('visits')).data).toMatchObject({ started: 1, problems: 1 });
  both.clock.now += DAY;
  await both.run('visits');
  expect(onDesk(both, AMINA)).toMatchObject({ status: 'refused' });
  expect(onDesk(both, AMINA)?.cause).toMatch(/^Missed: no finished run 3 days after/);
  // Far from the window it is still looked after.
  both.clock.now += 20 * DAY;
  await answer(both, AMINA, '60');
  expect((await both.run('visits')).data).toMatchObject({ filled: 1 });
  expect(inDhis2(both, AMINA)).toMatchObject({
    status: 'COMPLETED',
    values: { VisitWeight: '60' },
  });
  expect(starts(both)).toHaveLength(2);
});

test('what a clinic enters meanwhile stays; a second visit of the same person waits for the first', async () => {
  const both = await withVisits([AMINA]);
  const [first] = both.dhis2.events();
  await both.run('visits');
  both.dhis2.enter({
    events: [
      {
        ...{ event: first?.id, program: 'MatCareProg', programStage: 'VisitStage1' },
        ...{ enrollment: first?.enrollment, orgUnit: 'ClinicKacy1', scheduledAt: day(1) },
        ...{ status: 'COMPLETED', occurredAt: day(0) },
        dataValues: [{ dataElement: 'VisitWeight', value: '70' }],
      },
      {
        ...{ event: 'EventSecond', program: 'MatCareProg', programStage: 'VisitStage1' },
        ...{ enrollment: first?.enrollment, orgUnit: 'ClinicKacy1', scheduledAt: day(1) },
        status: 'SCHEDULE',
      },
    ],
  });
  expect((await both.run('visits')).data).toMatchObject({ started: 0, filled: 0 });
  expect(both.desk()['visit-EventSecond']).toMatchObject({ status: 'waiting', until: day(3) });
  await answer(both, AMINA, '61');
  expect((await both.run('visits')).data).toMatchObject({ started: 1, filled: 0 });
  expect(inDhis2(both, AMINA)).toMatchObject({ values: { VisitWeight: '70' } });
  expect(onDesk(both, AMINA)).toMatchObject({ status: 'done', cause: 'In DHIS2 it is COMPLETED.' });
});

test('a value that DHIS2 refuses is told without it, and sent again until it fits', async () => {
  const both = await withVisits([AMINA]);
  await both.run('visits');
  await answer(both, AMINA, '61.5');
  const { body } = recorded('event-update-wrong').response;
  both.dhis2.fault({ method: 'POST', path: '/api/tracker', status: 409, body: body as object });
  const refused = await both.run('visits');
  expect(refused.data).toMatchObject({ filled: 0, problems: 1 });
  expect(onDesk(both, AMINA)).toMatchObject({ status: 'refused', cause: 'DataElement (E1302)' });
  expect(JSON.stringify(both.desk())).not.toContain('heavy');
  expect((await both.run('visits')).data).toMatchObject({ filled: 1, problems: 0 });
  expect(onDesk(both, AMINA)?.status).toBe('done');
});

test('at night nobody is started: it waits until the morning', async () => {
  const both = await withVisits([BEATA]);
  both.clock.now += 9 * 60 * 60 * 1000;
  expect((await both.run('visits')).data).toMatchObject({ started: 0, problems: 0 });
  expect(onDesk(both, BEATA)).toMatchObject({ status: 'waiting', until: '08:00' });
  both.clock.now = noon + DAY;
  expect((await both.run('visits')).data).toMatchObject({ started: 1 });
});

test('two people in DHIS2 with one number, and a contact without an id: nobody is started', async () => {
  const both = await withVisits([BEATA, AMINA], {
    contacts: [],
    settings: { contacts: [{ urns: [urnOf(AMINA.number)], groups: [], fields: {} }] },
  });
  const { attributes, ...beata } = person({ id: idOf(BEATA), name: 'B', phone: AMINA.number }) as {
    attributes: object[];
  };
  both.dhis2.seed({ ...beata, attributes });
  expect((await both.run('visits')).data).toMatchObject({ started: 0, problems: 2 });
  expect(onDesk(both, AMINA)?.cause).toMatch(/^Two people in DHIS2 have this phone number/);
});

test('a stage of another program, whose people DHIS2 shows in that program alone', async () => {
  const both = await withVisits([BEATA], {
    settings: {
      settings: (all: { dhis2: object; visits: object[] }) => ({
        ...all,
        dhis2: { ...all.dhis2, program: 'VaccineProg' },
        visits: all.visits.map(one => ({ ...one, program: 'MatCareProg' })),
      }),
    },
  });
  both.dhis2.setUp('programs', { id: 'VaccineProg', trackedEntityType: 'PersonType1' });
  expect((await both.run('visits')).data).toMatchObject({ due: 1, started: 1, problems: 0 });
});

test('somebody whom DHIS2 hides from its user is told, and keeps nobody else', async () => {
  const both = await withVisits([AMINA, BEATA]);
  const path = `/api/tracker/trackedEntities/${idOf(AMINA)}`;
  both.dhis2.fault({ method: 'GET', path, status: 403 });
  expect((await both.run('visits')).data).toMatchObject({ started: 1, problems: 1 });
  expect(onDesk(both, AMINA)?.cause).toBe('DHIS2 does not show this person to its user (403).');
  expect((await both.run('visits')).data).toMatchObject({ started: 1, problems: 0 });
});

test('a flow that ended without an answer completes nothing: it is told', async () => {
  const both = await withVisits([BEATA], {
    settings: {
      settings: (all: { visits: object[] }) => ({
        ...all,
        visits: all.visits.map(one => ({ ...one, values: { height: 'VisitWeight' } })),
      }),
    },
  });
  await both.run('visits');
  await answer(both, BEATA, '55');
  expect((await both.run('visits')).data).toMatchObject({ filled: 0, problems: 1 });
  expect(inDhis2(both, BEATA)).toMatchObject({ status: 'SCHEDULE' });
  expect(onDesk(both, BEATA)).toMatchObject({
    status: 'refused',
    cause: 'The flow ended without an answer.',
  });
});

const ITS_EVENT = `/api/tracker/events/${eventOf(BEATA)}`;
const STARTING = { ...PAGE, status: 404 };

test.each([
  ['a page in place of the visit that is filled', 'write-dhis2', ITS_EVENT, 0, PAGE],
  ['the 404 of a server that is just starting', 'write-dhis2', ITS_EVENT, 0, STARTING],
  ['a page in place of a visit that is open on the desk', 'due', ITS_EVENT, 9, PAGE],
  ['a page in place of the person', 'due', '/api/tracker/trackedEntities', 0, PAGE],
])('%s: the run fails, and the answer is not lost', async (_name, step, path, days, fault) => {
  const both = await withVisits([BEATA]);
  await both.run('visits');
  await answer(both, BEATA, '55');
  both.clock.now += days * DAY;
  both.dhis2.fault({ method: 'GET', path, ...fault });
  expect(Object.keys((await both.run('visits')).errors ?? {})).toEqual([step]);
  expect((await both.run('visits')).data).toMatchObject({ filled: 1 });
  expect(inDhis2(both, BEATA)).toMatchObject({ values: { VisitWeight: '55' } });
});

describe('it goes wrong', () => {
  const START = { method: 'POST', path: 'flow_starts' };

  test('a reset after the start: unknown, until RapidPro says that it has it', async () => {
    const both = await withVisits([BEATA]);
    both.sandbox.fault({ kind: 'reset', strikes: 'after', when: START });
    const unknown = await both.run('visits');
    expect(reasons(unknown).join()).toContain('unclear whether the flow was started');
    expect(onDesk(both, BEATA)?.status).toBe('unknown');
    await answer(both, BEATA, '55');
    expect((await both.run('visits')).data).toMatchObject({ started: 0, filled: 1, problems: 0 });
    expect(starts(both)).toHaveLength(1);
  });

  test('a reset before the start: unknown in every run, until a person has looked', async () => {
    const both = await withVisits([BEATA, AMINA]);
    both.sandbox.fault({ kind: 'reset', strikes: 'before', when: START });
    expect((await both.run('visits')).data).toMatchObject({ started: 1, problems: 1 });
    expect((await both.run('visits')).data).toMatchObject({ started: 0, problems: 1 });
    expect(onDesk(both, BEATA)).toMatchObject({ status: 'unknown' });
    expect(onDesk(both, BEATA)?.mend).toContain(`remove ${eventOf(BEATA)} from the field "Visits"`);
    const { uuid } = both.sandbox.contacts()[0] ?? {};
    await fetch(`${both.sandbox.host}api/v2/contacts.json?uuid=${uuid}`, {
      method: 'POST',
      headers: {
        Authorization: `Token ${both.sandbox.token}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ fields: { visits: null } }),
    });
    expect((await both.run('visits')).data).toMatchObject({ started: 1, problems: 0 });
    expect(starts(both)).toHaveLength(2);
  });

  test('two visits of one person, and nobody knows of the first: the second leaves its mark alone', async () => {
    const both = await withVisits([AMINA]);
    const [first] = both.dhis2.events();
    const visit = { program: 'MatCareProg', programStage: 'VisitStage1', orgUnit: 'ClinicKacy1' };
    const second = { ...visit, event: 'EventSecond', enrollment: first?.enrollment };
    both.dhis2.enter({ events: [{ ...second, status: 'SCHEDULE', scheduledAt: day(2) }] });
    both.sandbox.fault({ kind: 'reset', strikes: 'before', when: START });
    await both.run('visits');
    await both.run('visits');
    expect(starts(both)).toEqual([]);
    expect(both.sandbox.contacts()[0]?.fields.visits).toBe(`${eventOf(AMINA)} asked ${day(0)}`);
    expect(onDesk(both, AMINA)?.status).toBe('unknown');
    expect(both.desk()['visit-EventSecond']).toMatchObject({ status: 'waiting', until: day(3) });
  });

  test.each(['contacts', 'flow_starts'])(
    'RapidPro refuses at %s: it waits, and the next run starts it once',
    async path => {
      const both = await withVisits([BEATA]);
      both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: { method: 'POST', path } });
      expect((await both.run('visits')).data).toMatchObject({ started: 0 });
      expect(onDesk(both, BEATA)).toMatchObject({ status: 'waiting', until: 'the next run' });
      expect((await both.run('visits')).data).toMatchObject({ started: 1 });
      expect(starts(both)).toHaveLength(1);
    },
  );

  test.each([
    ['DHIS2 is down', 'due'],
    ['RapidPro is down', 'start'],
    ['the desk is down', 'read-desk'],
  ])('%s: the run fails and nobody is started; the next one does it', async (_name, step) => {
    const both = await withVisits([BEATA]);
    if (step === 'due') both.dhis2.fault({ method: 'GET', path: '/api/tracker/events' });
    if (step === 'read-desk') both.collections.fault({ method: 'GET' });
    const when = { method: 'GET', path: 'contacts' };
    if (step === 'start') both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when });
    expect(Object.keys((await both.run('visits')).errors ?? {})).toEqual([step]);
    expect(starts(both)).toEqual([]);
    expect((await both.run('visits')).data).toMatchObject({ started: 1 });
  });

  test.each([
    ['DHIS2 breaks before it has the answer', 'write-dhis2', false],
    ['DHIS2 breaks after it has the answer', 'write-dhis2', true],
    ['the desk breaks before it has the outcome', 'write-desk', false],
    ['the desk breaks after it has the outcome', 'write-desk', true],
  ])('%s: the next run completes it, once', async (_name, step, after) => {
    const both = await withVisits([BEATA]);
    await both.run('visits');
    await answer(both, BEATA, '55');
    const fault = { method: 'POST', kind: 'reset', after } as const;
    if (step === 'write-desk') both.collections.fault(fault);
    else both.dhis2.fault({ ...fault, path: '/api/tracker' });
    expect(Object.keys((await both.run('visits')).errors ?? {})).toEqual([step]);
    expect((await both.run('visits')).errors).toBeUndefined();
    expect(inDhis2(both, BEATA)).toMatchObject({
      status: 'COMPLETED',
      values: { VisitWeight: '55' },
    });
    expect(onDesk(both, BEATA)?.status).toBe('done');
    expect(starts(both)).toHaveLength(1);
  });

  test('two runs at the same moment start nobody else; one more starts nobody', async () => {
    const both = await withVisits([AMINA, BEATA]);
    const finals = await Promise.all([both.run('visits'), both.run('visits')]);
    expect(finals.map(({ errors }) => errors)).toEqual([undefined, undefined]);
    const made = starts(both).map(String);
    expect([...new Set(made)].sort()).toEqual([
      `tel:+250788000001,${eventOf(AMINA)}`,
      `tel:+250788000002,${eventOf(BEATA)}`,
    ]);
    expect(made.length).toBeLessThanOrEqual(4);
    expect((await both.run('visits')).data).toMatchObject({ started: 0 });
  });
});

test('a person with many marks: none that is open is forgotten', async () => {
  const marks = Array.from({ length: 8 }, (_, index) => `OldVisit${index}00 started ${day(-9)} x`);
  const asked = `EventForgot asked ${day(-9)}`;
  const both = await withVisits([
    { ...BEATA, more: { fields: { dhis2_id: idOf(BEATA), visits: [asked, ...marks].join('; ') } } },
  ]);
  await both.run('visits');
  const kept = both.sandbox.contacts()[0]?.fields.visits ?? '';
  expect(kept).toMatch(/^EventForgot asked/);
  expect(kept.split('; ')).toHaveLength(7);
  expect(kept).toContain(`${eventOf(BEATA)} started`);
});

test('a visit that was deleted in DHIS2 is no longer open', async () => {
  const both = await withVisits([BEATA]);
  await both.run('visits');
  await fetch(`${both.dhis2.baseUrl}/api/tracker?async=false&importStrategy=DELETE`, {
    method: 'POST',
    headers: { Authorization: `ApiToken ${both.dhis2.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ events: [{ event: eventOf(BEATA) }] }),
  });
  await both.run('visits');
  expect(onDesk(both, BEATA)).toMatchObject({ status: 'done', cause: 'In DHIS2 it is deleted.' });
});
