import { expect, test } from 'vitest';
import type { Client } from '../../../src/client/client.js';
import { Limiter } from '../../../src/client/limiter.js';
import { WorkspaceFacts } from '../../../src/operations/base/workspaceFacts.js';
import type { Change } from '../../../src/sync/compare.js';
import { create, writeChange } from '../../../src/sync/write/changes.js';
import { changeOf } from './change.js';

/** One contact of a list is written, or not: without a server. */

const MINE = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';
const [A, B, C] = ['tel:+250788000001', 'tel:+250788000002', 'mailto:amina@example.org'];
/** A form that RapidPro may keep in another way. */
const LOCAL = 'tel:0788000009';

type Contact = { uuid: string; urns: string[]; modified_on?: string; fields?: object };

const change = (urns: string[], more: Partial<Change> = {}): Change =>
  changeOf(0, {
    input: { index: 0, urns },
    uuid: MINE,
    changed: ['name', 'urns', 'fields.age'],
    body: { name: 'Amina', fields: { age: '31' } },
    urns: true,
    ...more,
  });

/** RapidPro with these contacts; a write is answered with the contact as it was sent. */
function server(contacts: Contact[], answer: Partial<Contact> = {}) {
  const written: unknown[] = [];
  const client = {
    limiter: new Limiter(),
    clock: { now: () => 0 },
    request: async ({
      method,
      path,
      query = {},
      body,
    }: {
      [key: string]: Record<string, unknown>;
    }) => {
      if (String(path) === 'workspace') return { statusCode: 200, body: { timezone: 'UTC' } };
      if (String(method) === 'GET') {
        const results = contacts.filter(
          ({ uuid, urns }) => uuid === query.uuid || urns.includes(String(query.urn)),
        );
        return { statusCode: 200, body: { next: null, results } };
      }
      written.push({ ...query, ...body });
      const kept = contacts.find(({ uuid }) => uuid === query.uuid) ?? { uuid: MINE, urns: [] };
      return { statusCode: 200, body: { ...kept, ...body, ...answer } };
    },
  } as unknown as Client;
  return { client, written };
}

const write = (client: Client, change: Change, exact: boolean) =>
  writeChange(
    { client, workspace: new WorkspaceFacts({ configuration: {} }, client) },
    change,
    exact,
  );

/** A look at the contact as it is now. */
const LOOK = { uuid: MINE };
/** The question whether somebody has a URN by now. */
const asked = (urn: string) => ({ contacts: [urn] });
const WRITTEN = { uuid: MINE, name: 'Amina', fields: { age: '31' } };

test('URNs are added to those that the contact has', async () => {
  const { client, written } = server([{ uuid: MINE, urns: [A, C] }]);
  expect(await write(client, change([A, B]), false)).toEqual(['name', 'urns', 'fields.age']);
  expect(written).toEqual([LOOK, asked(B), { ...WRITTEN, urns: [A, C, B] }]);
});

test('or replace them', async () => {
  const { client, written } = server([{ uuid: MINE, urns: [A, C] }]);
  expect(await write(client, change([A, B]), true)).toEqual(['name', 'urns', 'fields.age']);
  expect(written).toEqual([LOOK, asked(B), { ...WRITTEN, urns: [A, B] }]);
});

test.each([
  ['one less', [A], [A, C]],
  ['another order', [C, A], [A, C]],
  ['another order behind the first', [A, B, C], [A, C, B]],
])('exactly means: %s', async (_, urns, held) => {
  const { client, written } = server([{ uuid: MINE, urns: held }]);
  expect(await write(client, change(urns), true)).toContain('urns');
  expect(written).toEqual([LOOK, { ...WRITTEN, urns }]);
});

test.each([
  ['added', [C], [A, C], false],
  ['exactly those', [A, C], [A, C], true],
])('what it already has is not written again, and not told as changed: %s', async (...row) => {
  const [, urns, held, exact] = row;
  const { client, written } = server([{ uuid: MINE, urns: held }]);
  expect(await write(client, change(urns), exact)).toEqual(['name', 'fields.age']);
  expect(written).toEqual([WRITTEN]);
});

test('a form that RapidPro may keep in another way is not written again', async () => {
  const kept = 'tel:+250788000009';
  const { client, written } = server([{ uuid: MINE, urns: [kept] }]);
  const found = client.request;
  client.request = async request =>
    found(request.query?.urn === LOCAL ? { ...request, query: { urn: kept } } : request);
  expect(await write(client, change([LOCAL]), true)).toEqual(['name', 'fields.age']);
  expect(written).toEqual([WRITTEN]);
});

test.each([
  ['numbers', ['tel:0788000009', 'tel:0788000008'], ['tel:+250788000008', 'tel:+250788000009']],
  ['addresses', ['facebook:2', 'facebook:1'], ['facebook:1', 'facebook:2']],
])(
  'exactly means another order, too, of %s that RapidPro may keep in another way',
  async (_, urns, held) => {
    const { client, written } = server([{ uuid: MINE, urns: held }]);
    const found = client.request;
    client.request = async request => {
      const urn = String(request.query?.urn).replace('tel:0', 'tel:+250');
      return found(request.query?.urn ? { ...request, query: { urn } } : request);
    };
    expect(await write(client, change(urns), true)).toContain('urns');
    expect(written).toEqual([LOOK, { ...WRITTEN, urns }]);
  },
);

test('a URN of somebody else is left with them, and nothing is written', async () => {
  const { client, written } = server([
    { uuid: MINE, urns: [A] },
    { uuid: OTHER, urns: [B] },
  ]);
  await expect(write(client, change([A, B]), false)).rejects.toMatchObject({
    code: 'URN_TAKEN',
    description: expect.stringMatching(/^urns\[1\] /),
  });
  expect(written).toEqual([]);
});

test('a contact that is gone is not made again', async () => {
  const { client, written } = server([{ uuid: OTHER, urns: [B] }]);
  await expect(write(client, change([A]), false)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    description: expect.stringContaining('is gone now'),
  });
  expect(written).toEqual([]);
});

test('who was found by a number, and has lost it since, is somebody else', async () => {
  const { client, written } = server([{ uuid: MINE, urns: [C] }]);
  const found = { byUrns: true };
  await expect(write(client, change([A, B], found), false)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    description: expect.stringContaining('not any more'),
  });
  expect(written).toEqual([]);
  // One of them is enough, and so is the uuid.
  await write(client, change([A, C], found), false);
  await write(client, change([A]), false);
  const each = [LOOK, asked(A), { ...WRITTEN, urns: [C, A] }];
  expect(written).toEqual([...each, ...each]);
});

const AT = '2026-05-04T03:02:01Z';

test.each<[string, Partial<Change>, Partial<Contact>, string[], boolean]>([
  ['another time: written', { modified: AT }, { modified_on: '2026-05-05' }, [], false],
  ['the same time, as could be foreseen', { modified: AT }, { modified_on: AT }, [], false],
  [
    'the same time, and that could not be foreseen',
    { modified: AT, unpredicted: ['name'] },
    { modified_on: AT },
    ['urns'],
    true,
  ],
  ['no time: written', { modified: undefined, unpredicted: ['name'] }, {}, [], false],
])('by the time of the last change, %s', async (_, more, answer, left, hadNoEffect) => {
  const { client } = server([{ uuid: MINE, urns: [A] }], answer);
  const one = change([A], { urns: false, ...more });
  const keys = await write(client, one, false);
  expect(one.hadNoEffect).toBe(hadNoEffect);
  expect(keys).toEqual(hadNoEffect ? left : ['name', 'urns', 'fields.age']);
});

test('what RapidPro misread is noted once, with the URNs or without', async () => {
  for (const urns of [[A], [A, B]]) {
    const { client } = server([{ uuid: MINE, urns: [A] }], { fields: { age: null } });
    const one = change(urns, { unread: ['fields.due', 'fields.age'] });
    await write(client, one, false);
    expect(one.unread).toEqual(['fields.due', 'fields.age']);
    expect(one.written).toMatchObject({ uuid: MINE, fields: { age: null } });
  }
});

test('what RapidPro stored otherwise is noted, beside what was known of it', async () => {
  const { client } = server([{ uuid: MINE, urns: [A] }], {
    fields: { due: '2026-02-01T00:00:00+02:00' },
  });
  const one = change([A], {
    urns: false,
    body: { fields: { due: '2026-01-02T00:00:00+02:00' } },
    altered: ['fields.story'],
  });
  await write(client, one, false);
  expect(one.altered).toEqual(['fields.story', 'fields.due']);
});

test('nothing to write is nothing to send', async () => {
  const { client, written } = server([{ uuid: MINE, urns: [A] }]);
  const one = change([A], { body: {}, changed: ['groups'], urns: false });
  expect(await write(client, one, false)).toEqual(['groups']);
  expect(written).toEqual([]);
});

/** Of a client: whether a request begins before the one before it has ended. */
function overlaps(client: Client): () => boolean {
  let now = 0;
  let most = 0;
  const { request } = client;
  client.request = async one => {
    most = Math.max(most, ++now);
    await new Promise(resolve => setImmediate(resolve));
    now--;
    return request(one);
  };
  return () => most > 1;
}

test('two contacts with one number are made in turn', async () => {
  const { client } = server([]);
  const areMixed = overlaps(client);
  await Promise.all([
    create(client, { index: 0, urns: [A] }),
    create(client, { index: 1, urns: [A] }),
  ]);
  expect(areMixed()).toBe(false);
});

test('two contacts that get one number are written in turn, others side by side', async () => {
  for (const [urn, isMixed] of [
    [B, false],
    [C, true],
  ] as const) {
    const { client } = server([
      { uuid: MINE, urns: [A] },
      { uuid: OTHER, urns: [LOCAL] },
    ]);
    const areMixed = overlaps(client);
    await Promise.all([
      write(client, change([B]), false),
      write(client, change([urn], { uuid: OTHER }), false),
    ]);
    expect(areMixed()).toBe(isMixed);
  }
});
