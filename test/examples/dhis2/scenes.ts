import { METADATA } from '../../../scripts/example/dhis2/metadata.mjs';
import type { Dhis2 } from '../../../scripts/example/dhis2/server.mjs';

// The recorded exchanges in an order in which they could have happened, with what was set up between them.

type Step = string | ((stage: Stage) => void | Promise<void>);

export interface Stage {
  dhis2: Dhis2;
  /** Sets the clock: by that of the server, which is two hours ahead of UTC. */
  at(time: string): void;
  /** Sends something that was not recorded; gives the answer. */
  send(method: string, path: string, body: object): Promise<{ response?: { id?: string } }>;
  /** Ids of the stand-in, by those that were recorded. */
  ids: Map<string, string>;
}

const pad = (number: number, length: number) => String(number).padStart(length, '0');

/** Sixty health workers with a phone number and a clinic, or two. */
const WORKERS = Array.from({ length: 60 }, (_, index) => {
  const number = index + 1;
  const own = number % 2 === 1 ? 'ClinicReme1' : 'ClinicKacy1';
  const both = ['ClinicReme1', 'ClinicKacy1'];
  return {
    id: `HealthWk${pad(number, 3)}`,
    username: `worker${pad(number, 3)}`,
    name: `Worker Number ${number}`,
    ...(number % 10 === 0 ? {} : { phoneNumber: `+2507880009${pad(number, 2)}` }),
    organisationUnits: number % 7 === 0 ? both : [own],
    authorities: ['F_DATAVALUE_ADD'],
    userRoles: [{ id: 'RoleOpenFn1', name: 'OpenFn' }],
    disabled: number === 13,
    lastUpdated: '2026-11-26T03:48:07.393',
  };
});

export const metadata = { users: [...METADATA.users, ...WORKERS] };

const attribute = (id: string, value: string) => ({ attribute: id, value });
const person = (id: string, name: string, phone: string, more: object = {}) => ({
  trackedEntity: id,
  trackedEntityType: 'PersonType1',
  orgUnit: 'ClinicKacy1',
  attributes: [attribute('AttrFullNam', name), attribute('AttrPhoneNr', phone)],
  ...more,
});
const enrollment = (id: string, more: object = {}) => ({
  enrollment: id,
  program: 'MatCareProg',
  orgUnit: 'ClinicKacy1',
  status: 'ACTIVE',
  enrolledAt: '2026-11-02',
  occurredAt: '2026-11-02',
  ...more,
});

/** Twenty-five people with a visit each, from the first of November on. */
function manyPeople({ dhis2, at }: Stage) {
  at('2026-11-26T03:44:33');
  const event = (index: number) => ({
    event: `RecMaEv${pad(index, 4)}`,
    program: 'MatCareProg',
    programStage: 'VisitStage1',
    orgUnit: index % 2 === 0 ? 'ClinicKacy1' : 'ClinicReme1',
    status: 'SCHEDULE',
    scheduledAt: index < 16 ? `2026-11-${pad(index + 1, 2)}` : `2026-12-${index + 1}`,
  });
  dhis2.enter({
    trackedEntities: Array.from({ length: 25 }, (_, index) =>
      person(`RecMany${pad(index, 4)}`, `Person ${index}`, `+25078820${pad(index, 4)}`, {
        enrollments: [enrollment(`RecMaEn${pad(index, 4)}`, { events: [event(index)] })],
      }),
    ),
  });
  at('2026-11-26T03:44:35');
  const { trackedEntity, trackedEntityType, orgUnit } = person('RecMany0003', '', '');
  const attributes = [attribute('AttrVillage', 'Kinyinya')];
  dhis2.enter({ trackedEntities: [{ trackedEntity, trackedEntityType, orgUnit, attributes }] });
  at('2026-11-26T03:44:40');
}

const weekly = (values: object) => (stage: Stage) =>
  stage.dhis2.setUp('dataSets', { id: 'WeeklyMalar', ...values });

/** A person who is not in the program, and one who will be deleted. */
function twoMore({ dhis2 }: Stage) {
  dhis2.enter({
    trackedEntities: [
      person('RecPerson03', 'Claudine Ingabire', '+250788100003', {
        enrollments: [enrollment('RecEnroll03')],
      }),
      person('RecPerson41', 'Henriette', '+250788100041'),
      person('RecPerson42', 'Irene', '+250788100042'),
    ],
  });
}

/** A phone number that somebody has, imported in the background. */
async function refusedInBackground({ send, ids }: Stage) {
  const enrollments = [enrollment('RecEnroll32')];
  const trackedEntities = [person('RecPerson32', 'x', '+250788100001', { enrollments })];
  const { response } = await send('POST', '/api/tracker', { trackedEntities });
  ids.set('PRiKNJ8rqqR', response?.id ?? '');
}

export const SCENES: Record<string, Step[]> = {
  'who asks': [
    'auth-disabled',
    'auth-none',
    'auth-wrong-password',
    'more/auth-none-xhr',
    'more/auth-unknown-user',
    'more/token-bearer',
    'token-create',
    'token-use',
    'token-wrong',
    'token-revoked',
    'more/token-ok',
    'more/token-import',
    'system-info',
    'more/system-info-admin',
    'more/not-there',
    'more/method-not-allowed',
    'more/tracker-old-endpoint',
  ],
  'what is set up': [
    'data-set',
    'more/metadata-unknown',
    'more/program',
    'users-by-phone',
    'users-last-page',
    'users-openfn',
    'users-page1',
    'more/user-one',
    'more/users-nobody',
    'more/users-updated-since',
    'more/users-with-phone',
  ],
  dataStore: [
    'datastore-read-none',
    'datastore-create',
    'datastore-create-again',
    'datastore-read',
    'datastore-update',
    'more/datastore-nobody',
    'more/datastore-bad-json',
    'more/datastore-meta',
    async ({ send }) => void (await send('PUT', '/api/dataStore/openfn/other', {})),
    'more/datastore-keys',
    'more/datastore-delete',
  ],
  'data values': [
    'datavalues-good',
    'datavalues-again',
    'datavalues-zero',
    'datavalues-zero-over',
    'datavalues-mixed',
    'datavalues-nobody',
    'datavalues-bad-json',
    'datavalues-unit-not-in-dataset',
    'datavalues-coc',
    'datavalues-coc-strict',
    'more/datavalues-coc-missing',
    weekly({ openFuturePeriods: 0 }),
    'datavalues-current-week',
    weekly({ openFuturePeriods: 1, expiryDays: 30 }),
    'datavalues-expired',
    weekly({ expiryDays: 0 }),
    'datavalues-export',
    'datavalues-in-one',
    'more/datavalues-async',
    'more/datavalues-async-job',
    'more/datavalues-async-summary',
    'more/datavalues-closed-unit',
    'more/datavalues-code-scheme',
    'more/datavalues-duplicates',
    'more/datavalues-element-in-no-dataset',
    'more/datavalues-empty',
    'more/datavalues-leading-zero',
    'more/datavalues-null-value',
    'more/datavalues-number',
    'more/datavalues-other-period-type',
    'more/datavalues-unknown-element',
    'more/datavalues-unknown-unit',
  ],
  'what is complete': [
    'analytics-no-tables',
    'complete-post',
    'complete-post-again',
    'complete-post-two',
    'complete-post-wrong',
    'more/complete-post-bad-dataset-only',
    'more/complete-post-bad-period-only',
    'more/complete-post-nobody',
    'more/complete-post-false',
    'datavalues-in-one',
    'complete-get',
    'analytics-tables-start',
    'analytics-tables-job',
    'analytics-rates-week',
    'analytics-rates-month',
    'analytics-rates-relative',
    'more/analytics-rates-country',
    'more/analytics-no-access',
    'more/analytics-unknown',
    'more/complete-delete',
  ],
  'people and visits': [
    ({ at }) => at('2026-11-26T03:43:08'),
    'tracker-create-sync',
    'tracker-update-sync',
    'tracker-update-after',
    'tracker-update-null',
    'tracker-duplicate-create',
    'tracker-duplicate-phone',
    twoMore,
    'more/tracker-duplicate-in-payload',
    'tracker-enroll-twice',
    'tracker-invalid-sync',
    'tracker-invalid-uid',
    'more/tracker-invalid-preheat',
    'more/tracker-bad-json',
    'more/tracker-empty',
    'tracker-nobody',
    ({ at }) => at('2026-11-26T03:44:32'),
    'tracker-async-start',
    'tracker-async-job',
    'tracker-async-report',
    'tracker-async-unknown-job',
    'more/tracker-async-unknown-report',
    refusedInBackground,
    'more/tracker-async-invalid-job',
    'tracker-async-invalid-report',
    manyPeople,
    'tracker-export-page1',
    'tracker-export-page1-total',
    'tracker-export-last-page',
    'tracker-export-filter',
    'tracker-export-bad-date',
    'tracker-export-unknown-unit',
    'tracker-export-updated-after',
    'tracker-export-updated-after-utc',
    'more/tracker-export-updated-after-offset',
    'more/tracker-export-updated-within',
    'more/tracker-export-beyond',
    'more/tracker-export-no-paging',
    'more/tracker-export-no-unit',
    'more/tracker-export-old-params',
    'more/tracker-export-unknown-program',
    'tracker-get-unknown',
    'tracker-get-not-enrolled',
    ({ at }) => at('2026-11-26T03:45:22'),
    'event-update-completed',
    'more/event-update-again',
    'event-after',
    'event-update-wrong',
    'more/event-create',
    'events-due',
    'events-due-page2',
    'more/events-overdue',
    'more/events-updated-after',
    'more/events-by-units-plural',
    'more/event-one-value',
    'more/tracker-delete-admin',
    'tracker-get-deleted',
    'tracker-create-deleted',
  ],
};

/** Exchanges that the stand-in does not answer as DHIS2 did, and why. */
export const NOT_HELD: Record<string, string> = {
  'more/system-info-admin': 'What an administrator sees of the machine; no job needs it.',
  'more/tracker-bad-json': 'The status is right; the words are those of a JSON parser in Java.',
};
