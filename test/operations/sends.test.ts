import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { addContact, addGroup, sendBroadcast, sendMessage, startFlow } from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { badGateway, inTurn, json, reset, stall } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { type RawServer, rawServer, writtenServer } from '../support/rawServer.js';
import { serve, type TestServer } from '../support/serve.js';
import { FLOW, failure, OTHER_UUID, page, refused, run, stateFor, UUID } from './run.js';

type Send = (body: object, options?: object) => Operation;
const broadcast: Send = (body, options) => sendBroadcast({ text: 'Hi', ...body }, options);
const start: Send = (body, options) => startFlow({ flow: FLOW, ...body }, options);
const sends: [string, Send, object][] = [
  ['broadcasts', broadcast, { text: 'Hi' }],
  ['flow_starts', start, { flow: FLOW }],
];

const urns = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => `tel:+2507${String(first + index).padStart(8, '0')}`);
const uuids = (count: number) =>
  Array.from({ length: count }, (_, index) => UUID.slice(0, -3) + String(index).padStart(3, '0'));

/** Takes whatever is sent, and numbers it; knows nobody. */
function accepting(path: string) {
  let id = 0;
  return serve(
    msw.post(`*/api/v2/${path}.json`, () => HttpResponse.json({ id: ++id }, { status: 201 })),
    msw.get('*/api/v2/workspace.json', () =>
      HttpResponse.json({ uuid: UUID, country: 'RW', timezone: 'Africa/Kigali' }),
    ),
    msw.get('*', () => page([])),
  );
}

/** What was sent, without what was read before. */
const posted = ({ requests }: TestServer) => requests.filter(({ method }) => method === 'POST');

/** A flow is looked at before it is started. */
const reads = (path: string) => (path === 'flow_starts' ? 1 : 0);

describe.each(sends)('%s', (path, send, rest) => {
  test('up to 100 recipients go in one request, and its answer is the data', async () => {
    const server = await accepting(path);
    const { data, response, references } = await run(send({ urns: urns(100) }), server);
    expect(data).toEqual({ id: 1 });
    expect(references).toEqual(['earlier', 'before']);
    expect(response).toMatchObject({
      method: 'POST',
      path,
      statusCode: 201,
      requests: 1 + reads(path),
    });
    expect(posted(server)[0]?.body).toEqual({ ...rest, urns: urns(100) });
  });

  test('groups, contacts and urns go together, empty lists are left out', async () => {
    const server = await accepting(path);
    await run(send({ urns: urns(2), contacts: [UUID.toUpperCase()], groups: ['Mothers'] }), server);
    await run(send({ urns: [], contacts: [], groups: ['A: b#1', 'A: b#2', 'a: B#1'] }), server);
    expect(posted(server).map(({ body }) => body)).toEqual([
      { ...rest, urns: urns(2), contacts: [UUID], groups: ['Mothers'] },
      { ...rest, groups: ['A: b#1', 'A: b#2'] },
    ]);
  });

  test.each([
    ['urns', urns(101), [100, 1]],
    ['urns', urns(250), [100, 100, 50]],
    ['contacts', uuids(201), [100, 100, 1]],
    ['contacts', urns(101), [100, 1]],
  ])('%s of which there are more go in several', async (key, list, sizes) => {
    const server = await accepting(path);
    const { data, response } = await run(send({ [key]: list }), server);
    const bodies = posted(server).map(({ body }) => body as { [key: string]: string[] });
    expect(bodies.map(body => body[key]?.length)).toEqual(sizes);
    expect(bodies.flatMap(body => body[key])).toEqual(list);
    for (const body of bodies) expect({ ...body, [key]: undefined }).toEqual(rest);
    const chunks = sizes.map((_, index) => ({ id: index + 1 }));
    expect(data).toEqual({ chunks, recipients: list.length });
    // Two of them could be one person: nobody else is asked for more than once.
    const looks = list.every(name => name.includes(':')) ? list.length : 0;
    const { requests = 0 } = response ?? {};
    expect(posted(server)).toHaveLength(sizes.length);
    expect(requests - sizes.length - reads(path)).toBeLessThanOrEqual(looks);
  });

  test('nobody is reached twice', async () => {
    const lines = captureConsole();
    const server = await accepting(path);
    const same = ['tel:+250 700-000.000', ' tel:+250(700)000000', 'tel:00250700000000'];
    const list = [...urns(100), ...same, ...urns(1), 'mailto:A@x.org', 'mailto:a@x.org'];
    const { data } = await send({ urns: list })(stateFor(server));
    const bodies = posted(server).map(({ body }) => body as { urns: string[] });
    expect(bodies.flatMap(body => body.urns)).toEqual([...urns(100), 'mailto:A@x.org']);
    expect(data).toMatchObject({ recipients: 101 });
    expect(lines.join('\n')).toContain('Left out 5 recipients');
    expect(lines.join('\n')).not.toMatch(/25070|@x/);
  });

  test('groups that differ in the case of other letters than those of English are kept', async () => {
    const server = await accepting(path);
    const groups = ['École', 'école', 'Mothers', 'MOTHERS'];
    await run(send({ groups }), server);
    expect(posted(server)[0]?.body).toMatchObject({ groups: ['École', 'école', 'Mothers'] });
  });

  test('an address that is refused when it is looked up is named by its place', async () => {
    const bad = 'tel:2507312';
    const contacts = (query: URLSearchParams) =>
      query.get('urn') === bad
        ? HttpResponse.json({ detail: `Invalid URN: ${bad}` }, { status: 400 })
        : page([]);
    const server = await serve(
      msw.get('*/api/v2/contacts.json', ({ request }) =>
        contacts(new URL(request.url).searchParams),
      ),
      msw.get('*', () => page([])),
    );
    const list = [...urns(60), bad, ...urns(60)];
    const error = await failure(send({ urns: list }, { onlyActive: true }), server);
    expect(error).toMatchObject({ code: 'INVALID_URN', outcome: 'refused' });
    expect(error.description).toMatch(/^\w+\.urns\[60\]: .*Nothing was sent\.$/);
    expect(error.description).not.toContain('2507312');
    const mixed = await failure(send({ contacts: [UUID, bad] }, { onlyActive: true }), server);
    expect(mixed.description).toMatch(/^\w+\.contacts\[1\]: /);
  });

  test('numbers that only look alike are kept', async () => {
    const server = await accepting(path);
    const list = ['tel:0700000000', 'tel:700000000', 'whatsapp:700000000', 'ext:Ab', 'ext:aB'];
    await run(send({ urns: list }), server);
    expect(posted(server)[0]?.body).toMatchObject({ urns: list });
  });

  test.each([
    { urns: urns(101), contacts: [UUID] },
    { urns: [urns(1)[0]], contacts: uuids(101) },
    { urns: urns(101), groups: ['Mothers'] },
    { contacts: [...uuids(100), ...urns(1)] },
    { groups: Array.from({ length: 101 }, (_, index) => `Group ${index}`) },
  ])('a mixture above 100 is refused', async body => {
    await refused(send(body), 'INVALID_INPUT');
  });

  test.each([
    {},
    { urns: [], contacts: [], groups: [] },
    { urns: undefined },
    { urns: null },
    { urns: urns(1)[0] },
    { urns: [undefined] },
    { urns: [...urns(120), null] },
    { contacts: [{ uuid: UUID }] },
    { contacts: 'everybody' },
    { groups: [''] },
  ])('%j is refused', async body => {
    await refused(send(body), 'INVALID_INPUT');
    await refused(send({ ...body, urns: 'urns' in body ? () => body.urns : [] }), 'INVALID_INPUT');
  });

  test.each([
    [{ urns: [...urns(120), '+250788300099'] }, 'urns[120]'],
    [{ contacts: [...uuids(110), 'Amina'] }, 'contacts[110]'],
  ])('a bad recipient is found before anybody is reached', async (body, place) => {
    const error = await refused(send(body), 'INVALID_URN');
    expect(error.description).toContain(place);
    expect(JSON.stringify(error)).not.toMatch(/300099|Amina/);
  });
});

describe.each(sends)('%s that stop in the middle', (path, send) => {
  const list = urns(250);
  const ok = json({ id: 7, uuid: OTHER_UUID }, 201);
  const recipientsOf = ({ requests }: RawServer) =>
    requests.flatMap(({ text }) => JSON.parse(text.split('\r\n\r\n')[1] ?? '{}').urns as string[]);

  test('refused: the second hundred failed, the rest was not attempted', async () => {
    const server = await writtenServer(inTurn(ok, json({ urns: ['No.'] }, 400), ok));
    const error = await failure(send({ urns: list }), server);
    expect(error).toMatchObject({ code: 'PARTIAL_SEND', statusCode: 400 });
    expect(error.details).toEqual({
      reason: 'VALIDATION_FAILED',
      list: 'urns',
      done: [[0, 99]],
      ids: [OTHER_UUID],
      unknown: [],
      failed: [[100, 199]],
      notAttempted: [[200, 249]],
    });
    expect(server.requests).toHaveLength(2);
  });

  test.each([
    ['reset', reset, 'OUTCOME_UNKNOWN'],
    ['502', badGateway(502), 'OUTCOME_UNKNOWN'],
    ['500', json('Server Error', 500), 'OUTCOME_UNKNOWN'],
    ['a web page', badGateway(200), 'OUTCOME_UNKNOWN'],
    ['a 403 page', badGateway(403), 'OUTCOME_UNKNOWN'],
    ['a list', json([], 201), 'OUTCOME_UNKNOWN'],
    ['no answer', stall, 'OUTCOME_UNKNOWN'],
  ])('%s: the second hundred is unknown and never sent again', async (_, fault, reason) => {
    noSleep();
    const server = await writtenServer(inTurn(ok, fault, ok));
    const error = await failure(send({ urns: list }, { timeout: 0.3 }), server);
    expect(error.code).toBe('PARTIAL_SEND');
    expect(error.details).toMatchObject({
      reason,
      done: [[0, 99]],
      ids: [OTHER_UUID],
      unknown: [[100, 199]],
      failed: [],
      notAttempted: [[200, 249]],
    });
    const reached = recipientsOf(server);
    expect(new Set(reached).size).toBe(reached.length);
    expect(server.requests).toHaveLength(2);
  });

  test('throttled: it waits and goes on, and nobody is reached twice', async () => {
    const sleeps = noSleep();
    const busy = json({ detail: 'Throttled.' }, 429, { 'Retry-After': 7 });
    const server = await writtenServer(inTurn(ok, busy, busy, ok));
    const { data } = await run(send({ urns: list }), server);
    expect(data).toMatchObject({ recipients: 250 });
    expect(sleeps).toEqual([7, 7]);
    expect(server.requests).toHaveLength(5);
  });

  test('throttled for long: the rest is safe to send later', async () => {
    noSleep();
    const busy = json({ detail: 'Throttled.' }, 429, { 'Retry-After': 3000 });
    const server = await writtenServer(inTurn(ok, busy));
    const error = await failure(send({ urns: list }), server);
    expect(error).toMatchObject({ code: 'PARTIAL_SEND', retryAfter: 3000 });
    expect(error.details).toMatchObject({
      reason: 'RATE_LIMITED',
      unknown: [],
      failed: [[100, 199]],
      notAttempted: [[200, 249]],
    });
  });

  test('positions are those of the list as it was given', async () => {
    const server = await writtenServer(inTurn(ok, json({ detail: 'No.' }, 400)));
    const doubled = [...list.slice(0, 50), ...list.slice(0, 50), ...list.slice(50, 150)];
    const { details } = await failure(send({ urns: doubled }), server);
    expect(details).toMatchObject({
      done: [
        [0, 49],
        [100, 149],
      ],
      failed: [[150, 199]],
    });
  });

  test('one request that fails is that failure', async () => {
    const server = await writtenServer(json({ groups: ['No such object: Nope'] }, 400));
    const error = await failure(send({ groups: ['Nope'] }), server);
    expect(error).toMatchObject({ code: 'UNKNOWN_REFERENCE' });
    const lost = await writtenServer(reset);
    expect((await failure(send({ urns: urns(1) }), lost)).code).toBe('OUTCOME_UNKNOWN');
    expect(lost.requests).toHaveLength(1);
  });

  test(`the log of ${path} has numbers and uuids alone`, async () => {
    const lines = captureConsole();
    const server = await writtenServer(json({ id: 7, uuid: OTHER_UUID, text: 'Hi Amina' }, 201));
    await send({ urns: urns(101), text: 'Hi Amina' })(stateFor(server));
    expect(lines.at(-1)).toContain(OTHER_UUID);
    expect(lines.at(-1)).toContain('for 101 URNs');
    expect(lines.join('\n')).not.toMatch(/Amina|2507/);
  });
});

describe('what is sent', () => {
  test.each([
    { text: 'Hello' },
    { text: { eng: 'Hello', fra: 'Bonjour' }, base_language: 'eng' },
    { attachments: ['image/png:https://x/y.png'] },
    { text: { eng: 'Pick' }, quick_replies: { eng: [{ type: 'text', text: 'Yes' }] } },
    { text: 5 },
  ])('a broadcast of %j', async body => {
    const server = await accepting('broadcasts');
    await run(sendBroadcast({ groups: ['Mothers'], ...body } as never), server);
    expect(server.requests[0]?.body).toEqual({ groups: ['Mothers'], ...body });
  });

  test.each([
    { attachments: [UUID], base_language: 'eng' },
    { text: '', attachments: { eng: [UUID] }, base_language: 'eng' },
  ])(
    'a broadcast of %j is refused: RapidPro fails on a base language without a text',
    async body => {
      const error = await refused(
        sendBroadcast({ groups: ['Mothers'], ...body } as never),
        'INVALID_INPUT',
      );
      expect(error.description).toContain('base_language');
    },
  );

  test.each([
    {},
    { text: '' },
    { text: undefined },
    { text: null },
    { text: ['a'] },
    { text: true },
    // RapidPro accepts them in a broadcast, and sends nothing.
    { attachments: [] },
    { attachments: {} },
    { attachments: { eng: [], fra: [] } },
    { text: '', attachments: [] },
  ])('a broadcast of %j is refused', async body => {
    await refused(sendBroadcast({ groups: ['Mothers'], ...body } as never), 'INVALID_INPUT');
    await refused(sendMessage({ contact: UUID, ...body } as never), 'INVALID_INPUT');
  });

  test('a flow start with all its keys', async () => {
    const server = await accepting('flow_starts');
    const body = {
      flow: FLOW.toUpperCase(),
      groups: ['Mothers'],
      restart_participants: false,
      exclude_active: true,
      params: { a: [1, null, true], b: { c: 'd' } },
    };
    await run(startFlow(body), server);
    expect(posted(server)[0]?.body).toEqual({ ...body, flow: FLOW });
  });

  test.each(['', 'undefined', undefined, { uuid: FLOW }, 5])(
    'a start of the flow %j is refused',
    async flow => {
      await refused(startFlow({ flow, urns: urns(1) } as never), 'INVALID_INPUT');
    },
  );

  test.each([['a'], 'text', 5])('params of %j are refused', async params => {
    await refused(startFlow({ flow: FLOW, urns: urns(1), params } as never), 'INVALID_INPUT');
  });
});

describe('the log of a start claims no more than is known', () => {
  const BEFORE = 'those who have been in this flow before';
  const ACTIVE = 'those who are in another flow now';

  test.each([
    [{}, ''],
    [{ restart_participants: true, exclude_active: false }, ''],
    [{ restart_participants: false }, `. RapidPro leaves out ${BEFORE}`],
    [{ restart_participants: 'false' }, `. RapidPro leaves out ${BEFORE}`],
    [{ exclude_active: true }, `. RapidPro leaves out ${ACTIVE}`],
    [
      { restart_participants: false, exclude_active: true },
      `. RapidPro leaves out ${BEFORE} and ${ACTIVE}`,
    ],
  ])('%j', async (narrowing, end) => {
    const server = await serve(
      msw.post('*', () => HttpResponse.json({ id: 1 }, { status: 201 })),
      msw.get('*/flows.json', () => page([{ uuid: FLOW, archived: false }])),
      msw.get('*', () => page([])),
    );
    const lines = captureConsole();
    await run(start({ urns: urns(2), ...narrowing }), server);
    await run(start({ urns: urns(2), ...narrowing }, { dryRun: true }), server);
    expect(lines).toContain(`RapidPro: Accepted flow start 1 for 2 URNs${end}`);
    expect(lines.find(line => line.includes('Dry run'))).toContain(`Nothing was sent${end}.`);
  });
});

describe('sendMessage', () => {
  test.each([{ to: UUID }, { contact: undefined }])(
    '%j has no contact, which is said',
    async body => {
      const error = await refused(sendMessage({ text: 'Hi', ...body } as never), 'INVALID_INPUT');
      expect(error.description).toBe(
        'message.contact is missing: it must be the uuid or a URN of one contact; for many, use sendBroadcast().',
      );
    },
  );

  test('sends to one contact', async () => {
    const server = await accepting('messages');
    const body = { contact: ` ${UUID.toUpperCase()} `, text: 'Hi' };
    const { data, response } = await run(sendMessage(body), server);
    expect(data).toEqual({ id: 1 });
    expect(response).toMatchObject({ method: 'POST', path: 'messages', requests: 1 });
    expect(server.requests[0]?.body).toEqual({ contact: UUID, text: 'Hi' });
  });

  test('warns where the contact cannot be reached', async () => {
    const lines = captureConsole();
    const server = await serve(
      msw.post('*/api/v2/messages.json', () => HttpResponse.json({ id: 1, status: 'failed' })),
    );
    await sendMessage({ contact: 'tel:+221770001122', text: 'Hi Amina' })(stateFor(server));
    expect(lines.join('\n')).toContain('cannot deliver it');
    expect(lines.join('\n')).toContain('blocked, stopped or archived');
    expect(lines.join('\n')).not.toMatch(/Amina|22177/);
  });

  test('is never sent twice', async () => {
    noSleep();
    const server = await rawServer(reset);
    const error = await failure(sendMessage({ contact: UUID, text: 'Hi' }), server);
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [undefined, 'INVALID_INPUT'],
    ['', 'INVALID_INPUT'],
    [[UUID], 'INVALID_INPUT'],
    [{ uuid: UUID }, 'INVALID_INPUT'],
    ['Amina', 'INVALID_URN'],
    ['+221770001122', 'INVALID_URN'],
  ])('to %j is refused', async (contact, code) => {
    const error = await refused(sendMessage({ contact, text: 'Hi' } as never), code);
    expect(JSON.stringify(error)).not.toMatch(/Amina|0001122/);
  });
});

describe('a write that must not be repeated, whose answer says nothing', () => {
  const message = () => sendMessage({ contact: UUID, text: 'Hi' });
  test.each([
    ['500', json('Server Error', 500)],
    ['520', badGateway(520)],
    ['408', json({ detail: 'x' }, 408)],
    ['a web page', badGateway(201)],
    ['a 404 page', badGateway(404)],
    ['an empty object', json({}, 201)],
    ['null', json(null, 201)],
    ['204', json(null, 204)],
  ])('%s: its outcome is unknown, and it is sent once', async (_, answer) => {
    const server = await rawServer(answer);
    expect((await failure(message(), server)).code).toBe('OUTCOME_UNKNOWN');
    expect(server.requests).toHaveLength(1);
  });

  test('a contact without URN is asked for once, also with a group that may be seconds old', async () => {
    const server = await rawServer(json('Server Error', 500));
    const error = await failure(addContact({ name: 'A', groups: ['New'] }), server);
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(server.requests).toHaveLength(1);
  });

  test('after a new group it waits until RapidPro can use it', async () => {
    const sleeps = noSleep();
    const server = await rawServer(json({ uuid: UUID }, 201));
    const made = await addGroup({ name: 'New' })(stateFor(server));
    expect(sleeps).toEqual([]);
    await addContact({ name: 'A', groups: ['New'] })({ ...stateFor(server), ...made });
    expect(sleeps).toHaveLength(1);
    expect(sleeps[0]).toBeGreaterThan(5);
    expect(sleeps[0]).toBeLessThanOrEqual(6);
  });
});
