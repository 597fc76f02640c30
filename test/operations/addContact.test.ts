import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { addContact } from '../../src/index.js';
import { captureConsole } from '../support/captureConsole.js';
import { inTurn, json, reset } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';
import {
  answering,
  contactsServer,
  failure,
  page,
  refused,
  run,
  sent,
  stateFor,
  UUID,
} from './run.js';

const URN = 'tel:+221770001122';
const taken = { urns: [`URN belongs to another contact: ${URN}`] };

test('posts the contact and leaves what RapidPro answered', async () => {
  const server = await serve(...contactsServer());
  const contact = {
    name: 'Amina Diallo',
    language: 'fra',
    urns: [URN],
    groups: ['Mothers'],
    fields: { age: 27, village: null, weight: '3.5', empty: '' },
    note: 'Speaks Wolof',
  };
  const { data, response } = await run(addContact(contact), server);
  expect(sent(server)).toEqual(['POST contacts']);
  expect(server.requests[0]?.body).toEqual(contact);
  expect(data).toMatchObject(contact);
  expect(response).toMatchObject({
    method: 'POST',
    path: 'contacts',
    statusCode: 201,
    requests: 1,
  });
});

test('language is written in small letters, URNs once and without spaces at their ends', async () => {
  const server = await serve(...contactsServer());
  const urns = [` ${URN}`, 'tel:+221 77-000.11(22)', 'mailto:A@x.org', 'mailto:a@X.ORG', URN];
  await run(addContact({ language: ' FRA ', urns, groups: [UUID.toUpperCase()] }), server);
  expect(server.requests[0]?.body).toEqual({
    language: 'fra',
    urns: [URN, 'mailto:A@x.org'],
    groups: [UUID],
  });
});

test('keys without a value are left out, null is sent', async () => {
  const server = await serve(...contactsServer());
  await run(addContact({ name: () => undefined as never, language: null }), server);
  expect(server.requests[0]?.body).toEqual({ language: null });
});

test('a key that is almost a known one is refused, with that one', async () => {
  const body = { nam: 'Amina', favourite: 'x' };
  const error = await refused(addContact(body as never), 'INVALID_INPUT');
  expect(error.description).toBe('contact has the unknown key "nam".');
  expect(error.fix).toContain('Did you mean "name"?');
  expect(error.fix).toContain('http.post("contacts", …)');
});

test('another unknown key is warned about, and sent', async () => {
  const lines = captureConsole();
  const server = await serve(...contactsServer());
  await addContact({ name: 'Amina', favourite: 'x' } as never)(stateFor(server));
  expect(server.requests[0]?.body).toEqual({ name: 'Amina', favourite: 'x' });
  expect(lines.join('\n')).toContain('unknown key "favourite"');
  expect(lines.join('\n')).not.toContain('Amina');
});

test.each([
  [undefined, 'INVALID_INPUT', 'contact must be an object'],
  [[{ name: 'A' }], 'INVALID_INPUT', 'contact must be an object'],
  ['Amina', 'INVALID_INPUT', 'contact must be an object'],
  [{ urns: URN }, 'INVALID_INPUT', 'contact.urns must be a list'],
  [{ urns: [undefined] }, 'INVALID_INPUT', 'contact.urns[0] must be a URN'],
  [{ urns: [''] }, 'INVALID_INPUT', 'contact.urns[0] must be a URN'],
  [{ urns: ['+221770001122'] }, 'INVALID_URN', 'contact.urns[0] is not a URN'],
  [{ urns: [URN, 'Amina'] }, 'INVALID_URN', 'contact.urns[1] is not a URN'],
  [{ groups: 'Mothers' }, 'INVALID_INPUT', 'contact.groups must be a list'],
  [{ groups: [{ uuid: UUID }] }, 'INVALID_INPUT', 'contact.groups[0] must be the uuid or the name'],
  [{ groups: null }, 'INVALID_INPUT', 'contact.groups must be a list'],
  [{ fields: ['age'] }, 'INVALID_INPUT', 'contact.fields must be an object'],
  [{ fields: { sick: true } }, 'INVALID_INPUT', 'contact.fields.sick must be text, a number'],
  [{ fields: { born: {} } }, 'INVALID_INPUT', 'contact.fields.born must be text, a number'],
  [{ name: { first: 'A' } }, 'INVALID_INPUT', 'contact.name must be text or null'],
  [{ language: 5 }, 'INVALID_INPUT', 'contact.language must be text'],
  [{ note: null }, 'INVALID_INPUT', 'contact.note must be text'],
])('%j is refused', async (contact, code, description) => {
  const error = await refused(addContact(contact as never), code);
  expect(error.description).toContain(description);
  expect(JSON.stringify(error)).not.toMatch(/Amina|000.?11.?22/);
});

test('several mistakes are all named', async () => {
  const error = await refused(
    addContact({ urns: 'x', fields: { sick: true } } as never),
    'INVALID_INPUT',
  );
  expect(error.errors).toHaveLength(2);
});

describe('a URN that another contact has', () => {
  test.each([
    [taken],
    [{ urns: { 0: ['URN is in use by another contact.'] } }],
    [{ urns: { 3: ['URN is in use by another contact.'] } }],
  ])('%j', async body => {
    const server = await serve(
      answering('post', 'contacts', () => HttpResponse.json(body, { status: 400 })),
    );
    const error = await failure(addContact({ name: 'Amina', urns: [URN] }), server);
    expect(error).toMatchObject({ code: 'URN_TAKEN', statusCode: 400 });
    expect(error.fix).toContain('upsertContact()');
    expect(JSON.stringify(error)).not.toMatch(/Amina|000112/);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a first attempt that was lost', () => {
  const now = () => new Date().toISOString();
  const date = () => ({ Date: new Date().toUTCString() });
  const list = (created_on: string) =>
    json(
      { next: null, previous: null, results: [{ uuid: UUID, urns: [URN], created_on }] },
      200,
      date(),
    );

  test('but was done: the contact is found by its URN', async () => {
    noSleep();
    const server = await rawServer(inTurn(reset, json(taken, 400, date()), list(now())));
    const { data, response } = await run(addContact({ urns: [URN] }), server);
    expect(data).toMatchObject({ uuid: UUID });
    expect(response).toMatchObject({ requests: 3 });
  });

  test('and was not done: the second attempt adds the contact', async () => {
    noSleep();
    const server = await rawServer(inTurn(reset, json({ uuid: UUID }, 201)));
    expect((await run(addContact({ urns: [URN] }), server)).data).toEqual({ uuid: UUID });
    expect(server.requests).toHaveLength(2);
  });

  test('and somebody else had the URN for long: it is taken', async () => {
    noSleep();
    const old = list('2020-01-01T00:00:00Z');
    const server = await rawServer(inTurn(reset, json(taken, 400, date()), old));
    expect((await failure(addContact({ urns: [URN] }), server)).code).toBe('URN_TAKEN');
  });

  test('and somebody else has just taken the URN: it is taken', async () => {
    noSleep();
    const server = await rawServer(inTurn(reset, json(taken, 400, date()), list(now())));
    const operation = addContact({ name: 'Amina', urns: [URN] });
    expect((await failure(operation, server)).code).toBe('URN_TAKEN');
  });

  test('and somebody wrote in meanwhile: what the contact lacks is written', async () => {
    noSleep();
    const done = { uuid: UUID, urns: [URN], language: 'fra', fields: { age: '31' } };
    const server = await rawServer(
      inTurn(reset, json(taken, 400, date()), list(now()), json(done, 200, date())),
    );
    const contact = { urns: [URN], language: 'fra', fields: { age: '31' } };
    expect((await run(addContact(contact), server)).data).toEqual(done);
    const [head = '', body = ''] = server.requests.at(-1)?.text.split('\r\n\r\n') ?? [];
    expect(head).toContain(`?uuid=${UUID}`);
    expect(JSON.parse(body)).toEqual({ language: 'fra', fields: { age: '31' } });
  });

  test.each([
    ['a group', { urns: [URN], groups: ['Mothers'] }],
    ['a URN', { urns: [URN, 'tel:+221770001123'] }],
  ])('and somebody wrote in meanwhile, without %s: it is taken', async (_, contact) => {
    noSleep();
    const server = await rawServer(inTurn(reset, json(taken, 400, date()), list(now())));
    expect((await failure(addContact(contact), server)).code).toBe('URN_TAKEN');
  });

  test('and has no URN: it is never tried again', async () => {
    noSleep();
    const server = await rawServer(reset);
    const error = await failure(addContact({ name: 'Amina' }), server);
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(server.requests).toHaveLength(1);
  });
});

test('a URN that is taken at the first attempt is not looked up', async () => {
  const server = await serve(
    msw.get('*/api/v2/contacts.json', () => page([{ uuid: UUID, created_on: new Date() }])),
    answering('post', 'contacts', () => HttpResponse.json(taken, { status: 400 })),
  );
  expect((await failure(addContact({ urns: [URN] }), server)).code).toBe('URN_TAKEN');
  expect(sent(server)).toEqual(['POST contacts']);
});
