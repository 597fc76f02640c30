import { beforeAll, describe, expect, test, vi } from 'vitest';
import { METADATA } from '../../scripts/example/dhis2/metadata.mjs';
import { built } from '../packaging/project.js';
import { reasons, world } from './world.js';

vi.setConfig({ testTimeout: 120_000 });

beforeAll(built);

const user = (number: number, more: object = {}) => ({
  id: `HealthWk00${number}`,
  username: `worker00${number}`,
  name: `Worker ${number}`,
  phoneNumber: `+25078800091${number}`,
  organisationUnits: ['ClinicKacy1'],
  userRoles: [{ id: 'RoleNurses1', name: 'Nurse' }],
  userGroups: ['GroupReport'],
  authorities: [],
  ...more,
});
const openfn = METADATA.users?.map(one => ({
  ...one,
  authorities: ['F_DATAVALUE_ADD', 'F_USER_VIEW'],
}));

const withUsers = (users: object[], options: Parameters<typeof world>[0] = {}) =>
  world({
    dhis2: { metadata: { users: [...(openfn ?? []), ...users] } },
    settings: all => ({
      ...all,
      users: { ...all.users, userGroups: ['GroupReport'], leaveAtMost: 1 },
    }),
    ...options,
  });
type Both = Awaited<ReturnType<typeof withUsers>>;

/** Several are added side by side, so their order is not certain. */
const byUrns = (one: { urns: unknown[] }, other: { urns: unknown[] }) =>
  String(one.urns) < String(other.urns) ? -1 : 1;

const contacts = ({ sandbox }: Both) =>
  sandbox
    .contacts()
    .sort(byUrns)
    .map(({ name, urns, fields, groups }) => ({
      name,
      urns,
      user: fields.dhis2_user,
      role: fields.dhis2_role,
      clinic: fields.clinic,
      groups: groups.map(group => group.name),
    }));
const writes = ({ sandbox }: Both, from: number) =>
  sandbox
    .requests()
    .slice(from)
    .filter(({ method }) => method !== 'GET').length;

describe('users of DHIS2 become contacts', () => {
  test('with unit, role and id; only what differs is written; who is disabled leaves the group', async () => {
    const both = await withUsers([
      user(1),
      user(2, { organisationUnits: ['ClinicReme1'], userRoles: [] }),
      user(3, { userGroups: [] }),
      user(4, { disabled: true }),
      user(5, { phoneNumber: undefined }),
      user(6, { organisationUnits: ['ClinicReme1', 'ClinicKacy1'] }),
    ]);
    const first = await both.run('users');
    expect(first.errors).toBeUndefined();
    expect(first.data).toEqual({ created: 3, updated: 0, unchanged: 0, left: 0, problems: 1 });
    const groups = ['DHIS2 users'];
    expect(contacts(both)).toEqual(
      [
        { name: 'Worker 1', number: 1, role: 'Nurse', clinic: 'ClinicKacy1' },
        { name: 'Worker 2', number: 2, role: null, clinic: 'ClinicReme1' },
        { name: 'Worker 6', number: 6, role: 'Nurse', clinic: null },
      ].map(({ number, ...one }) => ({
        ...one,
        urns: [`tel:+25078800091${number}`],
        user: `HealthWk00${number}`,
        groups,
      })),
    );
    expect(both.desk()['user-HealthWk001']).toMatchObject({ status: 'done' });
    expect(both.desk()['user-HealthWk005']).toMatchObject({
      status: 'refused',
      cause: 'The phone number is missing or wrong.',
    });
    expect(both.desk()['user-HealthWk006']?.cause).toMatch(/Has several units/);
    expect(JSON.stringify([first, both.desk()])).not.toMatch(/788000|Worker \d/);

    const before = both.sandbox.requests().length;
    expect((await both.run('users')).data).toMatchObject({ unchanged: 3, left: 0 });
    expect(writes(both, before)).toBe(0);

    both.dhis2.setUp('users', { id: 'HealthWk002', disabled: true });
    both.dhis2.setUp('users', { id: 'HealthWk001', organisationUnits: ['ClinicReme1'] });
    both.dhis2.setUp('users', { id: 'HealthWk005', disabled: true });
    expect((await both.run('users')).data).toMatchObject({ updated: 1, left: 1, problems: 0 });
    expect(contacts(both).map(({ clinic, groups }) => [clinic, groups])).toEqual([
      ['ClinicReme1', groups],
      ['ClinicReme1', []],
      [null, groups],
    ]);
    expect(both.desk()['user-HealthWk002']?.cause).toMatch(/^Left the groups/);
    expect(both.desk()['user-HealthWk005']?.status).toBe('done');
  });
});

test('a list that was cut short takes nobody out of the group: it is told', async () => {
  const both = await withUsers([user(1), user(2), user(3)]);
  await both.run('users');
  for (const number of [1, 2, 3]) {
    both.dhis2.setUp('users', { id: `HealthWk00${number}`, userGroups: [] });
  }
  const final = await both.run('users');
  expect(final.data).toMatchObject({ left: 0, problems: 1 });
  expect(contacts(both).every(({ groups }) => groups.length === 1)).toBe(true);
  expect(both.desk()['user-who-leaves']).toMatchObject({ status: 'refused' });
  expect(both.desk()['user-who-leaves']?.mend).toContain('users.leaveAtMost');
});

test('who has left a unit for several others no longer reports for it', async () => {
  const both = await withUsers([user(1)]);
  both.dhis2.setUp('orgUnits', { id: 'ClinicThird', name: 'Third', parent: 'CountryRW01' });
  await both.run('users');
  const several = { id: 'HealthWk001', organisationUnits: ['ClinicReme1', 'ClinicThird'] };
  both.dhis2.setUp('users', several);
  expect((await both.run('users')).data).toMatchObject({ updated: 1, problems: 0 });
  expect(contacts(both)).toMatchObject([{ clinic: null }]);
  expect((await both.run('users')).data).toMatchObject({ unchanged: 1 });
});

test('a list that changes while it is read is read again', async () => {
  const both = await withUsers([user(1)]);
  const path = '/api/users';
  const users = Array.from({ length: 100 }, (_, index) => ({ id: `HealthWk${index}` }));
  const body = { pager: { page: 1, pageSize: 100, total: 999 }, users };
  both.dhis2.fault({ method: 'GET', path, status: 200, body });
  const final = await both.run('users');
  expect(final.errors).toBeUndefined();
  const pages = both.dhis2.requests().map(({ query }) => /page=(\d)/.exec(query)?.[1]);
  expect(pages).toEqual(['1', '2', '1']);
  expect(final.data).toMatchObject({ created: 1, problems: 0 });
});

test('two users with one number: the first keeps the contact, both stay in the group, the other is listed', async () => {
  const both = await withUsers([user(1), user(2)]);
  await both.run('users');
  both.dhis2.setUp('users', { id: 'HealthWk002', phoneNumber: '0788000911' });
  const final = await both.run('users');
  expect(reasons(final)).toEqual(['HealthWk002: HealthWk001 has the same phone number.']);
  expect(contacts(both).map(({ urns, groups }) => [urns, groups])).toEqual([
    [['tel:+250788000911'], ['DHIS2 users']],
    [['tel:+250788000912'], ['DHIS2 users']],
  ]);
  expect(both.desk()['user-HealthWk002']).toMatchObject({ status: 'refused' });
});

test.each([
  ['DHIS2 is down', 'read-dhis2'],
  ['the user may not read users', 'read-dhis2'],
  ['RapidPro is down', 'write-rapidpro'],
  ['the desk is down', 'write-desk'],
])('%s: the run fails, nobody leaves, and the next run does it', async (name, step) => {
  const both = await withUsers([user(1)]);
  await both.run('users');
  both.dhis2.setUp('users', user(2));
  const status = name.includes('may not') ? 403 : 503;
  if (step === 'read-dhis2') both.dhis2.fault({ method: 'GET', path: '/api/users', status });
  if (step === 'write-desk') both.collections.fault({ method: 'POST' });
  const when = { method: 'GET', path: 'contacts' };
  if (step === 'write-rapidpro') both.sandbox.fault({ kind: 'throttle', retryAfter: 3000, when });
  expect(Object.keys((await both.run('users')).errors ?? {})).toEqual([step]);
  expect(contacts(both)[0]?.groups).toEqual(['DHIS2 users']);
  expect((await both.run('users')).errors).toBeUndefined();
  expect(contacts(both)).toHaveLength(2);
  expect(both.desk()['user-HealthWk002']).toMatchObject({ status: 'done' });
});
