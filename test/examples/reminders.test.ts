import { beforeAll, describe, expect, test, vi } from 'vitest';
import { askingFlow } from '../../scripts/example/flows.mjs';
import { built } from '../packaging/project.js';
import { asked, FLOWS, noonInKigali, PAGE, reasons, world } from './world.js';

vi.setConfig({ testTimeout: 60_000 });

beforeAll(built);

const DAY = 24 * 60 * 60 * 1000;
const WORKERS = [
  { urn: 'tel:+250788000901', clinic: 'ClinicKacy1', language: 'fra' },
  { urn: 'tel:+250788000902', clinic: 'ClinicReme1', language: 'kin' },
  { urn: 'tel:+250788000903', clinic: 'CliniCReme1', language: 'kin' },
];
const [KACYIRU] = WORKERS as [(typeof WORKERS)[number]];

async function withWorkers(options: Parameters<typeof world>[0] = {}) {
  const clock = { now: noonInKigali() };
  const both = await world({
    now: () => clock.now,
    dhis2: { clock: () => clock.now },
    contacts: WORKERS.map(({ urn, clinic, language }) => ({
      urns: [urn],
      language,
      groups: ['Health workers'],
      fields: { clinic: clinic === 'CliniCReme1' ? 'clinicreme1' : clinic },
    })),
    ...options,
  });
  return { ...both, clock };
}
type Both = Awaited<ReturnType<typeof withWorkers>>;

/** The numbers that were written to, each with how its message begins; some tests look from a message on. */
const written = ({ sandbox }: Both, from = 0) => {
  const urnOf = (uuid?: string) => sandbox.contacts().find(one => one.uuid === uuid)?.urns[0];
  const messages = sandbox.sent().filter(({ kind }) => kind === 'message');
  const pairs = messages
    .slice(from)
    .map(({ contacts, text }) => [urnOf(contacts[0]), String(text).slice(0, 6)]);
  return pairs.sort();
};
const [TO_KACYIRU, ...TO_REMERA] = [
  ['tel:+250788000901', 'Votre '],
  ['tel:+250788000902', 'Raporo'],
  ['tel:+250788000903', 'Raporo'],
];

const fieldOf = ({ sandbox }: Both, { urn }: { urn: string }) =>
  sandbox.contacts().find(({ urns }) => urns.includes(urn))?.fields.weekly_reminder;

test('who has not completed the week that is over is reminded, in their language, once, and again after three days', async () => {
  const both = await withWorkers();
  const first = await both.run('reminders');
  expect(first.errors).toBeUndefined();
  expect(first.data).toEqual({ missing: 2, reminded: 3, night: false, problems: 0 });
  expect(written(both)).toEqual([TO_KACYIRU, ...TO_REMERA]);
  expect(JSON.stringify(first)).not.toContain('788000');
  expect(fieldOf(both, KACYIRU)).toMatch(/^\d{4}W\d+ sent \d{4}-\d\d-\d\d$/);
  expect((await both.run('reminders')).data).toMatchObject({ missing: 2, reminded: 0 });
  // Three days later they are reminded again; where this is another week, for the first time of that.
  both.clock.now += 3 * DAY;
  expect((await both.run('reminders')).data).toMatchObject({ missing: 2, reminded: 3 });
  expect(asked(both).messages).toBe(6);
});

/** How the reminders on the desk have ended. */
const onDesk = (both: Both) =>
  Object.values(both.desk())
    .filter(({ kind }) => kind === 'reminder')
    .map(({ status }) => status)
    .sort();

describe('nobody is written to', () => {
  test.each([
    ['at night', 7],
    ['before the morning', -4.1],
  ])('%s by the clock of the program', async (_name, hours) => {
    const both = await withWorkers();
    both.clock.now += hours * 60 * 60 * 1000;
    expect((await both.run('reminders')).data).toMatchObject({ reminded: 0, night: true });
    expect(asked(both).messages).toBe(0);
    expect(onDesk(both)).toEqual(['waiting', 'waiting', 'waiting']);
  });

  test('whose clinic has reported meanwhile, or is complete', async () => {
    const both = await withWorkers();
    // The report of Kacyiru waits in RapidPro.
    await both.goThrough(FLOWS.report, KACYIRU.urn, ['4', '1']);
    const before = asked(both).messages;
    expect((await both.run('reminders')).data).toMatchObject({ missing: 2, reminded: 2 });
    expect(written(both, before)).toEqual(TO_REMERA);
    expect(onDesk(both)).toEqual(['done', 'done']);
    // The report reaches DHIS2, and the clinic is complete.
    expect((await both.run('reports')).data).toMatchObject({ sent: 1, complete: 1 });
    both.clock.now += 3 * DAY;
    const isSameWeek = new Date(both.clock.now).getUTCDay() >= 4;
    if (isSameWeek) expect((await both.run('reminders')).data).toMatchObject({ missing: 1 });
  });

  test('whose clinic was reported for in another flow into the same data set, by somebody else', async () => {
    const flow = '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a03';
    const question = { name: 'Where is it', text: 'Where?', type: 'has_text' } as const;
    const both = await withWorkers({
      flows: [
        askingFlow({ uuid: flow, name: 'By place', questions: [question], thanks: 'Thank you.' }),
      ],
      settings: all => ({
        ...all,
        reports: [
          ...all.reports,
          {
            name: 'by place',
            flow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a03',
            dataSet: 'WeeklyMalar',
            clinicResult: 'Where is it',
          },
        ],
      }),
    });
    await both.goThrough(flow, 'tel:+250788000902', ['clinickacy1']);
    const before = asked(both).messages;
    expect((await both.run('reminders')).data).toMatchObject({ missing: 2, reminded: 1 });
    expect(written(both, before)).toEqual(TO_REMERA.slice(1));
  });

  test('who is stopped or blocked', async () => {
    const both = await withWorkers({
      contacts: [
        {
          urns: ['tel:+250788000901'],
          groups: ['Health workers'],
          fields: { clinic: 'ClinicKacy1' },
          status: 'stopped',
        },
      ],
    });
    const { data } = await both.run('reminders');
    expect(data).toMatchObject({ reminded: 0, missing: 2 });
    // RapidPro takes them out of their groups: nobody is left to report.
    expect(onDesk(both)).toEqual(['refused', 'refused']);
    expect(asked(both).messages).toBe(0);
  });
});

test('a clinic that is closed has nothing to report; one without anybody is listed', async () => {
  const both = await withWorkers({ contacts: [] });
  const organisationUnits = ['ClinicKacy1', 'ClinicShut1'];
  both.dhis2.setUp('dataSets', { id: 'WeeklyMalar', organisationUnits });
  const { data, problems } = await both.run('reminders');
  expect(data).toEqual({ missing: 1, reminded: 0, night: false, problems: 1 });
  expect(reasons({ problems: problems ?? [] })).toEqual([
    expect.stringMatching(/^ClinicKacy1: Nobody in "Health workers" reports for this clinic/),
  ]);
});

test('by the tables for analytics, as an option', async () => {
  const both = await withWorkers({ settings: all => ({ ...all, missingBy: 'analytics' }) });
  const failed = await both.run('reminders');
  // Tables that were never made are no reason to remind anybody.
  expect(Object.keys(failed.errors ?? {})).toEqual(['who-is-missing']);
  const headers = {
    Authorization: `ApiToken ${both.dhis2.token}`,
    'Content-Type': 'application/json',
  };
  const made = await fetch(`${both.dhis2.baseUrl}/api/resourceTables/analytics`, {
    method: 'POST',
    headers,
  });
  const { response } = (await made.json()) as { response: { relativeNotifierEndpoint: string } };
  await fetch(`${both.dhis2.baseUrl}${response.relativeNotifierEndpoint}`, { headers });
  expect((await both.run('reminders')).data).toMatchObject({ missing: 2, reminded: 3 });
});

describe('it goes wrong', () => {
  const MESSAGES = { method: 'POST', path: 'messages' };

  test.each(['before', 'after'] as const)(
    'a reset %s a message is sent: listed by every run, never repeated',
    async strikes => {
      const both = await withWorkers();
      both.sandbox.fault({ kind: 'reset', strikes, when: MESSAGES });
      const unknown = await both.run('reminders');
      expect(unknown.data).toMatchObject({ reminded: 2, problems: 1 });
      expect(reasons(unknown).join()).toContain('unclear whether the reminder was sent');
      expect(onDesk(both)).toEqual(['done', 'done', 'unknown']);
      const sent = asked(both).messages;
      expect(sent).toBe(strikes === 'after' ? 3 : 2);
      const again = await both.run('reminders');
      expect(again.data).toMatchObject({ reminded: 0, problems: 1 });
      expect(asked(both).messages).toBe(sent);
    },
  );

  test('a refused message: the mark comes off, and the next run sends it', async () => {
    const both = await withWorkers();
    both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: MESSAGES });
    expect((await both.run('reminders')).data).toMatchObject({ reminded: 2, problems: 1 });
    expect((await both.run('reminders')).data).toMatchObject({ reminded: 1, problems: 0 });
    expect(asked(both).messages).toBe(3);
  });

  test.each([
    ['DHIS2 is down', 'dhis2'],
    ['RapidPro is down', 'rapidpro'],
  ])('%s: the run fails, nobody is written to, and the next run does it', async (_name, who) => {
    const both = await withWorkers();
    if (who === 'dhis2') {
      both.dhis2.fault({ method: 'GET', path: '/api/completeDataSetRegistrations', status: 503 });
    } else {
      const when = { method: 'GET', path: 'runs' };
      both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when });
    }
    expect((await both.run('reminders')).errors).toBeDefined();
    expect(asked(both).messages).toBe(0);
    expect((await both.run('reminders')).data).toMatchObject({ reminded: 3 });
  });

  test('two runs at the same moment write to nobody else; one more run writes to nobody', async () => {
    const both = await withWorkers();
    const finals = await Promise.all([both.run('reminders'), both.run('reminders')]);
    expect(finals.map(({ errors }) => errors)).toEqual([undefined, undefined]);
    const sent = written(both).map(String);
    expect([...new Set(sent)]).toEqual([TO_KACYIRU, ...TO_REMERA].map(String));
    expect(sent.length).toBeLessThanOrEqual(6);
    expect((await both.run('reminders')).data).toMatchObject({ reminded: 0 });
  });
});

test('a page in place of what is complete: the run fails, and nobody is written to', async () => {
  const both = await withWorkers();
  both.dhis2.fault({ method: 'GET', path: '/api/completeDataSetRegistrations', ...PAGE });
  expect(Object.keys((await both.run('reminders')).errors ?? {})).toEqual(['who-is-missing']);
  expect(written(both)).toEqual([]);
  expect((await both.run('reminders')).data).toMatchObject({ reminded: 3 });
});
