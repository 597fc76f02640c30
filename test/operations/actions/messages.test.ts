import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { recording, replay, servers } from '../../../recordings/read.js';
import {
  archiveMessages,
  deleteMessages,
  labelMessages,
  restoreMessages,
  unlabelMessages,
} from '../../../src/index.js';
import type { Operation } from '../../../src/types/state.js';
import { serve } from '../../support/serve.js';
import { failure, OTHER_UUID, refused, run, UUID } from '../run.js';
import { actionsServer, sizes } from './actionsServer.js';

const actions: [string, (messages: never) => Operation, object][] = [
  ['label', messages => labelMessages(messages, 'Urgent'), { label: 'Urgent' }],
  ['unlabel', messages => unlabelMessages(messages, 'Urgent'), { label: 'Urgent' }],
  ['archive', archiveMessages, {}],
  ['restore', restoreMessages, {}],
  ['delete', deleteMessages, {}],
];

describe.each(actions)('%s', (action, operation, more) => {
  test('sends numbers, 100 a request', async () => {
    const { handler, done } = actionsServer('messages');
    const server = await serve(handler);
    const list = Array.from({ length: 201 }, (_, index) => index + 1);
    const mixed = list.map(id => (id % 2 ? id : String(id)));
    const { data } = await run(operation(mixed as never), server);
    expect(server.requests[0]?.body).toEqual({ messages: list.slice(0, 100), action, ...more });
    expect(sizes(server.requests)).toEqual([100, 100, 1]);
    expect(done).toEqual(list);
    expect(data).toEqual({ requested: 201, failures: [] });
  });

  test.each([
    undefined,
    null,
    {},
    [undefined],
    [null],
    [''],
    ['x'],
    [UUID],
    [-5],
    [1.5],
    [{ id: 5 }],
    // A list with a hole.
    Object.assign([1], { 2: 3 }),
  ])('refuses %j', async messages => {
    await refused(operation(messages as never), 'INVALID_INPUT');
  });
});

test('a uuid is refused with the way to the numbers', async () => {
  const error = await refused(archiveMessages([UUID] as never), 'INVALID_INPUT');
  expect(error.fix).toContain('message.id');
});

describe('messages that are not changed', () => {
  test('are reported by number and place', async () => {
    const { handler, done } = actionsServer('messages', { unknown: [7, 150] });
    const server = await serve(handler);
    const list = Array.from({ length: 160 }, (_, index) => index + 1);
    const { data } = await run(archiveMessages(list), server);
    expect(done).toHaveLength(158);
    expect(data).toMatchObject({
      requested: 160,
      failures: [
        { index: 6, id: 7, code: 'NOT_CHANGED' },
        { index: 149, id: 150, code: 'NOT_CHANGED' },
      ],
    });
    expect(server.requests).toHaveLength(2);
  });

  test('in a second request that a server refuses have no other name to be deleted by', async () => {
    const server = await serve(
      msw.post('*/api/v2/message_actions.json', async ({ request }) => {
        const { messages } = (await request.json()) as { messages: number[] };
        return messages.includes(101)
          ? HttpResponse.json({ messages: ['No such object: 101'] }, { status: 400 })
          : new HttpResponse(null, { status: 204 });
      }),
    );
    const list = Array.from({ length: 101 }, (_, index) => index + 1);
    const { data } = await run(deleteMessages(list), server);
    const description = 'RapidPro has no such message.';
    expect(data).toMatchObject({ failures: [{ index: 100, description }] });
  });

  test('an outgoing one does not stop the others', async () => {
    const outgoing = 100;
    const server = await serve(
      msw.post('*/api/v2/message_actions.json', async ({ request }) => {
        const { messages } = (await request.json()) as { messages: number[] };
        return messages.includes(outgoing)
          ? HttpResponse.json(
              { messages: [`Not an incoming message: ${outgoing}`] },
              { status: 400 },
            )
          : new HttpResponse(null, { status: 204 });
      }),
    );
    const { data } = await run(archiveMessages([99, 100, 101, 10]), server);
    expect(data).toMatchObject({
      failures: [{ index: 1, id: 100, code: 'VALIDATION_FAILED' }],
    });
    expect(server.requests.map(({ body }) => body)).toMatchObject([
      { messages: [99, 100, 101, 10] },
      { messages: [99, 101, 10] },
    ]);
  });
});

describe('the label', () => {
  test.each([undefined, null, '', {}, []])('is refused as %j', async label => {
    await refused(labelMessages([5], label as never), 'INVALID_INPUT');
  });

  test('that is unknown throws after one request, even where it is a number', async () => {
    const { handler } = actionsServer('messages', { nothing: ['5'] });
    const server = await serve(handler);
    const error = await failure(labelMessages([5, 6], '5'), server);
    expect(error.code).toBe('UNKNOWN_REFERENCE');
    expect(server.requests).toHaveLength(1);
  });

  test('may be a uuid in capitals', async () => {
    const { handler } = actionsServer('messages');
    const server = await serve(handler);
    await run(labelMessages([5], OTHER_UUID.toUpperCase()), server);
    expect(server.requests[0]?.body).toMatchObject({ label: OTHER_UUID });
  });
});

describe.each(servers)('%s', name => {
  test.each([
    ['post_archive', 0],
    ['post_partial_failure_unknown_id', 1],
    ['post_all_unknown', 2],
    ['post_delete_again', 1],
  ])('%s', async (file, failures) => {
    const recorded = recording(name, 'message_actions', file);
    const { messages, action } = recorded.request.body as { messages: number[]; action: string };
    const server = await serve(msw.post('*/api/v2/message_actions.json', replay(recorded)));
    const operation = action === 'delete' ? deleteMessages(messages) : archiveMessages(messages);
    const { data } = await run(operation, server);
    expect(server.requests[0]?.body).toEqual(recorded.request.body);
    expect((data as { failures: unknown[] }).failures).toHaveLength(failures);
  });
});
