import { describe, expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import { changed, fail, type RapidProError } from '../../src/errors/errors.js';
import { addContact, ensureGroup, upsertContact, upsertContacts } from '../../src/index.js';
import type { BulkResult } from '../../src/types/bulk.js';
import type { ApiRequest } from '../../src/types/request.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { badGateway, garbledJson, inTurn, json, reset, stall } from '../support/faults.js';
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

describe.each<[string, Behavior, RapidProError['outcome']]>([
  ['400', taken, 'refused'],
  ['403', json({ detail: 'Invalid token' }, 403), 'refused'],
  ['429', later, 'refused'],
  ['408', json({}, 408), 'unknown'],
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
