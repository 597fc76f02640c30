import { HttpResponse } from 'msw';
import { describe, expect, test } from 'vitest';
import { deleteContact, sendBroadcast, updateContact, upsertContact } from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
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

const FIRST = 'tel:+250788000001';
const SECOND = 'whatsapp:250788000002';
const amina = () => ({ uuid: UUID, name: 'Amina', urns: [FIRST] });
const bea = () => ({ uuid: OTHER_UUID, name: 'Bea', urns: [SECOND] });

describe('updateContact', () => {
  test('by uuid needs one request', async () => {
    const server = await serve(...contactsServer(amina()));
    const changes = { language: null, groups: [], fields: { age: null } };
    const { data, response } = await run(updateContact(UUID, changes), server);
    expect(sent(server)).toEqual([`POST contacts?uuid=${UUID}`]);
    expect(server.requests[0]?.body).toEqual(changes);
    expect(data).toMatchObject({ uuid: UUID, language: null });
    expect(response).toMatchObject({ method: 'POST', statusCode: 200, requests: 1 });
  });

  test('by URN looks for the contact first, and at it, and writes to its uuid', async () => {
    const server = await serve(...contactsServer(amina()));
    const { data } = await run(updateContact(FIRST, { name: 'A.' }), server);
    expect(sent(server)).toEqual([
      `GET contacts?urn=${FIRST}`,
      `POST contacts?uuid=${UUID}`,
      `POST contacts?uuid=${UUID}`,
    ]);
    expect(server.requests.slice(1).map(({ body }) => body)).toEqual([{}, { name: 'A.' }]);
    expect(data).toMatchObject({ uuid: UUID, name: 'A.' });
  });

  test('never makes a contact', async () => {
    const server = await serve(...contactsServer());
    expect((await failure(updateContact(FIRST, { name: 'A.' }), server)).code).toBe('NOT_FOUND');
    expect(sent(server)).toEqual([`GET contacts?urn=${FIRST}`]);
    expect((await failure(updateContact(UUID, { name: 'A.' }), server)).code).toBe('NOT_FOUND');
    const urns = { urns: [FIRST] };
    expect((await failure(updateContact(UUID, urns), server)).code).toBe('NOT_FOUND');
  });

  test('is repeated when it was lost, but for a note', async () => {
    noSleep();
    const plain = await rawServer(inTurn(reset, json({ uuid: UUID })));
    expect((await run(updateContact(UUID, { name: 'A.' }), plain)).data).toEqual({ uuid: UUID });
    const noted = await rawServer(reset);
    const error = await failure(updateContact(UUID, { note: 'Called' }), noted);
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(noted.requests).toHaveLength(1);
  });

  test('with a note is warned of where servers have none, and only with a note', async () => {
    const lines = captureConsole();
    const server = await serve(...contactsServer(amina()));
    await updateContact(UUID, { name: 'A.' })(stateFor(server));
    expect(lines.join('\n')).not.toContain('note');
    await updateContact(UUID, { note: 'Called' })(stateFor(server));
    expect(lines.filter(line => line.includes('has no notes'))).toHaveLength(1);
  });

  test('by URN leaves one address in two forms to a contact that has it so', async () => {
    const urns = [FIRST, 'mailto:A@x.org', 'mailto:a@x.org'];
    const server = await serve(...contactsServer({ ...amina(), urns }));
    await run(updateContact(FIRST, { name: 'A.' }), server);
    expect(server.requests.at(-1)?.body).toEqual({ name: 'A.' });
  });

  test.each([undefined, '', 'Amina', { uuid: UUID }])('of %j is refused', async contact => {
    const code = contact === 'Amina' ? 'INVALID_URN' : 'INVALID_INPUT';
    await refused(updateContact(contact as never, { name: 'x' }), code);
  });

  test('with the uuid of another contact in the changes is refused', async () => {
    captureConsole();
    const changes = { uuid: OTHER_UUID, name: 'A.' } as never;
    const error = await refused(updateContact(UUID, changes), 'INVALID_INPUT');
    expect(error.description).toContain('changes.uuid is not the uuid of the contact');
    const server = await serve(...contactsServer(amina()));
    expect((await failure(updateContact(FIRST, changes), server)).code).toBe('INVALID_INPUT');
    expect(sent(server)).toEqual([`GET contacts?urn=${FIRST}`]);
    // An answer of RapidPro may be written back.
    for (const uuid of [UUID, UUID.toUpperCase(), null]) {
      const fresh = await serve(...contactsServer(amina()));
      const { data } = await run(updateContact(UUID, { uuid, name: 'B.' } as never), fresh);
      expect(data).toMatchObject({ name: 'B.' });
    }
  });

  test.each<[string, Operation]>([
    ['updateContact', updateContact(UUID, { name: 'A.' })],
    ['upsertContact', upsertContact({ uuid: UUID, name: 'A.' })],
  ])('%s by uuid, answered with another contact: something drops the query', async (_, change) => {
    const server = await serve(answering('post', 'contacts', () => HttpResponse.json(bea())));
    const error = await failure(change, server);
    expect(error).toMatchObject({
      code: 'INVALID_RESPONSE',
      outcome: 'unknown',
      details: { contact: OTHER_UUID },
      fix: expect.stringContaining('drop the query'),
    });
    expect(sent(server)).toEqual([`POST contacts?uuid=${UUID}`]);
  });

  test('by URN, answered with more than one contact: something drops the query', async () => {
    const server = await serve(answering('get', 'contacts', () => page([amina(), bea()])));
    const error = await failure(updateContact(FIRST, { name: 'A.' }), server);
    expect(error.code).toBe('INVALID_RESPONSE');
    expect(sent(server)).toEqual([`GET contacts?urn=${FIRST}`]);
  });

  test.each([
    ['no URNs', []],
    ['a URN among what is none', [null, 7, FIRST]],
  ])('by URN is written to a contact that shows %s', async (_, urns) => {
    const shown = { ...amina(), urns };
    const server = await serve(
      answering('get', 'contacts', () => page([shown])),
      answering('post', 'contacts', () => HttpResponse.json(shown)),
    );
    await run(updateContact(FIRST, { name: 'A.' }), server);
    expect(server.requests.slice(1).map(({ body }) => body)).toEqual([{}, { name: 'A.' }]);
  });

  test('errors name the argument "changes"', async () => {
    const error = await refused(updateContact(UUID, { urns: FIRST } as never), 'INVALID_INPUT');
    expect(error.description).toBe(
      'changes.urns must be a list: put it in square brackets, as ["tel:+250788123123"] or [$.data.urn].',
    );
  });
});

test.each([
  ['groups', 'Mothers', '["Mothers"] or [$.data.name]'],
  ['contacts', UUID, '["tel:+250788123123"] or [$.data.uuid]'],
  ['urns', FIRST, '["tel:+250788123123"] or [$.data.urn]'],
])('a list of %s that is one text is shown as such a list', async (key, one, example) => {
  const error = await refused(sendBroadcast({ [key]: one, text: 'Hi' } as never), 'INVALID_INPUT');
  expect(error.description).toBe(
    `broadcast.${key} must be a list: put it in square brackets, as ${example}.`,
  );
});

describe('updateContact with URNs', () => {
  test('refuses a taken one before anything is written', async () => {
    const server = await serve(...contactsServer(amina(), bea()));
    const error = await failure(updateContact(UUID, { urns: [FIRST, SECOND] }), server);
    expect(error).toMatchObject({
      code: 'URN_TAKEN',
      details: { index: 1, contact: UUID, holder: OTHER_UUID },
    });
    expect(JSON.stringify(error)).not.toContain('2507880');
    expect(sent(server)).toEqual([`GET contacts?uuid=${UUID}`, `GET contacts?urn=${SECOND}`]);
  });

  test('writes free ones, each once', async () => {
    const server = await serve(...contactsServer(amina()));
    await run(updateContact(UUID, { urns: [SECOND, FIRST, `${SECOND} `] }), server);
    expect(sent(server)).toEqual([
      `GET contacts?uuid=${UUID}`,
      `GET contacts?urn=${SECOND}`,
      `POST contacts?uuid=${UUID}`,
      'POST contact_actions',
      `POST contacts?uuid=${UUID}`,
    ]);
    expect(server.requests.slice(2).map(({ body }) => body)).toEqual([
      {},
      { contacts: [SECOND] },
      { urns: [SECOND, FIRST] },
    ]);
  });

  test('does not write the list that is there already', async () => {
    const server = await serve(...contactsServer(amina()));
    await run(updateContact(UUID, { name: 'A.', urns: ['tel:+250 788 000 001'] }), server);
    expect(sent(server)).toEqual([`GET contacts?uuid=${UUID}`, `POST contacts?uuid=${UUID}`]);
    expect(server.requests[1]?.body).toEqual({ name: 'A.' });
  });

  test('writes a list of which only the second differs', async () => {
    const server = await serve(...contactsServer({ ...amina(), urns: [FIRST, 'mailto:a@x.org'] }));
    await run(updateContact(UUID, { urns: [FIRST, SECOND] }), server);
    expect(server.requests.at(-1)?.body).toEqual({ urns: [FIRST, SECOND] });
  });

  test.each([
    ['has', true],
    ['does not have', false],
  ])('a number that the contact %s, in another form, by the word of the server', async (_, has) => {
    // Nobody but the server knows whether that is one number.
    const [shown, given] = ['tel:+525512345678', 'tel:+5215512345678'];
    const contact = { ...amina(), urns: [shown] };
    const server = await serve(
      answering(
        'get',
        'contacts',
        () => page([contact]),
        () => page(has ? [contact] : []),
      ),
      answering('post', 'contacts', () => HttpResponse.json(contact)),
      answering('post', 'contact_actions', () => HttpResponse.json({}, { status: 400 })),
    );
    await run(updateContact(UUID, { name: 'A.', urns: [given] }), server);
    const wanted = has ? { name: 'A.' } : { name: 'A.', urns: [given] };
    expect(server.requests.at(-1)?.body).toEqual(wanted);
  });

  test.each([
    ['fails once', () => new HttpResponse('', { status: 502 })],
    ['is refused in other words', () => HttpResponse.json({ detail: 'Bad.' }, { status: 400 })],
  ])('writes a free one also if the question who has it %s', async (_, answer) => {
    noSleep();
    const server = await serve(
      answering('post', 'contact_actions', answer, () => HttpResponse.json({}, { status: 400 })),
      ...contactsServer(amina()),
    );
    await run(updateContact(UUID, { urns: [FIRST, SECOND] }), server);
    expect(server.requests.at(-1)?.body).toEqual({ urns: [FIRST, SECOND] });
  });

  test('an empty list would take all away, and is refused', async () => {
    await refused(updateContact(UUID, { urns: [] }), 'INVALID_INPUT');
  });

  test('says where the server left one out all the same', async () => {
    const server = await serve(
      answering(
        'get',
        'contacts',
        () => page([amina()]),
        () => page([]),
      ),
      answering('post', 'contacts', () => HttpResponse.json(amina())),
    );
    const error = await failure(updateContact(UUID, { urns: [FIRST, SECOND] }), server);
    expect(error).toMatchObject({ code: 'URN_TAKEN', details: { contact: UUID, lost: [1] } });
    expect(error.outcome).toBe('unknown');
  });
});

describe('deleteContact', () => {
  test.each([
    [UUID, `DELETE contacts?uuid=${UUID}`],
    [FIRST, `DELETE contacts?urn=${FIRST}`],
  ])('by %s', async (contact, request) => {
    const lines = captureConsole();
    const server = await serve(
      answering('delete', 'contacts', () => new Response(null, { status: 204 })),
    );
    const { data, response } = await deleteContact(contact)(stateFor(server));
    expect(data).toEqual({ deleted: true });
    expect(response).toMatchObject({ method: 'DELETE', statusCode: 204, requests: 1 });
    expect(sent(server)).toEqual([request]);
    expect(lines.join('\n')).not.toContain('788');
  });

  test('of what is not there', async () => {
    const server = await serve(
      answering('delete', 'contacts', () => HttpResponse.json({ detail: 'No.' }, { status: 404 })),
    );
    expect((await failure(deleteContact(FIRST), server)).code).toBe('NOT_FOUND');
  });

  test('whose first attempt was lost finds nothing left to delete', async () => {
    noSleep();
    const said = captureConsole();
    const server = await rawServer(inTurn(reset, json({ detail: 'Not found.' }, 404)));
    expect((await run(deleteContact(FIRST), server)).data).toEqual({ deleted: true });
    expect(said.join('\n')).toContain('An attempt whose answer was lost has deleted it, or');
    expect(said.join('\n')).not.toContain('Deleted');
  });

  test.each([undefined, null, '', {}])('of %j is refused', async contact => {
    await refused(deleteContact(contact as never), 'INVALID_INPUT');
  });
});
