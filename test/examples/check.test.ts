import { beforeAll, expect, test, vi } from 'vitest';
import { METADATA } from '../../scripts/example/dhis2/metadata.mjs';
import { built } from '../packaging/project.js';
import { reasons, world } from './world.js';

vi.setConfig({ testTimeout: 60_000 });

beforeAll(built);

const contacts = [
  { urns: ['tel:+250788000901'], groups: ['Health workers'], fields: { clinic: 'ClinicKacy1' } },
];

/** All writes to either system. */
const writes = ({ dhis2, sandbox }: Awaited<ReturnType<typeof world>>) =>
  [...dhis2.requests(), ...sandbox.requests()].filter(({ method }) => method !== 'GET');

const withZeros = METADATA.dataElements?.map(one => ({ ...one, zeroIsSignificant: true }));

test('where all fits it has nothing to say, and writes nothing', async () => {
  const both = await world({ contacts, dhis2: { metadata: { dataElements: withZeros } } });
  const final = await both.run('check');
  expect(final.errors).toBeUndefined();
  // The workspace of the sandbox is in another zone than the program.
  expect(reasons(final).filter(reason => !reason.startsWith('timeZone'))).toEqual([]);
  expect(writes(both)).toEqual([]);
});

test('it names each thing that is missing or does not fit', async () => {
  const users = METADATA.users.map(one => ({ ...one, authorities: [] }));
  const both = await world({
    contacts: [
      ...contacts,
      { urns: ['tel:+250788000902'], groups: ['Health workers'], fields: {} },
      {
        urns: ['tel:+250788000903'],
        groups: ['Health workers'],
        fields: { clinic: 'ClinicNone1' },
      },
    ],
    dhis2: { calendar: 'ethiopian', metadata: { users } },
    settings: all => ({
      ...all,
      dhis2: {
        ...all.dhis2,
        attributes: { ...all.dhis2.attributes, village: 'AttrNowhere' },
        languages: { Klingon: 'tlh' },
        clinics: { here: 'ClinicNone2' },
        orgUnit: 'CountryNone',
      },
      rapidpro: { ...all.rapidpro, clinicField: 'station' },
      reports: [
        {
          ...all.reports[0],
          offset: 0,
          dataSet: 'MonthlyMala',
          values: { cases: 'DataElMonth', births: 'DataElBirth' },
          required: [],
        },
        {
          ...all.reports[0],
          name: 'twice',
          dataSet: 'MonthlyMala',
          values: { cases: 'DataElMonth', deaths: 'MONTH' },
        },
        { ...all.reports[0], name: 'other', flow: 'no-flow', dataSet: 'NoDataSet01' },
      ],
      visits: [
        { ...all.visits[0], values: { height: 'VisitHeight' }, params: { age: 'AttrNowher2' } },
        { ...all.visits[0], stage: 'NoStage0001', flow: 'no-flow-2' },
        { ...all.visits[0], name: 'third', program: 'NoProgram01', daysAfter: '1' },
      ],
      night: { from: '20:00', to: '7:30' },
      phone: { countryCode: 'KE', digits: 0 },
      users: { ...all.users, units: ['CountryNon2'], userGroups: ['NoGroup0001'] },
      desk: {
        ...all.desk,
        name: 'elsewhere',
        tell: { contact: '0f1e2d3c-4b5a-4697-8877-665544332211', mail: null },
      },
    }),
  });
  both.dhis2.setUp('dataElements', { id: 'DataElMonth', code: 'MONTH' });
  both.dhis2.setUp('dataSets', { id: 'MonthlyMala', categoryCombo: { id: 'x', name: 'Partner' } });
  const final = await both.run('check');
  expect(final.errors).toBeUndefined();
  const all = reasons(final).join('\n');
  for (const told of [
    /^NoDataSet01: DHIS2 has no such data set/m,
    /^DHIS2: Its calendar is ethiopian/m,
    /^DHIS2: .*F_DATAVALUE_ADD/m,
    /^AttrNowhere: The program has no such attribute \(village\)/m,
    /^Klingon: The language is not among the options/m,
    /^ClinicNone2: The program is not assigned/m,
    /^CountryNone: DHIS2 has no such organisation unit/m,
    /^MonthlyMala: The report is for a period that is not over/m,
    /^DataElBirth: The data set MonthlyMala has no such data element/m,
    /^DataElMonth: DHIS2 drops zeros here/m,
    /^weekly: Nothing is required/m,
    /^weekly: Two reports have the same reminderField/m,
    /^station: RapidPro has no field with this key/m,
    /^births: The flow "Weekly report" has no such result/m,
    /^no-flow: RapidPro has no such flow/m,
    /^DHIS2: .*F_USER_VIEW/m,
    /^visit: Two visits have the same name/m,
    /^VisitHeight: The program stage VisitStage1 has no such data element/m,
    /^AttrNowher2: The program has no such attribute \(params.age\)/m,
    /^NoStage0001: DHIS2 has no such program stage/m,
    /^CountryNon2: DHIS2 has no such organisation unit \(users.units\)/m,
    /^NoGroup0001: DHIS2 has no such user group/m,
    /^height: The flow "Visit" has no such result/m,
    /^no-flow-2: RapidPro has no such flow/m,
    /^NoProgram01: DHIS2 has no such program.*\(third\)/m,
    /^VisitStage1: The program stage is of another program: .*MatCareProg/m,
    /^third: daysAfter is 1\. Write a number/m,
    /^night.to: It is 7:30/m,
    /^phone.countryCode: It is KE/m,
    /^phone.digits: It is 0/m,
    /^DataElMonth: Two results of the report "twice" go there/m,
    /^births: The flow "Weekly report" has no such result\. It has: Cases, Deaths/m,
    /^MonthlyMala: The data set has a category combination of its own/m,
    /^0f1e2d3c.*: RapidPro has no contact with the uuid of desk.tell/m,
    /^elsewhere: OpenFn has no collection with this name/m,
  ]) {
    expect(all).toMatch(told);
  }
  expect(writes(both)).toEqual([]);
});

test('a program that has only reports leaves the rest out, and a field may be called by its name at first', async () => {
  const both = await world({
    contacts,
    dhis2: { metadata: { dataElements: withZeros } },
    settings: all => ({
      ...all,
      dhis2: { orgUnit: all.dhis2.orgUnit, program: null },
      rapidpro: { ...all.rapidpro, registrationFlow: null, clinicField: 'Clinic' },
      visits: [],
      users: { ...all.users, units: [] },
      desk: { ...all.desk, store: 'dataStore' },
    }),
  });
  both.dhis2.fault({ method: 'GET', path: '/api/dataStore', status: 403 });
  const all = reasons(await both.run('check')).filter(one => !one.startsWith('timeZone'));
  expect(all).toEqual([
    'Clinic: rapidpro.clinicField: write the key of the field, clinic.',
    expect.stringMatching(/field "Clinic" of the contact is empty/),
    'rapidpro-dhis2: The user may not read this namespace of the dataStore (desk.name).',
  ]);
});
