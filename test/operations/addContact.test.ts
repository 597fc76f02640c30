import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/client/clock.js';
import { addContact } from '../../src/index.js';
import { captureConsole } from '../support/captureConsole.js';
import { inTurn, json, reset } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { type Behavior, rawServer } from '../support/rawServer.js';
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
const GROUP = '0a1f1c36-5a0e-4c0b-9a53-0d8a5e3f7c11';
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

  test.each([
    ['a group by name', { groups: ['mothers'] }],
    ['a group by uuid', { groups: [GROUP] }],
    ['fields', { fields: { age: 31, born: ' 1995 ', gone: null, empty: '' } }],
    ['a language', { language: 'fra' }],
    ['a name', { name: 'Amina ' }],
  ])('but was done, with %s: nothing is written again', async (_, more) => {
    noSleep();
    const whole = {
      uuid: UUID,
      name: 'name' in more ? 'Amina' : null,
      urns: [URN],
      language: 'fra',
      groups: [{ uuid: GROUP, name: 'Mothers' }],
      fields: { age: '31', born: '1995', gone: null, empty: null },
      created_on: now(),
    };
    const found = json({ next: null, previous: null, results: [whole] }, 200, date());
    const server = await rawServer(inTurn(reset, json(taken, 400, date()), found));
    expect((await run(addContact({ urns: [URN], ...more }), server)).data).toEqual(whole);
    expect(server.requests).toHaveLength(3);
  });

  test.each([
    ['another language', { language: 'kin', fields: { age: '31' } }, { language: 'fra' }],
    ['another field', { language: 'fra', fields: { age: '30' } }, { fields: { age: '31' } }],
    ['no fields', { language: 'fra', fields: null }, { fields: { age: '31' } }],
  ])(
    'and somebody wrote in meanwhile, shown with %s: only that is written',
    async (_, has, gets) => {
      noSleep();
      const shown = { uuid: UUID, urns: [URN], created_on: now(), ...has };
      const found = json({ next: null, previous: null, results: [shown] }, 200, date());
      const server = await rawServer(
        inTurn(reset, json(taken, 400, date()), found, json({ uuid: UUID }, 200, date())),
      );
      await run(addContact({ urns: [URN], language: 'fra', fields: { age: '31' } }), server);
      expect(JSON.parse(server.requests.at(-1)?.text.split('\r\n\r\n')[1] ?? '')).toEqual(gets);
    },
  );

  test.each([[['Partners']], [['Mothers', 'Partners']], [['Partners', GROUP]]])(
    'and somebody wrote in meanwhile, who is not in all of %j: it is taken',
    async groups => {
      noSleep();
      const shown = {
        uuid: UUID,
        urns: [URN],
        groups: [{ uuid: GROUP, name: 'Mothers' }],
        created_on: now(),
      };
      const found = json({ next: null, previous: null, results: [shown] }, 200, date());
      const server = await rawServer(inTurn(reset, json(taken, 400, date()), found));
      const error = await failure(addContact({ urns: [URN], groups }), server);
      expect(error.code).toBe('URN_TAKEN');
    },
  );

  test('but was done long before its answer was missed: the contact is ours', async () => {
    noSleep();
    const clock = { now: Date.now() };
    vi.spyOn(systemClock, 'now').mockImplementation(() => clock.now);
    const silent: Behavior = (...exchange) => {
      clock.now += 50_000;
      return reset(...exchange);
    };
    const created = new Date(Date.now() - 40_000).toISOString();
    const server = await rawServer(inTurn(silent, json(taken, 400, date()), list(created)));
    expect((await run(addContact({ urns: [URN] }), server)).data).toMatchObject({ uuid: UUID });
  });

  test('and nobody has the URN when it is looked up: it is taken', async () => {
    noSleep();
    const nobody = json({ next: null, previous: null, results: [] }, 200, date());
    const server = await rawServer(inTurn(reset, json(taken, 400, date()), nobody));
    expect((await failure(addContact({ urns: [URN] }), server)).code).toBe('URN_TAKEN');
  });

  test('and the server does not tell its time: it is taken', async () => {
    noSleep();
    const found = { uuid: UUID, urns: [URN], created_on: now() };
    const server = await rawServer(
      inTurn(reset, json(taken, 400), json({ next: null, previous: null, results: [found] })),
    );
    expect((await failure(addContact({ urns: [URN] }), server)).code).toBe('URN_TAKEN');
  });

  test('and every other one, too: it is not looked for', async () => {
    noSleep();
    const found = json({ next: null, previous: null, results: [{ uuid: UUID, urns: [URN] }] });
    const gone = json('', 502, date());
    const server = await rawServer(inTurn(gone, gone, gone, gone, found));
    const error = await failure(addContact({ urns: [URN] }), server);
    expect(error.outcome).toBe('unknown');
    expect(server.requests).toHaveLength(4);
  });

  test('and has no URN: it is never tried again', async () => {
    noSleep();
    const server = await rawServer(reset);
    const error = await failure(addContact({ name: 'Amina' }), server);
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(server.requests).toHaveLength(1);
  });
});

test.each([
  ['a group', { groups: ['Mothers'] }, [2.5]],
  ['a field', { fields: { age: 5 } }, [2.5]],
  ['both', { groups: ['Mothers'], fields: { age: 5 } }, [2.5]],
  ['neither', { groups: [], fields: {} }, [0.5]],
  ['nothing more', {}, [0.5]],
])('a 500 may mean that %s was just made: it is waited for', async (_, more, expected) => {
  const sleeps = noSleep();
  const server = await serve(
    answering(
      'post',
      'contacts',
      () => new HttpResponse('Server Error.', { status: 500 }),
      () => HttpResponse.json({ uuid: UUID }, { status: 201 }),
    ),
  );
  await run(addContact({ urns: [URN], ...more }), server);
  expect(sleeps).toEqual(expected);
});

test('a URN that is taken at the first attempt is not looked up', async () => {
  const server = await serve(
    msw.get('*/api/v2/contacts.json', () => page([{ uuid: UUID, created_on: new Date() }])),
    answering('post', 'contacts', () => HttpResponse.json(taken, { status: 400 })),
  );
  expect((await failure(addContact({ urns: [URN] }), server)).code).toBe('URN_TAKEN');
  expect(sent(server)).toEqual(['POST contacts']);
});

describe('a note of a new contact', () => {
  const added = (more: object) => () =>
    HttpResponse.json({ uuid: UUID, name: 'Amina', ...more }, { status: 201 });
  const operation = addContact({ name: 'Amina', note: ' Called. ' });
  const noted = { uuid: UUID, notes: [{ text: 'Called.' }] };

  test('is written in a request of its own, where servers ignore it at first', async () => {
    const server = await serve(
      answering('post', 'contacts', added({ notes: [{ text: 'Other' }] }), () =>
        HttpResponse.json(noted),
      ),
    );
    expect((await run(operation, server)).data).toEqual(noted);
    expect(sent(server)).toEqual(['POST contacts', `POST contacts?uuid=${UUID}`]);
    expect(server.requests[1]?.body).toEqual({ note: ' Called. ' });
  });

  test.each(['Called.', 'Called. '])('is not written again if it is there: %j', async text => {
    const server = await serve(answering('post', 'contacts', added({ notes: [{ text }] })));
    expect((await run(operation, server)).data).toMatchObject({ notes: [{ text }] });
    expect(sent(server)).toEqual(['POST contacts']);
  });

  test('is written again if the server does not say which it has', async () => {
    const server = await serve(
      answering('post', 'contacts', added({ notes: null }), () => HttpResponse.json(noted)),
    );
    expect((await run(operation, server)).data).toEqual(noted);
  });

  test('without notes in the server is lost, with a warning for each operation', async () => {
    const lines = captureConsole();
    const server = await serve(answering('post', 'contacts', added({})));
    for (const _ of [1, 2]) await operation(stateFor(server));
    expect(sent(server)).toEqual(['POST contacts', 'POST contacts']);
    expect(lines.filter(line => line.includes('has no notes'))).toHaveLength(2);
  });

  test('is not spoken of where there is none', async () => {
    const lines = captureConsole();
    const server = await serve(answering('post', 'contacts', added({})));
    await addContact({ name: 'Amina' })(stateFor(server));
    expect(sent(server)).toEqual(['POST contacts']);
    expect(lines.join('\n')).not.toContain('note');
  });

  test.each([
    ['refused', () => HttpResponse.json({ note: ['Too long.'] }, { status: 400 })],
    ['lost', () => new HttpResponse('', { status: 502 })],
  ])('that is %s is told, with the contact that is there now', async (_, answer) => {
    noSleep();
    const server = await serve(answering('post', 'contacts', added({ notes: [] }), answer));
    const error = await failure(operation, server);
    expect(error).toMatchObject({
      outcome: 'unknown',
      details: { contact: UUID },
      description: expect.stringContaining('The contact was added, but its note was not: '),
      fix: expect.stringContaining('updateContact()'),
    });
    expect(server.requests).toHaveLength(2);
  });
});
