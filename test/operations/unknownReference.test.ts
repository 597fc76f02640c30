import { createSandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { expect, test } from 'vitest';
import type { RapidProError } from '../../src/errors/errors.js';
import {
  addGroup,
  addLabel,
  addToGroup,
  eachMissedPush,
  eachPage,
  ensureGroup,
  getCampaignEvents,
  getChannelEvents,
  getContacts,
  getFlowRuns,
  getMessages,
  getResthookEvents,
  getResthookSubscribers,
  getTickets,
  sendBroadcast,
  syncContacts,
  updateGroup,
  upsertContact,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { TOKEN } from '../support/credential.js';
import { noSleep } from '../support/noSleep.js';
import { serve } from '../support/serve.js';
import { OTHER_UUID, page, run, UUID } from './run.js';

const DELETED = '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c';
const FLOW = {
  uuid: UUID,
  name: 'Births',
  results: [{ key: 'webhook', name: 'Webhook', categories: [], node_uuids: [UUID] }],
};

/** A workspace that has one of each, and no record in any list. */
const workspace = (mayRead = true) => {
  const listed = (name: string, records: object[]) =>
    msw.get(`*/api/v2/${name}.json`, ({ request }) => {
      if (!mayRead)
        return HttpResponse.json({ detail: 'You do not have permission' }, { status: 403 });
      const uuid = new URL(request.url).searchParams.get('uuid');
      return page(records.filter(one => uuid === null || (one as { uuid: string }).uuid === uuid));
    });
  return serve(
    msw.get('*/api/v2/contacts.json', ({ request }) => {
      if (!mayRead)
        return HttpResponse.json({ detail: 'You do not have permission' }, { status: 403 });
      const query = new URL(request.url).searchParams;
      const uuid = query.get('deleted') === 'true' ? DELETED : UUID;
      return page(query.get('uuid') === uuid ? [{ uuid, urns: [] }] : []);
    }),
    msw.get('*/api/v2/broadcasts.json', ({ request }) => {
      if (!mayRead)
        return HttpResponse.json({ detail: 'You do not have permission' }, { status: 403 });
      return page(new URL(request.url).searchParams.get('id') === '7' ? [{ id: 7 }] : []);
    }),
    listed('labels', [{ uuid: UUID, name: 'Urgent' }]),
    listed('campaigns', [{ uuid: UUID, name: 'Visits' }]),
    listed('flows', [FLOW]),
    listed('resthooks', [{ resthook: 'new-report' }]),
    msw.get('*/api/v2/definitions.json', () =>
      HttpResponse.json({ version: '13', flows: [{ uuid: UUID, nodes: [{ uuid: UUID }] }] }),
    ),
    msw.get('*/api/v2/*', () => page([])),
  );
};

const step = (state: object) => state as never;
const unknown: [string, Operation, RegExp][] = [
  ['a label in small letters', getMessages({ label: 'urgent' }), /Did you mean "Urgent"/],
  ['pages of a label', eachPage(getMessages({ label: 'Nope' }), step), /getLabels/],
  ['a flow', getFlowRuns({ flow: OTHER_UUID }), /getFlows/],
  ['a campaign', getCampaignEvents({ campaign: 'visits' }), /Did you mean "Visits"/],
  ['the contact of messages', getMessages({ contact: OTHER_UUID }), /uuid of the contact/],
  ['the contact of runs', getFlowRuns({ contact: OTHER_UUID }), /uuid of the contact/],
  ['the contact of tickets', getTickets({ contact: OTHER_UUID }), /uuid of the contact/],
  ['the contact of events', getChannelEvents({ contact: OTHER_UUID }), /uuid of the contact/],
  [
    'pages of a contact',
    eachPage(getMessages({ contact: OTHER_UUID }), step),
    /uuid of the contact/,
  ],
  ['a broadcast', getMessages({ broadcast: 99 }), /getBroadcasts/],
  ['a resthook', getResthookEvents({ resthook: 'new-reprot' }), /Did you mean "new-report"/],
  ['a resthook of subscribers', getResthookSubscribers({ resthook: 'x' }), /getResthooks/],
  ['pages of a resthook', eachPage(getResthookEvents({ resthook: 'x' }), step), /getResthooks/],
  ['the flow of pushes', eachMissedPush({ flow: OTHER_UUID, result: 'webhook' }, step), /getFlows/],
  [
    'the result of pushes',
    eachMissedPush({ flow: UUID, result: 'webhok' }, step),
    /Did you mean "webhook"/,
  ],
];

test.each(unknown)('%s that is not there is told', async (_, operation, fix) => {
  await expect(run(operation, await workspace())).rejects.toMatchObject({
    code: 'UNKNOWN_REFERENCE',
    fix: expect.stringMatching(fix),
  });
});

test.each<[string, Operation]>([
  ['a label', getMessages({ label: 'Urgent' })],
  ['a label by its uuid', getMessages({ label: UUID })],
  ['a flow', getFlowRuns({ flow: UUID })],
  ['a campaign', getCampaignEvents({ campaign: 'Visits' })],
  ['a resthook', getResthookEvents({ resthook: 'new-report' })],
  ['a resthook of subscribers', getResthookSubscribers({ resthook: 'new-report' })],
  ['a result', eachMissedPush({ flow: UUID, result: 'Webhook' }, step)],
  ['a node', eachMissedPush({ flow: UUID, node: UUID }, step)],
  ['no filter', getMessages({})],
  ['a contact of messages', getMessages({ contact: UUID })],
  ['a contact of runs', getFlowRuns({ contact: UUID })],
  ['a contact of tickets', getTickets({ contact: UUID })],
  ['a contact of events', getChannelEvents({ contact: UUID })],
  ['a deleted contact', getMessages({ contact: DELETED })],
  ['a broadcast', getMessages({ broadcast: 7 })],
])('%s that is there may have an empty list', async (_, operation) => {
  const { data } = await run(operation, await workspace());
  expect([[], { pushes: 0 }]).toContainEqual(data);
});

test('a list with records takes no request more', async () => {
  const server = await serve(msw.get('*/api/v2/*', () => page([{ uuid: UUID, id: 1 }])));
  for (const [list, count] of [
    [getMessages({ contact: UUID }), 1],
    [getTickets({ contact: UUID }), 2],
    [getMessages({ broadcast: 7 }), 3],
  ] as const) {
    await run(list, server);
    expect(server.requests).toHaveLength(count);
  }
});

test('an unknown node of a flow is told', async () => {
  await expect(
    run(eachMissedPush({ flow: UUID, node: OTHER_UUID }, step), await workspace()),
  ).rejects.toMatchObject({
    code: 'UNKNOWN_REFERENCE',
    description: expect.stringMatching(/no node/),
  });
});

test('where the token may not look, the empty list is given', async () => {
  const server = await workspace(false);
  for (const list of [
    getMessages({ label: 'urgent' }),
    getResthookEvents({ resthook: 'x' }),
    getTickets({ contact: OTHER_UUID }),
    getMessages({ broadcast: 99 }),
  ]) {
    expect((await run(list, server)).data).toEqual([]);
  }
});

test('the contacts of a group are none, where the token may not read groups', async () => {
  const server = await serve(
    msw.get('*/api/v2/groups.json', () =>
      HttpResponse.json({ detail: 'You do not have permission' }, { status: 403 }),
    ),
    msw.get('*/api/v2/contacts.json', () => page([])),
  );
  expect((await run(getContacts({ group: 'Mothers' }), server)).data).toEqual([]);
});

test.each<[string, Operation]>([
  ['ensureGroup', ensureGroup('Active')],
  ['addGroup', addGroup({ name: 'active ' })],
  ['updateGroup', updateGroup(UUID, { name: 'BLOCKED' })],
])('a name that the server keeps for itself is told as that: %s', async (_, operation) => {
  noSleep();
  const server = await serve(
    msw.get('*/api/v2/groups.json', () => page([])),
    msw.post('*/api/v2/groups.json', () =>
      HttpResponse.json({ name: ['This field must be unique.'] }, { status: 400 }),
    ),
  );
  await expect(run(operation, server)).rejects.toMatchObject({
    code: 'NAME_TAKEN',
    description: expect.stringMatching(/uses this name/),
    fix: 'Choose another name. Active, Archived, Blocked and Stopped are kept for groups of contacts with that status.',
  });
});

test.each<[string, Operation, status: number, name: string, code: string]>([
  ['of a label', addLabel({ name: 'Active' }), 400, 'This field must be unique.', 'NAME_TAKEN'],
  ['that is refused', addGroup({ name: 'Active' }), 400, 'Not this one.', 'VALIDATION_FAILED'],
])('such a name %s is not told as that', async (_, operation, status, name, code) => {
  const server = await serve(
    msw.post('*/api/v2/*', () => HttpResponse.json({ name: [name] }, { status })),
  );
  const error = await run(operation, server).catch(thrown => thrown);
  expect(error.code).toBe(code);
  expect(error.description).not.toContain('hidden');
});

test.each<[string, Operation]>([
  ['addToGroup', addToGroup(['tel:+250788000001'], 'Blocked')],
  ['its dry run', addToGroup([UUID], 'Blocked', { dryRun: true })],
  ['getContacts', getContacts({ group: 'Stopped' })],
  ['sendBroadcast', sendBroadcast({ groups: ['Active'], text: 'Hi' })],
  ['upsertContact', upsertContact({ urns: ['tel:+250788000001'], groups: ['Archived'] })],
  ['syncContacts, as its scope', syncContacts([{ uuid: UUID }], { group: 'Active' })],
])('such a name in place of a group is told as that: %s', async (_, operation) => {
  const sandbox = await createSandbox({
    token: TOKEN,
    seed: { groups: [{ name: 'Actives' }], contacts: [{ urns: ['tel:+250788000001'] }] },
  });
  const error = await run(operation, sandbox).then(
    () => expect.fail('it should have thrown'),
    (thrown: RapidProError) => thrown,
  );
  await sandbox.close();
  expect(error.code).toMatch(/^UNKNOWN_(REFERENCE|GROUP)$/);
  expect(error.fix).toContain('a hidden group of its own');
  expect(error.fix).not.toContain('ensureGroup');
});
