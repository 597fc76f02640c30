/**
 * `npm run example:dhis2`: runs the workflows of examples/rapidpro-dhis2 between a RapidPro and a DHIS2 that live in this
 * command, and shows both before and after. Nothing leaves this computer.
 */

import { wrapped } from './example/columns.mjs';
import { counting, quietly } from './example/counting.mjs';
import { person } from './example/people.mjs';
import {
  showDesk,
  showMessages,
  showPeople,
  showProblems,
  showReminders,
  showReports,
  showSent,
  showUsers,
  showVisits,
} from './example/show.mjs';
import { createWorld, FLOWS } from './example/world.mjs';

const WORKERS = [
  { who: 'Jean Bosco', number: 1, clinic: 'ClinicKacy1', answers: ['4', '1'] },
  { who: 'Solange', number: 2, clinic: 'ClinicReme1', answers: ['7', '0'] },
  { who: 'Eric', number: 3, clinic: 'ClinicGone1', answers: ['2', '0'] },
  { who: 'Diane', number: 4, clinic: '', answers: ['3', '0'] },
  { who: 'Alice', number: 5, clinic: 'ClinicKimi1', language: 'fra', answers: [] },
].map(worker => ({ ...worker, urn: `tel:+25078800090${worker.number}` }));

/** Late morning by the clocks of Kigali: nobody is reminded at night. */
const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Africa/Kigali' }).format(new Date());
const now = () => Date.parse(`${day}T09:30:00Z`);

const heading = text =>
  console.log(`\n${'='.repeat(text.length)}\n${text}\n${'='.repeat(text.length)}\n`);
const print = (...blocks) => console.log(`${blocks.join('\n\n')}\n`);

/** Runs a scheduled workflow twice. The second time, nothing may change. */
async function twice(world, name, show) {
  print('Before:', show());
  const first = await once(world, name);
  print(
    wrapped(`First run: ${first.summary}`),
    'After:',
    show(),
    showProblems(first.result, world),
  );
  const before = snapshot(world);
  const second = await once(world, name);
  if (snapshot(world) !== before) throw new Error('The second run changed something.');
  print(wrapped(`Second run: ${second.summary}.`), 'Nothing has changed in either system.');
}

async function once(world, name) {
  const { result, reads, writes } = await quietly(() => counting(world, () => world.run(name)));
  await world.sandbox.settled();
  assertNoError(result);
  const counts = Object.entries(result.data)
    .filter(([, value]) => typeof value === 'number')
    .map(([key, value]) => `${value} ${key}`);
  return { result, summary: `${counts.join(', ')}; ${reads} requests to read, ${writes} to write` };
}

/** Both systems as they are, without the times of their last change. */
function snapshot({ dhis2, sandbox, desk }) {
  const events = dhis2.events().map(({ updatedAt, ...one }) => one);
  const values = dhis2.dataValues().map(({ lastUpdated, ...value }) => value);
  const people = dhis2.people().map(({ updatedAt, ...one }) => one);
  const both = [people, dhis2.enrollments(), events, values, sandbox.contacts(), sandbox.sent()];
  return JSON.stringify([...both, desk()]);
}

function assertNoError({ errors = {} }) {
  for (const [step, { message }] of Object.entries(errors)) {
    throw new Error(`The step ${step} failed: ${message}`);
  }
}

async function contacts(world) {
  heading('1. Scheduled: people in DHIS2 become contacts, and new ones start a flow');
  world.dhis2.enter({
    trackedEntities: [
      person({ id: 'PersonAmin1', name: 'Amina Uwase', phone: '0788000001', language: 'French' }),
      person({
        id: 'PersonBeat1',
        name: 'Beata Mukamana',
        phone: '+250 788 000 002',
        language: 'Kinyarwanda',
      }),
      person({ id: 'PersonClau1', name: 'Claudine Ingabire', phone: '12345' }),
      person({ id: 'PersonDora1', name: 'Dorothée Keza', phone: '250788000001' }),
      person({ id: 'PersonElsa1', name: 'Elsa Gatera', phone: '+250788000005', enrolled: false }),
    ],
  });
  await twice(world, 'contacts', () => showPeople(world));
  print(showSent(world));
}

async function registration(world) {
  heading('2. Real time: a registration in RapidPro goes to DHIS2, and its id comes back');
  const finals = await quietly(async () => [
    // Somebody who is new; somebody whom the first workflow has started; somebody whose number DHIS2 knows.
    ...(await world.goThrough(FLOWS.registration, 'tel:+250788000007', [
      'Grace Umutoni',
      'Gisozi',
      'Remera',
    ])),
    ...(await answer(world, 'tel:+250788000001', ['Amina', 'Kimironko', 'Kacyiru'])),
    ...(await world.goThrough(FLOWS.registration, 'tel:+250788000005', [
      'Elise',
      'Nyamirambo',
      'Kacyiru',
    ])),
  ]);
  finals.forEach(assertNoError);
  print('After three registrations:', showPeople(world));
  print(
    showProblems({ problems: finals.flatMap(({ problems }) => problems) }, world),
    showSent(world),
  );
  const before = snapshot(world);
  const [push] = world.receiver.received;
  const { result, writes } = await quietly(() => counting(world, () => world.register(push)));
  assertNoError(result);
  if (writes > 0 || snapshot(world) !== before) throw new Error('A repeated push did something.');
  print('The first push again: nothing is written.', showSent(world));
  const next = await once(world, 'contacts');
  print(wrapped(`The next run of the first workflow: ${next.summary}`), showPeople(world));
  print(showProblems(next.result, world), showSent(world));
}

async function answer(world, urn, answers) {
  for (const text of answers) {
    await world.sandbox.reply(urn, text);
    await world.sandbox.settled();
  }
  return world.receiver.settled();
}

async function reports(world) {
  heading('3. Scheduled: reports of health workers become data values');
  for (const { urn, answers } of WORKERS.filter(one => one.answers.length > 0)) {
    await quietly(() => world.goThrough(FLOWS.report, urn, answers));
  }
  await twice(world, 'reports', () => showReports(world, WORKERS));
  print(
    'Somebody enters the missing clinic in DHIS2, lets it keep zeros, and a correction comes in.',
  );
  print('Third run:');
  newClinic(world, 'ClinicGone1');
  for (const id of ['DataElCases', 'DataElDeath']) {
    world.dhis2.setUp('dataElements', { id, zeroIsSignificant: true });
  }
  const [first] = WORKERS;
  first.answers = ['6', '1'];
  await quietly(() => world.goThrough(FLOWS.report, first.urn, first.answers));
  const result = await quietly(() => world.run('reports'));
  assertNoError(result);
  print(showReports(world, WORKERS), showProblems(result, world));
}

/** Somebody enters a clinic in DHIS2, and gives it the data set. */
function newClinic({ dhis2 }, id) {
  clinics.push(id);
  dhis2.setUp('orgUnits', { id, name: id, parent: 'CountryRW01', openingDate: '2020-01-01' });
  dhis2.setUp('dataSets', { id: 'WeeklyMalar', organisationUnits: clinics });
}
const clinics = ['ClinicKacy1', 'ClinicReme1'];

async function reminders(world) {
  heading('4. Scheduled: people who have not reported get a reminder');
  const sent = () => world.sandbox.sent().filter(({ kind }) => kind === 'message').length;
  const before = sent();
  await twice(world, 'reminders', () => showReminders(world, WORKERS));
  print('Messages:', ...showMessages(world, before));
}

/** A day so many after today. */
const dayIn = days => new Date(now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

async function visits(world) {
  heading('5. Scheduled: visits that are due start a flow, and the answers fill them');
  const due = { PersonAmin1: ['VisitOfAmin', 1], PersonBeat1: ['VisitOfBeat', 0] };
  Object.assign(due, { PersonClau1: ['VisitOfClau', 1] });
  world.dhis2.enter({
    events: Object.entries(due).map(([who, [event, days]]) => {
      const { id: enrollment } = world.dhis2
        .enrollments()
        .find(({ trackedEntity }) => trackedEntity === who);
      const what = { event, program: 'MatCareProg', programStage: 'VisitStage1', enrollment };
      const more = { orgUnit: 'ClinicKacy1', status: 'SCHEDULE', scheduledAt: dayIn(days) };
      return { ...what, ...more };
    }),
  });
  await twice(world, 'visits', () => showVisits(world));
  await quietly(() => answer(world, 'tel:+250788000001', ['61.5']));
  const { summary } = await once(world, 'visits');
  print('One of them answers.', wrapped(`Third run: ${summary}`), showVisits(world));
}

async function users(world) {
  heading('6. Scheduled: DHIS2 users become contacts');
  const user = (number, name, clinic) => ({
    id: `UserNurse0${number}`,
    username: `nurse${number}`,
    name,
    phoneNumber: `078800080${number}`,
    organisationUnits: [clinic],
    userRoles: [{ id: 'RoleNurses1', name: 'Nurse' }],
    userGroups: ['GroupNurses'],
  });
  world.dhis2.setUp('users', user(1, 'Olive Mukeshimana', 'ClinicKacy1'));
  world.dhis2.setUp('users', user(2, 'Peter Habineza', 'ClinicReme1'));
  await twice(world, 'users', () => showUsers(world));
  world.dhis2.setUp('users', { id: 'UserNurse02', disabled: true });
  const { summary } = await once(world, 'users');
  print(
    'Peter leaves: somebody disables his user.',
    wrapped(`Third run: ${summary}`),
    showUsers(world),
  );
}

async function desk(world) {
  heading('7. The desk: a person is notified, and corrected items are sent again');
  print(showDesk(world));
  const sent = () => world.sandbox.sent().filter(({ kind }) => kind === 'message').length;
  const before = sent();
  const told = await once(world, 'tell');
  const again = await once(world, 'tell');
  print(
    wrapped(`The workflow "tell": ${told.summary}`),
    ...showMessages(world, before),
    wrapped(`Once more on that day: ${again.summary}`),
  );
  const diane = WORKERS.find(({ who }) => who === 'Diane');
  await setField(world, diane.urn, { clinic: 'ClinicKimi1' });
  const { summary } = await once(world, 'resend');
  print(
    'Somebody enters the clinic in the contact of Diane.',
    wrapped(`The workflow "resend": ${summary}`),
    showDesk(world),
  );
}

async function setField({ sandbox }, urn, fields) {
  const query = `?urn=${encodeURIComponent(urn)}`;
  const response = await fetch(`${sandbox.host}api/v2/contacts.json${query}`, {
    method: 'POST',
    headers: { Authorization: `Token ${sandbox.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ fields }),
  });
  if (!response.ok) throw new Error(`The field was not written: ${await response.text()}`);
}

/** Somebody in charge is told, and no registration is sent again while this runs. The function stands alone. */
const settings = all => ({
  ...all,
  users: { ...all.users, userGroups: ['GroupNurses'], leaveAtMost: 1 },
  desk: {
    ...all.desk,
    resendAfterMinutes: 24 * 60,
    tell: { contact: '0f1e2d3c-4b5a-4697-8877-665544332211', mail: null },
  },
});
const CLERK = {
  uuid: '0f1e2d3c-4b5a-4697-8877-665544332211',
  name: 'Clerk',
  urns: ['tel:+250788000999'],
};

async function check(world) {
  heading('The check: what does not match yet');
  const { result, summary } = await once(world, 'check');
  print(summary, showProblems(result, world));
}

async function main() {
  const { createSandbox } = await import('@openfn/rapidpro-sandbox');
  const world = await createWorld({
    createSandbox,
    now,
    settings,
    contacts: [
      ...WORKERS.map(({ who, urn, clinic, language }) => ({
        name: who,
        ...(language ? { language } : {}),
        urns: [urn],
        groups: ['Health workers'],
        ...(clinic ? { fields: { clinic } } : {}),
      })),
      CLERK,
    ],
  });
  try {
    console.log('A made-up program, in a RapidPro and a DHIS2 inside this command.');
    console.log('Nothing leaves this computer, and nobody gets a message.');
    newClinic(world, 'ClinicKimi1');
    world.dhis2.setUp('userGroups', { id: 'GroupNurses', name: 'Nurses' });
    await check(world);
    await contacts(world);
    await registration(world);
    await reports(world);
    await reminders(world);
    await visits(world);
    await users(world);
    await desk(world);
    console.log('All workflows ran as expected.');
  } finally {
    await world.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(`The example could not run: ${error.message}`);
  process.exitCode = 1;
}
