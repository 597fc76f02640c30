import { describe, expect, test } from 'vitest';
import {
  addContact,
  addGroup,
  addToGroup,
  closeTickets,
  deleteContact,
  deleteContacts,
  deleteGroup,
  eachChange,
  eachMissedPush,
  eachPage,
  ensureField,
  ensureGroup,
  fn,
  getContact,
  getContacts,
  getFlowDefinitions,
  getWorkspace,
  http,
  labelMessages,
  sendBroadcast,
  sendMessage,
  setGlobal,
  startFlow,
  subscribe,
  syncContacts,
  updateContact,
  updateGroup,
  uploadMedia,
  upsertContact,
  upsertContacts,
  webhook,
} from '../../src/index.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { cpuTime } from '../support/cpuTime.js';
import { inTurn, json, stall } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';
import { answering, FLOW, failure, page, refused, run, stateFor, UUID } from './run.js';

type With = (options: never) => Operation;
const operations: [string, With][] = [
  ['getWorkspace', options => getWorkspace(options)],
  ['getContact', options => getContact(UUID, options)],
  ['getContacts', options => getContacts({}, options)],
  ['addContact', options => addContact({}, options)],
  ['updateContact', options => updateContact(UUID, {}, options)],
  ['upsertContact', options => upsertContact({ uuid: UUID }, options)],
  ['deleteContact', options => deleteContact(UUID, options)],
  ['startFlow', options => startFlow({ flow: FLOW, groups: ['A'] }, options)],
  ['sendBroadcast', options => sendBroadcast({ text: 'x', groups: ['A'] }, options)],
  ['sendMessage', options => sendMessage({ text: 'x', contact: UUID }, options)],
  ['http.get', options => http.get('contacts', {}, options)],
  ['http.post', options => http.post('contacts', {}, options)],
  ['http.delete', options => http.delete('contacts', {}, options)],
  ['http.request', options => http.request('GET', 'contacts', options)],
];

describe.each(operations)('%s', (_, build) => {
  test.each([
    { timeout: 0 },
    { timeout: -1 },
    { timeout: '30' },
    { timeout: 60_000 },
    { timeout: {} },
    { maxWait: -1 },
    { maxWait: '5' },
    { maxWait: 90_000 },
    { limit: 0 },
    { limit: 1.5 },
    { limit: '10' },
    { limit: null },
    { limit: undefined },
    { urns: 'append' },
  ])('refuses %j', async options => {
    const error = await refused(build(options as never), 'INVALID_OPTION');
    expect(error.description).toContain('options.');
  });

  test.each([5, 'fast', [60], true])('refuses options of %j', async options => {
    await refused(build(options as never), 'INVALID_OPTION');
  });

  test('refuses what is not a number', async () => {
    await refused(build({ timeout: Number.NaN } as never), 'INVALID_OPTION');
  });
});

describe('an unknown option is an error', () => {
  test.each([
    [{ limt: 5 }, 'options has the unknown key "limt".', 'Did you mean "limit"?'],
    [{ limits: 10 }, 'options has the unknown key "limits".', 'Did you mean "limit"?'],
    [{ Limit: 10 }, 'options has the unknown key "Limit".', 'Did you mean "limit"?'],
    [{ maxwait: 1 }, 'options has the unknown key "maxwait".', 'Did you mean "maxWait"?'],
    [{ max_wait: 1 }, 'options has the unknown key "max_wait".', 'Did you mean "maxWait"?'],
    [{ timeout: 5, time_out: 1 }, 'the unknown key "time_out".', 'Did you mean "timeout"?'],
    [{ pageSize: 9 }, 'options has the unknown key "pageSize".', 'Possible here: timeout, maxWait'],
    [{ dryRun: true }, 'options has the unknown key "dryRun".', 'no dry run'],
    [{ dry_run: true }, 'options has the unknown key "dry_run".', 'no dry run'],
    [{ literal: true }, 'options has the unknown key "literal".', 'accepts all texts'],
    [{ verify: undefined }, 'options has the unknown key "verify".', 'addToGroup()'],
    [{ limt: undefined }, 'options has the unknown key "limt".', 'Did you mean "limit"?'],
    [{ urns: ['tel:+250788000001'] }, 'options.urns is a list', 'belong in the first argument'],
    [
      { '+250788000001': 5 },
      'options has a key that this operation does not know.',
      'Possible here',
    ],
  ])('%j', async (options, description, fix) => {
    for (const read of [
      getContacts({}, options as never),
      getContacts({}, (() => options) as never),
      eachPage(
        getContacts({}, options as never),
        fn(state => state),
      ),
      eachChange(
        getContacts({}, options as never),
        fn(state => state),
      ),
    ]) {
      const error = await refused(read, 'INVALID_OPTION');
      expect(error.description).toContain(description);
      expect(error.fix).toContain('Nothing was sent.');
      expect(error.fix).toContain(fix);
      expect(JSON.stringify(error)).not.toContain('250788');
    }
  });

  test.each(operations)('of %s', async (_, build) => {
    await refused(build({ dryrun: true } as never), 'INVALID_OPTION');
    await refused(build({ retries: 3 } as never), 'INVALID_OPTION');
  });

  test.each<[string, () => Operation]>([
    ['deleteContact', () => deleteContact(UUID, { dryRun: true } as never)],
    ['syncContacts', () => syncContacts([], { dryrun: true } as never)],
    ['upsertContacts', () => upsertContacts([], { failOnErrors: true } as never)],
    ['deleteContacts', () => deleteContacts([UUID], { dryrun: true } as never)],
    ['sendBroadcast', () => sendBroadcast({ text: 'x', groups: ['A'] }, { dryrun: 1 } as never)],
    ['addToGroup', () => addToGroup([UUID], 'A', { verfy: true } as never)],
    ['labelMessages', () => labelMessages([1], 'A', { verify: true } as never)],
    ['closeTickets', () => closeTickets([UUID], { verify: true } as never)],
    ['addGroup', () => addGroup({ name: 'A' }, { urns: 'add' } as never)],
    ['updateGroup', () => updateGroup(UUID, { name: 'A' }, { force: true } as never)],
    ['deleteGroup', () => deleteGroup(UUID, { literal: true } as never)],
    ['ensureGroup', () => ensureGroup('A', { dry_run: true } as never)],
    ['ensureField', () => ensureField({ name: 'A', type: 'text' }, { Literal: true } as never)],
    ['setGlobal', () => setGlobal('A', 'b', { literals: true } as never)],
    ['uploadMedia', () => uploadMedia('aGk=', { fileName: 'x.png' } as never)],
    ['uploadMedia', () => uploadMedia('aGk=', { allow_private: true } as never)],
    ['subscribe', () => subscribe('births', 'https://x.org', { literal: true } as never)],
    ['http.get', () => http.get('contacts', {}, { query: { uuid: UUID } } as never)],
    ['http.post', () => http.post('contacts', {}, { uuid: UUID } as never)],
    ['http.post', () => http.post('contacts', {}, { Query: { uuid: UUID } } as never)],
    ['http.request', () => http.request('POST', 'contacts', { data: {} } as never)],
    ['getFlowDefinitions', () => getFlowDefinitions({ flow: UUID }, { limit: 5 } as never)],
    ['eachMissedPush', () => eachMissedPush({ resthook: 'x', dealine: 5 } as never)],
    ['eachMissedPush', () => eachMissedPush({ resthook: 'x', number: true } as never)],
    ['eachMissedPush', () => eachMissedPush({ flow: FLOW, reslt: 'x' } as never)],
    ['eachMissedPush', () => eachMissedPush({ flow: FLOW, result: 'x', limit: 5 } as never)],
    ['eachMissedPush', () => eachMissedPush((() => ({ resthook: 'x', dedline: 5 })) as never)],
    ['eachChange', () => eachChange(getContacts({}, { concurrency: 4 }))],
    ['eachChange', () => eachChange(getContacts({}, { resume: true }))],
    ['eachChange', () => eachChange(getContacts({}, { resume: false }))],
    ['webhook.parse', () => webhook.parse({ number: true } as never)],
  ])('%s', async (_, build) => {
    await refused(build(), 'INVALID_OPTION');
  });

  test('eachChange() says why it has none of resume and concurrency', async () => {
    const resumed = await refused(eachChange(getContacts({}, { resume: true })), 'INVALID_OPTION');
    expect(resumed.fix).toContain('eachChange() and eachMissedPush() continue without it');
    const beside = eachChange(getContacts({}, { concurrency: 2 }));
    expect((await refused(beside, 'INVALID_OPTION')).fix).toContain('reads page by page');
  });

  test('the functions that read pushes know no others either', () => {
    const run = { values: {}, uuid: UUID };
    expect(() => webhook.fromRun(run, { number: true } as never)).toThrow('INVALID_OPTION');
    expect(() => webhook.parsePush({}, {}, { number: true } as never)).toThrow('INVALID_OPTION');
    expect([run].map(one => webhook.fromRun(one, 0 as never))).toHaveLength(1);
  });

  test('what only the runs of a flow are read by is no option of the events of a resthook', async () => {
    const where = { resthook: 'x', after: '2026-01-01' };
    expect((await refused(eachMissedPush(where), 'INVALID_FILTER')).description).toContain(
      '"after"',
    );
  });

  test('where a catch-up reads may be a function of state, with its options', async () => {
    const where = (state: State) => ({ resthook: 'x', timeout: state.seconds });
    const error = await refused(eachMissedPush(where as never), 'INVALID_OPTION', { seconds: '5' });
    expect(error.description).toContain('options.timeout');
  });

  test.each([
    { timeout: 5 },
    { maxWait: 5 },
    { limit: 5 },
    { deadline: 5 },
    { resume: true },
    { concurrency: 2 },
    { timeout: 5, maxWait: 0, limit: 1, deadline: 9, resume: false, concurrency: 1 },
  ])('%j are those of lists', async options => {
    const server = await serve(answering('get', 'contacts', () => page([])));
    expect((await run(getContacts({}, options), server)).data).toEqual([]);
  });
});

test('an option of another operation is unknown', async () => {
  const error = await refused(getContact(UUID, { limit: 5 } as never), 'INVALID_OPTION');
  expect(error.description).toBe('options has the unknown key "limit".');
  expect(error.fix).toContain('Only lists have a limit.');
  await refused(getContact(UUID, { urns: 'add' } as never), 'INVALID_OPTION');
});

test.each([undefined, null, {}, { timeout: null, maxWait: undefined }])(
  'options of %j are the default ones',
  async options => {
    const server = await serve(answering('get', 'contacts', () => page([])));
    expect((await run(getContacts({}, options as never), server)).data).toEqual([]);
  },
);

test('timeout is in seconds', async () => {
  noSleep();
  const server = await rawServer(stall);
  const started = cpuTime();
  const error = await failure(getWorkspace({ timeout: 0.1 }), server);
  expect(error.code).toBe('TIMEOUT');
  expect(error.description).toContain('0.1 seconds');
  expect(cpuTime() - started).toBeLessThan(5000);
});

test('maxWait is in seconds, and for the whole operation', async () => {
  const sleeps = noSleep();
  const busy = json({ detail: 'Throttled.' }, 429, { 'Retry-After': 40 });
  const found = json({ results: [{ uuid: UUID }], next: null });
  const server = await rawServer(inTurn(busy, found, busy));
  const error = await failure(updateContact('tel:+250788000001', {}, { maxWait: 79 }), server);
  expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 40 });
  expect(sleeps).toEqual([40]);
});

test('a wait of some length is reported', async () => {
  noSleep();
  const lines = captureConsole();
  const busy = json({ detail: 'Throttled.' }, 429, { 'Retry-After': 40 });
  const server = await rawServer(inTurn(busy, json({ uuid: UUID })));
  await getWorkspace()(stateFor(server));
  expect(lines[0]).toBe("RapidPro: getWorkspace(): waiting 40 s because of RapidPro's rate limit");
});
