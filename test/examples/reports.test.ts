import { beforeAll, describe, expect, test, vi } from 'vitest';
import { askingFlow } from '../../scripts/example/flows.mjs';
import { built } from '../packaging/project.js';
import { recorded } from './dhis2/recorded.js';
import { FLOWS, PAGE, reasons, world } from './world.js';

vi.setConfig({ testTimeout: 60_000 });

beforeAll(built);

type Both = Awaited<ReturnType<typeof world>>;

const WORKERS = [
  { urn: 'tel:+250788000901', clinic: 'ClinicKacy1' },
  { urn: 'tel:+250788000902', clinic: 'ClinicReme1' },
  { urn: 'tel:+250788000903', clinic: 'ClinicGone1' },
  { urn: 'tel:+250788000904', clinic: undefined },
] as const;
const [KACYIRU, REMERA, GONE, NOWHERE] = WORKERS;

const withWorkers = (dialect: 'v9' | 'textit' = 'v9', options: Parameters<typeof world>[0] = {}) =>
  withZeros({
    ...options,
    dialect,
    contacts: WORKERS.map(({ urn, clinic }) => ({
      urns: [urn],
      groups: ['Health workers'],
      fields: clinic ? { clinic } : {},
    })),
  });

/** Both systems, with data elements that keep zeros. */
async function withZeros(options: Parameters<typeof world>[0]) {
  const both = await world(options);
  for (const id of ['DataElCases', 'DataElDeath']) {
    both.dhis2.setUp('dataElements', { id, zeroIsSignificant: true });
  }
  return both;
}

const report = (both: Both, { urn }: (typeof WORKERS)[number], cases: number, deaths = 0) =>
  both.goThrough(FLOWS.report, urn, [String(cases), String(deaths)]);

/** The values that DHIS2 has: cases and deaths of each clinic. */
function values({ dhis2 }: Both): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { orgUnit, dataElement, value } of dhis2.dataValues()) {
    found[`${orgUnit} ${dataElement}`] = value;
  }
  return found;
}
const kacyiru = (cases: number, deaths = 0) => ({
  'ClinicKacy1 DataElCases': String(cases),
  'ClinicKacy1 DataElDeath': String(deaths),
});
const remera = (cases: number, deaths = 0) => ({
  'ClinicReme1 DataElCases': String(cases),
  'ClinicReme1 DataElDeath': String(deaths),
});

/** Somebody enters the missing clinic, and gives it the data set. */
function newClinic({ dhis2 }: Both) {
  dhis2.setUp('orgUnits', { id: 'ClinicGone1', name: 'New', parent: 'CountryRW01' });
  const organisationUnits = ['ClinicKacy1', 'ClinicReme1', 'ClinicGone1'];
  dhis2.setUp('dataSets', { id: 'WeeklyMalar', organisationUnits });
}

const posts = ({ dhis2 }: Both) =>
  dhis2.requests().filter(({ method }) => method === 'POST').length;

describe.each(['v9', 'textit'] as const)('reports become data values (%s)', dialect => {
  test('incrementally: only what is new is sent, and a later report replaces an earlier one', async () => {
    const both = await withWorkers(dialect);
    await report(both, KACYIRU, 4, 1);
    await report(both, REMERA, 7);
    const first = await both.run('reports');
    expect(first.errors).toBeUndefined();
    expect(first.data).toEqual({ sent: 2, complete: 2, later: 0, waiting: 0, problems: 0 });
    expect(values(both)).toEqual({ ...kacyiru(4, 1), ...remera(7) });
    expect((await both.run('reports')).data).toMatchObject({ sent: 0, problems: 0 });
    // The values, and what is complete.
    expect(posts(both)).toBe(2);
    const sent = both.dhis2.requests().find(({ path }) => path === '/api/dataValueSets');
    for (const one of ['Periods', 'DataElements', 'CategoryOptionCombos', 'OrganisationUnits']) {
      expect(sent?.query).toContain(`strict${one}=true`);
    }
    await report(both, KACYIRU, 6, 1);
    expect((await both.run('reports')).data).toMatchObject({ sent: 1 });
    expect(values(both)).toEqual({ ...kacyiru(6, 1), ...remera(7) });
    expect(both.dhis2.dataValues()[0]?.period).toMatch(/^\d{4}W\d{1,2}$/);
  });
});

test('a report that is refused is listed with the reason, the others are kept, and it is tried again', async () => {
  const both = await withWorkers();
  await report(both, GONE, 2);
  await report(both, NOWHERE, 3);
  await report(both, KACYIRU, 4, 1);
  const first = await both.run('reports');
  expect(first.data).toMatchObject({ sent: 1, waiting: 2, problems: 2 });
  expect(reasons(first).join('\n')).toMatch(/The data set WeeklyMalar has no clinic ClinicGone1/);
  expect(reasons(first).join('\n')).toMatch(/field "clinic" of the contact is empty/);
  expect(values(both)).toEqual(kacyiru(4, 1));
  expect(reasons(await both.run('reports'))).toEqual(reasons(first));
  newClinic(both);
  expect((await both.run('reports')).data).toMatchObject({ sent: 1, waiting: 1, problems: 1 });
  expect(values(both)).toMatchObject({ 'ClinicGone1 DataElCases': '2' });
});

describe('DHIS2 fails', () => {
  const PLACE = { method: 'POST', path: '/api/dataValueSets' };

  test.each([
    ['500, and has kept nothing', { status: 500 }],
    ['500, and has kept the values', { status: 500, after: true }],
    ['a page in place of an answer, and has kept nothing', PAGE],
    ['breaks the connection before it has kept the values', { kind: 'reset' as const }],
    ['breaks the connection after it has kept the values', { kind: 'reset' as const, after: true }],
  ])('%s: the next run sends them, and nothing is there twice', async (_name, fault) => {
    const both = await withWorkers();
    await report(both, KACYIRU, 4, 1);
    both.dhis2.fault({ ...PLACE, ...fault });
    const failed = await both.run('reports');
    expect(Object.keys(failed.errors ?? {})).toEqual(['write-dhis2']);
    expect((await both.run('reports')).data).toMatchObject({ sent: 1, waiting: 0, problems: 0 });
    expect(values(both)).toEqual(kacyiru(4, 1));
    expect((await both.run('reports')).data).toMatchObject({ sent: 0 });
  });

  test('a conflict without a report: all are listed with what DHIS2 says, and wait', async () => {
    const both = await withWorkers();
    await report(both, KACYIRU, 4, 1);
    await report(both, REMERA, 7);
    both.dhis2.fault({ ...PLACE, status: 409 });
    const refused = await both.run('reports');
    expect(refused.errors).toBeUndefined();
    expect(refused.data).toMatchObject({ sent: 0, waiting: 2, problems: 2 });
    expect(reasons(refused).join()).toContain('The server is busy');
    expect((await both.run('reports')).data).toEqual({
      sent: 2,
      complete: 2,
      later: 0,
      waiting: 0,
      problems: 0,
    });
  });

  test('a report that waits does not undo a later one', async () => {
    const both = await withWorkers();
    await report(both, KACYIRU, 4);
    both.dhis2.fault({ ...PLACE, status: 409 });
    await both.run('reports');
    await report(both, KACYIRU, 6);
    expect((await both.run('reports')).data).toMatchObject({ sent: 1, waiting: 0, problems: 0 });
    expect(values(both)).toEqual(kacyiru(6));
  });
});

describe('RapidPro fails', () => {
  test.each(['runs', 'contacts'])('while %s are read: the next run loses nothing', async path => {
    const both = await withWorkers();
    await report(both, KACYIRU, 4, 1);
    both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: { method: 'GET', path } });
    const failed = await both.run('reports');
    expect(Object.keys(failed.errors ?? {})).toEqual(['read-runs']);
    expect(both.dhis2.dataValues()).toEqual([]);
    expect((await both.run('reports')).data).toMatchObject({ sent: 1, waiting: 0, problems: 0 });
    expect(values(both)).toEqual(kacyiru(4, 1));
  });
});

test('a report that is read again, as after its mark was taken out, is on the list once', async () => {
  const both = await withWorkers();
  await report(both, GONE, 2);
  const { rapidpro, ...left } = await both.run('reports');
  both.states.reports = left;
  expect((await both.run('reports')).data).toMatchObject({ sent: 0, waiting: 1, problems: 1 });
});

test('two runs at the same moment leave each value once', async () => {
  const both = await withWorkers();
  await report(both, KACYIRU, 4, 1);
  const finals = await Promise.all([both.run('reports'), both.run('reports')]);
  expect(finals.map(({ errors }) => errors)).toEqual([undefined, undefined]);
  expect(values(both)).toEqual(kacyiru(4, 1));
  expect(both.dhis2.dataValues()).toHaveLength(2);
});

describe('periods', () => {
  const running = (both: Both) =>
    both.dhis2.setUp('dataSets', { id: 'WeeklyMalar', openFuturePeriods: 0 });
  const thisWeek = (all: { reports: object[] }) => ({
    ...all,
    reports: all.reports.map(one => ({ ...one, offset: 0 })),
  });

  test('one that still runs is kept for later, without a word each night', async () => {
    let now = Date.now();
    const both = await withWorkers('v9', {
      settings: thisWeek,
      now: () => now,
      dhis2: { clock: () => now },
    });
    running(both);
    await report(both, KACYIRU, 4, 1);
    const waits = { sent: 0, later: 1, waiting: 0, problems: 0 };
    expect((await both.run('reports')).data).toMatchObject(waits);
    expect((await both.run('reports')).data).toMatchObject(waits);
    expect(posts(both)).toBe(0);
    now += 7 * 24 * 60 * 60 * 1000;
    expect((await both.run('reports')).data).toMatchObject({ sent: 1, later: 0, problems: 0 });
    expect(values(both)).toEqual(kacyiru(4, 1));
  });

  test('one that DHIS2 does not take yet, by its own clock, is kept too', async () => {
    expect(recorded('datavalues-current-week').response.body).toMatchObject({
      response: { conflicts: [{ errorCode: 'E7641' }] },
    });
    const both = await withWorkers('v9', {
      // DHIS2's clock is eight days behind.
      dhis2: { clock: () => Date.now() - 8 * 24 * 60 * 60 * 1000 },
    });
    running(both);
    await report(both, KACYIRU, 4, 1);
    const waits = { sent: 0, later: 1, waiting: 0, problems: 0 };
    expect((await both.run('reports')).data).toMatchObject(waits);
    expect(both.dhis2.dataValues()).toEqual([]);
  });
});

test('a zero that DHIS2 drops is said, once for a data element', async () => {
  expect(recorded('datavalues-zero').response.body).toMatchObject({
    response: { status: 'SUCCESS', importCount: { imported: 0, ignored: 0, deleted: 0 } },
  });
  const both = await withWorkers();
  both.dhis2.setUp('dataElements', { id: 'DataElDeath', zeroIsSignificant: false });
  await report(both, KACYIRU, 4, 0);
  await report(both, REMERA, 0, 0);
  const final = await both.run('reports');
  expect(final.data).toMatchObject({ sent: 2, complete: 2, problems: 1 });
  expect(reasons(final)).toEqual([
    expect.stringMatching(/^DataElDeath: DHIS2 drops zeros here: 2 in this run/),
  ]);
});

describe('completion', () => {
  test('waits for what is required, and counts what DHIS2 has from before', async () => {
    const both = await withWorkers('v9', {
      settings: all => ({
        ...all,
        reports: all.reports.map((one: object) => ({
          ...one,
          values: { cases: 'DataElCases' },
        })),
      }),
    });
    await report(both, KACYIRU, 4);
    await report(both, REMERA, 7);
    expect((await both.run('reports')).data).toMatchObject({ sent: 2, complete: 0, problems: 0 });
    // Somebody at the clinic enters what is missing, and a correction comes in.
    const period = both.dhis2.dataValues()[0]?.period;
    const place = { period, orgUnit: 'ClinicKacy1' };
    await fetch(`${both.dhis2.baseUrl}/api/dataValueSets`, {
      method: 'POST',
      headers: {
        Authorization: `ApiToken ${both.dhis2.token}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ dataValues: [{ dataElement: 'DataElDeath', ...place, value: '2' }] }),
    });
    await report(both, KACYIRU, 5);
    expect((await both.run('reports')).data).toMatchObject({ sent: 1, complete: 1 });
    expect(values(both)).toMatchObject(kacyiru(5, 2));
    expect(both.dhis2.registrations()).toMatchObject([{ organisationUnit: 'ClinicKacy1', period }]);
  });
});

describe('DHIS2 does not mark the data set as complete', () => {
  const PLACE = { method: 'POST', path: '/api/completeDataSetRegistrations' };

  test.each([
    ['without a word', undefined],
    ['since it does not find the clinic', recorded('complete-post-two').response],
  ])('%s: the report is listed, and the next run completes it', async (_name, answer) => {
    const both = await withWorkers();
    await report(both, KACYIRU, 4, 1);
    const { status = 409, body } = answer ?? {};
    const text = JSON.stringify(body)?.replace('ClinicGone1', 'ClinicKacy1');
    both.dhis2.fault({ ...PLACE, status, ...(text ? { body: JSON.parse(text) } : {}) });
    const first = await both.run('reports');
    expect(first.data).toMatchObject({ sent: 0, complete: 0, waiting: 1, problems: 1 });
    expect(reasons(first).join()).toContain('Not marked as complete');
    expect((await both.run('reports')).data).toMatchObject({ sent: 1, complete: 1, problems: 0 });
    expect(both.dhis2.registrations()).toHaveLength(1);
  });
});

test('codes that differ in their letters alone lead to their own clinic, and to none where both could be meant', async () => {
  const urns = ['tel:+250788000911', 'tel:+250788000912', 'tel:+250788000913'];
  const both = await withZeros({
    contacts: ['KAC', 'kac', 'Kac'].map((clinic, index) => ({
      urns: [urns[index]],
      groups: ['Health workers'],
      fields: { clinic },
    })),
  });
  both.dhis2.setUp('orgUnits', { id: 'ClinicKacy1', code: 'kac' });
  both.dhis2.setUp('orgUnits', { id: 'ClinicReme1', code: 'KAC' });
  for (const [index, urn] of urns.entries()) {
    await both.goThrough(FLOWS.report, urn, [String(index + 1), '0']);
  }
  const final = await both.run('reports');
  expect(values(both)).toEqual({ ...remera(1), ...kacyiru(2) });
  expect(reasons(final)).toEqual([expect.stringContaining('has no clinic Kac')]);
});

test('the time that RapidPro writes where nobody answered is no answer', async () => {
  const time = new Date().toISOString();
  const nobody = { value: time, category: 'No Response', input: '' };
  const both = await withWorkers('v9', {
    runs: [
      {
        ...{
          flow: 'Weekly report',
          contact: KACYIRU.urn,
          created_on: time,
          exit_type: 'completed',
        },
        values: { Cases: { value: '4', category: 'Answered', input: '4' }, Deaths: nobody },
      },
    ],
  });
  expect((await both.run('reports')).data).toMatchObject({ sent: 1, complete: 0, problems: 0 });
  expect(values(both)).toEqual({ 'ClinicKacy1 DataElCases': '4' });
});

test.each(['-3', 'five'])(
  'of "%s" in place of a number the desk says what is wrong, and the newer report counts',
  async answer => {
    const both = await withWorkers();
    await both.goThrough(FLOWS.report, KACYIRU.urn, [answer, '1']);
    await report(both, REMERA, 7);
    const first = await both.run('reports');
    expect(first.data).toMatchObject({ sent: 1, waiting: 1, problems: 1 });
    const open = Object.values(both.desk()).filter(({ status }) => status === 'refused');
    expect(open).toMatchObject([
      {
        cause: 'Value must match value type of data element DataElCases (E7619)',
        mend: 'Let them report again; the newer report counts',
      },
    ]);
    await report(both, KACYIRU, 12, 1);
    expect((await both.run('reports')).data).toMatchObject({ sent: 1, waiting: 0, problems: 0 });
    expect(values(both)).toEqual({ ...kacyiru(12, 1), ...remera(7) });
    expect(Object.values(both.desk()).map(({ status }) => status)).toEqual([
      'done',
      'done',
      'done',
    ]);
  },
);

test('a page in place of an answer to what is complete: the run fails, and the next one completes it', async () => {
  const both = await withWorkers();
  await report(both, KACYIRU, 4, 1);
  both.dhis2.fault({ method: 'POST', path: '/api/completeDataSetRegistrations', ...PAGE });
  expect(Object.keys((await both.run('reports')).errors ?? {})).toEqual(['write-dhis2']);
  expect((await both.run('reports')).data).toMatchObject({ sent: 1, complete: 1, problems: 0 });
  expect(both.dhis2.registrations()).toHaveLength(1);
});

test('a conflict that names no place concerns each value of its request', async () => {
  const both = await withWorkers();
  await report(both, KACYIRU, 4, 1);
  await report(both, REMERA, 7);
  const one = { errorCode: 'E7612', value: 'Organisation unit not found', indexes: [0] };
  const all = { errorCode: 'E7600', value: 'Data set not found or not accessible' };
  const response = { status: 'WARNING', importCount: { ignored: 4 }, conflicts: [one, all] };
  const body = { status: 'WARNING', response };
  both.dhis2.fault({ method: 'POST', path: '/api/dataValueSets', status: 409, body });
  expect((await both.run('reports')).data).toMatchObject({ sent: 0, waiting: 2 });
  expect((await both.run('reports')).data).toMatchObject({ sent: 2, waiting: 0 });
  expect(values(both)).toEqual({ ...kacyiru(4, 1), ...remera(7) });
});

describe('several flows and data sets', () => {
  const BY_NAME = '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a03';
  const ask = (name: string, type: 'has_text' | 'has_number' = 'has_number') => ({
    name,
    text: `${name}?`,
    type,
  });
  const flows = [
    askingFlow({
      uuid: BY_NAME,
      name: 'By sex and month',
      questions: [
        ask('DataElBySex__EpYiJbnYbJ4'),
        ask('SEX__taxpiAgqZcI'),
        ask('Where', 'has_text'),
      ],
      thanks: 'Thank you.',
    }),
  ];
  const settings = (all: { reports: object[] }) => ({
    ...all,
    reports: [
      ...all.reports,
      {
        name: 'by sex',
        flow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a03',
        dataSet: 'WeeklyMalar',
        clinicResult: 'where',
      },
    ],
  });

  test('numbers by the name of the result, ids or codes, with their combos; the clinic from the report', async () => {
    const both = await withWorkers('v9', { flows, settings });
    both.dhis2.setUp('dataElements', { id: 'DataElBySex', code: 'SEX' });
    both.dhis2.setUp('orgUnits', { id: 'ClinicReme1', code: 'REM-01' });
    await report(both, KACYIRU, 4, 1);
    await both.goThrough(BY_NAME, KACYIRU.urn, ['3', '2', 'rem-01']);
    await both.goThrough(BY_NAME, REMERA.urn, ['9', '9', 'Amina of Remera']);
    const final = await both.run('reports');
    expect(final.data).toMatchObject({ sent: 2, waiting: 1 });
    expect(reasons(final)).toEqual([
      expect.stringContaining('has no clinic with the name in the report'),
    ]);
    // What somebody wrote is not shown.
    expect(JSON.stringify(final.problems)).not.toContain('Amina');
    const found = both.dhis2
      .dataValues()
      .map(one => `${one.orgUnit} ${one.dataElement} ${one.categoryOptionCombo} ${one.value}`);
    expect(found.sort()).toEqual([
      'ClinicKacy1 DataElCases HllvX50cXC0 4',
      'ClinicKacy1 DataElDeath HllvX50cXC0 1',
      'ClinicReme1 DataElBySex EpYiJbnYbJ4 3',
      'ClinicReme1 DataElBySex taxpiAgqZcI 2',
    ]);
  });

  test('two flows into one data set: the newest counts, and each entry on the desk is of its own flow', async () => {
    const both = await withWorkers('v9', {
      flows: [
        askingFlow({
          uuid: BY_NAME,
          name: 'By code',
          questions: [ask('CASES')],
          thanks: 'Thank you.',
        }),
      ],
      settings: (all: { reports: object[] }) => ({
        ...all,
        reports: [
          ...all.reports,
          {
            name: 'by code',
            flow: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a03',
            dataSet: 'WeeklyMalar',
          },
        ],
      }),
    });
    both.dhis2.setUp('dataElements', { id: 'DataElCases', code: 'CASES' });
    await both.goThrough(BY_NAME, KACYIRU.urn, ['3']);
    await report(both, REMERA, 1);
    await report(both, KACYIRU, 4, 1);
    await both.goThrough(BY_NAME, KACYIRU.urn, ['5']);
    expect((await both.run('reports')).data).toMatchObject({ sent: 2, complete: 2, problems: 0 });
    expect(values(both)).toEqual({ ...kacyiru(5, 1), ...remera(1) });
    const kinds = Object.values(both.desk()).map(({ of, status }) => `${of} ${status}`);
    expect(kinds.sort()).toEqual(['by code done', 'by code done', 'weekly done', 'weekly done']);
    await report(both, KACYIRU, 6, 1);
    await both.run('reports');
    expect(values(both)).toMatchObject(kacyiru(6, 1));
  });

  test('a data set that is not there stops only its own flow, whose reports are not lost', async () => {
    const both = await withWorkers('v9', { flows, settings });
    await report(both, KACYIRU, 4, 1);
    both.dhis2.fault({ method: 'GET', path: '/api/dataSets', status: 404 });
    const first = await both.run('reports');
    expect(first.data).toMatchObject({ sent: 0, problems: 1 });
    expect(reasons(first)).toEqual([expect.stringContaining('WeeklyMalar: DHIS2 has no such')]);
    expect((await both.run('reports')).data).toMatchObject({ sent: 1, problems: 0 });
  });
});
