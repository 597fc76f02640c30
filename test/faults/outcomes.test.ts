import { describe, expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import { changed, fail, type RapidProError } from '../../src/errors/errors.js';
import {
  addContact,
  ensureGroup,
  sendBroadcast,
  syncContacts,
  upsertContact,
  upsertContacts,
} from '../../src/index.js';
import type { BulkResult } from '../../src/types/bulk.js';
import type { ApiRequest } from '../../src/types/request.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { answer, badGateway, garbledJson, inTurn, json, reset, stall } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { type Behavior, rawServer } from '../support/rawServer.js';

const READ: ApiRequest = { method: 'GET', path: 'contacts' };
const WRITE: ApiRequest = { method: 'POST', path: 'contacts', body: {}, repeatable: true };
const SEND: ApiRequest = { method: 'POST', path: 'broadcasts', body: { text: 'hello' } };

async function errorOf(request: ApiRequest, behave: Behavior): Promise<RapidProError> {
  const configuration = parseConfiguration(credential(await rawServer(behave)));
  const timeout = behave === stall ? 0.15 : 10;
  const limiter = new Limiter({ clock: fakeClock(), maxWait: 30 });
  const client = new Client(configuration, { timeout, limiter });
  return client.request(request).then(
    () => expect.unreachable('no error'),
    error => error as RapidProError,
  );
}

const taken = json({ urns: ['URN belongs to another contact'] }, 400);
const later = json({}, 429, { 'retry-after': '3000' });

/** `TARGET` becomes the endpoint of the request, with its query. */
const redirect =
  (location: string): Behavior =>
  request => {
    const [, target = ''] = /\/(\w+\.json\S*)/.exec(request.text) ?? [];
    answer(302, '', { location: location.replace('TARGET', target) })(request);
  };

describe.each<[string, Behavior, RapidProError['outcome']]>([
  ['400', taken, 'refused'],
  ['403', json({ detail: 'Invalid token' }, 403), 'refused'],
  ['429', later, 'refused'],
  ['a redirect to the same endpoint', redirect('https://a.example/api/v2/TARGET'), 'none'],
  ['a redirect to a login', redirect('/login'), 'unknown'],
  ['a redirect to itself', redirect('/api/v2/TARGET'), 'unknown'],
  ['a redirect to nowhere', redirect(''), 'unknown'],
  ['408', json({}, 408), 'unknown'],
  ['425', json({}, 425), 'unknown'],
  ['507', json({}, 507), 'unknown'],
  ['599', badGateway(599), 'unknown'],
  ['500', json({}, 500), 'unknown'],
  ['502', badGateway(502), 'unknown'],
  ['a web page', badGateway(200), 'unknown'],
  ['garbled JSON', garbledJson, 'unknown'],
  ['a reset', reset, 'unknown'],
  ['silence', stall, 'unknown'],
])('the outcome after %s', (_, behave, outcome) => {
  test.each([WRITE, SEND])('of a $method $path', async request => {
    expect((await errorOf(request, behave)).outcome).toBe(outcome);
  });

  test('a read never did anything', async () => {
    const { outcome: read } = await errorOf(READ, behave);
    expect(read).toBe(outcome === 'unknown' ? 'none' : outcome);
  });
});

describe.each([
  ['403', badGateway(403)],
  ['400', badGateway(400)],
  ['404', badGateway(404)],
  ['406', badGateway(406)],
  ['403 in JSON', json({ message: 'Forbidden' }, 403)],
])('the outcome after a page of another server: %s', (_, behave) => {
  test('of a write is unknown, and only what does harm must not be repeated', async () => {
    const { code, outcome } = await errorOf(SEND, behave);
    expect({ code, outcome }).toEqual({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
    const write = await errorOf(WRITE, behave);
    expect([write.code, write.outcome]).toEqual(['NOT_RAPIDPRO', 'unknown']);
    expect((await errorOf(READ, behave)).outcome).toBe('none');
  });
});

test.each([401, 413, 421, 426])('a %i page says that the request was not taken', async status => {
  expect((await errorOf(SEND, badGateway(status))).outcome).toBe('refused');
});

test.each([taken, later])(
  'a refusal says nothing of an attempt before it that was lost',
  async last => {
    expect((await errorOf(WRITE, inTurn(reset, last))).outcome).toBe('unknown');
  },
);

describe('a look that fails after a write whose answer was lost', () => {
  const list = json({ next: null, results: [] });
  const good = { urns: ['tel:+250788123123'], name: 'Amina' };
  const two = { ...good, urns: [...good.urns, 'ext:17'] };

  /** Reads go well until the write, which is lost, and then refused for what it did. */
  async function lost(refusal: Behavior, look: Behavior = badGateway(502)) {
    noSleep();
    captureConsole();
    let writes = 0;
    const server = await rawServer(request => {
      if (request.text.startsWith('POST')) return (writes++ === 0 ? reset : refusal)(request);
      return (writes === 0 ? list : look)(request);
    });
    return { configuration: credential(server) };
  }

  const named = json({ name: ['This field must be unique.'] }, 400);
  test.each<[string, Operation, Behavior]>([
    ['addContact', addContact(good), taken],
    ['addContact with two URNs', addContact(two), taken],
    ['upsertContact', upsertContact(two), taken],
    ['ensureGroup', ensureGroup('Mothers'), named],
  ])('%s: nobody knows whether it was done', async (_, operation, refusal) => {
    const ended = operation(await lost(refusal));
    await expect(ended).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE', outcome: 'unknown' });
    await expect(ended).rejects.toThrow('An earlier attempt lost its answer, and may have done it');
  });

  test.each<[string, Behavior]>([
    ['does not come', badGateway(502)],
    ['is held up for too long', later],
  ])('a contact of a list may have been made, where the look %s', async (_, look) => {
    const state = await upsertContacts([two], { concurrency: 1 })(await lost(taken, look));
    const { failed, notAttempted } = state.data as BulkResult;
    expect(notAttempted).toEqual([]);
    expect(failed).toMatchObject([{ description: expect.stringMatching(/may have been written/) }]);
  });
});

describe('a redirect to a login comes after a write, perhaps', () => {
  const list = json({ next: null, results: [] });
  const person = (place: number) => ({ urns: [`tel:+25078812310${place}`], name: `P${place}` });

  async function redirecting(location: string, first?: Behavior) {
    noSleep();
    captureConsole();
    let writes = 0;
    const server = await rawServer(request => {
      if (request.text.startsWith('GET')) return list(request);
      return (writes++ === 0 && first ? first : redirect(location))(request);
    });
    return { configuration: credential(server) };
  }

  test.each([['upsertContacts', upsertContacts] as const, ['syncContacts', syncContacts] as const])(
    '%s',
    async (_, operation) => {
      const run = async (location: string) => {
        const contacts = [person(0), person(1)];
        return operation(contacts, { concurrency: 1 })(await redirecting(location));
      };
      const { failed, notAttempted, stopped } = (await run('/login')).data as BulkResult;
      expect(failed).toMatchObject([{ code: 'REDIRECTED' }]);
      expect(failed[0]?.description).toMatch(/may have been written/);
      expect(notAttempted).toHaveLength(1);
      expect(stopped).toMatchObject({ code: 'REDIRECTED' });
      // Nothing was done at all.
      await expect(run('https://a.example/api/v2/TARGET')).rejects.toMatchObject({
        code: 'REDIRECTED',
        outcome: 'none',
      });
    },
  );

  test('a batch of a broadcast is among those that nobody knows', async () => {
    const urns = Array.from({ length: 250 }, (_, place) => `tel:+250788${123_000 + place}`);
    const sent = json({ id: 1, uuid: '3c9f0d4e-0e41-4f6d-8a3c-1f2e3d4c5b6a' }, 201);
    const ended = sendBroadcast({ urns, text: 'Hi' })(await redirecting('/login', sent));
    await expect(ended).rejects.toMatchObject({
      code: 'PARTIAL_SEND',
      details: { done: [[0, 99]], unknown: [[100, 199]], failed: [], notAttempted: [[200, 249]] },
    });
  });
});

test('nothing is done where nobody takes connections', async () => {
  const configuration = parseConfiguration({ host: 'http://127.0.0.1:9/', token: 'abc' });
  const client = new Client(configuration, { limiter: new Limiter({ clock: fakeClock() }) });
  const ended = client.request(SEND);
  await expect(ended).rejects.toMatchObject({ code: 'CONNECTION_REFUSED', outcome: 'none' });
});

test('the outcome is there, but not shown', () => {
  const error = fail('INVALID_INPUT', 'a', 'b');
  expect(error.outcome).toBe('none');
  expect(Object.keys(error)).not.toContain('outcome');
});

test('an error in other words keeps all else, and has the first as its cause', () => {
  const error = fail('RATE_LIMITED', 'a', 'b', {
    retryAfter: 3,
    statusCode: 429,
    outcome: 'refused',
  });
  const other = changed(error, { description: 'c' });
  expect({ ...other }).toEqual({ ...error, description: 'c' });
  expect([other.outcome, other.cause]).toEqual(['refused', error]);
  const unsure = changed(error, { outcome: 'unknown' });
  expect({ ...unsure }).toEqual({ ...error });
  expect([unsure.outcome, unsure.cause]).toEqual(['unknown', undefined]);
});
