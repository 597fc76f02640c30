import { createSandbox, type SandboxOptions } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recording, replay, servers } from '../../recordings/read.js';
import { execute, getDeliveries, sendBroadcast } from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { noSleep } from '../support/noSleep.js';
import { serve } from '../support/serve.js';
import { failure, page, refused, run } from './run.js';

/** What became of the messages that were sent. */

const AMINA = 'tel:+250788000001';
const BEA = 'tel:+250788000002';
const NOBODY = 'Chantal';

async function rapidpro(options: SandboxOptions = {}) {
  noSleep();
  const sandbox = await createSandbox({
    contacts: [
      { name: 'Amina', urns: [AMINA] },
      { name: 'Bea', urns: [BEA], status: 'blocked' },
      { name: NOBODY },
    ],
    ...options,
  });
  onTestFinished(() => sandbox.close());
  const configuration = { host: sandbox.host, token: sandbox.token };
  const job = (...operations: Operation[]) => execute(...operations)({ configuration });
  const uuidOf = (name: string) => sandbox.contacts().find(one => one.name === name)?.uuid;
  return { sandbox, job, uuidOf };
}

interface Data {
  id: number;
  uuid?: string;
  total: number;
  counts: { [status: string]: number };
  waiting: number;
  notReached: { contact: string; message: unknown; status: string; contactStatus: unknown }[];
  broadcasts?: { [status: string]: number };
}

describe.each(['v9', 'textit'] as const)('%s', dialect => {
  test('of a broadcast: how many of each status, and whom it did not reach', async () => {
    const { job, uuidOf } = await rapidpro({ dialect });
    const contacts = ['Amina', 'Bea', NOBODY].map(name => uuidOf(name) as string);
    const sent = (await job(sendBroadcast({ contacts, text: 'The clinic is open.' }))).data as Data;
    const { data } = await job(getDeliveries({ broadcast: sent.id }));
    const { total, counts, notReached, waiting, broadcasts } = data as Data;
    expect(total).toBe(Object.values(counts).reduce((sum, amount) => sum + amount, 0));
    expect(counts.failed).toBe(notReached.length);
    expect(waiting).toBe(counts.queued ?? 0);
    expect(notReached).toContainEqual({
      contact: uuidOf('Bea'),
      message: expect.anything(),
      status: 'failed',
      contactStatus: 'blocked',
    });
    expect(Object.values(broadcasts ?? {})).toEqual([1]);
    expect(JSON.stringify(data)).not.toContain('clinic');
  });

  test('the messages of others are not counted, nor is what came in', async () => {
    const { sandbox, job, uuidOf } = await rapidpro({ dialect });
    const contacts = [uuidOf('Amina') as string];
    const one = (await job(sendBroadcast({ contacts, text: 'One' }))).data as Data;
    const two = (await job(sendBroadcast({ contacts, text: 'Two' }))).data as Data;
    await sandbox.reply(AMINA, 'Yes');
    const of = async (filters: object) => ((await job(getDeliveries(filters))).data as Data).total;
    expect(await of({ broadcast: one.id })).toBe(1);
    expect(await of({ broadcast: [one.id, two.id, one.id] })).toBe(2);
    expect(await of({ after: '2020-01-01' })).toBe(2);
    expect(await of({ after: '2020-01-01', before: '2020-01-02' })).toBe(0);
  });

  test('a broadcast that is not there is an error, not a zero', async () => {
    const { job } = await rapidpro({ dialect });
    await expect(job(getDeliveries({ broadcast: 999_999 }))).rejects.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
    });
    await expect(job(getDeliveries({ broadcast: [999_998, 999_999] }))).rejects.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
    });
  });
});

test('TextIt: a broadcast by its uuid, once where it is named in both ways', async () => {
  const { job, uuidOf } = await rapidpro({ dialect: 'textit' });
  const contacts = [uuidOf('Amina') as string];
  const { id, uuid } = (await job(sendBroadcast({ contacts, text: 'One' }))).data as Data;
  for (const broadcast of [uuid as string, [uuid as string, id]]) {
    const data = (await job(getDeliveries({ broadcast }))).data as Data;
    expect(data).toMatchObject({ total: 1 });
  }
});

test('RapidPro 9 knows no uuids of broadcasts, and that is said', async () => {
  const { job, uuidOf } = await rapidpro({ dialect: 'v9' });
  await job(sendBroadcast({ contacts: [uuidOf('Amina') as string], text: 'One' }));
  await expect(
    job(getDeliveries({ broadcast: '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c' })),
  ).rejects.toMatchObject({ code: 'INVALID_FILTER' });
});

/** A server whose lists are these. */
const lists = (of: { messages: object[]; contacts?: object[]; broadcasts?: object[] }) =>
  serve(
    msw.get('*/api/v2/messages.json', () => page(of.messages)),
    msw.get('*/api/v2/broadcasts.json', () => page(of.broadcasts ?? [])),
    msw.get('*/api/v2/contacts.json', ({ request }) => {
      const uuid = new URL(request.url).searchParams.get('uuid');
      return page(
        (of.contacts ?? []).filter(one => !uuid || (one as { uuid: string }).uuid === uuid),
      );
    }),
  );

const PEOPLE = ['1', '2', '3', '4', '5'].map(
  digit => `957c02cb-bf04-413b-80f0-00000000000${digit}`,
);
let id = 0;
const message = (status: string, contact = PEOPLE[0], more = {}) => ({
  id: ++id,
  broadcast: 7,
  contact: { uuid: contact, name: 'Amina' },
  direction: 'out',
  status,
  text: 'A secret text',
  created_on: '2026-01-01T00:00:00.000000Z',
  ...more,
});

test('each status is where it belongs, also one that nobody knows', async () => {
  const logged = captureConsole();
  const statuses = ['queued', 'errored', 'wired', 'sent', 'delivered', 'read', 'failed', 'bounced'];
  const server = await lists({ messages: statuses.map(status => message(status)) });
  const { data } = await run(getDeliveries({ after: '2026-01-01' }), server);
  expect(data).toMatchObject({ total: 8, waiting: 2 });
  expect((data as Data).counts).toEqual(Object.fromEntries(statuses.map(status => [status, 1])));
  expect((data as Data).notReached).toHaveLength(1);
  expect(logged.join()).toMatch(/Messages have 1 status that the adaptor does not know/);
});

test('what RapidPro has of each whom nothing reached, in either way to say it', async () => {
  const contacts = [
    { uuid: PEOPLE[0], urns: [], status: 'active' },
    { uuid: PEOPLE[1], urns: [], status: 'stopped' },
    { uuid: PEOPLE[2], urns: [], blocked: true, stopped: false },
    { uuid: PEOPLE[3], urns: [], status: 'archived' },
  ];
  const messages = PEOPLE.map(contact => message('failed', contact));
  const server = await lists({ messages, contacts });
  const { data } = await run(getDeliveries({ after: '2026-01-01' }), server);
  expect((data as Data).notReached.map(one => one.contactStatus)).toEqual([
    'active',
    'stopped',
    'blocked',
    'archived',
    null,
  ]);
});

test('a server that no longer knows the filter does not pass off all messages as of a broadcast', async () => {
  const broadcasts = [{ id: 7, status: 'sent', created_on: '2026-01-01T00:00:00.000000Z' }];
  for (const more of [{ broadcast: 8 }, { broadcast: null }, { broadcast: undefined }]) {
    const messages = [message('sent'), message('failed', PEOPLE[0], more)];
    const server = await lists({ messages, broadcasts });
    const error = await failure(getDeliveries({ broadcast: 7 }), server);
    expect(error).toMatchObject({ code: 'INVALID_FILTER', fix: expect.stringContaining('after') });
  }
  const server = await lists({
    messages: [],
    broadcasts: [
      { uuid: PEOPLE[0], status: 'completed', created_on: '2026-01-01T00:00:00.000000Z' },
    ],
  });
  const error = await failure(getDeliveries({ broadcast: PEOPLE[0] as string }), server);
  expect(error.code).toBe('INVALID_FILTER');
});

test('no messages of a broadcast that was sent is said, with the reasons there may be', async () => {
  const logged = captureConsole();
  const server = await lists({ messages: [], broadcasts: [{ id: 7, status: 'queued' }] });
  const { data } = await run(getDeliveries({ broadcast: 7 }), server);
  expect(data).toEqual({
    total: 0,
    counts: {},
    waiting: 0,
    notReached: [],
    broadcasts: { queued: 1 },
  });
  expect(logged.join()).toContain('archives');
});

test('a list that ends too soon gives no count', async () => {
  noSleep();
  let asked = 0;
  const server = await serve(
    msw.get('*/api/v2/messages.json', () =>
      asked++ === 0
        ? page([message('sent')], 'http://h/api/v2/messages.json?cursor=bzE%3D')
        : HttpResponse.json(
            { detail: 'throttled' },
            { status: 429, headers: { 'retry-after': '999' } },
          ),
    ),
  );
  const error = await failure(getDeliveries({ after: '2026-01-01' }), server);
  expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 999 });
});

test('a time whose oldest messages are in archives is said, and a later one is not', async () => {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
  for (const [ago, isSaid] of [
    [120, true],
    [95, true],
    [80, false],
  ] as const) {
    const logged = captureConsole();
    const server = await lists({ messages: [message('sent', PEOPLE[0], { created_on: day(1) })] });
    const { data } = await run(getDeliveries({ after: day(ago) }), server);
    expect(data).toMatchObject({ total: 1 });
    expect(logged.join().includes('in the archives')).toBe(isSaid);
  }
});

test('a server that does not filter by time does not pass off older messages, or later ones', async () => {
  const period = { after: '2026-01-01', before: '2026-01-31T12:00:00Z' };
  for (const created_on of [
    '2025-12-31T23:59:59.999999Z',
    '2026-01-31T12:00:00.000001Z',
    'yesterday',
    undefined,
  ]) {
    const server = await lists({
      messages: [message('sent'), message('failed', PEOPLE[0], { created_on })],
    });
    expect((await failure(getDeliveries(period), server)).code).toBe('INVALID_FILTER');
  }
  const ends = ['2026-01-31T12:00:00.000000Z', '2026-01-01T00:00:00.000000Z'];
  const server = await lists({
    messages: ends.map(created_on => message('sent', PEOPLE[0], { created_on })),
  });
  expect((await run(getDeliveries(period), server)).data).toMatchObject({ total: 2 });
});

test.each([[null], [undefined], [{ uuid: null }], [{}], [{ uuid: 7 }], ['Amina']])(
  'a failed message whose contact is %j is one of nobody, and destroys nothing',
  async contact => {
    const messages = [message('sent'), message('failed'), message('failed', '', { contact })];
    const contacts = [{ uuid: PEOPLE[0], urns: [], status: 'active' }];
    const server = await lists({ messages, contacts });
    const { data } = await run(getDeliveries({ after: '2026-01-01' }), server);
    const { counts, notReached } = data as Data;
    expect(counts).toEqual({ sent: 1, failed: 2 });
    expect(notReached).toMatchObject([
      { contact: PEOPLE[0], contactStatus: 'active' },
      { contact: null, contactStatus: null },
    ]);
  },
);

test.each([
  [403, {}],
  [429, { 'retry-after': '999' }],
  [500, {}],
] as const)(
  'contacts that cannot be read (%d) do not take the counts away',
  async (status, headers) => {
    noSleep();
    const logged = captureConsole();
    const messages = PEOPLE.map(contact => message('failed', contact));
    const server = await serve(
      msw.get('*/api/v2/messages.json', () => page(messages)),
      msw.get('*/api/v2/contacts.json', () =>
        HttpResponse.json({ detail: 'no' }, { status, headers }),
      ),
    );
    const { data } = await run(getDeliveries({ after: '2026-01-01' }), server);
    expect(data).toMatchObject({ total: 5, counts: { failed: 5 } });
    expect((data as Data).notReached.map(one => one.contactStatus)).toEqual(PEOPLE.map(() => null));
    expect(logged.join()).toContain('contacts could not be read');
    expect(logged.join()).not.toContain(PEOPLE[0]);
  },
);

test('statuses with the names of what objects have are counted like others', async () => {
  const statuses = ['__proto__', 'constructor', 'toString', 'constructor'];
  const server = await lists({
    messages: statuses.map(status => message(status)),
    broadcasts: [{ id: 7, status: '__proto__' }],
  });
  const { data } = await run(getDeliveries({ broadcast: 7 }), server);
  expect(Object.entries((data as Data).counts)).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
    ['toString', 1],
  ]);
  expect(Object.entries((data as Data).broadcasts ?? {})).toEqual([['__proto__', 1]]);
});

test.each<[unknown]>([
  [undefined],
  [null],
  ['7'],
  [[7]],
  [{}],
  [{ broadcast: undefined }],
  [{ broadcast: null }],
  [{ broadcast: '' }],
  [{ broadcast: 0 }],
  [{ broadcast: 'Mothers' }],
  [{ broadcast: [] }],
  [{ broadcast: [7, undefined] }],
  [{ broadcast: { id: 7 } }],
  [{ after: undefined }],
  [{ after: 'yesterday' }],
  [{ before: '2026-01-01' }],
  [{ after: '2026-02-01', before: '2026-01-31' }],
  [{ after: '2026-01-01T10:00:00Z', before: '2026-01-01T10:00:00+02:00' }],
  [{ broadcast: 7, after: '2026-01-01' }],
  [{ broadcasts: 7 }],
  [{ after: '2026-01-01', folder: 'sent' }],
])('%j is refused, and nothing is read', async filters => {
  await refused(getDeliveries(filters as never), 'INVALID_FILTER');
});

test.each(servers)('%s: the recorded messages of a broadcast', async server => {
  const messages = recording(server, 'messages', 'get_by_broadcast');
  const { results } = messages.response.body as { results: { broadcast: number }[] };
  const broadcast = results[0]?.broadcast as number;
  const host = await serve(
    msw.get('*/api/v2/messages.json', replay(messages)),
    msw.get('*/api/v2/broadcasts.json', () => page([{ id: broadcast, status: 'sent' }])),
    msw.get('*/api/v2/contacts.json', () => page([])),
  );
  const { data } = await run(getDeliveries({ broadcast }), host);
  expect(data).toMatchObject({ total: results.length, broadcasts: { sent: 1 } });
});

test('a broadcast to more than 100, which has no id of its own, is told how to name its parts', async () => {
  const { job, uuidOf } = await rapidpro();
  await job(sendBroadcast({ contacts: [uuidOf('Amina') as string], text: 'One' }));
  const ids = () => undefined;
  await expect(job(getDeliveries({ broadcast: ids as never }))).rejects.toMatchObject({
    code: 'INVALID_FILTER',
    fix: expect.stringContaining('state.data.chunks.map(one => one.id)'),
  });
});
