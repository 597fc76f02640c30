import { http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import {
  addTicketNote,
  assignTickets,
  changeTicketTopic,
  closeTickets,
  reopenTickets,
} from '../../../src/index.js';
import type { Operation } from '../../../src/types/state.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { failure, OTHER_UUID, page, refused, run, UUID } from '../run.js';
import { actionsServer, sizes, uuids } from './actionsServer.js';

const actions: [string, (tickets: never) => Operation, object][] = [
  ['assign', tickets => assignTickets(tickets, 'a@x.org'), { assignee: 'a@x.org' }],
  ['assign', tickets => assignTickets(tickets, null), { assignee: null }],
  ['add_note', tickets => addTicketNote(tickets, ' Called. '), { note: 'Called.' }],
  ['change_topic', tickets => changeTicketTopic(tickets, UUID), { topic: UUID }],
  ['close', closeTickets, {}],
  ['reopen', reopenTickets, {}],
];

describe.each(actions)('%s', (action, operation, more) => {
  test('sends uuids as RapidPro writes them, 100 a request', async () => {
    const { handler, done } = actionsServer('tickets');
    const server = await serve(handler);
    const list = uuids(101);
    const written = [...list, list[0]?.toUpperCase(), list[1]?.replaceAll('-', '')];
    const { data } = await run(operation(written as never), server);
    expect(server.requests[0]?.body).toEqual({ tickets: list.slice(0, 100), action, ...more });
    expect(sizes(server.requests)).toEqual([100, 1]);
    expect(done).toEqual(list);
    expect(data).toEqual({ requested: 101, failures: [] });
  });

  test.each([
    undefined,
    null,
    {},
    [null],
    [''],
    ['x'],
    [5],
    [{ uuid: UUID }],
    Object.assign([UUID], { 2: UUID }),
  ])('refuses %j', async tickets => {
    await refused(operation(tickets as never), 'INVALID_INPUT');
  });

  test('one that is unknown does not stop the others', async () => {
    const list = uuids(100);
    const { handler, done } = actionsServer('tickets', { unknown: [list[9] as string] });
    const server = await serve(handler);
    const { data } = await run(operation(list as never), server);
    expect(done).toHaveLength(99);
    expect(data).toMatchObject({ failures: [{ index: 9, id: list[9] }] });
    expect(server.requests).toHaveLength(2);
  });

  test('one that was so already is reported', async () => {
    const { handler } = actionsServer('tickets', { unchanged: [OTHER_UUID] });
    const { data } = await run(operation([UUID, OTHER_UUID] as never), await serve(handler));
    expect(data).toMatchObject({ failures: [{ index: 1, id: OTHER_UUID, code: 'NOT_CHANGED' }] });
  });
});

describe('the assignee', () => {
  test.each([undefined, '', '  ', {}, []])('is refused as %j', async assignee => {
    await refused(assignTickets([UUID], assignee as never), 'INVALID_INPUT');
  });

  test('that evaluates to null takes the tickets from nobody', async () => {
    await refused(
      assignTickets([UUID], state => state.missing as null),
      'INVALID_INPUT',
    );
    await refused(
      assignTickets([UUID], () => null),
      'INVALID_INPUT',
    );
  });

  test('that is unknown throws after one request, and is not in the error', async () => {
    const { handler } = actionsServer('tickets', { nothing: ['nobody@example.org'] });
    const server = await serve(handler);
    const error = await failure(assignTickets(uuids(150), 'nobody@example.org'), server);
    expect(error.code).toBe('UNKNOWN_REFERENCE');
    expect(JSON.stringify(error)).not.toContain('nobody');
    expect(server.requests).toHaveLength(1);
  });
});

test('a topic may be named', async () => {
  const topics = msw.get('*/api/v2/topics.json', () => page([{ uuid: OTHER_UUID, name: 'Care' }]));
  const { handler } = actionsServer('tickets');
  const server = await serve(topics, handler);
  await run(changeTicketTopic([UUID], 'Care'), server);
  expect(server.requests.at(-1)?.body).toMatchObject({ topic: OTHER_UUID });
});

test('failures are in the order of the list, whichever was found first', async () => {
  const list = uuids(6);
  const { handler } = actionsServer('tickets', {
    unknown: [list[5] as string],
    unchanged: [list[2] as string],
  });
  const { data } = await run(closeTickets(list), await serve(handler));
  expect((data as { failures: object[] }).failures).toMatchObject([
    { index: 2, code: 'NOT_CHANGED' },
    { index: 5, code: 'UNKNOWN_REFERENCE' },
  ]);
});

test.each([undefined, null, '', {}])('the topic %j is refused', async topic => {
  await refused(changeTicketTopic([UUID], topic as never), 'INVALID_INPUT');
});

test.each([undefined, null, '', '  ', {}])('the note %j is refused', async note => {
  await refused(addTicketNote([UUID], note as never), 'INVALID_INPUT');
});

test('a topic that was just made is tried again until RapidPro knows it', async () => {
  const sleeps = noSleep();
  const { handler, done } = actionsServer('tickets', {
    instead: index => (index < 2 ? new Response('Server Error.', { status: 500 }) : undefined),
  });
  const { data } = await run(changeTicketTopic([UUID], OTHER_UUID), await serve(handler));
  expect(data).toEqual({ requested: 1, failures: [] });
  expect(done).toEqual([UUID]);
  expect(sleeps).toEqual([2.5, 2.5]);
});
