import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDhis2, type Dhis2 } from '../../../scripts/example/dhis2/server.mjs';

// What a real DHIS2 2.42.5.2 did where no exchange was kept.

let dhis2: Dhis2;
beforeAll(async () => {
  dhis2 = await createDhis2();
});
afterAll(() => dhis2.close());

interface Answer {
  status: number;
  body: Record<string, unknown> & {
    trackedEntities?: { attributes: object[] }[];
    validationReport?: { errorReports: { errorCode: string }[] };
    response?: { conflicts: { errorCode: string; indexes?: number[] }[] };
  };
}

async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const headers = { Authorization: `ApiToken ${dhis2.token}`, 'Content-Type': 'application/json' };
  const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
  const response = await fetch(`${dhis2.baseUrl}${path}`, init);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const IMPORT = '/api/tracker?async=false';
const person = (id: string, phone: string, more: object = {}) => ({
  trackedEntity: id,
  trackedEntityType: 'PersonType1',
  orgUnit: 'ClinicKacy1',
  attributes: [
    { attribute: 'AttrFullNam', value: 'Somebody' },
    { attribute: 'AttrPhoneNr', value: phone },
  ],
  ...more,
});
const enrollment = (id: string, trackedEntity: string, more: object = {}) => ({
  enrollment: id,
  trackedEntity,
  program: 'MatCareProg',
  orgUnit: 'ClinicKacy1',
  enrolledAt: '2026-01-02',
  occurredAt: '2026-01-02',
  ...more,
});
const codes = ({ body }: Answer) =>
  body.validationReport?.errorReports.map(({ errorCode }) => errorCode).sort();

test('atomicMode=OBJECT keeps what is right, and answers 200 with the errors in the report', async () => {
  const trackedEntities = [
    person('RulePerson1', '+250788300001'),
    person('RulePerson2', '+250788300001', { orgUnit: 'ClinicNone1' }),
  ];
  const answer = await ask('POST', `${IMPORT}&atomicMode=OBJECT`, { trackedEntities });
  expect(answer).toMatchObject({
    status: 200,
    body: { status: 'OK', stats: { created: 0, ignored: 2 } },
  });
  const again = await ask('POST', `${IMPORT}&atomicMode=OBJECT`, {
    trackedEntities: [
      person('RulePerson1', '+250788300001'),
      person('RulePerson2', '+250788300002', { orgUnit: 'ClinicNone1' }),
    ],
  });
  expect(again.body).toMatchObject({ status: 'OK', stats: { created: 1, ignored: 1 } });
  expect(codes(again)).toEqual(['E1049']);
});

test.each([
  ['no occurredAt', { occurredAt: undefined }, ['E1023']],
  ['a person who is not there', { trackedEntity: 'NoPerson001' }, ['E1068']],
])('an enrollment with %s', async (_name, more, expected) => {
  const enrollments = [enrollment('RuleEnroll1', 'RulePerson1', more)];
  const answer = await ask('POST', IMPORT, { enrollments });
  expect([answer.status, codes(answer)]).toEqual([409, expected]);
});

test('the enrollment of another person, and a text that is too long', async () => {
  await ask('POST', IMPORT, { enrollments: [enrollment('RuleEnroll2', 'RulePerson1')] });
  await ask('POST', IMPORT, { trackedEntities: [person('RulePerson3', '+250788300003')] });
  const other = { enrollments: [enrollment('RuleEnroll2', 'RulePerson3')] };
  expect(codes(await ask('POST', IMPORT, other))).toEqual(['E1127']);
  const attributes = [{ attribute: 'AttrVillage', value: 'x'.repeat(1300) }];
  const long = { trackedEntities: [person('RulePerson3', '', { attributes })] };
  expect(codes(await ask('POST', IMPORT, long))).toEqual(['E1077']);
});

test('an attribute that was emptied comes back without a value', async () => {
  const attributes = [{ attribute: 'AttrPhoneNr', value: null }];
  await ask('POST', IMPORT, { trackedEntities: [person('RulePerson1', '', { attributes })] });
  const path = '/api/tracker/trackedEntities/RulePerson1?fields=attributes[attribute,value]';
  expect((await ask('GET', path)).body.attributes).toContainEqual({ attribute: 'AttrPhoneNr' });
});

test.each([
  ['page=0', 400],
  ['order=nothing:asc', 400],
  ['updatedAfter=yesterday', 400],
  ['fields=*,!attributes', 200],
  ['', 200],
])('a list with "%s" and no unit: %i', async (query, status) => {
  const path = `/api/tracker/trackedEntities?program=MatCareProg&${query}`;
  const answer = await ask('GET', path);
  expect(answer.status).toBe(status);
  if (query.includes('!'))
    expect(answer.body.trackedEntities?.[0]).not.toHaveProperty('attributes');
});

test('an id that is none', async () => {
  expect((await ask('GET', '/api/tracker/trackedEntities/short')).status).toBe(400);
});

test.each([
  ['an unknown data set', { dataSet: 'NoDataSet01' }, '2026W40', 'E7600'],
  ['a week that the year does not have', {}, '2025W53', 'E7611'],
])('values with %s', async (_name, more, period, errorCode) => {
  const value = { dataElement: 'DataElCases', period, orgUnit: 'ClinicKacy1', value: '1' };
  const answer = await ask('POST', '/api/dataValueSets', { ...more, dataValues: [value] });
  expect(answer.status).toBe(409);
  expect(answer.body.response?.conflicts).toMatchObject([{ errorCode }]);
});

test('codes in place of ids', async () => {
  dhis2.setUp('orgUnits', { id: 'ClinicKacy1', code: 'KACY' });
  dhis2.setUp('dataElements', { id: 'DataElCases', code: 'CASES' });
  const value = { dataElement: 'CASES', period: '2026W40', orgUnit: 'KACY', value: '1' };
  const path = '/api/dataValueSets?dataElementIdScheme=CODE&orgUnitIdScheme=CODE';
  expect((await ask('POST', path, { dataValues: [value] })).status).toBe(200);
  expect(dhis2.dataValues()).toMatchObject([
    { dataElement: 'DataElCases', orgUnit: 'ClinicKacy1' },
  ]);
});

// By DHIS2's documentation; none of these was recorded.

test('a namespace of the dataStore with its values', async () => {
  const path = '/api/dataStore/rules';
  expect((await ask('GET', `${path}?fields=.`)).status).toBe(404);
  await ask('PUT', `${path}/one`, { status: 'done' });
  expect((await ask('GET', `${path}?fields=.&paging=false`)).body).toEqual({
    entries: [{ key: 'one', value: { status: 'done' } }],
  });
});

test('users with the path of their units, their groups and roles', async () => {
  dhis2.setUp('users', { id: 'UserOpenFn1', authorities: ['F_USER_VIEW'] });
  dhis2.setUp('userGroups', { id: 'GroupReport', name: 'Reporters' });
  dhis2.setUp('users', {
    ...{ id: 'UserNurse01', username: 'nurse1', name: 'Nurse' },
    organisationUnits: ['ClinicKacy1'],
    userGroups: ['GroupReport'],
  });
  const fields = 'id,organisationUnits[id,path],userGroups[id]';
  const { body } = await ask('GET', `/api/users?fields=${fields}&filter=username:eq:nurse1`);
  expect(body).toMatchObject({
    users: [
      {
        organisationUnits: [{ id: 'ClinicKacy1', path: '/CountryRW01/ClinicKacy1' }],
        userGroups: [{ id: 'GroupReport' }],
      },
    ],
  });
  expect((await ask('GET', '/api/userGroups/GroupReport')).status).toBe(200);
});

// By DHIS2's source; none of these was recorded.

const count = ({ body }: Answer) =>
  (body.response as unknown as { importCount: object }).importCount;
const VALUES = '/api/dataValueSets';
const dataValue = (value: string, period = '2026W39') => ({
  dataValues: [{ dataElement: 'DataElCases', period, orgUnit: 'ClinicReme1', value }],
});

test('data values: a trial keeps nothing, and each strategy does its own', async () => {
  dhis2.setUp('users', { id: 'UserOpenFn1', authorities: ['F_DATAVALUE_ADD'] });
  const none = { imported: 0, updated: 0, ignored: 0, deleted: 0 };
  const steps: [string, string, object][] = [
    ['dryRun=true', '1', { imported: 1 }],
    ['importStrategy=UPDATE', '1', { ignored: 1 }],
    ['importStrategy=DELETE', '1', { ignored: 1 }],
    ['importStrategy=CREATE', '1', { imported: 1 }],
    ['importStrategy=CREATE', '2', { ignored: 1 }],
    ['importStrategy=UPDATE', '2', { updated: 1 }],
    ['importStrategy=DELETE&dryRun=true', '2', { deleted: 1 }],
    ['importStrategy=DELETE', '2', { deleted: 1 }],
  ];
  for (const [query, value, expected] of steps) {
    const answer = await ask('POST', `${VALUES}?${query}`, dataValue(value));
    expect(count(answer), query).toEqual({ ...none, ...expected });
  }
});

test('data values of some time, of a unit and those below', async () => {
  for (const period of ['2026W37', '2026W38']) await ask('POST', VALUES, dataValue('7', period));
  const read = async (query: string) => {
    const { status, body } = await ask('GET', `${VALUES}?dataSet=WeeklyMalar&${query}`);
    return [
      status,
      (body.dataValues as { period: string }[])?.map(one => one.period) ?? body.errorCode,
    ];
  };
  const time = 'startDate=2026-09-07&endDate=2026-09-13';
  expect(await read(`${time}&orgUnit=CountryRW01&children=true`)).toEqual([200, ['2026W37']]);
  expect(await read(`${time}&orgUnit=CountryRW01`)).toEqual([200, []]);
  expect(await read(`${time}&orgUnit=NoUnit00001`)).toEqual([409, 'E2006']);
  expect(await read('period=2026W99&orgUnit=ClinicReme1')).toEqual([409, 'E2002']);
});

test('a visit and an enrollment: what is there, what is not, and what was deleted', async () => {
  const trackedEntities = [
    person('RulePerson7', '+250788300007', {
      enrollments: [
        { ...enrollment('RuleEnroll7', 'RulePerson7'), events: [visit('RuleEvent07')] },
      ],
    }),
  ];
  expect((await ask('POST', `${IMPORT}&importMode=VALIDATE`, { trackedEntities })).status).toBe(
    200,
  );
  expect((await ask('GET', '/api/tracker/trackedEntities/RulePerson7')).status).toBe(404);
  await ask('POST', IMPORT, { trackedEntities });
  const steps: [string, object, string[] | undefined][] = [
    ['CREATE', { events: [visit('RuleEvent07')] }, ['E1030']],
    ['DELETE', { events: [{ event: 'RuleEvent09' }] }, ['E1032']],
    ['DELETE', { enrollments: [{ enrollment: 'RuleEnroll7' }] }, ['E1103']],
    ['DELETE', { events: [{ event: 'RuleEvent07' }] }, []],
    ['DELETE', { events: [{ event: 'RuleEvent07' }] }, ['E1082']],
    ['UPDATE', { enrollments: [{ enrollment: 'RuleEnroll9' }] }, ['E1081']],
    ['DELETE', { enrollments: [{ enrollment: 'RuleEnroll7' }] }, []],
    ['DELETE', { enrollments: [{ enrollment: 'RuleEnroll7' }] }, ['E1113']],
    ['UPDATE', { trackedEntities: [{ trackedEntity: 'RulePerson9' }] }, ['E1063']],
    ['NONSENSE', {}, undefined],
  ];
  for (const [strategy, payload, expected] of steps) {
    const answer = await ask('POST', `${IMPORT}&importStrategy=${strategy}`, payload);
    expect(codes(answer), `${strategy} ${JSON.stringify(payload)}`).toEqual(expected);
    expect(answer.status).toBe(expected === undefined ? 400 : expected.length > 0 ? 409 : 200);
  }
});
const visit = (event: string) => ({
  ...{ event, program: 'MatCareProg', programStage: 'VisitStage1', orgUnit: 'ClinicKacy1' },
  ...{ enrollment: 'RuleEnroll7', status: 'SCHEDULE', scheduledAt: '2026-11-20' },
});

test.each([
  ['filter=AttrPhoneNr:in:x;%2B250788300021', 1],
  ['filter=AttrPhoneNr:ew:00021', 1],
  ['filter=AttrPhoneNr:sw:0788', 0],
  ['trackedEntityType=PersonType1&filter=AttrPhoneNr:eq:%2B250788300021', 1],
])('people with %s: %i', async (query, expected) => {
  await ask('POST', IMPORT, { trackedEntities: [person('RulePerson8', '+250788300021')] });
  const program = query.includes('Type=') ? '' : '&trackedEntityType=PersonType1';
  const { body } = await ask('GET', `/api/tracker/trackedEntities?${query}${program}`);
  expect(body.trackedEntities).toHaveLength(expected);
});

test('a list of people that names neither program, type nor people, and one of an unknown stage', async () => {
  expect((await ask('GET', '/api/tracker/trackedEntities?orgUnits=ClinicKacy1')).status).toBe(400);
  expect((await ask('GET', '/api/tracker/events?programStage=NoStage0001')).status).toBe(400);
});

test('namespaces of the dataStore come with their first key and go with their last', async () => {
  await ask('PUT', '/api/dataStore/passing/one', { a: 1 });
  expect((await ask('GET', '/api/dataStore')).body).toContain('passing');
  await ask('DELETE', '/api/dataStore/passing/one');
  expect((await ask('GET', '/api/dataStore/passing')).status).toBe(404);
  await ask('PUT', '/api/dataStore/passing/one', { a: 1 });
  expect((await ask('DELETE', '/api/dataStore/passing')).status).toBe(200);
  expect((await ask('GET', '/api/dataStore')).body).not.toContain('passing');
});

test('a trial marks nothing as complete, and users are filtered in more ways', async () => {
  const place = { dataSet: 'WeeklyMalar', period: '2026W38', organisationUnit: 'ClinicReme1' };
  const path = '/api/completeDataSetRegistrations';
  const body = { completeDataSetRegistrations: [place] };
  expect(count(await ask('POST', `${path}?dryRun=true`, body))).toMatchObject({ imported: 1 });
  expect(count(await ask('POST', path, body))).toMatchObject({ imported: 1 });
  dhis2.setUp('users', { id: 'UserOpenFn1', authorities: ['F_USER_VIEW'] });
  const users = await ask('GET', '/api/users?fields=username&filter=username:!eq:admin');
  expect(JSON.stringify(users.body.users)).not.toContain('admin');
});
