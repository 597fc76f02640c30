import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import {
  addTicketNote,
  addToGroup,
  archiveMessages,
  closeTickets,
  deleteContact,
  deleteGroup,
  deleteResthookSubscriber,
  syncContacts,
} from '../../../src/index.js';
import { inTurn, json, rapidPro204, reset, stall } from '../../support/faults.js';
import { noSleep } from '../../support/noSleep.js';
import { type Behavior, rawServer } from '../../support/rawServer.js';
import { serve } from '../../support/serve.js';
import { FLOW, failure, OTHER_UUID, run, UUID } from '../run.js';
import { actionsServer, sizes, uuids } from './actionsServer.js';

const answer = (status: number) => () =>
  HttpResponse.json({ detail: 'no' }, { status, headers: { 'X-Temba-Org': '1' } });
/** From the nth request on, answers with this status. */
const from = (first: number, status: number) => (index: number) =>
  index >= first ? answer(status)() : undefined;

describe('an action that stops in the middle', () => {
  test.each([
    [403, 'PERMISSION_DENIED', { unknown: [], failed: [[200, 249]] }],
    [429, 'RATE_LIMITED', { unknown: [], failed: [[200, 249]] }],
    [500, 'SERVER_ERROR', { unknown: [[200, 249]], failed: [] }],
    [503, 'SERVER_UNAVAILABLE', { unknown: [[200, 249]], failed: [] }],
  ])('by a %d reports what was done', async (status, reason, rest) => {
    noSleep();
    const { handler, done } = actionsServer('contacts', { instead: from(2, status) });
    const error = await failure(
      addToGroup(uuids(250), 'Mothers', { maxWait: 20 }),
      await serve(handler),
    );
    expect(error).toMatchObject({
      code: 'PARTIAL_ACTION',
      statusCode: status,
      details: {
        reason,
        list: 'contacts',
        done: [[0, 199]],
        notAttempted: [],
        failures: [],
        ...rest,
      },
    });
    expect(error.fix).toContain('Run the same step again');
    expect(done).toHaveLength(200);
  });

  test.each([400, 403, 404, 405])(
    'by a %d of a firewall, which may come after the work',
    async status => {
      const firewall = () => new HttpResponse('<html>Blocked</html>', { status });
      const { handler, done } = actionsServer('contacts', {
        instead: index => (index === 1 ? firewall() : undefined),
      });
      const error = await failure(addToGroup(uuids(250), 'Mothers'), await serve(handler));
      expect(error).toMatchObject({
        code: 'PARTIAL_ACTION',
        statusCode: status,
        details: {
          reason: 'NOT_RAPIDPRO',
          done: [[0, 99]],
          unknown: [[100, 199]],
          failed: [],
          notAttempted: [[200, 249]],
        },
      });
      expect(done).toHaveLength(100);
    },
  );

  test('by a 403 of a firewall as the first answer', async () => {
    const firewall = () => new HttpResponse('<html>Blocked</html>', { status: 403 });
    const { handler } = actionsServer('contacts', { instead: firewall });
    const error = await failure(addToGroup(uuids(250), 'Mothers'), await serve(handler));
    expect(error).toMatchObject({
      code: 'NOT_RAPIDPRO',
      outcome: 'unknown',
      description: expect.stringMatching(/It may have been done anyway\.$/),
    });
  });

  test('by resets', async () => {
    noSleep();
    const server = await rawServer(inTurn(rapidPro204, reset));
    const error = await failure(closeTickets(uuids(300)), server);
    expect(error).toMatchObject({
      code: 'PARTIAL_ACTION',
      details: {
        reason: 'CONNECTION_LOST',
        done: [[0, 99]],
        unknown: [[100, 199]],
        notAttempted: [[200, 299]],
      },
    });
  });

  test('inside a request that is being sorted out: each is in just one list', async () => {
    noSleep();
    const list = uuids(250);
    const unknown = [list[5], list[120]] as string[];
    // The first batch, without 5, then the second; its rest meets the fault.
    const { handler, done } = actionsServer('contacts', { unknown, instead: from(3, 403) });
    const error = await failure(addToGroup(list, 'Mothers'), await serve(handler));
    expect(error.details).toMatchObject({
      done: [
        [0, 4],
        [6, 99],
      ],
      failed: [
        [100, 119],
        [121, 199],
      ],
      notAttempted: [[200, 249]],
      failures: [{ index: 5 }, { index: 120 }],
    });
    expect(done).toHaveLength(99);
  });

  test('in the first half of a request: what was done there is not forgotten', async () => {
    // Ten URNs alike when masked: found by halving.
    const list = Array.from({ length: 10 }, (_, index) => `tel:+2507810${index}55`);
    const { handler, done } = actionsServer('contacts', {
      unknown: [list[9] as string],
      instead: from(2, 403),
    });
    const error = await failure(addToGroup(list, 'Mothers'), await serve(handler));
    expect(error).toMatchObject({
      code: 'PARTIAL_ACTION',
      details: { done: [[0, 4]], failed: [[5, 9]], notAttempted: [], failures: [] },
    });
    expect(done).toEqual(list.slice(0, 5));
  });

  test('after RapidPro reported half of a request as not changed: each is in just one list', async () => {
    const list = uuids(200);
    const { handler } = actionsServer('tickets', {
      unchanged: list.slice(50, 100),
      instead: from(1, 403),
    });
    const error = await failure(closeTickets(list), await serve(handler));
    expect(error).toMatchObject({
      code: 'PARTIAL_ACTION',
      description: expect.stringContaining('stopped after 100 of 200 tickets'),
      details: { done: [[0, 49]], failed: [[100, 199]], unknown: [], notAttempted: [] },
    });
    const { failures } = error.details as { failures: { index: number }[] };
    expect(failures.map(({ index }) => index)).toEqual(list.slice(50, 100).map((_, n) => n + 50));
  });

  test('in a request whose first answer was lost: what is left of it may have been done', async () => {
    noSleep();
    // Alike when masked, so it is halved.
    const list = Array.from({ length: 10 }, (_, index) => `tel:+2507810${index}55`);
    const { handler } = actionsServer('contacts', {
      unknown: [list[9] as string],
      instead: index => (index === 0 ? answer(502)() : from(4, 403)(index)),
    });
    const error = await failure(addToGroup(list, 'Mothers'), await serve(handler));
    expect(error).toMatchObject({
      code: 'PARTIAL_ACTION',
      details: { done: [[0, 4]], unknown: [[5, 9]], failed: [], notAttempted: [] },
    });
  });

  test('before anything was done is the error itself', async () => {
    const { handler } = actionsServer('contacts', { instead: from(0, 403) });
    const error = await failure(addToGroup(uuids(250), 'Mothers'), await serve(handler));
    expect(error.code).toBe('PERMISSION_DENIED');
    expect(error.details).toBeUndefined();
  });
});

describe('an answer in JSON that is not RapidPro’s', () => {
  const portal = [{ error: 'log in first' }, [], {}, { failures: 'none' }];

  test.each(portal)('%j does not say that an action or a deletion was done', async body => {
    const server = await rawServer(json(body));
    for (const operation of [
      addToGroup(uuids(3), 'Mothers'),
      closeTickets([UUID]),
      archiveMessages([5]),
      deleteContact(UUID),
      deleteGroup(UUID),
      deleteResthookSubscriber(5),
    ]) {
      const error = await failure(operation, server);
      expect([error.code, error.outcome]).toEqual(['NOT_RAPIDPRO', 'unknown']);
    }
    const note = await failure(addTicketNote([UUID], 'Called.'), server);
    expect(note.code).toBe('OUTCOME_UNKNOWN');
  });

  test('does not say so of members that leave a group', async () => {
    const group = { uuid: FLOW, name: 'Mothers', query: null, count: 2 };
    const members = [UUID, OTHER_UUID].map(uuid => ({ uuid, urns: [], groups: [group] }));
    const list = (results: unknown[]) => HttpResponse.json({ next: null, results });
    const server = await serve(
      msw.get('*/groups.json', () => list([group])),
      msw.get('*/contacts.json', ({ request }) => {
        const uuid = new URL(request.url).searchParams.get('uuid');
        return list(members.filter(one => uuid === null || one.uuid === uuid));
      }),
      msw.post('*/contact_actions.json', () => HttpResponse.json({ error: 'log in first' })),
    );
    const options = { removeMissing: { groups: ['Mothers'], atMost: 5 } };
    const { data } = await run(syncContacts([{ uuid: UUID }], options), server);
    expect(data).toMatchObject({ left: [], notRemoved: { uuids: [OTHER_UUID] } });
  });
});

describe('an action is repeated', () => {
  test('after a reset', async () => {
    const sleeps = noSleep();
    const server = await rawServer(inTurn(reset, rapidPro204));
    const { data } = await run(addToGroup([UUID], 'Mothers'), server);
    expect(data).toEqual({ requested: 1, failures: [] });
    expect(server.requests).toHaveLength(2);
    expect(sleeps).toEqual([0.5]);
  });

  test('while a group that was just made is not known to the engine', async () => {
    const sleeps = noSleep();
    const { handler, done } = actionsServer('contacts', {
      instead: index => (index < 2 ? new Response('Server Error.', { status: 500 }) : undefined),
    });
    const server = await serve(handler);
    await run(addToGroup([UUID], 'New group'), server);
    expect(done).toEqual([UUID]);
    expect(sleeps).toEqual([2.5, 2.5]);
  });

  test('after a 500 as after any other failure, if it names no group and no topic', async () => {
    const sleeps = noSleep();
    const { handler } = actionsServer('tickets', {
      instead: index => (index < 2 ? new Response('Server Error.', { status: 500 }) : undefined),
    });
    await run(closeTickets([UUID]), await serve(handler));
    expect(sleeps).toEqual([0.5, 1]);
  });

  test('and what it then finds done is reported as perhaps done', async () => {
    noSleep();
    const { handler } = actionsServer('tickets', {
      unchanged: [UUID],
      instead: index => (index === 0 ? answer(502)() : undefined),
    });
    const { data } = await run(closeTickets([UUID]), await serve(handler));
    const [first] = (data as { failures: { description: string }[] }).failures;
    expect(first?.description).toContain('An earlier attempt');
  });
});

test('what is found done in a part of a request is perhaps done by the first attempt at the whole', async () => {
  noSleep();
  const list = uuids(3);
  const { handler } = actionsServer('tickets', {
    unknown: [list[0] as string],
    unchanged: [list[1] as string],
    instead: index => (index === 0 ? answer(502)() : undefined),
  });
  const { data } = await run(closeTickets(list), await serve(handler));
  expect(data).toMatchObject({
    failures: [
      { index: 0, code: 'UNKNOWN_REFERENCE' },
      { index: 1, description: expect.stringContaining('An earlier attempt') },
    ],
  });
});

describe('a note', () => {
  const faults: [string, Behavior][] = [
    ['a reset', reset],
    ['silence', stall],
  ];
  test.each(faults)('is never written again after %s', async (_, fault) => {
    const sleeps = noSleep();
    const server = await rawServer(fault);
    const error = await failure(addTicketNote([UUID], 'Called.', { timeout: 0.2 }), server);
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(server.requests).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  test.each([500, 502, 503, 504])('is never written again after a %d', async status => {
    noSleep();
    const { handler } = actionsServer('tickets', { instead: from(0, status) });
    const server = await serve(handler);
    await failure(addTicketNote([UUID], 'Called.'), server);
    expect(server.requests).toHaveLength(1);
  });

  test('is written again after a 429: nothing was done', async () => {
    const sleeps = noSleep();
    const { handler, done } = actionsServer('tickets', {
      instead: index =>
        index === 0
          ? HttpResponse.json({}, { status: 429, headers: { 'Retry-After': '7' } })
          : undefined,
    });
    await run(addTicketNote([UUID], 'Called.'), await serve(handler));
    expect(done).toEqual([UUID]);
    expect(sleeps).toEqual([7]);
  });

  test('that may have been written is reported by place, also at the very first request', async () => {
    const { handler } = actionsServer('tickets', { instead: from(0, 502) });
    const server = await serve(handler);
    const error = await failure(addTicketNote(uuids(250), 'Secret words'), server);
    expect(error).toMatchObject({
      code: 'PARTIAL_ACTION',
      details: {
        reason: 'OUTCOME_UNKNOWN',
        done: [],
        unknown: [[0, 99]],
        failed: [],
        notAttempted: [[100, 249]],
      },
    });
    expect(error.fix).not.toContain('Run the same step again');
    expect(JSON.stringify(error)).not.toContain('Secret');
    expect(server.requests).toHaveLength(1);
  });

  test('that was certainly not written is the error itself', async () => {
    const { handler } = actionsServer('tickets', { instead: from(0, 403) });
    const error = await failure(addTicketNote(uuids(250), 'Called.'), await serve(handler));
    expect(error.code).toBe('PERMISSION_DENIED');
    expect(error.details).toBeUndefined();
  });

  test('goes on around a ticket that is unknown, once each', async () => {
    const list = uuids(150);
    const { handler, done } = actionsServer('tickets', { unknown: [list[3] as string] });
    const server = await serve(handler);
    const { data } = await run(addTicketNote(list, 'Called.'), server);
    expect(data).toMatchObject({ requested: 150, failures: [{ index: 3 }] });
    expect(done).toHaveLength(149);
    expect(new Set(done).size).toBe(149);
    expect(sizes(server.requests)).toEqual([100, 99, 50]);
  });
});
