import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { upsertContact } from '../../src/index.js';
import { captureConsole } from '../support/captureConsole.js';
import { inTurn, json, reset } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';
import {
  answering,
  contactsServer,
  failure,
  OTHER_UUID,
  page,
  refused,
  run,
  sent,
  stateFor,
  UUID,
} from './run.js';

const TEL = 'tel:+250788000001';
const WHATSAPP = 'whatsapp:250788000002';
const MAIL = 'mailto:a@x.org';
const amina = () => ({ uuid: UUID, name: 'Amina', urns: [TEL] });
const bea = () => ({ uuid: OTHER_UUID, name: 'Bea', urns: [WHATSAPP] });
const inUse = () =>
  HttpResponse.json({ urns: { 0: ['URN is in use by another contact.'] } }, { status: 400 });

describe('by one URN', () => {
  test('one request adds the contact', async () => {
    const server = await serve(...contactsServer());
    const { data, response } = await run(upsertContact({ name: 'Amina', urns: [TEL] }), server);
    expect(sent(server)).toEqual([`POST contacts?urn=${TEL}`]);
    expect(server.requests[0]?.body).toEqual({ name: 'Amina' });
    expect(data).toMatchObject({ name: 'Amina', urns: [TEL] });
    expect(response).toMatchObject({ statusCode: 201, requests: 1 });
  });

  test('one request updates it', async () => {
    const server = await serve(...contactsServer(amina()));
    const { data, response } = await run(upsertContact({ name: 'A.', urns: [TEL] }), server);
    expect(data).toEqual({ ...amina(), name: 'A.' });
    expect(response).toMatchObject({ statusCode: 200, requests: 1 });
  });

  test.each([
    ['tel:+2203011234', 'tel%3A%2B2203011234'],
    ['mailto:a+b@x.org', 'mailto%3Aa%2Bb%40x.org'],
    ['ext:a&b=c+d/e f:g', 'ext%3Aa%26b%3Dc%2Bd%2Fe+f%3Ag'],
    ['telegram:1?x=1#name', 'telegram%3A1%3Fx%3D1%23name'],
  ])('%s is encoded', async (urn, encoded) => {
    const server = await serve(...contactsServer());
    await run(upsertContact({ urns: [urn] }), server);
    expect(server.requests[0]?.url).toBe(`/api/v2/contacts.json?urn=${encoded}`);
    expect(server.requests[0]?.query.get('urn')).toBe(urn);
  });

  test('given twice is one URN', async () => {
    const server = await serve(...contactsServer(amina()));
    await run(upsertContact({ urns: [TEL, 'tel:+250 788-000-001'] }), server);
    expect(sent(server)).toEqual([`POST contacts?urn=${TEL}`]);
  });

  test('is tried once more where another upsert came first', async () => {
    const server = await serve(
      answering('post', 'contacts', inUse, () => HttpResponse.json(amina())),
    );
    expect((await run(upsertContact({ urns: [TEL] }), server)).data).toEqual(amina());
    expect(sent(server)).toEqual([`POST contacts?urn=${TEL}`, `POST contacts?urn=${TEL}`]);
    const never = await serve(answering('post', 'contacts', inUse));
    expect((await failure(upsertContact({ urns: [TEL] }), never)).code).toBe('URN_TAKEN');
    expect(never.requests).toHaveLength(2);
  });
});

describe('whether it is new', () => {
  const by = (urns: string[]) => upsertContact({ name: 'A.', urns });
  const now = () => new Date().toISOString();
  const date = { Date: new Date().toUTCString() };

  test.each([
    ['one URN', [TEL]],
    ['several', [TEL, WHATSAPP]],
  ])('is logged, by %s', async (_, urns) => {
    const lines = captureConsole();
    const server = await serve(...contactsServer());
    await by(urns)(stateFor(server));
    await by(urns)(stateFor(server));
    const said = lines.filter(line => line.includes('contact'));
    expect(said).toEqual([
      expect.stringContaining('Added contact'),
      expect.stringContaining('Updated contact'),
    ]);
  });

  test.each([
    ['it was made by the attempt whose answer was lost', [reset], now(), 'Added'],
    ['it was there when that was lost', [reset], '2020-01-01T00:00:00Z', 'Updated'],
    ['somebody else has just made it', [], now(), 'Updated'],
  ])('is told by the time: %s', async (_, before, created_on, word) => {
    noSleep();
    const lines = captureConsole();
    const server = await rawServer(
      inTurn(...before, json({ uuid: UUID, urns: [TEL], created_on }, 200, date)),
    );
    await by([TEL])(stateFor(server));
    expect(lines.join('\n')).toContain(`${word} contact ${UUID}`);
  });

  test.each([
    ['a new one without a note', {}, 201, { notes: [] }, 1],
    ['an old one without a note', {}, 200, { notes: [] }, 1],
    ['an old one with a note, which is written at once', { note: 'X' }, 200, { notes: null }, 1],
    ['a new one with a note, which is written afterwards', { note: 'X' }, 201, { notes: [] }, 2],
  ])('decides on its note: %s', async (_, more, status, shown, requests) => {
    const server = await serve(
      answering('post', 'contacts', () =>
        HttpResponse.json({ uuid: UUID, urns: [TEL], ...shown }, { status }),
      ),
    );
    await run(upsertContact({ urns: [TEL], ...more }), server);
    expect(server.requests).toHaveLength(requests);
  });

  test('a note that no server asked for is not missed', async () => {
    const lines = captureConsole();
    const server = await serve(...contactsServer());
    await by([TEL])(stateFor(server));
    expect(lines.join('\n')).not.toContain('note');
  });
});

describe('by several URNs', () => {
  test('that RapidPro refuses: the error names the place in the list of the job', async () => {
    const refusal = { urns: { 2: ['Invalid URN: mailto:a@x.org.'] } };
    const server = await serve(
      msw.post('*/api/v2/contacts.json', async ({ request }) =>
        Object.keys((await request.json()) as object).length === 0
          ? HttpResponse.json({ ...amina(), urns: [TEL, WHATSAPP] })
          : HttpResponse.json(refusal, { status: 400 }),
      ),
      ...contactsServer({ ...amina(), urns: [TEL, WHATSAPP] }),
    );
    const error = await failure(upsertContact({ urns: [TEL, MAIL] }), server);
    expect(error.errors).toEqual([expect.stringMatching(/^urns\[1\]/)]);
  });

  test('of nobody adds the contact', async () => {
    const server = await serve(...contactsServer());
    const { data } = await run(upsertContact({ name: 'A.', urns: [TEL, WHATSAPP] }), server);
    expect(sent(server)).toEqual([
      `GET contacts?urn=${TEL}`,
      `GET contacts?urn=${WHATSAPP}`,
      'POST contacts',
    ]);
    expect(server.requests[2]?.body).toEqual({ name: 'A.', urns: [TEL, WHATSAPP] });
    expect(data).toMatchObject({ urns: [TEL, WHATSAPP] });
  });

  test('of one contact updates it and adds those that it has not', async () => {
    const server = await serve(...contactsServer(amina()));
    await run(upsertContact({ name: 'A.', urns: [WHATSAPP, TEL] }), server);
    expect(sent(server)).toEqual([
      `GET contacts?urn=${WHATSAPP}`,
      `GET contacts?urn=${TEL}`,
      `POST contacts?uuid=${UUID}`,
      'POST contact_actions',
      `POST contacts?uuid=${UUID}`,
    ]);
    expect(server.requests.slice(2).map(({ body }) => body)).toEqual([
      {},
      { contacts: [WHATSAPP] },
      { name: 'A.', urns: [TEL, WHATSAPP] },
    ]);
  });

  test('that a contact has all of: it is looked at, and its list is not written', async () => {
    const server = await serve(...contactsServer({ ...amina(), urns: [TEL, WHATSAPP, MAIL] }));
    await run(upsertContact({ name: 'A.', urns: [WHATSAPP, TEL] }), server);
    expect(sent(server)).toEqual([
      `GET contacts?urn=${WHATSAPP}`,
      `POST contacts?uuid=${UUID}`,
      `POST contacts?uuid=${UUID}`,
    ]);
    expect(server.requests.slice(1).map(({ body }) => body)).toEqual([{}, { name: 'A.' }]);
  });

  test('of several contacts changes none of them', async () => {
    const server = await serve(...contactsServer(amina(), bea()));
    const error = await failure(upsertContact({ name: 'A.', urns: [TEL, WHATSAPP] }), server);
    expect(error).toMatchObject({
      code: 'CONTACT_CLASH',
      details: { contacts: [UUID, OTHER_UUID] },
    });
    expect(sent(server).filter(request => request.startsWith('POST'))).toEqual([]);
  });

  test('looks again where somebody took one in between', async () => {
    const server = await serve(
      answering(
        'get',
        'contacts',
        () => page([]),
        () => page([]),
        () => page([amina()]),
        () => page([]),
      ),
      answering('post', 'contacts', inUse, () =>
        HttpResponse.json({ ...amina(), urns: [TEL, WHATSAPP] }),
      ),
    );
    await run(upsertContact({ name: 'A.', urns: [TEL, WHATSAPP] }), server);
    expect(sent(server).at(-1)).toBe(`POST contacts?uuid=${UUID}`);
    const never = await serve(
      answering('get', 'contacts', () => page([])),
      answering('post', 'contacts', inUse),
    );
    const error = await failure(upsertContact({ urns: [TEL, WHATSAPP] }), never);
    expect(error.code).toBe('URN_TAKEN');
    expect(sent(never).filter(request => request === 'POST contacts')).toHaveLength(2);
  });

  test('of which the server kept not all is an error', async () => {
    const server = await serve(
      msw.post('*/api/v2/contacts.json', () => HttpResponse.json(amina())),
      ...contactsServer(amina()),
    );
    const error = await failure(upsertContact({ urns: [TEL, WHATSAPP] }), server);
    expect(error).toMatchObject({ code: 'URN_TAKEN', details: { contact: UUID, lost: [1] } });
    expect(error.outcome).toBe('unknown');
  });
});

test('a number that is added behind another one of the contact is told', async () => {
  const lines = captureConsole();
  const server = await serve(...contactsServer(amina()));
  await run(upsertContact({ uuid: UUID, urns: ['tel:+250788000009'] }), server);
  expect(lines.filter(line => line.includes('RapidPro writes to the first'))).toHaveLength(1);
  expect(lines.join('\n')).not.toContain('788000009');
  lines.length = 0;
  // Another kind of address; the first number; found by the number.
  await run(upsertContact({ uuid: UUID, urns: [MAIL] }), server);
  await run(upsertContact({ uuid: UUID, urns: [TEL] }), server);
  await run(upsertContact({ urns: ['tel:+250788000009'] }), server);
  // How servers write these, and which ones they hide, is not known.
  await run(upsertContact({ uuid: UUID, urns: ['tel:+250 788 000 007'] }), server);
  await run(upsertContact({ uuid: UUID, urns: [MAIL, 'tel:+250 788 000 008'] }), server);
  const hidden = { ...amina(), urns: ['tel:********'] };
  const anonymous = await serve(
    answering('get', 'contacts', () => page([hidden])),
    answering('post', 'contacts', () => HttpResponse.json(hidden)),
  );
  await run(upsertContact({ uuid: UUID, urns: ['tel:+250788000009'] }), anonymous);
  expect(lines.join('\n')).not.toContain('RapidPro writes to the first');
});

describe("urns: 'replace'", () => {
  const replace = { urns: 'replace' } as const;

  test('lets the list be the only one', async () => {
    const server = await serve(...contactsServer({ ...amina(), urns: [TEL, MAIL] }));
    await run(upsertContact({ urns: [WHATSAPP, TEL] }, replace), server);
    expect(server.requests.at(-1)?.body).toEqual({ urns: [WHATSAPP, TEL] });
  });

  test('with one URN looks too', async () => {
    const server = await serve(...contactsServer({ ...amina(), urns: [TEL, MAIL] }));
    await run(upsertContact({ urns: [TEL] }, replace), server);
    expect(sent(server)).toEqual([
      `GET contacts?urn=${TEL}`,
      `POST contacts?uuid=${UUID}`,
      `POST contacts?uuid=${UUID}`,
    ]);
    expect(server.requests.slice(1).map(({ body }) => body)).toEqual([{}, { urns: [TEL] }]);
  });

  test('takes no URN from another contact', async () => {
    const server = await serve(...contactsServer(amina(), bea()));
    const operation = upsertContact({ uuid: UUID, urns: [WHATSAPP] }, replace);
    expect((await failure(operation, server)).code).toBe('CONTACT_CLASH');
  });
});

describe('by uuid', () => {
  test('alone needs one request', async () => {
    const server = await serve(...contactsServer(amina()));
    await run(upsertContact({ uuid: UUID.toUpperCase(), name: 'A.' }), server);
    expect(sent(server)).toEqual([`POST contacts?uuid=${UUID}`]);
    expect(server.requests[0]?.body).toEqual({ name: 'A.' });
  });

  test('with URNs adds them', async () => {
    const server = await serve(...contactsServer(amina()));
    await run(upsertContact({ uuid: UUID, urns: [WHATSAPP, TEL] }), server);
    expect(sent(server)).toEqual([
      `GET contacts?uuid=${UUID}`,
      `GET contacts?urn=${WHATSAPP}`,
      `POST contacts?uuid=${UUID}`,
      'POST contact_actions',
      `POST contacts?uuid=${UUID}`,
    ]);
    expect(server.requests.slice(2).map(({ body }) => body)).toEqual([
      {},
      { contacts: [WHATSAPP] },
      { urns: [TEL, WHATSAPP] },
    ]);
  });

  test('with URNs that it has: no look more, since the job names the contact', async () => {
    const server = await serve(...contactsServer({ ...amina(), urns: [TEL, WHATSAPP] }));
    await run(upsertContact({ uuid: UUID, name: 'A.', urns: [WHATSAPP, TEL] }), server);
    expect(sent(server)).toEqual([`GET contacts?uuid=${UUID}`, `POST contacts?uuid=${UUID}`]);
    expect(server.requests[1]?.body).toEqual({ name: 'A.' });
  });

  test('that is unknown makes no contact', async () => {
    const server = await serve(...contactsServer());
    const alone = upsertContact({ uuid: UUID, name: 'A.' });
    expect((await failure(alone, server)).code).toBe('NOT_FOUND');
    const named = upsertContact({ uuid: UUID, urns: [TEL] });
    expect((await failure(named, server)).code).toBe('NOT_FOUND');
    expect(sent(server)).not.toContain('POST contacts');
  });
});

describe('names that are empty', () => {
  test.each([
    { urns: [] },
    { urns: undefined },
    { uuid: undefined },
    { urns: [], uuid: undefined },
    { urns: [''] },
    { urns: [undefined] },
    { urns: ['tel:'] },
    { uuid: '' },
    { uuid: 'Amina' },
    { uuid: null },
  ])('%j is refused', async contact => {
    const code = contact.urns?.[0] === 'tel:' ? 'INVALID_URN' : 'INVALID_INPUT';
    await refused(upsertContact({ name: 'Amina', ...contact } as never), code);
    await refused(upsertContact((() => ({ name: 'Amina', ...contact })) as never), code);
  });

  test('left out altogether, a contact is added with a warning', async () => {
    const lines = captureConsole();
    const server = await serve(...contactsServer());
    await upsertContact({ name: 'Amina' })(stateFor(server));
    expect(sent(server)).toEqual(['POST contacts']);
    expect(server.requests[0]?.body).toEqual({ name: 'Amina' });
    expect(lines.join('\n')).toContain('adds a new contact every time');
    expect(lines.join('\n')).toContain('Added contact');
  });
});
