import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import {
  each,
  eachChange,
  eachMissedPush,
  eachPage,
  fn,
  getCampaignEvents,
  getContacts,
  getFlowRuns,
  getMessages,
  getResthookEvents,
  getTickets,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { answering, denied, FLOW, failure, page, run, sent, stateFor, UUID } from './run.js';

/** What filters name, where the token may read the list, but not what they name. */

const EMPTY: [list: string, asked: string, operation: () => Operation][] = [
  ['a group by its name', 'groups', () => getContacts({ group: 'Amina' })],
  ['a group by its uuid', 'groups', () => getContacts({ group: UUID })],
  ['a label', 'labels', () => getMessages({ label: 'Amina' })],
  ['a contact', 'contacts', () => getTickets({ contact: UUID })],
  ['a broadcast', 'broadcasts', () => getMessages({ broadcast: 7 })],
  ['a flow', 'flows', () => getFlowRuns({ flow: FLOW })],
  ['a campaign', 'campaigns', () => getCampaignEvents({ campaign: UUID })],
  ['a resthook', 'resthooks', () => getResthookEvents({ resthook: 'amina' })],
];

/** Lists answer what they have; what filters name may not be read. */
const forbidding = (asked: string, answer: () => Response = denied) =>
  serve(
    msw.get(`*/api/v2/${asked}.json`, answer),
    msw.get('*/api/v2/*', () => page([])),
  );

const warnings = (lines: string[]) => lines.filter(line => line.includes('warning'));

describe.each(EMPTY)('an empty list by %s that the token may not read', (_, asked, operation) => {
  test.each([
    ['read whole', (list: Operation) => list],
    [
      'read page by page',
      (list: Operation) =>
        eachPage(
          list,
          fn(state => state),
        ),
    ],
  ])('%s: is empty, with a warning that names what was not checked', async (_, read) => {
    const lines = captureConsole();
    const server = await forbidding(asked);
    const { data } = await run(read(operation()), server);
    expect([[], { pages: 1, records: 0 }, { pages: 0, records: 0 }]).toContainEqual(data);
    expect(sent(server).filter(line => line.startsWith(`GET ${asked}`))).toHaveLength(1);
    expect(warnings(lines)).toEqual([
      expect.stringMatching(
        new RegExp(`cannot read the ${asked} of the workspace, so .*not checked.*filters\\.`),
      ),
    ]);
    expect(lines.join('\n')).not.toMatch(new RegExp(`amina|${UUID}|${FLOW}`, 'i'));
  });

  test('is an error if a firewall refused the check: the next run may pass', async () => {
    const firewall = () => new HttpResponse('<html>Forbidden</html>', { status: 403 });
    const error = await failure(operation(), await forbidding(asked, firewall));
    expect(error.statusCode).toBe(403);
  });
});

test.each([
  ['a group', 'contacts', 'groups', () => getContacts({ group: 'Mothers' })],
  ['a label', 'messages', 'labels', () => getMessages({ label: 'Urgent' })],
] as const)(
  'a list of several pages by %s keeps what it read, with a warning',
  async (_, list, asked, operation) => {
    const lines = captureConsole();
    const server = await serve(
      answering(
        'get',
        list,
        () => page([{ uuid: UUID, id: 1 }], `http://rapidpro.test/api/v2/${list}.json?cursor=two`),
        () => page([{ uuid: FLOW, id: 2 }]),
        () => page([]),
      ),
      answering('get', asked, denied),
    );
    expect((await run(operation(), server)).data).toHaveLength(2);
    expect(warnings(lines)).toEqual([
      expect.stringMatching(/cannot read the \w+ of the workspace, so .*records are missing/),
    ]);
  },
);

test('eachChange finds none, with a warning', async () => {
  const lines = captureConsole();
  const server = await forbidding('groups');
  const after = await run(
    eachChange(
      getContacts({ group: 'Mothers', after: '2026-01-01T00:00:00Z' }),
      fn(s => s),
    ),
    server,
  );
  expect(after.data).toMatchObject({ records: 0 });
  expect(warnings(lines)).toEqual([expect.stringContaining('cannot read the groups')]);
});

test.each([
  ['a resthook', 'resthooks', { resthook: 'amina' }],
  ['a flow', 'flows', { flow: FLOW, result: 'webhook' }],
] as const)('eachMissedPush by %s finds none, with a warning', async (_, asked, where) => {
  const lines = captureConsole();
  await run(
    eachMissedPush(
      where,
      fn(s => s),
    ),
    await forbidding(asked),
  );
  expect(warnings(lines)).toEqual([
    expect.stringMatching(
      new RegExp(`cannot read the ${asked} of the workspace, so .*not checked`),
    ),
  ]);
});

test('many lists of one step are told once, and ask once', async () => {
  const lines = captureConsole();
  const server = await forbidding('labels');
  const list = each('names[*]', getMessages({ label: state => String(state.data) }));
  await list({ ...stateFor(server), names: ['a', 'b', 'c'] });
  expect(warnings(lines)).toHaveLength(1);
  expect(sent(server).filter(line => line === 'GET labels')).toHaveLength(1);
});
