import { describe, expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { parseConfiguration } from '../../src/configuration.js';
import { changed, fail, type RapidProError } from '../../src/errors/errors.js';
import type { ApiRequest } from '../../src/types/request.js';
import { credential } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { badGateway, garbledJson, inTurn, json, reset, stall } from '../support/faults.js';
import { type Behavior, rawServer } from '../support/rawServer.js';

const READ: ApiRequest = { method: 'GET', path: 'contacts' };
const WRITE: ApiRequest = { method: 'POST', path: 'contacts', body: {}, repeatable: true };
const SEND: ApiRequest = { method: 'POST', path: 'broadcasts', body: { text: 'hello' } };

async function errorOf(request: ApiRequest, behave: Behavior): Promise<RapidProError> {
  const configuration = parseConfiguration(credential(await rawServer(behave)));
  const timeout = behave === stall ? 0.15 : 10;
  const client = new Client(configuration, { timeout, clock: fakeClock(), maxWait: 30 });
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

test('nothing is done where nobody takes connections', async () => {
  const configuration = parseConfiguration({ host: 'http://127.0.0.1:9/', token: 'abc' });
  const client = new Client(configuration, { clock: fakeClock() });
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
