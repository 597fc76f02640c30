import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { recording, replay, servers } from '../../recordings/read.js';
import {
  addContact,
  getContacts,
  sendBroadcast,
  startFlow,
  upsertContact,
} from '../../src/index.js';
import {
  contactsServer,
  FLOW,
  failure,
  page,
  run,
  sent,
  stateFor,
  UUID,
} from '../operations/run.js';
import { captureConsole } from '../support/captureConsole.js';
import { answer, json, reset } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';

/** The defects of version 2.1.2, each held mended. The numbers are those of its description. */

const URN = 'tel:+221770001122';
const operations = [
  addContact({ name: 'Amina' }),
  upsertContact({ urns: [URN] }),
  startFlow({ flow: FLOW, urns: [URN] }),
  sendBroadcast({ text: 'Hi', urns: [URN] }),
];

describe('1. an error status throws', () => {
  test.each([400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 502, 503])('%d', async status => {
    noSleep();
    for (const operation of operations) {
      const server = await rawServer(json({ detail: 'No.' }, status));
      const error = await failure(operation, server);
      expect(error.statusCode).toBe(status);
    }
  });
});

describe('2. an answer that is no JSON is an error that says so', () => {
  test.each([
    ['a web page', answer(200, '<!doctype html><html></html>', { 'Content-Type': 'text/html' })],
    ['nothing', answer(200, '')],
    ['half an object', answer(201, '{"uuid": ')],
  ])('%s', async (_, behavior) => {
    noSleep();
    for (const operation of operations) {
      const error = await failure(operation, await rawServer(behavior));
      expect(error.code).toMatch(/^(NOT_RAPIDPRO|INVALID_RESPONSE|OUTCOME_UNKNOWN)$/);
    }
  });
});

test('3. a slash at the end of the host is no second one in the address', async () => {
  const server = await serve(...contactsServer());
  expect(server.host.endsWith('/')).toBe(true);
  await run(addContact({ name: 'Amina' }), server);
  expect(server.requests[0]?.url).toBe('/api/v2/contacts.json');
});

test.each(['tel:+2203011234', 'mailto:a+b@x.org', 'ext:a&b+c', 'twitter:a#b&c'])(
  '4. %s reaches the server as it is',
  async urn => {
    const server = await serve(...contactsServer({ uuid: UUID, urns: [urn] }));
    const { data } = await run(upsertContact({ name: 'Amina', urns: [urn] }), server);
    expect(server.requests[0]?.query.get('urn')).toBe(urn);
    expect(data).toMatchObject({ uuid: UUID });
  },
);

describe('5. a taken URN is reported, and an upsert updates its contact', () => {
  test.each(servers)('%s', async name => {
    const taken = recording(name, 'contacts', 'post_error_urn_taken');
    const server = await serve(msw.post('*/api/v2/contacts.json', replay(taken)));
    expect((await failure(addContact(taken.request.body as never), server)).code).toBe('URN_TAKEN');

    const existing = recording(name, 'contacts', 'post_upsert_urn_existing');
    const upserting = await serve(msw.post('*/api/v2/contacts.json', replay(existing)));
    const urn = new URLSearchParams(existing.request.query).get('urn') as string;
    const { data } = await run(upsertContact({ name: 'x', urns: [urn] }), upserting);
    expect(data).toEqual(existing.response.body);
    expect(sent(upserting)).toEqual([`POST contacts?urn=${urn}`]);
  });
});

describe('6. upserts with several URNs', () => {
  test.each(servers)('an invalid URN is not taken for a taken one: %s', async name => {
    const invalid = recording(name, 'contacts', 'post_error_bad_urn');
    const server = await serve(
      msw.get('*/api/v2/contacts.json', () =>
        HttpResponse.json({ detail: 'Invalid URN: tel:notaphone' }, { status: 400 }),
      ),
      msw.post('*/api/v2/contacts.json', replay(invalid)),
    );
    const one = await failure(upsertContact({ urns: ['tel:notaphone'] }), server);
    expect(one.code).toBe('INVALID_URN');
    const two = await failure(upsertContact({ urns: ['tel:notaphone', URN] }), server);
    expect(two.code).toBe('INVALID_URN');
    expect(sent(server).filter(request => request === 'POST contacts')).toEqual([]);
  });

  test('a clash on the second URN is no addition', async () => {
    const server = await serve(...contactsServer({ uuid: UUID, urns: ['telegram:5'] }));
    const { data } = await run(upsertContact({ name: 'A.', urns: [URN, 'telegram:5'] }), server);
    expect(data).toMatchObject({ uuid: UUID, urns: ['telegram:5', URN] });
  });

  test('the remaining URNs are not dropped', async () => {
    const server = await serve(...contactsServer({ uuid: UUID, urns: [URN] }));
    const { data } = await run(upsertContact({ urns: [URN, 'telegram:5'] }), server);
    expect(data).toMatchObject({ uuid: UUID, urns: [URN, 'telegram:5'] });
  });
});

test('7. the response on state is a few plain values', async () => {
  const server = await serve(...contactsServer());
  const { response } = await run(upsertContact({ urns: [URN] }), server);
  expect(JSON.parse(JSON.stringify(response))).toEqual({
    method: 'POST',
    path: 'contacts',
    statusCode: 201,
    duration: expect.any(Number),
    requests: 1,
  });
});

test('8. names, URNs and texts stay out of the log', async () => {
  const lines = captureConsole();
  const body = { uuid: UUID, urns: [URN], contacts: [{ name: 'Amina' }], text: { eng: 'Hi' } };
  const server = await serve(
    msw.get('*/flows.json', () => page([{ uuid: FLOW, archived: false }])),
    msw.post('*', () => HttpResponse.json(body, { status: 201 })),
  );
  await startFlow({ flow: FLOW, urns: [URN] })(stateFor(server));
  await sendBroadcast({ text: 'Hi', urns: [URN] })(stateFor(server));
  expect(lines).toHaveLength(2);
  expect(lines.join('\n')).not.toMatch(/Amina|0001122|Hi\b/);
});

test('9. lists are read to their end, throttling is waited out, nothing hangs', async () => {
  const sleeps = noSleep();
  let requests = 0;
  const server = await serve(
    msw.get('*/api/v2/contacts.json', () => {
      if (++requests === 2) {
        return HttpResponse.json({}, { status: 429, headers: { 'Retry-After': '3' } });
      }
      const next = requests === 1 ? 'http://x/?cursor=2' : null;
      return HttpResponse.json({ next, previous: null, results: [{ uuid: requests }] });
    }),
  );
  expect((await run(getContacts(), server)).data).toEqual([{ uuid: 1 }, { uuid: 3 }]);
  expect(sleeps).toEqual([3]);
  const lost = await rawServer(reset);
  expect((await failure(addContact({ name: 'Amina' }), lost)).code).toBe('OUTCOME_UNKNOWN');
});
