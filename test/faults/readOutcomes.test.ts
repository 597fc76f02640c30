import { describe, expect, test } from 'vitest';
import * as rapidpro from '../../src/Adaptor.js';
import type { RapidProError } from '../../src/errors/errors.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential } from '../support/credential.js';
import { answer, badGateway, garbledJson, json, reset, stall } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { type Behavior, rawServer } from '../support/rawServer.js';

/** Whatever a server answers, what only reads did nothing. */

const UUID = '3c9f0d4e-0e41-4f6d-8a3c-1f2e3d4c5b6a';
const options = { timeout: 0.2 };
const { fn } = rapidpro;
const same = fn(state => state);
const people = [{ urns: ['tel:+250788123123'], name: 'Amina' }];
const invalid = [{ urns: ['Amina'], name: 'Amina' }];

const READS: { readonly [name: string]: Operation } = {
  getWorkspace: rapidpro.getWorkspace(options),
  getStatistics: rapidpro.getStatistics({}, options),
  getContact: rapidpro.getContact(UUID, options),
  getContacts: rapidpro.getContacts({ group: 'Mothers' }, options),
  getMessages: rapidpro.getMessages({ folder: 'inbox' }, options),
  getFlowRuns: rapidpro.getFlowRuns({ flow: 'Visit' }, options),
  getFlowDefinitions: rapidpro.getFlowDefinitions({ flow: UUID }, options),
  eachChange: rapidpro.eachChange(rapidpro.getContacts({}, options), same),
  eachPage: rapidpro.eachPage(rapidpro.getGroups({}, options), same),
  eachMissedPush: rapidpro.eachMissedPush({ flow: UUID, result: 'webhook', ...options }, same),
  'http.get': rapidpro.http.get('contacts', { uuid: UUID }, options),
  'a dry run of a sync': rapidpro.syncContacts(people, { ...options, dryRun: true }),
  'a dry run of upserts': rapidpro.upsertContacts(people, {
    ...options,
    dryRun: true,
    failOnError: true,
  }),
  'a dry run of a deletion': rapidpro.deleteContacts([UUID], { ...options, dryRun: true }),
  'a dry run of a send': rapidpro.sendBroadcast(
    { contacts: [UUID], groups: ['Mothers'], text: 'Hi' },
    { ...options, dryRun: true },
  ),
};

const ANSWERS: { readonly [name: string]: Behavior } = {
  'another object': json({ a: 1 }),
  'a list': json([1]),
  null: json(null),
  'a text': json('x'),
  'a web page': badGateway(200),
  'a login': answer(302, '', { location: '/login' }),
  'a refusal': json({ detail: 'Non.' }, 403, { 'x-temba-org': '1' }),
  'a server error': json({}, 500),
  'a page of a gateway': badGateway(409),
  'broken JSON': garbledJson,
  'a reset': reset,
  silence: stall,
};

describe.each(Object.entries(READS))('%s', (_, operation) => {
  test.each(Object.entries(ANSWERS))('after %s', async (__, behave) => {
    noSleep();
    captureConsole();
    const state = { configuration: credential(await rawServer(behave)) };
    const error = await operation(state).then(
      () => undefined,
      thrown => thrown as RapidProError,
    );
    expect(error?.outcome).not.toBe('unknown');
  });
});

test('what looks like another object is not the workspace', async () => {
  const state = { configuration: credential(await rawServer(json({ a: 1 }))) };
  await expect(rapidpro.getWorkspace()(state)).rejects.toMatchObject({
    code: 'NOT_RAPIDPRO',
    outcome: 'none',
  });
});

test.each([rapidpro.upsertContacts, rapidpro.syncContacts])(
  'nor did entries do anything that were all refused before they were sent',
  async operation => {
    captureConsole();
    const empty = json({ next: null, results: [] });
    const state = { configuration: credential(await rawServer(empty)) };
    for (const dryRun of [true, false]) {
      await expect(operation(invalid, { dryRun, failOnError: true })(state)).rejects.toMatchObject({
        code: 'BULK_FAILED',
        outcome: 'none',
      });
    }
  },
);

test('but a write that was answered with another object may have been done', async () => {
  captureConsole();
  for (const operation of [
    rapidpro.updateContact(UUID, { name: 'Amina' }),
    rapidpro.addGroup({ name: 'Mothers' }),
    rapidpro.updateGroup(UUID, { name: 'Mothers' }),
  ]) {
    const state = { configuration: credential(await rawServer(json({ a: 1 }))) };
    await expect(operation(state)).rejects.toMatchObject({ outcome: 'unknown' });
  }
});
